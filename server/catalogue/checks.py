"""Every problem of a set, cheap to dear: structure, texts, files, pictures."""

from collections.abc import Callable
from pathlib import Path

from server.catalogue.editorial import photo_problems, set_problems
from server.catalogue.faults import spelling
from server.catalogue.manifest import (
    EXHIBIT,
    PHOTO,
    Reading,
    leaves,
    photo_folder,
    programme_folder,
    read_files,
    scan_path,
)
from server.catalogue.model import ExhibitSet, Photo
from server.catalogue.scans import ScanFacts, looks_truncated, probe, verify
from server.catalogue.sounds import sound_problems
from server.errors import Problem, ScanUnreadable, SetInvalid

COMPANIONS = ("damage.png", "finished.tif", "finished.tiff", "finished.png", "finished.jpg")
"""Pictures a curator may lay beside a scan: damage painted white, a finished retouch."""

SHAPE_TOLERANCE = 0.01
"""Relative difference between a companion's aspect ratio and its scan's that rounding explains."""


def check(folder: Path, *, decode: bool = True) -> list[Problem]:
    """Every problem of the set in ``folder``; an empty list for a sound one.

    ``decode=False`` reads the headers and the ends of the pictures, and decodes only one whose end
    is missing: a truncated scan is found all the same, damage in its middle is not.
    """
    return _problems(folder, read_files(folder), verify if decode else _verify_suspect)


def require_sound(folder: Path) -> ExhibitSet:
    """The set, where nothing forbids to restore or publish it; warnings do not.

    Checked without decoding sound pictures, so that a cached set opens quickly; a scan that is
    damaged in its middle fails where it is read.

    Raises:
        SetInvalid: with every error.
    """
    reading = read_files(folder)
    problems = _problems(folder, reading, _verify_suspect)
    errors = [problem for problem in problems if problem.severity == "error"]
    if errors or reading.exhibit is None:
        raise SetInvalid(errors)
    return reading.exhibit


def _problems(folder: Path, reading: Reading, verified: Callable[[Path], None]) -> list[Problem]:
    problems = [*reading.problems, *_editorial(reading)]
    for photo in reading.photos:
        problems += _files(folder, photo, verified)
    if reading.exhibit is not None:
        problems += _heard(folder, reading.exhibit)
    return problems


def _heard(folder: Path, exhibit: ExhibitSet) -> list[Problem]:
    """What is told beside the photos and through the programmes."""
    problems = []
    for photo in exhibit.photos:
        problems += sound_problems(folder, photo_folder(folder, photo.id), exhibit.languages)
    known = [programme.id for programme in exhibit.programme]
    for name in known:
        problems += sound_problems(folder, programme_folder(folder, name), exhibit.languages)
    home = folder / "programmes"
    there = sorted(path.name for path in home.iterdir()) if home.is_dir() else []
    return problems + [
        Problem(
            f"programmes/{name}",
            "is no programme of exhibit.toml.",
            spelling(name, known),
            "warning",
        )
        for name in there
        if name not in known and not name.startswith(".")
    ]


def _editorial(reading: Reading) -> list[Problem]:
    """A file with faults is corrected first; its texts are judged afterwards."""
    exhibit = reading.exhibit
    if exhibit is None:
        return []
    faulty = {problem.file for problem in reading.problems if problem.severity == "error"}
    problems = [] if EXHIBIT in faulty else set_problems(exhibit, EXHIBIT)
    for photo in exhibit.photos:
        problems += photo_problems(photo, exhibit.languages, f"photos/{photo.id}/{PHOTO}")
    return problems


def _files(folder: Path, photo: Photo, verified: Callable[[Path], None]) -> list[Problem]:
    scan = scan_path(folder, photo)
    if not scan.exists():
        beside = [path.name for path in photo_folder(folder, photo.id).iterdir() if path.suffix]
        reason = f'scan "{photo.scan}" is missing.'
        pictures = [name for name in beside if name != PHOTO]
        remedy = f"Put it beside photo.toml. {spelling(photo.scan, pictures)}"
        return [Problem(f"photos/{photo.id}/{PHOTO}", reason, remedy)]
    facts, problems = _picture(folder, scan, verified)
    for name in COMPANIONS:
        path = photo_folder(folder, photo.id) / name
        if not (path.exists() or path.is_symlink()):
            continue
        if leaves(folder, path.parent, name):
            remedy = "Copy the file into the set instead of linking to it."
            problems.append(Problem(_known(folder, path), "is a link that leaves the set.", remedy))
            continue
        found, faults = _picture(folder, path, verified)
        problems += faults
        if facts is not None and found is not None:
            problems += _shape(folder, path, facts, found)
    for region in photo.region:
        if region.reference:
            problems += _reference(folder, photo, region.id, region.reference.file, verified)
    return problems


def _reference(
    folder: Path, photo: Photo, region: str, name: str, verified: Callable[[Path], None]
) -> list[Problem]:
    path = photo_folder(folder, photo.id) / name
    file = f"photos/{photo.id}/{PHOTO}"
    if leaves(folder, path.parent, name):
        reason = f'region {region}: reference "{name}" leaves the set.'
        return [Problem(file, reason, "Copy the picture beside photo.toml.")]
    if not path.is_file():
        reason = f'region {region}: reference "{name}" is missing.'
        return [Problem(file, reason, "Put it beside photo.toml.")]
    return _picture(folder, path, verified)[1]


def _picture(
    folder: Path, path: Path, verified: Callable[[Path], None]
) -> tuple[ScanFacts | None, list[Problem]]:
    file = _known(folder, path)
    try:
        facts = probe(path)
        verified(path)
    except ScanUnreadable as error:
        return None, [Problem(file, error.problem.reason, error.problem.remedy)]
    if facts.pages > 1:
        reason = f"has {facts.pages} pages or frames; only the first is used."
        return facts, [
            Problem(file, reason, "Save the one you want as a file of its own.", "warning")
        ]
    return facts, []


def _shape(folder: Path, path: Path, scan: ScanFacts, found: ScanFacts) -> list[Problem]:
    if abs(found.width * scan.height / (found.height * scan.width) - 1) <= SHAPE_TOLERANCE:
        return []
    return [
        Problem(
            _known(folder, path),
            f"is {found.width} x {found.height}, of another shape than its scan "
            f"({scan.width} x {scan.height}).",
            "Save it uncropped, upright and in the proportions of the scan.",
        )
    ]


def _verify_suspect(path: Path) -> None:
    if looks_truncated(path):
        verify(path)


def _known(folder: Path, path: Path) -> str:
    return path.relative_to(folder).as_posix()
