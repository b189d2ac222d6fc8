"""Simulated models, whose true displacement, colours and detail are known, against the guards."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given as hypothesis_given
from hypothesis import settings
from hypothesis import strategies as st

from server.catalogue.model import Region, Text
from server.restoration.engine import Image, OperationTraits, Picture
from server.restoration.guards import EVIDENCE, guard
from server.restoration.guards.consistency import anchor_size, back_project, psnr, shrunk
from server.restoration.guards.lightness import lock_lightness
from server.restoration.guards.protection import FEATHER, protection
from server.restoration.guards.registration import find_displacement, lay_back, residual
from server.restoration.images import read_image, resize, write_image
from server.restoration.lab import Plane, lab, lightness
from server.restoration.regions import region_mask
from tests.support.sets import SEPIA, draw_scan

FACE = Region(
    id="face",
    name=Text({"en": "it"}),
    outline=((0.26, 0.3), (0.44, 0.3), (0.44, 0.62), (0.26, 0.62)),
    protect=True,
)
RED = np.array([1.0, 0.5, 0.35], np.float32)
REDRAWS = OperationTraits(generative=True)
MOVES = OperationTraits(generative=True, moves=True)
COLOURS = OperationTraits(generative=True, chroma_only=True, colours=True)


def scene(width: int = 640, height: int = 480) -> Image:
    """The tests' photograph, grey, with enough texture to see a shift by."""
    scan = draw_scan((width, height), 2).astype(np.float32) / 255
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    scan += 0.06 * np.sin(columns / 5 + np.sin(rows / 40)) * np.sin(rows / 7)
    soft = cv2.GaussianBlur(scan, (0, 0), 0.8).clip(0, 1)
    return np.ascontiguousarray(np.repeat(soft[..., None], 3, axis=2), np.float32)


def moved(
    picture: Image, *, zoom: float = 1.0, shift: tuple[float, float] = (0, 0), bend: float = 0.0
) -> tuple[Image, Plane, Plane]:
    """A picture as an edit model moves it, and where each of its pixels came from (x, y)."""
    height, width = picture.shape[:2]
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    x = (columns - width / 2) / zoom + width / 2 - shift[0] + bend * np.sin(rows * 15 / height)
    y = (rows - height / 2) / zoom + height / 2 - shift[1] + bend * np.cos(columns * 11 / width)
    border = cv2.BORDER_REFLECT
    return cv2.remap(picture, x, y, cv2.INTER_CUBIC, borderMode=border).clip(0, 1), x, y


def misplacement(picture: Image, model: Image, x: Plane, y: Plane) -> Plane:
    """Pixels between where registration looks and where each pixel truly went; inner part."""
    height, width = picture.shape[:2]
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    truth = np.dstack([x, y, np.zeros_like(x)])
    # The map that was found, applied to the coordinates themselves: it should undo the move.
    found = find_displacement(picture, model)
    scaled = (truth / 2000 + 0.25).astype(np.float32)
    back = lay_back(scaled, scaled, found)
    undone = (back - 0.25) * 2000
    off = np.hypot(undone[..., 0] - columns, undone[..., 1] - rows)
    edge = 24
    return np.asarray(off[edge:-edge, edge:-edge], np.float32)


def test_a_shift_with_zoom_is_registered_to_under_a_third_of_a_pixel() -> None:
    picture = scene()
    model, x, y = moved(picture, zoom=1.016, shift=(9, 0))
    tinted = cv2.GaussianBlur(model, (0, 0), 0.7) ** 0.9 * SEPIA
    before = np.hypot(*(np.stack([x, y]) - np.stack(np.meshgrid(np.arange(640), np.arange(480)))))
    assert np.median(before) > 8
    off = misplacement(picture, tinted, x, y)
    assert np.median(off) < 0.1
    assert np.percentile(off, 95) < 0.3


def test_a_picture_bent_on_top_of_it_is_bent_back() -> None:
    picture = scene()
    model, x, y = moved(picture, zoom=1.016, shift=(6, -4), bend=1.5)
    off = misplacement(picture, model, x, y)
    assert np.median(off) < 0.5
    assert np.percentile(off, 95) < 1.2


