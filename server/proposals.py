"""Regions proposed to a curator: an outline around a click, faces to protect.

A proposal is a region like any other; nothing is written before a person accepts it.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from server.catalogue.checks import require_sound
from server.catalogue.manifest import save_photo, scan_path
from server.catalogue.model import ExhibitSet, Photo, Point, Region, Text
from server.errors import Problem, SetInvalid
from server.restoration.engines.classic.faces import Face, faces
from server.restoration.engines.classic.outlines import suggested
from server.restoration.images import read_scan

_FACE = {"en": "a face", "zh-Hans": "一张脸"}


def outline(folder: Path, photo_id: str, points: list[tuple[float, float]]) -> list[Point]:
    """An outline around what lies under ``points`` of a photo, in fractions.

    Raises:
        SetInvalid: the set has errors, or no such photo.
        ScanUnreadable: as ``read_scan``.
        ValueError: a point outside the picture.
    """
    (photo,) = _photos(folder, require_sound(folder), photo_id)
    return suggested(read_scan(scan_path(folder, photo)), points)


def face_regions(folder: Path, photo_id: str | None = None) -> dict[str, list[Region]]:
    """Faces found on each photo (or on one), as regions to protect; those that lie in a protected
    region are left out. Raises as ``outline``."""
    exhibit = require_sound(folder)
    return {
        photo.id: protecting(photo, exhibit.languages, faces(read_scan(scan_path(folder, photo))))
        for photo in _photos(folder, exhibit, photo_id)
    }


def protecting(photo: Photo, languages: Sequence[str], found: Iterable[Face]) -> list[Region]:
    """Regions that protect the faces found on a photo, but for those that are protected already."""
    name = Text({language: _FACE.get(language, _FACE["en"]) for language in languages})
    unprotected = [face for face in found if not _is_protected(photo, face)]
    return [
        Region(id=f"face-{number}", name=name, outline=tuple(face.outline()), protect=True)
        for number, face in enumerate(unprotected, start=1)
    ]


def accept(folder: Path, photo_id: str, regions: list[Region]) -> None:
    """Writes regions into photo.toml, after those that are there; a curator's comments stay.

    Raises SetInvalid: the set has errors, or no such photo.
    """
    (photo,) = _photos(folder, require_sound(folder), photo_id)
    save_photo(folder, photo.model_copy(update={"region": distinct([*photo.region, *regions])}))


def distinct(regions: Iterable[Region]) -> tuple[Region, ...]:
    """The regions, with a number at the end of an id that an earlier one has."""
    known: dict[str, Region] = {}
    for region in regions:
        name = region.id
        number = 2
        while name in known:
            ending = f"-{number}"
            name = f"{region.id[: 64 - len(ending)]}{ending}"
            number += 1
        known[name] = region.model_copy(update={"id": name})
    return tuple(known.values())


def _photos(folder: Path, exhibit: ExhibitSet, photo_id: str | None) -> list[Photo]:
    found = [photo for photo in exhibit.photos if photo_id in (None, photo.id)]
    if photo_id is not None and not found:
        known = ", ".join(photo.id for photo in exhibit.photos)
        raise SetInvalid([Problem("exhibit.toml", f"has no photo {photo_id}.", f"Known: {known}.")])
    return found


def _is_protected(photo: Photo, face: Face) -> bool:
    return any(
        region.protect and region.outline and _holds(region.outline, face.x, face.y)
        for region in photo.region
    )


def _holds(corners: tuple[Point, ...], x: float, y: float) -> bool:
    """Whether a point lies inside an outline: an odd number of its sides is to the right."""
    xs, ys = np.array(corners).T
    next_x, next_y = np.roll(xs, -1), np.roll(ys, -1)
    crossing = (ys > y) != (next_y > y)
    rise = np.where(crossing, next_y - ys, 1.0)
    at = xs + (next_x - xs) * (y - ys) / rise
    return bool((crossing & (at > x)).sum() % 2)
