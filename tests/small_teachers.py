"""Two tiny taggers in the shape of the real ones, which know nothing but mel bands.

Class b of `mn04.onnx` is heard where its mel band b is loud, for b below 128. Class b of `yamnet.onnx` is heard where
its mel band b is loud, for b below 64, and is class b + YAMNET_LACKS of the class list. The embeddings are the mean
levels of the bands, filled up with zeros.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

CLASSES, YAMNET_CLASSES = 527, 521
YAMNET_LACKS = CLASSES - YAMNET_CLASSES  # the first so many classes of the list
MN04_BANDS, YAMNET_BANDS = 128, 64


def write_small_teachers(folder: Path) -> None:
    """Write both networks and YAMNet's class list to `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "mn04.onnx").write_bytes(_mn04())
    (folder / "yamnet.onnx").write_bytes(_yamnet())
    _write_csv(
        folder / "yamnet_class_map.csv",
        ("index", "mid", "display_name"),
        ((index, f"/m/{index + YAMNET_LACKS}", f"Band {index}") for index in range(YAMNET_CLASSES)),
    )


def write_class_list(path: Path) -> None:
    """Write the list of the 527 classes, "Band 0" to "Band 526"."""
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = ((index, f"/m/{index}", f"Band {index}") for index in range(CLASSES))
    _write_csv(path, ("index", "mid", "display_name"), rows)


def _write_csv(path: Path, titles: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([titles, *rows])


def _mn04() -> bytes:
    nodes = [
        _node("ReduceMean", ["log_mel"], "bands", axes=[1, 3], keepdims=0),  # (n, 128)
        *_heads("bands", "scores", "embedding"),
        _node("AveragePool", ["log_mel"], "pooled", kernel_shape=[1, 32], strides=[1, 32], ceil_mode=1),
        _node("ReduceMean", ["pooled"], "by_band", axes=[1], keepdims=0),  # (n, 128, columns)
        _node("Transpose", ["by_band"], "columns", perm=[0, 2, 1]),
        *_heads("columns", "column_scores", "column_embeddings"),
    ]
    outputs = ["scores", "embedding", "column_scores", "column_embeddings"]
    return _model(nodes, _weights(MN04_BANDS, CLASSES, 384, slope=8.0), [None, 1, 128, None], outputs)


def _yamnet() -> bytes:
    nodes = [
        _node("ReduceMean", ["log_mel"], "bands", axes=[1], keepdims=0),  # (n, 64)
        *_heads("bands", "scores", "embedding"),
    ]
    weights = _weights(YAMNET_BANDS, YAMNET_CLASSES, 1024, slope=2.0)
    return _model(nodes, weights, [None, 96, 64], ["scores", "embedding"])


def _weights(bands: int, classes: int, dim: int, *, slope: float) -> dict[str, np.ndarray]:
    bias = np.where(np.arange(classes) < bands, 0.0, -8.0)
    return {"slopes": slope * np.eye(bands, classes), "bias": bias, "padding": np.eye(bands, dim)}


def _heads(bands: str, scores: str, embedding: str) -> list[bytes]:
    return [
        _node("MatMul", [bands, "slopes"], f"{scores}_steep"),
        _node("Add", [f"{scores}_steep", "bias"], f"{scores}_logits"),
        _node("Sigmoid", [f"{scores}_logits"], scores),
        _node("MatMul", [bands, "padding"], embedding),
    ]


# ONNX is a protocol buffer (https://onnx.ai/onnx/repo-docs/IR.html, field numbers of onnx.proto): all that is needed of
# it are numbers and strings of bytes.


def _varint(number: int) -> bytes:
    groups = []
    while number > 127:
        groups.append(number % 128 + 128)
        number //= 128
    return bytes([*groups, number])


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _text(field: int, value: str | bytes) -> bytes:
    content = value.encode() if isinstance(value, str) else value
    return _varint(field << 3 | 2) + _varint(len(content)) + content


def _node(kind: str, inputs: Sequence[str], output: str, **attributes: int | list[int]) -> bytes:
    content = b"".join(_text(1, name) for name in inputs) + _text(2, output) + _text(4, kind)
    for name, value in attributes.items():
        if isinstance(value, int):
            attribute = _text(1, name) + _number(3, value) + _number(20, 2)
        else:
            attribute = _text(1, name) + b"".join(_number(8, each) for each in value) + _number(20, 7)
        content += _text(5, attribute)
    return content


def _tensor(name: str, values: np.ndarray) -> bytes:
    dims = b"".join(_number(1, size) for size in values.shape)
    return dims + _number(2, 1) + _text(8, name) + _text(9, values.astype("<f4").tobytes())


def _value(name: str, shape: Sequence[int | None] = ()) -> bytes:
    dims = b"".join(_text(1, _text(2, "any") if size is None else _number(1, size)) for size in shape)
    tensor = _number(1, 1) + (_text(2, dims) if shape else b"")
    return _text(1, name) + _text(2, _text(1, tensor))


def _model(
    nodes: Sequence[bytes], weights: dict[str, np.ndarray], shape: Sequence[int | None], outputs: Sequence[str]
) -> bytes:
    graph = b"".join(_text(1, node) for node in nodes) + _text(2, "small")
    graph += b"".join(_text(5, _tensor(name, values)) for name, values in weights.items())
    graph += _text(11, _value("log_mel", shape)) + b"".join(_text(12, _value(name)) for name in outputs)
    return _number(1, 8) + _text(7, graph) + _text(8, _number(2, 13))
