"""The clean photographs and damage shapes that training draws from, read once into memory.

Photographs are held as several sharp reductions of each, so that scenes come at many scales; which
ones are never read is written in quality_split.toml.
"""

import json
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from skimage import color, data

Bytes = npt.NDArray[np.uint8]
Point = tuple[float, float]
SPLIT = Path(__file__).parent / "quality_split.toml"

_SHARE_CUT = {"pg_": 0.06}
"""Coloured edge strips of the three-plate scans, as a share of each side."""
_REDUCTIONS = {
    "pg_": (4.0, 5.0, 6.5),
    "usda_": (2.0, 2.7, 3.6),
    "usn_2004": (2.0, 2.7, 3.6),
    "usn_2009": (2.0, 2.8, 4.0),
}
_PLAIN_REDUCTIONS = (1.0, 1.33, 1.8)
"""Photographs whose own pixels are sharp; those above are soft or JPEG at full size."""
_LEAST_PART = 12
"""Pixels of a part of a shape that is large enough to be laid by itself."""
SHIPPED = ("camera", "chelsea", "coffee", "hubble_deep_field", "brick", "grass", "gravel")
"""CC0 and public domain photographs of scikit-image."""


@dataclass(frozen=True, slots=True)
class Source:
    """What one training draws from."""

    photos: list[list[Bytes]]
    """Each photograph's reductions, RGB."""
    shapes: list[list[Bytes]]
    """Each damage shape's opacity at full, half and quarter size, cut to its bounds."""
    marks: list[list[Bytes]]
    """Small marks traced on real film, in the same form."""
    pieces: list[Bytes]
    """The connected parts of the shapes, at full size."""
    faces: list[list[Point]]
    """Where faces are on each photograph, as fractions (x, y) of its sides."""


def read_split() -> dict[str, dict[str, list[Any]]]:
    return tomllib.loads(SPLIT.read_text("utf-8"))


def reductions(path: Path) -> list[Bytes]:
    """The photograph at its sharp sizes, RGB. Raises OSError for an unreadable file."""
    read = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if read is None:
        raise OSError(f"{path} is not a readable picture.")
    image = np.asarray(cv2.cvtColor(read, cv2.COLOR_BGR2RGB), np.uint8)
    height, width = image.shape[:2]
    for start, cut in _SHARE_CUT.items():
        if path.stem.startswith(start):
            y, x = round(cut * height), round(cut * width)
            image = image[y : height - y, x : width - x]
    factors = _PLAIN_REDUCTIONS
    for start, known in _REDUCTIONS.items():
        factors = known if path.stem.startswith(start) else factors
    return [
        image
        if factor == 1
        else np.asarray(
            cv2.resize(image, None, fx=1 / factor, fy=1 / factor, interpolation=cv2.INTER_AREA)
        )
        for factor in factors
    ]


def read_source(photos: Path) -> Source:
    """Everything training may see below the folder ``photos`` (with truth/ and damage-shapes/)."""
    split = read_split()
    names = split["photos"]["train"]
    files = {path.stem: path for path in sorted((photos / "truth").iterdir())}
    held_numbers = {f"{int(number):04d}" for number in split["shapes"]["held_out_numbers"]}
    shapes: list[list[Bytes]] = []
    pieces: list[Bytes] = []
    for path in sorted((photos / "damage-shapes" / "synthetic").rglob("*.png")):
        if path.stem.rsplit("-", 1)[-1] not in held_numbers:
            read = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
            assert read is not None, path
            opacity = np.ascontiguousarray(read[..., 3])
            shapes.append(_reduced(opacity))
            pieces += _parts(opacity)
    marks: list[list[Bytes]] = []
    for path in sorted((photos / "damage-shapes" / "scans-annotations").glob("*.json")):
        if path.stem not in split["shapes"]["held_out_scans"]:
            marks.extend(_reduced(mark) for mark in traced(path))
    photos_read = [reductions(files[name]) for name in names]
    return Source(photos_read, shapes, marks, pieces, _faces(split, names))


def _faces(split: dict[str, dict[str, list[Any]]], names: Sequence[str]) -> list[list[Point]]:
    return [[(x, y) for x, y in split["faces"].get(name, ())] for name in names]


def read_shipped(photos: Path) -> Source:
    """Everything of :func:`read_source`, and the free photographs that scikit-image brings."""
    read = read_source(photos)
    shipped = (getattr(data, name)() for name in SHIPPED)
    colour = [[color.gray2rgb(image) if image.ndim == 2 else image] for image in shipped]
    faces = read.faces + _faces(read_split(), SHIPPED)
    return Source(read.photos + colour, read.shapes, read.marks, read.pieces, faces)


def traced(path: Path) -> Iterator[Bytes]:
    """Opacity of each traced mark that is not too large, at the scan's own size."""
    for item in json.loads(path.read_text("utf-8")).values():
        points = np.array([[p["x"], p["y"]] for p in item["points"]], np.float64)
        points -= points.min(axis=0) - 2
        width, height = (int(side) + 3 for side in points.max(axis=0))
        if max(width, height) <= 600 and len(points) > 2:
            canvas = np.zeros((height, width), np.uint8)
            cv2.fillPoly(canvas, [np.round(points * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
            yield canvas


def _parts(opacity: Bytes) -> Iterator[Bytes]:
    count, labels, stats, _ = cv2.connectedComponentsWithStats((opacity > 24).astype(np.uint8))
    for label in range(1, count):
        x, y, width, height, area = stats[label]
        if area >= _LEAST_PART:
            place = np.s_[y : y + height, x : x + width]
            yield np.where(labels[place] == label, opacity[place], np.uint8(0))


def _reduced(opacity: Bytes) -> list[Bytes]:
    rows, columns = np.nonzero(opacity > 8)
    cut = opacity[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    sizes = [np.pad(cut, 4)]
    for _ in range(2):
        sizes.append(np.asarray(cv2.resize(sizes[-1], None, fx=0.5, fy=0.5, interpolation=3)))
    return sizes
