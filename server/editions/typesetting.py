"""Words on paper: the machine's own fonts, lines broken as their language breaks them."""

import re
import subprocess
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Literal
from unicodedata import category

from PIL import ImageDraw, ImageFont, features

Face = Literal["serif", "sans"]
Font = ImageFont.FreeTypeFont | ImageFont.ImageFont

FAMILIES: dict[tuple[Face, str], tuple[str, ...]] = {
    ("serif", "han"): ("Noto Serif SC", "Noto Serif CJK SC", "Source Han Serif SC", "Songti SC"),
    ("sans", "han"): ("Noto Sans SC", "Noto Sans CJK SC", "Source Han Sans SC", "PingFang SC"),
    ("serif", "other"): ("Noto Serif", "DejaVu Serif"),
    ("sans", "other"): ("Noto Sans", "DejaVu Sans"),
}
"""As on the screens (look.md), in order."""

_HAN = re.compile(r"[\u2e80-\u303f\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]")
_TOKEN = re.compile(rf"{_HAN.pattern}|\s+|(?:(?!{_HAN.pattern})\S)+")
_NEVER_FIRST = "，。、；：？！）」』】》”’…,.;:?!)]}%"
_NEVER_LAST = "（「『【《“‘([{"


@dataclass(frozen=True, slots=True)
class Style:
    """How a text is set; ``size`` and ``leading`` (from baseline to baseline) in pixels."""

    face: Face
    size: int
    leading: int
    colour: tuple[int, int, int]


def font_for(text: str, face: Face, size: int, language: str) -> Font:
    """A font of the machine that has the text's letters; Pillow's own where there is none.

    Chinese text, or text in a Chinese page, is set in a Chinese font: its quotation marks and
    dashes have another width.
    """
    han = bool(_HAN.search(text)) or language.split("-")[0] == "zh"
    for family in FAMILIES[face, "han" if han else "other"]:
        if found := _file_of(family):
            return _opened(*found, size)
    if found := _file_of(f"{face}:lang={language.split('-')[0]}", any_family=True):
        return _opened(*found, size)
    return ImageFont.load_default(size)


@lru_cache(maxsize=64)
def _opened(file: str, index: int, size: int) -> ImageFont.FreeTypeFont:
    shaping = features.check("raqm")
    engine = ImageFont.Layout.RAQM if shaping else ImageFont.Layout.BASIC
    return ImageFont.truetype(file, size, index=index, layout_engine=engine)


@cache
def _file_of(pattern: str, any_family: bool = False) -> tuple[str, int] | None:
    """The font file, and the face's place in it, that fontconfig has for a family; None where it
    would put another family in its place, or where there is no fontconfig."""
    command = ["fc-match", "--format=%{file}\n%{index}\n%{family}", pattern]
    try:
        run = subprocess.run(command, capture_output=True, text=True, check=True, timeout=20)
        file, index, families = run.stdout.split("\n", 2)
    except (OSError, subprocess.SubprocessError, ValueError):
        return None
    if not any_family and pattern not in families.split(","):
        return None
    # The upper half of the index names an instance of a variable font, which Pillow counts apart.
    return file, int(index) & 0xFFFF


def lines_of(text: str, width: float, style: Style, language: str, most: int) -> list[str]:
    """``text`` broken into lines of ``width`` pixels; at most ``most``, the last one cut with an
    ellipsis. Chinese breaks between any two characters but before a comma; other scripts break at
    spaces."""
    font = font_for(text, style.face, style.size, language)
    lines, line = [], ""
    for token in _unbroken(text):
        if line and font.getlength((line + token).rstrip()) > width:
            lines.append(line.rstrip())
            line = token.lstrip()
        else:
            line += token if line else token.lstrip()
    lines += [line.rstrip()] if line.strip() else []
    if len(lines) <= most:
        return lines
    last = lines[most - 1]
    while last and font.getlength(last + "…") > width:
        last = last[:-1]
    return [*lines[: most - 1], last.rstrip(" ，。,.") + "…"]


def _unbroken(text: str) -> list[str]:
    """The pieces of a text between which a line may break."""
    pieces: list[str] = []
    # The shaping library refuses a control character, which a curator may have pasted unseen.
    printed = "".join(" " if category(each) in ("Cc", "Cs", "Zl", "Zp") else each for each in text)
    for token in _TOKEN.findall(printed):
        joins = token[0] in _NEVER_FIRST or (pieces and pieces[-1][-1] in _NEVER_LAST)
        if pieces and joins and not token.isspace():
            pieces[-1] += token
        else:
            pieces.append(token)
    return pieces


def set_text(
    draw: ImageDraw.ImageDraw,
    at: tuple[float, float],
    lines: list[str],
    style: Style,
    language: str,
    *,
    anchor: Literal["left", "middle", "right"] = "left",
) -> float:
    """Sets the lines from the top edge ``at`` downwards; returns the y of the space below them."""
    x, y = at
    whole = " ".join(lines)
    # One baseline for every script: figures of the one font stand on the line of the other.
    font = font_for(whole, style.face, style.size, language)
    baseline = y + 0.5 * style.leading + 0.36 * style.size
    for line in lines:
        draw.text((x, baseline), line, style.colour, font, anchor=f"{anchor[0]}s")
        baseline += style.leading
    return y + style.leading * len(lines)
