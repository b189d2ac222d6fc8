"""A plain folder of pictures becomes a set."""

import os
import re
import shutil
import unicodedata
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import tomlkit

from server.catalogue.exchange.captions import Caption, read_caption
from server.catalogue.exchange.colours import guess_was
from server.catalogue.manifest import EXHIBIT, PHOTO, load, photo_folder
from server.catalogue.scans import probe, verify
from server.errors import ImportRefused, Problem, ScanUnreadable

_SUFFIXES = {"JPEG": "jpg", "PNG": "png", "TIFF": "tif", "WebP": "webp"}
_LITTER = {"thumbs.db", "desktop.ini"}
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_CJK_LANGUAGES = ("zh", "ja", "ko")


@dataclass(frozen=True, slots=True)
class ImportReport:
    photos: tuple[str, ...]
    """Ids of the photos made, in order."""
    problems: tuple[Problem, ...]
    """Files left out, named relative to the source, each with its reason."""


def import_folder(
    source: Path,
    target: Path,
    *,
    title: str | None = None,
    languages: Sequence[str] = ("zh-Hans", "en"),
) -> ImportReport:
    """Makes a set in ``target`` of every picture in ``source`` and its folders.

    Scans are copied byte for byte. Titles come from file names, captions and dates from the files'
    metadata; ``was`` is guessed from the colours. The set appears whole or not at all.

    Raises:
        ImportRefused: no such source, no picture in it, or a target that is not empty.
    """
    if not source.is_dir():
        raise ImportRefused(str(source), "there is no such folder.", "Give a folder of pictures.")
    if target.is_file() or (target.is_dir() and any(target.iterdir())):
        raise ImportRefused(str(target), "exists and is not empty.", "Give the name of a new one.")
    files = _files(source)
    target.parent.mkdir(parents=True, exist_ok=True)
    work = target.with_name(f".{target.name}.{uuid.uuid4().hex}.part")
    try:
        report = _import(source, files, work, languages)
        exhibit_id = slug(title or "") or slug(target.name) or "exhibit"
        _write_exhibit(work, exhibit_id, title or target.name, languages, report.photos)
        load(work)
        work.replace(target)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return report


def slug(text: str) -> str:
    """Lower-case Latin letters, digits and hyphens, at most 48; "" where nothing is left."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:48].strip("-")


def _files(source: Path) -> list[Path]:
    """Every file that is not hidden, in the order a person counts: 2 before 10."""
    found = [
        Path(folder) / name
        for folder, inner, names in os.walk(source)
        for name in names
        if not name.startswith(".") and name.lower() not in _LITTER
        if not any(part.startswith(".") for part in Path(folder).relative_to(source).parts)
    ]
    return sorted(found, key=lambda path: _natural(path.relative_to(source).as_posix()))


def _natural(text: str) -> list[tuple[int, int, str]]:
    return [
        (0, int(part), "") if part.isdecimal() else (1, 0, part.casefold())
        for part in re.split(r"(\d+)", text)
        if part
    ]


def _import(
    source: Path, files: Sequence[Path], work: Path, languages: Sequence[str]
) -> ImportReport:
    photos: list[str] = []
    problems: list[Problem] = []
    for file in files:
        name = file.relative_to(source).as_posix()
        number = f"{len(photos) + 1:03d}"
        words = slug(file.stem)
        photo_id = f"{number}-{words}" if words else f"photo-{number}"
        try:
            _write_photo(photo_folder(work, photo_id), file, name, languages)
        except ScanUnreadable as error:
            problems.append(Problem(name, error.problem.reason, error.problem.remedy))
        else:
            photos.append(photo_id)
    if not photos:
        reason = f"has no picture that can be read ({len(problems)} other files)."
        remedy = "Rekindle reads JPEG, PNG, TIFF and WebP."
        raise ImportRefused(str(source), reason, f"{remedy} {problems[0]}" if problems else remedy)
    return ImportReport(tuple(photos), tuple(problems))


def _write_photo(place: Path, file: Path, name: str, languages: Sequence[str]) -> None:
    facts = probe(file)
    verify(file)
    was = guess_was(file)
    caption = read_caption(file)
    place.mkdir(parents=True)
    scan = f"scan.{_SUFFIXES[facts.format]}"
    shutil.copyfile(file, place / scan)
    text = tomlkit.dumps(_photo_document(name, scan, was, caption, languages))
    (place / PHOTO).write_text(text, "utf-8")


def _photo_document(
    name: str, scan: str, was: str, caption: Caption, languages: Sequence[str]
) -> tomlkit.TOMLDocument:
    document = tomlkit.document()
    document.add(tomlkit.comment(f"Imported from {_one_line(name)}"))
    title = " ".join(re.split(r"[\s_]+", _one_line(Path(name).stem))).strip() or scan
    document.add("title", _text(title, languages))
    if caption.text:
        document.add("story", _text(caption.text, languages).comment("from the file's metadata"))
    if caption.date:
        document.add("date", tomlkit.item(caption.date).comment("from the file's metadata"))
    document.add("scan", tomlkit.item(scan))
    document.add("source", tomlkit.item("print").comment("assumed: print, negative or slide"))
    document.add(
        "was",
        tomlkit.item(was).comment("guessed from the scan's colours: black-and-white or colour"),
    )
    return document


def _write_exhibit(
    work: Path, exhibit_id: str, title: str, languages: Sequence[str], photos: Sequence[str]
) -> None:
    document = tomlkit.document()
    document.add("id", tomlkit.item(exhibit_id))
    document.add("title", _text(title, languages))
    document.add("languages", tomlkit.item(list(languages)))
    order = tomlkit.item(list(photos))
    document.add("order", order.multiline(True))
    (work / EXHIBIT).write_text(tomlkit.dumps(document), "utf-8")


def _text(text: str, languages: Sequence[str]) -> tomlkit.items.InlineTable:
    """The text under the first language that may be its own, judged by its script."""
    cjk = bool(_CJK.search(text))
    fitting = (tag for tag in languages if tag.startswith(_CJK_LANGUAGES) == cjk)
    table = tomlkit.inline_table()
    table[next(fitting, languages[0])] = text
    return table


def _one_line(text: str) -> str:
    # A file name of another system may hold bytes that are no text, and line ends.
    plain = text.encode("utf-8", "replace").decode("utf-8")
    return re.sub(r"[\x00-\x1f\x7f]", " ", plain)
