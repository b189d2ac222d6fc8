"""A print's even paper margin: how deep it is, and its missing parts taken from itself.

Where a corner is gone, picture must not run on over the margin, nor the margin into the picture.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from server.restoration.engine import Image
from server.restoration.lab import Plane

Mask = npt.NDArray[np.bool_]

_DEEPEST = 0.12
"""A band reaching further than this share of the picture is a sky or a wall."""
_EVEN = 0.05
"""How far paper may stray from its own tone, of 0..1."""

_GRAIN = 0.02
"""What departs further from the paper's tone, of 0..1, is a crease or a spot: left out."""


def _depth(plane: Plane, known: Mask) -> int:
    """Rows of even margin at the top; 0 where there is none."""
    height, width = plane.shape
    middle = slice(round(0.1 * width), max(1, round(0.9 * width)))
    limit = max(4, round(_DEEPEST * height))
    # The outermost rows may show the edge of the sheet.
    rim = max(1, round(0.006 * height))
    first = plane[rim : 2 * rim + 2, middle][known[rim : 2 * rim + 2, middle]]
    if first.size < 16:
        return 0
    tone = float(np.median(first))
    for row in range(rim, limit):
        seen = plane[row, middle][known[row, middle]]
        if seen.size and float(np.mean(np.abs(seen - tone) < _EVEN)) < 0.5:
            return row if row > 2 * rim + 1 else 0
    return 0


def margin_depths(plane: Plane, mask: Mask) -> tuple[int, int, int, int]:
    """Depth in pixels of the margin at the top, right, bottom and left of lightness 0..1, (h, w),
    as far as undamaged places show it."""
    depths = [_depth(np.rot90(plane, turn), np.rot90(~mask, turn)) for turn in range(4)]
    return depths[0], depths[1], depths[2], depths[3]


def margin_of(shape: tuple[int, ...], depths: Sequence[int]) -> Mask:
    """True on the margin; ``depths`` as :func:`margin_depths` has them, or empty."""
    out = np.zeros(shape, bool)
    for turn, depth in enumerate(depths):
        np.rot90(out, turn)[:depth] = True
    return out


def _continued(row: Image, hole: Mask, known: Mask) -> None:
    """Writes the pixels of ``hole`` in one row: the row's tone, with the grain of the
    known ones mirrored at the hole's end."""
    places = np.flatnonzero(known)
    if places.size == 0:
        return
    missing = np.flatnonzero(hole)
    after = np.clip(np.searchsorted(places, missing), 0, places.size - 1)
    before = np.maximum(after - 1, 0)
    closer = np.abs(places[before] - missing) < np.abs(places[after] - missing)
    order = np.where(closer, before, after)
    steps = np.abs(places[order] - missing)
    inward = np.where(places[order] < missing, -1, 1)
    source = places[np.clip(order + inward * steps, 0, places.size - 1)]
    tone = np.median(row[places], axis=0)
    row[missing] = tone + np.clip(row[source] - tone, -_GRAIN, _GRAIN)


def mend_margin(out: Image, mask: Mask, wide: Mask, depths: tuple[int, int, int, int]) -> None:
    """Writes into ``out`` what of ``wide`` lies on the margin, each row from the same row."""
    height, width = mask.shape
    for turn, depth in enumerate(depths):
        view = np.rot90(out, turn)
        damage, gone = np.rot90(mask, turn), np.rot90(wide, turn)
        sides = (depths[turn - 1], depths[(turn + 1) % 4])
        picture = np.zeros(view.shape[1], bool)
        picture[sides[0] : view.shape[1] - sides[1]] = True
        for row in np.flatnonzero(gone[:depth].any(axis=1)):
            _continued(view[row], gone[row], picture & ~damage[row])
