"""Marks: what hangs together of the pixels that the finder suspects, kept or let go as a whole.

How sure the finder must be depends on the picture. Where the ground is calm, a mark is a mark; in
foliage or a crowd, it may be anything. So calm ground is searched boldly, and it says how much
damage a print has suffered: if much, the rest is searched boldly, too; if hardly any, only what is
nearly certain counts. (That a classifier's odds move with how common a class is: Saerens, Latinne
and Decaestecker, 2002.)
"""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
from skimage.measure import regionprops

from server.restoration.lab import Plane

Mask = npt.NDArray[np.bool_]
Each = npt.NDArray[np.bool_]
"""One truth a mark; the first is what is no mark."""

_BOLD, _PLAIN, _CAREFUL = -1.4, 1.0, 3.0
"""Logarithm of the odds from which a pixel is damage: in a print that has suffered; on the calm
ground of any; elsewhere in one that has not."""
_RIM = np.float32(2.5)
"""How much less likely a mark's soft edge may be, which would colour what fills the mark."""
_CLEAR = 2.0
"""Logarithm of the odds of the damage on calm ground that says what a print has suffered."""
_HARDLY, _MUCH = 0.0006, 0.002
"""Shares of the calm ground with such damage between which the bar moves."""
_PLAINLY, _SOFTER = 0.0025, 1.3
"""Such a share of calm ground that looks for soft damage tell of, and how many times what others
tell of it must be, for a print's damage to be soft: where it is sharp the two hardly differ, and
stains, weave and wheels look soft, too."""
_FEW = 37_500
"""Pixels of calm ground below which it says less: on a tiny picture one speck is a big share."""
_CALMEST, _EDGE = 0.4, 0.03
"""The share of a picture that is looked at for that, but for an edge of this share of its sides,
where a border or the paper may show."""
_CALM, _FLAT = 0.035, 0.001
"""How far tones may stray, as a share of the picture's range, for ground to be calm in itself, and
for none to be calmer: a white that is white throughout."""
_SHARP = 1.42
"""``acutance`` from which a picture is as sharp as damage is: then the finder cannot tell a rope, a
pattern or a fingernail from a scratch, wherever they lie, and must be sure; unless its damage is
soft, and so does not look like them."""
_BROAD, _BROADEST, _MORE = 0.0075, 6.0, 0.5
"""Half a mark's width beyond which it is left to a curator, as a share of the print's long side and
at least in pixels: a star on a flag is as flat and as sharp as a blot. And by what share a print
that has suffered much may have broader ones."""
_HALF, _THIRD, _SOME, _CERTAIN = 0.5, 0.3, 0.2, 7.0
"""So much of that width on calm ground, and elsewhere, where a print has suffered less than some,
for a mark whose surest pixel has a lower logarithm of the odds than this, and that lies within the
picture's own tones: a daisy is like a blot, too."""
_OWN, _BEYOND = 0.5, 0.02
"""Per cent of a picture at either end of its tones that tell where they end; and how far beyond
that a tone must be to be none of them."""
_SUSPECTED, _CROWD, _SMALL, _DARK = -2.0, 40, 16, 0.1
"""More bright marks of these odds than this, of less than so many pixels across, with fewer dark
ones among them than this share, are stars."""
_ENOUGH, _OTHERS, _NONE, _LONG = 20, 0.1, 5, 0.04
"""So many marks of one polarity on calm ground, and of the other no more than this share of them,
and a picture's damage is of that polarity: dust on a negative is light in every print of it. Where
there is none of the other, fewer tell: five alike would come of a mixture once in sixteen prints.
Only a line longer than this share of the picture's long side, as no letter is, may be of the
other."""
_SLENDER, _POLE, _SOFT_POLE = 0.1, 1.5, 0.0
"""The shorter axis of a mark over the longer, below which it may be a mast, a pole or a wire; and
the mean logarithm of the odds from which one that is dark, and longer than a letter, is damage all
the same, however boldly a print is searched: of such marks more belong to the picture than not.
Where damage is soft, and the finder for that looks, of more even odds most are scratches."""
_PIXEL = 1 / 12
"""Variance of places within a pixel, along either side of it."""
_OUTER = 2
"""Pixels from the picture's edge within which paper and scanner, or picture and border, blend into
a line as thin as a scratch."""
_WINDOW, _BARE = 31, 0.1
"""Pixels around a place that tell whether it is calm, or a mark light or dark; and the share of
these that no mark may hide: less tells nothing."""


