"""A validation error in a curator's words: file, key, what is wrong, what to do."""

import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from server.catalogue.model import ExhibitSet, Photo, Programme, Region
from server.errors import Problem

UNWRITTEN: Mapping[type[BaseModel], str] = {ExhibitSet: "photos", Photo: "id"}
"""Fields that the folders say; no key of the file."""

_NESTED: Mapping[str, type[BaseModel]] = {"region": Region, "programme": Programme}
_SHAPES = ("outline", "strokes", "points")
_REMEDIES = {
    "colour": 'Write it as "#RRGGBB", for example "#DE2910".',
    "date": 'Put it in quotes: date = "1974-09-01".',
    "order": 'List the names of the photo folders: order = ["010-flag-bearer"].',
    "photos": "List at least one of the set's photo folders by name.",
    "languages": 'Write a list of tags: languages = ["zh-Hans", "en"].',
    "region": "Write each region under a line [[region]].",
    "programme": "Write each programme under a line [[programme]].",
    "people": 'Write a list: people = ["A name", "Another name"].',
    "pixels_per_metre": "Write how many pixels of the scan are one metre, as a number above 0.",
    "protect": "Write true or false, without quotes.",
    "restore": "Write true or false, without quotes.",
    "scan": 'Write the name of the file: scan = "scan.tif".',
    "outline": "Give at least three points [x, y] as fractions 0 to 1 of the upright scan.",
    "points": "Give points [x, y] as fractions 0 to 1 of the upright scan.",
    "strokes": "Give lists of points [x, y] as fractions 0 to 1 of the upright scan.",
}
_NAMES = 'Use lower-case letters, digits and hyphens, at most 64: "flag-bearer".'
_TAGS = 'Use tags such as "en" or "zh-Hans".'
_STEPS = 'Name engine and operation, as the recipe does: "diffusion.redraw".'
_BY_STEP = ("params", "keep", "signed")
_OUTSIDE = ("greater_than_equal", "less_than_equal", "finite_number")
_TEXTS = ("title", "describe", "describe_stage", "story", "intro", "name", "source")


def faults(
    file: str, model: type[BaseModel], written: Mapping[str, Any], error: ValidationError
) -> list[Problem]:
    """One Problem a fault; several bad numbers in one shape are one fault.

    ``written`` is what the curator wrote in ``file``; region and programme are named by their id.
    """
    problems: list[Problem] = []
    shapes: set[tuple[int | str, ...]] = set()
    for fault in error.errors(include_url=False):
        shape = fault["loc"][:3]
        if _in_shape(fault["loc"]):
            if shape in shapes:
                continue
            shapes.add(shape)
        reason, remedy = _explain(model, written, fault)
        problems.append(Problem(file, reason, remedy))
    return problems


def nearest(wrong: str, known: Sequence[str]) -> str | None:
    """The known word that was probably meant."""
    found = get_close_matches(wrong.lower(), [word.lower() for word in known], n=1, cutoff=0.6)
    return next((word for word in known if found and word.lower() == found[0]), None)


def spelling(wrong: str, known: Sequence[str]) -> str:
    """A remedy for a word that is not among ``known``."""
    meant = nearest(wrong, known)
    return f'Did you mean "{meant}"?' if meant else f"Known are: {', '.join(known) or 'none'}."


def unknown_key(shown: str, key: str, model: type[BaseModel]) -> tuple[str, str]:
    """Reason and remedy for a key that ``model``'s table does not have."""
    known = [name for name in model.model_fields if name != UNWRITTEN.get(model)]
    return f"{shown} is an unknown key.", spelling(key, known)


def _explain(
    model: type[BaseModel], written: Mapping[str, Any], fault: ErrorDetails
) -> tuple[str, str]:
    where, key, value = _place(written, fault["loc"]), _key(fault["loc"]), fault["input"]
    match fault["type"]:
        case _ if _in_shape(fault["loc"]) and fault["type"] not in _OUTSIDE:
            return f"{where}{key} is not a list of enough points.", _REMEDIES[key]
        case "rule":
            return f"{where}{fault['ctx']['reason']}.", str(fault["ctx"]["remedy"])
        case "extra_forbidden":
            return unknown_key(where + key, key, _model_at(model, fault["loc"]))
        case "missing":
            return f"{where}{key} is missing.", f"Add {_example(key)}."
        case "literal_error":
            expected = re.findall(r"'([^']*)'", fault["ctx"]["expected"])
            return f"{where}{key} is {_quoted(value)}.", f"Write one of: {', '.join(expected)}."
        case kind if kind in _OUTSIDE:
            return f"{where}{key} leaves the photo: {value} is not within 0 to 1.", _REMEDIES[key]
        case "string_pattern_mismatch":
            if _is_text(key) or key == "languages":
                return f"{where}{key}: {_quoted(value)} is not a language tag.", _TAGS
            if key in _BY_STEP:
                return f"{where}{key} {_quoted(value)} is not a step.", _STEPS
            noun = "a colour" if key == "colour" else "an id"
            return f"{where}{key} {_quoted(value)} is not {noun}.", _REMEDIES.get(key, _NAMES)
    if key == "source" and _model_at(model, fault["loc"]) is Photo:
        return f"{where}{key} is {_quoted(value)}.", "Write one of: print, negative, slide."
    if _is_text(key):
        return f"{where}{key} is not a text by language.", f"Write it as {_example(key)}."
    return (
        f"{where}{key} is {_quoted(value)}: {_lower(fault['msg'])}.",
        _REMEDIES.get(key, "exhibit_content/README.md shows how it is written."),
    )


def _model_at(model: type[BaseModel], location: tuple[int | str, ...]) -> type[BaseModel]:
    return _NESTED.get(str(location[0]), model) if len(location) > 2 else model


def _place(written: Mapping[str, Any], location: tuple[int | str, ...]) -> str:
    """`region "flag" ` for a location inside a region or programme, else nothing."""
    if not location or location[0] not in _NESTED or len(location) < 2:
        return ""
    kind, number = str(location[0]), location[1]
    try:
        name = written[kind][number]["id"]
    except (KeyError, IndexError, TypeError):
        name = None
    label = f'"{name}"' if isinstance(name, str) else str(int(number) + 1)
    return f"{kind} {label}: " if len(location) == 2 else f"{kind} {label} "


def _key(location: tuple[int | str, ...]) -> str:
    inner = location[2:] if location and location[0] in _NESTED else location
    if not inner:
        return str(location[0]) if location else ""
    if inner[0] == "describe_stage" and len(inner) > 1 and inner[2:] != ("[key]",):
        return f"{inner[0]}.{inner[1]}"
    return str(inner[0])


def _is_text(key: str) -> bool:
    return key.split(".")[0] in _TEXTS


def _in_shape(location: tuple[int | str, ...]) -> bool:
    return len(location) > 2 and location[0] == "region" and location[2] in _SHAPES


def _example(key: str) -> str:
    if key == "describe_stage":
        key = "describe_stage.clear"
    if _is_text(key):
        return f'{key} = {{ en = "...", zh-Hans = "..." }}'
    return {"id": 'id = "a-short-name"', "order": 'order = ["010-flag-bearer"]'}.get(
        key, f"{key} = ..."
    )


def _quoted(value: object) -> str:
    shown = f'"{value}"' if isinstance(value, str) else str(value)
    return shown if len(shown) <= 60 else f"{shown[:57]}..."


def _lower(sentence: str) -> str:
    words = sentence.replace("tuple", "list").replace(" after validation", "")
    return words[:1].lower() + words[1:].rstrip(".")
