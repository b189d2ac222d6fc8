"""Pieces missing at the edge: torn corners and bites, where paper or the ground under it shows."""

import cv2
import numpy as np
import numpy.typing as npt

from server.restoration.engines.classic.margins import margin_of
from server.restoration.lab import Plane

Mask = npt.NDArray[np.bool_]

_SIDE = 800
_DEEPEST = 0.15
"""Share of a picture's side beyond which what lies along it is no margin."""
_CLOSE = 0.045
"""How far paper or ground may stray from its own tone, of 0..1."""
_STRAY, _STRAIGHT = 2, 0.5
"""Pixels by which a margin's edge may stray from a straight line, along what share of the side at
least: a sea has no such edge."""
_PARTED = 0.08
"""How unlike the piece it must still be a few pixels off, of 0..1, where the picture is, or torn
paper's broad rim: a scratch across a corner is as light, but thin, with one tone on both sides.
"""


def _ground_from(plane: Plane, y: int, x: int) -> Mask:
    """Everything of one tone that hangs together with the pixel at (y, x)."""
    tone = float(np.median(plane[max(0, y - 2) : y + 3, max(0, x - 2) : x + 3]))
    near = (np.abs(plane - tone) < _CLOSE).astype(np.uint8)
    near = cv2.morphologyEx(near, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    _, labels = cv2.connectedComponents(near, connectivity=4)
    return np.asarray((labels == labels[y, x]) & (near[y, x] > 0))


def _depths(ground: Mask) -> npt.NDArray[np.int64]:
    """How far the ground reaches in from the first row, in each column."""
    return np.where(ground.all(axis=0), ground.shape[0], np.argmin(ground, axis=0))


def _usual_depth(ground: Mask) -> int:
    """How far the ground reaches in from the first row, along most of it."""
    return int(np.median(_depths(ground)))


def _margin_depth(ground: Mask) -> int:
    """The same where the ground ends as a margin does, straight and not far in; else 0."""
    depths = _depths(ground)
    usual = int(np.median(depths))
    third = max(1, depths.size // 3)
    rise = float(np.median(depths[-third:]) - np.median(depths[:third]))
    rise /= max(1, depths.size - third)
    line = usual + rise * (np.arange(depths.size) - depths.size / 2)
    straight = np.mean(np.abs(depths - line) <= _STRAY) >= _STRAIGHT
    return usual if straight and usual <= _DEEPEST * ground.shape[0] else 0


def _beyond_frame(ground: Mask) -> Mask:
    """Ground that reaches further in than it does along most of each side: no straight margin. None
    where it does not end as a margin does: that is a sky."""
    out = ground.copy()
    for turn in range(4):
        view = np.rot90(ground, turn)
        usual = _usual_depth(view)
        if usual > _DEEPEST * view.shape[0]:
            return np.zeros_like(ground)
        if usual:
            np.rot90(out, turn)[: usual + 3] = False
    return out


def _frame(ground: Mask) -> Mask:
    """Ground along the sides that have a margin of it, as far in as that; none along one alone."""
    depths = [_margin_depth(np.rot90(ground, turn)) for turn in range(4)]
    if np.count_nonzero(depths) < 2:
        return np.zeros_like(ground)
    return ground & margin_of(ground.shape, [depth and depth + 3 for depth in depths])


def _torn_rim(piece: Mask, plane: Plane, beyond: float) -> bool:
    """Whether the paper's light core shows along the rim, lighter than what lies on both sides."""
    kernel = np.ones((3, 3), np.uint8)
    outside = cv2.dilate(piece.astype(np.uint8), kernel) > 0
    lightest = cv2.dilate(plane, np.ones((13, 13), np.uint8))
    core = lightest[outside & ~piece]
    return float(np.percentile(core, 30)) > max(beyond, float(np.median(plane[piece]))) + 0.15


def _is_a_tear(piece: Mask, plane: Plane, ground: Mask) -> bool:
    """Small, of one tone, sharply and all around unlike the picture next to it; and paper white or
    with a torn rim, for a dark coat in a corner looks like dark ground."""
    height, width = piece.shape
    rows, columns = np.nonzero(piece.any(axis=1))[0], np.nonzero(piece.any(axis=0))[0]
    tall, broad = np.ptp(rows) + 1, np.ptp(columns) + 1
    if not 0.0008 < piece.mean() < 0.06 or tall > 0.35 * height or broad > 0.35 * width:
        return False
    kernel = np.ones((3, 3), np.uint8)
    inside = cv2.dilate(piece.astype(np.uint8), kernel, iterations=3) > 0
    around = (cv2.dilate(piece.astype(np.uint8), kernel, iterations=6) > 0) & ~inside & ~ground
    if np.count_nonzero(around) < 12:
        return False
    tone = float(np.median(plane[piece]))
    steps = np.abs(plane[around] - tone)
    paper = tone > max(0.85, float(np.percentile(plane, 98)))
    flat = float(np.std(plane[piece])) < 0.025
    clear = float(np.median(steps)) > 0.1 and float(np.percentile(steps, 15)) > 0.04
    if flat and clear and paper:
        return True
    parted = float(np.median(steps)) > _PARTED
    return flat and parted and _torn_rim(piece, plane, float(np.median(plane[around])))


def _pieces(small: Plane) -> tuple[Mask, list[Mask]]:
    """The ground around the print, and what may be missing of it, on the small copy."""
    around = np.zeros(small.shape, bool)
    pieces: list[Mask] = []
    bottom, right = small.shape[0] - 1, small.shape[1] - 1
    for y, x in ((0, 0), (0, right), (bottom, 0), (bottom, right)):
        ground = _ground_from(small, y, x)
        around |= _frame(ground)
        if any(piece[y, x] for piece in pieces):
            continue
        count, labels = cv2.connectedComponents(_beyond_frame(ground).astype(np.uint8))
        found = [labels == label for label in range(1, min(count, 40))]
        pieces += [piece for piece in found if _is_a_tear(piece, small, ground)]
    return around, pieces


def ground_and_missing(plane: Plane) -> tuple[Mask, Mask]:
    """What lies around a print (rebate, album page), and where a corner or bite of it is gone.

    ``plane`` is luma 0..1. A print's straight margin and a film's rebate are no damage, nor are
    corners of which two or more are missing alike: those were made round.
    """
    scale = min(1.0, _SIDE / max(plane.shape))
    size = (max(1, round(plane.shape[1] * scale)), max(1, round(plane.shape[0] * scale)))
    small = np.asarray(cv2.resize(plane, size, interpolation=cv2.INTER_AREA), np.float32)
    small = np.asarray(cv2.GaussianBlur(small, (0, 0), 1.0), np.float32)
    around, pieces = _pieces(small)
    found = np.zeros(small.shape, np.uint8)
    # The torn rim shows the paper's core; it goes with the piece.
    reach = 2 * max(2, round(0.012 * max(small.shape))) + 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach))
    if len(pieces) == 1:
        found = cv2.dilate(pieces[0].astype(np.uint8), kernel)
    edge = cv2.dilate(around.astype(np.uint8), np.ones((9, 9), np.uint8))
    full = (plane.shape[1], plane.shape[0])
    grown = [cv2.resize(part, full, interpolation=cv2.INTER_NEAREST) > 0 for part in (edge, found)]
    return grown[0], grown[1]
