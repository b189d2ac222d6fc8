"""Marks on even ground, be it sky, wall or skin: what stands many times above all around it is
damage whatever its form. A crowd of bright ones without any dark is left alone: dust comes in both,
stars do not.
"""

import cv2
import numpy as np
import numpy.typing as npt

from server.restoration.engines.classic.lines import mean_over
from server.restoration.lab import Plane

Mask = npt.NDArray[np.bool_]
_Labels = npt.NDArray[np.int32]
_Values = npt.NDArray[np.float64]

_ALONE = {True: 4.0, False: 5.0}
"""On even ground: how many times a mark's height exceeds the mean of all marks around it."""
_CROWD = 60
"""So many bright marks on even ground, and hardly a dark one, are stars or lights."""


def _hat(plane: Plane, size: int, bright: bool) -> Plane:
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    kind = cv2.MORPH_TOPHAT if bright else cv2.MORPH_BLACKHAT
    return np.asarray(cv2.morphologyEx(plane, kind, kernel), np.float32)


def _mean(plane: Plane, reach: float) -> Plane:
    window = 2 * round(reach) + 1
    mean = cv2.blur(plane, (window, window), borderType=cv2.BORDER_REFLECT)
    return np.asarray(np.maximum(mean, 1e-5), np.float32)


def _highest(labels: _Labels, values: Plane, count: int) -> _Values:
    """Greatest of ``values`` over each label from 1; 0 for the rest."""
    chosen = labels > 0
    out = np.zeros(count)
    np.maximum.at(out, labels[chosen], values[chosen])
    return out


def _candidates(response: Plane, limit: Plane, size: int) -> _Labels:
    """Labels of what stands out by ``limit``, each down to half of its own height."""
    peak = cv2.dilate(response, np.ones((size, size), np.uint8))
    weak = (response > np.float32(0.45) * peak) & (response > np.float32(0.5) * limit)
    count, labels = cv2.connectedComponents(weak.astype(np.uint8), connectivity=8)
    keep = np.bincount(labels[response > limit], minlength=count) > 0
    keep[0] = False
    number = np.cumsum(keep) * keep
    return np.asarray(number[labels], np.int32)


def _rings(labels: _Labels, unit: float) -> _Labels:
    """Each label's surroundings: a band that begins a little way off its rim."""
    around = labels.astype(np.float32)
    bands = []
    for reach in (3 * unit + 0.5, 8 * unit):
        side = 2 * round(reach) + 1
        kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
        bands.append(cv2.dilate(around, kernel))
    return np.where(bands[0] == 0, bands[1], 0).astype(np.int32)


def _spread_over(labels: _Labels, plane: Plane, count: int) -> tuple[_Values, _Values]:
    """Mean and standard deviation over each label; where it has no pixels, no calm is claimed."""
    mean = mean_over(labels, plane, count)
    spread = np.sqrt(np.maximum(mean_over(labels, plane * plane, count) - mean * mean, 0))
    spread[np.bincount(labels.ravel(), minlength=count) < 20] = 1.0
    return mean, spread


def _forms(plane: Plane, unit: float) -> Plane:
    """How much the picture changes around each pixel, its specks taken out by a median."""
    side = min(2 * round(max(3.0, 7 * unit)) + 1, 31)
    levels = cv2.medianBlur(np.round(plane * 255).astype(np.uint8), side)
    bare = np.asarray(levels, np.float32) / np.float32(255)
    window = 2 * round(max(6, 9 * unit)) + 1
    mean = cv2.blur(bare, (window, window))
    power = cv2.blur(bare * bare, (window, window))
    return np.asarray(np.sqrt(np.maximum(power - mean * mean, 0)), np.float32)


def on_even_ground(plane: Plane, *, sigma: float, sensitivity: float) -> Mask:
    """True on marks of an even surrounding. ``plane`` is luma 0..1, (h, w); ``sigma`` its noise."""
    unit = max(plane.shape) / 1000
    size = 2 * round(max(3.0, 7 * unit)) + 1
    found = np.zeros(plane.shape, bool)
    if 3 * size > min(plane.shape):
        return found
    sigma, scale = max(sigma, 0.002), max(unit, 0.5)
    hats = {bright: _hat(plane, size, bright) for bright in (True, False)}
    both = np.minimum(np.maximum(hats[True], hats[False]), np.float32(0.2))
    far, forms = _mean(both, max(14, 22 * unit)), _forms(plane, unit)
    limit = np.full_like(plane, max(0.04, 4 * sigma) / sensitivity)
    marks: dict[bool, tuple[_Labels, npt.NDArray[np.bool_]]] = {}
    for bright, response in hats.items():
        labels = _candidates(response, limit, size)
        count = int(labels.max()) + 1
        mean, spread = _spread_over(_rings(labels, scale), plane, count)
        height = (mean_over(labels, plane, count) - mean) * (1 if bright else -1) * sensitivity
        area = np.bincount(labels.ravel(), minlength=count) / scale**2
        peak = _highest(labels, response, count) * sensitivity
        keep = (height > 6 * sigma) & (height > 5 * (spread + 0.003))
        keep &= peak > _ALONE[bright] * mean_over(labels, far, count)
        keep &= mean_over(labels, forms, count) < 0.02
        keep &= (area >= 5) & (area < 260)
        keep[0] = False
        marks[bright] = labels, keep
    bright_count, dark_count = (int(marks[bright][1].sum()) for bright in (True, False))
    if bright_count > _CROWD and dark_count < 0.1 * bright_count:
        marks.pop(True)
    for labels, keep in marks.values():
        found |= keep[labels]
    return found
