"""What a curator would be sorry to have overlooked."""

import pytest

from server.catalogue.editorial import (
    MAX_STAGE_WORDS,
    MAX_WORDS,
    is_edtf,
    photo_problems,
    set_problems,
    words,
)
from server.catalogue.model import ExhibitSet, Photo, Region, Text

LANGUAGES = ("zh-Hans", "en")
BOTH = Text({"zh-Hans": "旗手", "en": "The flag bearer"})
RIGHTS = "https://creativecommons.org/publicdomain/zero/1.0/"


def photo(**changes: object) -> Photo:
    told = {"id": "a", "title": BOTH, "story": BOTH, "rights": RIGHTS, "date": "1974"}
    return Photo.model_validate(told | changes)


def reasons(subject: Photo) -> list[str]:
    return [problem.reason for problem in photo_problems(subject, LANGUAGES, "photo.toml")]


def test_a_photo_with_everything_has_no_problem() -> None:
    assert reasons(photo()) == []


@pytest.mark.parametrize(
    "date",
    ["1974-09-01", "1974-09", "1974", "1974~", "1974?", "197X", "19XX", "1974/1976", "../1974",
     "[1974,1975]", "1974-21", "2024-02-29"],
)  # fmt: skip
def test_dates_that_edtf_knows(date: str) -> None:
    assert is_edtf(date)


@pytest.mark.parametrize(
    "date",
    [
        "c. 1974",
        "1974-13",
        "1974-02-30",
        "2023-02-29",
        "1.9.1974",
        "1974-9-1",
        "summer",
        "",
        " 1974",
    ],
)
def test_dates_that_are_none_are_errors(date: str) -> None:
    (problem,) = photo_problems(photo(date=date), LANGUAGES, "photo.toml")
    assert problem.severity == "error"
    assert f'date "{date}" is not an EDTF date' in problem.reason
    assert '"1974~" (about)' in problem.remedy


def test_a_missing_language_is_a_warning_that_names_it() -> None:
    (problem,) = photo_problems(photo(story=Text({"en": "Words"})), LANGUAGES, "photo.toml")
    assert problem.severity == "warning"
    assert problem.reason == "story is missing in zh-Hans."


def test_a_blank_text_is_a_missing_one() -> None:
    assert reasons(photo(title={"en": "Title", "zh-Hans": "  "})) == [
        "title is missing in zh-Hans."
    ]


def test_the_source_of_a_colour_is_read_in_every_language_too() -> None:
    flag = Region(
        id="flag", name=BOTH, points=((0.5, 0.5),), colour="#DE2910",
        certainty="documented", source=Text({"en": "Standard"}),
    )  # fmt: skip
    assert reasons(photo(region=(flag,))) == ['region "flag" source is missing in zh-Hans.']


def test_seventy_words_are_allowed_and_more_are_not() -> None:
    def story(count: int) -> Photo:
        return photo(story=Text({"en": "word " * count, "zh-Hans": "旗"}))

    assert reasons(story(MAX_WORDS)) == []
    assert reasons(story(MAX_WORDS + 1)) == ["story has 71 words in en; visitors read up to 70."]


def test_a_description_may_be_missing_but_not_in_one_language_and_not_be_long() -> None:
    def described(**texts: str) -> list[str]:
        return reasons(photo(describe=Text(dict(texts))))

    assert described(**{"en": "A flag.", "zh-Hans": "一面旗。"}) == []
    assert described(en="A flag.") == ["describe is missing in zh-Hans."]
    assert described(**{"en": "word " * (MAX_WORDS + 1), "zh-Hans": "旗"}) == [
        "describe has 71 words in en; visitors listen to up to 70."
    ]


def test_what_a_stage_changes_is_told_shortly_and_in_every_language() -> None:
    def told(**texts: str) -> list[str]:
        return reasons(photo(describe_stage={"clear": Text(dict(texts))}))

    assert told(**{"en": "The face is sharp.", "zh-Hans": "面容清楚了。"}) == []
    assert told(en="The face is sharp.") == ["describe_stage clear is missing in zh-Hans."]
    assert told(**{"en": "word " * (MAX_STAGE_WORDS + 1), "zh-Hans": "脸"}) == [
        "describe_stage clear has 31 words in en; while it arrives, visitors listen to up to 30."
    ]


def test_two_chinese_characters_count_as_a_word() -> None:
    assert words("首届全国运动会的旗手") == 5
    assert words("1974年，旗手 Li 举旗。") == 2 + 3


@pytest.mark.parametrize(
    "rights", ["Public domain", "www.example.org/rights", "https://", "http://["]
)
def test_rights_are_an_address(rights: str) -> None:
    (problem,) = photo_problems(photo(rights=rights), LANGUAGES, "photo.toml")
    assert problem.severity == "warning"
    assert "is not a web address" in problem.reason


def test_rights_that_nobody_stated_are_asked_for() -> None:
    assert reasons(photo(rights=None)) == ["rights are not stated."]


def test_named_people_have_a_protected_face() -> None:
    face = Region(id="face", name=BOTH, points=((0.5, 0.5),), protect=True)
    assert reasons(photo(people=("A. Person",))) == ["names people, but protects no face."]
    assert reasons(photo(people=("A. Person",), region=(face,))) == []


def test_texts_of_the_set_are_looked_at_too() -> None:
    exhibit = ExhibitSet(
        id="s", title=Text({"en": "Title"}), intro=BOTH, languages=LANGUAGES, order=("a",)
    )
    (problem,) = set_problems(exhibit, "exhibit.toml")
    assert problem.reason == "title is missing in zh-Hans."
