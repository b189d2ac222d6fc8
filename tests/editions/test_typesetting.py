"""Lines of print."""

import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.editions.typesetting import Style, font_for, lines_of

BODY = Style("sans", 30, 44, (0, 0, 0))
HAN = "色彩凡有依据之处，网页上都注明了来源。“开幕式”再看一遍，可以吗？"


@pytest.mark.parametrize(
    ("text", "language"),
    [("Where a colour is known, its source is named.", "en"), (HAN, "zh-Hans")],
)
def test_lines_fit_and_together_hold_the_text(text: str, language: str) -> None:
    lines = lines_of(text, 300, BODY, language, most=20)
    font = font_for(text, "sans", 30, language)
    assert len(lines) > 1
    assert all(font.getlength(line) <= 300 for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


@given(st.integers(60, 600))
def test_no_line_of_chinese_begins_with_a_mark_or_ends_with_an_opening_quote(width: int) -> None:
    lines = lines_of(HAN, width, BODY, "zh-Hans", most=99)
    assert "".join(lines) == HAN
    assert not [line for line in lines if line[0] in "，。？”" or line[-1] == "“"]


@given(st.text(max_size=80), st.integers(40, 900), st.integers(1, 4))
def test_any_text_is_set_in_as_many_lines_as_there_are(text: str, width: int, most: int) -> None:
    assert len(lines_of(text, width, BODY, "en", most)) <= most


def test_what_does_not_fit_ends_with_an_ellipsis() -> None:
    text = "Where a colour is known, its source is named on the page."
    lines = lines_of(text, 300, BODY, "en", most=2)
    assert len(lines) == 2
    assert lines[1].endswith("…")
    assert lines_of(text, 300, BODY, "en", most=9)[0] == lines[0]


def test_chinese_and_english_are_set_in_fonts_that_have_their_letters() -> None:
    families = subprocess.run(["fc-list", ":", "family"], capture_output=True, text=True).stdout
    if "Noto Serif CJK SC" not in families or "Noto Serif\n" not in families:
        pytest.skip("the Noto fonts are not installed")
    assert font_for("旗手", "serif", 30, "en").getname()[0] == "Noto Serif CJK SC"  # type: ignore[union-attr]
    assert font_for("1974", "serif", 30, "zh-Hans").getname()[0] == "Noto Serif CJK SC"  # type: ignore[union-attr]
    assert font_for("Flag", "serif", 30, "en").getname()[0] == "Noto Serif"  # type: ignore[union-attr]


def test_without_fontconfig_words_are_still_set(monkeypatch: pytest.MonkeyPatch) -> None:
    from server.editions import typesetting

    typesetting._file_of.cache_clear()
    monkeypatch.setenv("PATH", "")
    try:
        font = font_for("Flag", "serif", 31, "en")
        assert font.getlength("Flag") > 20
    finally:
        typesetting._file_of.cache_clear()
