"""Lightness that is the photograph's, whatever a model says about colour."""

import numpy as np

from server.restoration.engine import Image
from server.restoration.lab import Plane, lab, lightness, painted, strips


def lock_lightness(made: Image, given: Image) -> Image:
    """The colours of ``made`` on the CIE L* of ``given``, exactly; both of one size.

    Chroma is drawn in where sRGB ends, along constant lightness and hue.
    """
    out = np.empty_like(made)
    for rows in strips(*made.shape[:2]):
        colours = lab(made[rows])
        out[rows] = painted(lightness(given[rows]), colours[..., 1], colours[..., 2])
    return out


def relit(made: Image, level: Plane) -> Image:
    """The colours of ``made`` on another lightness; ``level`` is L*, 0..100, of its size."""
    out = np.empty_like(made)
    for rows in strips(*made.shape[:2]):
        colours = lab(made[rows])
        out[rows] = painted(level[rows], colours[..., 1], colours[..., 2])
    return out


def drift(made: Image, given: Image) -> tuple[float, float]:
    """Mean and 95th percentile of |change of L*|, in units of L*; both of one size."""
    change = np.abs(lightness(made) - lightness(given))
    return float(change.mean(dtype=np.float64)), float(np.percentile(change, 95))
