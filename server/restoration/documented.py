"""The colours that a curator's regions give a photograph, at its full size.

Light on a coloured thing scales its linear RGB; in L*a*b* chroma then goes with L* + 16 (both are
cube roots), so a flag's shadow is a darker, less colourful red of the same hue. Towards white,
chroma ends because film and eye see gloss there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from server.restoration.engine import Layer, Report
from server.restoration.hints import Hint, hints_of
from server.restoration.lab import Plane
from server.restoration.propagation import Patch, guided, shares, solve_size


@dataclass(frozen=True, slots=True)
class Documented:
    """Coloured regions, each with the part of the picture it reaches."""

    _hints: Sequence[Hint]
    _patches: Sequence[Patch]
    _anchors: Sequence[float]

    def rows(self, level: Plane, rows: slice) -> tuple[Plane, Plane, Plane, Layer]:
        """a*, b* of these rows where they are known; the share of each pixel about which nothing is
        known (1 nothing, 0 all), for a colour of another origin; and how sure each pixel's is: 0
        nothing, 85 guess, 170 likely, 255 documented. ``level`` is the L* of these rows."""
        total = np.zeros_like(level)
        a, b = np.zeros_like(level), np.zeros_like(level)
        source: Layer = np.zeros(level.shape, np.uint8)
        for part, hint, at in zip(self._patches, self._hints, self._anchors, strict=True):
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
        rest = np.clip(1 - total, 0, 1).astype(np.float32)
        return (a / over).astype(np.float32), (b / over).astype(np.float32), rest, source


def documented(
    plane: Plane, regions: Sequence[Mapping[str, Any]], report: Report
) -> Documented | None:
    """What ``regions`` (as in photo.toml) say about a picture of this L*; None where no region has
    a colour."""
    rows, columns = solve_size(*plane.shape)
    small = cv2.resize(plane, (columns, rows), interpolation=cv2.INTER_AREA).reshape(rows, columns)
    hints = hints_of(regions, small)
    if not hints:
        return None
    report(0.1)
    solved = shares(small / 100, hints)
    report(0.5)
    patches = [guided(share, small, plane) for share in solved]
    report(1.0)
    return Documented(hints, patches, [anchor(hint, small) for hint in hints])


def anchor(hint: Hint, plane: Plane) -> float:
    """The L* at which a region shows its full documented chroma.

    Half way between the colour's own and that of the region in the photograph: emulsions saw red
    dark and blue light, so the two need not agree.
    """
    values = plane[hint.inside]
    seen = float(np.median(values)) if values.size else hint.colour[0]
    return float(np.clip((hint.colour[0] + seen) / 2, 20, 85))


def chroma_scale(level: Plane, at: float) -> Plane:
    """Share of the documented chroma at each L*; 1 at ``at``."""
    shade = (level + np.float32(16)) / np.float32(at + 16)
    gloss = np.clip((np.float32(100) - level) / np.float32(100 - at), 0, 1)
    return np.where(level <= at, shade, gloss ** np.float32(1.15)).astype(np.float32)
