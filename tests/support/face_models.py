"""Real ONNX files of YuNet's and SFace's form, small enough to follow by hand."""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

STRIDES = (8, 16, 32)


def make_detector(path: Path) -> Path:
    """Finds a face wherever a cell of 32 x 32 pixels is bright: mean above 200 of 255."""
    nodes, weights, outputs = [], [], []
    for stride in STRIDES:
        pool = {"kernel_shape": [stride] * 2, "strides": [stride] * 2}
        nodes.append(helper.make_node("AveragePool", ["input"], [f"mean_{stride}"], **pool))
        for name, wide in (("cls", 1), ("obj", 1), ("bbox", 4), ("kps", 10)):
            score = name in ("cls", "obj")
            slope = 0.1 if score and stride == 32 else 0.0
            kernel = np.full((wide, 3, 1, 1), slope, np.float32)
            # Without a slope the scores stay at nothing; boxes and points sit on their cell.
            bias = np.full(wide, -60.0 if score else 0.0, np.float32)
            if name == "kps":
                bias = np.array([0.2, 0.3, 0.8, 0.3, 0.5, 0.5, 0.3, 0.8, 0.7, 0.8], np.float32)
            part = f"{name}_{stride}"
            weights += [
                numpy_helper.from_array(kernel, f"w_{part}"),
                numpy_helper.from_array(bias, f"b_{part}"),
                numpy_helper.from_array(np.array([1, -1, wide], np.int64), f"shape_{part}"),
            ]
            made = [f"mean_{stride}", f"w_{part}", f"b_{part}"]
            nodes.append(helper.make_node("Conv", made, [f"raw_{part}"]))
            kind = "Sigmoid" if score else "Identity"
            nodes.append(helper.make_node(kind, [f"raw_{part}"], [f"sure_{part}"]))
            turned = [f"sure_{part}"], [f"last_{part}"]
            nodes.append(helper.make_node("Transpose", *turned, perm=[0, 2, 3, 1]))
            shaped = [f"last_{part}", f"shape_{part}"]
            nodes.append(helper.make_node("Reshape", shaped, [part]))
            outputs.append(helper.make_tensor_value_info(part, TensorProto.FLOAT, [1, None, wide]))
    shape: list[int | str | None] = [1, 3, "height", "width"]
    return _save(path, nodes, weights, ("input", shape), outputs)


def make_recogniser(path: Path) -> Path:
    """A face's features are its 8 x 8 thumbnail, less its mean."""
    nodes = [
        helper.make_node(
            "AveragePool", ["data"], ["small"], kernel_shape=[14, 14], strides=[14, 14]
        ),
        helper.make_node("Flatten", ["small"], ["flat"]),
        helper.make_node("MatMul", ["flat", "less"], ["fc1"]),
    ]
    less = (np.eye(192) - np.full((192, 192), 1 / 192)).astype(np.float32)
    outputs = [helper.make_tensor_value_info("fc1", TensorProto.FLOAT, [1, 192])]
    weights = [numpy_helper.from_array(less, "less")]
    return _save(path, nodes, weights, ("data", [1, 3, 112, 112]), outputs)


def _save(
    path: Path,
    nodes: list[onnx.NodeProto],
    weights: list[onnx.TensorProto],
    given: tuple[str, list[int | str | None]],
    outputs: list[onnx.ValueInfoProto],
) -> Path:
    entry = helper.make_tensor_value_info(given[0], TensorProto.FLOAT, given[1])
    graph = helper.make_graph(nodes, "tiny", [entry], outputs, weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.checker.check_model(model)
    onnx.save(model, str(path))
    return path
