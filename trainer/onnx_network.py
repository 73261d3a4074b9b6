"""A network stored as ONNX, run by PyTorch: on a graphics card too, where ONNX Runtime would need a build of its own.

Operators follow https://onnx.ai/onnx/operators/ at opset 17; there are as many as the teachers use.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import onnx
import torch
from onnx import numpy_helper
from torch import Tensor, nn
from torch.nn import functional

from engine.errors import display_path
from trainer.errors import TrainerError

Attributes = dict[str, Any]


class OnnxNetwork(nn.Module):
    """The graph of an ONNX file; called with its one input, it gives its outputs by name.

    Raises TrainerError for an operator that is not known here.
    """

    def __init__(self, path: Path) -> None:
        super().__init__()
        graph = onnx.load(path).graph
        self.input = graph.input[0].name
        self.outputs = [output.name for output in graph.output]
        self.nodes = [(node.op_type, list(node.input), list(node.output), _attributes(node)) for node in graph.node]
        unknown = sorted({operator for operator, *_, given in self.nodes if not _is_known(operator, given)})
        if unknown:
            raise TrainerError(f"{display_path(path)} uses operators that Earmark does not run: {', '.join(unknown)}.")
        self.whole_numbers: dict[str, Tensor] = {}  # shapes and axes stay on the CPU
        self.weights: dict[str, str] = {}  # the name in the graph -> the name of the buffer
        for number, stored in enumerate(graph.initializer):
            value = torch.from_numpy(numpy_helper.to_array(stored).copy())
            if value.is_floating_point():
                self.weights[stored.name] = f"weight_{number}"
                self.register_buffer(f"weight_{number}", value)
            else:
                self.whole_numbers[stored.name] = value

    @torch.no_grad()
    def forward(self, values: Tensor) -> dict[str, Tensor]:
        known: dict[str, Tensor] = {name: self.get_buffer(buffer) for name, buffer in self.weights.items()}
        known |= self.whole_numbers
        known[self.input] = values
        for operator, inputs, outputs, attributes in self.nodes:
            # an input that is left out has no name
            known[outputs[0]] = _OPERATORS[operator](attributes, *(known[name] if name else None for name in inputs))
        return {name: known[name] for name in self.outputs}


def _is_known(operator: str, attributes: Attributes) -> bool:
    """Whether an operator is run here with these attributes: some have values that no teacher uses."""
    plain = {"alpha": 1.0, "beta": 1.0, "transA": 0, "auto_pad": b"NOTSET", "mode": b"constant"}
    return (
        operator in _OPERATORS
        and all(attributes.get(name, value) == value for name, value in plain.items())
        and set(attributes.get("dilations", ())) <= {1}
        and not (operator == "AveragePool" and any(attributes.get("pads", ())))
        and not (operator == "Gather" and attributes.get("axis", 0))
    )


def _attributes(node: onnx.NodeProto) -> Attributes:
    values = {attribute.name: onnx.helper.get_attribute_value(attribute) for attribute in node.attribute}
    if isinstance(values.get("value"), onnx.TensorProto):
        values["value"] = torch.from_numpy(numpy_helper.to_array(values["value"]).copy())
    return values


def _conv(attributes: Attributes, x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    top, left, bottom, right = attributes["pads"]
    if (top, left) != (bottom, right):
        x, top, left = functional.pad(x, (left, right, top, bottom)), 0, 0
    return functional.conv2d(x, weight, bias, attributes["strides"], (top, left), groups=attributes["group"])


def _average_pool(attributes: Attributes, x: Tensor) -> Tensor:
    ceil = bool(attributes.get("ceil_mode", 0))
    return functional.avg_pool2d(x, attributes["kernel_shape"], attributes["strides"], ceil_mode=ceil)


def _gemm(attributes: Attributes, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    return functional.linear(x, weight if attributes.get("transB") else weight.T, bias)


def _pad(attributes: Attributes, x: Tensor, pads: Tensor, value: Tensor | None = None) -> Tensor:
    before, after = pads.view(2, -1).tolist()
    # PyTorch begins with the last axis
    innermost_first = [amount for pair in zip(reversed(before), reversed(after), strict=True) for amount in pair]
    return functional.pad(x, innermost_first, value=0.0 if value is None else float(value))


def _reshape(attributes: Attributes, x: Tensor, shape: Tensor) -> Tensor:
    return x.reshape([x.shape[axis] if size == 0 else size for axis, size in enumerate(shape.tolist())])


def _slice(attributes: Attributes, x: Tensor, starts: Tensor, ends: Tensor, axes: Tensor, steps: Tensor) -> Tensor:
    for start, end, axis, step in zip(starts.tolist(), ends.tolist(), axes.tolist(), steps.tolist(), strict=True):
        chosen = range(x.shape[axis])[start : end if abs(end) < 1 << 31 else None : step]  # huge means to the end
        x = x.index_select(axis, torch.tensor(list(chosen), device=x.device))
    return x


def _unsqueeze(attributes: Attributes, x: Tensor, axes: Tensor) -> Tensor:
    for axis in sorted(axes.flatten().tolist()):
        x = x.unsqueeze(axis)
    return x


def _mean(attributes: Attributes, x: Tensor) -> Tensor:
    return x.mean(attributes["axes"], keepdim=bool(attributes.get("keepdims", 1)))


def _maximum(attributes: Attributes, x: Tensor) -> Tensor:
    return x.amax(attributes["axes"], keepdim=bool(attributes.get("keepdims", 1)))


_OPERATORS: dict[str, Callable[..., Tensor]] = {
    "Add": lambda attributes, x, y: x + y,
    "AveragePool": _average_pool,
    "Cast": lambda attributes, x: x.to(torch.int64),  # in these graphs only shapes are cast
    "Clip": lambda attributes, x, low, high: x.clamp(float(low), float(high)),
    "Concat": lambda attributes, *parts: torch.cat(parts, dim=attributes["axis"]),
    "Constant": lambda attributes: attributes["value"],
    "ConstantOfShape": lambda attributes, shape: torch.full(
        shape.tolist(), attributes["value"].item(), dtype=attributes["value"].dtype
    ),
    "Conv": _conv,
    "Gather": lambda attributes, x, chosen: x[int(chosen)] if chosen.ndim == 0 else x[chosen],
    "Gemm": _gemm,
    "HardSwish": lambda attributes, x: functional.hardswish(x),
    "MatMul": lambda attributes, x, y: x @ y,
    "Mul": lambda attributes, x, y: x * y,
    "Pad": _pad,
    "ReduceMax": _maximum,
    "ReduceMean": _mean,
    "Relu": lambda attributes, x: functional.relu(x),
    "Reshape": _reshape,
    "Shape": lambda attributes, x: torch.tensor(x.shape),
    "Sigmoid": lambda attributes, x: x.sigmoid(),
    "Slice": _slice,
    "Squeeze": lambda attributes, x, axes: x.squeeze(tuple(axes.flatten().tolist())),
    "Transpose": lambda attributes, x: x.permute(attributes["perm"]),
    "Unsqueeze": _unsqueeze,
}
