"""The layer ``damage``: what the network takes for damage, what rules find and it does not refuse,
and missing pieces.

Damage came after the lens. What is only suspected is left alone, because eating a face costs more
than leaving a speck.
"""

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from server.restoration.engine import Image, Layer, Report
from server.restoration.engines.classic.creases import creases
from server.restoration.engines.classic.even import on_even_ground
from server.restoration.engines.classic.faces import maybe_faces
from server.restoration.engines.classic.fill import FOUND, SURE
from server.restoration.engines.classic.halos import with_halos
from server.restoration.engines.classic.lines import thin_lines
from server.restoration.engines.classic.margins import margin_depths
from server.restoration.engines.classic.marks import (
    beyond,
    calm,
    condition,
    marks,
    of_one_polarity,
    off_the_edge,
    softly_harmed,
)
from server.restoration.engines.classic.network import FINDER, SOFT_FINDER, Network, damage_odds
from server.restoration.engines.classic.noise import measured
from server.restoration.engines.classic.rebate import rebate
from server.restoration.engines.classic.tears import ground_and_missing
from server.restoration.lab import Plane

Mask = npt.NDArray[np.bool_]

_READ = 1_200_000
"""Pixels that are searched at most; a larger scan is made smaller: the network was taught on small
prints."""
_CLOSEST, _MOST_SEEN = 2.0, 2_700_000
"""The network's closest look: at a picture so many times as large, as thin marks show better, or at
so many pixels of it."""
_LOOKS, _FEWER = (0.5, 0.75, 1.0), (0.5, 1.0)
"""The sides of all its looks, of that, and of those at a picture too large for so close a look,
where each takes long; the mean of what it says counts."""
_REFUSED, _DENIED = 1.0, -8.0
"""Logarithm of the odds up to which a look does not take a mark for damage; and a line of a torn
print, or one that is lighter or darker than all else: what is straight and even is easily a wire to
the network, so there only a firm no counts."""
_MOST = 0.5
"""The share of a line or a mark that it must take."""
_UNLIKELY, _UNDECIDED = -2.0, 0.0
"""Logarithm of the odds, the mean of all looks, up to which a mark of even ground is none: where
all around it is calm, and where it is not. A patch of snow or a lit roof between trees is one to
the closest look alone."""
_EDGE = np.ones((3, 3), np.uint8)
"""How far a mark's soft edge reaches beyond what a rule finds of it."""
_FACE = 3.5
"""By how much the logarithm of the odds must be higher where a face may be: an eye and the light on
a nose look like specks, so there only what is nearly certain counts."""
_TOO_SURE = np.float32(0.6)
"""By how much the logarithm of the soft finder's odds is too high: three of four prints from which
it learnt have soft damage (Saerens et al., Adjusting the outputs of a classifier to new a priori
probabilities, 2002)."""
_CERTAIN = 4.0
"""Logarithm of the odds from which a mark is no part of the picture."""
_PART = 96 / 255
"""Share of a mask's pixel from which one of the larger picture belongs to it."""
_NEVER = np.float32(-20)
"""Logarithm of the odds that what is no part of the print is its damage."""


def find_damage(image: Image, *, sensitivity: float, report: Report) -> Layer:
    """The layer ``damage`` at the picture's size: FOUND on damage and its soft rim, SURE where that
    is as good as certain, 255 on missing pieces, else 0.

    ``sensitivity`` 1 is careful; 2 takes for damage what the network thinks a quarter as likely.
    """
    height, width = image.shape[:2]
    plane = np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), np.float32)
    scale = min(1.0, (_READ / plane.size) ** 0.5)
    whole, plane = plane, _resized(plane, scale)
    ground, missing = ground_and_missing(plane)
    ground |= rebate(plane)
    looks, soft = _fitting_looks(whole, plane, ground, report)
    odds = np.where(ground, _NEVER, looks.mean(axis=0))
    faces = maybe_faces(plane)
    odds[faces] -= _FACE
    odds += np.float32(2 * np.log(sensitivity))
    state = condition(plane, odds, torn=bool(missing.any()), soft=soft)
    found = marks(plane, odds, state)
    rules = np.zeros(plane.shape, bool)
    if not state.sharp:
        rules = by_rules(plane, looks, sensitivity, torn=state.torn, found=found)
        rules &= ~ground & ~faces
    found = of_one_polarity(plane, found, rules, odds, state) | rules
    sigma = measured(plane).typical
    folds = creases(plane, margin_depths(plane, missing), sigma=sigma)
    found |= folds & ~ground & ~faces
    found = off_the_edge(with_halos(plane, found, sigma)) & ~ground
    report(0.9)
    sure = cv2.dilate((odds > _CERTAIN).astype(np.uint8), _EDGE) > 0
    if scale < 1:
        found, sure, missing = (_grown(part, height, width) for part in (found, sure, missing))
    layer = np.where(found, np.where(sure, SURE, FOUND), 0)
    layer[missing] = 255
    return layer.astype(np.uint8)


