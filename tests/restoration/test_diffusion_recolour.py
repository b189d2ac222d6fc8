from pathlib import Path
from typing import Any

import numpy as np
import pytest

from server.restoration.engine import Image, Picture
from server.restoration.engines.diffusion import Diffusion
from server.restoration.engines.diffusion.params import Recolouring
from server.restoration.engines.diffusion.recolour import words
from server.restoration.engines.parameters import parsed
from server.restoration.lab import lab, lightness
from server.restoration.propagation import following
from tests.restoration.engine_contract import photograph
from tests.support.tiny_models import Folder

GREY = photograph(300, 372, colour=False)
DISC = {"points": [[0.6, 0.7]], "name": {"en": "ball"}, "id": "ball"}
BALL = {**DISC, "colour": "#C8241E", "certainty": "documented"}


@pytest.fixture(scope="module")
def engine(tiny_root: Path) -> Diffusion:
    return Diffusion(Folder(tiny_root))


def recolour(engine: Diffusion, image: Image = GREY, **changes: Any) -> Picture:
    params = {
        "model": "sd15", "controlnet": "tile-sd15", "seed": 3, "steps": 2, "megapixels": 0.02,
        "regions": [], "was": "black-and-white", "prompt": "a red ball", **changes,
    }  # fmt: skip
    return engine.run("recolour", Picture(image), params, lambda share: None)


def test_lightness_is_the_photographs_to_half_a_grey_level(engine: Diffusion) -> None:
    vivid = recolour(engine, chroma=2.0).image
    assert np.hypot(*lab(vivid)[..., 1:].transpose(2, 0, 1)).mean() > 3
    assert np.abs(lightness(vivid) - lightness(GREY)).max() < 100 / 255 / 2


def test_what_is_documented_wins_and_fades_without_an_edge(engine: Diffusion) -> None:
    without = recolour(engine)
    made = recolour(engine, regions=[BALL])
    height, width = GREY.shape[:2]
    inside = (round(0.7 * height), round(0.6 * width))
    assert made.layers["colour-source"][inside] == 255
    a, b = lab(made.image[inside[0] : inside[0] + 1, inside[1] : inside[1] + 1])[0, 0, 1:]
    assert np.degrees(np.arctan2(b, a)) == pytest.approx(39, abs=6)
    assert made.layers["colour-source"][4, 4] == 0
    assert not without.layers["colour-source"].any()


def test_a_colour_original_stays_as_it_is(engine: Diffusion) -> None:
    colour = photograph(100, 120, colour=True)
    made = recolour(engine, colour, was="colour")
    assert np.array_equal(made.image, colour) and not made.layers["colour-source"].any()


def test_the_model_is_told_names_and_colours() -> None:
    params = {
        "model": "m", "prompt": "a station", "style": "Kodachrome",
        "regions": [BALL, {**BALL, "name": {"zh-Hans": "球"}}, DISC],
    }  # fmt: skip
    assert words(parsed(Recolouring, "recolour", params)) == "a station, red ball, Kodachrome"


def test_another_prompt_or_condition_is_another_colour(engine: Diffusion) -> None:
    base = recolour(engine, strength=1.0).image
    for change in ({"prompt": "blue"}, {"condition": "edges"}, {"seed": 9}):
        assert np.abs(base - recolour(engine, strength=1.0, **change).image).max() > 5e-5, change


def test_chroma_follows_the_photographs_edge() -> None:
    full = np.full((400, 400), 30, np.float32)
    full[:, 203:] = 80
    guide = full.reshape(50, 8, 50, 8).mean(axis=(1, 3))
    chroma = np.where(guide > 55, np.float32(40), np.float32(-10))
    laid = following(chroma, guide, full)
    assert abs(float(laid[200, 201]) + 10) < 10 and abs(float(laid[200, 204]) - 40) < 10
