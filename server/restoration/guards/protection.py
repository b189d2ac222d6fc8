"""Regions where nothing may be invented: what was given passes a model by, unchanged."""

from collections.abc import Sequence

import cv2
import numpy as np

from server.catalogue.model import Region
from server.restoration.engine import Image
from server.restoration.lab import Plane, strips
from server.restoration.regions import region_mask

FEATHER = 0.012
"""Width of the soft edge outside a protected region, as a share of the long side."""


def protection(regions: Sequence[Region], width: int, height: int) -> Plane | None:
    """How far each pixel is protected: 1 inside a protected region, falling to 0 around it.

    Shape (height, width); None where nothing is protected.
    """
    inside = np.zeros((height, width), bool)
    for region in regions:
        if region.protect:
            inside |= region_mask(region, width, height)
    if not inside.any():
        return None
    away = cv2.distanceTransform((~inside).astype(np.uint8), cv2.DIST_L2, 5)
    near = np.clip(1 - away / max(4.0, FEATHER * max(width, height)), 0, 1)
    return np.asarray(near * near * (3 - 2 * near), np.float32)


def pass_through(made: Image, given: Image, share: Plane) -> Image:
    """``given`` where ``share`` is 1, to the bit; blended where it is less. All of one size."""
    out = np.empty_like(made)
    for rows in strips(*made.shape[:2]):
        weight = share[rows][..., None]
        blend = made[rows] * (1 - weight) + given[rows] * weight
        out[rows] = np.where(weight == 1, given[rows], blend)
    return out
