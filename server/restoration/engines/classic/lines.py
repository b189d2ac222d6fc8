"""Scratches, hairs and cracks: thin lines that stand out on both sides, alone.

A pixel is on a line when it differs from both its sides in the same direction, all along a short
stretch of some direction. Steps (roofs, lapels, horizons) fail, as they differ from one side
only; rims and frames, as they part two tones or run beside a line of the other polarity; fur and
rigging, as their neighbourhood is full of lines; thick strokes, as a scratch is thin.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from server.restoration.lab import Plane

Mask = npt.NDArray[np.bool_]

_DIRECTIONS = 16
_STRIP = 128
"""Rows worked on at once."""
_CAP = np.float32(0.25)
"""No single pixel counts for more: a speck is no line, however bright."""
_BESIDE, _STEP_CAP = 1.8, np.float32(0.4)
"""Where the tones beside a line are taken, in multiples of its reach, and how far they count."""
_BROAD = 2.4
"""A line that answers as well at so many times the reach is broad, or one of many."""
_WEIGHTS = {
    # alone, clear, width, step, opposite, broad
    True: (1.89, 0.73, -0.76, -0.89, -0.75, -0.74),
    False: (2.47, 0.44, -1.06, -1.13, 0.0, -0.31),
}
"""What speaks for a scratch, as weights of logarithms, for bright and for dark lines; fitted by
logistic regression on prints aged with known damage and on clean photographs. Against it speak
two tones that it parts (an edge), a line of the other polarity beside it (a frame), and width."""
_BAR = {True: 8.0, False: 8.6}

_Values = npt.NDArray[np.float64]


def _shifted(plane: Plane, down: int, right: int) -> Plane:
    """``plane`` moved, its edge pixels repeated where nothing comes in."""
    height, width = plane.shape
    y, x = min(abs(down), height - 1), min(abs(right), width - 1)
    padded = cv2.copyMakeBorder(plane, y, y, x, x, cv2.BORDER_REPLICATE)
    top, left = (0 if down > 0 else 2 * y), (0 if right > 0 else 2 * x)
    return np.asarray(padded[top : top + height, left : left + width])


def along(plane: Plane, angle: float) -> Plane:
    """Mean over 16 pixels in one direction, by doubling."""
    total, dy, dx = plane, np.sin(angle), np.cos(angle)
    for step in (1, 2, 4, 8):
        total = total + _shifted(total, round(step * dy), round(step * dx))
    middle = _shifted(total, -round(7.5 * dy), -round(7.5 * dx))
    return np.asarray(middle / 16, np.float32)


def _sides(plane: Plane, angle: float, reach: float) -> tuple[Plane, Plane]:
    """How far each pixel lies above the one side of a line through it, and above the other."""
    down, right = round(reach * np.cos(angle)), round(-reach * np.sin(angle))
    return plane - _shifted(plane, down, right), plane - _shifted(plane, -down, -right)


def _step(plane: Plane, angle: float, reach: float) -> Plane:
    """How far the tones further out on the two sides lie apart."""
    down, right = _BESIDE * reach * np.cos(angle), -_BESIDE * reach * np.sin(angle)
    beyond = (round(down), round(right))
    step = _shifted(plane, *beyond) - _shifted(plane, -beyond[0], -beyond[1])
    return np.clip(step, -_STEP_CAP, _STEP_CAP)


def ridges(plane: Plane, reach: float, *, parted: bool = True) -> dict[bool, tuple[Plane, Plane]]:
    """For bright lines (True) and dark ones: how clearly each pixel lies on one, 0..0.25, the best
    of 16 directions; and how unlike the tones on the two sides of that line are (0 where that is
    not asked for by ``parted``)."""
    found = {bright: (np.zeros_like(plane), np.zeros_like(plane)) for bright in (True, False)}
    margin = round(_BESIDE * reach) + 20

    def fill(top: int) -> None:
        low, bottom = max(0, top - margin), min(top + _STRIP, plane.shape[0])
        strip = _ridges(plane[low : bottom + margin], reach, parted)
        for bright, planes in strip.items():
            for whole, part in zip(found[bright], planes, strict=True):
                whole[top:bottom] = part[top - low : bottom - low]

    # In strips that stay in the processor's cache: whole planes cost five times as long.
    with ThreadPoolExecutor(2) as pool:
        for _ in pool.map(fill, range(0, plane.shape[0], _STRIP)):
            pass
    return found


def _ridges(plane: Plane, reach: float, parted: bool) -> dict[bool, tuple[Plane, Plane]]:
    found = {bright: (np.zeros_like(plane), np.zeros_like(plane)) for bright in (True, False)}
    for number in range(_DIRECTIONS):
        angle = np.pi * number / _DIRECTIONS
        one, other = _sides(plane, angle, reach)
        step = np.abs(along(_step(plane, angle, reach), angle)) if parted else None
        for bright, (best, apart) in found.items():
            least = np.minimum(one, other) if bright else -np.maximum(one, other)
            rise = along(np.clip(least, -_CAP, _CAP), angle)
            better = rise > best
            np.copyto(best, rise, where=better)
            if step is not None:
                np.copyto(apart, step, where=better)
    return found


def _extents(labels: npt.NDArray[np.int32], count: int) -> tuple[_Values, _Values]:
    """Extent of each component along its main axis and across it, in pixels."""
    y, x = np.nonzero(labels)
    of = labels[y, x]
    area = np.maximum(np.bincount(of, minlength=count), 1)
    my, mx = np.bincount(of, y, count) / area, np.bincount(of, x, count) / area
    dy, dx = y - my[of], x - mx[of]
    yy, xx = np.bincount(of, dy * dy, count) / area, np.bincount(of, dx * dx, count) / area
    xy = np.bincount(of, dy * dx, count) / area
    root = np.sqrt(((yy - xx) / 2) ** 2 + xy**2)
    across = np.maximum((yy + xx) / 2 - root, 0)
    return np.sqrt(12 * ((yy + xx) / 2 + root)), np.sqrt(12 * across)


def mean_over(labels: npt.NDArray[np.int32], values: Plane, count: int) -> _Values:
    """Mean of ``values`` over each label from 1; 0 for the rest."""
    chosen = labels > 0
    of = labels[chosen]
    number = np.maximum(np.bincount(of, minlength=count), 1)
    return np.asarray(np.bincount(of, values[chosen], count) / number)


def _from_edge(shape: tuple[int, ...]) -> Plane:
    """Pixels from each pixel to the nearest side."""
    down, right = (np.minimum(np.arange(side), np.arange(side)[::-1]) for side in shape)
    return np.minimum(down[:, None], right[None]).astype(np.float32)


@dataclass(frozen=True, slots=True)
class _Lines:
    """Planes of one polarity: how clearly a pixel lies on a line, and what speaks against it."""

    answer: Plane
    apart: Plane
    opposite: Plane
    broad: Plane


def _near(plane: Plane, reach: float) -> Plane:
    side = 2 * round(reach) + 1
    return np.asarray(cv2.dilate(plane, np.ones((side, side), np.uint8)), np.float32)


def _scored(lines: _Lines, busy: Plane, sigma: float, unit: float, bright: bool) -> _Values:
    """Score over its bar for every pixel on a line of one polarity; elsewhere minus infinity."""
    answer = lines.answer
    limit = np.maximum(np.float32(2.2) * busy, np.float32(max(0.018, 1.8 * sigma)))
    crest = _near(answer, max(3, 4 * unit))
    weak = (answer > np.maximum(np.float32(0.6) * limit, np.float32(0.4) * crest)).astype(np.uint8)
    count, labels = cv2.connectedComponents(weak, connectivity=8)
    length, across = _extents(labels, count)
    length = np.maximum(length, 1)
    width = np.bincount(labels.ravel(), minlength=count) / length
    height = np.maximum(mean_over(labels, answer, count), 1e-4)
    against = (lines.apart, lines.opposite, lines.broad)
    facts = (
        mean_over(labels, answer / busy, count),
        height / max(sigma, 0.002),
        np.clip(width, 1e-3, 6),
        *(mean_over(labels, plane, count) / height + 0.05 for plane in against),
    )
    score = np.array(_WEIGHTS[bright]) @ np.log(np.maximum(np.stack(facts), 1e-3)) - _BAR[bright]
    keep = (length > max(22.0, 20 * unit)) & (width < 4 + 4 * unit)
    # A scratch is straight and a hair short: a long bow is a rim. Where lines cross, the mark
    # is as broad, but holds more pixels.
    keep &= (length < 105 * unit) | (across < 0.1 * length) | (width > 2.4)
    # A line along the very edge is the edge of the print or of the scan.
    keep &= mean_over(labels, _from_edge(answer.shape), count) > 0.02 * max(answer.shape)
    keep[0] = False
    return np.asarray(np.where(keep, score, -np.inf)[labels])


def _broad(plane: Plane, reach: float) -> dict[bool, Plane]:
    """Ridges at ``_BROAD`` times the reach, sought on a copy of half the size."""
    size = (max(1, plane.shape[1] // 2), max(1, plane.shape[0] // 2))
    half = np.asarray(cv2.resize(plane, size, interpolation=cv2.INTER_AREA), np.float32)
    answers = ridges(half, _BROAD * reach / 2, parted=False)
    return {
        bright: np.asarray(cv2.resize(best, plane.shape[::-1], interpolation=cv2.INTER_LINEAR))
        for bright, (best, _) in answers.items()
    }


def reach_of(plane: Plane) -> float:
    """How far from the middle of a thin line its sides lie, in pixels."""
    return max(2.0, 2.4 * max(plane.shape) / 1000)


def busyness(answer: Plane) -> Plane:
    """The mean, around each pixel, of how clearly pixels lie on lines, light or dark."""
    window = 2 * round(max(30, 36 * max(answer.shape) / 1000)) + 1
    mean = cv2.blur(answer, (window, window), borderType=cv2.BORDER_REFLECT)
    return np.asarray(np.maximum(mean, 1e-5), np.float32)


def thin_lines(plane: Plane, *, sigma: float, sensitivity: float) -> Mask:
    """Bright and dark thin lines that are long, and alone among what surrounds them.

    ``plane`` is luma 0..1; ``sigma`` its noise. Dark lines must pass a higher bar: mouths, lashes,
    creases of cloth and rigging are dark.
    """
    unit, reach = max(plane.shape) / 1000, reach_of(plane)
    fine, broad = ridges(plane, reach), _broad(plane, reach)
    busy = busyness(np.maximum(fine[True][0], fine[False][0]))
    found = np.zeros(plane.shape, bool)
    for bright, (answer, apart) in fine.items():
        opposite = _near(fine[not bright][0], max(2, 3 * unit))
        lines = _Lines(answer, apart, opposite, broad[bright])
        ease = _WEIGHTS[bright][0] * np.log(sensitivity)
        found |= _scored(lines, busy, sigma, unit, bright) > -ease
    return found
