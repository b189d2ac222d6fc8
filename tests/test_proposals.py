from pathlib import Path

import numpy as np
import pytest
from skimage import data
from typer.testing import CliRunner

from server import proposals
from server.__main__ import app
from server.catalogue.manifest import load
from server.errors import SetInvalid
from server.restoration.engine import Image
from server.restoration.engines.classic.faces import faces
from server.restoration.engines.classic.outlines import suggested
from server.restoration.images import write_png

TOML = """\
# What the curator wrote stays.
title = { en = "An astronaut" }  # Eileen Collins
scan = "scan.png"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A set of one photograph: a portrait that ships with scikit-image."""
    photo = tmp_path / "set" / "photos" / "010-astronaut"
    photo.mkdir(parents=True)
    image = data.astronaut()[:300:2, 100:400:2].astype(np.float32) / 255
    write_png(photo / "scan.png", image, bits=8)
    (photo / "photo.toml").write_text(TOML, "utf-8")
    (tmp_path / "set" / "exhibit.toml").write_text(
        'id = "set"\ntitle = { en = "A set" }\nlanguages = ["en"]\norder = ["010-astronaut"]\n'
    )
    return tmp_path / "set"


def flag() -> Image:
    """A dark flag on a light wall, with grain."""
    plane = np.full((240, 320), 0.75, np.float32)
    plane[60:180, 80:240] = 0.35
    plane += np.random.default_rng(0).normal(0, 0.01, plane.shape).astype(np.float32)
    return np.repeat(plane[..., None], 3, axis=2)


def test_the_outline_of_a_flag_is_the_flag() -> None:
    corners = np.array(suggested(flag(), [(0.5, 0.5)]))
    assert corners.min(axis=0) == pytest.approx([0.25, 0.25], abs=0.02)
    assert corners.max(axis=0) == pytest.approx([0.75, 0.75], abs=0.02)
    assert suggested(flag(), [(0.5, 0.5)]) == suggested(flag(), [(0.5, 0.5)])


def test_a_click_on_the_wall_leaves_the_flag_out() -> None:
    corners = suggested(flag(), [(0.1, 0.5)])
    assert not any(0.3 < x < 0.7 and 0.3 < y < 0.7 for x, y in corners)


def test_a_larger_reach_takes_more_and_a_smaller_one_less() -> None:
    # A sleeve on a coat of nearly its tone, before a light wall.
    coat = flag()
    coat[60:180, 80:140] -= 0.06

    def width(reach: float) -> float:
        return float(np.ptp(np.array(suggested(coat, [(0.34, 0.5)], reach))[:, 0]))

    assert width(0.5) == pytest.approx(60 / 320, abs=0.02)
    assert width(2) == pytest.approx(160 / 320, abs=0.02)


def test_a_point_outside_or_no_reach_is_refused() -> None:
    with pytest.raises(ValueError, match="fractions"):
        suggested(flag(), [(1.2, 0.5)])
    for reach in (0, -1, float("nan")):
        with pytest.raises(ValueError, match="reach"):
            suggested(flag(), [(0.5, 0.5)], reach)


def test_the_one_face_of_a_portrait_is_found_and_nothing_else(folder: Path) -> None:
    (region,) = proposals.face_regions(folder)["010-astronaut"]
    middle = np.mean(region.outline or (), axis=0)
    assert middle == pytest.approx([0.41, 0.4], abs=0.08)
    assert region.protect


def test_gravel_has_no_face() -> None:
    plane = data.gravel()[:200, :200].astype(np.float32) / 255
    assert faces(np.repeat(plane[..., None], 3, axis=2)) == []


def test_accepted_faces_are_written_once_and_comments_stay(folder: Path) -> None:
    result = CliRunner().invoke(app, ["faces", str(folder), "--write"])
    assert "1 faces proposed" in result.output
    text = (folder / "photos" / "010-astronaut" / "photo.toml").read_text("utf-8")
    assert text.startswith(TOML.split("\n", 1)[0])
    assert "# Eileen Collins" in text
    assert [region.id for region in load(folder).photos[0].region] == ["face-1"]
    assert proposals.face_regions(folder)["010-astronaut"] == []


def test_a_second_region_of_the_same_name_gets_a_number(folder: Path) -> None:
    regions = proposals.face_regions(folder)["010-astronaut"]
    proposals.accept(folder, "010-astronaut", regions)
    proposals.accept(folder, "010-astronaut", regions)
    assert [region.id for region in load(folder).photos[0].region] == ["face-1", "face-1-2"]


def test_an_outline_is_printed_as_it_is_written_in_photo_toml(folder: Path) -> None:
    result = CliRunner().invoke(app, ["outline", str(folder), "010-astronaut", "0.4", "0.85"])
    assert result.exit_code == 0
    assert result.output.count("[[region]]") == 1
    assert "outline = [[" in result.output


def test_an_unknown_photo_is_named_with_the_known_ones(folder: Path) -> None:
    with pytest.raises(SetInvalid, match="010-astronaut"):
        proposals.outline(folder, "020", [(0.5, 0.5)])
