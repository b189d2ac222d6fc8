"""Folds and tears that run from the print's bare margin into the picture.

A fold shows as a light slope beside a dark one, as a pole does that is lit from one side; alone,
no rule and no network of this house tells the two apart. But whatever crosses the margin lies on
the paper: so it is looked for there, and followed into the picture as far as it is straight.
"""

import cv2
import numpy as np
import numpy.typing as npt

from server.restoration.engines.classic.halos import mean_where
from server.restoration.engines.classic.lines import along, busyness, reach_of, ridges
from server.restoration.engines.classic.margins import margin_of
from server.restoration.lab import Plane

Mask = npt.NDArray[np.bool_]
Point = tuple[int, int]

_SIDES, _LEAST = 3, 16
"""So many sides must have a margin of so many pixels: a sky at the top alone is none, and a line
that ends with the picture is seen for some pixels more."""
_LIGHTEST = 0.9
"""The share of the picture that is darker than its paper."""
_STEEPEST, _ANGLES = 1.2, 241
"""Radians off the straight way in up to which a line is followed, and how many ways are tried."""
_STRAY = 0.004
"""How far it may stray from a straight one, as a share of the long side."""
_CROSSED, _HELD, _WINDOW = 0.5, 0.8, 24
"""The share of the margin that it must cross, or a speck on it would make a fold of a pole that
points at it; and that of so many rows that it must be seen in to be followed on."""
_SHORTEST = 0.06
"""How far into the picture it must run, as a share of the long side."""
_CLEAR, _OVER_NOISE, _OVER_BUSY = 0.008, 1.8, 2.2
"""How clear it must be of 0..1, of the noise, and of the mean of all lines around it."""
_SLOPES, _GROUND = 0.011, 0.035
"""How far from its crest a fold's slopes reach, and how far around the ground is looked at, as
shares of the long side."""
_EVEN, _OFF = 1.8, 0.008
"""By how many times the noise even ground may stray; and what, of 0..1, a slope is off it by."""


def creases(plane: Plane, depths: tuple[int, int, int, int], *, sigma: float) -> Mask:
    """True on such lines and their slopes, (h, w). ``plane`` is luma 0..1, ``depths`` the margin's
    pixels at the top, right, bottom and left, ``sigma`` the plane's noise."""
    found = np.zeros(plane.shape, bool)
    deep = [depth >= _LEAST for depth in depths]
    if sum(deep) < _SIDES or not _is_paper(plane, depths):
        return found
    long = max(plane.shape)
    clear, margin = _clear(plane, sigma), margin_of(plane.shape, depths)
    stray, reach = max(2, round(_STRAY * long)), max(6, round(_SLOPES * long))
    for turn, depth in enumerate(depths):
        if deep[turn]:
            seen, bare = (np.ascontiguousarray(np.rot90(one, turn)) for one in (clear, margin))
            turned = np.ascontiguousarray(np.rot90(plane, turn))
            for begun, end in _entering(seen, depth, stray, _SHORTEST * long):
                angle = float(np.arctan2(end[1] - begun[1], end[0] - begun[0]))
                crest = seen & _band(seen.shape, begun, end, stray)
                edged = cv2.dilate(crest.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
                band = _band(seen.shape, begun, end, reach)
                slopes = _slopes(turned, bare, band, angle, sigma)
                np.rot90(found, turn)[edged | slopes] = True
    whole = cv2.morphologyEx(found.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
    return np.asarray(whole > 0)


def _clear(plane: Plane, sigma: float) -> Mask:
    """What stands out as a line, light or dark, from those around it."""
    answers = ridges(plane, reach_of(plane), parted=False)
    answer = np.maximum(*(best for best, _ in answers.values()))
    least = max(_CLEAR, _OVER_NOISE * sigma)
    return np.asarray(answer > np.maximum(_OVER_BUSY * busyness(answer), least))


def _band(shape: tuple[int, ...], begun: Point, end: Point, reach: int) -> Mask:
    """What lies within so many pixels of a straight line between two places (x, y)."""
    band = cv2.line(np.zeros(shape, np.uint8), begun, end, 1, 2 * reach + 1)
    return np.asarray(band > 0)


def _slopes(plane: Plane, margin: Mask, band: Mask, angle: float, sigma: float) -> Mask:
    """Where in a band at an angle even ground is lighter or darker than beside the band: the margin
    and the picture each for itself."""
    window = 2 * round(_GROUND * max(plane.shape)) + 1
    off, even = np.zeros_like(plane), np.zeros(plane.shape, bool)
    for part in (margin, ~margin):
        inner = cv2.erode(part.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
        ground = mean_where(plane, inner & ~band, window)
        power = mean_where(plane * plane, inner & ~band, window) - ground * ground
        np.copyto(off, plane - ground, where=inner)
        even |= part & (power < (_EVEN * max(sigma, _OFF)) ** 2)
    return np.asarray(band & even & (np.abs(along(off, angle)) > max(sigma, _OFF)))


def _is_paper(plane: Plane, depths: tuple[int, int, int, int]) -> bool:
    """Whether the margin is lighter than nearly all of the picture: what runs into a film's dark
    rebate, or out of a vignette, may belong to the picture."""
    margin = margin_of(plane.shape, depths)
    return float(np.median(plane[margin])) > float(np.quantile(plane[~margin], _LIGHTEST))


def _entering(seen: Mask, depth: int, stray: int, shortest: float) -> list[tuple[Point, Point]]:
    """The ends (x, y) of straight lines that come in at the top, through a margin of this depth:
    from each place on it the way that sees the most."""
    height, width = seen.shape
    # A row of what is near: nothing as long as none is seen, and most in the middle of a line.
    near = cv2.blur(seen.astype(np.float32), (2 * stray + 1, 1))
    rows, slopes = np.arange(height), np.tan(np.linspace(-_STEEPEST, _STEEPEST, _ANGLES))
    lines = []
    for begun in _middles(np.any(seen[depth // 4 : depth - depth // 4], axis=0)):
        if not 2 * depth < begun < width - 2 * depth:
            continue
        columns = np.round(begun + (rows - depth // 2) * slopes[:, None]).astype(int)
        inside = (columns >= 0) & (columns < width)
        sight = np.where(inside, near[rows, columns.clip(0, width - 1)], 0)
        hits = sight > 0.5 / (2 * stray + 1)
        held = cv2.blur(hits.astype(np.float32), (_WINDOW, 1), borderType=cv2.BORDER_CONSTANT)
        lost = (held < _HELD) & (rows >= depth + _WINDOW // 2)
        ends = np.where(lost.any(axis=1), lost.argmax(axis=1), height - 1)
        lengths = np.hypot(1, slopes)
        taken = (hits[:, :depth].mean(axis=1) >= _CROSSED) & ((ends - depth) * lengths >= shortest)
        gathered = np.where(rows < ends[:, None], sight, 0).sum(axis=1) * lengths * taken
        best = int(gathered.argmax())
        if taken[best]:
            end = int(ends[best])
            lines.append(((int(columns[best, 0]), 0), (int(columns[best, end]), end)))
    return lines


def _middles(row: Mask) -> list[float]:
    """Of each run of True."""
    steps = np.flatnonzero(np.diff(np.pad(row, 1).astype(np.int8)))
    return [float(begun + end) / 2 for begun, end in zip(steps[::2], steps[1::2], strict=True)]
