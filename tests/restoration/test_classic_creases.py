"""Folds: followed from the print's bare margin into the picture, and nowhere else."""

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from server.restoration.engines.classic.creases import creases
from server.restoration.engines.classic.damage import find_damage
from server.restoration.engines.classic.margins import margin_depths
from server.restoration.engines.classic.noise import measured
from server.restoration.lab import Plane

Mask = npt.NDArray[np.bool_]
MARGIN, SIDE = 24, 400


def a_print(paper: float = 0.75, margin: int = MARGIN) -> Plane:
    """A grey scene that gets lighter downwards, on paper, with some grain."""
    plane = np.full((SIDE, SIDE), paper, np.float32)
    rows = np.linspace(0.3, 0.6, SIDE - 2 * margin, dtype=np.float32)
    plane[margin : SIDE - margin, margin : SIDE - margin] = rows[:, None]
    grain = np.random.default_rng(7).normal(0, 0.01, plane.shape)
    return np.asarray(plane + grain, np.float32)


def relief(plane: Plane, ends: tuple[tuple[int, int], tuple[int, int]]) -> tuple[Plane, Mask]:
    """A light slope beside a dark one between two places (x, y), and where it shows."""
    drawn = cv2.line(np.zeros(plane.shape, np.float32), *ends, 1.0, 3)
    height = cv2.GaussianBlur(drawn, (0, 0), 1.5)
    along = np.subtract(ends[1], ends[0])
    down, right = np.gradient(height)
    slope = (down * along[0] - right * along[1]).astype(np.float32)
    slope *= np.float32(0.2 / slope.max())
    return plane + slope, np.abs(slope) > 0.05


def found(plane: Plane) -> Mask:
    depths = margin_depths(plane, np.zeros(plane.shape, bool))
    return creases(plane, depths, sigma=measured(plane).typical)


@pytest.mark.parametrize("turn", range(4))
def test_a_fold_is_found_from_every_margin_and_to_its_end(turn: int) -> None:
    plane, there = relief(a_print(), ((150, 0), (399, 260)))
    seen = found(np.ascontiguousarray(np.rot90(plane, turn)))
    there = np.rot90(there, turn)
    assert seen[there].mean() > 0.85
    around = cv2.dilate(there.astype(np.uint8), np.ones((13, 13), np.uint8)) > 0
    assert not seen[~around].any()


def test_a_fold_that_ends_in_the_picture_is_followed_as_far_as_it_goes() -> None:
    plane, there = relief(a_print(), ((200, 0), (230, 200)))
    seen = found(plane)
    assert seen[there].mean() > 0.85 and not seen[240:].any()


def test_a_pole_lit_from_one_side_ends_with_the_picture() -> None:
    plane, _ = relief(a_print(), ((150, 30), (370, 260)))
    assert not found(plane).any()


def test_a_speck_on_the_margin_makes_no_fold_of_a_pole_that_points_at_it() -> None:
    plane, _ = relief(a_print(margin=40), ((150, 46), (370, 276)))
    cv2.circle(plane, (129, 24), 1, 0.4, -1)
    assert not found(plane).any()


def test_without_a_margin_nothing_tells_a_fold_from_a_pole() -> None:
    plane, _ = relief(a_print(), ((150, 0), (399, 260)))
    assert not found(plane[MARGIN:-MARGIN, MARGIN:-MARGIN]).any()


def test_what_runs_into_a_dark_rebate_may_be_the_picture_s() -> None:
    plane, _ = relief(a_print(paper=0.05), ((150, 0), (399, 260)))
    assert not found(plane).any()


def test_a_sky_above_is_no_margin() -> None:
    plane = a_print()
    plane[MARGIN:, :MARGIN] = plane[MARGIN:, MARGIN : 2 * MARGIN]
    plane[MARGIN:, -MARGIN:] = plane[MARGIN:, MARGIN : 2 * MARGIN]
    plane[-MARGIN:] = plane[-2 * MARGIN : -MARGIN]
    marked, _ = relief(plane, ((150, 0), (399, 260)))
    assert not found(marked).any()


def test_where_a_face_may_be_a_fold_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    plane, there = relief(a_print(), ((150, 0), (399, 260)))
    face = np.zeros(plane.shape, bool)
    face[100:160, 200:320] = True
    where = "server.restoration.engines.classic.damage.maybe_faces"
    monkeypatch.setattr(where, lambda plane: face)
    image = np.repeat(np.clip(plane, 0, 1)[..., None], 3, axis=2)
    layer = find_damage(image, sensitivity=1.0, report=lambda share: None)
    assert there[face].any() and not layer[105:155, 205:315].any()
    assert layer[50:90].any()


def test_a_fold_is_part_of_the_damage_that_is_found() -> None:
    plane, there = relief(a_print(), ((150, 0), (399, 260)))
    image = np.repeat(np.clip(plane, 0, 1)[..., None], 3, axis=2)
    layer = find_damage(image, sensitivity=1.0, report=lambda share: None)
    picture = tuple(slice(MARGIN, side - MARGIN) for side in plane.shape)
    assert (layer[picture][there[picture]] >= 128).mean() > 0.85
    around = cv2.dilate(there.astype(np.uint8), np.ones((15, 15), np.uint8)) > 0
    assert (layer[~around] > 0).mean() < 0.001
