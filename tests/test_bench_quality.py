"""The measures of `scripts/bench quality`, on pictures whose answer is known by heart."""

from itertools import islice
from pathlib import Path

import cv2
import numpy as np
import pytest
from bench_quality import decibels, precision_and_recall, tone_fitted
from PIL import Image
from quality_prints import (
    DRAWN,
    FRINGED,
    LIGHT,
    PHOTOS,
    SOFT,
    TRACE,
    USUAL,
    Print,
    large_truths,
    prints,
    truths,
    views_in,
)


def test_a_tenth_off_everywhere_is_twenty_decibels() -> None:
    assert decibels(np.full((4, 4), 0.01)) == pytest.approx(20)


def test_a_mark_one_pixel_off_is_right_and_one_elsewhere_is_not() -> None:
    opacity = np.zeros((20, 20), np.float32)
    opacity[5, 2:12] = 1
    found = np.zeros((20, 20), bool)
    found[6, 2:12] = True
    assert precision_and_recall(found, opacity) == (1.0, 1.0)
    found[15, 2:12] = True
    assert precision_and_recall(found, opacity) == (0.5, 1.0)


def test_fading_alone_costs_nothing_after_the_tone_fit() -> None:
    truth = np.random.default_rng(0).random((40, 60)).astype(np.float32)
    assert decibels((tone_fitted(0.2 + 0.5 * truth, truth) - truth) ** 2) > 60


needs_photographs = pytest.mark.skipif(
    not PHOTOS.is_dir(), reason="the photographs to test on are not beside this"
)


@needs_photographs
@pytest.mark.parametrize(
    ("kinds", "share"), [(USUAL, 60), (FRINGED, 60), (DRAWN, 60), (SOFT, 80), (LIGHT, 600)]
)
def test_damage_covers_about_a_share_and_nothing_else_is_touched(
    kinds: tuple[str, ...], share: int
) -> None:
    found = list(prints(kinds, truths(), quick=True))
    covered = np.mean([(print_.opacity >= 0.5).mean() for print_ in found])
    assert 0.7 < share * covered < 1.4
    for print_ in found:
        apart = np.abs(print_.scan[..., 0] - print_.sound)[print_.opacity < TRACE]
        assert np.median(apart) < 1 / 255
        assert print_.truth.shape == tuple(2 * length for length in print_.sound.shape)


def test_the_middle_of_one_s_own_photographs_is_aged_and_what_is_unfit_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def photograph(name: str, width: int, height: int) -> None:
        picture = Image.new("RGB", (width, height), (255, 255, 255))
        picture.paste((200, 40, 40), (width // 4, height // 4, 3 * width // 4, 3 * height // 4))
        picture.save(tmp_path / name, quality=95)

    photograph("a-wide.jpg", 2000, 1100)
    photograph("b-upright.png", 600, 1000)
    photograph("c-small.jpg", 700, 512)
    (tmp_path / "d-notes.txt").write_text("no picture", "utf-8")
    (_, wide), (name, upright) = views_in(tmp_path)
    assert name == "b-upright"
    assert wide.shape == (512, 768, 3) and upright.shape == (768, 512, 3)
    # Made small as a whole, its middle and its rim both show.
    assert wide[256, 384, 1] < 0.3 < 0.9 < wide[10, 384, 1]
    told = capsys.readouterr().err.splitlines()
    assert len(told) == 2
    assert "c-small.jpg" in told[0] and "768 x 512" in told[0] and "d-notes.txt" in told[1]


@needs_photographs
def test_the_edges_of_soft_damage_are_less_steep() -> None:
    def steepness(kind: tuple[str, ...]) -> float:
        steps = [np.abs(np.diff(one.opacity)) for one in prints(kind, truths(), quick=True)]
        return float(np.mean([(step**2).sum() / step.sum() for step in steps]))

    assert steepness(SOFT) < 0.7 * steepness(DRAWN)


@needs_photographs
def test_large_prints_have_a_megapixel_and_damage_that_is_as_much_larger() -> None:
    def broadest(print_: Print) -> float:
        harmed = (print_.opacity > 0.5).astype(np.uint8)
        return float(cv2.distanceTransform(harmed, cv2.DIST_L2, 5).max())

    large = next(prints(USUAL, large_truths()))
    assert large.scan.size / 3 == pytest.approx(1e6, rel=0.01)
    assert large.truth.shape == tuple(2 * side for side in large.scan.shape[:2])
    # About three times as large; shapes drawn small and then enlarged would be far broader.
    assert 1.7 < broadest(large) / broadest(next(prints(USUAL, truths()))) < 3.5


@needs_photographs
def test_a_view_aged_twice_is_damaged_elsewhere() -> None:
    first, second = islice(prints(USUAL, truths(), times=2), 2)
    assert np.array_equal(first.truth, second.truth)
    assert ((first.opacity > 0.5) & (second.opacity > 0.5)).mean() < 0.002
