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


def fitting(length: int, largest: int, overlap: int, multiple_of: int) -> int:
    """The tile that covers ``length`` with the fewest pixels: near-equal tiles, least overlap.

    Of the tiles that are multiples of ``multiple_of``, at most ``largest`` and share ``overlap``
    with their neighbours, the one whose row of tiles is shortest; of equals the largest. ``length``
    itself where it is at most ``largest``.

    Raises:
        ValueError: no such tile.
    """
    if length <= largest:
        return length
    sizes = range(multiple_of, largest + 1, multiple_of)
    fit = [size for size in sizes if size >= 2 * overlap]
    if not fit:
        raise ValueError(f"no tile of at most {largest} shares {overlap} with two others")
    return min(fit, key=lambda size: (len(starts(length, size, overlap)) * size, -size))


def shares(length: int, tile: int, overlap: int) -> npt.NDArray[np.float32]:
    """How much each tile of :func:`starts` counts at each pixel, shape (tiles, tile).

    At every pixel of the line the tiles that cover it sum to 1; over the whole of an overlap the
    share falls as a raised cosine, so that neither it nor its slope jumps where a tile begins.
    """
    begin = np.array(starts(length, tile, overlap))
    out = np.ones((begin.size, min(tile, length)), np.float32)
    for place in range(1, begin.size):
        common = int(begin[place - 1] + tile - begin[place])
        rise = 0.5 - 0.5 * np.cos(np.pi * (np.arange(common) + 0.5) / max(common, 1))
        out[place, :common] *= rise.astype(np.float32)
        out[place - 1, tile - common :] *= 1 - rise.astype(np.float32)
    total = np.zeros(length, np.float32)
    for start, share in zip(begin, out, strict=True):
        total[start : start + tile] += share
    # Exactly 1 already, but where three tiles meet.
    for start, share in zip(begin, out, strict=True):
        share /= total[start : start + tile]
    return out
