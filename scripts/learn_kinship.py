"""The kinship network: how alike the places of a photograph are, so that a colour documented at a
point can be carried to what looks like it.

Its answer is a few planes. Two pixels are kin as far as these are near each other there; a pixel
takes its colour from the documented places in proportion to kinship and to the share that the
propagation of evidence gives them (propagation.py), or keeps the paper's quiet tone. So it can make
no colour that nobody documented: it only says which of them goes where.
"""

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import torch
from learn_ageing import Batch, Course
from learn_net import half_precision
from learn_photos import Bytes, Source
from learn_unet import Unet
from torch import Tensor
from torch.nn import functional

from server.restoration.documented import anchor, chroma_scale
from server.restoration.engines.classic.colour import quiet_tone
from server.restoration.engines.classic.kinship import FAINT, KNOWN, planes_of
from server.restoration.hints import hints_of
from server.restoration.lab import lab
from server.restoration.propagation import shares

WIDTHS = (20, 28, 40, 48)
"""Channels at 1/2 to 1/16 of the picture's size."""
BLOCKS = (1, 1, 1, 1)
PLANES = 16
"""In which places are compared; one more says how likely none of them is meant."""

Plane = npt.NDArray[np.float32]
Rng = np.random.Generator

_SIZE = (128, 192)
"""Height and width of an example."""
_POINTS = (4, 24)
_GREY = 3.0
"""Mean distance of a photograph's channels, of 255, below which it has no colour to learn from."""
_WARMTH = 0.6
_UNIT = 10.0
"""a*, b* that the loss counts as one."""


class Kinship(Unet):
    """``planes_of`` a picture, (n, 4, h, w), to its places' planes and that of none, to be shuffled
    into (n, PLANES + 1, h, w)."""

    def __init__(self) -> None:
        super().__init__("kinship", 4, PLANES + 1, WIDTHS, BLOCKS)


def loss(
    network: Kinship,
    seen: Tensor,
    share: Tensor,
    scale: Tensor,
    truth: Tensor,
    quiet: Tensor,
    tints: Tensor,
) -> tuple[Tensor, dict[str, Tensor]]:
    """The mean distance of a*, b* from the truth, and its parts by name: that of the propagation
    alone stands beside it."""
    with half_precision(seen.device):
        answer = network(seen)
    answer = functional.pixel_shuffle(answer.float(), 2)
    place, none = answer[:, :-1], answer[:, -1:]
    known = share**KNOWN
    known = known / known.sum(dim=(2, 3), keepdim=True).clamp_min(1e-6)
    middle = torch.einsum("bnyx,bcyx->bnc", known, place)
    apart = ((place[:, None] - middle[..., None, None]) ** 2).sum(dim=2)
    there = (tints.abs().sum(dim=2) + share.sum(dim=(2, 3)) > 0)[..., None, None]
    kin = torch.where(there, torch.log(share + FAINT) - apart, torch.full_like(apart, -1e4))
    rest = (1 - share.sum(dim=1, keepdim=True)).clamp(0, 1)
    part = torch.softmax(torch.cat([kin, torch.log(rest + FAINT) + none], dim=1), dim=1)

    def error(part: Tensor) -> Tensor:
        made = torch.einsum("bnyx,bnc->bcyx", part[:, :-1] * scale, tints) + part[:, -1:] * quiet
        return (made - truth).square().sum(dim=1).add(1e-3).sqrt().mean() / _UNIT

    made = error(part)
    with torch.no_grad():
        alone = error(torch.cat([share, rest], dim=1))
    return made, {"error": made.detach(), "alone": alone}


def _coloured(source: Source) -> list[list[Bytes]]:
    """The photographs that have colours."""

    def strays(photo: Bytes) -> float:
        levels = photo[::8, ::8].astype(np.float32)
        return float(np.abs(levels - levels.mean(axis=2, keepdims=True)).mean())

    return [sizes for sizes in source.photos if strays(sizes[0]) > _GREY] or source.photos


def _scene(rng: Rng, photos: list[list[Bytes]]) -> Plane:
    """A piece of a photograph, RGB 0..1, at the size of an example."""
    sizes = photos[int(rng.integers(len(photos)))]
    photo = sizes[int(rng.integers(len(sizes)))]
    most = min(photo.shape[0] / _SIZE[0], photo.shape[1] / _SIZE[1])
    scale = float(np.exp(rng.uniform(np.log(min(1.5, most)), np.log(most)))) if most > 1 else most
    height, width = (int(scale * side) for side in _SIZE)
    y = int(rng.integers(photo.shape[0] - height + 1))
    x = int(rng.integers(photo.shape[1] - width + 1))
    piece = photo[y : y + height, x : x + width]
    piece = piece[:, ::-1] if rng.random() < 0.5 else piece
    kind = cv2.INTER_AREA if scale > 1 else cv2.INTER_LINEAR
    small = cv2.resize(np.ascontiguousarray(piece), _SIZE[::-1], interpolation=kind)
    return np.asarray(small, np.float32) / np.float32(255)


def _points(rng: Rng, scene: Plane) -> list[dict[str, Any]]:
    """Regions of one point each, with the colours that are there; not too near each other."""
    height, width = scene.shape[:2]
    count = round(float(np.exp(rng.uniform(*np.log(_POINTS)))))
    chosen: list[npt.NDArray[np.float64]] = []
    while len(chosen) < count:
        places = rng.uniform((2, 2), (height - 3, width - 3), (8, 2))
        gaps = [min((np.hypot(*(each - old)) for old in chosen), default=0.0) for each in places]
        chosen.append(places[int(np.argmax(gaps))])
    regions = []
    for y, x in (place.astype(int) for place in chosen):
        around = scene[y - 1 : y + 2, x - 1 : x + 2].reshape(-1, 3)
        code = "".join(f"{round(255 * value):02X}" for value in np.median(around, axis=0))
        point = [(x + 0.5) / width, (y + 0.5) / height]
        regions.append({"id": "point", "points": [point], "colour": f"#{code}"})
    return regions


def _example(rng: Rng, photos: list[list[Bytes]]) -> Batch:
    scene = _scene(rng, photos)
    values = lab(scene)
    level = np.ascontiguousarray(values[..., 0])
    hints = hints_of(_points(rng, scene), level)
    share = np.zeros((_POINTS[1], *_SIZE), np.float32)
    scale, tints = np.zeros_like(share), np.zeros((_POINTS[1], 2), np.float32)
    share[: len(hints)] = shares(level * np.float32(0.01), hints)
    for place, hint in enumerate(hints):
        scale[place] = chroma_scale(level, anchor(hint, level))
        tints[place] = hint.colour[1:]
    quiet = np.stack(quiet_tone(level, _WARMTH))
    truth = np.ascontiguousarray(values[..., 1:].transpose(2, 0, 1))
    return planes_of(level, share.sum(axis=0)), share, scale, truth, quiet, tints


def batch(
    seed: int, step: int, places: range, source: Source, fields: list[Plane], course: Course
) -> Batch:
    """These of a step's examples, stacked: what is seen, and of each hint the share, the scale of
    its chroma, the truth, the quiet tone, and a*, b*. As in :mod:`learn_ageing`, whose ``fields``
    and ``course`` are of no use here."""
    photos = _coloured(source)
    rngs = [np.random.default_rng((seed, step, place)) for place in places]
    made = [_example(rng, photos) for rng in rngs]
    return tuple(np.stack(part) for part in zip(*made, strict=True))
