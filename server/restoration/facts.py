"""What a step is told about its photo."""

from pathlib import Path

from pydantic import JsonValue

from server.catalogue.manifest import companion
from server.catalogue.model import Photo, Region
from server.catalogue.scans import probe
from server.restoration import guards
from server.restoration.engine import OperationTraits
from server.restoration.images import read_scan
from server.restoration.palette import palette_of
from server.restoration.regions import region_mask

_KNOWN_TO_MODELS = {"id", "name", "outline", "strokes", "points", "colour", "certainty"}


def retouched(photo: Photo, folder: Path) -> Path | None:
    """The picture a restorer finished by hand, where there is one in the photo's folder."""
    names = ("finished.tif", "finished.tiff", "finished.png", "finished.jpg")
    found = (companion(folder.parent.parent, photo, name) for name in names)
    return next((file for file in found if file), None)


def fact_of(photo: Photo, folder: Path, fact: str, traits: OperationTraits) -> JsonValue:
    """A fact that an operation asked for, as it goes into its parameters.

    A region with a reference photograph gets its shades, as ``palette``; a model does not.
    Raises ScanUnreadable, ValueError: as ``read_scan`` and ``palette_of`` of the reference.
    """
    if fact == "regions":
        # A model never sees protection; guards do. A source's words redraw nothing.
        known = _KNOWN_TO_MODELS if traits.generative else None
        return [
            region.model_dump(mode="json", include=known, exclude={"reference"})
            | ({} if traits.generative else _palette(region, folder))
            for region in photo.region
        ]
    value = getattr(photo, fact)
    assert value is None or isinstance(value, str)
    return value


def _palette(region: Region, folder: Path) -> dict[str, JsonValue]:
    if region.reference is None:
        return {}
    image = read_scan(folder / region.reference.file)
    where = region.model_copy(
        update={
            "outline": region.reference.outline,
            "points": region.reference.points,
            "strokes": None,
        }
    )
    height, width = image.shape[:2]
    mask = region_mask(where, width, height)
    if not (where.outline or where.points):
        mask[:] = True
    return {"palette": [list(row) for row in palette_of(image, mask)]}


def guards_go_by(photo: Photo, scan: Path, traits: OperationTraits) -> dict[str, JsonValue]:
    """What decides what guards do to a model's picture."""
    facts = probe(scan)
    shapes = {"outline", "strokes", "points"}
    return {
        "version": guards.VERSION,
        "scan": [facts.width, facts.height],
        "protected": [
            region.model_dump(mode="json", include=shapes)
            for region in photo.region
            if region.protect
        ],
        "lightness_locked": traits.chroma_only,
    }