@dataclass(frozen=True, slots=True)
class _Marks:
    """Everything above some odds, by what hangs together."""

    labels: npt.NDArray[np.int32]
    light: Each
    """Lighter than what lies around it."""
    across: npt.NDArray[np.float64]
    """Pixels from corner to corner."""
    pixels: npt.NDArray[np.int64]

    @property
    def small(self) -> Each:
        return self.across < _SMALL


@dataclass(frozen=True, slots=True)
class Condition:
    """What a picture says, as a whole, about the marks on it."""

    sharp: bool
    """As sharp as damage is: nothing tells the two apart by that."""
    suffered: float
    """How much damage there is on its calmest ground: 0 hardly any, 1 much."""
    torn: bool
    """A piece of it is missing."""
    soft: bool
    """Its damage is soft."""

    @property
    def boldness(self) -> float:
        """From 0, carefully, to 1, how boldly it is searched: what is torn has suffered, however
        well its calm ground came through."""
        return 1.0 if self.torn else self.suffered


def condition(plane: Plane, odds: Plane, *, torn: bool, soft: bool = False) -> Condition:
    """``plane`` is lightness 0..1, ``odds`` the logarithm of the odds of damage, both (h, w);
    ``torn`` is whether a piece is missing, ``soft`` whether it was :func:`softly_harmed`."""
    if not soft and acutance(plane) > _SHARP:
        return Condition(sharp=True, suffered=0.0, torn=False, soft=False)
    share = max(_harmed(plane, odds), 1e-6)
    suffered = np.interp(np.log(share), np.log((_HARDLY, _MUCH)), (0, 1))
    return Condition(sharp=False, suffered=float(suffered), torn=torn, soft=soft)


def softly_harmed(plane: Plane, odds: Plane, soft: Plane) -> bool:
    """Whether the damage of lightness 0..1 is soft: looks for that, the logarithms of whose odds
    are ``soft``, tell of much that ``odds`` do not; all (h, w)."""
    return _harmed(plane, soft) > max(_PLAINLY, _SOFTER * _harmed(plane, odds))


