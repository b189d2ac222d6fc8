"""The learned part: one small network that was trained for this house, run by OpenCV in tiles.

It reads lightness alone and says what to add to a bicubic enlargement. How it was trained, on what,
and how good it is: weights/CARD.md.
"""

from functools import cache
from hashlib import sha256
from importlib.resources import files

import cv2
import numpy as np
import numpy.typing as npt

from server.restoration.engine import Report
from server.restoration.lab import Plane

_WEIGHTS = files(__package__).joinpath("weights", "prints.onnx")

_TILE, _MARGIN, _MULTIPLE, _ZOOM = 512, 24, 8, 2
"""Longest side of a tile without its margin; the margin; of what sides must be multiples;
the enlargement."""
_SPAN, _LOW = 0.85, 0.07
"""A faded print is spread to this range before it is read: the network saw few fainter."""
_MOST_GAIN = 4.0
_VIEWED = 400_000
"""Pixels read in all: a small picture is read turned and mirrored as well, and the mean taken."""


@cache
def digest() -> str:
    """SHA-256 of the weights."""
    return sha256(_WEIGHTS.read_bytes()).hexdigest()


def cleared(plane: Plane, report: Report) -> Plane:
    """Lightness 0..1 (may overshoot) at twice the size: grain calmed, blur undone."""
    low, gain = _spread(plane)
    size = (2 * plane.shape[1], 2 * plane.shape[0])
    out = np.asarray(cv2.resize(plane, size, interpolation=cv2.INTER_CUBIC), np.float32)
    out += _read((plane - low) * gain + np.float32(_LOW), report) / gain
    return out


def _spread(plane: Plane) -> tuple[np.float32, np.float32]:
    """What is taken off and by how much is multiplied before reading; 1 for a full range."""
    low, high = np.percentile(plane[::2, ::2], (0.5, 99.5))
    gain = float(np.clip(_SPAN / max(high - low, 1e-3), 1, _MOST_GAIN))
    return np.float32(low if gain > 1 else _LOW), np.float32(gain)


def _read(plane: Plane, report: Report) -> Plane:
    """The residual at twice the plane's size; the mean over its views."""
    net = cv2.dnn.readNetFromONNX(np.frombuffer(_WEIGHTS.read_bytes(), np.uint8))
    views = int(np.clip(_VIEWED // plane.size, 1, 8))
    total: Plane | None = None
    for view in range(views):
        turned = _turned(plane, view)
        answer = _back(_tiled(net, turned), view)
        total = answer if total is None else total + answer
        report(0.9 * (view + 1) / views)
    assert total is not None
    return total / np.float32(views)


def _turned(plane: Plane, view: int) -> Plane:
    """The plane mirrored (views 1, 3, ...) and turned by view // 2 quarters."""
    return np.ascontiguousarray(np.rot90(plane[:, ::-1] if view % 2 else plane, view // 2))


def _back(plane: Plane, view: int) -> Plane:
    straight = np.rot90(plane, -(view // 2))
    return np.ascontiguousarray(straight[:, ::-1] if view % 2 else straight)


def _tiled(net: "cv2.dnn.Net", plane: Plane) -> Plane:
    """Tiles of one size with a margin of picture around each, so that no seam shows."""
    height, width = plane.shape
    rows, row_side = _cut(height)
    columns, column_side = _cut(width)
    low = rows * row_side + _MARGIN - height
    right = columns * column_side + _MARGIN - width
    wide = cv2.copyMakeBorder(plane, _MARGIN, low, _MARGIN, right, cv2.BORDER_REFLECT_101)
    out = np.empty((rows * row_side * _ZOOM, columns * column_side * _ZOOM), np.float32)
    edge = _MARGIN * _ZOOM
    for row in range(rows):
        for column in range(columns):
            y, x = row * row_side, column * column_side
            tile = wide[y : y + row_side + 2 * _MARGIN, x : x + column_side + 2 * _MARGIN]
            net.setInput(np.ascontiguousarray(tile - np.float32(0.5))[None, None])
            made = _shuffled(net.forward("residual")[0], 2 * _ZOOM)
            out[y * _ZOOM : (y + row_side) * _ZOOM, x * _ZOOM : (x + column_side) * _ZOOM] = made[
                edge : edge + row_side * _ZOOM, edge : edge + column_side * _ZOOM
            ]
    return np.ascontiguousarray(out[: height * _ZOOM, : width * _ZOOM])


def _cut(length: int) -> tuple[int, int]:
    """Into how many tiles of what side a length is cut."""
    count = -(-length // _TILE)
    side = -(-length // count)
    return count, -(-side // _MULTIPLE) * _MULTIPLE


def _shuffled(channels: npt.NDArray[np.float32], by: int) -> Plane:
    """Channels (by * by, h, w) laid out as pixels, (h * by, w * by)."""
    height, width = channels.shape[1:]
    grid = channels.reshape(by, by, height, width).transpose(2, 0, 3, 1)
    return np.ascontiguousarray(grid).reshape(height * by, width * by)
