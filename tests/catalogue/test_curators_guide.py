"""exhibit_content/README.md: its example is a sound set, and it explains every key."""

import re
from pathlib import Path

import pytest
from PIL import Image as Pillow
from pydantic import BaseModel

from server.catalogue.checks import check
from server.catalogue.faults import UNWRITTEN
from server.catalogue.model import ExhibitSet, Photo, Region
from tests.support.sets import draw_scan

GUIDE = (Path(__file__).parents[2] / "exhibit_content" / "README.md").read_text("utf-8")


def test_the_worked_example_is_a_sound_set(tmp_path: Path) -> None:
    exhibit, photo = re.findall(r"```toml\n(.*?)```", GUIDE, re.DOTALL)
    (tmp_path / "exhibit.toml").write_text(exhibit, "utf-8")
    for name in ("010-flag-bearer", "020-opening"):
        place = tmp_path / "photos" / name
        place.mkdir(parents=True)
        (place / "photo.toml").write_text(photo, "utf-8")
        Pillow.fromarray(draw_scan((96, 72))).save(place / "scan.tif")
    assert check(tmp_path) == []


@pytest.mark.parametrize("model", [ExhibitSet, Photo, Region])
def test_every_key_is_explained(model: type[BaseModel]) -> None:
    keys = [key for key in model.model_fields if key != UNWRITTEN.get(model)]
    for key in keys:
        assert re.search(rf"^\| `(\[\[)?{key}(\]\])?` \|", GUIDE, re.MULTILINE), key
