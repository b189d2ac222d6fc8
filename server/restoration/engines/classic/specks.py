"""Dust and spots: small, sharp, alone, and on calm ground.

On busy ground a speck of dust is hardly seen, and a catchlight, a tooth or a button looks just like
it; so there, nothing is touched. Where specks come in crowds they are the subject (stars, spray),
and each must stand out the more.
"""

import cv2
import numpy as np
import numpy.typing as npt

from server.restoration.engines.classic.lab import Plane
from server.restoration.engines.classic.lines import lengths, mean_over

Mask = npt.NDArray[np.bool_]
_Labels = npt.NDArray[np.int32]
_Values = npt.NDArray[np.float64]

_WEIGHTS = {
    # area, length, height, alone far, alone near, calm, sharp, clear, crowd
    True: (-2.64, 2.90, -0.36, 2.65, -0.88, 1.26, 0.59, 0.23, -1.16),
    False: (-1.67, 1.15, -1.39, 0.97, -1.13, 1.78, 1.46, 1.97, -1.55),
}
"""What speaks for damage, as weights of logarithms, for bright and for dark specks; fitted by
logistic regression on prints aged with known damage, on expertly restored film and on clean
photographs."""
_BAR = {True: -0.2, False: 3.3}


def _hat(plane: Plane, size: int, bright: bool) -> Plane:
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    kind = cv2.MORPH_TOPHAT if bright else cv2.MORPH_BLACKHAT
    return np.asarray(cv2.morphologyEx(plane, kind, kernel), np.float32)


def _mean(plane: Plane, reach: float) -> Plane:
    window = 2 * round(reach) + 1
    mean = cv2.blur(plane, (window, window), borderType=cv2.BORDER_REFLECT)
    return np.asarray(np.maximum(mean, 1e-5), np.float32)


def highest(labels: _Labels, values: Plane, count: int) -> _Values:
    """Greatest of ``values`` over each label from 1; 0 for the rest."""
    chosen = labels > 0
    out = np.zeros(count)
    np.maximum.at(out, labels[chosen], values[chosen])
    return out


def _steepest(labels: _Labels, plane: Plane, count: int) -> _Values:
    """Greatest slope at the rim of each mark, per pixel."""
    slope = np.hypot(
        cv2.Sobel(plane, -1, 1, 0, ksize=3, scale=0.125),
        cv2.Sobel(plane, -1, 0, 1, ksize=3, scale=0.125),
    )
    near = cv2.dilate(labels.astype(np.float32), np.ones((3, 3), np.uint8)).astype(np.int32)
    return highest(near, slope, count)


def _candidates(response: Plane, limit: Plane, size: int) -> _Labels:
    """Labels of what stands out by ``limit``, each down to half of its own height."""
    peak = cv2.dilate(response, np.ones((size, size), np.uint8))
    weak = (response > np.float32(0.45) * peak) & (response > np.float32(0.5) * limit)
    count, labels = cv2.connectedComponents(weak.astype(np.uint8), connectivity=8)
    keep = np.bincount(labels[response > limit], minlength=count) > 0
    keep[0] = False
    number = np.cumsum(keep) * keep
    return np.asarray(number[labels], np.int32)


def _score(bright: bool, facts: tuple[_Values, ...]) -> _Values:
    logs = np.log(np.maximum(np.stack(facts), 1e-3))
    return np.asarray(np.array(_WEIGHTS[bright]) @ logs)


def specks(plane: Plane, *, sigma: float, sensitivity: float) -> Mask:
    """True on small bright and dark marks. ``plane`` is luma 0..1; ``sigma`` its noise."""
    unit = max(plane.shape) / 1000
    size = 2 * round(max(3.0, 5.5 * unit)) + 1
    found = np.zeros(plane.shape, bool)
    if 3 * size > min(plane.shape):
        return found
    hats = {bright: _hat(plane, size, bright) for bright in (True, False)}
    both = np.minimum(np.maximum(hats[True], hats[False]), np.float32(0.2))
    far, near = _mean(both, max(14, 22 * unit)), _mean(both, max(7, 9 * unit))
    middle = _mean(plane, max(7, 9 * unit))
    square = _mean(plane * plane, max(7, 9 * unit))
    unrest = np.asarray(np.sqrt(np.maximum(square - middle * middle, 0)) + 0.003, np.float32)
    sigma = max(sigma, 0.002)
    least = max(0.05, 5 * sigma)
    limit = np.asarray(np.maximum(4 * far, least) / sensitivity, np.float32)
    for bright, response in hats.items():
        labels = _candidates(response, limit, size)
        count = int(labels.max()) + 1
        height = np.maximum(highest(labels, response, count), 1e-3)
        area = np.bincount(labels.ravel(), minlength=count) / max(unit, 0.5) ** 2
        facts = (
            area,
            lengths(labels, count) / max(unit, 0.5) + 0.5,
            height,
            mean_over(labels, response / far, count),
            mean_over(labels, response / near, count),
            mean_over(labels, response / unrest, count),
            _steepest(labels, plane, count) / height,
            height / sigma,
            np.full(count, max(1.0, count - 1)),
        )
        keep = (_score(bright, facts) > _BAR[bright] - np.log(sensitivity)) & (area < 140)
        keep[0] = False
        found |= keep[labels]
    return found
