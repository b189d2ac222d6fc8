"""A canvas cut into equal tiles that overlap, and put together without a seam."""

from dataclasses import dataclass
from itertools import product
from typing import Any

import torch

from server.restoration.tiling import Tile, fitting, shares, starts


@dataclass(frozen=True, slots=True)
class Layout:
    """Tiles of one size over a canvas, and how much each counts where; lengths in cells."""

    height: int
    width: int
    tiles: tuple[Tile, ...]
    weights: tuple[Any, ...]
    """A tensor (tile height, tile width) a tile; over the canvas they sum to 1 everywhere."""

    @property
    def computed(self) -> float:
        """Cells that are computed for each cell of the canvas, at least 1."""
        tile = self.tiles[0]
        cells = (tile.right - tile.left) * (tile.bottom - tile.top)
        return len(self.tiles) * cells / (self.height * self.width)


def layout(
    height: int, width: int, largest: int, overlap: int, multiple_of: int, device: Any
) -> Layout:
    """Equal tiles that fit the canvas with few computed cells. Raises ValueError: no such tile."""
    high = fitting(height, largest, overlap, multiple_of)
    wide = fitting(width, largest, overlap, multiple_of)
    # One tile across has no neighbour, and may be smaller than the overlap.
    above, beside = (overlap if high < height else 0), (overlap if wide < width else 0)
    rows = zip(starts(height, high, above), shares(height, high, above), strict=True)
    columns = zip(starts(width, wide, beside), shares(width, wide, beside), strict=True)
    tiles, weights = [], []
    for (top, down), (left, across) in product(list(rows), list(columns)):
        tiles.append(Tile(left, top, left + wide, top + high))
        weights.append(torch.from_numpy(down[:, None] * across[None, :]).to(device))
    return Layout(height, width, tuple(tiles), tuple(weights))


def cut(canvas: Any, tiles: Any, scale: int = 1) -> Any:
    """The tiles of a canvas (1, channels, height, width) as one batch; ``scale`` cells a cell."""
    parts = [
        canvas[
            ...,
            tile.top * scale : tile.bottom * scale,
            tile.left * scale : tile.right * scale,
        ]
        for tile in tiles
    ]
    return torch.cat(parts)


class Mosaic:
    """A canvas (1, channels, height, width) in fp32 that grows from tiles."""

    def __init__(self, plan: Layout, scale: int = 1) -> None:
        self._plan = plan
        self._scale = scale
        self._canvas: Any = None

    def add(self, places: Any, parts: Any) -> None:
        """``parts`` (tiles, channels, …) are the plan's tiles number ``places``."""
        if self._canvas is None:
            size = (self._plan.height * self._scale, self._plan.width * self._scale)
            self._canvas = torch.zeros(
                (1, parts.shape[1], *size), dtype=torch.float32, device=parts.device
            )
        for place, part in zip(places, parts, strict=True):
            weight = self._plan.weights[place]
            if self._scale != 1:
                weight = torch.nn.functional.interpolate(
                    weight[None, None], scale_factor=self._scale, mode="bilinear"
                )[0, 0]
            rows, columns = self._plan.tiles[place].slices
            rows = slice(rows.start * self._scale, rows.stop * self._scale)
            columns = slice(columns.start * self._scale, columns.stop * self._scale)
            self._canvas[0, :, rows, columns] += part.float() * weight

    @property
    def whole(self) -> Any:
        return self._canvas
