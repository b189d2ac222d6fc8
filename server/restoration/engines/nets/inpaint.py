"""``inpaint``: what the damage layer names, filled by a network; every other pixel stays."""

from collections.abc import Callable

import cv2
import numpy as np
import numpy.typing as npt

from server.restoration.engine import Layer, Picture, Report
from server.restoration.engines.nets.loading import Array, Network
from server.restoration.engines.nets.params import Filling
from server.restoration.engines.nets.tiles import Tiling, in_tiles
from server.restoration.tiling import Tile


def run(
    picture: Picture,
    wanted: Filling,
    network_of: Callable[[str, str], Network],
    report: Report,
) -> Picture:
    """The picture with its damage filled.

    Raises:
        ValueError: the network is not for filling, or memory is too small for it.
    """
    image = picture.image
    damaged = _mask(picture.layers.get("damage"), image.shape[0], image.shape[1])
    if not damaged.any():
        return Picture(image.copy())
    network = network_of(wanted.model, wanted.precision)
    if network.purpose != "Inpainting":
        raise ValueError(f"{wanted.model} is not a network for inpaint.")
    if network.channels != 3:
        raise ValueError(f"{wanted.model} fills {network.channels} channel; inpaint needs 3.")
    missing = damaged.astype(np.float32)

    def fill(cut: Array, tile: Tile) -> Array:
        return network(cut, missing[tile.slices])

    tiling = Tiling(wanted.tile or network.tile, wanted.overlap)
    tiling.tile = max(tiling.tile, 2 * wanted.overlap)
    made = in_tiles(
        image, fill, tiling, report, wanted=lambda tile: bool(damaged[tile.slices].any())
    )
    return Picture(np.where(damaged[..., None], made, image), notes=tuple(tiling.notes))


def _mask(layer: Layer | None, height: int, width: int) -> npt.NDArray[np.bool_]:
    """The damage at the picture's size."""
    if layer is None:
        return np.zeros((height, width), bool)
    if layer.shape != (height, width):
        layer = np.asarray(cv2.resize(layer, (width, height)), np.uint8)
    return layer >= 128
