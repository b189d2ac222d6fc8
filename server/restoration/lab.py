"""CIE L*a*b* (D65, 2 degrees) of sRGB pictures, and chroma that fits the gamut at constant L*.

Source: IEC 61966-2-1 (sRGB), CIE 15 (L*a*b*). Everything large works in strips, so that a
25-megapixel scan needs no second copy of itself in another colour space.
"""

from collections.abc import Iterator
from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

from server.restoration.engine import Image

Plane = npt.NDArray[np.float32]
"""One channel, shape (height, width)."""

_TO_XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ],
    np.float64,
)
_WHITE = _TO_XYZ.sum(axis=1)
# Divided by white on both sides, grey has a* = b* = 0 exactly.
_TO_WHITE = (_TO_XYZ / _WHITE[:, None]).astype(np.float32)
_FROM_WHITE = np.linalg.inv(_TO_XYZ / _WHITE[:, None]).astype(np.float32)
_KNEE = 6.0 / 29.0

_STRIP_PIXELS = 1 << 20
_HUES = 360
_LEVELS = 101


def strips(height: int, width: int) -> Iterator[slice]:
    """Row slices of about a megapixel each, top to bottom."""
    rows = max(1, _STRIP_PIXELS // max(1, width))
    for top in range(0, height, rows):
        yield slice(top, min(top + rows, height))


def decoded(encoded: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """sRGB values 0..1 as linear light 0..1."""
    low = encoded * np.float32(1 / 12.92)
    high = np.power((np.maximum(encoded, 0) + np.float32(0.055)) / np.float32(1.055), 2.4)
    return np.where(encoded <= 0.04045, low, high).astype(np.float32)


def encoded(linear: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Linear light as sRGB values; what is out of gamut stays outside 0..1."""
    low = linear * np.float32(12.92)
    high = np.float32(1.055) * np.power(np.maximum(linear, 1e-9), 1 / 2.4) - np.float32(0.055)
    return np.where(linear <= 0.0031308, low, high).astype(np.float32)


def _lightness_of(luminance: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    linear = luminance * np.float32(1 / (3 * _KNEE**2)) + np.float32(4 / 29)
    root = np.where(luminance > _KNEE**3, np.cbrt(luminance), linear)
    return (np.float32(116) * root - np.float32(16)).astype(np.float32)


def _from_root(root: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    linear = np.float32(3 * _KNEE**2) * (root - np.float32(4 / 29))
    return np.where(root > _KNEE, root * root * root, linear).astype(np.float32)


def lightness(image: Image) -> Plane:
    """CIE L*, 0..100."""
    out = np.empty(image.shape[:2], np.float32)
    for rows in strips(*image.shape[:2]):
        out[rows] = _lightness_of(decoded(image[rows]) @ _TO_WHITE[1])
    return out


def lab(image: Image) -> npt.NDArray[np.float32]:
    """L*, a*, b* in the last axis; for strips and small pictures."""
    white = decoded(image) @ _TO_WHITE.T
    root = (_lightness_of(white) + np.float32(16)) / np.float32(116)
    scale = (500 * (root[..., 0] - root[..., 1]), 200 * (root[..., 1] - root[..., 2]))
    return np.stack([116 * root[..., 1] - 16, *scale], axis=-1).astype(np.float32)


def rgb(lightness: Plane, a: Plane, b: Plane) -> Image:
    """sRGB of L*a*b*; not clipped, so that the caller can see what is out of gamut."""
    root = (lightness + np.float32(16)) / np.float32(116)
    white = np.stack(
        [
            _from_root(root + a / np.float32(500)),
            _from_root(root),
            _from_root(root - b / np.float32(200)),
        ],
        axis=-1,
    )
    return encoded(white @ _FROM_WHITE.T)


@lru_cache(maxsize=1)
def _gamut() -> npt.NDArray[np.float32]:
    """Largest chroma inside sRGB for each L* (rows, 0..100) and hue (columns, degrees)."""
    level, hue = np.meshgrid(
        np.arange(_LEVELS, dtype=np.float32),
        np.deg2rad(np.arange(_HUES, dtype=np.float32)),
        indexing="ij",
    )
    inside, outside = np.zeros_like(level), np.full_like(level, 140.0)
    for _ in range(16):
        chroma = (inside + outside) / 2
        colour = rgb(level, chroma * np.cos(hue), chroma * np.sin(hue))
        fits = ((colour >= 0) & (colour <= 1)).all(axis=-1)
        inside, outside = np.where(fits, chroma, inside), np.where(fits, outside, chroma)
    return np.hstack([inside, inside[:, :1]]).astype(np.float32)


def largest_chroma(lightness: Plane, a: Plane, b: Plane) -> Plane:
    """The chroma at which (L*, hue) leaves sRGB, interpolated from a table."""
    hue = (np.rad2deg(np.arctan2(b, a)) % 360).astype(np.float32)
    level = np.clip(lightness, 0, _LEVELS - 1)
    return np.asarray(cv2.remap(_gamut(), hue, level, cv2.INTER_LINEAR), np.float32)


def painted(lightness: Plane, a: Plane, b: Plane) -> Image:
    """sRGB of exactly this L*, with chroma drawn in softly where sRGB ends.

    Clipping channels would change the lightness; drawing chroma in does not. a* and b* beyond
    [-128, 127] are out of every 8-bit Lab and are clamped first.
    """
    a, b = np.clip(a, -128, 127), np.clip(b, -128, 127)
    chroma = np.hypot(a, b)
    limit = largest_chroma(lightness, a, b)
    knee = np.float32(0.75) * limit
    room = np.maximum(limit - knee, np.float32(1e-3))
    soft = knee + room * np.tanh((chroma - knee) / room)
    keep = np.where(chroma > knee, soft / np.maximum(chroma, np.float32(1e-6)), 1)
    a, b = (a * keep).astype(np.float32), (b * keep).astype(np.float32)
    out = rgb(lightness, a, b)
    # The table is interpolated, so a few pixels next to the cusps are still outside.
    for _ in range(24):
        over = (out.min(axis=-1) < -1e-4) | (out.max(axis=-1) > 1 + 1e-4)
        if not over.any():
            break
        a[over] *= np.float32(0.9)
        b[over] *= np.float32(0.9)
        out[over] = rgb(lightness[over], a[over], b[over])
    return np.clip(out, 0, 1)
