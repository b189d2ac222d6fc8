"""Fading undone: levels, a gentle local contrast, and the colour of paper and dyes.

A black-and-white original becomes a neutral or softly warm monochrome whatever colour its paper
took; a colour original keeps its colours, and only what tints its greys is taken back, in part.
"""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from server.restoration.engine import Image, Report
from server.restoration.lab import Plane, in_strips, lab, lightness, painted

_Values = npt.NDArray[np.floating[Any]]
_GREY = 12.0
"""Chroma up to which a colour may be a tinted grey; from twice that on it surely has a hue."""
_MEASURE_SIDE = 640
"""Levels are measured on a small copy: grain and single specks do not count there."""


@dataclass(frozen=True, slots=True)
class Levels:
    """Where the picture's own black and white lie, and its middle, in L* (0..100)."""

    black: float
    middle: float
    white: float


def _small(image: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    scale = _MEASURE_SIDE / max(image.shape[:2])
    if scale >= 1:
        return image
    size = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.float32)


def inner(plane: Plane) -> npt.NDArray[np.bool_]:
    """True where the photograph is: not its outer 4 %, nor a flat border reaching the edge.

    A film's black rebate or a print's paper margin would otherwise set the levels.
    """
    height, width = plane.shape
    mask = np.zeros(plane.shape, bool)
    top, left = round(0.04 * height), round(0.04 * width)
    mask[top : height - top, left : width - left] = True
    for extreme in (plane < plane.min() + 4, plane > plane.max() - 4):
        count, labels = cv2.connectedComponents(extreme.astype(np.uint8), connectivity=4)
        edge = np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])
        touching = np.bincount(edge, minlength=count)
        touching[0] = 0
        mask &= ~(touching > 0.15 * (height + width))[labels]
    return mask if mask.mean() > 0.2 else np.ones(plane.shape, bool)


def measured_levels(image: Image) -> Levels:
    """Robust black, middle and white of a picture, borders left out."""
    plane = lightness(_small(image))
    values = plane[inner(plane)]
    black, middle, white = np.percentile(values, [0.4, 50, 99.6])
    return Levels(float(black), float(middle), float(white))


def curve(levels: Levels, *, strength: float) -> npt.NDArray[np.float32]:
    """L* to L*, 1001 entries for 0..100: levels, then a bend towards a readable middle.

    The stretch is at most threefold: a print faded further than that would show its grain as
    storm. A picture that uses its range is left as it is.
    """
    black_goal, white_goal = min(levels.black, 4.0), max(levels.white, 96.0)
    span = max(levels.white - levels.black, (white_goal - black_goal) / 3)
    white = levels.white
    black = white - span
    x = np.linspace(0, 100, 1001)
    position = (x - black) / span
    middle = float(np.clip((levels.middle - black) / span, 0.02, 0.98))
    gamma = float(np.clip(np.log(0.46) / np.log(middle), 0.72, 1.3)) ** 0.5
    inside = np.clip(position, 0, 1) ** gamma
    y = black_goal + (white_goal - black_goal) * inside
    y = np.where(position < 0, black_goal + (x - black) * 0.1, y)
    y = np.where(position > 1, white_goal + (x - white) * 0.1, y)
    y = np.maximum.accumulate(np.clip(y, 0, 100))
    return (strength * y + (1 - strength) * x).astype(np.float32)


def _looked_up(plane: Plane, table: npt.NDArray[np.float32]) -> Plane:
    """What ``table`` (entries at even steps of L* 0..100) says of each L*, with straight lines from
    entry to entry: as exact as ``np.interp``, which searches for every pixel's place."""
    place = np.clip(plane, 0, 100) * np.float32((table.size - 1) / 100)
    entry = place.astype(np.int16)
    place -= entry
    place *= np.diff(table, append=table[-1])[entry]
    place += table[entry]
    return place


def mapped(plane: Plane, table: npt.NDArray[np.float32]) -> Plane:
    """``plane`` (0..100) through a table of 1001 entries."""
    out = np.empty_like(plane)

    def part(rows: slice) -> None:
        out[rows] = _looked_up(plane[rows], table)

    in_strips(plane.shape, part)
    return out


