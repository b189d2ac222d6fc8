"""A network run tile by tile: neighbours blend where both know their surroundings.

The outer quarter of an overlap is context only and enters no result, so that what a network makes
of a cut edge is never seen.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from server.restoration.engine import Report
from server.restoration.engines.nets.loading import OutOfMemory
from server.restoration.tiling import Tile, feather, grid

Array = npt.NDArray[np.float32]

SMALLEST = 64
"""Side of a tile in pixels below which memory is not the question."""


@dataclass
class Tiling:
    """How large tiles may be here; halved, for the rest of the picture, when memory runs out."""

    tile: int
    overlap: int
    notes: list[str] = field(default_factory=list)

    def halve(self) -> None:
        """Raises ValueError where tiles cannot get smaller."""
        smaller = self.tile // 2
        if smaller < max(SMALLEST, 2 * self.overlap):
            raise ValueError(
                f"The device has not enough memory for this network, not even with tiles of"
                f" {self.tile} pixels. Use a smaller network, or REKINDLE_DEVICES='[\"cpu\"]'."
            )
        self.notes.append(
            f"Memory ran out with tiles of {self.tile} pixels; {smaller} pixels were used."
        )
        self.tile = smaller


def in_tiles(
    image: Array,
    network: Callable[[Array, Tile], Array],
    tiling: Tiling,
    report: Report,
    *,
    scale: int = 1,
    wanted: Callable[[Tile], bool] = lambda tile: True,
) -> Array:
    """What a network makes of a picture, shape (h * scale, w * scale, channels).

    Args:
        image: shape (h, w, channels).
        network: from a cut of the picture, and its place, to the answer for it.
        wanted: tiles for which this is False are not run and come out as zeros.

    Raises:
        ValueError: the device has not enough memory for the smallest tile.
    """
    told = 0.0

    def tell(share: float) -> None:
        # A smaller tile begins the picture anew; progress never runs back.
        nonlocal told
        told = max(told, share)
        report(told)

    while True:
        try:
            return _once(image, network, tiling, tell, scale, wanted)
        except OutOfMemory:
            tiling.halve()


def _once(
    image: Array,
    network: Callable[[Array, Tile], Array],
    tiling: Tiling,
    report: Report,
    scale: int,
    wanted: Callable[[Tile], bool],
) -> Array:
    height, width = image.shape[:2]
    context = tiling.overlap // 4
    blend = tiling.overlap - 2 * context
    total = np.zeros((height * scale, width * scale, image.shape[2]), np.float32)
    weights = np.zeros((height * scale, width * scale, 1), np.float32)
    tiles = [tile for tile in grid(width, height, tiling.tile, tiling.overlap) if wanted(tile)]
    for place, tile in enumerate(tiles):
        answer = network(image[tile.slices], tile)
        inner = _without_context(tile, width, height, context)
        rows, columns = inner.slices
        cut = answer[
            (inner.top - tile.top) * scale : (inner.bottom - tile.top) * scale,
            (inner.left - tile.left) * scale : (inner.right - tile.left) * scale,
        ]
        at = _times(rows, scale), _times(columns, scale)
        weight = feather(_scaled(inner, scale), width * scale, height * scale, blend * scale)
        total[at] += cut * weight[..., None]
        weights[at] += weight[..., None]
        report((place + 1) / len(tiles))
    return np.divide(total, weights, out=total, where=weights > 0)


def _without_context(tile: Tile, width: int, height: int, context: int) -> Tile:
    return Tile(
        tile.left + (context if tile.left > 0 else 0),
        tile.top + (context if tile.top > 0 else 0),
        tile.right - (context if tile.right < width else 0),
        tile.bottom - (context if tile.bottom < height else 0),
    )


def _scaled(tile: Tile, scale: int) -> Tile:
    return Tile(tile.left * scale, tile.top * scale, tile.right * scale, tile.bottom * scale)


def _times(part: slice, scale: int) -> slice:
    return slice(part.start * scale, part.stop * scale)
