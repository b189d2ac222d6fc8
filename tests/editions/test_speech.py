"""Texts are spoken by a program of the museum's choice, once."""

import wave
from pathlib import Path

import pytest

from server.catalogue.sounds import seconds_of
from server.editions.speech import Speaker, spoken
from server.errors import SpeechFailed
from tests.support.speaking import said, speaking


def speaker(folder: Path, **voices: str) -> Speaker:
    return Speaker(speaking(folder / "program"), voices, folder / "store")


def test_a_text_is_spoken_in_the_languages_voice_and_kept(tmp_path: Path) -> None:
    reader = speaker(tmp_path, en="en-gb")
    sound = reader.sound("en", "The flag bearer")
    assert seconds_of(sound) == pytest.approx(0.6)
    assert reader.sound("en", "The flag bearer") == sound
    assert reader.sound("zh-Hans", "旗手") != sound
    assert said(tmp_path / "program") == ["en-gb The flag bearer", "zh-Hans 旗手"]
    assert not list((tmp_path / "store").glob(".saying-*"))


def test_another_voice_or_command_speaks_anew(tmp_path: Path) -> None:
    first = speaker(tmp_path).sound("en", "gold")
    other = speaker(tmp_path, en="en-us").sound("en", "gold")
    slow = Speaker(f"{speaking(tmp_path / 'program')} ", {}, tmp_path / "store").sound("en", "gold")
    assert len({first, other, slow}) == 3


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("cough", "my throat hurts"),
        ("mute", "it ended, and wrote nothing to {file}."),
        ("mumble", "what it wrote is not a sound that Rekindle reads."),
    ],
)
def test_what_goes_wrong_is_one_line_with_command_and_text(
    tmp_path: Path, text: str, reason: str
) -> None:
    reader = speaker(tmp_path)
    with pytest.raises(SpeechFailed) as refused:
        reader.sound("en", text)
    assert str(refused.value) == f'Speech by {reader.command}, for "{text}": {reason}'
    # Nothing of it is kept: it is tried again.
    assert not [path for path in (tmp_path / "store").rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        ("espeak-ng --stdin", "it does not say where {file} goes."),
        ("espeak-ng -w {file} {text}", "{text} is unknown. Known: {file}, {voice}, {language}."),
        ("espeak-ng '-w {file}", "its quotes do not match"),
    ],
)
def test_a_command_that_cannot_work_is_refused_at_once(
    tmp_path: Path, command: str, reason: str
) -> None:
    with pytest.raises(SpeechFailed) as refused:
        Speaker(command, {}, tmp_path)
    assert reason in str(refused.value)


def test_a_program_that_is_not_here_is_named(tmp_path: Path) -> None:
    with pytest.raises(SpeechFailed, match="no-such-voice cannot be run"):
        Speaker("no-such-voice {file}", {}, tmp_path).sound("en", "gold")


def test_an_edition_gets_the_sounds_by_language_and_text(tmp_path: Path) -> None:
    (tmp_path / "edition" / "media").mkdir(parents=True)
    texts = {"en": ("First Gold", "1974"), "zh-Hans": ("1974",)}
    found = spoken(texts, speaker(tmp_path), tmp_path / "edition")
    assert {language: [*each] for language, each in found.items()} == {
        "en": ["First Gold", "1974"],
        "zh-Hans": ["1974"],
    }
    with wave.open(str(tmp_path / "edition" / found["en"]["First Gold"])) as sound:
        assert sound.getnframes() == 3200
