"""Documented colours on a black-and-white photograph, its lightness kept exactly."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from server.restoration.documented import Documented, documented
from server.restoration.engine import Image, Layer, Report
from server.restoration.engines.classic.kinship import kin_shares
from server.restoration.lab import Plane, in_strips, lightness, painted


def quiet_tone(level: Plane, warmth: float) -> tuple[Plane, Plane]:
    """a*, b* of what nothing is known about: the paper of a hand-tinted print."""
    swell = np.sin(np.linspace(0, np.pi, 1001)).clip(0, 1) ** 0.8
    table = (warmth * swell).astype(np.float32)
    strength = table[np.clip(level * 10 + np.float32(0.5), 0, 1000).astype(np.uint16)]
    return np.float32(2.6) * strength, np.float32(11.0) * strength


def colour(
    image: Image,
    regions: Sequence[Mapping[str, Any]],
    *,
    warmth: float,
    alike: bool = False,
    report: Report,
) -> tuple[Image, Layer]:
    """The photograph in the colours that ``regions`` give it, and how sure each pixel's is.

    With ``alike`` colours are carried to whatever looks alike, near or far (``kinship``); without,
    what is far from all evidence keeps a quiet tone.

    The layer is 0 where nothing is documented, else 85 (guess), 170 (likely) or 255 (documented).
    Without any coloured region the picture comes back as it was.
    """
    plane = lightness(image)
    spread = kin_shares if alike else None
    known = documented(plane, regions, lambda share: report(0.1 + 0.3 * share), spread)
    if known is None:
        return image.copy(), np.zeros(plane.shape, np.uint8)
    return painted_with(known, plane, warmth=warmth, report=report)


def painted_with(
    known: Documented, plane: Plane, *, warmth: float, report: Report
) -> tuple[Image, Layer]:
    """What is known laid on the lightness L*, a quiet warm tone on the rest."""
    out = np.empty((*plane.shape, 3), np.float32)
    source = np.zeros(plane.shape, np.uint8)

    def part(rows: slice) -> None:
        level = plane[rows]
        a, b, rest, source[rows] = known.rows(level, rows)
        quiet = quiet_tone(level, warmth)
        out[rows] = painted(level, a + rest * quiet[0], b + rest * quiet[1])

    in_strips(plane.shape, part, lambda share: report(0.4 + 0.59 * share))
    return out, source
