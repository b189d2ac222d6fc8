"""What a curator wrote, as frozen values. Pure: no file, no clock.

Names follow the design's words; field names are the keys of ``exhibit.toml`` and ``photo.toml``.
"""

from collections.abc import Sequence
from typing import Annotated, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
    RootModel,
    StringConstraints,
    model_validator,
)
from pydantic_core import PydanticCustomError

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]
"""Lower-case letters, digits and hyphens, at most 64: safe in a path, a URL and a file name."""

Language = Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]
"""A BCP 47 language tag, e.g. ``zh-Hans``."""

HexColour = Annotated[str, StringConstraints(pattern=r"^#[0-9A-Fa-f]{6}$")]
"""An sRGB colour, ``#RRGGBB``."""

StepName = Annotated[
    str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,63}\.[a-z0-9][a-z0-9-]{0,63}$")
]
"""A step of a recipe: engine and operation, ``diffusion.redraw``."""

StepParams = dict[StepName, dict[str, JsonValue]]
"""Parameters of steps that differ from the recipe's."""

Fraction = Annotated[float, Field(ge=0.0, le=1.0, allow_inf_nan=False)]
Point = tuple[Fraction, Fraction]
"""(x, y) as fractions of the upright scan's width and height."""

Certainty = Literal["documented", "likely", "guess"]
Source = Literal["print", "negative", "slide"]
Stage = Literal["repaired", "clear", "colour", "finished"]
"""The stages that are made of a scan, in order."""


def _fault(reason: str, remedy: str) -> PydanticCustomError:
    return PydanticCustomError("rule", "{reason}", {"reason": reason, "remedy": remedy})


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Text(RootModel[dict[Language, str]]):
    """A text in one or several languages: ``{en = "...", zh-Hans = "..."}``."""

    model_config = ConfigDict(frozen=True)

    def in_(self, languages: Sequence[str]) -> str:
        """The first of ``languages`` that has a text, else any text there is, else ``""``."""
        for language in languages:
            if text := self.root.get(language, "").strip():
                return text
        return next((text for text in self.root.values() if text.strip()), "")

    def __bool__(self) -> bool:
        return any(text.strip() for text in self.root.values())


class Reference(_Frozen):
    """A photograph in colour of the same thing: the same uniform, the same place."""

    file: str
    """File name inside the photo's folder."""
    outline: tuple[Point, ...] | None = Field(None, min_length=3)
    points: tuple[Point, ...] | None = Field(None, min_length=1)
    """Where the thing is on it, in fractions; neither: the whole of it."""


class Region(_Frozen):
    """A named outline on a photo: evidence of colour, order of arrival, protection."""

    id: Slug
    name: Text
    outline: tuple[Point, ...] | None = Field(None, min_length=3)
    strokes: tuple[tuple[Point, ...], ...] | None = Field(None, min_length=1)
    points: tuple[Point, ...] | None = Field(None, min_length=1)
    protect: bool = False
    """No generative engine may invent here."""
    colour: HexColour | None = None
    certainty: Certainty | None = None
    source: Text | None = None
    """Where the colour is known from; what "why this colour?" answers."""
    reference: Reference | None = None
    """Gives the colour its shades in light and in shadow."""

    @model_validator(mode="after")
    def _has_a_shape(self) -> Self:
        if not (self.outline or self.strokes or self.points):
            raise _fault(
                "a region needs an outline, strokes or points",
                "Add one, for example points = [[0.5, 0.5]].",
            )
        return self

    @model_validator(mode="after")
    def _colour_is_accounted_for(self) -> Self:
        if self.colour and not self.certainty:
            raise _fault(
                "a region with a colour needs its certainty",
                'Add certainty = "documented", "likely" or "guess".',
            )
        if self.reference and not self.colour:
            raise _fault(
                "a region with a reference needs its colour",
                "Add the colour it is called by; its shades come from the reference.",
            )
        if self.certainty == "documented" and not self.source:
            raise _fault(
                "a documented colour needs its source",
                'Add source = { en = "where it is documented" }, or write certainty = "likely".',
            )
        return self


class Photo(_Frozen):
    """One work in a set."""

    id: Slug
    """The name of its folder."""
    title: Text
    describe: Text = Text({})
    """What is to be seen, for visitors who do not see it; read aloud, never shown."""
    describe_stage: dict[Stage, Text] = Field(default_factory=dict)
    """What a stage changes, for them: read aloud as it arrives. Else they hear what was done."""
    story: Text = Text({})
    date: str | None = None
    """EDTF (ISO 8601-2): ``1974-09-01``, ``1974``, ``1974~``, ``197X``."""
    place: str | None = None
    people: tuple[str, ...] = ()
    creator: str | None = None
    """Who took the photograph."""
    credit: str | None = None
    """Who holds the original."""
    rights: str | None = None
    """URI of a rights statement or licence."""
    scan: str = "scan.tif"
    """File name inside the photo's folder."""
    source: Source = "print"
    was: Literal["black-and-white", "colour"] = "black-and-white"
    restore: bool = True
    """False: a curator says this photograph is left alone."""
    recipe: str | None = None
    """Overrides the set's recipe for this photo."""
    prompt: str | None = None
    params: StepParams = Field(default_factory=dict)
    """Other parameters for this photo: ``[params."diffusion.redraw"]``."""
    keep: dict[StepName, int] = Field(default_factory=dict)
    """Which candidate of a step goes on, counted from 1."""
    signed: dict[StepName, str] = Field(default_factory=dict)
    """Who answers for a step's picture although it fails a gate, and since when."""
    pixels_per_metre: float | None = Field(None, gt=0, allow_inf_nan=False)
    """Pixels of the upright scan to a metre of what it shows, where the people stand; with it they
    can be shown at their true height."""
    region: tuple[Region, ...] = ()
    """In the order in which the change arrives."""

    @model_validator(mode="after")
    def _regions_are_distinct(self) -> Self:
        ids = [region.id for region in self.region]
        if twice := sorted({name for name in ids if ids.count(name) > 1}):
            raise _fault(
                f"two regions with one id: {', '.join(twice)}", "Give each region an id of its own."
            )
        return self


class Programme(_Frozen):
    """An ordered run of photos played as one piece."""

    id: Slug
    title: Text
    photos: tuple[Slug, ...] = Field(min_length=1)


class ExhibitSet(_Frozen):
    """A curator's folder: photos, texts, order."""

    id: Slug
    title: Text
    intro: Text = Text({})
    languages: tuple[Language, ...] = Field(("en",), min_length=1)
    """The first is the default."""
    recipe: str = "classic"
    """A name in ``exhibit_content/recipes``, or a path relative to the set."""
    params: StepParams = Field(default_factory=dict)
    """Other parameters than the recipe's for every photo of the set."""
    order: tuple[Slug, ...] = Field(min_length=1)
    programme: tuple[Programme, ...] = ()
    photos: tuple[Photo, ...] = ()
    """In ``order``; read from the photo folders, never written into exhibit.toml."""

    def photo(self, photo_id: str) -> Photo:
        """Raises KeyError where the set has no such photo."""
        for photo in self.photos:
            if photo.id == photo_id:
                return photo
        raise KeyError(photo_id)
