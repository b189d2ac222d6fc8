"""A region as a curator fills it in: fields, what is wrong with them, and the region they make.

Pure. Phrases are those of the Studio's catalogue.
"""

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, get_args

from pydantic import Field, TypeAdapter, ValidationError

from server.catalogue.model import Certainty, Point, Region, Text

MOST_CORNERS = 400
MOST_LETTERS = {"name": 120, "source": 600}
CERTAINTIES: tuple[Certainty, ...] = get_args(Certainty)

_OUTLINE: TypeAdapter[tuple[Point, ...]] = TypeAdapter(
    Annotated[tuple[Point, ...], Field(min_length=3, max_length=MOST_CORNERS)]
)


@dataclass(frozen=True, slots=True)
class Fields:
    """What the form holds, as text, sound or not."""

    region: str
    """Id of the region that is changed; empty for a new one."""
    outline: str
    """JSON, a list of points."""
    clicks: str
    """JSON, the points that the outline was proposed for; for the page alone, as is ``reach``."""
    reach: str
    names: Mapping[str, str]
    colour: str
    certainty: str
    sources: Mapping[str, str]
    protect: bool


def posted(form: Mapping[str, str], languages: Sequence[str]) -> Fields:
    """The fields of a form that was sent."""

    def texts(kind: str) -> dict[str, str]:
        return {each: form.get(f"{kind}.{each}", "").strip() for each in languages}

    return Fields(
        region=form.get("region", ""),
        outline=form.get("outline", ""),
        clicks=form.get("clicks", ""),
        reach=form.get("reach", ""),
        names=texts("name"),
        colour=_hex(form.get("colour", "").strip()),
        certainty=form.get("certainty", ""),
        sources=texts("source"),
        protect="protect" in form,
    )


def filled(region: Region | None, languages: Sequence[str]) -> Fields:
    """The fields as they are before a region is changed, or empty."""
    if region is None:
        return posted({}, languages)
    outline = json.dumps(region.outline) if region.outline else ""
    sources = region.source.root if region.source else {}
    return Fields(
        region=region.id,
        outline=outline,
        clicks="",
        reach="",
        names={each: region.name.root.get(each, "") for each in languages},
        colour=region.colour or "",
        certainty=region.certainty or "",
        sources={each: sources.get(each, "") for each in languages},
        protect=region.protect,
    )


def faults(fields: Fields, old: Region | None) -> dict[str, str]:
    """A phrase for every field that is not as it must be; ``old`` is the region that is changed."""
    found: dict[str, str] = {}
    if fields.outline or old is None or not (old.strokes or old.points):
        try:
            _OUTLINE.validate_json(fields.outline)
        except ValidationError:
            found["outline"] = "Click on the photograph first: the region has no outline yet."
    if not any(fields.names.values()):
        found["name"] = "Give it a name; visitors read it."
    if fields.colour and not re.fullmatch("#[0-9A-F]{6}", fields.colour):
        found["colour"] = "Write the colour as #RRGGBB, for example #DE2910."
    if fields.colour and fields.certainty not in CERTAINTIES:
        found["certainty"] = "Say how certain the colour is."
    if not fields.colour and (fields.certainty or any(fields.sources.values())):
        found["colour"] = "Which colour? Certainty and source speak of one."
    if fields.certainty == "documented" and not any(fields.sources.values()):
        found["source"] = "A documented colour needs its source: where is it documented?"
    for kind, texts in (("name", fields.names), ("source", fields.sources)):
        if any(len(text) > MOST_LETTERS[kind] for text in texts.values()):
            found[kind] = "This is too long to be read standing up."
    return found


def made(fields: Fields, old: Region | None, place: int) -> Region:
    """The region, where ``faults`` found none; ``place`` is its number on the photo."""
    wanted: dict[str, object] = {} if old is None else old.model_dump()
    if fields.outline:
        outline = _OUTLINE.validate_json(fields.outline)
        wanted |= {"outline": outline, "strokes": None, "points": None}
    name = _text(fields.names, old.name if old else None)
    source = _text(fields.sources, old.source if old else None)
    wanted |= {
        "id": old.id if old else _slug(fields.names, place),
        "name": name,
        "protect": fields.protect,
        "colour": fields.colour or None,
        "certainty": fields.certainty if fields.colour else None,
        "source": source or None,
    }
    if not fields.colour:
        wanted |= {"reference": None}
    return Region.model_validate(wanted)


def _text(texts: Mapping[str, str], old: Text | None) -> Text:
    """The texts, and those of the old one in languages that the form does not ask for."""
    others = {} if old is None else {k: v for k, v in old.root.items() if k not in texts}
    return Text({**others, **{language: text for language, text in texts.items() if text}})


def _slug(names: Mapping[str, str], place: int) -> str:
    for name in names.values():
        plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
        if slug := re.sub("[^a-z0-9]+", "-", plain).strip("-")[:64].strip("-"):
            return slug
    return f"region-{place}"


def _hex(text: str) -> str:
    """``de2910`` as ``#DE2910``; what is no colour stays as it was written."""
    plain = text.removeprefix("#")
    return f"#{plain.upper()}" if re.fullmatch("[0-9A-Fa-f]{6}", plain) else text
