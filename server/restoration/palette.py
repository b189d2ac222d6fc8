"""The colours of a thing in light and in shadow, taken from a reference photograph.

Lightness is matched by rank: the brightest tenth of a tunic here has the colour of the brightest
tenth there, whatever exposure and film made of either.
"""

import numpy as np
import numpy.typing as npt

from server.restoration.engine import Image
from server.restoration.lab import Plane, lab

Palette = tuple[tuple[float, ...], ...]
"""Rows of L*, a*, b*, from the darkest to the brightest of a thing."""

_RANKS = np.linspace(6, 94, 9)
_BAND = 6.0
"""Percent of the pixels on both sides of a rank whose colour counts for it."""


def palette_of(image: Image, mask: npt.NDArray[np.bool_]) -> Palette:
    """The shades under ``mask``. Raises ValueError where it covers fewer than 16 pixels."""
    values = lab(image[mask][None])[0]
    if len(values) < 16:
        raise ValueError("the reference's outline or points cover next to nothing of it.")
    level = values[:, 0]
    rows = []
    for rank in _RANKS:
        low, middle, high = np.percentile(level, [rank - _BAND, rank, rank + _BAND])
        near = values[(level >= low) & (level <= high), 1:]
        a, b = np.median(near, axis=0)
        rows.append(tuple(round(float(value), 2) for value in (middle, a, b)))
    return tuple(rows)


def shades(palette: Palette, seen: Plane) -> npt.NDArray[np.float32]:
    """a*, b* for L* 0..100 of a thing whose lightness on the photograph is ``seen``, shape
    (101, 2). Beyond its darkest and its brightest, colour fades towards black and white."""
    known = np.array(palette, np.float64)
    ranks = np.percentile(seen, _RANKS) if seen.size else known[:, 0]
    ranks = np.maximum.accumulate(ranks + np.arange(len(ranks)) * 1e-3)
    level = np.arange(101.0)
    dark = np.clip((level + 16) / (ranks[0] + 16), 0, 1)
    bright = np.clip((100 - level) / max(100 - ranks[-1], 1.0), 0, 1)
    ends = dark * bright
    columns = [np.interp(level, ranks, known[:, place]) * ends for place in (1, 2)]
    return np.stack(columns, axis=-1).astype(np.float32)
