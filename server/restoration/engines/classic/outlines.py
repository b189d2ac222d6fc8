"""An outline around what a curator clicked on: a suggestion to accept or to draw over.

What hangs together with the click along the picture's edges and looks like it is the seed of a
grab-cut (Rother, Kolmogorov and Blake, "GrabCut", 2004; OpenCV's), on a small copy.
"""

import heapq
from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from server.restoration.engine import Image
from server.restoration.lab import Plane, lab

Point = tuple[float, float]
Mask = npt.NDArray[np.bool_]

_SIDE = 320
_ROUNDS = 4
_CORNERS = 28
_SURE, _LIKELY, _FAR = 0.35, 1.0, 2.2
"""Geodesic distance, in units of the clicked surface's own spread: surely inside, likely inside,
surely outside."""


def suggested(image: Image, points: Sequence[Point], reach: float = 1.0) -> list[Point]:
    """An outline, fractions of width and height, around the thing under ``points``.

    Several points join what they lie on; a ``reach`` below 1 takes less around them, above 1 more.
    Deterministic; under half a second whatever the size. Where nothing stands out around the
    click, a small circle comes back. Raises ValueError for no points, a point outside the picture
    or a reach that is not above 0.
    """
    if not reach > 0:
        raise ValueError("reach is a number above 0.")
    if not points or any(not (0 <= x <= 1 and 0 <= y <= 1) for x, y in points):
        raise ValueError("a point is given as two fractions from 0 to 1: x, then y.")
    small = _small(image)
    height, width = small.shape[:2]
    places = [(min(height - 1, int(y * height)), min(width - 1, int(x * width))) for x, y in points]
    near = _geodesic(small, places, reach)
    inside = _cut(small, near)
    kept = _holding(inside, places)
    if not kept.any():
        kept = near < _SURE
    return _outline(kept, places)


def _small(image: Image) -> Image:
    scale = min(1.0, _SIDE / max(image.shape[:2]))
    size = (max(2, round(image.shape[1] * scale)), max(2, round(image.shape[0] * scale)))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.float32)


def _geodesic(image: Image, places: Sequence[tuple[int, int]], reach: float) -> Plane:
    """Least sum of steps from a click, a step costing what the picture changes on it, plus a
    little a pixel; 1 is what the surface around the click varies by over a twelfth of the width,
    times ``reach``."""
    calm = cv2.bilateralFilter(cv2.medianBlur(image, 5), 9, 0.1, 5.0)
    values = lab(np.asarray(calm, np.float32))
    height, width = values.shape[:2]
    radius = max(3, round(0.02 * max(height, width)))
    around = np.concatenate(
        [
            values[
                max(0, y - radius) : y + radius + 1, max(0, x - radius) : x + radius + 1
            ].reshape(-1, 3)
            for y, x in places
        ]
    )
    spread = 6.0 + 1.5 * float(np.median(np.abs(around - np.median(around, axis=0))))
    tone = np.median(around, axis=0)
    # What looks unlike the clicked surface is far even where the way there is smooth.
    unlike = np.sqrt(((values - tone) ** 2).sum(axis=2)) / (4 * spread)
    price = (4 * unlike**2 + 0.4) / (max(height, width) / 4)
    cost = spread * reach
    return _distances(price / reach, _steps(values, 0) / cost, _steps(values, 1) / cost, places)


def _steps(values: Image, axis: int) -> Plane:
    """What changes from a pixel to the next, less what folds and grain change anyway."""
    step = np.abs(np.diff(values, axis=axis)).sum(axis=2)
    return np.asarray(np.maximum(step - max(2.0, 2 * float(np.median(step))), 0), np.float32)


def _distances(price: Plane, down: Plane, right: Plane, places: Sequence[tuple[int, int]]) -> Plane:
    """Dijkstra over four neighbours, up to what is surely outside."""
    height, width = price.shape
    out = np.full(price.shape, np.inf, np.float32)
    queue: list[tuple[float, int, int]] = []
    for y, x in places:
        out[y, x] = 0
        queue.append((0.0, y, x))
    heapq.heapify(queue)
    while queue:
        far, y, x = heapq.heappop(queue)
        if far > out[y, x] or far > _FAR:
            continue
        for ny, nx, step in (
            (y - 1, x, down[y - 1, x] if y else 0.0),
            (y + 1, x, down[y, x] if y + 1 < height else 0.0),
            (y, x - 1, right[y, x - 1] if x else 0.0),
            (y, x + 1, right[y, x] if x + 1 < width else 0.0),
        ):
            if 0 <= ny < height and 0 <= nx < width:
                there = far + float(price[ny, nx]) + float(step)
                if there < out[ny, nx]:
                    out[ny, nx] = there
                    heapq.heappush(queue, (there, ny, nx))
    return out


def _cut(image: Image, near: Plane) -> Mask:
    marks = np.full(near.shape, cv2.GC_BGD, np.uint8)
    marks[near < _FAR] = cv2.GC_PR_BGD
    marks[near < _LIKELY] = cv2.GC_PR_FGD
    marks[near < _SURE] = cv2.GC_FGD
    if not (marks == cv2.GC_BGD).any() or not (marks == cv2.GC_FGD).any():
        return near < _LIKELY
    cv2.setRNGSeed(0)
    levels = np.round(image * 255).astype(np.uint8)[..., ::-1].copy()
    models = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.grabCut(levels, marks, None, *models, _ROUNDS, cv2.GC_INIT_WITH_MASK)
    return np.asarray((marks == cv2.GC_FGD) | (marks == cv2.GC_PR_FGD))


def _holding(inside: Mask, places: Sequence[tuple[int, int]]) -> Mask:
    """The pieces that the clicks lie on, closed and without holes or whiskers."""
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (5, 5))
    calm = cv2.morphologyEx(inside.astype(np.uint8), cv2.MORPH_CLOSE, kernel)
    calm = cv2.morphologyEx(calm, cv2.MORPH_OPEN, kernel)
    _, labels = cv2.connectedComponents(calm, connectivity=4)
    wanted = {int(labels[place]) for place in places} - {0}
    return np.isin(labels, list(wanted))


def _outline(inside: Mask, places: Sequence[tuple[int, int]]) -> list[Point]:
    """The largest piece's rim with a few corners, at pixel borders."""
    height, width = inside.shape
    found, _ = cv2.findContours(inside.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if not found or max(cv2.contourArea(rim) for rim in found) < 12:
        return _circle(places[0], height, width)
    rim = max(found, key=cv2.contourArea)
    loose = 0.002 * cv2.arcLength(rim, True)
    corners = rim
    while len(corners) > _CORNERS:
        loose *= 1.25
        corners = cv2.approxPolyDP(rim, loose, True)
    if len(corners) < 3:
        return _circle(places[0], height, width)
    return [
        (round((float(x) + 0.5) / width, 4), round((float(y) + 0.5) / height, 4))
        for x, y in corners[:, 0]
    ]


def _circle(place: tuple[int, int], height: int, width: int) -> list[Point]:
    radius = 0.025 * max(height, width)
    angles = np.linspace(0, 2 * np.pi, 12, endpoint=False)
    return [
        (
            round(float(np.clip((place[1] + 0.5 + radius * np.cos(a)) / width, 0, 1)), 4),
            round(float(np.clip((place[0] + 0.5 + radius * np.sin(a)) / height, 0, 1)), 4),
        )
        for a in angles
    ]
