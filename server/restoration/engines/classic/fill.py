"""Damage mended from the picture itself; every pixel outside the damage keeps its bits.

Narrow damage gets the likeliest value given its rim (``kriging``), block by block. Wide damage is
filled from other places of the picture (``patches``). Both get grain lent by their neighbourhood,
because a broad fill without grain is seen from across the room.
"""

from concurrent.futures import ThreadPoolExecutor
from itertools import product

import cv2
import numpy as np
import numpy.typing as npt

from server.restoration.engine import Image, Layer, Report
from server.restoration.engines.classic.kriging import bridged
from server.restoration.engines.classic.margins import margin_depths, margin_of, mend_margin
from server.restoration.engines.classic.patches import filled_from_elsewhere
from server.restoration.lab import Plane, is_grey

Mask = npt.NDArray[np.bool_]

_BLOCK = 384
_CONTEXT = 32
_GRAINY = (1.0, 3.0)
"""Pixels from the rim between which a fill comes to have the grain of its neighbourhood: a hairline
shows none, and lending it some would only add noise."""


def mask_of(layer: Layer, height: int, width: int) -> Mask:
    """The damage at the picture's size: True where the layer is 128 or more."""
    if layer.shape != (height, width):
        layer = np.asarray(
            cv2.resize(layer, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8
        )
    return layer >= 128


def narrow_and_wide(mask: Mask) -> tuple[Mask, list[Mask], list[tuple[slice, slice]]]:
    """Damage a surface can bridge, and the wide pieces, each with its place in the picture."""
    reach = max(8.0, max(mask.shape) / 140)
    depth = cv2.distanceTransform(np.pad(mask, 1).astype(np.uint8), cv2.DIST_L2, 5)[1:-1, 1:-1]
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    if not (depth > reach).any():
        return mask, [], []
    wide = np.unique(labels[depth > reach])
    narrow = mask & ~np.isin(labels, wide)
    pieces: list[Mask] = []
    places = []
    for label in wide:
        left, top, width, height = stats[label, :4]
        place = (slice(top, top + height), slice(left, left + width))
        pieces.append(labels[place] == label)
        places.append(place)
    return narrow, pieces, places


def _share_of_grain(mask: Mask) -> Plane:
    depth = cv2.distanceTransform(mask.astype(np.uint8), cv2.DIST_L2, 3)[..., None]
    return np.asarray(np.clip((depth - _GRAINY[0]) / (_GRAINY[1] - _GRAINY[0]), 0, 1), np.float32)


def _lent_grain(part: Image, mask: Mask, seed: int) -> Image:
    """Grain for one block: what a small blur leaves of undamaged places nearby.

    Each pixel borrows from one of a few fixed shifts; what stands out is an edge, not grain, and is
    cut off.
    """
    known = 1 - mask[..., None].astype(np.float32)
    weight = cv2.GaussianBlur(known, (0, 0), 1.2)[..., None]
    blurred = cv2.GaussianBlur(part * known, (0, 0), 1.2).reshape(part.shape)
    smooth = blurred / np.maximum(weight, 1e-3)
    grain = (part - smooth) * (weight > 0.97)
    usable = cv2.erode(known[..., 0].astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    if not usable.any():
        return np.zeros_like(part)
    deviation = np.median(np.abs(grain[usable])) * 1.4826
    out = np.zeros_like(part)
    missing = mask.copy()
    turn = np.random.default_rng(seed).permutation(12)
    for distance in (9, 15, 23):
        for angle in turn * (2 * np.pi / 12):
            shift = (round(distance * np.sin(angle)), round(distance * np.cos(angle)))
            take = missing & np.roll(usable, shift, (0, 1))
            out[take] = np.roll(grain, shift, (0, 1))[take]
            missing &= ~take
        if not missing.any():
            break
    return np.clip(out, -2.2 * deviation, 2.2 * deviation).astype(np.float32)


def _mend_narrow(
    image: Image, out: Image, mask: Mask, narrow: Mask, grain: float, seed: int
) -> None:
    """Writes ``narrow`` into ``out``; wide damage next to it is not taken for evidence."""
    height, width = mask.shape

    def fill(corner: tuple[int, int]) -> None:
        top, left = corner
        inner = (slice(top, top + _BLOCK), slice(left, left + _BLOCK))
        y, x = max(0, top - _CONTEXT), max(0, left - _CONTEXT)
        place = (slice(y, top + _BLOCK + _CONTEXT), slice(x, left + _BLOCK + _CONTEXT))
        hole = mask[place]
        if hole.all() or not narrow[inner].any():
            return
        here = (slice(top - y, top - y + _BLOCK), slice(left - x, left - x + _BLOCK))
        wanted = np.zeros_like(hole)
        wanted[here] = narrow[inner]
        part = image[place]
        if is_grey(part):
            part = np.ascontiguousarray(part[..., :1])
        surface = bridged(part, hole, wanted)
        lent = _share_of_grain(hole) * _lent_grain(part, hole, seed + top + left)
        surface += np.float32(grain) * lent
        out[place][wanted] = np.clip(surface[wanted], 0, 1)

    # Each block writes its own pixels, so that their order does not matter.
    with ThreadPoolExecutor(2) as pool:
        for _ in pool.map(fill, product(range(0, height, _BLOCK), range(0, width, _BLOCK))):
            pass


def mend(image: Image, mask: Mask, *, grain: float, seed: int, report: Report) -> Image:
    """The picture with its damage filled; outside ``mask`` bit for bit the same.

    ``grain`` is the share of the neighbourhood's grain that a fill receives, 0..1. A picture that
    is damaged everywhere has nothing to be mended from and comes back as it was.
    """
    out = image.copy()
    if not mask.any() or mask.all():
        return out
    narrow, pieces, places = narrow_and_wide(mask)
    depths = (0, 0, 0, 0)
    if pieces:
        depths = margin_depths(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), mask)
    margin = margin_of(mask.shape, depths)
    for number, (piece, place) in enumerate(zip(pieces, places, strict=True)):
        inner = piece & ~margin[place]
        if inner.any():
            filled_from_elsewhere(image, out, mask | margin, inner, place, seed=seed + number)
        if inner.sum() < piece.sum():
            wide = np.zeros_like(mask)
            wide[place] = piece & margin[place]
            mend_margin(out, mask, wide, depths)
        report(0.6 * (number + 1) / len(pieces))
    _mend_narrow(image, out, mask, narrow, grain, seed)
    return out
