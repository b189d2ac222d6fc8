"""Enlargement that stays true to the scan: shrunk back, it is the scan again.

Lanczos, then a sharpening that may not leave the range of its neighbourhood (so no halo can
appear), then iterative back-projection (Irani and Peleg, 1991) against the scan's lightness.
"""

import cv2
import numpy as np

from server.restoration.engine import Image, Report
from server.restoration.lab import Plane

_OVERSHOOT = np.float32(0.015)
"""How far, of 0..1, an edge may swing beyond its surroundings: less than anyone sees as a halo."""


def enlarged_size(height: int, width: int, *, long_side: int, factor: float) -> tuple[int, int]:
    """(height, width) in pixels after enlargement; never smaller than before."""
    scale = min(factor, long_side / max(height, width))
    if scale <= 1:
        return height, width
    return round(height * scale), round(width * scale)


def luma(image: Image) -> Plane:
    """Rec. 601 luma of encoded values, 0..1."""
    return np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), np.float32)


def _sharpened(plane: Plane, scale: float, amount: float) -> Plane:
    """Unsharp masking at the enlargement's own blur width, inside the local range."""
    blurred = cv2.GaussianBlur(plane, (0, 0), 0.55 * scale)
    reach = 2 * round(0.75 * scale) + 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach))
    low, high = cv2.erode(plane, kernel), cv2.dilate(plane, kernel)
    cv2.addWeighted(plane, 1 + amount, blurred, -amount, 0, dst=blurred)
    np.clip(blurred, low, high, out=blurred)
    return np.asarray(blurred, np.float32)


def _back_projected(plane: Plane, target: Plane, rounds: int) -> Plane:
    """``plane`` made to agree with ``target`` when shrunk, inside the scan's own local range."""
    size, small = (plane.shape[1], plane.shape[0]), (target.shape[1], target.shape[0])
    kernel = np.ones((3, 3), np.uint8)
    low = cv2.resize(cv2.erode(target, kernel), size, interpolation=cv2.INTER_LINEAR)
    high = cv2.resize(cv2.dilate(target, kernel), size, interpolation=cv2.INTER_LINEAR)
    low -= _OVERSHOOT
    high += _OVERSHOOT
    for _ in range(rounds):
        error = target - cv2.resize(plane, small, interpolation=cv2.INTER_AREA)
        plane = plane + cv2.resize(error, size, interpolation=cv2.INTER_CUBIC)
        np.clip(plane, low, high, out=plane)
    return plane


def enlarge(
    image: Image, *, long_side: int, factor: float, sharpen: float, report: Report
) -> Image:
    """The picture at up to ``long_side`` pixels and at most ``factor`` times its size.

    A picture that is already as large comes back as an equal copy.
    """
    height, width = image.shape[:2]
    rows, columns = enlarged_size(height, width, long_side=long_side, factor=factor)
    if (rows, columns) == (height, width):
        return image.copy()
    out = np.asarray(
        cv2.resize(image, (columns, rows), interpolation=cv2.INTER_LANCZOS4), np.float32
    )
    report(0.3)
    plain, target = luma(out), luma(image)
    scale = columns / width
    fine = _sharpened(_back_projected(plain, target, 1), scale, sharpen)
    report(0.6)
    fine = _back_projected(fine, target, 3)
    report(0.8)
    fine -= plain
    for channel in range(3):
        out[..., channel] += fine
    np.clip(out, 0, 1, out=out)
    return out