def marks(plane: Plane, odds: Plane, state: Condition) -> Mask:
    """True on every mark that is likely enough, narrow, and no star, and on its soft edge; as
    :func:`condition`."""
    ground = calm(plane)
    least = bar(ground, state)
    likely = odds > least
    known = _measured(plane, likely)
    half = cv2.distanceTransform(likely.astype(np.uint8), cv2.DIST_L2, 5)
    keep = np.ones(known.light.size, bool)
    widest = max(_BROADEST, _BROAD * max(plane.shape)) * (1 + _MORE * state.suffered)
    keep[known.labels[half > widest]] = False
    if state.boldness < _SOME:
        doubtful = np.ones(keep.size, bool)
        doubtful[known.labels[odds > _CERTAIN]] = False
        strange = np.bincount(known.labels[beyond(plane)], minlength=keep.size)
        doubtful[strange > known.pixels / 2] = False
        broad = np.zeros(keep.size, bool)
        broad[known.labels[half > widest * np.where(ground, _HALF, _THIRD)]] = True
        keep &= ~(broad & doubtful)
    if _starry(plane, odds):
        keep &= ~(known.small & known.light)
    least_of_poles = _SOFT_POLE if state.soft else _POLE
    keep &= ~_poles(known, odds, longer=_LONG * max(plane.shape), least=least_of_poles)
    keep[0] = False
    kept = keep[known.labels]
    beside = cv2.dilate(kept.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    return np.asarray(kept | (beside & (odds > least - _RIM)))


def of_one_polarity(plane: Plane, found: Mask, rules: Mask, odds: Plane, state: Condition) -> Mask:
    """What is ``found``, but for marks of the polarity that a picture's damage has not: letters
    and arrows engraved on a dial are dark, and its dust is light. What is all but certain stays,
    and what is long: a hair may lie among any dust.

    ``found`` and what the ``rules`` say of calm ground together tell the damage's polarity. A
    print that has suffered, where all is searched boldly, keeps both. As :func:`condition`."""
    if state.boldness >= _SOME:
        return found
    seen = _measured(plane, found | rules)
    even = np.bincount(seen.labels[calm(plane)], minlength=seen.light.size) > seen.pixels / 2
    even[0] = False
    light, dark = int((even & seen.light).sum()), int((even & ~seen.light).sum())
    fewer, more = sorted((light, dark))
    if more < (_ENOUGH if fewer else _NONE) or fewer > _OTHERS * more:
        return found
    known = _measured(plane, found)
    keep = known.light if light > dark else ~known.light
    keep |= known.across > _LONG * max(plane.shape)
    keep[known.labels[odds > _CERTAIN]] = True
    keep[0] = False
    return np.asarray(keep[known.labels])


def off_the_edge(found: Mask) -> Mask:
    """What is ``found``, (h, w), but for what lies at the very edge and does not go on inwards."""
    if min(found.shape) <= 2 * _OUTER:
        return found
    kept = found.copy()
    for _ in range(4):
        for row in reversed(range(_OUTER)):
            inner = cv2.dilate(kept[row + 1].astype(np.uint8)[None], np.ones((1, 3), np.uint8))
            kept[row] &= inner[0] > 0
        kept = np.rot90(kept)
    return np.ascontiguousarray(kept)


def calm(plane: Plane, *, but: Mask | None = None) -> Mask:
    """Where the ground of lightness 0..1, (h, w), is calm in itself, but for specks on it and for
    these marks, which may be broader; not where those hide nearly all around."""
    return np.asarray(_unrest(plane, but) < _CALM)


def beyond(plane: Plane) -> Mask:
    """Where lightness 0..1, (h, w), is lighter or darker than all that is broader than a mark:
    paper or scanner show through a scratch to the emulsion's ground, not through a wire."""
    low, high = np.percentile(_bared(plane), (_OWN, 100 - _OWN)) / 255
    return np.asarray((plane < low - _BEYOND) | (plane > high + _BEYOND))


def bar(ground: Mask, state: Condition) -> Plane:
    """From which logarithm of the odds on each pixel of such a picture is damage, (h, w); as
    :func:`calm` has it."""
    if state.sharp:
        return np.full(ground.shape, _CAREFUL, np.float32)
    usual = float(np.interp(state.boldness, (0, 1), (_CAREFUL, _BOLD)))
    return np.where(ground, np.float32(min(usual, _PLAIN)), np.float32(usual))


def _harmed(plane: Plane, odds: Plane) -> float:
    """The share of the calmest ground that is clearly damaged. What is so is left out of how calm
    the ground is: broad marks, or many, would have it taken for a crowd."""
    clearly = (odds > _CLEAR).astype(np.uint8)
    unrest = _unrest(plane, cv2.dilate(clearly, np.ones((3, 3), np.uint8)) > 0)
    inner = tuple(slice(round(_EDGE * side), side - round(_EDGE * side)) for side in plane.shape)
    calmest = unrest[inner] <= max(float(np.quantile(unrest[inner], _CALMEST)), _FLAT)
    harmed = int(np.count_nonzero(clearly[inner][calmest]))
    return harmed / max(int(np.count_nonzero(calmest)), _FEW)


def _bared(plane: Plane) -> npt.NDArray[np.uint8]:
    """Levels 0..255 of lightness, its specks and thin lines taken out."""
    levels = np.round(plane * 255).clip(0, 255).astype(np.uint8)
    return np.asarray(cv2.medianBlur(levels, 7), np.uint8)


def _unrest(plane: Plane, but: Mask | None = None) -> Plane:
    """How far tones stray from those around each pixel, its specks taken out by a median, these
    marks and slow changes left out; as a share of the picture's range."""
    bare = np.asarray(_bared(plane), np.float32)
    ground = np.ones_like(bare) if but is None else np.float32(1) - but
    around = cv2.blur(ground, (_WINDOW, _WINDOW)) + np.float32(1e-6)
    stray = (bare - cv2.blur(bare * ground, (_WINDOW, _WINDOW)) / around) * ground
    power = cv2.blur(stray * stray, (_WINDOW, _WINDOW)) / around
    low, high = np.percentile(bare[::2, ::2], (1, 99))
    strays = np.sqrt(np.maximum(power, 0)) / np.float32(max(high - low, 25))
    # So far no ground can stray.
    return np.where(around < _BARE, np.float32(255), strays)


def acutance(plane: Plane) -> float:
    """How much steeper the picture's edges are than after a blur of one pixel: 1 for a soft
    picture, 1.6 for one that is sharp to the pixel. Grain is taken off first."""
    calm = np.asarray(cv2.GaussianBlur(plane, (0, 0), 0.5), np.float32)
    steep, soft = _slope(calm), _slope(np.asarray(cv2.GaussianBlur(calm, (0, 0), 1.0), np.float32))
    edges = soft > max(float(np.percentile(soft, 95)), 1e-6)
    return float(np.median(steep[edges] / soft[edges])) if edges.any() else 1.0


def _slope(plane: Plane) -> Plane:
    x, y = cv2.Sobel(plane, cv2.CV_32F, 1, 0), cv2.Sobel(plane, cv2.CV_32F, 0, 1)
    return np.asarray(np.hypot(x, y), np.float32)


def _starry(plane: Plane, odds: Plane) -> bool:
    """Whether this is a crowd of lights: dust comes in both, stars, lamps and spray do not."""
    all_ = _measured(plane, odds > _SUSPECTED)
    bright, dark = all_.small & all_.light, all_.small & ~all_.light
    return bool(bright.sum() > _CROWD and dark.sum() < _DARK * bright.sum())


def _measured(plane: Plane, mask: Mask) -> _Marks:
    count, labels, boxes, _ = cv2.connectedComponentsWithStats(
        mask.astype(np.uint8), connectivity=8
    )
    around = (~mask).astype(np.float32)
    window = (_WINDOW, _WINDOW)
    ground = cv2.blur(plane * around, window) / (cv2.blur(around, window) + np.float32(1e-6))
    off = np.bincount(labels.ravel(), weights=(plane - ground).ravel(), minlength=count)
    across = np.hypot(boxes[:, cv2.CC_STAT_WIDTH], boxes[:, cv2.CC_STAT_HEIGHT])
    pixels = np.asarray(boxes[:, cv2.CC_STAT_AREA], np.int64)
    return _Marks(np.asarray(labels, np.int32), off > 0, across, pixels)


def _poles(known: _Marks, odds: Plane, *, longer: float, least: float) -> Each:
    """Dark marks ``longer`` than so many pixels that are like a mast and, at less than the
    ``least`` logarithm of the odds, not likely enough."""
    poles = ~known.light & (known.across > longer)
    for each in regionprops(np.where(poles[known.labels], known.labels, 0), odds):
        along, across = (axis + _PIXEL for axis in each.inertia_tensor_eigvals)
        poles[each.label] = across < _SLENDER**2 * along and each.intensity_mean < least
    return poles
