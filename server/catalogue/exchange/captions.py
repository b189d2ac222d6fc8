"""What a picture file says about its picture: a caption, and when it was taken.

Reads EXIF, IPTC-IIM and XMP as libvips hands them over, without an XML parser: these come from
outside, and two properties are wanted.
"""

import html
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from server.catalogue.editorial import is_edtf
from server.catalogue.scans import open_scan

FIRST_EXIF_YEAR = 1995
"""Scanners and editors write the day of the scan into every date field. EXIF is of 1995, so an
earlier date was entered by a person, and only such a date is believed."""

_XMP_DATE = re.compile(r"photoshop:DateCreated(?:\s*=\s*[\"']|>)\s*([0-9:-]{4,10})")
_XMP_CAPTION = re.compile(r"<dc:description>.*?<rdf:li[^>]*>(.*?)</rdf:li>", re.DOTALL)
_IIM_DATE = re.compile(rb"\x1c\x02\x37\x00\x08(\d{8})")
_IIM_CAPTION = re.compile(rb"\x1c\x02\x78(..)", re.DOTALL)
_CAMERA_WORDS = re.compile(r"DIGITAL CAMERA|^SAMSUNG|^DCIM|^Created with", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Caption:
    text: str | None
    date: str | None
    """EDTF."""


def read_caption(path: Path) -> Caption:
    """Caption and date of a sound scan; XMP before IPTC-IIM before EXIF."""
    picture = open_scan(path)
    xmp = _blob(picture, "xmp-data").decode("utf-8", errors="replace")
    iim = _blob(picture, "iptc-data")
    texts = (_found(_XMP_CAPTION, xmp), _iim_text(iim), _exif(picture, "ifd0-ImageDescription"))
    dates = (_found(_XMP_DATE, xmp), _iim_date(iim), _exif(picture, "ifd2-DateTimeOriginal"))
    return Caption(
        text=next((text for text in map(_clean, texts) if text), None),
        date=next((date for date in map(_edtf, dates) if date), None),
    )


def _blob(picture: Any, name: str) -> bytes:
    return bytes(picture.get(name)) if picture.get_typeof(name) else b""


def _exif(picture: Any, name: str) -> str:
    """libvips writes `text (text, ASCII, 5 components, 5 bytes)`."""
    field = f"exif-{name}"
    if not picture.get_typeof(field):
        return ""
    return re.sub(r" \(.*, \w+, \d+ components, \d+ bytes\)$", "", picture.get(field), flags=re.S)


def _found(pattern: re.Pattern[str], text: str) -> str:
    match = pattern.search(text)
    return html.unescape(match.group(1)) if match else ""


def _iim_text(iim: bytes) -> str:
    match = _IIM_CAPTION.search(iim)
    if match is None:
        return ""
    value = iim[match.end() : match.end() + int.from_bytes(match.group(1), "big")]
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")


def _iim_date(iim: bytes) -> str:
    match = _IIM_DATE.search(iim)
    return match.group(1).decode() if match else ""


def _clean(text: str) -> str | None:
    """One line without control characters; nothing where a camera wrote its own name."""
    words = " ".join(re.sub(r"[\x00-\x1f\x7f\ufffd]", " ", text).split())
    return None if _CAMERA_WORDS.search(words) else words or None


def _edtf(text: str) -> str | None:
    """`1974:09:01 …`, `19740901` or `1974-09-01T…` as EDTF, where it is to be believed."""
    match = re.match(r"(\d{4})[:-]?(\d{2})?[:-]?(\d{2})?", text)
    if match is None or not 0 < int(match.group(1)) < FIRST_EXIF_YEAR:
        return None
    parts = [part for part in match.groups() if part and int(part)]
    date = "-".join(parts)
    return date if is_edtf(date) else match.group(1)
