"""``enhance``: a picture through an enlarging, denoising or deblurring network."""

from collections.abc import Callable

import cv2
import numpy as np

from server.restoration.engine import Image, Picture, Report
from server.restoration.engines.nets.loading import Array, Network
from server.restoration.engines.nets.params import Enhancing
from server.restoration.engines.nets.tiles import Tiling, in_tiles

_GREY = np.array([0.299, 0.587, 0.114], np.float32)
"""Luma of R'G'B' (ITU-R BT.601)."""


def run(
    picture: Picture,
    wanted: Enhancing,
    network_of: Callable[[str, str], Network],
    report: Report,
) -> Picture:
    """The picture as the network would have it, mixed with itself by ``strength``.

    Raises:
        ValueError: the network is for something else, or memory is too small for it.
    """
    network = network_of(wanted.model, wanted.precision)
    if network.purpose not in ("SR", "Restoration"):
        purpose = {"FaceSR": "one cut-out face", "Inpainting": "inpaint"}[network.purpose]
        raise ValueError(f"{wanted.model} is a network for {purpose}, not for enhance.")
    image = picture.image
    tiling = Tiling(min(wanted.tile or network.tile, max(image.shape[:2])), wanted.overlap)
    tiling.tile = max(tiling.tile, 2 * wanted.overlap)
    # As large as the answer, so made only where it is needed.
    needed = network.channels == 1 or wanted.strength < 1
    plain = _resized(image, network.scale) if needed else image
    if network.channels == 3:
        made = in_tiles(image, lambda cut, _: network(cut), tiling, report, scale=network.scale)
    else:
        # A grey network has a say in light and shade; colour stays where it was.
        grey = (image @ _GREY)[..., None]
        lit = in_tiles(grey, lambda cut, _: network(cut), tiling, report, scale=network.scale)
        made = np.clip(plain + (lit - (plain @ _GREY)[..., None]), 0, 1)
    if wanted.strength < 1:
        made = plain + wanted.strength * (made - plain)
    made = _limited(np.clip(made, 0, 1), image, wanted.long_side)
    return Picture(np.ascontiguousarray(made, np.float32), notes=tuple(tiling.notes))


def _resized(image: Array, scale: int) -> Array:
    if scale == 1:
        return image
    height, width = image.shape[:2]
    size = (width * scale, height * scale)
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_CUBIC), np.float32)


def _limited(made: Array, given: Image, long_side: int | None) -> Array:
    """The result reduced to ``long_side``, or to the size given where that is larger."""
    longest = max(made.shape[:2])
    limit = max(long_side or longest, max(given.shape[:2]))
    if longest <= limit:
        return made
    height, width = given.shape[:2]
    factor = limit / max(height, width)
    size = (round(width * factor), round(height * factor))
    return np.asarray(cv2.resize(made, size, interpolation=cv2.INTER_AREA), np.float32)
