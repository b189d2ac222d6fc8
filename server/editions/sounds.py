"""What is heard, as an edition carries it: the files copied under the name of what they hold."""

import shutil
from collections.abc import Callable
from pathlib import Path

from server.catalogue.sounds import captions_of, heard_in, seconds_of
from server.editions.model import EditionSound
from server.restoration.store import file_digest

Make = Callable[[str, Callable[[Path], None]], str]
"""``make(name, write)``: has a file of the edition written, and says where it lies in it."""


def sounds(folder: Path, make: Make) -> tuple[dict[str, EditionSound], str | None, float]:
    """Of what lies in ``folder``: narrations by language, the music, the seconds of the longest.

    Raises:
        SoundUnreadable: for a file that changed since the set was checked.
    """
    heard = heard_in(folder)
    told = {}
    for language in sorted({*heard.narrations, *heard.captions}):
        sound, words = heard.narrations.get(language), heard.captions.get(language)
        captions = captions_of(words) if words else ()
        told[language] = EditionSound(
            file=_copied(sound, make) if sound else None,
            seconds=max(
                seconds_of(sound) if sound else 0.0, *(said.ends for said in captions), 0.0
            ),
            captions=captions,
        )
    lengths = [each.seconds for each in told.values()]
    if heard.music:
        lengths.append(seconds_of(heard.music))
    music = _copied(heard.music, make) if heard.music else None
    return told, music, max(lengths, default=0.0)


def _copied(sound: Path, make: Make) -> str:
    name = f"media/{file_digest(sound)[:20]}{sound.suffix.lower()}"
    return make(name, lambda target: _copy(sound, target))


def _copy(sound: Path, target: Path) -> None:
    shutil.copyfile(sound, target)
