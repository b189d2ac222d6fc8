import numpy as np
from scipy import sparse
from scipy.sparse.linalg import spsolve

from server.restoration.multigrid import solved


def membrane(rows: int, columns: int) -> sparse.csr_matrix:
    """A stretched membrane, held a little everywhere."""
    line = [sparse.diags([-1.0, 2.0, -1.0], [-1, 0, 1], shape=(n, n)) for n in (rows, columns)]
    flat = sparse.kron(line[0], sparse.eye(columns)) + sparse.kron(sparse.eye(rows), line[1])
    return (flat + 0.001 * sparse.eye(rows * columns)).tocsr()


def test_many_sides_are_solved_as_one_by_one() -> None:
    matrix = membrane(60, 50)
    sides = np.random.default_rng(1).random((3000, 5)).astype(np.float32)
    found = solved(matrix, sides)
    for side, answer in zip(sides.T, found.T, strict=True):
        exact = spsolve(matrix.tocsc(), side.astype(np.float64))
        assert np.abs(answer - exact).max() < 2e-3 * np.abs(exact).max()


def test_a_system_too_small_for_levels_is_solved_too() -> None:
    sides = np.eye(16, 2, dtype=np.float32)
    found = solved(membrane(4, 4), sides)
    assert np.abs(membrane(4, 4) @ found - sides).max() < 1e-3


def test_a_side_without_evidence_stays_nothing() -> None:
    assert not solved(membrane(30, 30), np.zeros((900, 2), np.float32)).any()
