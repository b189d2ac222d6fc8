"""Damage drawn by rule, from no shape that training has seen, for `scripts/bench quality` alone.

A second ageing: a finder that learnt the shapes of the first, and not what damage is, would show it
here. About 25 pieces: scratches that swell, hairs, clustered specks, chips with a ragged edge; most
have the light or dark of bare paper and dirt, some differ little from what they cover. Sizes are in
pixels of the print.
"""

import cv2
import numpy as np
import numpy.typing as npt
from scipy.interpolate import CubicSpline

Plane = npt.NDArray[np.float32]
Rng = np.random.Generator

_FINE = 8
"""Everything is drawn so many times larger, then averaged."""
_PIECES = (20, 30)
_EXTREME = 0.65
"""How many pieces have a tone of their own, not one near what they cover."""
_SOFT = (0.3, 0.9)
"""By how many pixels soft damage is blurred, each piece by its own (standard deviation); a print's
picture is, by 0.8."""


def _curve(rng: Rng, length: float, bend: float) -> npt.NDArray[np.float64]:
    """Points of a smooth line of this length, (n, 2), around 0; ``bend``: how far from straight."""
    knots = np.linspace(0, 1, 5)
    across = np.concatenate([[0.0], np.cumsum(rng.normal(0, bend * length / 4, 4))])
    along = np.linspace(0, 1, max(12, int(length)))
    points = np.stack([along * length, CubicSpline(knots, across)(along)], axis=1)
    turn = rng.uniform(0, 2 * np.pi)
    matrix = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    return np.asarray((points - points.mean(axis=0)) @ matrix, np.float64)


def _line(rng: Rng, canvas: npt.NDArray[np.uint8], *, bend: float, length: float) -> None:
    """A line whose width swells along it, drawn as overlapping discs."""
    middle = rng.uniform(0, 1, 2) * canvas.shape[::-1] / _FINE
    points = (_curve(rng, length, bend) + middle) * _FINE
    wide = rng.uniform(0.9, 3.0) * _FINE / 2
    swell = 0.7 + 0.3 * np.sin(np.linspace(0, rng.uniform(2, 12), len(points)) + rng.uniform(0, 6))
    for (start, end), share in zip(zip(points, points[1:], strict=False), swell, strict=False):
        ends = [tuple(int(value) for value in np.round(place)) for place in (start, end)]
        cv2.line(canvas, ends[0], ends[1], 255, max(1, round(2 * wide * share)))


def _specks(rng: Rng, canvas: npt.NDArray[np.uint8]) -> None:
    middle = rng.uniform(0, 1, 2) * canvas.shape[::-1]
    for _ in range(int(rng.integers(1, 5))):
        place = middle + rng.normal(0, 12 * _FINE, 2)
        radius = rng.uniform(0.8, 3.0) * _FINE
        axes = (max(1, round(radius)), max(1, round(radius * rng.uniform(0.5, 1.0))))
        centre = (int(place[0]), int(place[1]))
        cv2.ellipse(canvas, centre, axes, rng.uniform(0, 180), 0, 360, 255, -1)


def _chip(rng: Rng, canvas: npt.NDArray[np.uint8]) -> None:
    middle = rng.uniform(0, 1, 2) * canvas.shape[::-1]
    angles = np.sort(rng.uniform(0, 2 * np.pi, int(rng.integers(7, 14))))
    reach = rng.uniform(2.5, 6.0) * _FINE * rng.uniform(0.5, 1.0, len(angles))
    ring = middle + reach[:, None] * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    cv2.fillPoly(canvas, [np.round(ring).astype(np.int32)], 255)


def _piece(rng: Rng, shape: tuple[int, int]) -> Plane:
    canvas = np.zeros((shape[0] * _FINE, shape[1] * _FINE), np.uint8)
    draw = rng.random()
    if draw < 0.30:
        _line(rng, canvas, bend=0.02, length=rng.uniform(30, 140))
    elif draw < 0.50:
        _line(rng, canvas, bend=0.35, length=rng.uniform(14, 70))
    elif draw < 0.80:
        _specks(rng, canvas)
    else:
        _chip(rng, canvas)
    cover = cv2.resize(canvas, shape[::-1], interpolation=cv2.INTER_AREA)
    return np.asarray(cover, np.float32) / np.float32(255)


def drawn(plane: Plane, rng: Rng, *, soft: bool) -> tuple[Plane, Plane]:
    """Opacity and tone of the damage on a print, each (h, w), 0..1; ``soft`` is whether it is about
    as soft as the picture, as that of a negative may be on a print."""
    opacity, tone = np.zeros_like(plane), np.zeros_like(plane)
    for _ in range(int(rng.integers(*_PIECES))):
        cover = _piece(rng, (plane.shape[0], plane.shape[1]))
        if soft:
            blurred = cv2.GaussianBlur(cover, (0, 0), rng.uniform(*_SOFT))
            cover = np.asarray(blurred, np.float32)
        cover = cover * np.float32(rng.uniform(0.7, 1.0))
        light = rng.random() < 0.6
        if rng.random() < _EXTREME:
            level = rng.uniform(0.85, 1.0) if light else rng.uniform(0.0, 0.15)
        else:
            below = float((plane * cover).sum() / (cover.sum() + 1e-6))
            level = below + rng.uniform(0.15, 0.35) * (1 if light else -1)
        stronger = cover > opacity
        opacity = np.maximum(opacity, cover)
        tone[stronger] = np.float32(np.clip(level, 0, 1))
    return opacity, tone
