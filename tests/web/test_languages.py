"""The words of the interface."""

from pathlib import Path

import pytest

from server.web.languages import negotiate, read_words

CATALOGUE = """
msgid ""
msgstr "Content-Type: text/plain; charset=UTF-8\\n"

msgid "Original"
msgstr "原件"

msgid "Clear"
msgstr ""

#, fuzzy
msgid "Repaired"
msgstr "大概"
"""


def test_a_catalogue_is_read_by_its_language_tag(tmp_path: Path) -> None:
    folder = tmp_path / "zh_Hans" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "kiosk.po").write_text(CATALOGUE, encoding="utf-8")
    assert read_words(tmp_path, "kiosk") == {"zh-Hans": {"Original": "原件"}}


def test_a_house_without_catalogues_has_no_words(tmp_path: Path) -> None:
    assert read_words(tmp_path / "nowhere", "kiosk") == {}


@pytest.mark.parametrize(
    ("accepted", "answered"),
    [
        ("zh-Hans", "zh-Hans"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh-Hans"),
        ("fr, zh-TW;q=0.4, en;q=0.6", "en"),
        ("en-GB", "en"),
        ("zh;q=0, fr", "en"),
        ("zh;q=nonsense", "en"),
        ("*", "en"),
        ("", "en"),
    ],
)
def test_the_browsers_wish_is_met_as_nearly_as_may_be(accepted: str, answered: str) -> None:
    assert negotiate(accepted, ["en", "zh-Hans"]) == answered
