"""Several results of one step, and where they differ: where the machine is guessing."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from server.restoration.engine import Image, Picture
from server.restoration.images import resize
from server.restoration.lab import lab
from server.restoration.store import Result

DOUBT = "doubt"
"""The layer: tenths of a unit of CIE L*a*b*, 255 for 25.5 and more."""
DOUBT_PIXELS = 1_000_000
"""Pixels of the picture on which candidates are compared."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """The stored results of one step."""

    step: str
    kept: int
    """Counted from 1."""
    results: tuple[Result, ...]
    doubt: Path
    """The file of the layer ``doubt``."""


def compared(pictures: Sequence[Image]) -> Picture:
    """The candidates' mean, at most ``DOUBT_PIXELS`` large, with the layer ``doubt``.

    Doubt is the root mean square distance in L*a*b* of the candidates from their mean.
    """
    height, width = pictures[0].shape[:2]
    scale = min(1.0, (DOUBT_PIXELS / (height * width)) ** 0.5)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    small = [resize(picture, *size) for picture in pictures]
    colours = np.stack([lab(picture) for picture in small])
    distance = np.sqrt(colours.var(axis=0).sum(axis=-1))
    doubt = np.rint(np.clip(distance * 10, 0, 255)).astype(np.uint8)
    return Picture(np.mean(small, axis=0, dtype=np.float32), {DOUBT: doubt})
