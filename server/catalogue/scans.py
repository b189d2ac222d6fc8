"""Scans as files: which are pictures, how large, and whether they are whole.

Only JPEG, PNG, TIFF and WebP are read, chosen by content and never by suffix, each by its own
libvips loader: no other decoder is ever reached by a file from outside.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pyvips

from server.catalogue.endings import ends_early
from server.errors import ScanUnreadable

MAX_PIXELS = 300_000_000
"""A larger file is refused from its header, before anything is decoded."""

Format = Literal["JPEG", "PNG", "TIFF", "WebP"]

_LOADERS = {
    "JPEG": pyvips.Image.jpegload,
    "PNG": pyvips.Image.pngload,
    "TIFF": pyvips.Image.tiffload,
    "WebP": pyvips.Image.webpload,
}
_OTHERS = (
    (b"GIF8", "a GIF"),
    (b"BM", "a BMP"),
    (b"%PDF", "a PDF"),
    (b"8BPS", "a Photoshop document"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"\xff\x0a", "a JPEG XL"),
    (b"\x00\x00\x00\x0cJXL ", "a JPEG XL"),
    (b"\x00\x00\x00\x0cjP  ", "a JPEG 2000"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"%!PS", "a PostScript file"),
    (b"SIMPLE", "a FITS file"),
)
_SAVE_AS = "Save the picture as TIFF, PNG, JPEG or WebP."
_SCAN_AGAIN = "Copy the file again from its source, or scan it again."
_DEPTHS = {"uchar": 8, "ushort": 16}
_KINDS = {
    ("b-w", 1): "grey",
    ("grey16", 1): "grey",
    ("srgb", 3): "colour",
    ("rgb", 3): "colour",
    ("rgb16", 3): "colour",
    ("cmyk", 4): "CMYK",
}


@dataclass(frozen=True, slots=True)
class ScanFacts:
    """What a file's header says. Width and height in pixels, of the upright picture."""

    format: Format
    width: int
    height: int
    bands: int
    """Channels as stored, alpha included."""
    bits: int
    """8 or 16 a channel, as decoded."""
    mode: str
    """In words: "8-bit grey", "16-bit colour with alpha", "8-bit CMYK"."""
    icc: bool
    """True: the file carries a colour profile."""
    orientation: int
    """EXIF orientation, 1..8; already applied to width and height."""
    pages: int
    """More than one in a multi-page or animated file; only the first is used."""


def probe(path: Path) -> ScanFacts:
    """Reads the header alone.

    Raises:
        ScanUnreadable: not a picture of a known format, damaged in its header, over MAX_PIXELS,
            or stored in a way that Rekindle does not read (floating point, Lab).
    """
    kind, image = _header(path)
    orientation = image.get("orientation") if image.get_typeof("orientation") else 1
    upright = (image.height, image.width) if orientation >= 5 else (image.width, image.height)
    return ScanFacts(
        format=kind,
        width=upright[0],
        height=upright[1],
        bands=image.bands,
        bits=_DEPTHS[image.format],
        mode=_mode(image),
        icc=image.get_typeof("icc-profile-data") != 0,
        orientation=orientation,
        pages=image.get("n-pages") if image.get_typeof("n-pages") else 1,
    )


def open_scan(path: Path) -> Any:
    """The pyvips image of a scan, not yet decoded; its pixels can be read once, from top to bottom.
    Decoding raises pyvips.Error where the file is truncated or broken.

    Raises:
        ScanUnreadable: as ``probe``.
    """
    return _header(path)[1]


def verify(path: Path) -> None:
    """Decodes every pixel once, a few lines in memory at a time.

    Raises:
        ScanUnreadable: as ``probe``, and where the picture is truncated or broken.
    """
    try:
        open_scan(path).avg()
    except pyvips.Error as error:
        raise broken(path, error) from error


