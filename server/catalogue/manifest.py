"""``exhibit.toml`` and ``photo.toml`` to the model and back."""

import os
import tomllib
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.json_schema import models_json_schema

from server.catalogue.faults import UNWRITTEN, faults, spelling, unknown_key
from server.catalogue.model import ExhibitSet, Photo, Slug
from server.catalogue.rewriting import rewrite
from server.errors import Problem, SetInvalid

EXHIBIT = "exhibit.toml"
PHOTO = "photo.toml"

_SLUG = TypeAdapter(Slug)
_Model = TypeVar("_Model", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Reading:
    """What the files of a set say, with everything that is wrong with them."""

    exhibit: ExhibitSet | None
    """With the photos whose files are sound, in order. None where exhibit.toml cannot be used."""
    photos: tuple[Photo, ...]
    """All photos, also those of which only a part could be read."""
    problems: tuple[Problem, ...]


def load(folder: Path) -> ExhibitSet:
    """The set in ``folder``, with its photos in order. Opens no picture.

    Raises:
        SetInvalid: with every fault of all its files.
    """
    exhibit, problems = read(folder)
    errors = [problem for problem in problems if problem.severity == "error"]
    if errors or exhibit is None:
        raise SetInvalid(errors)
    return exhibit


def read(folder: Path) -> tuple[ExhibitSet | None, list[Problem]]:
    """What could be read of a set, and every problem of its files."""
    reading = read_files(folder)
    return reading.exhibit, list(reading.problems)


def read_files(folder: Path) -> Reading:
    """As ``read``, with the photos that could be read in part."""
    if not folder.is_dir():
        missing = Problem(str(folder), "there is no such folder.", "Give the folder of a set.")
        return Reading(None, (), (missing,))
    written, problems = _read_toml(folder, EXHIBIT)
    folders = _photo_folders(folder)
    exhibit = None
    order = folders
    if written is not None:
        exhibit, found = _validate(ExhibitSet, EXHIBIT, written)
        problems += found
        if exhibit is not None:
            problems += _order_problems(exhibit, folders)
            problems += _recipe_problems(folder, EXHIBIT, exhibit.recipe)
            order = [name for name in dict.fromkeys(exhibit.order) if name in set(folders)]
    problems += _clashing(folders)
    sound: list[Photo] = []
    photos: list[Photo] = []
    for name in order:
        photo, found = _read_photo(folder, name)
        problems += found
        if photo is not None:
            photos.append(photo)
            sound += [] if found else [photo]
    if exhibit is not None:
        exhibit = exhibit.model_copy(update={"photos": tuple(sound)})
    return Reading(exhibit, tuple(photos), tuple(problems))


def save_exhibit(folder: Path, exhibit: ExhibitSet) -> None:
    """Writes exhibit.toml; keys that did not change stay as the curator wrote them."""
    _save(folder / EXHIBIT, exhibit)


def save_photo(folder: Path, photo: Photo) -> None:
    """Writes the photo.toml of one photo of the set in ``folder``; as ``save_exhibit``."""
    place = photo_folder(folder, photo.id)
    place.mkdir(parents=True, exist_ok=True)
    _save(place / PHOTO, photo)


def photo_folder(folder: Path, photo_id: str) -> Path:
    return folder / "photos" / photo_id


def programme_folder(folder: Path, programme_id: str) -> Path:
    """Where a programme's sounds and captions lie; it need not exist."""
    return folder / "programmes" / programme_id


def scan_path(folder: Path, photo: Photo) -> Path:
    return photo_folder(folder, photo.id) / photo.scan


def companion(folder: Path, photo: Photo, name: str) -> Path | None:
    """A file beside the scan (``damage.png``, ``finished.tif``), where there is one in the set."""
    path = photo_folder(folder, photo.id) / name
    return path if path.is_file() and not leaves(folder, path.parent, name) else None


def leaves(folder: Path, base: Path, written: str) -> bool:
    """Whether a path as written, taken from ``base``, is absolute, climbs, or is a link that leads
    out of ``folder``."""
    windows = PureWindowsPath(written)
    if windows.drive or windows.root or ".." in windows.parts or "\0" in written:
        return True
    if PurePosixPath(written).is_absolute():
        return True
    return not Path(os.path.realpath(base / written)).is_relative_to(os.path.realpath(folder))


def schema() -> dict[str, Any]:
    """JSON Schema 2020-12 of both files: ``#/$defs/ExhibitSet`` and ``#/$defs/Photo``."""
    _, whole = models_json_schema([(ExhibitSet, "validation"), (Photo, "validation")])
    for model, unwritten in UNWRITTEN.items():
        definition = whole["$defs"][model.__name__]
        del definition["properties"][unwritten]
        definition["required"] = [key for key in definition["required"] if key != unwritten]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "exhibit.toml and photo.toml of a Rekindle set",
        "oneOf": [{"$ref": "#/$defs/ExhibitSet"}, {"$ref": "#/$defs/Photo"}],
        **whole,
    }


def _read_toml(folder: Path, file: str) -> tuple[dict[str, Any] | None, list[Problem]]:
    try:
        # Notepad begins a file with a byte order mark.
        text = (folder / file).read_bytes().decode("utf-8-sig")
        return tomllib.loads(text), []
    except FileNotFoundError:
        problem = Problem(file, "is missing.", "exhibit_content/README.md shows how to write it.")
    except OSError as error:
        problem = Problem(file, f"cannot be read ({error.strerror}).", "Check the file.")
    except UnicodeDecodeError as error:
        problem = Problem(file, f"is not UTF-8 at byte {error.start}.", "Save it as UTF-8.")
    except tomllib.TOMLDecodeError as error:
        sentence = f"is not valid TOML: {str(error)[:1].lower()}{str(error)[1:]}."
        problem = Problem(file, sentence, "Correct it there; texts need quotes on both sides.")
    return None, [problem]


