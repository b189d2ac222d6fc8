"""An edition: what a screen needs to know, and nothing it does not. Pure, frozen, versioned.

Serialised as ``manifest.json`` of a published edition and read by the browser as it is; URLs are
relative to the edition's folder.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from server.catalogue.captions import Caption
from server.catalogue.model import Certainty, HexColour, Language, Point, Slug, Text

FORMAT: Literal[1] = 1
"""Raised when a screen of an older Rekindle could not read a newer manifest."""

StageName = Literal["scan", "repaired", "clear", "colour", "finished"]


class _Frozen(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="forbid", json_schema_serialization_defaults_required=True
    )


class Rendition(_Frozen):
    """One size of one picture, in two file formats. Width and height in pixels."""

    width: int
    height: int
    webp: str
    jpeg: str


class PlainParadata(_Frozen):
    """How a stage was made, for "How was this made?": one entry a step."""

    engine: str
    engine_version: str
    operation: str
    params: dict[str, object]
    """Parameters as run, without the photo's own facts (regions, kind of original)."""
    seed: int
    weights: str | None
    made_at: str
    """ISO 8601, UTC."""
    seconds: float
    device: str
    who: str | None
    key: str
    """The store's key of the full record."""
    measures: dict[str, float] = Field(default_factory=dict)
    """What guards measured after a model's step (``server.restoration.plan.Measure``)."""
    gates: dict[str, float] = Field(default_factory=dict)
    """The limits it was judged by."""
    signed: str | None = None
    """Who answers for a picture that fails a gate."""
    notes: tuple[str, ...] = ()


class EditionCandidates(_Frozen):
    """What one step might have made instead, and where it was guessing."""

    step: str
    kept: int = Field(ge=1)
    """Counted from 1."""
    pictures: tuple[Rendition, ...]
    """Thumbnails."""
    doubt: str
    """PNG, one byte a pixel: tenths of a unit of L*a*b* by which the candidates differ."""


class EditionStage(_Frozen):
    """One stage of a photo, ready for the screens."""

    name: StageName
    describe: Text = Text({})
    """What this stage changes, for visitors who do not see it; empty: what was done is told."""
    renditions: tuple[Rendition, ...]
    """Largest first; the long side is at most 3840, 1920 and 480 (the thumbnail)."""
    evidence: str | None = None
    """PNG, one byte a pixel: 0 kept, 128 altered, 255 invented; against the scan."""
    altered: float = 0.0
    """Share of the picture that was altered, 0..1."""
    invented: float = 0.0
    """Share of the picture that was invented, 0..1."""
    year: int | None = None
    """Year in which this stage was made, for its label."""
    paradata: tuple[PlainParadata, ...] = ()
    candidates: tuple[EditionCandidates, ...] = ()
    """Of each step that made several."""
    frames: tuple[str, ...] = ()
    """Pictures of a model at work on this stage, the noisiest first, each of the photo's shape."""


class EditionRegion(_Frozen):
    id: Slug
    name: Text
    outline: tuple[Point, ...]
    """Closed outline; made from strokes or points where the curator gave only those."""
    colour: HexColour | None = None
    certainty: Certainty | None = None
    source: Text | None = None
    protect: bool = False


class EditionSound(_Frozen):
    """What is heard beside a photo or through a programme, in one language, and what is said."""

    file: str | None = None
    """None: captions alone."""
    seconds: float = Field(ge=0)
    """Until the last of it has been heard or read."""
    captions: tuple[Caption, ...]


class EditionPhoto(_Frozen):
    id: Slug
    title: Text
    describe: Text = Text({})
    """What is to be seen, for visitors who do not see it."""
    story: Text
    date: str | None = None
    place: str | None = None
    people: tuple[str, ...] = ()
    creator: str | None = None
    """Who took the photograph."""
    credit: str | None = None
    rights: str | None = None
    source: str
    was: str
    width: int
    height: int
    """Of the upright scan, in pixels; every rendition of the photo has this shape."""
    stages: tuple[EditionStage, ...] = Field(min_length=1)
    """In order; the first is ``scan``."""
    arrival: str | None = None
    """PNG, one byte a pixel: the moment at which the change arrives there, 0..255 for 0..1.
    None where the photo has only its scan."""
    arrival_ms: int = 6000
    """How long the change takes to arrive, 5000..9000 (look.md)."""
    regions: tuple[EditionRegion, ...] = ()
    pixels_per_metre: float | None = Field(None, gt=0)
    """Pixels of the upright scan to a metre of what it shows; None where the scale is not known."""
    narration: dict[Language, EditionSound] = Field(default_factory=dict)


class EditionProgramme(_Frozen):
    id: Slug
    title: Text
    photos: tuple[Slug, ...]
    narration: dict[Language, EditionSound] = Field(default_factory=dict)
    music: str | None = None
    seconds: float = Field(0.0, ge=0)
    """The longest of its sounds and captions in any language; the pictures last as long."""


class Edition(_Frozen):
    """A published, immutable version of a set."""

    format: Literal[1] = FORMAT
    set_id: Slug
    number: int = Field(ge=1)
    title: Text
    intro: Text
    languages: tuple[Language, ...]
    photos: tuple[EditionPhoto, ...] = Field(min_length=1)
    programmes: tuple[EditionProgramme, ...] = ()
    spoken: dict[Language, dict[str, str]] = Field(default_factory=dict)
    """By language and by what is said, a sound of it: rendered when the edition was built, for
    visitors who have the kiosk read to them."""
    published_at: str
    """ISO 8601, UTC."""
    rekindle: str
    """Version of the software that built it."""

    def photo(self, photo_id: str) -> EditionPhoto | None:
        return next((photo for photo in self.photos if photo.id == photo_id), None)
