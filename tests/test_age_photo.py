"""The script that makes the demo set's old prints."""

import importlib
import tomllib
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

ROOT = Path(__file__).parents[1]
DEMO = ROOT / "exhibit_content" / "demo"
PRINTS = tomllib.loads((DEMO / "make.toml").read_text("utf-8"))["print"]


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(ROOT / "scripts"))
    return importlib.import_module("age_photo")


@pytest.fixture
def picture() -> np.ndarray:
    """A small scene: red, green and blue bands over a ramp from black to white."""
    ramp = np.linspace(0.0, 1.0, 90)[:, None, None]
    bands = np.repeat(np.eye(3) * 0.8 + 0.1, 20, axis=0)[None, :, :]
    return np.concatenate([np.broadcast_to(ramp, (90, 60, 3)), bands * np.ones((90, 1, 1))], axis=1)


def test_the_same_seed_makes_the_same_print_and_another_seed_another(
    script: ModuleType, picture: np.ndarray
) -> None:
    ageing = script.Ageing(size=120, scratches=3, dust=20, hairs=2, creases=1, stains=1)
    one, same, other = (script.age(picture, ageing, np.random.default_rng(s)) for s in (1, 1, 2))
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other[: one.shape[0], : one.shape[1]])


def test_the_picture_given_is_left_as_it_was(script: ModuleType, picture: np.ndarray) -> None:
    before = picture.copy()
    script.age(picture, script.Ageing(size=120, torn={"top-left": 0.2}), np.random.default_rng(1))
    assert np.array_equal(picture, before)


def test_a_committed_scan_can_be_made_again_bit_for_bit(script: ModuleType, tmp_path: Path) -> None:
    entry = next(entry for entry in PRINTS if "torn" in entry["ageing"])
    made = tmp_path / "scan.jpg"
    ageing = script.Ageing.model_validate(entry["ageing"])
    script.make(entry["source"], made, entry["seed"], ageing)
    assert made.read_bytes() == (DEMO / entry["out"]).read_bytes()


def test_every_scan_of_the_demo_set_has_its_recipe() -> None:
    assert sorted(DEMO / entry["out"] for entry in PRINTS) == sorted(DEMO.glob("photos/*/scan.*"))


def test_orthochromatic_film_is_blind_to_red(script: ModuleType) -> None:
    red, blue = np.full((4, 4, 3), (0.8, 0.1, 0.1)), np.full((4, 4, 3), (0.1, 0.1, 0.8))
    assert script.exposed(red, "orthochromatic").mean() < script.exposed(red, "panchromatic").mean()
    assert (
        script.exposed(blue, "orthochromatic").mean() > script.exposed(red, "orthochromatic").mean()
    )


def test_fading_lifts_the_blacks_more_than_it_lifts_the_whites(
    script: ModuleType, picture: np.ndarray
) -> None:
    fresh, old = (
        script.faded(picture, script.Ageing(fade=fade, yellowing=0), np.random.default_rng(3))
        for fade in (0.0, 0.6)
    )
    lifted = (old - fresh).mean(axis=2)
    assert lifted[:20, :60].mean() > 0.1
    assert lifted[-10:, :60].mean() < 0.05


def test_a_faded_colour_print_turns_magenta(script: ModuleType) -> None:
    grey = np.full((60, 60, 3), 0.4)
    ageing = script.Ageing(film="colour", fade=0.6, yellowing=0)
    red, green, blue = script.faded(grey, ageing, np.random.default_rng(4)).mean(axis=(0, 1))
    assert red > blue > green


def test_a_torn_corner_shows_the_page_and_the_others_keep_their_paper(
    script: ModuleType, picture: np.ndarray
) -> None:
    ageing = script.Ageing(
        size=200, torn={"bottom-right": 0.3}, border=0.05, ground=(0.0, 0.0, 0.0)
    )
    scan = script.age(picture, ageing, np.random.default_rng(5))
    assert scan[-8:, -8:].max() < 0.2
    assert scan[3:7, 3:7].min() > 0.5


def test_scratches_are_light_and_dark(script: ModuleType) -> None:
    grey = np.full((120, 160, 3), 0.5)
    scratched = script.scratched(grey, 12, np.random.default_rng(6))
    assert scratched.max() > 0.8
    assert scratched.min() < 0.3
    assert np.mean(scratched == 0.5) > 0.7


def test_options_of_the_command_line_reach_the_print(script: ModuleType, tmp_path: Path) -> None:
    source, out = tmp_path / "source.png", tmp_path / "made" / "print.jpg"
    script.Image.fromarray(np.full((40, 60, 3), 128, np.uint8)).save(source)
    script.main([str(source), str(out), "--seed", "7", "--size", "90", "--border", "0.1"])
    with script.Image.open(out) as made:
        width, height = made.size
    assert 90 + 2 * 9 <= width <= 90 + 2 * (9 + 8)
    assert 60 + 2 * 9 <= height <= 60 + 2 * (9 + 8)


def test_an_unknown_kind_of_wear_is_refused(script: ModuleType) -> None:
    with pytest.raises(ValueError, match="coffe_rings"):
        script.Ageing.model_validate({"coffe_rings": 2})