def with_local_contrast(plane: Plane, amount: float) -> Plane:
    """More contrast inside things, none added across their edges: a guided base, so no halo.

    ``plane`` is L*. The base comes from a small copy; its smoothness hides the enlargement.
    """
    if amount == 0:
        return plane
    small = _small(plane)
    radius = max(2, max(small.shape) // 24)
    mean = cv2.blur(small, (2 * radius + 1, 2 * radius + 1))
    variance = cv2.blur(small * small, (2 * radius + 1, 2 * radius + 1)) - mean * mean
    slope = variance / (variance + np.float32(14.0**2))
    offset = mean - slope * mean
    window = (2 * radius + 1, 2 * radius + 1)
    size = (plane.shape[1], plane.shape[0])
    slope = cv2.resize(cv2.blur(slope, window), size, interpolation=cv2.INTER_LINEAR)
    offset = cv2.resize(cv2.blur(offset, window), size, interpolation=cv2.INTER_LINEAR)

    def part(rows: slice) -> None:
        level = plane[rows]
        detail = level - (slope[rows] * level + offset[rows])
        # Least at the ends of the scale, where it would only clip.
        room = np.clip(np.minimum(level, 100 - level) / 25, 0, 1)
        offset[rows] = np.clip(level + np.float32(amount) * detail * room, 0, 100)

    in_strips(plane.shape, part)
    return np.asarray(offset, np.float32)


def warm_tone(warmth: float) -> npt.NDArray[np.float32]:
    """sRGB of a softly warm grey for L* 0..100, shape (1001, 3); warmth 0 is neutral."""
    level = np.linspace(0, 100, 1001, dtype=np.float32)[None]
    swell = np.clip(np.sin(np.pi * level / 100), 0, 1) ** 0.7
    strength = (warmth * swell).astype(np.float32)
    return np.asarray(painted(level, 1.6 * strength, 7.0 * strength)[0])


def monochrome(plane: Plane, warmth: float) -> Image:
    """L* as a picture in one softly warm tone."""
    tables = np.ascontiguousarray(warm_tone(warmth).T)
    out = np.empty((*plane.shape, 3), np.float32)

    def part(rows: slice) -> None:
        for channel, table in enumerate(tables):
            out[rows, :, channel] = _looked_up(plane[rows], table)

    in_strips(plane.shape, part)
    return out


def grey_cast(image: Image) -> tuple[float, float]:
    """(a*, b*) of what should be grey: the centre of the least colourful middle tones.

    Found by drawing a circle around the centre again and again, from wide to narrow. Where a
    picture has nothing near grey, the answer is (0, 0): no cast is claimed without evidence.
    """
    small = _small(image)
    values = lab(small)
    plane = values[..., 0]
    chosen = values[inner(plane) & (plane > 15) & (plane < 92)][:, 1:]
    if len(chosen) < 200:
        return 0.0, 0.0
    centre = np.zeros(2)
    for radius in (24.0, 18.0, 14.0, 12.0):
        near = chosen[np.hypot(*(chosen - centre).T) < radius]
        if len(near) < 0.08 * len(chosen):
            return 0.0, 0.0
        centre = np.median(near, axis=0)
    return float(centre[0]), float(centre[1])


def own_colours(image: Image) -> float:
    """How far the colours stray from those of one toned monochrome, in units of a*, b*.

    In a sepia or stained print every lightness has one tint; what strays from it (here: the 97th of
    100) was a colour. Measured on old photographs: prints 0 to 5.5, however brown; colour slides
    and autochromes 9.6 and more.
    """
    values = lab(cv2.GaussianBlur(_small(image), (0, 0), 2.0))
    values = values[inner(values[..., 0])]
    shade = (values[:, 0] / 5).astype(np.intp)
    apart = np.zeros(len(values), np.float32)
    for step in np.unique(shade):
        chosen = values[shade == step, 1:]
        if len(chosen) > 20:
            apart[shade == step] = np.hypot(*(chosen - np.median(chosen, axis=0)).T)
    return float(np.percentile(apart, 97))


def paper_tint(image: Image) -> tuple[float, float, float] | None:
    """L*, a*, b* of the print's pale margin; None where most of the outermost 2 % is no paper."""
    values = lab(_small(image))
    height, width = values.shape[:2]
    band = max(1, round(0.02 * max(height, width)))
    rim = np.ones((height, width), bool)
    rim[band : height - band, band : width - band] = False
    around = values[rim]
    pale = around[(around[:, 0] > 75) & (np.hypot(around[:, 1], around[:, 2]) < 2 * _GREY)]
    if len(pale) < 0.6 * len(around) or float(pale.std(axis=0).max()) > 6:
        return None
    level, a, b = (float(value) for value in np.median(pale, axis=0))
    return level, a, b


def _like_paper(values: Image, paper: tuple[float, float, float]) -> Plane:
    """How near each L*, a*, b* is to the paper's, 0..1."""
    apart = np.hypot(values[..., 1] - paper[1], values[..., 2] - paper[2])
    light = np.clip((values[..., 0] - np.float32(paper[0] - 14)) / 8, 0, 1)
    return np.asarray(np.clip((12 - apart) / 6, 0, 1) * light, np.float32)


def _without_cast(values: Plane, cast: _Values, colourful: _Values) -> Plane:
    """One of a*, b* less ``cast``; what is nearly grey is brought to grey at most, not past it.

    Paper ages unlike dyes: the cast of the picture, taken from its margin, would tint that in the
    opposite hue. ``colourful`` is 0 for what is nearly grey, 1 for what clearly has a hue.
    """
    at_most = np.where(cast > 0, np.clip(values, 0, cast), np.clip(values, cast, 0))
    return np.asarray(values - (at_most + colourful * (cast - at_most)), np.float32)


def _colour_toned(
    image: Image, plane: Plane, cast: tuple[float, float], share: float, report: Report
) -> Image:
    paper = paper_tint(image)
    out = np.empty_like(image)

    def part(rows: slice) -> None:
        before = lab(image[rows])
        old, new = before[..., 0], plane[rows]
        # Chroma follows the stretch of lightness in part, so dyes gain and skin does not glow.
        gain = np.clip((new + 16) / np.maximum(old + 16, 1), 0.7, 1.5) ** np.float32(0.6)
        fade = np.clip(old / 30, 0, 1) * np.clip((104 - old) / 20, 0, 1)
        chroma = np.hypot(before[..., 1], before[..., 2])
        colourful = np.clip((chroma - _GREY) / _GREY, 0, 1)
        gain = np.where(gain > 1, 1 + (gain - 1) * colourful, gain).astype(np.float32)
        like = _like_paper(before, paper) if paper else np.zeros_like(old)
        tint = (paper or (0.0, 0.0, 0.0))[1:]
        a, b = (
            like * (before[..., 1 + place] - np.float32(share * tint[place]))
            + (1 - like) * _without_cast(before[..., 1 + place], found * fade, colourful) * gain
            for place, found in enumerate(cast)
        )
        out[rows] = painted(new, a.astype(np.float32), b.astype(np.float32))

    in_strips(plane.shape, part, lambda share: report(0.5 + 0.45 * share))
    return out


def tone(
    image: Image,
    *,
    was: str,
    strength: float,
    contrast: float,
    warmth: float,
    cast: float,
    report: Report,
) -> Image:
    """Fading undone. ``strength``, ``contrast``, ``warmth`` and ``cast`` are shares, 0..1.

    ``cast`` is how much of a colour original's tint is taken back; ``warmth`` the tone of a
    black-and-white original.
    """
    table = curve(measured_levels(image), strength=strength)
    plane = mapped(lightness(image), table)
    report(0.3)
    plane = with_local_contrast(plane, contrast)
    report(0.5)
    if was == "black-and-white":
        return monochrome(plane, warmth)
    found = grey_cast(image)
    limited = min(1.0, 20.0 / max(1e-6, float(np.hypot(*found)))) * cast
    return _colour_toned(image, plane, (found[0] * limited, found[1] * limited), cast, report)
