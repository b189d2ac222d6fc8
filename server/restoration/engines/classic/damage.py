"""Scratches, hairs, dust and spots found by their shape; what is only suspected is left alone.

Damage came after the lens: it is narrow, stands out on both sides against the texture around it,
and is sharper than the picture. A tooth, an eye's catchlight, a button or a rope mostly fails one
of these tests; where a test is in doubt the pixel stays, because eating a face costs more than
leaving a speck. Missing pieces at the edge are found in ``tears``.
"""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from server.restoration.engine import Image, Layer, Report
from server.restoration.engines.classic.lab import Plane
from server.restoration.engines.classic.noise import measured
from server.restoration.engines.classic.tears import missing_pieces

Mask = npt.NDArray[np.bool_]

WORK_SIDE = 3000
"""Larger scans are searched at this size; a scratch of one pixel there is three hairs wide."""


@dataclass(frozen=True, slots=True)
class Marks:
    """Candidates, one entry each: the components of a mask, measured."""

    labels: npt.NDArray[np.int32]
    area: npt.NDArray[np.float64]
    length: npt.NDArray[np.float64]
    width: npt.NDArray[np.float64]
    contrast: npt.NDArray[np.float64]
    """Mean difference from what lies around, 0..1."""
    unrest: npt.NDArray[np.float64]
    """Standard deviation of what lies around, 0..1."""
    sharpness: npt.NDArray[np.float64]
    """Steepest slope at its rim for its contrast, per pixel."""


def _hat(plane: Plane, size: int, bright: bool) -> Plane:
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    kind = cv2.MORPH_TOPHAT if bright else cv2.MORPH_BLACKHAT
    return np.asarray(cv2.morphologyEx(plane, kind, kernel), np.float32)


def _texture(response: Plane, size: int) -> Plane:
    """How strongly the neighbourhood answers the same question: the level a mark must exceed."""
    window = 6 * size + 1
    capped = np.minimum(response, np.float32(0.25))
    mean = cv2.boxFilter(capped, -1, (window, window), borderType=cv2.BORDER_REFLECT)
    square = cv2.boxFilter(capped * capped, -1, (window, window), borderType=cv2.BORDER_REFLECT)
    spread = np.sqrt(np.maximum(square - mean * mean, 0))
    return np.asarray(mean + np.float32(0.5) * spread, np.float32)


def candidates(plane: Plane, bright: bool, sigma: float, sensitivity: float) -> Mask:
    """Pixels that stand out at any of three scales; strong ones bring their weaker neighbours."""
    base = max(5, round(max(plane.shape) / 220)) | 1
    weak = np.zeros(plane.shape, bool)
    strong = np.zeros(plane.shape, bool)
    for size in (base, (2 * base) | 1, (3 * base) | 1):
        if size * 2 >= min(plane.shape):
            break
        response = _hat(plane, size, bright)
        other = _hat(plane, size, not bright)
        level = _texture(np.maximum(response, other), size)
        limit = np.maximum(np.float32(2.6) * level, np.float32(max(0.035, 4.5 * sigma)))
        limit /= np.float32(sensitivity)
        strong |= response > limit
        weak |= response > np.float32(0.5) * limit
    count, labels = cv2.connectedComponents(weak.astype(np.uint8), connectivity=8)
    keep = np.bincount(labels[strong], minlength=count) > 0
    keep[0] = False
    return np.asarray(keep[labels])


def _moments(labels: npt.NDArray[np.int32], count: int) -> tuple[npt.NDArray[np.float64], ...]:
    """Area, length and width of every component, from second moments."""
    y, x = np.nonzero(labels)
    of = labels[y, x]
    area = np.maximum(np.bincount(of, minlength=count), 1).astype(np.float64)
    middle_y, middle_x = (np.bincount(of, c, count) / area for c in (y, x))
    dy, dx = y - middle_y[of], x - middle_x[of]
    yy, xx, xy = (
        np.bincount(of, p, count) / area + q
        for p, q in ((dy * dy, 1 / 12), (dx * dx, 1 / 12), (dy * dx, 0.0))
    )
    root = np.sqrt(((yy - xx) / 2) ** 2 + xy**2)
    length = np.sqrt(12 * ((yy + xx) / 2 + root))
    return area, length, area / length


