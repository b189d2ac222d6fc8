"""Writes a training's weights as the file the classic engine reads.

The graph is written out by hand: it is short, and the same weights give the same bytes on any
machine. Usage: learn_export.py CHECKPOINT OUT.onnx
"""

import argparse
from hashlib import sha256
from pathlib import Path

import onnx
import torch
from learn_net import BLOCKS, Network
from onnx import helper, numpy_helper

_OPSET, _FORMAT = 17, 8


class Graph:
    """An ONNX graph under way; names of values are those of the layers that make them."""

    def __init__(self, weights: dict[str, torch.Tensor]) -> None:
        self._weights = weights
        self.nodes: list[onnx.NodeProto] = []
        self.held: list[onnx.TensorProto] = []

    def layer(self, kind: str, name: str, x: str, *, stride: int = 1, pad: int = 0) -> str:
        """A convolution, or a transposed one, with its weight and bias."""
        names = [f"{name}.weight", f"{name}.bias"]
        for full in names:
            self.held.append(numpy_helper.from_array(self._weights[full].numpy(), full))
        sides = list(self._weights[names[0]].shape[2:])
        self.nodes.append(
            helper.make_node(
                kind,
                [x, *names],
                [name],
                kernel_shape=sides,
                strides=[stride, stride],
                pads=[pad] * 4,
            )
        )
        return name

    def plain(self, kind: str, name: str, *values: str) -> str:
        self.nodes.append(helper.make_node(kind, list(values), [name]))
        return name

    def blocks(self, name: str, x: str, count: int) -> str:
        for number in range(count):
            block = f"{name}.{number}"
            inner = self.layer("Conv", f"{block}.first", x, pad=1)
            inner = self.plain("Relu", f"{block}.relu", inner)
            inner = self.layer("Conv", f"{block}.second", inner, pad=1)
            x = self.plain("Add", f"{block}.sum", x, inner)
        return x


def graph(weights: dict[str, torch.Tensor]) -> onnx.ModelProto:
    """The network of learn_net.py with these weights, for prints of any height and width."""
    made = Graph(weights)
    half = made.blocks("half_down", made.layer("Conv", "stem", "print", stride=2, pad=1), BLOCKS[0])
    quarter = made.layer("Conv", "to_quarter", half, stride=2)
    quarter = made.blocks("quarter_down", quarter, BLOCKS[1])
    eighth = made.blocks("eighth", made.layer("Conv", "to_eighth", quarter, stride=2), BLOCKS[2])
    back = made.layer("ConvTranspose", "from_eighth", eighth, stride=2)
    quarter = made.blocks("quarter_up", made.plain("Add", "quarter", quarter, back), BLOCKS[1])
    back = made.layer("ConvTranspose", "from_quarter", quarter, stride=2)
    half = made.blocks("half_up", made.plain("Add", "half", half, back), BLOCKS[0])
    made.layer("Conv", "residual", half, pad=1)
    made.layer("Conv", "damage", half, pad=1)
    values = [
        helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, [1, channels, *sides])
        for name, channels, sides in (
            ("print", 1, ("height", "width")),
            ("residual", 16, ("half_height", "half_width")),
            ("damage", 4, ("half_height", "half_width")),
        )
    ]
    whole = helper.make_graph(made.nodes, "old prints", values[:1], values[1:], made.held)
    model = helper.make_model(whole, opset_imports=[helper.make_opsetid("", _OPSET)])
    model.ir_version = _FORMAT
    onnx.checker.check_model(model)
    return model


def export(checkpoint: Path, out: Path) -> str:
    """Writes the running mean of a checkpoint's weights; the file's SHA-256."""
    network = Network()
    network.load_state_dict(torch.load(checkpoint, weights_only=True)["mean"])
    out.parent.mkdir(parents=True, exist_ok=True)
    packed = graph(network.state_dict()).SerializeToString(deterministic=True)
    out.write_bytes(packed)
    return sha256(packed).hexdigest()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("out", type=Path)
    given = parser.parse_args()
    print(export(given.checkpoint, given.out))
