"""Grain and noise: measured on the picture, then removed by as much as was measured.

Non-local means (Buades, Coll and Morel, 2005) from coarse to fine, because old grain is coarser
than a pixel; on a scale where noise is equally strong in shadow and light (Foi et al., 2008), so
that one strength fits all. What is removed is subtracted from the float picture: nothing is rounded
to 8 bits, and a share of the grain stays, since film without any looks like wax.
"""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from server.restoration.engine import Image, Report
from server.restoration.lab import Plane

_BLOCK = 8
_BINS = 8
_CALM, _CALM_GAIN = 6, 1.2
"""Which percentile of a brightness' blocks counts as calm, and how far pure noise lies above it."""
_FLOOR = 0.0015
"""Noise below this (of 0..1) is the digitiser's rounding."""
_CEILING = 0.06
"""Stronger "noise" is a halftone screen or paper: smoothing it would only make blotches."""

Table = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Noise:
    """Standard deviation of the noise (0..1) at eight brightnesses from black to white."""

    sigma: tuple[float, ...]

    @property
    def typical(self) -> float:
        return float(np.median(self.sigma))


def _residual(plane: Plane) -> Plane:
    """What two crossed second differences leave: noise of unit gain, edges mostly gone."""
    kernel = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32) / 6
    return np.asarray(cv2.filter2D(plane, -1, kernel, borderType=cv2.BORDER_REFLECT), np.float32)


def measured(plane: Plane) -> Noise:
    """Noise by brightness, from the calmest blocks of 8 x 8 pixels at each (Immerkaer, 1996).

    Clipped blacks and whites carry no noise and are left out; a brightness the picture does not
    have takes the nearest one's.
    """
    height, width = (side // _BLOCK * _BLOCK for side in plane.shape)
    if height == 0 or width == 0:
        return Noise((0.0,) * _BINS)
    blocks = (height // _BLOCK, _BLOCK, width // _BLOCK, _BLOCK)
    power = (_residual(plane)[:height, :width] ** 2).reshape(blocks).mean(axis=(1, 3)).ravel()
    level = plane[:height, :width].reshape(blocks).mean(axis=(1, 3)).ravel()
    usable = (level > 0.02) & (level < 0.98) & (power > 1e-10)
    power, level = power[usable], level[usable]
    if power.size < 8:
        return Noise((0.0,) * _BINS)
    centres = (np.arange(_BINS) + 0.5) / _BINS
    found, sigma, overall = [], [], float(np.sqrt(np.percentile(power, _CALM)))
    for centre in centres:
        near = power[np.abs(level - centre) < 0.75 / _BINS]
        if near.size >= 24:
            found.append(centre)
            sigma.append(float(np.sqrt(np.percentile(near, _CALM)) * _CALM_GAIN))
    if not found:
        found, sigma = [0.5], [overall]
    limit = 1.6 * overall
    return Noise(tuple(np.clip(np.interp(centres, found, sigma), 0, min(limit, _CEILING))))


def _stabiliser(noise: Noise) -> tuple[Table, float]:
    """A rising table of 256 entries (0..1) after which noise is equal everywhere, and that
    noise in 255ths."""
    grid = np.linspace(0, 1, 256)
    sigma = np.interp(grid, (np.arange(_BINS) + 0.5) / _BINS, noise.sigma)
    slope = 1 / np.maximum(sigma, 0.35 * max(noise.typical, _FLOOR))
    table = np.concatenate([[0.0], np.cumsum((slope[1:] + slope[:-1]) / 2)])
    level = 255.0 * 255.0 / float(table[-1])
    return (table / table[-1]).astype(np.float32), level


def _smoothed(plane: Plane, noise: Noise, strength: float, window: int) -> Plane:
    """One scale of non-local means; the removed noise as a float difference, scaled by strength."""
    table, level = _stabiliser(noise)
    grid = np.linspace(0, 1, 256, dtype=np.float32)
    steady = np.round(np.interp(plane, grid, table) * 255).astype(np.uint8)
    calm = cv2.fastNlMeansDenoising(steady, None, float(0.9 * level), 5, window)
    back = np.interp(np.linspace(0, 1, 256), table, grid).astype(np.float32)
    return np.asarray(plane + np.float32(strength) * (back[calm] - back[steady]), np.float32)


def _scales(plane: Plane) -> int:
    return 3 if min(plane.shape) >= 400 else 2 if min(plane.shape) >= 48 else 1


def calmed(plane: Plane, strength: float, *, scales: int | None = None) -> Plane:
    """``plane`` (0..1) with its measured noise reduced by ``strength``, coarse grain first."""
    scales = _scales(plane) if scales is None else scales
    if scales > 1:
        size = (plane.shape[1], plane.shape[0])
        half = cv2.resize(plane, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
        removed = calmed(half, strength, scales=scales - 1) - half
        plane = plane + cv2.resize(removed, size, interpolation=cv2.INTER_CUBIC)
    noise = measured(plane)
    # What no eye can see is left to the picture: there, texture and noise look alike.
    # A faded print's range will be stretched, and its noise with it.
    floor = _FLOOR * max(0.3, float(np.subtract(*np.percentile(plane[::4, ::4], [98, 2]))))
    seen = float(np.clip((noise.typical - floor) / (2 * floor), 0, 1))
    if seen == 0:
        return plane
    return _smoothed(plane, noise, strength * seen, 15 if plane.size > 2_000_000 else 21)


def denoise(image: Image, *, strength: float, chroma: float, report: Report) -> Image:
    """Less noise; colour noise, which no film grain excuses, is removed by ``chroma``.

    Both are shares of the measured noise, 0..1.
    """
    ycc = np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2YCrCb), np.float32)
    plane = np.ascontiguousarray(ycc[..., 0])
    ycc[..., 0] = calmed(plane, strength)
    report(0.6)
    coloured = max(float(np.ptp(ycc[..., 1])), float(np.ptp(ycc[..., 2]))) > 0.004
    for place, channel in enumerate((1, 2) if coloured and chroma > 0 else ()):
        ycc[..., channel] = calmed(np.ascontiguousarray(ycc[..., channel]), chroma)
        report(0.75 + 0.15 * place)
    out = np.asarray(cv2.cvtColor(ycc, cv2.COLOR_YCrCb2RGB), np.float32)
    np.clip(out, 0, 1, out=out)
    return out
