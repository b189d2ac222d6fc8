"""The learned part: small networks that were trained for this house, run by ONNX Runtime, which
takes less than half the time of OpenCV's own network module.

Four read a plane in tiles: one says what to add to a bicubic enlargement, two how likely each pixel
is damage, one what was there before (``mender``). The fifth is asked by ``kinship``. How they were
trained, on what, and how good they are: weights/CARD.md.
"""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cache, partial
from hashlib import sha256
from importlib.resources import files
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import onnxruntime

from server.restoration.engine import Report
from server.restoration.lab import Plane

Planes = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]

_WEIGHTS = files(__package__).joinpath("weights")

_AT_ONCE = 2
"""Tiles that are read at once at most; each takes memory."""
_SPAN, _LOW = 0.85, np.float32(0.07)
"""A faded print is spread to this range before it is read: the networks saw few fainter."""
_MOST_GAIN = 4.0
_HALF = np.float32(0.5)
"""What is taken off before reading."""
_VIEWED = 900_000
"""Pixels read in all: a small picture is read turned and mirrored as well, and the mean taken."""


@dataclass(frozen=True, slots=True)
class Network:
    """A file of weights, and how to ask it."""

    file: str
    zoom: int
    """The answer's side over the print's."""
    margin: int
    """Pixels of a tile that only its neighbour's answer tells of, so that no seam shows."""
    edge: int
    """Pixels that the picture is mirrored by at its own edge."""
    multiple: int
    """Of what a tile's sides must be multiples; twice the margin, and the edge, are."""
    told: int = 1
    """Planes of the answer."""
    tile: int = 608
    """Longest side of a tile."""


CLEARER = Network("prints.onnx", zoom=2, margin=16, edge=16, multiple=8)
FINDER = Network("damage.onnx", zoom=1, margin=48, edge=16, multiple=16)
SOFT_FINDER = replace(FINDER, file="soft.onnx")
"""Knows damage that is as soft as the picture, too, and takes more for it that is none."""
MENDER = Network("mender.onnx", zoom=1, margin=32, edge=16, multiple=16, told=2, tile=352)
KIN = Network("kinship.onnx", zoom=1, margin=0, edge=0, multiple=16, told=17)


@cache
def packed(network: Network) -> bytes:
    """The file of weights."""
    return _WEIGHTS.joinpath(network.file).read_bytes()


@cache
def digest(network: Network) -> str:
    """SHA-256 of the weights."""
    return sha256(packed(network)).hexdigest()


@dataclass(frozen=True, slots=True)
class Tone:
    """What is taken off a plane's values 0..1 and by how much they are multiplied before reading: a
    full range stays as it is."""

    low: np.float32
    gain: np.float32

    @classmethod
    def of(cls, plane: Plane) -> "Tone":
        low, high = np.percentile(plane[::2, ::2], (0.5, 99.5))
        gain = float(np.clip(_SPAN / max(high - low, 1e-3), 1, _MOST_GAIN))
        return cls(np.float32(low if gain > 1 else _LOW), np.float32(gain))

    def spread(self, plane: Plane) -> Plane:
        """As the networks read it."""
        return (plane - self.low) * self.gain + _LOW - _HALF

    def back(self, plane: Plane) -> Plane:
        """The reverse."""
        return (plane + _HALF - _LOW) / self.gain + self.low


def cleared(plane: Plane, report: Report) -> Plane:
    """Lightness 0..1 (may overshoot) at twice the size: grain calmed, blur undone."""
    tone = Tone.of(plane)
    size = (2 * plane.shape[1], 2 * plane.shape[0])
    out = np.asarray(cv2.resize(plane, size, interpolation=cv2.INTER_CUBIC), np.float32)
    out += read(CLEARER, tone.spread(plane)[None], report)[0] / tone.gain
    return out


def damage_odds(plane: Plane, report: Report, *, finder: Network = FINDER) -> Plane:
    """Of each pixel of lightness 0..1 the logarithm of the odds that it is damage."""
    return read(finder, Tone.of(plane).spread(plane)[None], report)[0]


