"""Writes a training's weights as the file the classic engine reads.

The graphs are written out by hand: they are short, and the same weights give the same bytes on any
machine. Weights are held as 16-bit floats, at half the size, or with --bytes those of convolutions
as 8-bit integers and a scale for each channel, at a quarter (Jacob et al., Quantization and
Training of Neural Networks, 2018). Usage: learn_export.py CHECKPOINT OUT.onnx [--bytes]
"""

import argparse
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import learn_finder
import learn_kinship
import learn_net
import numpy as np
import numpy.typing as npt
import onnx
import torch
from learn_unet import EVEN
from onnx import helper, numpy_helper

_OPSET, _FORMAT = 17, 8
_HALVES = ("one", "other")
_LARGEST = 127
"""The largest of whole numbers that a byte holds with either sign."""
Weights = dict[str, torch.Tensor]


class Graph:
    """An ONNX graph under way; names of values are those of the layers that make them."""

    def __init__(self, weights: Weights, *, in_bytes: bool) -> None:
        self._weights, self._in_bytes = weights, in_bytes
        self.nodes: list[onnx.NodeProto] = []
        self.held: list[onnx.TensorProto] = []

    def layer(
        self, kind: str, name: str, x: str, *, stride: int = 1, pad: int = 0, group: int = 1
    ) -> str:
        """A convolution, or a transposed one, with its weight and bias."""
        inputs = [x, *self._parameters(name)]
        sides = self._weights[f"{name}.weight"].shape[2:]
        return self._convolution(kind, name, inputs, sides, stride, pad, group)

    def _parameters(self, name: str) -> list[str]:
        """A layer's weight and bias, at 32 bits."""
        weight, bias = f"{name}.weight", f"{name}.bias"
        return [
            self._scaled(weight) if self._in_bytes else self._floats(weight),
            self._floats(bias),
        ]

    def _floats(self, name: str) -> str:
        half = self._weights[name].numpy().astype(np.float16)
        return self._cast(name, f"{name}.half", half)

    def _scaled(self, name: str) -> str:
        """A weight from whole numbers, by a scale for each of its first channels."""
        weight = self._weights[name].numpy()
        most = np.abs(weight).max(axis=(1, 2, 3), keepdims=True)
        scale = np.maximum(most / _LARGEST, np.finfo(np.float16).tiny).astype(np.float16)
        whole = np.clip(np.round(weight / scale.astype(np.float32)), -_LARGEST, _LARGEST)
        self._cast(f"{name}.whole", f"{name}.byte", whole.astype(np.int8))
        self._cast(f"{name}.step", f"{name}.scale", scale)
        return self.plain("Mul", name, f"{name}.whole", f"{name}.step")

    def _cast(self, name: str, held: str, values: npt.NDArray[Any]) -> str:
        self.held.append(numpy_helper.from_array(values, held))
        self.nodes.append(helper.make_node("Cast", [held], [name], to=onnx.TensorProto.FLOAT))
        return name

    def _convolution(
        self,
        kind: str,
        name: str,
        inputs: Sequence[str],
        sides: Sequence[int],
        stride: int,
        pad: int,
        group: int,
    ) -> str:
        self.nodes.append(
            helper.make_node(
                kind,
                inputs,
                [name],
                kernel_shape=list(sides),
                strides=[stride, stride],
                pads=[pad] * 4,
                group=group,
            )
        )
        return name

    def halves(self, name: str, xs: Sequence[str], *, pad: int = 0, group: int = 1) -> list[str]:
        """A layer's first and second half of channels, each of its own of the two ``xs``; ``group``
        of each. Halved like this they stay in the order of memory that convolutions like best."""
        split = [self._halved(each) for each in self._parameters(name)]
        sides = self._weights[f"{name}.weight"].shape[2:]
        return [
            self._convolution("Conv", f"{name}.{half}", inputs, sides, 1, pad, group)
            for half, *inputs in zip(_HALVES, xs, *split, strict=True)
        ]

    def _halved(self, name: str) -> list[str]:
        names = [f"{name}.{half}" for half in _HALVES]
        self.nodes.append(helper.make_node("Split", [name], names, axis=0))
        return names

    def plain(self, kind: str, name: str, *values: str) -> str:
        self.nodes.append(helper.make_node(kind, list(values), [name]))
        return name

    def evened(self, name: str, x: str) -> str:
        """Each place's channels less their mean, over how far they stray from it."""
        if "even" not in {each.name for each in self.held}:
            self.held.append(numpy_helper.from_array(np.array([EVEN], np.float32), "even"))
        mean = self._mean(f"{name}.mean", x)
        off = self.plain("Sub", f"{name}.off", x, mean)
        square = self.plain("Mul", f"{name}.square", off, off)
        spread = self.plain("Add", f"{name}.sum", self._mean(f"{name}.power", square), "even")
        return self.plain("Div", name, off, self.plain("Sqrt", f"{name}.spread", spread))

    def _mean(self, name: str, x: str) -> str:
        self.nodes.append(helper.make_node("ReduceMean", [x], [name], axes=[1], keepdims=1))
        return name

    def blocks(self, name: str, x: str, count: int) -> str:
        """As many blocks, each of the kind that its weights are of."""
        for number in range(count):
            block = f"{name}.{number}"
            gated = f"{block}.around.weight" in self._weights
            x = self._gated(block, x) if gated else self._residual(block, x)
        return x

    def _residual(self, block: str, x: str) -> str:
        """As :class:`learn_net.Block`."""
        inner = self.layer("Conv", f"{block}.first", x, pad=1)
        inner = self.plain("Relu", f"{block}.relu", inner)
        inner = self.layer("Conv", f"{block}.second", inner, pad=1)
        return self.plain("Add", f"{block}.sum", x, inner)

    def _gated(self, block: str, x: str) -> str:
        """As :class:`learn_unet.Gated`."""
        even = self.evened(f"{block}.even", x)
        halves = self.halves(f"{block}.spread", [even, even])
        channels = self._weights[f"{block}.joined.weight"].shape[1]
        halves = self.halves(f"{block}.around", halves, pad=1, group=channels)
        inner = self.layer("Conv", f"{block}.joined", self.plain("Mul", f"{block}.gate", *halves))
        x = self.plain("Add", f"{block}.first", x, inner)
        even = self.evened(f"{block}.again", x)
        halves = self.halves(f"{block}.widened", [even, even])
        gated = self.plain("Mul", f"{block}.gate.again", *halves)
        inner = self.layer("Conv", f"{block}.narrowed", gated)
        return self.plain("Add", f"{block}.second", x, inner)


