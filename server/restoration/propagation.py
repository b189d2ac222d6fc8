"""How far a colour belongs: evidence spread along the picture, stopped by its edges.

Neighbouring pixels of similar lightness should share a colour (Levin, Lischinski and Weiss,
"Colorization using Optimization", 2004; written from the paper). The system is solved on a small
copy by smoothed-aggregation multigrid, and brought to full size by a guided filter against the full
lightness (He and Sun, "Fast Guided Filter", 2015).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
import pyamg
from scipy import sparse

from server.restoration.hints import Hint
from server.restoration.lab import Plane, strips

SOLVE_PIXELS = 100_000
"""Solving more changes the answer little (23.6 dB at 0.06 and 0.1 MP alike) and costs seconds."""

_SURE = 100.0
"""Weight of evidence against that of a pixel's neighbours together, which is 1."""
_NEIGHBOURS = ((-1, -1), (-1, 0), (-1, 1), (0, -1), (0, 1), (1, -1), (1, 0), (1, 1))


def solve_size(height: int, width: int) -> tuple[int, int]:
    """(height, width) of the small copy on which colours spread."""
    scale = min(1.0, (SOLVE_PIXELS / (height * width)) ** 0.5)
    return max(1, round(height * scale)), max(1, round(width * scale))


def _affinity(plane: npt.NDArray[np.float64]) -> sparse.csr_matrix:
    """Rows sum to 1: how much a pixel takes after each of its eight neighbours."""
    height, width = plane.shape
    mean = cv2.blur(plane, (3, 3))
    variance = np.maximum(cv2.blur(plane * plane, (3, 3)) - mean * mean, 0)
    spread = 0.6 * variance + 4e-5
    index = np.arange(height * width).reshape(height, width)
    rows, columns, weights = [], [], []
    for down, right in _NEIGHBOURS:
        here = (
            slice(max(0, -down), height - max(0, down)),
            slice(max(0, -right), width - max(0, right)),
        )
        there = (
            slice(max(0, down), height - max(0, -down)),
            slice(max(0, right), width - max(0, -right)),
        )
        likeness = np.exp(-((plane[here] - plane[there]) ** 2) / (2 * spread[here]))
        rows.append(index[here].ravel())
        columns.append(index[there].ravel())
        weights.append(np.maximum(likeness, 1e-6).ravel())
    matrix = sparse.csr_matrix(
        (np.concatenate(weights), (np.concatenate(rows), np.concatenate(columns))),
        shape=(height * width, height * width),
    )
    # Symmetric, as multigrid wants it: a pair is as alike as the less certain of the two says.
    return matrix.minimum(matrix.T).tocsr()


def _laplacian(plane: Plane) -> sparse.csr_matrix:
    weights = _affinity(plane.astype(np.float64))
    degree = np.asarray(weights.sum(axis=1)).ravel()
    scale = sparse.diags(1 / np.sqrt(np.maximum(degree, 1e-4)))
    weights = scale @ weights @ scale
    degree = np.asarray(weights.sum(axis=1)).ravel()
    return (sparse.diags(degree) - weights).tocsr()


def shares(plane: Plane, hints: Sequence[Hint]) -> npt.NDArray[np.float32]:
    """How much each pixel belongs to each hint, shape (hints, height, width), 0..1.

    ``plane`` is lightness 0..1 at the hints' size. Shares of one pixel sum to at most 1; the rest
    belongs to nothing documented.
    """
    reach = np.max([hint.reach for hint in hints], axis=0)
    outside = (reach == 0).ravel()
    sure = np.any([hint.inside for hint in hints], axis=0).ravel()
    # A faint pull to "nothing", stronger towards the end of a reach, so that a point in a sky does
    # not colour the sky to the far edge.
    pull = np.where(outside, _SURE, 0.02 * (1 - reach.ravel()) ** 2 + 2e-4)
    weight = np.where(sure, _SURE, pull)
    system = (_laplacian(plane) + sparse.diags(weight)).tocsr()
    # Local weighting asks for no spectral radius, which pyamg estimates from random vectors.
    smooth = ("jacobi", {"omega": 4.0 / 3.0, "weighting": "local"})
    hierarchy = pyamg.smoothed_aggregation_solver(system, smooth=smooth, max_coarse=200)
    out = np.empty((len(hints), *plane.shape), np.float32)
    for place, hint in enumerate(hints):
        known = np.where(hint.inside.ravel(), _SURE, 0.0)
        solved = hierarchy.solve(known, tol=1e-4, accel="cg", maxiter=60)
        out[place] = np.clip(solved.reshape(plane.shape), 0, 1) * (hint.reach > 0)
    return np.asarray(out / np.maximum(out.sum(axis=0), 1), np.float32)


