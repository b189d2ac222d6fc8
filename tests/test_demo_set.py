"""The set that ships with Rekindle: what it promises a first visitor."""

import re
import tomllib
from pathlib import Path

import pytest
from PIL import Image

from server.catalogue.captions import parse_captions
from server.catalogue.model import ExhibitSet, Photo, Text

DEMO = Path(__file__).parents[1] / "exhibit_content" / "demo"
LANGUAGES = {"en", "zh-Hans"}


@pytest.fixture(scope="module")
def demo() -> ExhibitSet:
    written = tomllib.loads((DEMO / "exhibit.toml").read_text("utf-8"))
    photos = [
        Photo(id=name, **tomllib.loads((DEMO / "photos" / name / "photo.toml").read_text("utf-8")))
        for name in written["order"]
    ]
    return ExhibitSet(photos=tuple(photos), **written)


def test_it_has_at_least_five_photographs_and_every_folder_is_shown(demo: ExhibitSet) -> None:
    assert len(demo.order) >= 5
    assert set(demo.order) == {path.name for path in (DEMO / "photos").iterdir()}


def test_its_scans_together_stay_under_six_megabytes() -> None:
    assert sum(path.stat().st_size for path in DEMO.rglob("scan.*")) < 6_000_000


def test_every_text_is_there_in_both_languages(demo: ExhibitSet) -> None:
    texts: list[Text] = [demo.title, demo.intro, *(part.title for part in demo.programme)]
    for photo in demo.photos:
        texts += [photo.title, photo.story, *(region.name for region in photo.region)]
        texts += [region.source for region in photo.region if region.source]
    for text in texts:
        assert set(text.root) == LANGUAGES, text
        assert all(words.strip() for words in text.root.values()), text


def test_every_story_is_short_and_says_that_the_ageing_is_simulated(demo: ExhibitSet) -> None:
    for photo in demo.photos:
        english, chinese = photo.story.root["en"], photo.story.root["zh-Hans"]
        assert 30 <= len(english.split()) <= 70, photo.id
        assert 60 <= len(chinese) <= 140, photo.id
        assert re.search(r"simulat", english), photo.id
        assert "模拟" in chinese, photo.id


def test_no_text_promises_life_or_truth(demo: ExhibitSet) -> None:
    everything = demo.model_dump_json().lower()
    for phrase in ("back to life", "real colour", "as it was", "复活", "真实的颜色"):
        assert phrase not in everything


def test_people_in_the_photographs_have_protected_faces(demo: ExhibitSet) -> None:
    for photo_id in ("010-astronaut", "040-photographer"):
        first = demo.photo(photo_id).region[0]
        assert (first.id, first.protect) == ("face", True)


def test_it_shows_all_three_degrees_of_certainty(demo: ExhibitSet) -> None:
    degrees = {region.certainty for photo in demo.photos for region in photo.region}
    assert degrees >= {"documented", "likely", "guess"}


def test_it_has_a_colour_original_a_refusal_and_a_programme(demo: ExhibitSet) -> None:
    assert any(photo.was == "colour" for photo in demo.photos)
    assert any(not photo.restore for photo in demo.photos)
    assert len(demo.programme[0].photos) >= 3
    assert set(demo.programme[0].photos) <= set(demo.order)


def test_outlines_have_the_detail_of_a_hand_drawn_line(demo: ExhibitSet) -> None:
    suit = next(region for region in demo.photo("010-astronaut").region if region.id == "suit")
    assert suit.outline is not None and len(suit.outline) >= 40


def test_its_scans_are_pictures_of_an_old_print_s_size(demo: ExhibitSet) -> None:
    for photo in demo.photos:
        with Image.open(DEMO / "photos" / photo.id / photo.scan) as scan:
            assert 512 <= max(scan.size) <= 900


def test_every_photo_is_named_with_its_rights_in_the_rights_page(demo: ExhibitSet) -> None:
    page = (DEMO / "RIGHTS.md").read_text("utf-8")
    for photo in demo.photos:
        assert photo.id in page
        assert photo.rights and photo.rights in page


def test_every_caption_stands_long_enough_to_be_read() -> None:
    files = list((DEMO / "programmes").rglob("*.vtt"))
    assert {file.name.split(".")[1] for file in files} == LANGUAGES
    for file in files:
        for caption in parse_captions(file.read_text("utf-8")):
            han = len(re.findall(r"[\u3400-\u9fff]", caption.text))
            others = len(re.sub(r"[\s\u3400-\u9fff]", "", caption.text))
            needed = 1 + 0.25 * han + 0.06 * others
            assert caption.ends - caption.begins >= needed, (file.name, caption.text)


def test_every_stage_that_is_made_is_told_in_both_languages(demo: ExhibitSet) -> None:
    for photo in demo.photos:
        made = {"repaired", "clear"} | ({"colour"} if photo.was != "colour" else set())
        assert set(photo.describe_stage) == (made if photo.restore else set())
        for text in photo.describe_stage.values():
            assert set(text.root) == LANGUAGES
