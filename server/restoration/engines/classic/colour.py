"""Documented colours on a black-and-white photograph, its lightness kept exactly.

Light on a coloured thing scales its linear RGB; in L*a*b* chroma then goes with L* + 16 (both are
cube roots), so a flag's shadow is a darker, less colourful red of the same hue. Towards white,
chroma ends because film and eye see gloss there.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import cv2
import numpy as np

from server.restoration.engine import Image, Layer, Report
from server.restoration.hints import Hint, anchor, chroma_scale, hints_of
from server.restoration.lab import Plane, lightness, painted, strips
from server.restoration.propagation import Patch, guided, shares, solve_size


def _quiet_tone(level: Plane, warmth: float) -> tuple[Plane, Plane]:
    """a*, b* of what nothing is known about: the paper of a hand-tinted print."""
    swell = np.clip(np.sin(np.pi * np.clip(level / 100, 0, 1)), 0, 1) ** np.float32(0.8)
    strength = np.float32(warmth) * swell.astype(np.float32)
    return np.float32(2.6) * strength, np.float32(11.0) * strength


def _painted_rows(
    level: Plane,
    rows: slice,
    parts: Sequence[Patch],
    hints: Sequence[Hint],
    anchors: Sequence[float],
    warmth: float,
) -> tuple[Image, Layer]:
    total = np.zeros_like(level)
    a, b = np.zeros_like(level), np.zeros_like(level)
    source = np.zeros(level.shape, np.uint8)
    for part, hint, at in zip(parts, hints, anchors, strict=True):
        top, bottom = max(rows.start, part.rows.start), min(rows.stop, part.rows.stop)
        if top >= bottom or part.share.size == 0:
            continue
        here = (slice(top - rows.start, bottom - rows.start), part.columns)
        share = part.share[top - part.rows.start : bottom - part.rows.start]
        weight = share.astype(np.float32) / np.float32(255)
        scale = weight * chroma_scale(level[here], at)
        a[here] += np.float32(hint.colour[1]) * scale
        b[here] += np.float32(hint.colour[2]) * scale
        total[here] += weight
        source[here][share >= 128] = hint.certainty
    over = np.maximum(total, 1)
    rest = np.clip(1 - total, 0, 1)
    quiet = _quiet_tone(level, warmth)
    return painted(level, a / over + rest * quiet[0], b / over + rest * quiet[1]), source


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
    rows, columns = solve_size(height, width)
    plane = lightness(image)
    small = cv2.resize(plane, (columns, rows), interpolation=cv2.INTER_AREA).reshape(rows, columns)
    hints = hints_of(regions, small)
    if not hints:
        return image.copy(), source
    report(0.15)
    solved = shares(small / 100, hints)
    report(0.35)
    patches = [guided(share, small, plane) for share in solved]
    report(0.55)
    anchors = [anchor(hint, small) for hint in hints]
    out = np.empty_like(image)
    for part in strips(height, width):
        out[part], source[part] = _painted_rows(plane[part], part, patches, hints, anchors, warmth)
        report(0.55 + 0.44 * part.stop / height)
    return out, source
