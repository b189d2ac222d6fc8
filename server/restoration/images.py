"""The one pixel convention, and every way between a file and an array.

An image is RGB, float32, shape (height, width, 3), 0..1 with the sRGB transfer curve, upright. A
layer is uint8, shape (height, width). Writers make the whole file or leave the old one.
"""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyvips
from scipy.ndimage import binary_dilation

from server.catalogue.atomic import replacing
from server.catalogue.scans import broken, open_scan
from server.restoration.engine import Image, Layer

IMAGE_SUFFIX = ".tif"
"""Plain TIFF: film grain in 16 bits hardly compresses. 10 megapixels, 2 cores: written in 0.2 s,
read in 0.1 s, 62 MB; deflate 0.7 s and 48 MB, PNG 0.8 s and 56 MB."""

_BAND_ROWS = 256
_MID_GREY = 0.5
_BACKING_SIDE = 256


def read_scan(path: Path) -> Image:
    """Any scan, upright, in sRGB; 16-bit precision is kept.

    A colour profile is followed; CMYK without one is read through libvips' generic press profile;
    all else without one counts as sRGB. Transparency is laid on the print's own tone beside the
    gap (median of the opaque pixels around it), so that a missing corner is paper, not black.

    Raises:
        ScanUnreadable: missing, not a picture, too large, truncated or broken.
    """
    try:
        picture = open_scan(path)
        if _orientation(picture) > 1:
            # In the scan's own depth: turning floats would need twice to four times the memory.
            picture = picture.copy_memory().autorot()
        return _floats(_rgb(picture))
    except pyvips.Error as error:
        raise broken(path, error) from error


def read_small(path: Path, side: int) -> Image:
    """As ``read_scan``, shrunk to at most ``side`` pixels on the long side while it is read: a scan
    of any size takes little memory. Raises ScanUnreadable."""
    try:
        picture = open_scan(path)
        scale = min(1.0, side / max(picture.width, picture.height))
        picture = picture.resize(scale).copy_memory()
        if _orientation(picture) > 1:
            picture = picture.autorot()
        return _floats(_rgb(picture))
    except pyvips.Error as error:
        raise broken(path, error) from error


def write_image(path: Path, image: Image) -> None:
    """16-bit RGB without loss beyond 1/65535, with an sRGB profile; for the store."""
    with replacing(path) as temporary:
        _sixteen_bit(image).tiffsave(str(temporary), compression="none", profile="srgb")


def read_image(path: Path) -> Image:
    """What ``write_image`` wrote. Raises ScanUnreadable."""
    try:
        return _floats(open_scan(path))
    except pyvips.Error as error:
        raise broken(path, error) from error


def write_png(path: Path, image: Image, *, bits: int = 16) -> None:
    """A PNG with an sRGB profile, 8 or 16 bits a channel."""
    picture = (
        _sixteen_bit(image)
        if bits == 16
        else pyvips.Image.new_from_array(to_bytes8(image), interpretation="srgb")
    )
    with replacing(path) as temporary:
        picture.pngsave(str(temporary), compression=3, profile="srgb")


def write_layer(path: Path, layer: Layer) -> None:
    """An 8-bit grey PNG."""
    picture = pyvips.Image.new_from_array(np.ascontiguousarray(layer), interpretation="b-w")
    with replacing(path) as temporary:
        picture.pngsave(str(temporary), compression=3)


def read_layer(path: Path) -> Layer:
    """A layer, or what a curator painted: the brightest channel counts, transparent is 0.

    Raises:
        ScanUnreadable: as ``read_scan``.
    """
    try:
        picture = open_scan(path)
        if _orientation(picture) > 1:
            picture = picture.copy_memory().autorot()
        if picture.hasalpha():
            picture = picture.flatten(background=[0])
        if picture.format == "ushort":
            picture = (picture / 257).rint().cast("uchar")
        if picture.bands > 1:
            first, *others = picture.bandsplit()
            picture = first.maxpair(others[0])
            for other in others[1:]:
                picture = picture.maxpair(other)
        return np.ascontiguousarray(picture.numpy().reshape(picture.height, picture.width))
    except pyvips.Error as error:
        raise broken(path, error) from error


def to_jpeg(image: Image, quality: int = 88) -> bytes:
    """An sRGB JPEG, for a page."""
    picture = pyvips.Image.new_from_array(to_bytes8(image), interpretation="srgb")
    encoded: bytes = picture.jpegsave_buffer(Q=quality)
    return encoded