def read(network: Network, planes: Planes, report: Report, *, where: Mask | None = None) -> Planes:
    """The answer to planes (n, h, w), in as many as it has, at ``zoom`` times their size; the mean
    over its views. Tiles with nothing of ``where`` (h, w) are not read; their answer is 0."""
    wanted = np.ones(planes.shape[1:], bool) if where is None else where
    ready = cache(partial(session_of, network))
    views = int(np.clip(_VIEWED // planes[0].size, 1, 8))

    def look(view: int) -> Planes:
        turned, there = _turned(planes, view), _turned(wanted[None], view)[0]

        def tell(share: float) -> None:
            report(0.9 * (view + share) / views)

        told = _tiled(network, ready, turned, there, tell)
        return _back(told, view)

    total = look(0)
    for view in range(1, views):
        total += look(view)
    return total / np.float32(views)


def session_of(
    network: Network, height: int, width: int, threads: int = 0
) -> onnxruntime.InferenceSession:
    """The network, ready to be asked for ``print`` (1, planes, height, width), by so many threads a
    question; 0: one for each of the processor's cores."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    # Where sizes are known, sums and products stay in the order of memory convolutions like best.
    options.add_free_dimension_override_by_name("height", height)
    options.add_free_dimension_override_by_name("width", width)
    # It would keep what two questions at once took twice, and saves no time.
    options.enable_mem_pattern = False
    # Threads that wait for work would keep the cores busy that serve the screens.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(
        packed(network), options, providers=["CPUExecutionProvider"]
    )


def _turned(planes: npt.NDArray[Any], view: int) -> npt.NDArray[Any]:
    """The planes mirrored (views 1, 3, ...) and turned by view // 2 quarters."""
    mirrored = planes[..., ::-1] if view % 2 else planes
    return np.ascontiguousarray(np.rot90(mirrored, view // 2, axes=(1, 2)))


def _back(planes: Planes, view: int) -> Planes:
    straight = np.rot90(planes, -(view // 2), axes=(1, 2))
    return np.ascontiguousarray(straight[..., ::-1] if view % 2 else straight)


def _tiled(
    network: Network,
    ready: Callable[[int, int, int], onnxruntime.InferenceSession],
    planes: Planes,
    where: Mask,
    report: Report,
) -> Planes:
    """Tiles of one size that share margins, some at once: a core that reads a tile by itself waits
    for no other. ``ready`` is :func:`session_of`."""
    height, width = planes.shape[1:]
    zoom, edge = network.zoom, network.edge
    rows, tall = _cut(height, network)
    columns, broad = _cut(width, network)
    down, along = tall - 2 * network.margin, broad - 2 * network.margin
    low = (rows - 1) * down + tall - edge - height
    right = (columns - 1) * along + broad - edge - width
    border = (edge, low, edge, right, cv2.BORDER_REFLECT_101)
    wide = np.stack([cv2.copyMakeBorder(each, *border) for each in planes])
    wanted = cv2.copyMakeBorder(where.astype(np.uint8), *border[:4], cv2.BORDER_CONSTANT) > 0
    out = np.zeros((network.told, *(zoom * side for side in wide.shape[1:])), np.float32)
    cores = os.cpu_count() or 1
    at_once = min(_AT_ONCE, rows * columns, cores)
    session = ready(tall, broad, cores // at_once)

    def look(row: int, column: int) -> None:
        y, x = row * down, column * along
        place = (slice(y, y + tall), slice(x, x + broad))
        if not wanted[place].any():
            return
        (answer,) = session.run(None, {"print": wide[None, :, *place]})
        own = (_own(network, row, rows, tall), _own(network, column, columns, broad))
        y, x = y * zoom, x * zoom
        for plane, told in zip(out, shuffled(answer[0], network), strict=True):
            plane[y : y + tall * zoom, x : x + broad * zoom][own] = told[own]

    with ThreadPoolExecutor(at_once) as pool:
        places = zip(*np.ndindex(rows, columns), strict=True)
        for done, _ in enumerate(pool.map(look, *places), start=1):
            report(done / (rows * columns))
    inner = (slice(edge * zoom, (edge + side) * zoom) for side in planes.shape[1:])
    return np.ascontiguousarray(out[:, *inner])


def _cut(length: int, network: Network) -> tuple[int, int]:
    """Into how many tiles of what side a length is cut, with its edges."""
    length, shared = length + 2 * network.edge, 2 * network.margin
    count = max(1, -(-(length - shared) // (network.tile - shared)))
    side = -(-(length + (count - 1) * shared) // count)
    return count, -(-side // network.multiple) * network.multiple


def _own(network: Network, place: int, count: int, side: int) -> slice:
    """The part of the answer to a tile of this ``side``, so many of ``count``, that is kept."""
    begins = network.margin if place else 0
    ends = side if place == count - 1 else side - network.margin
    return slice(begins * network.zoom, ends * network.zoom)


def shuffled(channels: Planes, network: Network) -> Planes:
    """A network's channels (n, h, w) laid out as planes, (told, 2 zoom h, 2 zoom w)."""
    by, (height, width) = 2 * network.zoom, channels.shape[1:]
    grid = channels.reshape(network.told, by, by, height, width).transpose(0, 3, 1, 4, 2)
    return np.ascontiguousarray(grid).reshape(network.told, height * by, width * by)
