"""What a curator fills in: what is wrong with it, and the region it makes."""

import json

import pytest

from server.catalogue.model import Region, Text
from server.web.region_form import faults, filled, made, posted

LANGUAGES = ("zh-Hans", "en")
OUTLINE = [[0.1, 0.1], [0.5, 0.1], [0.5, 0.4]]
SOUND = {
    "outline": json.dumps(OUTLINE),
    "name.en": "the flag",
    "name.zh-Hans": "红旗",
    "colour": "de2910",
    "certainty": "documented",
    "source.en": "Flag standard",
}


def test_a_sound_form_makes_its_region() -> None:
    fields = posted(SOUND, LANGUAGES)
    assert faults(fields, None) == {}
    assert made(fields, None, 1) == Region(
        id="the-flag",
        name=Text({"zh-Hans": "红旗", "en": "the flag"}),
        outline=((0.1, 0.1), (0.5, 0.1), (0.5, 0.4)),
        colour="#DE2910",
        certainty="documented",
        source=Text({"en": "Flag standard"}),
    )


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        ({"outline": ""}, {"outline"}),
        ({"outline": "[[0, 0], [1, 1]]"}, {"outline"}),
        ({"outline": "[[0, 0], [1, 1], [2, 0]]"}, {"outline"}),
        ({"outline": '[[0, 0], [1, 1], ["NaN", 0]]'}, {"outline"}),
        ({"outline": json.dumps(OUTLINE * 150)}, {"outline"}),
        ({"name.en": " ", "name.zh-Hans": ""}, {"name"}),
        ({"name.en": "a" * 121}, {"name"}),
        ({"colour": "red"}, {"colour"}),
        ({"colour": "#12345"}, {"colour"}),
        ({"colour": ""}, {"colour"}),
        ({"certainty": ""}, {"certainty"}),
        ({"certainty": "surely"}, {"certainty"}),
        ({"source.en": ""}, {"source"}),
        ({"source.en": "a" * 601}, {"source"}),
        ({"certainty": "guess", "source.en": ""}, set()),
        ({"colour": "", "certainty": "", "source.en": ""}, set()),
    ],
)
def test_each_field_is_judged(changed: dict[str, str], wrong: set[str]) -> None:
    assert set(faults(posted(SOUND | changed, LANGUAGES), None)) == wrong


def test_an_id_comes_from_a_name_in_latin_letters_else_from_the_place() -> None:
    assert made(posted(SOUND | {"name.en": "Café «Sòl»!"}, LANGUAGES), None, 4).id == "cafe-sol"
    assert made(posted(SOUND | {"name.en": ""}, LANGUAGES), None, 4).id == "region-4"
    assert len(made(posted(SOUND | {"name.en": "a b " * 30}, LANGUAGES), None, 4).id) <= 64


def test_a_changed_region_keeps_what_the_form_does_not_ask_for() -> None:
    old = Region(
        id="flag",
        name=Text({"en": "the flag", "fr": "le drapeau"}),
        points=((0.7, 0.2),),
        colour="#DE2910",
        certainty="likely",
    )
    fields = filled(old, LANGUAGES)
    assert made(fields, old, 1) == old
    again = posted(
        {"region": "flag", "name.en": "a flag", "colour": "#000000", "certainty": "guess"},
        LANGUAGES,
    )
    assert faults(again, old) == {}
    assert made(again, old, 1) == old.model_copy(
        update={
            "name": Text({"fr": "le drapeau", "en": "a flag"}),
            "colour": "#000000",
            "certainty": "guess",
        }
    )
    outlined = made(posted(SOUND, LANGUAGES), old, 1)
    assert (outlined.id, outlined.points, len(outlined.outline or ())) == ("flag", None, 3)
