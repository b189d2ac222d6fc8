"""Pictures as screens and visitors get them: sized, compressed, labelled (see labels.py)."""

from pathlib import Path

import pyvips

from server.editions.model import Rendition
from server.restoration.engine import Image
from server.restoration.images import resize, to_bytes8

LONG_SIDES = (3840, 1920, 480)
"""Pixels: a 4K screen, a full-HD screen, a thumbnail."""
WEBP_QUALITY, JPEG_QUALITY = 88, 90


def sizes(width: int, height: int) -> list[tuple[int, int]]:
    """(width, height) of the renditions of a picture, largest first; never larger than itself."""
    chosen: list[tuple[int, int]] = []
    for side in LONG_SIDES:
        scale = min(1.0, side / max(width, height))
        size = max(1, round(width * scale)), max(1, round(height * scale))
        if size not in chosen:
            chosen.append(size)
    return chosen


def names(stem: str, width: int, height: int) -> list[Rendition]:
    """The renditions a picture of that size will have, as files ``stem-<side>``."""
    return [
        Rendition(width=wide, height=high, webp=f"{stem}-{side}.webp", jpeg=f"{stem}-{side}.jpg")
        for wide, high in sizes(width, height)
        for side in [max(wide, high)]
    ]


def write(folder: Path, image: Image, renditions: list[Rendition], packet: bytes) -> None:
    """Writes the files of ``renditions`` under ``folder``."""
    for rendition in renditions:
        if image.shape[:2] != (rendition.height, rendition.width):
            image = resize(image, rendition.width, rendition.height)
        picture = pyvips.Image.new_from_array(to_bytes8(image), interpretation="srgb").copy()
        picture.set_type(pyvips.GValue.blob_type, "xmp-data", packet)
        picture.webpsave(
            str(folder / rendition.webp), Q=WEBP_QUALITY, effort=2, profile="srgb", keep="xmp:icc"
        )
        picture.jpegsave(
            str(folder / rendition.jpeg),
            Q=JPEG_QUALITY,
            interlace=True,
            subsample_mode="off",
            profile="srgb",
            keep="xmp:icc",
        )
