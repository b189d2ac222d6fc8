"""Damage mended from the picture itself; every pixel outside the damage keeps its bits.

Narrow damage is mended by a network (``mender``), which also sees what shows through it; what is
deeper than it was taught gets the likeliest value given its rim (``kriging``), block by block. Wide
damage is filled from other places of the picture (``patches``). All get grain lent by their
neighbourhood, because a broad fill without grain is seen from across the room.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import product

import cv2
import numpy as np
import numpy.typing as npt

from server.restoration.engine import Image, Layer, Report
from server.restoration.engines.classic.kriging import bridged
from server.restoration.engines.classic.margins import margin_depths, margin_of, mend_margin
from server.restoration.engines.classic.mender import mended, smoothly_filled
from server.restoration.engines.classic.patches import filled_from_elsewhere
from server.restoration.lab import Plane, is_grey

Mask = npt.NDArray[np.bool_]

FOUND, SURE = 160, 208
"""What the layer ``damage`` has where damage was found, and where that is as good as certain. 255
is opaque as well: what a curator painted, and missing pieces."""
_SURE, _OPAQUE = 192, 240
"""From what value on it means so; a smaller layer's edges have values between."""
_TAUGHT = 8.0
"""How deep, in pixels, damage may be that the network mends."""
_BLOCK = 384
_CONTEXT = 32
_GRAINY = (1.0, 3.0)
"""Pixels from the rim between which a fill comes to have the grain of its neighbourhood: a hairline
shows none, and lending it some would only add noise."""


@dataclass(frozen=True, slots=True)
class Damage:
    """What is to be mended, at the picture's size."""

    mask: Mask
    """All of it."""
    sure: Mask
    """What is no part of the picture, as good as certainly."""
    opaque: Mask
    """What hides the picture altogether."""

    @classmethod
    def painted(cls, mask: Mask) -> "Damage":
        return cls(mask, mask, mask)


def damage_of(layer: Layer, height: int, width: int) -> Damage:
    """What the layer, of any size, says of the picture: damage is where it is 128 or more."""
    if layer.shape != (height, width):
        layer = np.asarray(
            cv2.resize(layer, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8
        )
    return Damage(layer >= 128, layer >= _SURE, layer >= _OPAQUE)


def _by_depth(mask: Mask) -> tuple[Mask, Mask, list[Mask], list[tuple[slice, slice]]]:
    """Damage that the network was taught to mend, what is deeper but a surface can bridge, and the
    wide pieces, each with its place in the picture."""
    reach = max(_TAUGHT, max(mask.shape) / 140)
    depth = cv2.distanceTransform(np.pad(mask, 1).astype(np.uint8), cv2.DIST_L2, 5)[1:-1, 1:-1]
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    shallow = mask & ~np.isin(labels, np.unique(labels[depth > _TAUGHT]))
    wide = np.unique(labels[depth > reach])
    deep = mask & ~shallow & ~np.isin(labels, wide)
    pieces: list[Mask] = []
    places = []
    for label in wide:
        left, top, width, height = stats[label, :4]
        place = (slice(top, top + height), slice(left, left + width))
        pieces.append(labels[place] == label)
        places.append(place)
    return shallow, deep, pieces, places


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


def _mend_shallow(image: Image, out: Image, damage: Damage, shallow: Mask, report: Report) -> Plane:
    """Writes ``shallow`` into ``out``, without grain; how much of the print each pixel keeps.

    The network mends lightness, and colour follows: it changes slowly, and what it would make of
    each of three planes by itself would differ from pixel to pixel.
    """
    hidden = damage.opaque | (damage.mask & ~shallow)
    plane = np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), np.float32)
    made, kept = mended(plane, damage.mask, damage.sure, hidden, report)
    if is_grey(image):
        out[shallow] = np.clip(made[shallow], 0, 1)[:, None]
        return kept
    for number in range(image.shape[2]):
        colour = image[..., number] - plane
        filled = smoothly_filled(colour, damage.mask)
        mixed = made + filled + kept * (colour - filled)
        out[..., number][shallow] = np.clip(mixed[shallow], 0, 1)
    return kept


def _bridge_and_grain(
    image: Image, out: Image, mask: Mask, deep: Mask, shallow: Mask, grain: Plane, seed: int
) -> None:
    """Writes ``deep`` into ``out``, and into both so much of their neighbourhood's ``grain``; wide
    damage next to them is not taken for evidence."""
    height, width = mask.shape
    narrow = deep | shallow

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
        wanted[here] = deep[inner]
        part = image[place]
        if is_grey(part):
            part = np.ascontiguousarray(part[..., :1])
        if wanted.any():
            out[place][wanted] = bridged(part, hole, wanted)[wanted]
        wanted[here] = narrow[inner]
        lent = _share_of_grain(hole) * _lent_grain(part, hole, seed + top + left)
        lent *= grain[place][..., None]
        out[place][wanted] = np.clip(out[place][wanted] + lent[wanted], 0, 1)

    # Each block writes its own pixels, so that their order does not matter.
    with ThreadPoolExecutor(2) as pool:
        for _ in pool.map(fill, product(range(0, height, _BLOCK), range(0, width, _BLOCK))):
            pass


def mend(image: Image, damage: Damage, *, grain: float, seed: int, report: Report) -> Image:
    """The picture with its damage filled; outside it bit for bit the same.

    ``grain`` is the share of the neighbourhood's grain that a fill receives, 0..1. A picture that
    is damaged everywhere has nothing to be mended from and comes back as it was.
    """
    mask = damage.mask
    out = image.copy()
    if not mask.any() or mask.all():
        return out
    shallow, deep, pieces, places = _by_depth(mask)
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
    kept = np.zeros(mask.shape, np.float32)
    if shallow.any():
        kept = _mend_shallow(image, out, damage, shallow, lambda share: report(0.6 + 0.3 * share))
    _bridge_and_grain(image, out, mask, deep, shallow, np.float32(grain) * (1 - kept), seed)
    return out