def _settled(share: Plane) -> Plane:
    """A share drawn towards 0 or 1: half a colour looks like a stain."""
    x = np.clip((share - np.float32(0.12)) / np.float32(0.7), 0, 1)
    return np.asarray(x * x * (3 - 2 * x), np.float32)


def _box(plane: Plane, radius: int) -> Plane:
    return np.asarray(cv2.blur(plane, (2 * radius + 1, 2 * radius + 1)), np.float32)


@dataclass(frozen=True, slots=True)
class Patch:
    """A part of a full-size plane: where it lies, and its values in 8 bits (255 is 1)."""

    rows: slice
    columns: slice
    share: npt.NDArray[np.uint8]


def _reached(share: Plane, full: tuple[int, int]) -> tuple[slice, slice]:
    """The rectangle of the full size in which ``share`` is anything, with a margin."""
    out = []
    for axis, length in enumerate(full):
        hit = np.flatnonzero((share > 0.02).any(axis=1 - axis))
        scale = length / share.shape[axis]
        first, last = (int(hit[0]), int(hit[-1])) if hit.size else (0, -1)
        out.append(
            slice(max(0, round((first - 8) * scale)), min(length, round((last + 9) * scale)))
        )
    return out[0], out[1]


def _lifted(plane: Plane, place: tuple[slice, slice], full: tuple[int, int]) -> Plane:
    """One rectangle of ``plane`` enlarged to the size ``full``, pixel centres kept in place."""
    sy, sx = plane.shape[0] / full[0], plane.shape[1] / full[1]
    top, left = place[0].start, place[1].start
    size = (place[1].stop - left, place[0].stop - top)
    matrix = np.array([[sx, 0, (left + 0.5) * sx - 0.5], [0, sy, (top + 0.5) * sy - 0.5]])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(
        cv2.warpAffine(plane, matrix, size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
    )


def guided(share: Plane, guide: Plane, full: Plane) -> Patch:
    """``share`` at the size of ``full`` where it is anything, its edges laid on those of ``full``.

    ``guide`` is ``full`` at the size of ``share``; both L*, 0..100.
    """
    place = _reached(share, (full.shape[0], full.shape[1]))
    size = (full.shape[0], full.shape[1])
    slope, offset = _lines(share, guide)
    out = np.empty((place[0].stop - place[0].start, place[1].stop - place[1].start), np.uint8)
    for rows in strips(*out.shape):
        here = (slice(place[0].start + rows.start, place[0].start + rows.stop), place[1])
        grown = _lifted(slope, here, size) * (full[here] / 100) + _lifted(offset, here, size)
        out[rows] = np.round(255 * _settled(np.asarray(grown, np.float32)))
    return Patch(place[0], place[1], out)


def following(plane: Plane, guide: Plane, full: Plane) -> Plane:
    """``plane``, in any unit, at the size of ``full`` and with its edges: the guided filter alone.

    ``guide`` is ``full`` at the size of ``plane``; both L*, 0..100.
    """
    slope, offset = _lines(plane, guide)
    size = (full.shape[0], full.shape[1])
    out = np.empty(size, np.float32)
    for rows in strips(*size):
        here = (rows, slice(0, size[1]))
        out[rows] = _lifted(slope, here, size) * (full[rows] / 100) + _lifted(offset, here, size)
    return out


def _lines(plane: Plane, guide: Plane) -> tuple[Plane, Plane]:
    """Slope and offset of the line that takes the guide (L*, as 0..1) to ``plane`` around each
    pixel."""
    guide = np.asarray(guide / 100, np.float32)
    radius = 3
    mean_guide, mean = _box(guide, radius), _box(plane, radius)
    variance = _box(guide * guide, radius) - mean_guide * mean_guide
    together = _box(guide * plane, radius) - mean_guide * mean
    slope = np.asarray(together / (variance + np.float32(4e-4)), np.float32)
    offset = np.asarray(mean - slope * mean_guide, np.float32)
    return _box(slope, radius), _box(offset, radius)
