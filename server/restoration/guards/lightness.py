"""Lightness that is the photograph's, whatever a model says about colour."""

import numpy as np

from server.restoration.engine import Image
from server.restoration.lab import Plane, in_strips, lab, lightness, painted

_SAMPLED = 1_000_000


def lock_lightness(made: Image, given: Image) -> Image:
    """The colours of ``made`` on the CIE L* of ``given``, exactly; both of one size.

    Chroma is drawn in where sRGB ends, along constant lightness and hue.
    """
    return relit(made, lightness(given))


def relit(made: Image, level: Plane) -> Image:
    """The colours of ``made`` on another lightness; ``level`` is L*, 0..100, of its size."""
    out = np.empty_like(made)

    def part(rows: slice) -> None:
        colours = lab(made[rows])
        out[rows] = painted(level[rows], colours[..., 1], colours[..., 2])

    in_strips(made.shape, part)
    return out


def drift(made: Image, given: Image) -> tuple[float, float]:
    """Mean and 95th percentile of |change of L*|, in units of L*; both of one size.

    Taken at every n-th pixel of every n-th row, at about ``_SAMPLED`` pixels.
    """
    step = max(1, int((made.shape[0] * made.shape[1] / _SAMPLED) ** 0.5))
    sample = (slice(None, None, step), slice(None, None, step))
    change = np.abs(lightness(made[sample]) - lightness(given[sample]))
    return float(change.mean(dtype=np.float64)), float(np.percentile(change, 95))