def looks_truncated(path: Path) -> bool:
    """Whether the end of the file's format is missing; reads a few kilobytes.

    True is a suspicion that ``verify`` settles; False does not mean that every pixel is sound.
    """
    return ends_early(path, _sniff(path))


def broken(path: Path, error: pyvips.Error) -> ScanUnreadable:
    """The decoder's complaint about a file, for whoever has to replace it."""
    return ScanUnreadable(
        str(path), f"is truncated or damaged: not all of it decodes ({_words(error)}).", _SCAN_AGAIN
    )


def _header(path: Path) -> tuple[Format, Any]:
    kind = _sniff(path)
    try:
        image = _load(kind, path)
    except pyvips.Error as error:
        raise broken(path, error) from error
    pixels = image.width * image.height
    if pixels > MAX_PIXELS:
        raise ScanUnreadable(
            str(path),
            f"has {pixels / 1e6:,.0f} megapixels ({image.width} x {image.height}); "
            f"the limit is {MAX_PIXELS / 1e6:.0f} megapixels.",
            "Save a smaller copy, or a part of it.",
        )
    if image.format not in _DEPTHS or _plain_kind(image) is None:
        raise ScanUnreadable(
            str(path),
            f"is stored as {image.format} x {image.bands} ({image.interpretation}).",
            "Save it as grey, RGB or CMYK with 8 or 16 bits a channel.",
        )
    return kind, image


def _load(kind: Format, path: Path) -> pyvips.Image:
    # Sequential loads are never answered from libvips' cache: a replaced file is read anew.
    return _LOADERS[kind](str(path), access="sequential", fail_on="error")


def _sniff(path: Path) -> Format:
    """The format by the first bytes. Raises ScanUnreadable, naming what the file is instead."""
    try:
        with path.open("rb") as file:
            start = file.read(64)
    except FileNotFoundError:
        raise ScanUnreadable(
            str(path), "is missing.", "Put the file there, or correct its name in photo.toml."
        ) from None
    except OSError as error:
        raise ScanUnreadable(
            str(path), f"cannot be read ({error.strerror}).", "Check that it is a readable file."
        ) from error
    if start.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if start.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if start[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"):
        return "TIFF"
    if start[:4] == b"RIFF" and start[8:12] == b"WEBP":
        return "WebP"
    raise ScanUnreadable(
        str(path), f"is {_what(start)}, not a picture that Rekindle reads.", _SAVE_AS
    )


def _what(start: bytes) -> str:
    if not start:
        return "an empty file"
    if start[4:8] == b"ftyp":
        return "an AVIF" if start[8:12] in (b"avif", b"avis") else "a HEIC picture or a film"
    for magic, name in _OTHERS:
        if start.startswith(magic):
            return name
    # A cut through a character at the end of what was read is still text.
    text = start.decode("utf-8", errors="replace").rstrip("\ufffd")
    if re.search(r"[\x00-\x08\x0e-\x1f\ufffd]", text):
        return "of an unknown kind"
    return "an SVG or XML text" if text.lstrip("\ufeff\r\n\t ").startswith("<") else "plain text"


def _plain_kind(image: pyvips.Image) -> str | None:
    return _KINDS.get((image.interpretation, image.bands - int(image.hasalpha())))


def _mode(image: pyvips.Image) -> str:
    depth = _DEPTHS[image.format]
    stored = image.get("bits-per-sample") if image.get_typeof("bits-per-sample") else depth
    palette = image.get_typeof("palette") != 0
    words = f"{stored}-bit {'palette' if palette else _plain_kind(image)}"
    return f"{words} with alpha" if image.hasalpha() else words


def _words(error: pyvips.Error) -> str:
    """The last line of libvips' complaint, without its own name in front."""
    lines = [line for line in str(error.detail).splitlines() if line.strip()]
    last = lines[-1] if lines else "no reason given"
    return re.sub(r"^\w+: ", "", last).strip().rstrip(".")
