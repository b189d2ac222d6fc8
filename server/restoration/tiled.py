"""An operation run the way it wants its pixels: padded to its sizes, or tile by tile."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from server.restoration.engine import Engine, Image, Layer, Picture, Report
from server.restoration.tiling import Tile, feather, grid, padding


def padded(
    engine: Engine, operation: str, picture: Picture, params: Mapping[str, Any], report: Report
) -> Picture:
    """Runs on a picture grown by reflection to a size the operation accepts, and cuts it back."""
    traits = engine.traits.operations[operation]
    height, width = picture.image.shape[:2]
    below = padding(height, traits.minimum, traits.multiple_of)
    right = padding(width, traits.minimum, traits.multiple_of)
    if not below and not right:
        return engine.run(operation, picture, params, report)
    grown = Picture(
        _grow(picture.image, below, right),
        {name: _grow(layer, below, right) for name, layer in picture.layers.items()},
    )
    made = engine.run(operation, grown, params, report)
    scale = made.image.shape[0] / grown.image.shape[0]
    high, wide = round(height * scale), round(width * scale)
    return Picture(
        np.ascontiguousarray(made.image[:high, :wide]),
        {name: np.ascontiguousarray(mask[:height, :width]) for name, mask in made.layers.items()},
        {
            name: _uncovered(plate, grown.image, height, width)
            for name, plate in made.plates.items()
        },
        made.notes,
    )


def _uncovered(plate: Image, grown: Image, height: int, width: int) -> Image:
    """A plate without the part that was padding; it may have a size of its own."""
    down, across = plate.shape[0] / grown.shape[0], plate.shape[1] / grown.shape[1]
    return np.ascontiguousarray(plate[: round(height * down), : round(width * across)])


def _grow(pixels: Any, below: int, right: int) -> Any:
    around = ((0, below), (0, right)) + ((0, 0),) * (pixels.ndim - 2)
    # A picture smaller than its padding cannot be mirrored often enough by "reflect".
    mirrored = below < pixels.shape[0] and right < pixels.shape[1]
    return np.pad(pixels, around, mode="reflect" if mirrored else "edge")


def run_tiled(
    engine: Engine,
    operation: str,
    picture: Picture,
    params: Mapping[str, Any],
    report: Report,
    *,
    tile: int,
) -> Picture:
    """Runs a local operation on overlapping tiles and blends them by feathered weights.

    The operation must keep the picture's size. Tiles share twice the operation's margin.
    """
    traits = engine.traits.operations[operation]
    height, width = picture.image.shape[:2]
    overlap = max(2 * traits.margin, 16)
    tiles = list(grid(width, height, tile, overlap))
    total = np.zeros((height, width, 3), np.float32)
    weights = np.zeros((height, width), np.float32)
    layers: dict[str, Layer] = {}
    for place, part in enumerate(tiles):
        made = padded(engine, operation, _cut(picture, part), params, lambda _: None)
        weight = feather(part, width, height, overlap)
        total[part.slices] += made.image * weight[..., None]
        weights[part.slices] += weight
        for name, layer in made.layers.items():
            whole = layers.setdefault(name, np.zeros((height, width), np.uint8))
            np.maximum(whole[part.slices], layer, out=whole[part.slices])
        report((place + 1) / len(tiles))
    total /= weights[..., None]
    return Picture(total, layers)


def _cut(picture: Picture, part: Tile) -> Picture:
    return Picture(
        np.ascontiguousarray(picture.image[part.slices]),
        {name: np.ascontiguousarray(mask[part.slices]) for name, mask in picture.layers.items()},
    )
