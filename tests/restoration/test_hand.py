from typing import Any

import numpy as np
import pytest

from server.restoration.engine import Engine, Picture
from server.restoration.engines.hand import LARGEST, Hand
from tests.restoration.engine_contract import EngineContract, photograph


class TestHand(EngineContract):
    def make(self) -> Engine:
        return Hand()

    def params(self, operation: str) -> dict[str, Any]:
        return {"seed": 0, "retouched": self.finished}

    finished = photograph(120, 120, colour=True)

    def picture(self, traits: Any, height: int, width: int, colour: bool) -> Picture:
        return Picture(photograph(height, height, colour=colour))


def finish(working: tuple[int, int], finished: tuple[int, int]) -> Picture:
    picture = Picture(photograph(*working, colour=False))
    params = {"seed": 0, "retouched": photograph(*finished, colour=True)}
    return Hand().run("retouch", picture, params, lambda share: None)


def test_a_picture_of_the_same_size_is_taken_as_it_is() -> None:
    assert np.array_equal(finish((60, 90), (60, 90)).image, photograph(60, 90, colour=True))


def test_a_smaller_picture_grows_to_the_working_picture() -> None:
    assert finish((60, 90), (30, 45)).image.shape == (60, 90, 3)


def test_a_larger_picture_keeps_its_pixels() -> None:
    assert np.array_equal(finish((60, 90), (120, 180)).image, photograph(120, 180, colour=True))


def test_a_picture_larger_than_the_screen_is_reduced_to_it() -> None:
    assert finish((20, 400), (200, 4000)).image.shape == (192, LARGEST, 3)


def test_other_proportions_are_refused_with_both_sizes() -> None:
    with pytest.raises(ValueError, match="45 x 40 pixels, the photograph 90 x 60"):
        finish((60, 90), (40, 45))


def test_a_missing_picture_is_named() -> None:
    with pytest.raises(ValueError, match=r"Put finished\.tif beside the scan"):
        Hand().run(
            "retouch", Picture(photograph(20, 20, colour=False)), {"seed": 0}, lambda share: None
        )
