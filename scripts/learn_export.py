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
import learn_mender
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

    def layer(self, name: str, x: str, *, stride: int = 1, pad: int = 0) -> str:
        """A convolution with its weight and bias."""
        return self._convolution(name, x, *self._parameters(name), stride=stride, pad=pad)

    def doubled(self, name: str, x: str) -> str:
        """A transposed convolution with its weight and bias, to twice the size.

        One of ones follows that changes nothing: its answer, and so all that is added to it, is in
        the order of memory that convolutions like best, which a transposed one knows nothing of."""
        parameters = self._parameters(name)
        self.nodes.append(
            helper.make_node("ConvTranspose", [x, *parameters], [f"{name}.wide"], strides=[2, 2])
        )
        channels = self._weights[f"{name}.weight"].shape[1]
        ones = self._filled(f"one.{channels}", 1, channels, 1, 1, 1)
        return self._convolution(name, f"{name}.wide", ones, group=channels)

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

    def _filled(self, name: str, value: float, *shape: int) -> str:
        """What is all of one value, held once."""
        if name not in {each.name for each in self.held}:
            self.held.append(numpy_helper.from_array(np.full(shape, value, np.float32), name))
        return name

    def _convolution(
        self, name: str, *inputs: str, stride: int = 1, pad: int = 0, group: int = 1
    ) -> str:
        """Says only what is not usual: that an attribute has its default takes room."""
        said: dict[str, Any] = {}
        if stride != 1:
            said["strides"] = [stride, stride]
        if pad:
            said["pads"] = [pad] * 4
        if group != 1:
            said["group"] = group
        self.nodes.append(helper.make_node("Conv", list(inputs), [name], **said))
        return name

    def halves(
        self, name: str, xs: Sequence[str], *, pad: int = 0, group: int = 1, centred: bool = False
    ) -> list[str]:
        """A layer's first and second half of channels, each of its own of the two ``xs``; ``group``
        of each. Halved like this they stay in the order of memory that convolutions like best.

        ``centred``: as if the mean of their channels were taken off the ``xs`` first."""
        weight, bias = self._parameters(name)
        if centred:
            weight = self.plain("Sub", f"{weight}.centred", weight, self._mean(weight))
        split = [self._halved(each) for each in (weight, bias)]
        return [
            self._convolution(f"{name}.{half}", *inputs, pad=pad, group=group)
            for half, *inputs in zip(_HALVES, xs, *split, strict=True)
        ]

    def _mean(self, weight: str) -> str:
        """Of what each channel takes from all others."""
        mean = f"{weight}.mean"
        self.nodes.append(helper.make_node("ReduceMean", [weight], [mean], axes=[1]))
        return mean

    def _halved(self, name: str) -> list[str]:
        names = [f"{name}.{half}" for half in _HALVES]
        self.nodes.append(helper.make_node("Split", [name], names, axis=0))
        return names

    def plain(self, kind: str, name: str, *values: str) -> str:
        self.nodes.append(helper.make_node(kind, list(values), [name]))
        return name

    def strayed(self, name: str, x: str, channels: int) -> str:
        """Each place's channels over how far they stray from their mean, which itself is left to
        the next layer to take off.

        Sums over channels, and one plane for all of them, are made by convolutions: what else
        makes them would have every plane laid out anew before and after."""
        even = self._filled("even", EVEN, 1)
        share = self._filled(f"share.{channels}", 1 / channels, 1, channels, 1, 1)
        mean = self._convolution(f"{name}.mean", x, share)
        power = self._convolution(f"{name}.power", self.plain("Mul", f"{name}.square", x, x), share)
        less = self.plain(
            "Sub", f"{name}.less", power, self.plain("Mul", f"{name}.own", mean, mean)
        )
        # Rounding may take a little more than all.
        stray = self.plain("Add", f"{name}.sum", self.plain("Relu", f"{name}.left", less), even)
        over = self.plain("Reciprocal", f"{name}.over", self.plain("Sqrt", f"{name}.root", stray))
        ones = self._filled(f"one.{channels}", 1, channels, 1, 1, 1)
        return self.plain("Mul", name, x, self._convolution(f"{name}.all", over, ones))

    def blocks(self, name: str, x: str, count: int) -> str:
        """As many blocks, each of the kind that its weights are of."""
        for number in range(count):
            block = f"{name}.{number}"
            gated = f"{block}.around.weight" in self._weights
            x = self._gated(block, x) if gated else self._residual(block, x)
        return x

    def _residual(self, block: str, x: str) -> str:
        """As :class:`learn_net.Block`."""
        inner = self.layer(f"{block}.first", x, pad=1)
        inner = self.plain("Relu", f"{block}.relu", inner)
        inner = self.layer(f"{block}.second", inner, pad=1)
        return self.plain("Add", f"{block}.sum", x, inner)

    def _gated(self, block: str, x: str) -> str:
        """As :class:`learn_unet.Gated`."""
        channels = self._weights[f"{block}.joined.weight"].shape[1]
        even = self.strayed(f"{block}.even", x, channels)
        halves = self.halves(f"{block}.spread", [even, even], centred=True)
        halves = self.halves(f"{block}.around", halves, pad=1, group=channels)
        inner = self.layer(f"{block}.joined", self.plain("Mul", f"{block}.gate", *halves))
        x = self.plain("Add", f"{block}.first", x, inner)
        even = self.strayed(f"{block}.again", x, channels)
        halves = self.halves(f"{block}.widened", [even, even], centred=True)
        gated = self.plain("Mul", f"{block}.gate.again", *halves)
        inner = self.layer(f"{block}.narrowed", gated)
        return self.plain("Add", f"{block}.second", x, inner)


def _clearer(made: Graph) -> None:
    """The network of learn_net.py, without its second head."""
    counts = learn_net.BLOCKS
    half = made.blocks("half_down", made.layer("stem", "print", stride=2, pad=1), counts[0])
    quarter = made.layer("to_quarter", half, stride=2)
    quarter = made.blocks("quarter_down", quarter, counts[1])
    eighth = made.blocks("eighth", made.layer("to_eighth", quarter, stride=2), counts[2])
    back = made.doubled("from_eighth", eighth)
    quarter = made.blocks("quarter_up", made.plain("Add", "quarter", quarter, back), counts[1])
    back = made.doubled("from_quarter", quarter)
    half = made.blocks("half_up", made.plain("Add", "half", half, back), counts[0])
    made.layer("residual", half, pad=1)


def _unet(made: Graph, answer: str, counts: Sequence[int]) -> None:
    """A network of learn_unet.py."""
    x = made.blocks("down.0", made.layer("stem", "print", stride=2, pad=1), counts[0])
    links = [x]
    for level in range(1, len(counts)):
        smaller = made.layer(f"smaller.{level - 1}", x, stride=2)
        x = made.blocks(f"down.{level}", smaller, counts[level])
        links.append(x)
    for level in reversed(range(len(counts) - 1)):
        larger = made.doubled(f"larger.{level}", x)
        x = made.plain("Add", f"joined.{level}", links[level], larger)
        x = made.blocks(f"up.{level}", x, counts[level])
    made.layer(answer, x, pad=1)


_COUNTS = {
    "damage": learn_finder.BLOCKS,
    "filled": learn_mender.BLOCKS,
    "kinship": learn_kinship.BLOCKS,
}
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
