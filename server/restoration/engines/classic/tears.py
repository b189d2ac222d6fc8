"""Pieces missing at the edge: torn corners and bites, where paper or the ground under it shows."""

import cv2
import numpy as np
import numpy.typing as npt

from server.restoration.engines.classic.lab import Plane

Mask = npt.NDArray[np.bool_]

_SIDE = 800
_CLOSE = 0.045
"""How far paper or ground may stray from its own tone, of 0..1."""


def _ground_from(plane: Plane, y: int, x: int) -> Mask:
    """Everything of one tone that hangs together with the pixel at (y, x)."""
    tone = float(np.median(plane[max(0, y - 2) : y + 3, max(0, x - 2) : x + 3]))
    near = (np.abs(plane - tone) < _CLOSE).astype(np.uint8)
    near = cv2.morphologyEx(near, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    _, labels = cv2.connectedComponents(near, connectivity=4)
    return np.asarray((labels == labels[y, x]) & (near[y, x] > 0))


def _beyond_frame(ground: Mask) -> Mask:
    """Ground that reaches further in than it does along most of each side: no straight margin."""
    out = ground.copy()
    for turn in range(4):
        view, turned = np.rot90(ground, turn), np.rot90(out, turn)
        depth = np.where(view.all(axis=0), view.shape[0], np.argmin(view, axis=0))
        usual = int(np.median(depth))
        if usual:
            turned[: usual + 3] = False
    return out


def _is_a_tear(piece: Mask, plane: Plane, ground: Mask) -> bool:
    """Small, at a corner or side, unlike the picture next to it, and ragged."""
    height, width = piece.shape
    rows, columns = np.nonzero(piece.any(axis=1))[0], np.nonzero(piece.any(axis=0))[0]
    tall, broad = np.ptp(rows) + 1, np.ptp(columns) + 1
    if not 0.0008 < piece.mean() < 0.1 or tall > 0.45 * height or broad > 0.45 * width:
        return False
    kernel = np.ones((3, 3), np.uint8)
    inside = cv2.dilate(piece.astype(np.uint8), kernel, iterations=2) > 0
    around = (cv2.dilate(piece.astype(np.uint8), kernel, iterations=6) > 0) & ~inside & ~ground
    if not around.any():
        return False
    step = abs(float(np.median(plane[around])) - float(np.median(plane[piece])))
    flat = float(np.std(plane[piece]))
    return step > 0.12 and flat < 0.03


def missing_pieces(plane: Plane) -> Mask:
    """True where a corner or a bite of the edge is gone; at most a tenth of the picture each.

    ``plane`` is luma 0..1. A print's straight margin and a film's rebate are no damage.
    """
    scale = min(1.0, _SIDE / max(plane.shape))
    size = (max(1, round(plane.shape[1] * scale)), max(1, round(plane.shape[0] * scale)))
    small = np.asarray(cv2.resize(plane, size, interpolation=cv2.INTER_AREA), np.float32)
    small = cv2.GaussianBlur(small, (0, 0), 1.0)
    found = np.zeros(small.shape, np.uint8)
    bottom, right = small.shape[0] - 1, small.shape[1] - 1
    for y, x in ((0, 0), (0, right), (bottom, 0), (bottom, right)):
        ground = _ground_from(small, y, x)
        count, labels = cv2.connectedComponents(_beyond_frame(ground).astype(np.uint8))
        for label in range(1, min(count, 40)):
            piece = labels == label
            if _is_a_tear(piece, small, ground):
                found[piece] = 1
    # The torn rim shows the paper's core; it goes with the piece.
    reach = 2 * max(2, round(0.012 * max(small.shape))) + 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach))
    grown = cv2.dilate(found, kernel)
    full = (plane.shape[1], plane.shape[0])
    return np.asarray(cv2.resize(grown, full, interpolation=cv2.INTER_NEAREST) > 0)
