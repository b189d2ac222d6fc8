"""Faces, proposed for protection: where a curator should look, never a decision.

The detector is the cascade of local binary patterns that ships with scikit-image (BSD). Alone it
takes many a pattern for a face; a proposal must be found again in the mirrored picture, a little
smaller and through another contrast, because a real face survives that and a pattern does not.
"""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from skimage import data
from skimage.feature import Cascade

from server.restoration.engine import Image
from server.restoration.lab import Plane

_SIDE = 640
_SMALLEST = 22
"""Pixels on the long side of 640: smaller faces cannot be told from patterns."""
_LARGEST = 0.9
_WIDER = 1.15
_SAME = 0.3
"""Overlap (intersection over union) from which two finds are one face."""
_AGREEING = 6
"""Views, of six, in which a face must be found: on 22 old and 12 clean photographs that gives no
face where there is none."""


@dataclass(frozen=True, slots=True)
class Face:
    """A proposal: centre and half axes as fractions of the picture's width and height."""

    x: float
    y: float
    half_width: float
    half_height: float

    def outline(self, corners: int = 12) -> list[tuple[float, float]]:
        """The proposal as an outline for photo.toml, clipped to the picture."""
        angles = np.linspace(0, 2 * np.pi, corners, endpoint=False)
        points = zip(
            self.x + self.half_width * np.cos(angles),
            self.y + self.half_height * np.sin(angles),
            strict=True,
        )
        return [(_fraction(x), _fraction(y)) for x, y in points]


def _fraction(value: float) -> float:
    return round(float(np.clip(value, 0, 1)), 4)


@lru_cache(maxsize=1)
def _cascade() -> Cascade:
    return Cascade(data.lbp_frontal_face_cascade_filename())


_Box = tuple[float, float, float]
"""Left, top and side."""


def _found(plane: npt.NDArray[np.floating]) -> list[_Box]:
    hits = _cascade().detect_multi_scale(
        img=np.ascontiguousarray(plane, np.float64),
        scale_factor=1.12,
        step_ratio=1,
        min_size=(_SMALLEST, _SMALLEST),
        max_size=(round(_LARGEST * min(plane.shape)),) * 2,
    )
    return [(float(hit["c"]), float(hit["r"]), float(hit["width"])) for hit in hits]


def _glimpsed(plane: Plane) -> list[_Box]:
    """As ``_found``, by OpenCV: a sixth of its time at twice the size, which makes up for the
    pixels that OpenCV skips. More real faces than ``_found``, more patterns too."""
    # In the file that ships with scikit-image one name is misspelt, and OpenCV insists on it.
    text = Path(data.lbp_frontal_face_cascade_filename()).read_text(encoding="utf-8")
    text = text.replace("featuhreParams", "featureParams")
    storage = cv2.FileStorage(text, cv2.FILE_STORAGE_READ | cv2.FILE_STORAGE_MEMORY)
    cascade = cv2.CascadeClassifier()
    cascade.read(storage.getFirstTopLevelNode())
    levels = np.round(np.clip(plane, 0, 1) * 255).astype(np.uint8)
    large = cv2.resize(levels, None, fx=2, fy=2, interpolation=cv2.INTER_LINEAR)
    hits = cascade.detectMultiScale(
        large,
        scaleFactor=1.12,
        minNeighbors=2,
        minSize=(2 * _SMALLEST,) * 2,
        maxSize=(round(2 * _LARGEST * min(plane.shape)),) * 2,
    )
    return [(x / 2, y / 2, side / 2) for x, y, side, _ in hits]


def _views(plane: Plane) -> list[list[_Box]]:
    """What is found in six views of one picture, in its own coordinates."""
    width = plane.shape[1]
    even = cv2.createCLAHE(2.0, (6, 6)).apply(np.round(plane * 255).astype(np.uint8)) / 255.0
    out = []
    for view in (plane, even):
        out.append(_found(view))
        out.append([(width - x - side, y, side) for x, y, side in _found(view[:, ::-1])])
        scale = 0.87
        small = cv2.resize(view, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        out.append([(x / scale, y / scale, side / scale) for x, y, side in _found(small)])
    return out


def _overlap(one: _Box, other: _Box) -> float:
    across = min(one[0] + one[2], other[0] + other[2]) - max(one[0], other[0])
    down = min(one[1] + one[2], other[1] + other[2]) - max(one[1], other[1])
    if across <= 0 or down <= 0:
        return 0.0
    return across * down / (one[2] ** 2 + other[2] ** 2 - across * down)


def faces(image: Image) -> list[Face]:
    """Proposals, the surest first. About 5 s of one core, whatever the picture's size."""
    plane = _small(np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), np.float32))
    if min(plane.shape) < 2 * _SMALLEST:
        return []
    views = _views(plane)
    left = [box for view in views for box in view]
    kept: list[tuple[int, _Box]] = []
    while left:
        groups = [[other for other in left if _overlap(box, other) > _SAME] for box in left]
        best = max(groups, key=len)
        agreeing = sum(any(box in view for box in best) for view in views)
        if agreeing >= _AGREEING:
            kept.append((agreeing, tuple(np.median(np.array(best), axis=0))))
        left = [box for box in left if box not in best]
    kept.sort(key=lambda found: (-found[0], -found[1][2]))
    return [_face(box, plane.shape) for _, box in kept]


def maybe_faces(plane: Plane) -> npt.NDArray[np.bool_]:
    """True where a face may be, for those who would rather spare a pattern than harm a face:
    whatever is found in one look at lightness 0..1 and one at its mirror image. About 0.2 s."""
    small = _small(plane)
    out = np.zeros(plane.shape, np.uint8)
    if min(small.shape) < 2 * _SMALLEST:
        return out > 0
    width = small.shape[1]
    mirrored = [(width - x - side, y, side) for x, y, side in _glimpsed(small[:, ::-1])]
    for box in (*_glimpsed(small), *mirrored):
        face = _face(box, small.shape)
        middle = (round(face.x * plane.shape[1]), round(face.y * plane.shape[0]))
        axes = (
            round(_WIDER * face.half_width * plane.shape[1]),
            round(_WIDER * face.half_height * plane.shape[0]),
        )
        cv2.ellipse(out, middle, axes, 0, 0, 360, 1, -1)
    return out > 0


def _small(plane: Plane) -> Plane:
    scale = min(1.0, _SIDE / max(plane.shape))
    if scale == 1:
        return plane
    return np.asarray(cv2.resize(plane, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA))


def _face(box: _Box, shape: tuple[int, ...]) -> Face:
    """The detector's square ends at the brows; a face reaches from the hairline to the chin."""
    height, width = shape[:2]
    x, y, side = box
    return Face(
        (x + side / 2) / width,
        (y + 0.52 * side) / height,
        0.5 * side / width,
        0.66 * side / height,
    )
