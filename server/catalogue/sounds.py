"""What is heard: narrations and music beside a photo or a programme, with their captions.

``narration.<language>.mp3`` is told in that language, ``narration.<language>.vtt`` holds its words;
``music.mp3`` plays beneath. Captions may stand alone, a sound may not.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError
from tinytag import TinyTag
from tinytag.tinytag import TinyTagException

from server.catalogue.captions import Caption, CaptionFault, parse_captions
from server.catalogue.manifest import leaves
from server.catalogue.model import Language
from server.errors import Problem, SoundUnreadable

ENDINGS = (".mp3", ".ogg", ".opus", ".flac", ".wav")
"""What every Chromium plays, whoever built it."""
FOREIGN = (".aac", ".aif", ".aiff", ".m4a", ".mov", ".mp4", ".wma")
LONGEST_S = 900.0
LARGEST_BYTES = 100 * 2**20
LONGEST_CAPTION = 120
"""Characters: two lines of a projection."""

_LANGUAGE: TypeAdapter[str] = TypeAdapter(Language)


@dataclass(frozen=True, slots=True)
class Heard:
    """The sounds and captions that lie in one folder, by language."""

    narrations: dict[str, Path]
    captions: dict[str, Path]
    music: Path | None


def heard_in(folder: Path) -> Heard:
    """The sounds and captions in ``folder``; of two files for one thing the first by name."""
    narrations: dict[str, Path] = {}
    captions: dict[str, Path] = {}
    music: Path | None = None
    for path in sorted(folder.iterdir()) if folder.is_dir() else []:
        name, ending = path.stem, path.suffix.lower()
        language = name.removeprefix("narration.")
        if name == "music" and ending in ENDINGS:
            music = music or path
        elif language != name and _is_language(language):
            if ending in ENDINGS:
                narrations.setdefault(language, path)
            elif ending == ".vtt":
                captions[language] = path
    return Heard(narrations, captions, music)


def seconds_of(path: Path) -> float:
    """How long a sound lasts.

    Raises:
        SoundUnreadable: for what is no sound, or is too long or too large.
    """
    try:
        size = path.stat().st_size
        lasts = TinyTag.get(path, tags=False, duration=True).duration
    except (TinyTagException, OSError, ValueError, KeyError, IndexError) as error:
        remedy = "Save it as MP3, Ogg, FLAC or WAV, and listen to the copy."
        raise SoundUnreadable(path.name, "is not a sound that Rekindle reads.", remedy) from error
    if not lasts:
        raise SoundUnreadable(path.name, "is silent: it lasts 0 seconds.", "Export it again.")
    if lasts > LONGEST_S:
        reason = f"lasts {lasts:.0f} seconds; the limit is {LONGEST_S:.0f} seconds."
        raise SoundUnreadable(path.name, reason, "Shorten it: visitors stand.")
    if size > LARGEST_BYTES:
        reason = f"has {size / 2**20:.0f} MiB; the limit is {LARGEST_BYTES / 2**20:.0f} MiB."
        raise SoundUnreadable(path.name, reason, "Save it as MP3.")
    return float(lasts)


def captions_of(path: Path) -> tuple[Caption, ...]:
    """Raises SoundUnreadable for what is no WebVTT."""
    try:
        return parse_captions(path.read_bytes().decode("utf-8"))
    except UnicodeDecodeError as error:
        reason = f"is not UTF-8 at byte {error.start}."
        raise SoundUnreadable(path.name, reason, "Save it as UTF-8.") from error
    except CaptionFault as fault:
        remedy = "exhibit_content/README.md shows how captions are written."
        raise SoundUnreadable(path.name, f"{fault}.", remedy) from fault


def sound_problems(root: Path, folder: Path, languages: Sequence[str]) -> list[Problem]:
    """Every problem of what is heard in ``folder`` of the set in ``root``."""
    shown = folder.relative_to(root).as_posix()
    problems = _strangers(root, folder, shown, languages)
    heard = heard_in(folder)
    if leaving := [path for path in _files(heard) if leaves(root, folder, path.name)]:
        remedy = "Copy the file into the set instead of linking to it."
        reason = "is a link that leaves the set."
        return problems + [Problem(f"{shown}/{path.name}", reason, remedy) for path in leaving]
    lasting: dict[str, float] = {}
    for language, path in heard.narrations.items():
        problems += _uncaptioned(shown, path.name, language, heard)
    if heard.music and not heard.captions:
        reason = "plays, and nothing says so to those who do not hear."
        remedy = f'Add narration.{languages[0]}.vtt with, for example, "♪ a march ♪".'
        problems.append(Problem(f"{shown}/{heard.music.name}", reason, remedy, "warning"))
    for path in [*heard.narrations.values(), *([heard.music] if heard.music else [])]:
        try:
            lasting[path.stem] = seconds_of(path)
        except SoundUnreadable as error:
            problems.append(_placed(shown, error))
    for path in heard.captions.values():
        try:
            problems += _doubts(f"{shown}/{path.name}", captions_of(path), lasting.get(path.stem))
        except SoundUnreadable as error:
            problems.append(_placed(shown, error))
    told = heard.narrations or heard.captions
    problems += [
        Problem(
            shown,
            f"is told in {', '.join(sorted(told))}, but not in {language}.",
            f"Add narration.{language}.vtt, so that it can at least be read.",
            "warning",
        )
        for language in languages
        if told and language not in heard.captions and language not in heard.narrations
    ]
    return problems


def _files(heard: Heard) -> list[Path]:
    music = [heard.music] if heard.music else []
    return [*heard.narrations.values(), *heard.captions.values(), *music]


def _uncaptioned(shown: str, name: str, language: str, heard: Heard) -> list[Problem]:
    if language in heard.captions:
        return []
    reason = "has no captions, and not everybody hears it."
    remedy = f"Write narration.{language}.vtt beside it; exhibit_content/README.md shows how."
    return [Problem(f"{shown}/{name}", reason, remedy)]


def _strangers(root: Path, folder: Path, shown: str, languages: Sequence[str]) -> list[Problem]:
    """Files that mean to be heard, and are not."""
    problems = []
    for path in sorted(folder.iterdir()) if folder.is_dir() else []:
        kind, _, language = path.stem.partition(".")
        ending = path.suffix.lower()
        if kind not in ("narration", "music") or ending not in (*ENDINGS, *FOREIGN, ".vtt"):
            continue
        file = f"{shown}/{path.name}"
        if ending in FOREIGN:
            remedy = "Save it as MP3, Ogg, FLAC or WAV."
            reason = f"is {ending[1:].upper()}, which not every screen plays."
            problems.append(Problem(file, reason, remedy))
        elif kind == "narration" and language not in languages:
            reason = f'"{language}" is not one of the set\'s languages.'
            known = ", ".join(languages)
            remedy = f"Name it narration.<language>{ending}, with one of: {known}."
            problems.append(Problem(file, reason, remedy, "warning"))
    return problems


def _doubts(file: str, captions: Sequence[Caption], lasts: float | None) -> list[Problem]:
    problems = []
    longest = max(captions, key=lambda caption: len(caption.text))
    if len(longest.text) > LONGEST_CAPTION:
        reason = (
            f"the caption at {longest.begins:g} s has {len(longest.text)} characters; "
            f"{LONGEST_CAPTION} can be read at once."
        )
        problems.append(Problem(file, reason, "Divide it in two.", "warning"))
    if lasts is not None and captions[-1].ends > lasts + 1:
        reason = f"ends at {captions[-1].ends:g} s, the sound at {lasts:.1f} s."
        problems.append(Problem(file, reason, "Correct the times.", "warning"))
    return problems


def _placed(shown: str, error: SoundUnreadable) -> Problem:
    return Problem(f"{shown}/{error.problem.file}", error.problem.reason, error.problem.remedy)


def _is_language(text: str) -> bool:
    try:
        _LANGUAGE.validate_python(text)
    except ValidationError:
        return False
    return True
