"""Narrow damage mended by a network that sees what lies around a mark, and through it.

Most damage lets the picture show through, and some of what is taken for damage is none: to fill it
from its rim alone throws away what the print still says. So the network is shown the print as it
is, a smooth filling, and the mask; it says of each pixel how much of the print to keep, and what to
add. Where damage is opaque it is shown the smooth filling instead. How it was trained, and how good
it is: weights/CARD.md.
"""

import cv2
import numpy as np
import numpy.typing as npt

from server.restoration.engine import Report
from server.restoration.engines.classic.network import MENDER, Tone, read
from server.restoration.lab import Plane

Mask = npt.NDArray[np.bool_]

DOUBT = 2.0
"""What is taken off the logarithm of the odds that a pixel is to be kept."""
_AROUND = (1.0, 2.5, 6.0, 16.0)
"""Pixels (standard deviation) over which a filling is looked for, one after the other."""
_KNOWN = 0.02
"""Share of what lies there that must be known."""
_NEAR, _LEFT, _STRONG = 9, 0.3, 0.08
"""In a window of so many pixels: the share of a mark that may be left, if the mark stands out by so
much (root mean square, of a print's range)."""
_RIM, _AFFECTED = np.ones((5, 5), np.uint8), np.ones((33, 33), np.uint8)
"""What around that is hidden with it, and how far off that changes an answer."""


def smoothly_filled(plane: Plane, hole: Mask) -> Plane:
    """The plane with its hole filled from near and, where nothing is near, from afar."""
    out, missing = plane.copy(), hole.copy()
    weight = (~hole).astype(np.float32)
    known = plane * weight
    for sigma in _AROUND:
        if not missing.any():
            return out
        total, mean = (cv2.GaussianBlur(each, (0, 0), sigma) for each in (weight, known))
        take = missing & (total > _KNOWN)
        out[take] = mean[take] / total[take]
        missing &= ~take
    out[missing] = plane[~hole].mean() if missing.any() and not hole.all() else 0.5
    return out


def mended(
    plane: Plane, hole: Mask, sure: Mask, opaque: Mask, report: Report
) -> tuple[Plane, Plane]:
    """A plane of 0..1 (h, w) with its hole filled, and how much of the print each pixel of the hole
    keeps, 0..1: nothing where it is ``opaque``. What lies outside is of no meaning.

    Where a mark is damage for ``sure`` and most of it would be left, as a blot on a button, it is
    taken for opaque.
    """
    tone = Tone.of(plane)
    print_ = tone.spread(plane)
    filled = smoothly_filled(print_, hole)

    def look(hidden: Mask, where: Mask, begun: float, ended: float) -> tuple[Plane, Plane]:
        def tell(share: float) -> None:
            report(begun + (ended - begun) * share)

        shown = np.where(hidden, filled, print_)
        planes = np.stack([shown, filled, hole.astype(np.float32)])
        odds, added = read(MENDER, planes, tell, where=where)
        made, kept = filled.copy(), np.zeros_like(filled)
        kept[where] = 1 / (1 + np.exp(DOUBT - odds[where]))
        made[where] += kept[where] * (shown - filled)[where] + added[where]
        return made, np.where(hidden, 0, kept)

    made, kept = look(opaque, hole, 0.0, 0.6)
    left = _left(print_ - filled, made - filled, hole) & sure & ~opaque
    if left.any():
        around, near = (cv2.dilate(left.astype(np.uint8), side) > 0 for side in (_RIM, _AFFECTED))
        near &= hole
        again = look(opaque | (around & hole), near, 0.6, 1.0)
        made, kept = (
            np.where(near, now, was) for now, was in zip(again, (made, kept), strict=True)
        )
    return tone.back(made), kept


def _left(mark: Plane, made: Plane, hole: Mask) -> Mask:
    """Where most of what stands out of the smooth filling does so in what was ``made``, too."""
    both, own = (
        cv2.boxFilter(each * hole, -1, (_NEAR, _NEAR), normalize=False)
        for each in (mark * made, mark * mark)
    )
    count = cv2.boxFilter(hole.astype(np.float32), -1, (_NEAR, _NEAR), normalize=False)
    return np.asarray(hole & (own > _STRONG**2 * count) & (both > _LEFT * own), bool)
