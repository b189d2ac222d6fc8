"""Shades taken from a reference photograph, from photo.toml to the coloured picture."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from server.catalogue.checks import check
from server.catalogue.manifest import load
from server.catalogue.model import Photo, Reference, Region, Text
from server.restoration.engine import Image, OperationTraits
from server.restoration.engines.classic.colour import colour
from server.restoration.facts import fact_of
from server.restoration.images import write_png
from server.restoration.lab import lab, painted
from server.restoration.palette import palette_of, shades
from tests.support.sets import make_set

TRAITS = OperationTraits(facts=("regions",))
OUTLINE = ((0.1, 0.1), (0.9, 0.1), (0.9, 0.9), (0.1, 0.9))


def uniform() -> Image:
    """Cloth that is blue in the shadow and turns to green in the light, L* 20 to 60."""
    level = np.linspace(20, 60, 200, dtype=np.float32)[None].repeat(80, axis=0)
    green = (level - np.float32(20)) / np.float32(40)
    a, b = -25 * green, 18 * green - 20 * (1 - green)
    return painted(level, a.astype(np.float32), b.astype(np.float32))


def region(**facts: Any) -> Region:
    known = {"colour": "#2F5A58", "certainty": "likely", "outline": OUTLINE} | facts
    return Region.model_validate({"id": "tunic", "name": {"en": "his tunic"}, **known})


def grey(low: float, high: float) -> Image:
    level = np.linspace(low, high, 200, dtype=np.float32)[None].repeat(80, axis=0)
    return painted(level, np.zeros_like(level), np.zeros_like(level))


def test_a_palette_runs_from_shadow_to_light() -> None:
    rows = palette_of(uniform(), np.ones((80, 200), bool))
    levels = [row[0] for row in rows]
    assert levels == sorted(levels)
    assert rows[0][2] < -10
    assert rows[-1][1] < -15


def test_lightness_is_matched_by_rank_and_ends_are_without_colour() -> None:
    palette = palette_of(uniform(), np.ones((80, 200), bool))
    table = shades(palette, np.linspace(50, 90, 500, dtype=np.float32))
    assert table[53, 1] == pytest.approx(palette[0][2], abs=2.5)
    assert table[87, 0] == pytest.approx(palette[-1][1], abs=2.5)
    assert table[100] == pytest.approx([0, 0], abs=1e-6)


def test_a_reference_gives_its_region_its_shades_and_keeps_the_lightness(tmp_path: Path) -> None:
    write_png(tmp_path / "uniform.png", uniform(), bits=8)
    photo = Photo(
        id="a", title=Text({"en": "A"}), region=(region(reference={"file": "uniform.png"}),)
    )
    regions: Any = fact_of(photo, tmp_path, "regions", TRAITS)
    after, source = colour(grey(40, 80), regions, warmth=0.0, report=lambda _: None)
    values = lab(after)[40]
    assert values[40, 2] < -6
    assert values[165, 1] < -12
    assert values[165, 2] > 4
    assert np.abs(values[:, 0] - lab(grey(40, 80))[40, :, 0]).max() < 0.2
    assert source[40, 100] == 170


def test_without_a_reference_nothing_else_goes_into_a_steps_parameters(tmp_path: Path) -> None:
    photo = Photo(id="a", title=Text({"en": "A"}), region=(region(),))
    regions: Any = fact_of(photo, tmp_path, "regions", TRAITS)
    (written,) = regions
    assert "reference" not in written
    assert "palette" not in written


def test_only_the_outlined_part_of_a_reference_counts(tmp_path: Path) -> None:
    image = np.concatenate([uniform(), np.ones((80, 200, 3), np.float32)], axis=1)
    write_png(tmp_path / "uniform.png", image, bits=8)
    half = {"file": "uniform.png", "outline": [[0.02, 0.1], [0.4, 0.1], [0.4, 0.9], [0.02, 0.9]]}
    photo = Photo(id="a", title=Text({"en": "A"}), region=(region(reference=half),))
    regions: Any = fact_of(photo, tmp_path, "regions", TRAITS)
    (written,) = regions
    assert max(row[0] for row in written["palette"]) < 62


def test_a_reference_without_a_colour_is_refused() -> None:
    with pytest.raises(ValidationError, match="needs its colour"):
        region(reference=Reference(file="uniform.png"), colour=None, certainty=None)


@pytest.mark.parametrize(
    ("name", "reason"), [("uniform.png", "is missing"), ("../../x.png", "leaves the set")]
)
def test_a_reference_that_is_not_there_is_a_problem(tmp_path: Path, name: str, reason: str) -> None:
    folder = make_set(tmp_path / "set", photos=1)
    (photo,) = load(folder).photos
    file = folder / "photos" / photo.id / "photo.toml"
    text = file.read_text("utf-8")
    line = 'colour = "#DE2910"'
    file.write_text(text.replace(line, f'{line}\nreference = {{ file = "{name}" }}'), "utf-8")
    assert [problem.reason for problem in check(folder) if reason in problem.reason]
