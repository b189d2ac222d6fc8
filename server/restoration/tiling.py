"""Tile grid, overlap, feather weights. Pure geometry: no pixels are read here."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True)
class Tile:
    """A rectangle in pixels; ``right`` and ``bottom`` are exclusive."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def slices(self) -> tuple[slice, slice]:
        return slice(self.top, self.bottom), slice(self.left, self.right)


def starts(length: int, tile: int, overlap: int) -> tuple[int, ...]:
    """Where tiles begin along one side so that neighbours share at least ``overlap`` pixels.

    Tiles are spread evenly: no sliver at the end, no more of them than needed.

    Raises:
        ValueError: ``overlap`` is not smaller than ``tile``, or a length is not positive.
    """
    if length <= 0 or tile <= 0 or not 0 <= overlap < tile:
        raise ValueError(f"no grid for length {length}, tile {tile}, overlap {overlap}")
    if length <= tile:
        return (0,)
    count = -(-(length - overlap) // (tile - overlap))
    return tuple(round(i * (length - tile) / (count - 1)) for i in range(count))


def grid(width: int, height: int, tile: int, overlap: int) -> Iterator[Tile]:
    """Tiles of at most ``tile`` pixels a side that cover ``width`` x ``height``, row by row."""
    for top in starts(height, tile, overlap):
        for left in starts(width, tile, overlap):
            yield Tile(left, top, min(left + tile, width), min(top + tile, height))


def feather(tile: Tile, width: int, height: int, overlap: int) -> npt.NDArray[np.float32]:
    """Blending weights of a tile, shape (tile height, tile width), in (0, 1].

    Weights rise linearly over ``overlap`` pixels from every side that has a neighbour and stay 1 at
    the picture's own border. Divide by the sum of all tiles' weights.
    """

    def ramp(low: int, high: int, length: int) -> npt.NDArray[np.float32]:
        line = np.ones(high - low, np.float32)
        rise = np.arange(1, overlap + 1, dtype=np.float32) / (overlap + 1)
        reach = min(overlap, line.size)
        if low > 0:
            line[:reach] = np.minimum(line[:reach], rise[:reach])
        if high < length:
            line[-reach:] = np.minimum(line[-reach:], rise[::-1][-reach:])
        return line

    if overlap == 0:
        return np.ones((tile.bottom - tile.top, tile.right - tile.left), np.float32)
    rows = ramp(tile.top, tile.bottom, height)
    columns = ramp(tile.left, tile.right, width)
    return np.minimum(rows[:, None], columns[None, :])


def padding(length: int, minimum: int, multiple_of: int) -> int:
    """Pixels to add to ``length`` so that it is at least ``minimum`` and divisible."""
    wanted = max(length, minimum)
    return wanted + -wanted % multiple_of - length