def _fitting_looks(whole: Plane, plane: Plane, ground: Mask, report: Report) -> tuple[Plane, bool]:
    """What all looks say, (looks, h, w), at the size of ``plane``: those of the finder, and where
    one look of the soft finder and then all of them tell that the damage of ``whole`` is soft,
    those of the surer of both. And whether it is so."""

    def looked(finder: Network, sides: Sequence[float], begun: float, ended: float) -> Plane:
        def tell(share: float) -> None:
            report(begun + (ended - begun) * share)

        return _looked_at(whole, plane.shape, finder, sides, tell)

    def within(odds: Plane) -> Plane:
        return np.where(ground, _NEVER, odds)

    def tells(soft: Plane) -> bool:
        return softly_harmed(plane, within(looks.mean(axis=0)), within(soft.mean(axis=0)))

    closest = min(_CLOSEST, (_MOST_SEEN / whole.size) ** 0.5)
    sides = [closest * side for side in (_LOOKS if closest == _CLOSEST else _FEWER)]
    looks = looked(FINDER, sides, 0.0, 0.6)
    soft = looked(SOFT_FINDER, sides[:1], 0.6, 0.7)
    if tells(soft):
        soft = np.concatenate([soft, looked(SOFT_FINDER, sides[1:], 0.7, 0.85)])
        if tells(soft):
            # What is sharp on such a print the finder knows best: a scratch on a glass negative.
            return np.maximum(looks, soft - _TOO_SURE), True
    return looks, False


def _looked_at(
    plane: Plane, shape: tuple[int, ...], finder: Network, sides: Sequence[float], report: Report
) -> Plane:
    """The logarithm of the odds of damage that looks at so many times the ``sides`` of a plane say
    of one of ``shape``, (looks, h, w)."""
    parts = np.square(sides) / np.square(sides).sum()
    ends = np.cumsum(parts)

    def look(number: int) -> Plane:
        seen, begun = _resized(plane, sides[number]), ends[number] - parts[number]

        def tell(share: float) -> None:
            report(begun + parts[number] * share)

        odds = damage_odds(seen, tell, finder=finder)
        kind = cv2.INTER_AREA if seen.size > shape[0] * shape[1] else cv2.INTER_LINEAR
        return np.asarray(cv2.resize(odds, shape[::-1], interpolation=kind), np.float32)

    return np.stack([look(number) for number in range(len(sides))])


def by_rules(plane: Plane, looks: Plane, sensitivity: float, *, torn: bool, found: Mask) -> Mask:
    """True on long thin lines and on marks of even ground, (h, w), that the network takes for
    damage in one of its ``looks`` at least, as logarithms of the odds, (looks, h, w). A clean
    scratch across a sky is a wire to the others, and of a tangled hair they see but the ends.

    Each as a whole, where the network sees most of it, and with its soft edge, unless it is a line
    that is ``found`` already: then the network knows that best."""
    sigma, surest = measured(plane).typical, cv2.dilate(looks.max(axis=0), _EDGE)
    strange = torn | (cv2.dilate(beyond(plane).astype(np.uint8), _EDGE) > 0)
    lines = thin_lines(plane, sigma=sigma, sensitivity=sensitivity)
    lines = _wholes(lines, surest > np.where(strange, _DENIED, _REFUSED))
    even = on_even_ground(plane, sigma=sigma, sensitivity=sensitivity)
    ground = calm(plane, but=cv2.dilate(even.astype(np.uint8), _EDGE, iterations=2) > 0)
    likely = cv2.dilate(looks.mean(axis=0), _EDGE) > np.where(ground, _UNLIKELY, _UNDECIDED)
    even = _wholes(even, likely & (surest > _REFUSED))
    edged = even | (lines & ~_wholes(lines, found))
    return np.asarray(lines | (cv2.dilate(edged.astype(np.uint8), _EDGE) > 0))


def _wholes(marks: Mask, taken: Mask) -> Mask:
    """All of each mark most of which is taken for damage."""
    count, labels = cv2.connectedComponents(marks.astype(np.uint8), connectivity=8)
    pixels = np.bincount(labels.ravel(), minlength=count)
    keep = np.bincount(labels[taken], minlength=count) > _MOST * pixels
    keep[0] = False
    return np.asarray(keep[labels])


def _grown(mask: Mask, height: int, width: int) -> Mask:
    """A mask at the size of the whole picture."""
    grown = cv2.resize(mask.astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(grown > _PART, bool)


def _resized(plane: Plane, scale: float) -> Plane:
    if scale == 1:
        return plane
    kind = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(plane, None, fx=scale, fy=scale, interpolation=kind), np.float32)
