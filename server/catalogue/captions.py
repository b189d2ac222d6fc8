"""Captions as curators write them: WebVTT (https://www.w3.org/TR/webvtt1/), read strictly. Pure.

Words and times are kept; styles, positions and voices are not: a screen places them by itself.
"""

import re
from itertools import pairwise

from pydantic import BaseModel, ConfigDict, Field

_TIME = re.compile(r"(?:(\d{2,}):)?([0-5]\d):([0-5]\d)\.(\d{3})")
_TAG = re.compile(r"</?[^>]*>")
_ENTITIES = {"&amp;": "&", "&lt;": "<", "&gt;": ">", "&nbsp;": " ", "&lrm;": "", "&rlm;": ""}


class Caption(BaseModel):
    """Words that stand from one moment to another, in seconds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    begins: float = Field(ge=0)
    ends: float = Field(gt=0)
    text: str


class CaptionFault(ValueError):
    """``str`` of it says what is wrong, and in which line."""


def parse_captions(text: str) -> tuple[Caption, ...]:
    """The captions of a WebVTT file, in order.

    Raises:
        CaptionFault: for what is no WebVTT, a time that is none, or captions out of order.
    """
    blocks = re.split(r"\n(?:[ \t]*\n)+", text.lstrip("\ufeff").replace("\r\n", "\n").strip("\n"))
    if not re.match(r"WEBVTT(\s|$)", blocks[0]):
        raise CaptionFault("does not begin with the word WEBVTT")
    if "-->" in blocks[0]:
        raise CaptionFault("has no empty line after WEBVTT")
    captions = [found for block in blocks[1:] if (found := _caption(block)) is not None]
    if not captions:
        raise CaptionFault("holds no caption")
    for before, after in pairwise(captions):
        if after.begins < before.ends:
            raise CaptionFault(
                f'"{_short(after.text)}" begins at {after.begins:g} s, before the one ahead of it '
                f"ends at {before.ends:g} s"
            )
    return tuple(captions)


def _caption(block: str) -> Caption | None:
    """None for a note, a style or a region."""
    lines = block.split("\n")
    if re.match(r"(NOTE|STYLE|REGION)(\s|$)", lines[0]):
        return None
    place = next((place for place, line in enumerate(lines[:2]) if "-->" in line), None)
    if place is None:
        raise CaptionFault(f'"{_short(lines[0])}" has no line with times above it')
    begins, _, rest = lines[place].partition("-->")
    said = [_plain(line) for line in lines[place + 1 :]]
    if not any(said):
        raise CaptionFault(f"nothing is said at {begins.strip()}")
    first, last = _seconds(begins), _seconds(rest.split()[0] if rest.split() else "")
    if last <= first:
        raise CaptionFault(f'"{_short(said[0])}" ends at {last:g} s, before it begins')
    return Caption(begins=first, ends=last, text="\n".join(filter(None, said)))


def _seconds(written: str) -> float:
    found = _TIME.fullmatch(written.strip())
    if found is None:
        raise CaptionFault(f'"{written.strip()}" is not a time such as 00:01:02.500')
    hours, minutes, seconds, thousandths = (int(part or 0) for part in found.groups())
    return hours * 3600 + minutes * 60 + seconds + thousandths / 1000


def _plain(line: str) -> str:
    text = _TAG.sub("", line)
    for entity, character in _ENTITIES.items():
        text = text.replace(entity, character)
    return text.strip()


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:37]}..."
