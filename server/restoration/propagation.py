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
from scipy import sparse

from server.restoration.hints import Hint
from server.restoration.lab import Plane, strips
from server.restoration.multigrid import solved

SOLVE_PIXELS = 80_000
"""Solving more changes the answer little (23.6 dB at 0.06 and 0.1 MP alike) and costs seconds."""

_SURE = 100.0
"""Weight of evidence against that of a pixel's neighbours together, which is 1."""
_PARTING = 4
"""Power by which a share outweighs another: 20 % beside 80 % become 0.4 %."""
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


def system(plane: Plane, hints: Sequence[Hint]) -> sparse.csr_matrix:
    """What ``shares`` solves, once a hint: the picture's likeness and the weight of evidence."""
    reach = np.max([hint.reach for hint in hints], axis=0)
    outside = (reach == 0).ravel()
    sure = np.any([hint.inside for hint in hints], axis=0).ravel()
    # A faint pull to "nothing", stronger towards the end of a reach, so that a point in a sky does
    # not colour the sky to the far edge.
    pull = np.where(outside, _SURE, 0.02 * (1 - reach.ravel()) ** 2 + 2e-4)
    weight = np.where(sure, _SURE, pull)
    return (_laplacian(plane) + sparse.diags(weight)).tocsr()


def evidence(hint: Hint) -> npt.NDArray[np.float32]:
    """The right-hand side for one hint."""
    return np.where(hint.inside.ravel(), np.float32(_SURE), np.float32(0))


def shares(plane: Plane, hints: Sequence[Hint]) -> npt.NDArray[np.float32]:
    """How much each pixel belongs to each hint, shape (hints, height, width), 0..1.

    ``plane`` is lightness 0..1 at the hints' size. Shares of one pixel sum to at most 1; the rest
    belongs to nothing documented.
    """
    sides = np.stack([evidence(hint) for hint in hints], axis=1)
    found = solved(system(plane, hints), sides).T.reshape(len(hints), *plane.shape)
    out = np.clip(found, 0, 1) * np.stack([hint.reach > 0 for hint in hints])
    out /= np.maximum(out.sum(axis=0), 1)
    outlined = np.array([hint.bounded for hint in hints])
    out[outlined] = _parted(out[outlined])
    return np.asarray(out, np.float32)


def _parted(shares: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The same sums, drawn towards whoever has most of a pixel: where two outlined things meet,
    what is part of both is a halo around each."""
    drawn = shares**_PARTING
    return np.asarray(drawn * (shares.sum(axis=0) / np.maximum(drawn.sum(axis=0), 1e-9)))


def _box(planes: npt.NDArray[np.float32], radius: int) -> npt.NDArray[np.float32]:
    mean = cv2.blur(planes, (2 * radius + 1, 2 * radius + 1))
    return np.asarray(mean, np.float32).reshape(planes.shape)


@dataclass(frozen=True, slots=True)
class Lift:
    """Small planes as linear functions of the full lightness, place by place."""

    slope: npt.NDArray[np.float32]
    offset: npt.NDArray[np.float32]
    """Both (rows, columns, 4), for L*/100."""
    full: tuple[int, int]
    """Height and width of the full size."""

    def rows(self, rows: slice, plane: Plane) -> list[Plane]:
        """The planes at full size in these rows; ``plane`` is the full L* there, 0..100."""
        guide = plane * np.float32(0.01)
        slope, offset = self._grown(self.slope, rows), self._grown(self.offset, rows)
        return [
            cv2.multiply(slope[..., place], guide) + offset[..., place]
            for place in range(self.slope.shape[2])
        ]

    def _grown(self, planes: npt.NDArray[np.float32], rows: slice) -> npt.NDArray[np.float32]:
        """Pixel centres keep their place."""
        height, width = self.full
        down, across = planes.shape[0] / height, planes.shape[1] / width
        matrix = np.array(
            [[across, 0, 0.5 * across - 0.5], [0, down, (rows.start + 0.5) * down - 0.5]]
        )
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        size = (width, rows.stop - rows.start)
        grown = cv2.warpAffine(planes, matrix, size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(grown, np.float32).reshape(size[1], width, planes.shape[2])


def lifted(planes: Sequence[Plane], guide: Plane, full: tuple[int, int]) -> Lift:
    """Up to four small planes, brought to ``full`` with their edges laid on the picture's.

    ``guide`` is the picture's L* at the size of ``planes``. One guided filter for all of them, so
    that its cost does not grow with the number of hints.
    """
    share = np.stack(planes, axis=-1).astype(np.float32)
    light = np.asarray(guide / 100, np.float32)
    radius = 3
    mean_light, mean_share = _box(light, radius)[..., None], _box(share, radius)
    variance = _box(light * light, radius)[..., None] - mean_light * mean_light
    together = _box(light[..., None] * share, radius) - mean_light * mean_share
    slope = np.asarray(together / (variance + np.float32(4e-4)), np.float32)
    offset = np.asarray(mean_share - slope * mean_light, np.float32)
    return Lift(_box(slope, radius), _box(offset, radius), full)


def following(plane: Plane, guide: Plane, full: Plane) -> Plane:
    """``plane``, in any unit, at the size of ``full`` and with its edges: the guided filter alone.

    ``guide`` is ``full`` at the size of ``plane``; both L*, 0..100.
    """
    lift = lifted([plane], guide, (full.shape[0], full.shape[1]))
    out = np.empty(full.shape, np.float32)
    for rows in strips(*full.shape):
        out[rows] = lift.rows(rows, full[rows])[0]
    return out
