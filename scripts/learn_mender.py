"""The mender: a network that is shown a print, a smooth filling of its damage, and the mask, and
says of each pixel of the mask how much of the print to keep and what to add to the rest.

What the mask names is mostly damage, which mostly lets the picture show through; some is the
picture's own, taken for damage as the finder takes it. On three prints of ten what lies under the
mask is hidden, as under opaque damage.
"""

import cv2
import numpy as np
import numpy.typing as npt
import torch
from learn_ageing import SOFT, Batch, Course, scanned, unharmed
from learn_damage import damaged
from learn_net import half_precision
from learn_photos import Source
from learn_unet import Gated, Unet
from torch import Tensor
from torch.nn import functional

from server.restoration.engines.classic.mender import DOUBT, smoothly_filled

WIDTHS = (32, 48, 80, 112)
"""Channels at 1/2, 1/4, 1/8 and 1/16 of the print's size."""
BLOCKS = (1, 1, 2, 2)

Plane = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]
Rng = np.random.Generator

_ROUND = 4e-4
"""Squared error from which an error counts by its size and no longer by its square."""
_UNIT = 5.0
"""What errors are multiplied by, that gradients be neither cut off nor lost."""
_RIMS = (0.04, 0.1, 0.2, 0.35)
"""Cover from which a pixel belongs to the mask: one of these."""
_WIDER, _HIDDEN = 0.4, 0.3
"""How often a mask is a pixel wider, and what lies under it is hidden."""
_STROKES = (5, 9, 15)
"""Breadth, in pixels, up to which what is lighter or darker than all around is a stroke."""
_MOST = 0.6
"""Of a print so much covered nothing can be learnt."""


class Mender(Unet):
    """Print and filling less one half, and mask, (n, 3, h, w), to what is kept, as the logarithm of
    the odds, and what is added, to be shuffled into (n, 2, h, w)."""

    def __init__(self) -> None:
        super().__init__("filled", 3, 2, WIDTHS, BLOCKS, Gated)
        with torch.no_grad():
            self.get_parameter("filled.weight").mul_(0.1)


def loss(
    network: Mender, print_: Tensor, filled: Tensor, hole: Tensor, sound: Tensor
) -> tuple[Tensor, dict[str, Tensor]]:
    """The mean error under the mask (Charbonnier et al., Two deterministic half-quadratic
    regularization algorithms, 1994), and its parts by name: in decibels, and beside it that of the
    smooth filling."""
    with half_precision(print_.device):
        answer = network(torch.cat([print_ - 0.5, filled - 0.5, hole], dim=1))
    odds, added = functional.pixel_shuffle(answer.float(), 2).chunk(2, dim=1)
    made = filled + torch.sigmoid(odds - DOUBT) * (print_ - filled) + added
    count = hole.sum() + 1

    def decibels(plane: Tensor) -> Tensor:
        return -10 * torch.log10((hole * (plane - sound).square()).sum() / count + 1e-9)

    error = (hole * ((made - sound).square() + _ROUND).sqrt()).sum() / count
    with torch.no_grad():
        parts = {"error": error.detach(), "db": decibels(made), "smooth_db": decibels(filled)}
    return _UNIT * error, parts


def _mistaken(rng: Rng, sound: Plane) -> Mask:
    """Some strokes of the picture's own, and a pixel around them."""
    breadth = int(rng.choice(_STROKES))
    window = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (breadth, breadth))
    polarity = cv2.MORPH_TOPHAT if rng.random() < 0.5 else cv2.MORPH_BLACKHAT
    stands = cv2.morphologyEx(cv2.GaussianBlur(sound, (0, 0), 0.7), polarity, window)
    least = max(0.04, float(np.quantile(stands, rng.uniform(0.95, 0.995))))
    count, labels, stats, _ = cv2.connectedComponentsWithStats((stands > least).astype(np.uint8))
    taken = np.zeros(count, bool)
    if count > 1:
        chosen = 1 + rng.permutation(count - 1)[: int(rng.integers(1, 5))]
        taken[chosen] = stats[chosen, cv2.CC_STAT_AREA] >= 4
    return _wider(taken[labels])


def _wider(mask: Mask) -> Mask:
    return np.asarray(cv2.dilate(mask.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0)


def _example(rng: Rng, source: Source, fields: list[Plane], course: Course) -> Batch:
    made = unharmed(rng, source, fields, course)
    rate = float(rng.choice(course.rates)) * (course.side / 96) ** 2
    soft = float(rng.uniform(*SOFT)) if rng.random() < course.softened else 0.0
    harmed, covered = damaged(
        made.plane,
        rng,
        source,
        course.kinds,
        rate=rate,
        polarities=course.polarities,
        soft=soft,
        faint=course.faint,
    )
    sound, harmed = (np.clip(plane, 0, 1) for plane in (made.plane, harmed))
    if not made.plain:
        # Both by the same scanner.
        state = rng.bit_generator.state
        harmed, covered = scanned(rng, harmed, covered)
        rng.bit_generator.state = state
        sound, _ = scanned(rng, sound, covered)
    hole = covered > rng.choice(_RIMS)
    if rng.random() < _WIDER:
        hole = _wider(hole)
    if rng.random() < course.mistaken:
        hole |= _mistaken(rng, sound)
    if rng.random() < course.astray:
        _, astray = damaged(
            made.plane,
            rng,
            source,
            course.kinds,
            rate=2.0,
            polarities=course.polarities,
            soft=0.0,
            faint=0.0,
        )
        hole |= astray > 0.3
    if hole.mean() > _MOST:
        hole[:] = False
    filled = smoothly_filled(np.asarray(harmed, np.float32), hole)
    shown = filled if rng.random() < _HIDDEN else harmed
    return tuple(np.asarray(plane, np.float32) for plane in (shown, filled, hole, sound))


def batch(
    seed: int, step: int, places: range, source: Source, fields: list[Plane], course: Course
) -> Batch:
    """These of a step's examples, stacked: what is shown, the smooth filling, the mask, and the
    print before its damage, (n, 1, side, side) each. As in :mod:`learn_ageing`."""
    rngs = [np.random.default_rng((seed, step, place)) for place in places]
    made = [_example(rng, source, fields, course) for rng in rngs]
    return tuple(np.stack(part)[:, None] for part in zip(*made, strict=True))
