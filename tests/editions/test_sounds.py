"""What is heard travels with the edition."""

from collections.abc import Callable
from pathlib import Path

from server.editions.sounds import sounds
from tests.support.sounds import CAPTIONS, told, tone


def make_in(folder: Path) -> Callable[[str, Callable[[Path], None]], str]:
    (folder / "media").mkdir(parents=True)

    def make(name: str, write: Callable[[Path], None]) -> str:
        write(folder / name)
        return name

    return make


def test_files_are_copied_and_captions_read(tmp_path: Path) -> None:
    told(tmp_path / "set", "en", seconds=2.0)
    (tmp_path / "set/narration.zh-Hans.vtt").write_text(CAPTIONS)
    tone(tmp_path / "set/music.wav", 3.0)
    narration, music, seconds = sounds(tmp_path / "set", make_in(tmp_path / "edition"))
    english, chinese = narration["en"], narration["zh-Hans"]
    assert english.file is not None and music is not None
    original = (tmp_path / "set/narration.en.wav").read_bytes()
    assert (tmp_path / "edition" / english.file).read_bytes() == original
    assert (tmp_path / "edition" / music).exists()
    assert (english.seconds, chinese.file, chinese.seconds, seconds) == (2.0, None, 0.9, 3.0)
    assert [said.text for said in chinese.captions][0] == "The first words"


def test_a_photo_without_sounds_is_silent(tmp_path: Path) -> None:
    (tmp_path / "set").mkdir()
    assert sounds(tmp_path / "set", make_in(tmp_path / "edition")) == ({}, None, 0.0)
