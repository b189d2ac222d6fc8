"""Documented colours on a black-and-white photograph, its lightness kept exactly."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from server.restoration.documented import documented
from server.restoration.engine import Image, Layer, Report
from server.restoration.lab import Plane, lightness, painted, strips


def _quiet_tone(level: Plane, warmth: float) -> tuple[Plane, Plane]:
    """a*, b* of what nothing is known about: the paper of a hand-tinted print."""
    swell = np.clip(np.sin(np.pi * np.clip(level / 100, 0, 1)), 0, 1) ** np.float32(0.8)
    strength = np.float32(warmth) * swell.astype(np.float32)
    return np.float32(2.6) * strength, np.float32(11.0) * strength


def colour(
    image: Image,
    regions: Sequence[Mapping[str, Any]],
    *,
    warmth: float,
    report: Report,
) -> tuple[Image, Layer]:
    """The photograph in the colours that ``regions`` give it, and how sure each pixel's is.

    The layer is 0 where nothing is documented, else 85 (guess), 170 (likely) or 255 (documented).
    Without any coloured region the picture comes back as it was.
    """
    height, width = image.shape[:2]
    source = np.zeros((height, width), np.uint8)
    plane = lightness(image)
    known = documented(plane, regions, lambda share: report(0.1 + 0.45 * share))
    if known is None:
        return image.copy(), source
    out = np.empty_like(image)
    for rows in strips(height, width):
        level = plane[rows]
        a, b, rest, source[rows] = known.rows(level, rows)
        quiet = _quiet_tone(level, warmth)
        out[rows] = painted(level, a + rest * quiet[0], b + rest * quiet[1])
        report(0.55 + 0.44 * rows.stop / height)
    return out, source
