"""What a curator drew, as evidence on a small raster: where each documented thing surely is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from server.restoration.lab import Plane, lab
from server.restoration.palette import Palette

CERTAINTY = {"guess": 85, "likely": 170, "documented": 255}
"""The values of the layer ``colour-source``; 0 is no evidence."""

_ALIKE = 7.0
"""L* by which the surface under a mark may vary."""

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Hint:
    """One coloured region: its colour in L*a*b*, how sure it is, and where it lies."""

    colour: tuple[float, float, float]
    certainty: int
    inside: Mask
    """Surely part of it."""
    reach: Plane
    """0..1: how far it may spread from there; 0 is surely outside."""
    bounded: bool
    """An outline says how far it goes."""
    owned: Mask
    """Inside another region's outline, but for what is surely this one's own."""
    palette: Palette | None = None
    """Shades of it on a reference photograph."""


def colour_of(code: str) -> tuple[float, float, float]:
    """L*, a*, b* of ``#RRGGBB``. Raises ValueError for anything else."""
    digits = code.removeprefix("#")
    if len(digits) != 6:
        raise ValueError(f"{code!r} is not a colour. Write it as #RRGGBB.")
    value = np.array([[[int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]]], np.float32)
    level, a, b = lab(value)[0, 0]
    return float(level), float(a), float(b)


def _pixels(points: Sequence[Sequence[float]], height: int, width: int) -> npt.NDArray[np.int32]:
    # Four fractional bits: outlines keep their place on a small raster.
    scaled = np.asarray(points, np.float64) * (width, height) - 0.5
    return np.round(scaled * 16).astype(np.int32)


def _outline(points: Sequence[Sequence[float]], height: int, width: int) -> Mask:
    canvas = np.zeros((height, width), np.uint8)
    cv2.fillPoly(canvas, [_pixels(points, height, width)], 1, lineType=cv2.LINE_8, shift=4)
    return canvas > 0


def _marks(region: Mapping[str, Any], height: int, width: int) -> Mask:
    canvas = np.zeros((height, width), np.uint8)
    thick = max(1, round(max(height, width) / 160))
    for stroke in region.get("strokes") or ():
        line = [_pixels(stroke, height, width)]
        cv2.polylines(canvas, line, False, 1, thickness=thick, shift=4)
    for point in region.get("points") or ():
        x, y = _pixels([point], height, width)[0]
        cv2.circle(canvas, (int(x), int(y)), 16 * thick, 1, -1, shift=4)
    return canvas > 0


def _depth(mask: Mask) -> Plane:
    """Pixels to the nearest pixel outside ``mask``; the picture's edge is no outside."""
    if mask.all():
        return np.full(mask.shape, float(max(mask.shape)), np.float32)
    return np.asarray(cv2.distanceTransform(mask.astype(np.uint8), cv2.DIST_L2, 5), np.float32)


def _of_outline(area: Mask) -> tuple[Mask, Plane]:
    """A drawn line is trusted to a band; in the band the picture's own edge decides."""
    inward, outward = _depth(area), _depth(~area)
    band = float(np.clip(0.3 * inward.max(), 1.5, max(area.shape) / 36))
    inside = inward > min(band, 0.6 * inward.max())
    return inside, np.clip(1.5 - outward / band, 0, 1).astype(np.float32)


_Drawn = tuple[Mask, Plane, Mask]
"""Where a region surely is, how far it may reach, and what it covers as drawn."""


def _of_marks(marks: Mask, plane: Plane) -> tuple[Mask, Plane]:
    """Strokes and points say where, not how far.

    What hangs together with a mark and is nearly as light is surely the same thing; beyond it, the
    reach fades over a quarter of the picture.
    """
    far = max(marks.shape) / 4
    reach = np.clip(1.6 * (1 - _depth(~marks) / far), 0, 1).astype(np.float32)
    calm = np.asarray(cv2.GaussianBlur(plane, (0, 0), 1.2), np.float32)
    lightness = float(np.median(calm[marks])) if marks.any() else 0.0
    alike = (np.abs(calm - lightness) < _ALIKE) & (reach > 0.3)
    _, labels = cv2.connectedComponents((alike | marks).astype(np.uint8), connectivity=4)
    touched = np.isin(labels, np.unique(labels[marks])) & (alike | marks)
    return marks | (_depth(touched) > 1.5), reach


def _evidence(region: Mapping[str, Any], plane: Plane) -> _Drawn:
    """Where it surely is, how far it may reach, and what it covers as drawn."""
    height, width = plane.shape
    marks = _marks(region, height, width)
    outline = region.get("outline")
    if not outline:
        return *_of_marks(marks, plane), marks
    area = _outline(outline, height, width)
    if not area.any():
        area = _marks({"points": [np.mean(outline, axis=0)]}, height, width)
    inside, reach = _of_outline(area)
    return inside | (marks & area), reach, area


def _kept_apart(regions: Sequence[Mapping[str, Any]], drawn: list[_Drawn]) -> list[_Drawn]:
    """Marks hold their own place, but what they spread over yields to another region's outline.

    To the whole of it: in the band along a drawn line, too, a mast's stroke must not win the sky.
    """
    outlined = [region.get("outline") is not None for region in regions]
    if not any(outlined):
        return drawn
    owned = np.any([part[2] for part, own in zip(drawn, outlined, strict=True) if own], axis=0)
    near = max(owned.shape) / 200
    return [
        part if own else (part[0] & ((_depth(~part[2]) <= near) | ~owned), part[1], part[2])
        for part, own in zip(drawn, outlined, strict=True)
    ]


def hints_of(regions: Sequence[Mapping[str, Any]], plane: Plane) -> list[Hint]:
    """The coloured regions of a photo on the raster of ``plane`` (L*), in the curator's order.

    Where regions lie on each other the smaller one is in front; a region without a colour (a face
    inside a tunic) keeps colour off itself.
    """
    drawn = [_evidence(region, plane) for region in regions]
    drawn = _kept_apart(regions, drawn)
    hints: list[Hint] = []
    for place, (region, (inside, reach, area)) in enumerate(zip(regions, drawn, strict=True)):
        code = region.get("colour")
        if not code:
            continue
        inside, reach = inside.copy(), reach.copy()
        owned = np.zeros_like(inside)
        for other, (front, _, covered) in enumerate(drawn):
            if other == place:
                continue
            if (covered.sum(), other) < (area.sum(), place):
                inside &= ~covered
                reach[front] = 0
            if regions[other].get("outline"):
                owned |= covered
        certainty = CERTAINTY[str(region.get("certainty") or "guess")]
        palette = tuple(tuple(row) for row in region.get("palette") or ()) or None
        bounded, colour = bool(region.get("outline")), colour_of(str(code))
        hints.append(Hint(colour, certainty, inside, reach, bounded, owned & ~inside, palette))
    return hints