def _clearer(made: Graph) -> None:
    """The network of learn_net.py, without its second head."""
    counts = learn_net.BLOCKS
    half = made.blocks("half_down", made.layer("Conv", "stem", "print", stride=2, pad=1), counts[0])
    quarter = made.layer("Conv", "to_quarter", half, stride=2)
    quarter = made.blocks("quarter_down", quarter, counts[1])
    eighth = made.blocks("eighth", made.layer("Conv", "to_eighth", quarter, stride=2), counts[2])
    back = made.layer("ConvTranspose", "from_eighth", eighth, stride=2)
    quarter = made.blocks("quarter_up", made.plain("Add", "quarter", quarter, back), counts[1])
    back = made.layer("ConvTranspose", "from_quarter", quarter, stride=2)
    half = made.blocks("half_up", made.plain("Add", "half", half, back), counts[0])
    made.layer("Conv", "residual", half, pad=1)


def _unet(made: Graph, answer: str, counts: Sequence[int]) -> None:
    """A network of learn_unet.py."""
    x = made.blocks("down.0", made.layer("Conv", "stem", "print", stride=2, pad=1), counts[0])
    links = [x]
    for level in range(1, len(counts)):
        smaller = made.layer("Conv", f"smaller.{level - 1}", x, stride=2)
        x = made.blocks(f"down.{level}", smaller, counts[level])
        links.append(x)
    for level in reversed(range(len(counts) - 1)):
        larger = made.layer("ConvTranspose", f"larger.{level}", x, stride=2)
        x = made.plain("Add", f"joined.{level}", links[level], larger)
        x = made.blocks(f"up.{level}", x, counts[level])
    made.layer("Conv", answer, x, pad=1)


_COUNTS = {"damage": learn_finder.BLOCKS, "kinship": learn_kinship.BLOCKS}
"""Blocks of a network of learn_unet.py, by its answer."""


def graph(weights: Weights, *, in_bytes: bool = False) -> onnx.ModelProto:
    """The network these weights belong to, for prints of any height and width."""
    answer = next(name for name in ("residual", *_COUNTS) if f"{name}.weight" in weights)
    made = Graph(weights, in_bytes=in_bytes)
    if answer == "residual":
        _clearer(made)
    else:
        _unet(made, answer, _COUNTS[answer])

    def value(name: str, channels: int, sides: Sequence[str]) -> onnx.ValueInfoProto:
        return helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, [1, channels, *sides])

    planes, channels = weights["stem.weight"].shape[1], weights[f"{answer}.weight"].shape[0]
    inputs = [value("print", planes, ("height", "width"))]
    outputs = [value(answer, channels, ("half_height", "half_width"))]
    whole = helper.make_graph(made.nodes, "old prints", inputs, outputs, made.held)
    model = helper.make_model(whole, opset_imports=[helper.make_opsetid("", _OPSET)])
    model.ir_version = _FORMAT
    onnx.checker.check_model(model, full_check=True)
    return model


def export(checkpoint: Path, out: Path, *, in_bytes: bool = False) -> str:
    """Writes the running mean of a checkpoint's weights; the file's SHA-256."""
    weights = torch.load(checkpoint, map_location="cpu", weights_only=True)["mean"]
    out.parent.mkdir(parents=True, exist_ok=True)
    packed = graph(weights, in_bytes=in_bytes).SerializeToString(deterministic=True)
    out.write_bytes(packed)
    return sha256(packed).hexdigest()


def weights(path: Path) -> Weights:
    """The weights that a file written by :func:`export` holds, at 32 bits."""
    held = {
        each.name: torch.from_numpy(numpy_helper.to_array(each).astype(np.float32))
        for each in onnx.load(path).graph.initializer
    }
    floats = {name.removesuffix(".half"): held[name] for name in held if name.endswith(".half")}
    wholes = [name.removesuffix(".byte") for name in held if name.endswith(".byte")]
    return floats | {name: held[f"{name}.byte"] * held[f"{name}.scale"] for name in wholes}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--bytes", action="store_true", help="convolutions as 8-bit integers")
    given = parser.parse_args()
    print(export(given.checkpoint, given.out, in_bytes=given.bytes))