@pytest.mark.parametrize("shift", [(40.0, 0.0), (-25.0, 30.0)])
def test_a_large_shift_is_found(shift: tuple[float, float]) -> None:
    picture = scene()
    model, x, y = moved(picture, shift=shift)
    assert np.median(misplacement(picture, model, x, y)) < 0.1


def test_what_did_not_move_stays() -> None:
    picture = scene(320, 240)
    grid = np.stack(np.meshgrid(np.arange(320), np.arange(240))).astype(np.float32)
    assert misplacement(picture, picture, grid[0], grid[1]).max() < 0.05


def test_residual_displacement_is_measured() -> None:
    picture = scene()
    still = residual(picture, picture)
    assert still is not None and still < 0.05
    found = residual(picture, moved(picture, shift=(3, 0))[0])
    assert found == pytest.approx(3, abs=0.4)


def test_displacement_cannot_be_seen_on_an_even_picture() -> None:
    even = np.full((80, 90, 3), 0.5, np.float32)
    assert residual(even, even) is None


def test_a_larger_picture_is_registered_at_its_own_size() -> None:
    picture = scene(480, 360)
    model, _, _ = moved(resize(picture, 1200, 900), zoom=1.016, shift=(9, 0))
    expected = resize(picture, 1200, 900)
    laid = lay_back(model, expected, find_displacement(expected, model))
    inner = (slice(40, -40), slice(40, -40))
    assert psnr(laid[inner], expected[inner]) > psnr(model[inner], expected[inner]) + 12


@settings(max_examples=25, deadline=None)
@hypothesis_given(
    small=st.tuples(st.integers(8, 60), st.integers(8, 60)),
    factor=st.floats(1.0, 6.0),
    seed=st.integers(0, 99),
)
def test_back_projection_reaches_45_db(small: tuple[int, int], factor: float, seed: int) -> None:
    random = np.random.default_rng(seed)
    target = random.uniform(0, 1, (*small, 3)).astype(np.float32)
    target = cv2.GaussianBlur(target, (0, 0), 1.0)
    large = (round(small[0] * factor), round(small[1] * factor))
    made = random.uniform(0.1, 0.9, (*large, 3)).astype(np.float32)
    agreed = back_project(made, target)
    assert psnr(shrunk(agreed, (small[1], small[0])), target) >= 45
    assert agreed.min() >= 0 and agreed.max() <= 1


def test_back_projection_reaches_45_db_against_white_and_black() -> None:
    target = np.zeros((20, 30, 3), np.float32)
    target[:, 15:] = 1
    made = np.random.default_rng(1).uniform(0, 1, (100, 150, 3)).astype(np.float32)
    assert psnr(shrunk(back_project(made, target), (30, 20)), target) >= 45


def test_back_projection_leaves_what_agrees_alone() -> None:
    picture = scene(160, 120)
    assert np.array_equal(back_project(picture, shrunk(picture, (40, 30))), picture)


@pytest.mark.parametrize(
    ("made", "scan", "expected"),
    [
        ((2048, 1536), (1024, 768), (512, 384)),
        ((4000, 3000), (500, 375), (500, 375)),
        ((1000, 800), (1000, 800), (250, 200)),
        ((3, 3), (3, 3), (1, 1)),
    ],
)
def test_a_model_is_held_to_the_scan_or_to_a_quarter(
    made: tuple[int, int], scan: tuple[int, int], expected: tuple[int, int]
) -> None:
    assert anchor_size(made, scan) == expected


def test_colours_keep_the_photographs_lightness_to_half_a_grey_level(tmp_path: Path) -> None:
    picture = scene(200, 150)
    random = np.random.default_rng(3)
    wild = random.uniform(0, 1, picture.shape).astype(np.float32)
    wild[:50] = (1.0, 0.0, 0.0)
    locked = lock_lightness(wild, picture)
    file = tmp_path / "locked.tif"
    write_image(file, locked)
    stored = read_image(file)
    # Half a grey level, seen as the lightness of the neutral that shows it.
    grey = np.zeros((1, 511, 3), np.float32) + np.linspace(0, 1, 511, dtype=np.float32)[:, None]
    levels = lightness(grey)[0]
    level = np.clip(lightness(stored), 0, 100)
    off = np.interp(level, levels, np.arange(511)) - np.interp(
        lightness(picture), levels, np.arange(511)
    )
    assert np.abs(off).max() < 1
    assert np.hypot(*lab(stored)[:40, :, 1:].transpose(2, 0, 1)).mean() > 25


