"""What is heard beside a photo or through a programme, and what is wrong with it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from server.catalogue import sounds
from server.catalogue.checks import check
from server.catalogue.sounds import captions_of, heard_in, seconds_of
from server.errors import SoundUnreadable
from tests.support.sets import make_set
from tests.support.sounds import CAPTIONS, told, tone


@pytest.fixture
def small(tmp_path: Path) -> Path:
    return make_set(tmp_path / "set")


def test_sounds_and_captions_are_known_by_their_names(tmp_path: Path) -> None:
    told(tmp_path, "en", "zh-Hans")
    tone(tmp_path / "music.WAV", 0.2)
    tone(tmp_path / "narration.wav", 0.2)
    (tmp_path / "narration.en.txt").write_text("a draft")
    heard = heard_in(tmp_path)
    assert list(heard.narrations) == list(heard.captions) == ["en", "zh-Hans"]
    assert heard.music == tmp_path / "music.WAV"
    nothing = heard_in(tmp_path / "nowhere")
    assert (nothing.narrations, nothing.captions, nothing.music) == ({}, {}, None)


def test_a_sound_says_how_long_it_is(tmp_path: Path) -> None:
    assert seconds_of(tone(tmp_path / "music.wav", 1.5)) == pytest.approx(1.5, abs=0.01)


def test_a_set_that_is_told_in_all_its_languages_is_sound(small: Path) -> None:
    told(small / "photos/photo-1", "en", "zh-Hans")
    told(small / "programmes/both", "en", "zh-Hans")
    tone(small / "programmes/both/music.wav", 0.5)
    assert check(small) == []


def _uncaptioned(set_: Path) -> None:
    tone(set_ / "photos/photo-1/narration.en.wav", 0.3)


def _untold(set_: Path) -> None:
    told(set_ / "photos/photo-1", "en")


def _stranger(set_: Path) -> None:
    told(set_ / "photos/photo-1", "en", "zh-Hans", "fr")


def _foreign(set_: Path) -> None:
    (set_ / "programmes/both").mkdir(parents=True)
    (set_ / "programmes/both/narration.en.m4a").write_bytes(b"ftyp")


def _no_sound(set_: Path) -> None:
    told(set_ / "photos/photo-1", "en", "zh-Hans")
    (set_ / "photos/photo-1/narration.en.wav").write_bytes(b"a letter, not a sound")


def _no_captions(set_: Path) -> None:
    told(set_ / "photos/photo-1", "en", "zh-Hans")
    (set_ / "photos/photo-1/narration.en.vtt").write_text("1\n00:00:01,000 --> 00:00:02,000\nx")


def _not_utf8(set_: Path) -> None:
    told(set_ / "photos/photo-1", "en", "zh-Hans")
    (set_ / "photos/photo-1/narration.en.vtt").write_bytes(b"WEBVTT\n\n\xff")


def _too_late(set_: Path) -> None:
    told(set_ / "photos/photo-1", "en", "zh-Hans")
    late = CAPTIONS.replace("00:00:00.900", "00:00:09.000")
    (set_ / "photos/photo-1/narration.en.vtt").write_text(late)


def _too_much(set_: Path) -> None:
    told(set_ / "photos/photo-1", "en", "zh-Hans")
    long = CAPTIONS.replace("The first words", "word " * 30)
    (set_ / "photos/photo-1/narration.en.vtt").write_text(long)


def _wordless_music(set_: Path) -> None:
    tone(set_ / "programmes/both/music.wav", 0.3)


def _no_programme(set_: Path) -> None:
    told(set_ / "programmes/bot", "en", "zh-Hans")


def _link(set_: Path) -> None:
    outside = tone(set_.parent / "elsewhere.wav", 0.3)
    (set_ / "photos/photo-1/music.wav").symlink_to(outside)


@pytest.mark.parametrize(
    ("spoil", "line"),
    [
        (_uncaptioned, "error photos/photo-1/narration.en.wav: has no captions"),
        (_untold, "warning photos/photo-1: is told in en, but not in zh-Hans."),
        (_stranger, 'warning photos/photo-1/narration.fr.vtt: "fr" is not one of'),
        (_foreign, "error programmes/both/narration.en.m4a: is M4A"),
        (_no_sound, "error photos/photo-1/narration.en.wav: is not a sound"),
        (_no_captions, "error photos/photo-1/narration.en.vtt: does not begin with"),
        (_not_utf8, "error photos/photo-1/narration.en.vtt: is not UTF-8 at byte 8."),
        (_too_late, "warning photos/photo-1/narration.en.vtt: ends at 9 s, the sound at 1.0 s."),
        (_too_much, "warning photos/photo-1/narration.en.vtt: the caption at 0 s has 149"),
        (_wordless_music, "warning programmes/both/music.wav: plays, and nothing says so"),
        (_no_programme, "warning programmes/bot: is no programme of exhibit.toml."),
        (_link, "error photos/photo-1/music.wav: is a link that leaves the set."),
    ],
)
def test_each_fault_names_its_file_its_reason_and_a_remedy(
    small: Path, spoil: Callable[[Path], None], line: str
) -> None:
    spoil(small)
    found = [
        problem for problem in check(small) if f"{problem.severity} {problem}".startswith(line)
    ]
    assert len(found) == 1
    assert found[0].remedy


def test_the_limits_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sound = tone(tmp_path / "music.wav", 1.2)
    monkeypatch.setattr(sounds, "LARGEST_BYTES", 1024)
    with pytest.raises(SoundUnreadable, match="the limit is"):
        seconds_of(sound)
    monkeypatch.setattr(sounds, "LONGEST_S", 1.0)
    with pytest.raises(SoundUnreadable, match="lasts 1 seconds; the limit is 1 seconds"):
        seconds_of(sound)
    with pytest.raises(SoundUnreadable, match="not a sound"):
        seconds_of(tmp_path / "gone.wav")
    (tmp_path / "c.vtt").write_text("WEBVTT\n\nx")
    with pytest.raises(SoundUnreadable, match=r"c\.vtt: .*README"):
        captions_of(tmp_path / "c.vtt")
