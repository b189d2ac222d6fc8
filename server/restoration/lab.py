"""CIE L*a*b* (D65, 2 degrees) of sRGB pictures, and chroma that fits the gamut at constant L*.

Source: IEC 61966-2-1 (sRGB), CIE 15 (L*a*b*). Everything large works in strips, so that a
25-megapixel scan needs no second copy of itself in another colour space.
"""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

from server.restoration.engine import Image, Report

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

_STRIP_PIXELS = 1 << 17
"""A strip's planes then stay in the processor's cache: a third less time than with a megapixel."""
_HUES = 360
_LEVELS = 101


def strips(height: int, width: int) -> Iterator[slice]:
    """Row slices of about an eighth of a megapixel each, top to bottom."""
    rows = max(1, _STRIP_PIXELS // max(1, width))
    for top in range(0, height, rows):
        yield slice(top, min(top + rows, height))


def in_strips(
    shape: tuple[int, ...], part: Callable[[slice], None], report: Report = lambda share: None
) -> None:
    """Runs ``part`` on the rows of every strip of ``shape`` (height, width, ...), some at once:
    numpy lets go of the interpreter."""
    parts = list(strips(*shape[:2]))
    with ThreadPoolExecutor(min(8, os.cpu_count() or 1)) as pool:
        for rows, _ in zip(parts, pool.map(part, parts), strict=True):
            report(rows.stop / shape[0])


def is_grey(image: Image) -> bool:
    """Whether the three channels are the same, to a tenth of a 16-bit level."""
    return all(
        float(np.abs(image[rows, :, 1:] - image[rows, :, :1]).max()) < 1e-6
        for rows in strips(*image.shape[:2])
    )


_STEPS = 1 << 16


@lru_cache(maxsize=1)
def _decoding() -> npt.NDArray[np.float32]:
    """Linear light of 65,536 even steps of sRGB: a step is an eighth of what a 16-bit file needs
    at its darkest, where the eye is keenest, and 40 times faster than a power a pixel."""
    value = np.linspace(0, 1, _STEPS)
    low, high = value / 12.92, ((value + 0.055) / 1.055) ** 2.4
    return np.where(value <= 0.04045, low, high).astype(np.float32)


@lru_cache(maxsize=1)
def _encoding() -> npt.NDArray[np.float32]:
    """sRGB of the squares of 65,536 even steps: steps of the root are as fine as the eye in the
    shadows."""
    light = np.linspace(0, 1, _STEPS) ** 2
    low, high = light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055
    return np.where(light <= 0.0031308, low, high).astype(np.float32)


def _taken(table: npt.NDArray[np.float32], place: npt.NDArray[np.float32]) -> Plane:
    """Entries of a table at 0..1; what is outside gets the nearest end."""
    steps = np.clip(place, 0, 1) * np.float32(_STEPS - 1) + np.float32(0.5)
    return table[steps.astype(np.uint16)]


def decoded(encoded: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """sRGB values as linear light, both 0..1."""
    return _taken(_decoding(), encoded)


def encoded(linear: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Linear light as sRGB values, both 0..1."""
    return _taken(_encoding(), np.sqrt(np.clip(linear, 0, 1)))


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

    def part(rows: slice) -> None:
        light = decoded(image[rows, :, 0]) * _TO_WHITE[1, 0]
        for channel in (1, 2):
            light += decoded(image[rows, :, channel]) * _TO_WHITE[1, channel]
        out[rows] = _lightness_of(light)

    in_strips(out.shape, part)
    return out


def lab(image: Image) -> npt.NDArray[np.float32]:
    """L*, a*, b* in the last axis; for strips and small pictures."""
    white = decoded(image) @ _TO_WHITE.T
    root = (_lightness_of(white) + np.float32(16)) / np.float32(116)
    scale = (500 * (root[..., 0] - root[..., 1]), 200 * (root[..., 1] - root[..., 2]))
    return np.stack([116 * root[..., 1] - 16, *scale], axis=-1).astype(np.float32)


def _linear(lightness: Plane, a: Plane, b: Plane) -> list[Plane]:
    """Linear red, green and blue of L*a*b*; outside 0..1 where sRGB has no such colour."""
    root = (lightness + np.float32(16)) / np.float32(116)
    white = [
        _from_root(root + a / np.float32(500)),
        _from_root(root),
        _from_root(root - b / np.float32(200)),
    ]
    return [white[0] * row[0] + white[1] * row[1] + white[2] * row[2] for row in _FROM_WHITE]


def rgb(lightness: Plane, a: Plane, b: Plane) -> Image:
    """sRGB of L*a*b*, clipped to 0..1 where it is out of gamut."""
    return np.stack([encoded(plane) for plane in _linear(lightness, a, b)], axis=-1)


_TOLERANCE = (-8e-6, 1 + 2e-4)
"""Linear light that differs from 0 or 1 by less than a ten-thousandth of the encoded range."""


def _outside(linear: list[Plane]) -> npt.NDArray[np.bool_]:
    low = np.minimum(np.minimum(linear[0], linear[1]), linear[2])
    high = np.maximum(np.maximum(linear[0], linear[1]), linear[2])
    return np.asarray((low < _TOLERANCE[0]) | (high > _TOLERANCE[1]))


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
        fits = ~_outside(_linear(level, chroma * np.cos(hue), chroma * np.sin(hue)))
        inside, outside = np.where(fits, chroma, inside), np.where(fits, outside, chroma)
    return np.hstack([inside, inside[:, :1]]).astype(np.float32)


def largest_chroma(lightness: Plane, a: Plane, b: Plane) -> Plane:
    """The chroma at which (L*, hue) leaves sRGB, interpolated from a table."""
    return _limits(lightness, *cv2.cartToPolar(a, b, angleInDegrees=True))


def _limits(lightness: Plane, chroma: Plane, hue: Plane) -> Plane:
    level = np.clip(lightness, 0, _LEVELS - 1)
    shape = chroma.shape
    return np.asarray(cv2.remap(_gamut(), hue, level, cv2.INTER_LINEAR), np.float32).reshape(shape)


def painted(lightness: Plane, a: Plane, b: Plane) -> Image:
    """sRGB of exactly this L*, with chroma drawn in softly where sRGB ends.

    Clipping channels would change the lightness; drawing chroma in does not. a* and b* beyond
    [-128, 127] are out of every 8-bit Lab and are clamped first.
    """
    a, b = np.clip(a, -128, 127), np.clip(b, -128, 127)
    chroma, hue = (part.reshape(a.shape) for part in cv2.cartToPolar(a, b, angleInDegrees=True))
    limit = _limits(lightness, chroma, hue)
    far = chroma > np.float32(0.75) * limit
    if far.any():
        knee = np.float32(0.75) * limit[far]
        room = np.maximum(limit[far] - knee, np.float32(1e-3))
        keep = (knee + room * np.tanh((chroma[far] - knee) / room)) / chroma[far]
        a[far] *= keep
        b[far] *= keep
    linear = _linear(lightness, a, b)
    # The table is interpolated, so a few pixels next to the cusps are still outside.
    for _ in range(24):
        over = _outside(linear)
        if not over.any():
            break
        a[over] *= np.float32(0.9)
        b[over] *= np.float32(0.9)
        for plane, inside in zip(linear, _linear(lightness[over], a[over], b[over]), strict=True):
            plane[over] = inside
    out = np.empty((*lightness.shape, 3), np.float32)
    for channel, plane in enumerate(linear):
        out[..., channel] = encoded(plane)
    return out