def test_a_protected_region_is_unchanged_to_the_bit_and_its_edge_is_soft() -> None:
    picture = scene(400, 300)
    random = np.random.default_rng(5)
    made = Picture(random.uniform(0, 1, picture.shape).astype(np.float32))
    result = guard(picture, made, REDRAWS, regions=[FACE], scan=(400, 300)).picture.image
    inside = region_mask(FACE, 400, 300)
    assert np.array_equal(result[inside], picture[inside])
    share = protection([FACE], 400, 300)
    assert share is not None
    assert (share[inside] == 1).all()
    away = cv2.distanceTransform((~inside).astype(np.uint8), cv2.DIST_L2, 5)
    assert (share[away > FEATHER * 400 + 1] == 0).all()
    assert np.abs(np.diff(share, axis=0)).max() < 0.5
    assert not np.allclose(result[share == 0], picture[share == 0], atol=0.02)


def test_protection_of_an_enlarged_picture_is_its_classical_enlargement() -> None:
    picture = scene(200, 150)
    made = Picture(np.full((450, 600, 3), 0.5, np.float32))
    result = guard(picture, made, REDRAWS, regions=[FACE], scan=(200, 150)).picture.image
    inside = region_mask(FACE, 600, 450)
    assert np.array_equal(result[inside], resize(picture, 600, 450)[inside])


def test_nothing_is_protected_without_a_region() -> None:
    assert protection([FACE.model_copy(update={"protect": False})], 40, 30) is None


def test_a_redrawn_picture_shrinks_to_what_it_was_given() -> None:
    picture = scene(240, 180)
    random = np.random.default_rng(2)
    noise = random.normal(0, 0.1, (540, 720, 1))
    made = Picture((resize(picture, 720, 540) ** 1.4 + noise).clip(0, 1).astype(np.float32))
    found = guard(picture, made, REDRAWS, regions=[], scan=(240, 180))
    assert found.measures["agreement"] < 30
    assert found.measures["low_frequency_psnr"] >= 45
    assert found.picture.image.shape == (540, 720, 3)


def test_a_moved_picture_is_registered_first() -> None:
    picture = scene()
    made = Picture(moved(picture, zoom=1.016, shift=(9, 0))[0])
    stays = guard(picture, made, REDRAWS, regions=[], scan=(640, 480)).measures
    laid = guard(picture, made, MOVES, regions=[], scan=(640, 480)).measures
    assert stays["displacement"] > 5
    assert laid["displacement"] < 0.3
    assert laid["agreement"] > stays["agreement"] + 10
    assert laid["invented"] < stays["invented"] / 3


def test_a_coloured_picture_keeps_its_lightness_and_says_what_is_invented() -> None:
    picture = scene(240, 180)
    made = picture.copy()
    made[:, :80] *= RED
    evident = np.zeros((180, 240), np.uint8)
    evident[:, :40] = 255
    answer = Picture(made, {"colour-source": evident})
    found = guard(picture, answer, COLOURS, regions=[], scan=(240, 180))
    assert found.measures["lightness_drift_p95"] < 0.05
    proof = found.picture.layers[EVIDENCE]
    assert (proof[:, 2:38] == 128).mean() > 0.95
    assert (proof[:, 44:76] == 255).mean() > 0.95
    assert (proof[:, 84:] == 0).mean() > 0.99
    assert found.measures["invented"] == pytest.approx(1 / 6, abs=0.03)


def test_an_operation_that_colours_and_redraws_is_held_in_lightness_alone() -> None:
    picture = scene(240, 180)
    made = Picture(picture * RED)
    traits = OperationTraits(generative=True, moves=True, colours=True)
    found = guard(picture, made, traits, regions=[], scan=(240, 180))
    assert found.measures["low_frequency_psnr"] >= 45
    chroma = np.hypot(*lab(found.picture.image)[..., 1:].transpose(2, 0, 1))
    assert chroma.mean() > 10


def test_what_is_no_number_is_refused() -> None:
    picture = scene(64, 48)
    made = picture.copy()
    made[10, 10] = np.nan
    with pytest.raises(ValueError, match="not a number"):
        guard(picture, Picture(made), REDRAWS, regions=[], scan=(64, 48))
