"""A toned print is black-and-white; a faded slide is colour."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

from server.catalogue.exchange.colours import guess_was, hue_spread, small_lab
from tests.support.sets import draw_scan

COLOUR = ("documerica_", "old_b", "old_h", "film_pair")


def test_toned_and_grey_prints_are_black_and_white(tmp_path: Path) -> None:
    for number in (1, 2):
        Pillow.fromarray(draw_scan((200, 150), number)).save(tmp_path / "a.png")
        assert guess_was(tmp_path / "a.png") == "black-and-white"


@pytest.mark.parametrize("strength", [1.0, 0.5])
def test_a_faded_colour_picture_under_a_yellow_cast_is_colour(
    tmp_path: Path, strength: float
) -> None:
    scene = np.zeros((60, 90, 3), np.float32)
    scene[:30] = (90, 120, 190)
    scene[30:] = (80, 140, 70)
    scene[20:45, 30:60] = (190, 70, 60)
    faded = 128 + (scene - 128) * strength
    Pillow.fromarray((faded * (1.0, 0.92, 0.75)).astype(np.uint8)).save(tmp_path / "a.png")
    assert guess_was(tmp_path / "a.png") == "colour"


def test_spread_grows_with_difference_of_hue_and_not_with_toning() -> None:
    lightness = np.linspace(20, 80, 400)
    sepia = np.stack([lightness, lightness * 0.1, lightness * 0.3], axis=-1).astype(np.float32)
    assert hue_spread(sepia) < 0.1
    stained = sepia.copy()
    stained[::3, 1:] *= 1.5
    assert hue_spread(stained) < 0.1, "more of the same hue is no other hue"
    two_hues = sepia.copy()
    two_hues[::3, 2] *= -1
    assert hue_spread(two_hues) > 10


def test_real_photographs_are_told_apart(old_photos: list[Path]) -> None:
    for path in old_photos:
        expected = "colour" if path.name.startswith(COLOUR) else "black-and-white"
        assert guess_was(path) == expected, f"{path.name}: {hue_spread(small_lab(path)):.2f}"
