"""What the photograph was, and what its precision was, both kept on the way to clear."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import pyvips
from skimage import data

from server.restoration.engine import Image, Picture
from server.restoration.engines.classic.engine import Classic
from server.restoration.engines.classic.tone import own_colours
from server.restoration.images import read_image, read_scan, write_image, write_png
from server.restoration.lab import lab


def astronaut() -> Image:
    return data.astronaut()[::2, ::2].astype(np.float32) / np.float32(255)


def sepia() -> Image:
    grey = astronaut().mean(axis=2, keepdims=True)
    paper, silver = np.array([0.9, 0.82, 0.66]), np.array([0.2, 0.12, 0.07])
    return (silver + (paper - silver) * grey).astype(np.float32)


def run(operation: str, image: Image, **params: Any) -> Picture:
    return Classic().run(operation, Picture(image), params, lambda share: None)


def test_a_sepia_print_strays_little_from_its_tint_and_a_photograph_in_colour_far() -> None:
    assert own_colours(sepia()) < 2
    assert own_colours(astronaut()) > 20


def test_a_sepia_print_said_to_be_in_colour_is_treated_as_monochrome_and_says_so() -> None:
    toned = run("tone", sepia(), was="colour")
    assert np.abs(lab(toned.image)[..., 2]).max() < 10
    assert "sepia" in toned.notes[0]


def test_a_colour_photograph_keeps_its_colours_without_a_note() -> None:
    toned = run("tone", astronaut(), was="colour")
    assert toned.notes == ()
    assert own_colours(toned.image) > 15


def test_colours_taken_away_because_of_a_wrong_word_are_told_to_the_curator() -> None:
    toned = run("tone", astronaut(), was="black-and-white")
    assert 'was = "colour"' in toned.notes[0]


def test_a_faded_slide_loses_its_cast_and_keeps_its_colours() -> None:
    yellow = (0.12 + 0.6 * astronaut() * np.array([1.0, 0.93, 0.62])).astype(np.float32)
    toned = run("tone", yellow, was="colour").image
    greys = np.ptp(astronaut(), axis=2) < 0.06
    before, after = (np.abs(np.median(lab(image)[greys][:, 2])) for image in (yellow, toned))
    assert after < 0.65 * before
    assert own_colours(toned) > 12


def deep_gradient() -> Image:
    ramp = np.linspace(0.2, 0.8, 4096, dtype=np.float64)
    levels = np.round(ramp * 65535) / 65535
    return np.repeat(np.repeat(levels[None, :, None], 24, axis=0), 3, axis=2).astype(np.float32)


def levels16(image: Image) -> int:
    return len(np.unique(np.round(image[..., 1] * 65535)))


@pytest.mark.parametrize("operation", ["mend", "tone"])
def test_sixteen_bits_stay_sixteen_bits(operation: str, tmp_path: Path) -> None:
    write_png(tmp_path / "scan.png", deep_gradient(), bits=16)
    scan = read_scan(tmp_path / "scan.png")
    made = run(operation, scan, **({"was": "black-and-white"} if operation == "tone" else {}))
    write_image(tmp_path / "result.tif", made.image)
    assert levels16(read_image(tmp_path / "result.tif")) > 3000


def test_damage_in_a_deep_gradient_is_filled_between_the_levels_of_eight_bits() -> None:
    scan = deep_gradient()
    damage = np.zeros(scan.shape[:2], np.uint8)
    damage[8:12, 1000:1400] = 255
    scan[damage > 0] = 1.0
    picture = Picture(scan, {"damage": damage})
    made = Classic().run("mend", picture, {"grain": 0.0}, lambda share: None).image
    assert levels16(made[8:12, 1000:1400]) > 256
    assert np.abs(made - deep_gradient())[damage > 0].max() < 0.01
    assert np.array_equal(made[damage == 0], scan[damage == 0])


def test_every_result_carries_its_colour_profile(tmp_path: Path) -> None:
    write_image(tmp_path / "result.tif", sepia())
    write_png(tmp_path / "result.png", sepia(), bits=16)
    for name in ("result.tif", "result.png"):
        picture = pyvips.Image.new_from_file(str(tmp_path / name))
        assert picture.get_typeof("icc-profile-data")
        assert picture.format == "ushort"