def _validate(
    model: type[_Model], file: str, written: Mapping[str, Any], **said: object
) -> tuple[_Model | None, list[Problem]]:
    """The model, or as much of it as is sound, and its faults. ``said`` comes from the folders."""
    unwritten = UNWRITTEN[model]
    problems = (
        [Problem(file, *unknown_key(unwritten, unwritten, model))] if unwritten in written else []
    )
    wanted = {key: value for key, value in written.items() if key != unwritten} | said
    try:
        return model.model_validate(wanted), problems
    except ValidationError as error:
        problems += faults(file, model, written, error)
        return _salvage(model, wanted, error), problems


def _salvage(model: type[_Model], written: dict[str, Any], error: ValidationError) -> _Model | None:
    bad_keys = {fault["loc"][0] for fault in error.errors() if fault["loc"]}
    kept = {key: value for key, value in written.items() if key not in bad_keys}
    if model is Photo:
        kept.setdefault("title", {})
    try:
        return model.model_validate(kept)
    except ValidationError:
        return None


def _read_photo(folder: Path, name: str) -> tuple[Photo | None, list[Problem]]:
    file = f"photos/{name}/{PHOTO}"
    if leaves(folder, folder / "photos", name):
        remedy = "Copy the folder into the set instead of linking to it."
        return None, [Problem(f"photos/{name}", "is a link that leaves the set.", remedy)]
    if not _is_id(name):
        remedy = "Rename it: lower-case letters, digits and hyphens, at most 64."
        return None, [Problem(f"photos/{name}", "is a folder whose name is no id.", remedy)]
    written, problems = _read_toml(folder, file)
    if written is None:
        return None, problems
    photo, found = _validate(Photo, file, written, id=name)
    problems += found
    if photo is None:
        return None, problems
    if leaves(folder, photo_folder(folder, name), photo.scan):
        reason = f'scan "{photo.scan}" leaves the set.'
        problems.append(
            Problem(file, reason, "Put the file beside photo.toml and write its name alone.")
        )
        return None, problems
    return photo, problems + _recipe_problems(folder, file, photo.recipe)


def _is_id(name: str) -> bool:
    try:
        _SLUG.validate_python(name)
    except ValidationError:
        return False
    return True


def _photo_folders(folder: Path) -> list[str]:
    photos = folder / "photos"
    if not photos.is_dir():
        return []
    return sorted(
        entry.name for entry in photos.iterdir() if entry.is_dir() and entry.name[0] != "."
    )


def _clashing(folders: list[str]) -> list[Problem]:
    same: dict[str, list[str]] = defaultdict(list)
    for name in folders:
        same[name.casefold()].append(name)
    return [
        Problem(
            f"photos/{names[0]}",
            f"two photos with one id: {' and '.join(names)} differ in capitals alone.",
            "Rename one of the folders, and write its new name in order.",
        )
        for names in same.values()
        if len(names) > 1
    ]


def _order_problems(exhibit: ExhibitSet, folders: list[str]) -> list[Problem]:
    problems = [
        Problem(EXHIBIT, f'two photos with one id: order names "{name}" twice.', "Keep one.")
        for name in dict.fromkeys(exhibit.order)
        if exhibit.order.count(name) > 1
    ]
    problems += [
        Problem(
            EXHIBIT,
            f'order names "{name}", but there is no folder photos/{name}.',
            spelling(name, folders),
        )
        for name in dict.fromkeys(exhibit.order)
        if name not in folders
    ]
    problems += [
        Problem(
            f"photos/{name}",
            "is not in order, so it is not shown.",
            f'Add "{name}" to order in {EXHIBIT}, or remove the folder.',
            "warning",
        )
        for name in folders
        if name not in exhibit.order
    ]
    return problems + _programme_problems(exhibit)


def _programme_problems(exhibit: ExhibitSet) -> list[Problem]:
    ids = [programme.id for programme in exhibit.programme]
    problems = [
        Problem(EXHIBIT, f'two programmes with one id: "{name}".', "Give each an id of its own.")
        for name in dict.fromkeys(ids)
        if ids.count(name) > 1
    ]
    return problems + [
        Problem(
            EXHIBIT,
            f'programme "{programme.id}" names "{name}", which is not in order.',
            spelling(name, exhibit.order),
        )
        for programme in exhibit.programme
        for name in dict.fromkeys(programme.photos)
        if name not in exhibit.order
    ]


def _recipe_problems(folder: Path, file: str, recipe: str | None) -> list[Problem]:
    """A recipe's name is looked up when it is used; a path has to lie in the set."""
    if recipe is None or not ("/" in recipe or "\\" in recipe or recipe.endswith(".toml")):
        return []
    if leaves(folder, folder, recipe):
        remedy = "Copy the recipe into the set and write its path from there."
        return [Problem(file, f'recipe "{recipe}" leaves the set.', remedy)]
    if not (folder / recipe).is_file():
        remedy = 'Put it there, or write a recipe\'s name: recipe = "classic".'
        return [Problem(file, f'there is no recipe "{recipe}" in the set.', remedy)]
    return []


def _save(path: Path, model: BaseModel) -> None:
    unwritten = {UNWRITTEN[type(model)]}
    rewrite(
        path,
        model.model_dump(mode="json", exclude=unwritten),
        model.model_dump(mode="json", exclude=unwritten, exclude_defaults=True),
    )
