"""The colours that a curator's regions give a photograph, at its full size.

Light on a coloured thing scales its linear RGB; in L*a*b* chroma then goes with L* + 16 (both are
cube roots), so a flag's shadow is a darker, less colourful red of the same hue. Towards white,
chroma ends because film and eye see gloss there.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from server.restoration.engine import Layer, Report
from server.restoration.hints import Hint, hints_of
from server.restoration.lab import Plane
from server.restoration.palette import shades
from server.restoration.propagation import Lift, lifted, shares, solve_size


@dataclass(frozen=True, slots=True)
class Documented:
    """Coloured regions, mixed on a small copy and lifted together: the work at full size does not
    grow with their number."""

    lift: Lift
    """Planes: the share that has a colour; a*, b* and anchor, each times that share."""
    bounds: tuple[tuple[float, float], ...]
    """Least and greatest a*, b* and anchor of any region: no colour is made beyond them."""
    certainty: Layer
    """Of the region that a small pixel belongs to most."""
    shaded: tuple[tuple[Lift, npt.NDArray[np.float32]], ...] = ()
    """Regions with a reference photograph: their share, and a*, b* for L* 0..100."""
    evidence: Lift | None = None
    """The share for which there is evidence, where colours are carried further than that."""

    def rows(self, level: Plane, rows: slice) -> tuple[Plane, Plane, Plane, Layer]:
        """a*, b* of these rows where they are known; the share of each pixel about which nothing is
        known (1 nothing, 0 all), for a colour of another origin; and how sure each pixel's is: 0
        nothing, 85 guess, 170 likely, 255 documented. ``level`` is the L* of these rows."""
        total, *weighted = self.lift.rows(rows, level)
        share = _settled(total)
        total = np.maximum(total, np.float32(0.05))
        a, b, at = (
            np.clip(plane / total, *bound)
            for plane, bound in zip(weighted, self.bounds, strict=True)
        )
        scale = chroma_scale(level, at)
        a, b = a * scale, b * scale
        for lift, table in self.shaded:
            part = np.clip(lift.rows(rows, level)[0] / total, 0, 1)
            for plane, column in ((a, table[:, 0]), (b, table[:, 1])):
                known = np.interp(level, np.arange(101), column).astype(np.float32)
                plane += part * (known - plane)
        proven = share if self.evidence is None else _settled(self.evidence.rows(rows, level)[0])
        source = self._certainty(rows) * (proven >= np.float32(0.5))
        return a * share, b * share, 1 - share, source

    def _certainty(self, rows: slice) -> Layer:
        (height, width), small = self.lift.full, self.certainty.shape
        down = np.arange(rows.start, rows.stop) * small[0] // height
        across = np.arange(width) * small[1] // width
        return self.certainty[down[:, None], across[None]]


Spread = Callable[[Plane, Sequence[Hint], npt.NDArray[np.float32]], npt.NDArray[np.float32]]
"""L*, hints, and the share of each pixel that evidence gives them, to another such share."""


def documented(
    plane: Plane,
    regions: Sequence[Mapping[str, Any]],
    report: Report,
    spread: Spread | None = None,
) -> Documented | None:
    """What ``regions`` (as in photo.toml) say about a picture of this L*; None where no region has
    a colour. ``spread`` carries their colours further than evidence reaches."""
    height, width = plane.shape
    rows, columns = solve_size(height, width)
    small = cv2.resize(plane, (columns, rows), interpolation=cv2.INTER_AREA).reshape(rows, columns)
    hints = hints_of(regions, small)
    if not hints:
        return None
    report(0.2)
    lift = partial(lifted, guide=small, full=(height, width))
    share = shares(small / 100, hints)
    known = mixed(hints, share if spread is None else spread(small, hints, share), small, lift)
    if spread is not None:
        evidence, certainty = lift([share.sum(axis=0)]), _certainty(hints, share)
        known = replace(known, evidence=evidence, certainty=certainty)
    report(1.0)
    return known


def mixed(
    hints: Sequence[Hint],
    share: npt.NDArray[np.float32],
    small: Plane,
    lift: Callable[[Sequence[Plane]], Lift],
) -> Documented:
    """The colours of ``hints`` by their ``share`` (hints, rows, columns) of each small pixel,
    brought to full size by ``lift``."""
    anchors = [anchor(hint, small) for hint in hints]
    values = np.array(
        [(*hint.colour[1:], at) for hint, at in zip(hints, anchors, strict=True)], np.float32
    )
    planes = np.einsum("hyx,hc->cyx", share, values)
    bounds = tuple((float(column.min()), float(column.max())) for column in values.T)
    shaded = tuple(
        (lift([part]), shades(hint.palette, small[hint.inside]))
        for hint, part in zip(hints, share, strict=True)
        if hint.palette
    )
    return Documented(lift([share.sum(axis=0), *planes]), bounds, _certainty(hints, share), shaded)


def _certainty(hints: Sequence[Hint], share: npt.NDArray[np.float32]) -> Layer:
    """Of the hint that each pixel belongs to most."""
    return np.array([hint.certainty for hint in hints], np.uint8)[share.argmax(axis=0)]


def _settled(share: Plane) -> Plane:
    """A share drawn towards 0 or 1: half a colour looks like a stain."""
    x = np.clip((share - np.float32(0.12)) / np.float32(0.7), 0, 1)
    return np.asarray(x * x * (3 - 2 * x), np.float32)


def anchor(hint: Hint, plane: Plane) -> float:
    """The L* at which a region shows its full documented chroma.

    Half way between the colour's own and that of the region in the photograph: emulsions saw red
    dark and blue light, so the two need not agree.
    """
    values = plane[hint.inside]
    seen = float(np.median(values)) if values.size else hint.colour[0]
    return float(np.clip((hint.colour[0] + seen) / 2, 20, 85))


def chroma_scale(level: Plane, at: Plane | float) -> Plane:
    """Share of the documented chroma at each L*; 1 at ``at``."""
    at = np.asarray(at, np.float32)
    shade = (level + np.float32(16)) / (at + np.float32(16))
    gloss = np.clip((np.float32(100) - level) / (np.float32(100) - at), 0, 1)
    return np.where(level <= at, shade, cv2.pow(gloss, 1.15).reshape(gloss.shape))
