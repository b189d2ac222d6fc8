"""Captions as curators write them."""

import pytest

from server.catalogue.captions import Caption, CaptionFault, parse_captions
from tests.support.sounds import CAPTIONS


def test_words_and_times_are_kept_and_the_rest_is_not() -> None:
    assert parse_captions(CAPTIONS) == (
        Caption(begins=0.0, ends=0.4, text="The first words"),
        Caption(begins=0.5, ends=0.9, text="and the last & quiet ones"),
    )


def test_a_file_of_notepad_with_notes_styles_hours_and_two_lines() -> None:
    text = (
        "\ufeffWEBVTT - the opening\r\n\r\nNOTE by hand\r\n\r\nSTYLE\r\n::cue {}\r\n\r\n"
        "01:00:01.250 --> 01:00:02.000\r\nHe carried it\r\nfor an hour\r\n"
    )
    (said,) = parse_captions(text)
    assert said == Caption(begins=3601.25, ends=3602.0, text="He carried it\nfor an hour")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "does not begin with the word WEBVTT"),
        ("1\n00:00:01,000 --> 00:00:02,000\nSubRip\n", "does not begin with the word WEBVTT"),
        ("WEBVTT\n00:01.000 --> 00:02.000\nno gap\n", "no empty line after WEBVTT"),
        ("WEBVTT\n\n", "holds no caption"),
        ("WEBVTT\n\njust words\n", "no line with times"),
        ("WEBVTT\n\n00:00:01,000 --> 00:00:02.000\nx\n", '"00:00:01,000" is not a time'),
        ("WEBVTT\n\n00:01.000 -->\nx\n", '"" is not a time'),
        ("WEBVTT\n\n00:02.000 --> 00:02.000\nx\n", "before it begins"),
        ("WEBVTT\n\n00:01.000 --> 00:02.000\n", "nothing is said at 00:01.000"),
        (
            "WEBVTT\n\n00:01.000 --> 00:03.000\na\n\n00:02.000 --> 00:04.000\nb\n",
            '"b" begins at 2 s, before the one ahead of it ends at 3 s',
        ),
    ],
)
def test_what_is_wrong_is_said(text: str, reason: str) -> None:
    with pytest.raises(CaptionFault, match=reason):
        parse_captions(text)
