"""What a step is told about its photo."""

from pathlib import Path

from pydantic import JsonValue

from server.catalogue.manifest import companion
from server.catalogue.model import Photo
from server.catalogue.scans import probe
from server.restoration import guards
from server.restoration.engine import OperationTraits

_KNOWN_TO_MODELS = {"id", "name", "outline", "strokes", "points", "colour", "certainty"}


def retouched(photo: Photo, folder: Path) -> Path | None:
    """The picture a restorer finished by hand, where there is one in the photo's folder."""
    names = ("finished.tif", "finished.tiff", "finished.png", "finished.jpg")
    found = (companion(folder.parent.parent, photo, name) for name in names)
    return next((file for file in found if file), None)


def fact_of(photo: Photo, fact: str, traits: OperationTraits) -> JsonValue:
    """A fact that an operation asked for, as it goes into its parameters."""
    if fact == "regions":
        # A model never sees protection; guards do. A source's words redraw nothing.
        known = _KNOWN_TO_MODELS if traits.generative else None
        return [region.model_dump(mode="json", include=known) for region in photo.region]
    value = getattr(photo, fact)
    assert value is None or isinstance(value, str)
    return value


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
