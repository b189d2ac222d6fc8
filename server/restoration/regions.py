"""Where a curator's regions lie on a picture of a given size."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from scipy import ndimage
from skimage.draw import disk, line, polygon

from server.catalogue.model import Point, Region

BRUSH = 0.035
"""Radius of a point or stroke, as a share of the long side."""

Mask = npt.NDArray[np.bool_]


def region_mask(region: Region, width: int, height: int) -> Mask:
    """Where a region is, shape (height, width): inside its outline, along strokes, at points."""
    mask = np.zeros((height, width), bool)
    radius = max(1.0, BRUSH * max(width, height))
    if region.outline:
        xs, ys = _pixels(region.outline, width, height)
        mask[polygon(ys, xs, mask.shape)] = True
        mask[np.clip(ys.astype(int), 0, height - 1), np.clip(xs.astype(int), 0, width - 1)] = True
    dots = np.zeros_like(mask)
    for stroke in region.strokes or ():
        xs, ys = (side.astype(int) for side in _pixels(stroke, width, height))
        for (x0, y0), (x1, y1) in pairwise(zip(xs, ys, strict=True)):
            rows, columns = line(y0, x0, y1, x1)
            dots[np.clip(rows, 0, height - 1), np.clip(columns, 0, width - 1)] = True
    if dots.any():
        mask |= ndimage.distance_transform_edt(~dots) <= radius
    for x, y in zip(*_pixels(region.points or (), width, height), strict=True):
        mask[disk((y, x), radius, shape=mask.shape)] = True
    return mask


def _pixels(
    points: Sequence[Point], width: int, height: int
) -> tuple[npt.NDArray[np.float64], ...]:
    array = np.array(points, np.float64).reshape(-1, 2)
    return array[:, 0] * (width - 1), array[:, 1] * (height - 1)