def measured_marks(plane: Plane, mask: Mask) -> Marks:
    count, labels = cv2.connectedComponents(mask.astype(np.uint8), connectivity=8)
    area, length, width = _moments(labels, count)
    near = cv2.dilate(labels.astype(np.float32), np.ones((3, 3), np.uint8))
    ring = cv2.dilate(labels.astype(np.float32), np.ones((9, 9), np.uint8))
    around = np.where(near > 0, 0, ring).astype(np.int32)
    number = np.maximum(np.bincount(around.ravel(), minlength=count), 1)
    mean = np.bincount(around.ravel(), plane.ravel(), count) / number
    square = np.bincount(around.ravel(), (plane * plane).ravel(), count) / number
    inside = np.bincount(labels.ravel(), plane.ravel(), count) / area
    contrast = np.abs(inside - mean)
    slope = np.hypot(
        cv2.Sobel(plane, -1, 1, 0, ksize=3, scale=0.125),
        cv2.Sobel(plane, -1, 0, 1, ksize=3, scale=0.125),
    )
    steepest = np.zeros(count)
    rim = near.astype(np.int32)
    chosen = rim > 0
    np.maximum.at(steepest, rim[chosen], slope[chosen])
    return Marks(
        labels=labels,
        area=area,
        length=length,
        width=width,
        contrast=contrast,
        unrest=np.sqrt(np.maximum(square - mean * mean, 0)),
        sharpness=steepest / np.maximum(contrast, 1e-3),
    )


def accepted(marks: Marks, long_side: int, sigma: float) -> npt.NDArray[np.bool_]:
    """Which candidates are damage: long thin lines, and small sharp specks on calm ground."""
    unit = long_side / 1000
    calm = marks.contrast / np.maximum(marks.unrest, max(0.006, sigma))
    slender = marks.length / np.maximum(marks.width, 1)
    line = (
        (marks.length > max(14, 18 * unit))
        & (marks.width < max(3.5, 5 * unit))
        & (slender > 6)
        & (calm > 1.6)
    )
    speck = (
        (marks.area > 2)
        & (marks.length < max(9, 16 * unit))
        & (calm > 4.5)
        & (marks.contrast > max(0.05, 6 * sigma))
    )
    keep = line | speck
    keep[0] = False
    return keep


def find_damage(image: Image, *, sensitivity: float, report: Report) -> Layer:
    """The layer ``damage`` at the picture's size: 255 on damage and its soft rim, else 0.

    ``sensitivity`` 1 is careful; 2 finds twice as faint marks and takes more texture for damage.
    """
    height, width = image.shape[:2]
    plane = np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), np.float32)
    scale = min(1.0, WORK_SIDE / max(height, width))
    if scale < 1:
        size = (round(width * scale), round(height * scale))
        plane = np.asarray(cv2.resize(plane, size, interpolation=cv2.INTER_AREA), np.float32)
    sigma = measured(plane).typical
    found = np.zeros(plane.shape, bool)
    for place, bright in enumerate((True, False)):
        marks = measured_marks(plane, candidates(plane, bright, sigma, sensitivity))
        found |= accepted(marks, max(plane.shape), sigma)[marks.labels]
        report(0.1 + 0.35 * (place + 1))
    found = cv2.dilate(found.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    found |= missing_pieces(plane)
    report(0.95)
    layer = np.where(found, np.uint8(255), np.uint8(0))
    if scale < 1:
        grown = cv2.resize(layer, (width, height), interpolation=cv2.INTER_LINEAR)
        layer = np.where(grown > 96, np.uint8(255), np.uint8(0))
    return layer
