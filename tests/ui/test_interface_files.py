"""The interface's files keep the house's rules: words in both languages, small modules."""

import re
from pathlib import Path

from server.web.languages import read_words

UI = Path(__file__).parents[2] / "kiosk_ui"
SCREENS = [
    file for folder in ("kiosk", "projection", "shared") for file in (UI / folder).glob("*.js")
]
STUDIO = list((UI / "studio").glob("*.js"))
MOST_LINES = 250


def test_every_phrase_on_a_screen_is_written_in_both_languages() -> None:
    words = read_words(UI / "locale", "kiosk")
    assert set(words) == {"en", "zh-Hans"}
    assert set(words["en"]) == set(words["zh-Hans"])
    source = "\n".join(file.read_text("utf-8") for file in SCREENS)
    said = set(re.findall(r'\bsay\(\s*"([^"]+)"', source))
    assert len(said) > 10
    assert said <= set(words["en"]), "these phrases are in no catalogue"
    for phrase in words["en"]:
        assert f'"{phrase}"' in source, f"{phrase!r} is said nowhere"


def test_what_the_studio_says_travels_with_its_page() -> None:
    page = (UI / "templates" / "studio_regions.html").read_text("utf-8")
    there = set(re.findall(r'"(\w+)": _\(', page.partition('id="words"')[2].partition("tojson")[0]))
    source = "\n".join(file.read_text("utf-8") for file in STUDIO)
    said = set(re.findall(r'(?:\bsay|new Unanswered)\("(\w+)"', source))
    assert len(said) > 8
    assert said == there


def test_every_language_keeps_the_places_of_a_phrase() -> None:
    for language, words in read_words(UI / "locale", "kiosk").items():
        for phrase, text in words.items():
            places = re.findall(r"\{\w+\}", phrase)
            assert sorted(places) == sorted(re.findall(r"\{\w+\}", text)), (language, phrase)


def test_modules_are_small_and_write_no_markup() -> None:
    assert len(SCREENS) > 20
    for file in [*SCREENS, *STUDIO]:
        text = file.read_text("utf-8")
        assert text.count("\n") <= MOST_LINES, file.name
        for banned in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write"):
            assert banned not in text, file.name
