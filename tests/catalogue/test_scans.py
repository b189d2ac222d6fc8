"""Files are known by their content, limits stand before decoding, truncation never passes."""

import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import pyvips
from PIL import Image as Pillow

from server.catalogue.scans import MAX_PIXELS, looks_truncated, probe, verify
from server.errors import ScanUnreadable
from tests.support.sets import draw_scan

SIZE = (160, 120)


def picture(number: int = 1) -> Pillow.Image:
    return Pillow.fromarray(draw_scan(SIZE, number))


def png_header(width: int, height: int) -> bytes:
    """A PNG that promises a size and holds next to nothing."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    start = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", start)
        + chunk(b"IDAT", zlib.compress(b"\0" * 100))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("save_as", "called", "expected"),
    [
        ("JPEG", "scan.jpg", "JPEG"),
        ("PNG", "scan.tif", "PNG"),
        ("TIFF", "scan.jpg", "TIFF"),
        ("WEBP", "scan", "WebP"),
    ],
)
def test_the_content_says_the_format_and_the_name_does_not(
    tmp_path: Path, save_as: str, called: str, expected: str
) -> None:
    picture().save(tmp_path / called, format=save_as)
    facts = probe(tmp_path / called)
    assert (facts.format, facts.width, facts.height, facts.bits) == (expected, *SIZE, 8)
    verify(tmp_path / called)
    assert not looks_truncated(tmp_path / called)


@pytest.mark.parametrize(
    ("mode", "name", "words"),
    [
        ("RGB", "a.png", "8-bit colour"),
        ("L", "a.jpg", "8-bit grey"),
        ("RGBA", "a.png", "8-bit colour with alpha"),
        ("CMYK", "a.tif", "8-bit CMYK"),
        ("1", "a.tif", "1-bit grey"),
        ("P", "a.png", "8-bit palette"),
    ],
)
def test_the_mode_is_told_in_words(tmp_path: Path, mode: str, name: str, words: str) -> None:
    picture().convert(mode).save(tmp_path / name)
    assert probe(tmp_path / name).mode == words


def test_sixteen_bits_and_profile_are_seen(tmp_path: Path) -> None:
    levels = np.full((8, 9, 3), 40000, np.uint16)
    image = pyvips.Image.new_from_array(levels, interpretation="rgb16")
    image.tiffsave(str(tmp_path / "a.tif"), profile="p3")
    facts = probe(tmp_path / "a.tif")
    assert (facts.bits, facts.icc, facts.mode) == (16, True, "16-bit colour")


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_width_and_height_are_those_of_the_upright_picture(
    tmp_path: Path, orientation: int
) -> None:
    exif = Pillow.Exif()
    exif[274] = orientation
    picture().save(tmp_path / "a.jpg", exif=exif)
    facts = probe(tmp_path / "a.jpg")
    expected = SIZE if orientation < 5 else SIZE[::-1]
    assert (facts.width, facts.height, facts.orientation) == (*expected, orientation)


def test_pages_are_counted(tmp_path: Path) -> None:
    picture().save(tmp_path / "a.tif", save_all=True, append_images=[picture(2).convert("RGB")])
    assert probe(tmp_path / "a.tif").pages == 2


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (b"This is a caption, not a picture.\n", "plain text"),
        ("这不是照片。".encode() * 20, "plain text"),
        (b"", "an empty file"),
        (b"GIF89a" + b"\0" * 40, "a GIF"),
        (b"%PDF-1.7\n", "a PDF"),
        (b"<?xml version='1.0'?><svg/>", "an SVG or XML text"),
        (b"\0\0\0\x18ftypheic" + b"\0" * 40, "a HEIC picture"),
        (bytes(range(64)), "of an unknown kind"),
    ],
)
def test_what_is_no_picture_is_called_by_its_name(
    tmp_path: Path, content: bytes, named: str
) -> None:
    path = tmp_path / "scan.jpg"
    path.write_bytes(content)
    for ask in (probe, verify):
        with pytest.raises(ScanUnreadable) as refusal:
            ask(path)
        assert named in refusal.value.problem.reason
        assert "TIFF, PNG, JPEG or WebP" in refusal.value.problem.remedy


def test_a_missing_file_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(ScanUnreadable, match="is missing"):
        probe(tmp_path / "scan.tif")


def test_a_decompression_bomb_is_refused_from_its_header(tmp_path: Path) -> None:
    path = tmp_path / "bomb.png"
    path.write_bytes(png_header(30_000, 20_000))
    with pytest.raises(ScanUnreadable) as refusal:
        probe(path)
    assert "600 megapixels" in refusal.value.problem.reason
    assert "limit is 300 megapixels" in refusal.value.problem.reason


def test_the_limit_itself_is_still_allowed(tmp_path: Path) -> None:
    path = tmp_path / "large.png"
    path.write_bytes(png_header(20_000, MAX_PIXELS // 20_000))
    assert probe(path).width == 20_000


def test_floating_point_is_refused_with_what_to_save_instead(tmp_path: Path) -> None:
    picture().convert("F").save(tmp_path / "a.tif")
    with pytest.raises(ScanUnreadable, match="8 or 16 bits a channel"):
        probe(tmp_path / "a.tif")


@pytest.mark.parametrize("share", [0.3, 0.6, 0.97])
@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("a.jpg", {}),
        ("progressive.jpg", {"progressive": True}),
        ("a.png", {}),
        ("a.tif", {}),
        ("lzw.tif", {"compression": "tiff_lzw"}),
        ("a.webp", {}),
    ],
)
def test_truncation_is_found_in_every_format(
    tmp_path: Path, name: str, options: dict[str, Any], share: float
) -> None:
    path = tmp_path / name
    picture().save(path, **options)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(ScanUnreadable, match="truncated or damaged"):
        verify(path)
    try:
        probe(path)
    except ScanUnreadable:
        return
    assert looks_truncated(path), "what the header does not tell, the end of the file must"


@pytest.mark.parametrize("options", [{"tile": True}, {"bigtiff": True}, {"compression": "jpeg"}])
def test_sound_tiffs_of_every_layout_do_not_look_truncated(
    tmp_path: Path, options: dict[str, object]
) -> None:
    image = pyvips.Image.new_from_array(draw_scan((600, 400)), interpretation="srgb")
    image.tiffsave(str(tmp_path / "a.tif"), **options)
    assert not looks_truncated(tmp_path / "a.tif")
    verify(tmp_path / "a.tif")


def test_a_sound_jpeg_with_something_behind_it_passes(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    picture().save(path)
    path.write_bytes(path.read_bytes() + b"\0" * 100_000)
    assert looks_truncated(path)
    verify(path)


def test_every_old_photograph_is_sound(old_photos: list[Path]) -> None:
    for path in old_photos:
        assert probe(path).width >= 100
        assert not looks_truncated(path)
        verify(path)
