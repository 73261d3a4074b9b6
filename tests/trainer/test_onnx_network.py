"""What ONNX Runtime says of a graph, PyTorch must say too: operator by operator, then whole teachers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor

from trainer import onnx_network
from trainer.errors import TrainerError
from trainer.onnx_network import OnnxNetwork

INPUT = (2, 3, 7, 10)
Values = np.ndarray | np.generic


def make_weights(*shape: int) -> np.ndarray:
    return np.random.default_rng(sum(shape)).standard_normal(shape).astype(np.float32)


def write_graph(path: Path, nodes: Sequence[onnx.NodeProto], constants: dict[str, Values]) -> Path:
    """A graph from "x", of the shape INPUT, to "y"."""
    stored = [numpy_helper.from_array(np.asarray(values), name) for name, values in constants.items()]
    source = helper.make_tensor_value_info("x", TensorProto.FLOAT, INPUT)
    target = helper.make_tensor_value_info("y", TensorProto.FLOAT, None)
    graph = helper.make_graph(nodes, "graph", [source], [target], stored)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)
    return path


def assert_agreement(path: Path, *shape: int) -> dict[str, Tensor]:
    """Both runtimes give the same outputs for the same noise."""
    onnxruntime = pytest.importorskip("onnxruntime", reason="onnxruntime, which is to be agreed with, is missing")
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    noise = make_weights(*shape)
    names = [output.name for output in session.get_outputs()]
    expected = dict(zip(names, session.run(None, {session.get_inputs()[0].name: noise}), strict=True))
    found = OnnxNetwork(path)(torch.from_numpy(noise))
    assert found.keys() == expected.keys()
    for name, values in expected.items():
        np.testing.assert_allclose(found[name].numpy(), values, atol=1e-4, rtol=1e-4, err_msg=name)
    return found


Case = tuple[list[str], dict[str, Values], dict[str, Any]]  # inputs beside "x", constants, attributes

OPERATORS: dict[str, Case] = {
    "Add": (["b"], {"b": make_weights(10)}, {}),
    "AveragePool": ([], {}, {"kernel_shape": [1, 4], "strides": [1, 4], "ceil_mode": 1}),
    "Clip": (["low", "high"], {"low": np.float32(-0.5), "high": np.float32(1.0)}, {}),
    "Concat": (["x"], {}, {"axis": 1}),
    "Conv": (
        ["w", "b"],
        {"w": make_weights(6, 1, 3, 3), "b": make_weights(6)},
        {"pads": [1, 1, 1, 1], "strides": [2, 1], "group": 3},
    ),
    "Gather": (["chosen"], {"chosen": np.array([1, 0, 1])}, {"axis": 0}),
    "HardSwish": ([], {}, {}),
    "MatMul": (["w"], {"w": make_weights(10, 4)}, {}),
    "Mul": (["b"], {"b": make_weights(7, 1)}, {}),
    "Pad": (
        ["pads", "value"],
        {"pads": np.array([0, 0, 1, 2, 0, 0, 0, 3]), "value": np.float32(5.0)},
        {"mode": "constant"},
    ),
    "ReduceMax": ([], {}, {"axes": [2], "keepdims": 0}),
    "ReduceMean": ([], {}, {"axes": [1, 3]}),
    "Relu": ([], {}, {}),
    "Reshape": (["shape"], {"shape": np.array([0, -1, 10])}, {}),
    "Sigmoid": ([], {}, {}),
    "Slice": (
        ["starts", "ends", "axes", "steps"],
        {
            "starts": np.array([1, -1]),
            "ends": np.array([2**63 - 1, -(2**63)]),
            "axes": np.array([2, 3]),
            "steps": np.array([2, -1]),
        },
        {},
    ),
    "Transpose": ([], {}, {"perm": [0, 2, 3, 1]}),
    "Unsqueeze": (["axes"], {"axes": np.array([0, 3])}, {}),
}


@pytest.mark.parametrize("operator", OPERATORS)
def test_an_operator_does_what_onnx_says(operator: str, tmp_path: Path) -> None:
    more_inputs, constants, attributes = OPERATORS[operator]
    node = helper.make_node(operator, ["x", *more_inputs], ["y"], **attributes)
    assert_agreement(write_graph(tmp_path / "one.onnx", [node], constants), *INPUT)


def test_padding_may_differ_from_side_to_side(tmp_path: Path) -> None:
    node = helper.make_node("Conv", ["x", "w"], ["y"], pads=[0, 1, 2, 0], strides=[1, 2], group=1)
    assert_agreement(write_graph(tmp_path / "conv.onnx", [node], {"w": make_weights(4, 3, 3, 3)}), *INPUT)


@pytest.mark.parametrize("transposed", [0, 1])
def test_a_dense_layer_may_be_stored_either_way(transposed: int, tmp_path: Path) -> None:
    nodes = [
        helper.make_node("ReduceMean", ["x"], ["means"], axes=[2, 3], keepdims=0),
        helper.make_node("Gemm", ["means", "w", "b"], ["y"], transB=transposed),
    ]
    weights = make_weights(5, 3) if transposed else make_weights(3, 5)
    assert_agreement(write_graph(tmp_path / "gemm.onnx", nodes, {"w": weights, "b": make_weights(5)}), *INPUT)


def test_shapes_can_be_computed_with(tmp_path: Path) -> None:
    # (2, 3, 7, 10) -> (2, 3, 7) plus 1.5 in that shape, which is made of numbers that the graph reads off its input
    nodes = [
        helper.make_node("ReduceMean", ["x"], ["means"], axes=[3], keepdims=1),
        helper.make_node("Squeeze", ["means", "last"], ["squeezed"]),
        helper.make_node("Shape", ["squeezed"], ["sizes"]),
        *(helper.make_node("Gather", ["sizes", f"at_{axis}"], [f"size_{axis}"]) for axis in range(3)),
        *(helper.make_node("Unsqueeze", [f"size_{axis}", "first"], [f"part_{axis}"]) for axis in range(3)),
        helper.make_node("Concat", ["part_0", "part_1", "part_2"], ["joined"], axis=0),
        helper.make_node("Cast", ["joined"], ["shape"], to=TensorProto.INT64),
        helper.make_node(
            "ConstantOfShape", ["shape"], ["ones"], value=helper.make_tensor("", TensorProto.FLOAT, [1], [1.0])
        ),
        helper.make_node("Constant", [], ["half"], value=numpy_helper.from_array(np.array(0.5, dtype=np.float32))),
        helper.make_node("Add", ["ones", "half"], ["added"]),
        helper.make_node("Add", ["squeezed", "added"], ["y"]),
    ]
    constants: dict[str, Values] = {f"at_{axis}": np.array(axis) for axis in range(3)}
    path = write_graph(tmp_path / "shapes.onnx", nodes, constants | {"last": np.array([3]), "first": np.array([0])})
    assert assert_agreement(path, *INPUT)["y"].shape == (2, 3, 7)


def test_every_operator_is_compared_above() -> None:
    elsewhere = {"Gemm", "Shape", "Squeeze", "Cast", "Constant", "ConstantOfShape"}
    assert OPERATORS.keys() | elsewhere == onnx_network._OPERATORS.keys()


def test_an_operator_that_is_not_known_is_named(tmp_path: Path) -> None:
    nodes = [helper.make_node("Sin", ["x"], ["s"]), helper.make_node("Erf", ["s"], ["y"])]
    with pytest.raises(TrainerError, match=r"odd\.onnx uses operators that Earmark does not run: Erf, Sin\."):
        OnnxNetwork(write_graph(tmp_path / "odd.onnx", nodes, {}))


def test_weights_move_with_the_network_and_shapes_stay(tmp_path: Path) -> None:
    nodes = [helper.make_node("Reshape", ["x", "shape"], ["flat"]), helper.make_node("Add", ["flat", "b"], ["y"])]
    path = write_graph(tmp_path / "add.onnx", nodes, {"b": make_weights(10), "shape": np.array([-1, 10])})
    network = OnnxNetwork(path).to("meta")  # the device that computes nothing but shapes
    assert network(torch.zeros(INPUT, device="meta"))["y"].shape == (42, 10)


@pytest.mark.parametrize(("teacher", "shape"), [("mn04", (2, 1, 128, 100)), ("yamnet", (3, 96, 64))])
def test_small_teachers_say_the_same(teacher: str, shape: tuple[int, ...], small_shared: Path) -> None:
    assert_agreement(small_shared / "teacher" / f"{teacher}.onnx", *shape)


@pytest.mark.parametrize(("teacher", "shape"), [("mn04", (1, 1, 128, 1000)), ("yamnet", (2, 96, 64))])
def test_real_teachers_say_the_same(teacher: str, shape: tuple[int, ...], real_shared: Path) -> None:
    assert_agreement(real_shared / "teacher" / f"{teacher}.onnx", *shape)
