"""How much a seam shows, and the naive way of tiling that shows it."""

from collections.abc import Mapping
from itertools import product
from typing import Any

import numpy as np

from server.restoration.engine import Engine, Image, Picture
from server.restoration.tiling import fitting, starts

CELL = 64


def ramp(height: int, width: int) -> Image:
    """A flat sky: hardly any slope, no edge."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    plane = 0.4 + 0.15 * x / width + 0.05 * y / height
    return np.repeat(plane[..., None], 3, axis=2)


def borders(length: int, tile: int, overlap: int) -> list[int]:
    """Where tiles begin or end inside a line, in pixels."""
    size = fitting(length, tile, overlap, CELL)
    begins = starts(length, size, overlap)
    return sorted({*begins[1:], *(begin + size for begin in begins[:-1])})


def seam_score(image: Image, across: list[int], down: list[int]) -> float:
    """Mean gradient over the borders (columns ``across``, rows ``down``) by that elsewhere."""
    grey = image.mean(axis=2)
    steps_x, steps_y = np.abs(np.diff(grey, axis=1)), np.abs(np.diff(grey, axis=0))
    on_x = np.isin(np.arange(steps_x.shape[1]) + 1, across)
    on_y = np.isin(np.arange(steps_y.shape[0]) + 1, down)
    at = np.concatenate([steps_x[:, on_x].ravel(), steps_y[on_y].ravel()])
    beside = np.concatenate([steps_x[:, ~on_x].ravel(), steps_y[~on_y].ravel()])
    return float(at.mean() / beside.mean())


def pasted(engine: Engine, picture: Image, params: Mapping[str, Any], tile: int) -> Image:
    """Every tile redrawn for itself and put beside the others: what a plain loop makes."""
    out = np.empty_like(picture)
    height, width = picture.shape[:2]
    for top, left in product(range(0, height, tile), range(0, width, tile)):
        part = np.ascontiguousarray(picture[top : top + tile, left : left + tile])
        made = engine.run("redraw", Picture(part), params, lambda share: None)
        out[top : top + tile, left : left + tile] = made.image
    return out
