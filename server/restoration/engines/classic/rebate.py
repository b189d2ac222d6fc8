"""A film's rebate: the black band along a picture's sides, and the light table beyond it.

What is written or cut into it (numbers, makers' names, notches) is no damage: it says what film
this is, and whose.
"""

import numpy as np
import numpy.typing as npt

from server.restoration.engines.classic.margins import margin_of
from server.restoration.lab import Plane

Mask = npt.NDArray[np.bool_]

_BLACK, _MOSTLY = 0.14, 0.7
"""Lightness below which a pixel is black; the share of a row of rebate that is, for the rest of it
may be written on."""
_DEEPEST, _TABLE = 0.15, 0.05
"""Shares of a picture's side: how deep a rebate may reach, and where at the latest it begins."""
_LEAST, _THINNEST = 3, 0.004
"""Rows that it has at least, and as a share of a picture's side."""
_CORNER = 0.06
"""The share of a row at either end that is not looked at, where films are rounded or clipped."""
_STEP, _STRAIGHT = 0.06, 0.5
"""How much lighter the picture begins, along what share of the side at least: a dark scene does not
end with a straight edge."""
_EDGE = 3
"""Rows across which that step is soft."""


def rebate(plane: Plane) -> Mask:
    """True on the rebate and beyond; ``plane`` is luma 0..1, (h, w). One side alone has none: there
    it is a floor or a wall."""
    depths = [_depth(np.rot90(plane, turn)) for turn in range(4)]
    return margin_of(plane.shape, depths if np.count_nonzero(depths) > 1 else ())


def _depth(plane: Plane) -> int:
    """Rows of rebate at the top; 0 where there is none."""
    height, width = plane.shape
    corner, deepest = round(_CORNER * width), round(_DEEPEST * height)
    rows = plane[: deepest + _EDGE, corner : width - corner]
    black = np.mean(rows[:deepest] < _BLACK, axis=1) >= _MOSTLY
    turns = np.flatnonzero(np.diff(black, prepend=False, append=False))
    depth = 0
    for begin, end in zip(turns[::2], turns[1::2], strict=True):
        if end >= deepest or (depth == 0 and begin > _TABLE * height):
            break
        if end - begin < max(_LEAST, _THINNEST * height):
            continue
        lighter = rows[end + _EDGE - 1] - rows[end - _EDGE]
        if np.mean(lighter > _STEP) >= _STRAIGHT:
            depth = int(end) + 1
    return depth
