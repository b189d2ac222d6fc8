"""One sparse symmetric system solved for many right-hand sides at once.

Conjugate gradients, with a V-cycle of smoothed-aggregation multigrid (Vanek, Mandel and Brezina,
1996; hierarchy by pyamg) as preconditioner. All sides go through one product of a sparse matrix
with a dense one, which costs little more than a single side does.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyamg

_Columns = npt.NDArray[np.float32]

_DAMPING = np.float32(0.7)
_TOLERANCE = 1e-4
_ROUNDS = 40


@dataclass(frozen=True, slots=True)
class _Level:
    matrix: Any
    up: Any
    down: Any
    inverse_diagonal: _Columns


def _hierarchy(matrix: Any) -> tuple[list[_Level], _Columns]:
    """Levels from fine to coarse, and the inverse of the coarsest matrix."""
    # Local weighting asks for no spectral radius, which pyamg estimates from random vectors.
    smooth = ("jacobi", {"omega": 4.0 / 3.0, "weighting": "local"})
    made = pyamg.smoothed_aggregation_solver(matrix, smooth=smooth, max_coarse=200)
    levels = [
        _Level(
            level.A.tocsr().astype(np.float32),
            level.P.tocsr().astype(np.float32),
            level.R.tocsr().astype(np.float32),
            (1 / level.A.diagonal()).astype(np.float32)[:, None],
        )
        for level in made.levels[:-1]
    ]
    return levels, np.linalg.inv(made.levels[-1].A.toarray()).astype(np.float32)


def _cycle(levels: list[_Level], coarsest: _Columns, sides: _Columns) -> _Columns:
    if not levels:
        return coarsest @ sides
    level, *coarser = levels
    step = _DAMPING * level.inverse_diagonal
    found = step * sides
    found += level.up @ _cycle(coarser, coarsest, level.down @ (sides - level.matrix @ found))
    found += step * (sides - level.matrix @ found)
    return np.asarray(found, np.float32)


def _dots(one: _Columns, other: _Columns) -> _Columns:
    return np.asarray(np.einsum("nk,nk->k", one, other), np.float32)


def solved(matrix: Any, sides: _Columns) -> _Columns:
    """Solutions of ``matrix @ x = side`` for each column of ``sides`` (n, k), to a ten-thousandth
    of the side's norm. ``matrix`` is sparse, symmetric and positive definite."""
    levels, coarsest = _hierarchy(matrix)
    fine = levels[0].matrix if levels else matrix.astype(np.float32)
    found = np.zeros_like(sides)
    rest = sides.copy()
    towards = direction = _cycle(levels, coarsest, rest)
    length = np.maximum(_dots(sides, sides), np.float32(1e-30))
    size = _dots(rest, towards)
    for _ in range(_ROUNDS):
        ahead = fine @ direction
        step = size / np.maximum(_dots(direction, ahead), np.float32(1e-30))
        found += step * direction
        rest -= step * ahead
        if float((_dots(rest, rest) / length).max()) < _TOLERANCE**2:
            break
        towards = _cycle(levels, coarsest, rest)
        before, size = size, _dots(rest, towards)
        turn = size / np.maximum(before, np.float32(1e-30))
        direction = np.asarray(towards + turn * direction, np.float32)
    return found
