"""Whether a scan shows a colour photograph or a toned black-and-white one.

A sepia print, a yellowed one and a slide with a cast all have colour. In a toned print the colour
follows from the tone alone: at one lightness there is one hue. In a colour photograph, however
faded, places of equal lightness differ in hue.
"""

from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt

from server.catalogue.scans import open_scan

SPREAD_OF_COLOUR = 2.9
"""Delta E. On twenty-one old photographs the toned and grey ones reach 2.4 (a stained sepia
portrait), the colour ones begin at 3.4 (an autochrome under yellow varnish)."""

CHROMA_OF_COLOUR = 40.0
"""No paper or toner is as colourful as this; a red door alone in a picture is."""

_SIDE = 64
"""Pixels: grain, scratches and dust vanish at this size, and things keep their hue."""

_LIGHTNESS_STEPS = 8
_HUE_FROM = 4.0
"""Chroma below which a hue means nothing, and any difference counts."""


def guess_was(path: Path) -> Literal["black-and-white", "colour"]:
    """A guess for ``was`` of photo.toml. The file must be a sound scan."""
    lab = small_lab(path)
    colour = hue_spread(lab) > SPREAD_OF_COLOUR or _chroma(lab) > CHROMA_OF_COLOUR
    return "colour" if colour else "black-and-white"


def small_lab(path: Path) -> npt.NDArray[np.float32]:
    """CIE Lab of the scan at 64 pixels on the long side, shape (pixels, 3)."""
    picture = open_scan(path).thumbnail_image(_SIDE, height=_SIDE, size="down", no_rotate=True)
    if picture.hasalpha():
        picture = picture.flatten(background=[128])
    lab: npt.NDArray[np.float32] = picture.colourspace("lab").numpy().reshape(-1, 3)
    return lab


def hue_spread(lab: npt.NDArray[np.float32]) -> float:
    """How far hue strays among pixels of equal lightness, in Delta E (CIE 1976).

    Among the pixels of each of eight steps of lightness, the distance of (a, b) from the line
    through their median colour and grey; where the median is nearly grey, from the median itself.
    The answer is what nine pixels in ten stay below. 0 for a grey picture. Shape (pixels, 3).
    """
    lightness, ab = lab[:, 0], lab[:, 1:]
    steps = np.clip(lightness / 100 * _LIGHTNESS_STEPS, 0, _LIGHTNESS_STEPS - 1).astype(int)
    middle = np.zeros_like(ab)
    for step in np.unique(steps):
        middle[steps == step] = np.median(ab[steps == step], axis=0)
    chroma = np.hypot(middle[:, 0], middle[:, 1])
    across = np.abs(ab[:, 0] * middle[:, 1] - ab[:, 1] * middle[:, 0]) / np.maximum(chroma, 1e-6)
    away = np.hypot(*(ab - middle).T)
    return float(np.percentile(np.where(chroma > _HUE_FROM, across, away), 90))


def _chroma(lab: npt.NDArray[np.float32]) -> float:
    return float(np.median(np.hypot(lab[:, 1], lab[:, 2])))
