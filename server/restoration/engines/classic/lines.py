"""Scratches, hairs and cracks: thin lines that stand out on both sides, alone.

A pixel is on a line when it differs from both its sides in the same direction, all along a short
stretch of some direction. Steps (roofs, lapels, horizons) fail, as they differ from one side
only; fur and rigging fail, as their neighbourhood is full of lines; thick strokes fail, as a
scratch is thin.
"""

import cv2
import numpy as np
import numpy.typing as npt

from server.restoration.engines.classic.lab import Plane

Mask = npt.NDArray[np.bool_]

_DIRECTIONS = 16
_CAP = np.float32(0.25)
"""No single pixel counts for more: a speck is no line, however bright."""
_ALONE, _CLEAR, _WHOLE = 3.5, 1.6, 1.3
_BRIGHT_BAR, _DARK_BAR = 13.3, 14.8
"""Weights of a line's standing out from its surroundings, from the noise, and of its unbroken
width (as logarithms), fitted on prints aged with known damage; the bars prefer precision."""

_Values = npt.NDArray[np.float64]


def _shifted(plane: Plane, down: int, right: int) -> Plane:
    """``plane`` moved, its edge pixels repeated where nothing comes in."""
    height, width = plane.shape
    y, x = min(abs(down), height - 1), min(abs(right), width - 1)
    padded = cv2.copyMakeBorder(plane, y, y, x, x, cv2.BORDER_REPLICATE)
    top, left = (0 if down > 0 else 2 * y), (0 if right > 0 else 2 * x)
    return np.asarray(padded[top : top + height, left : left + width])


def _along(plane: Plane, angle: float) -> Plane:
    """Mean over 16 pixels in one direction, by doubling."""
    total, dy, dx = plane, np.sin(angle), np.cos(angle)
    for step in (1, 2, 4, 8):
        total = total + _shifted(total, round(step * dy), round(step * dx))
    middle = _shifted(total, -round(7.5 * dy), -round(7.5 * dx))
    return np.asarray(middle / 16, np.float32)


def _two_sided(plane: Plane, angle: float, reach: float) -> Plane:
    down, right = round(reach * np.cos(angle)), round(-reach * np.sin(angle))
    one = plane - _shifted(plane, down, right)
    other = plane - _shifted(plane, -down, -right)
    return np.asarray(np.clip(np.minimum(one, other), -_CAP, _CAP), np.float32)


def ridges(plane: Plane, reach: float) -> Plane:
    """How clearly each pixel lies on a bright line, 0..0.25; the best of 16 directions."""
    best = np.zeros_like(plane)
    for number in range(_DIRECTIONS):
        angle = np.pi * number / _DIRECTIONS
        np.maximum(best, _along(_two_sided(plane, angle, reach), angle), out=best)
    return best


def lengths(labels: npt.NDArray[np.int32], count: int) -> npt.NDArray[np.float64]:
    """Extent of each component along its main axis, in pixels."""
    y, x = np.nonzero(labels)
    of = labels[y, x]
    area = np.maximum(np.bincount(of, minlength=count), 1)
    my, mx = np.bincount(of, y, count) / area, np.bincount(of, x, count) / area
    dy, dx = y - my[of], x - mx[of]
    yy, xx = np.bincount(of, dy * dy, count) / area, np.bincount(of, dx * dx, count) / area
    xy = np.bincount(of, dy * dx, count) / area
    root = np.sqrt(((yy - xx) / 2) ** 2 + xy**2)
    return np.asarray(np.sqrt(12 * ((yy + xx) / 2 + root)))


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


def _accepted(answer: Plane, busy: Plane, sigma: float, unit: float, bar: float) -> Mask:
    """Lines of one polarity whose score passes ``bar``."""
    limit = np.maximum(np.float32(2.2) * busy, np.float32(max(0.018, 1.8 * sigma)))
    reach = 2 * round(max(3, 4 * unit)) + 1
    crest = cv2.dilate(answer, np.ones((reach, reach), np.uint8))
    weak = (answer > np.maximum(np.float32(0.6) * limit, np.float32(0.4) * crest)).astype(np.uint8)
    count, labels = cv2.connectedComponents(weak, connectivity=8)
    length = np.maximum(lengths(labels, count), 1)
    width = np.bincount(labels.ravel(), minlength=count) / length
    alone = mean_over(labels, answer / busy, count)
    clear = mean_over(labels, answer, count) / max(sigma, 0.002)
    score = _ALONE * np.log(np.maximum(alone, 1e-3))
    score += _CLEAR * np.log(np.maximum(clear, 1e-3))
    score += _WHOLE * np.log(np.clip(width, 1e-3, 6))
    keep = (score > bar) & (length > max(22.0, 20 * unit)) & (width < 4 + 4 * unit)
    # A line along the very edge is the edge of the print or of the scan.
    keep &= mean_over(labels, _from_edge(answer.shape), count) > 0.02 * max(answer.shape)
    keep[0] = False
    return np.asarray(keep[labels])


def thin_lines(plane: Plane, *, sigma: float, sensitivity: float) -> Mask:
    """Bright and dark thin lines that are long, and alone among what surrounds them.

    ``plane`` is luma 0..1; ``sigma`` its noise. Dark lines must pass a higher bar: mouths, lashes,
    creases of cloth and rigging are dark.
    """
    unit = max(plane.shape) / 1000
    reach = max(2.0, 2.4 * unit)
    bright, dark = ridges(plane, reach), ridges(-plane, reach)
    window = 2 * round(max(30, 36 * unit)) + 1
    both = cv2.blur(np.maximum(bright, dark), (window, window), borderType=cv2.BORDER_REFLECT)
    busy = np.asarray(np.maximum(both, 1e-5), np.float32)
    ease = _ALONE * float(np.log(sensitivity))
    return np.asarray(
        _accepted(bright, busy, sigma, unit, _BRIGHT_BAR - ease)
        | _accepted(dark, busy, sigma, unit, _DARK_BAR - ease)
    )