def to_bytes8(image: Image) -> npt.NDArray[np.uint8]:
    """Rounded to the nearest of 0..255; values outside 0..1 are clipped."""
    levels = np.empty(image.shape, np.uint8)
    for top in range(0, image.shape[0], _BAND_ROWS):
        rows = slice(top, top + _BAND_ROWS)
        levels[rows] = np.rint(np.clip(image[rows], 0.0, 1.0) * 255.0)
    return levels


def resize(image: Image, width: int, height: int) -> Image:
    """To exactly ``width`` x ``height`` pixels, Lanczos with area averaging when shrinking, in
    float; 0..1 is kept. The same array where the size is right already."""
    if image.shape[:2] == (height, width):
        return image
    picture = pyvips.Image.new_from_array(np.ascontiguousarray(image))
    return np.clip(_scaled(picture, width, height, "lanczos3"), 0.0, 1.0)


def resize_layer(layer: Layer, width: int, height: int) -> Layer:
    """To exactly ``width`` x ``height`` pixels, without overshoot: area average when shrinking,
    linear when growing."""
    if layer.shape == (height, width):
        return layer
    picture = pyvips.Image.new_from_array(np.ascontiguousarray(layer))
    return _scaled(picture, width, height, "linear").reshape(height, width)


def _scaled(picture: Any, width: int, height: int, kernel: str) -> Any:
    return picture.resize(
        width / picture.width, vscale=height / picture.height, kernel=kernel
    ).numpy()


def _orientation(picture: Any) -> int:
    return int(picture.get("orientation")) if picture.get_typeof("orientation") else 1


def _rgb(picture: Any) -> Any:
    """sRGB with three bands, uchar or ushort, of a scan in any of the forms ``probe`` lets pass."""
    if not picture.hasalpha():
        return _srgb(picture)
    picture = picture.copy_memory()
    colours = picture.extract_band(0, n=picture.bands - 1)
    alpha = picture.extract_band(picture.bands - 1)
    rgb = _srgb(colours.copy(interpretation=picture.interpretation))
    top = 65535 if rgb.format == "ushort" else 255
    share = alpha / (65535 if picture.format == "ushort" else 255)
    backing = [float(level) * top for level in _backing(rgb / top, share)]
    return (rgb * share + (1 - share) * backing).rint().cast(rgb.format)


def _srgb(picture: Any) -> Any:
    cmyk = picture.interpretation == "cmyk"
    if picture.get_typeof("icc-profile-data"):
        try:
            return picture.icc_transform("srgb", embedded=True, intent="relative", depth=16)
        except pyvips.Error:
            # A profile that does not fit its picture (RGB on grey, cut off) is as good as none.
            picture = picture.copy()
            picture.remove("icc-profile-data")
    if cmyk:
        return picture.icc_transform("srgb", input_profile="cmyk", intent="relative", depth=16)
    return picture if picture.bands == 3 else picture.bandjoin([picture, picture])


def _backing(rgb: Any, share: Any) -> npt.NDArray[np.float64]:
    """The tone that shows through a gap: the median of what is opaque beside it, else mid grey."""
    scale = min(1.0, _BACKING_SIDE / max(rgb.width, rgb.height))
    colours = rgb.resize(scale, kernel="linear").numpy().reshape(-1, 3)
    opacity = share.resize(scale, kernel="linear").numpy()
    opacity = opacity.reshape(opacity.shape[:2])
    opaque = opacity > 0.99
    beside = opaque & binary_dilation(opacity < 0.5, iterations=6)
    chosen = beside if beside.any() else opaque
    if not chosen.any():
        return np.full(3, _MID_GREY)
    return np.asarray(np.median(colours[chosen.ravel()], axis=0))


def _floats(picture: Any) -> Image:
    levels = picture.numpy()
    return np.divide(levels, np.iinfo(levels.dtype).max, dtype=np.float32)


def _sixteen_bit(image: Image) -> Any:
    """Streams through libvips: no copy of the whole picture in another type."""
    picture = pyvips.Image.new_from_array(np.ascontiguousarray(image, np.float32))
    # The cast clips to 0..65535.
    return (picture * 65535).rint().cast("ushort").copy(interpretation="rgb16")
