"""What was kept, altered and invented, per pixel, measured between a scan and its result.

The measure, in CIE L*a*b* at the result's size:

*kept* (0): the pixel shows what the scan shows there, but for one tone curve that holds for the
whole picture. The curve is the median of the result's L* at each L* of the scan, made to rise; a
photograph that only regained its contrast is therefore kept.

*altered* (128): after that curve, L* differs by more than 2.3, the just noticeable difference of
Mahy, Van Eycken and Oosterlinck (1994); or a curator's region gave the pixel its colour
(documented, likely or guessed: a person answers for each); or its colour moved by more than
``COLOUR_SHIFT`` from what one shift of the whole picture's colour explains.

*invented* (255): the pixel was mended; or a model drew detail there (``drawn``); or it shows more
than ``COLOUR_CLAIM`` of chroma beyond the scan's own although no evidence gives it one.
"""

import cv2
import numpy as np
import numpy.typing as npt

from server.restoration.engine import Image, Layer

KEPT, ALTERED, INVENTED = 0, 128, 255

NOTICEABLE = 2.3
"""L* units; the just noticeable difference."""
COLOUR_SHIFT = 6.0
"""Units of a*b* by which a colour may move before it counts as altered."""
COLOUR_CLAIM = 14.0
"""Chroma beyond the scan's own that only evidence may give; a print's warm tone stays below it."""

MEASURED_PIXELS = 4_000_000
"""Pixels of the picture in which a model's own detail is looked for."""

_STRIP_ROWS = 256

Mask = npt.NDArray[np.bool_]
Values = npt.NDArray[np.float32]


def _lab(image: Image) -> Values:
    return np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2LAB), np.float32)


def _fitted(image: Image, rows: int, columns: int) -> Image:
    if image.shape[:2] == (rows, columns):
        return image
    larger = rows * columns > image.shape[0] * image.shape[1]
    kind = cv2.INTER_CUBIC if larger else cv2.INTER_AREA
    resized = np.asarray(cv2.resize(image, (columns, rows), interpolation=kind), np.float32)
    return np.asarray(np.clip(resized, 0, 1))


def tone_curve(before: Values, after: Values) -> Values:
    """L* after for each whole L* before (101 entries), rising; what no pixel has is bridged."""
    level = np.clip(np.round(before), 0, 100).astype(np.intp).ravel()
    order = np.argsort(level, kind="stable")
    counts = np.bincount(level, minlength=101)
    groups = np.split(after.ravel()[order], np.cumsum(counts)[:-1])
    known = np.flatnonzero(counts >= 5)
    if known.size == 0:
        return np.arange(101, dtype=np.float32)
    middle = [float(np.median(groups[level])) for level in known]
    curve = np.interp(np.arange(101), known, middle)
    return np.maximum.accumulate(curve).astype(np.float32)


def _small(image: Image) -> Image:
    scale = min(1.0, 700 / max(image.shape[:2]))
    size = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.float32)


def _layer_mask(layer: Layer | None, rows: int, columns: int) -> Mask:
    """The layer at the result's size, True from 128; nothing where there is no layer."""
    if layer is None:
        return np.zeros((rows, columns), bool)
    if layer.shape != (rows, columns):
        layer = np.asarray(cv2.resize(layer, (columns, rows), interpolation=cv2.INTER_LINEAR))
    return np.asarray(layer >= 128)


def _judged(before: Values, after: Values, curve: Values, shift: Values, evident: Mask) -> Layer:
    """One strip, from L*a*b* of both and where evidence gives the pixel a colour."""
    expected = np.interp(before[..., 0], np.arange(101), curve)
    altered = np.abs(after[..., 0] - expected) > NOTICEABLE
    own = np.hypot(before[..., 1], before[..., 2])
    shown = np.hypot(after[..., 1], after[..., 2])
    moved = np.hypot(*(after[..., 1:] - before[..., 1:] - shift).transpose(2, 0, 1))
    altered |= evident | (moved > COLOUR_SHIFT)
    # A tone stretch lifts the chroma a scan already has; half as much again is still its own.
    claimed = (shown > 1.5 * own + COLOUR_CLAIM) & ~evident
    out = np.where(altered, np.uint8(ALTERED), np.uint8(KEPT))
    out[claimed] = INVENTED
    return out


def drawn(given: Image, result: Image, *, scale: float) -> Layer:
    """Where a model drew detail that the picture it was given does not hold: 255, else 0.

    Sharpening and denoising amplify or take away what is there: what a local sum of the given
    picture's own two finest bands explains is not drawn. What is left beyond ``NOTICEABLE`` in L*
    (root mean square around the pixel) is.

    Args:
        given, result: of one size.
        scale: pixels of these per pixel of the scan, at least 1: the width of its finest detail.
    """
    before, after = _lab(given)[..., 0], _lab(result)[..., 0]
    soft, softer = _blur(before, scale), _blur(before, 3 * scale)
    fine, middle = before - soft, soft - softer
    change = after - before
    change -= _blur(change, 3 * scale)
    reach = 4 * scale
    ff, mm, fm = (
        _blur(one * two, reach) for one, two in ((fine, fine), (middle, middle), (fine, middle))
    )
    fc, mc = _blur(fine * change, reach), _blur(middle * change, reach)
    # A touch of ridge: where the given picture is flat, nothing of it explains anything.
    ff += np.float32(0.05)
    mm += np.float32(0.05)
    whole = ff * mm - fm * fm
    rest = change - fine * ((mm * fc - fm * mc) / whole) - middle * ((ff * mc - fm * fc) / whole)
    energy = np.sqrt(_blur(np.square(rest), 2.0))
    return np.where(energy > NOTICEABLE, np.uint8(255), np.uint8(0))


def _blur(plane: Values, sigma: float) -> Values:
    return np.asarray(cv2.GaussianBlur(plane, (0, 0), sigma), np.float32)


def measure(
    scan: Image,
    result: Image,
    *,
    damage: Layer | None,
    colour_source: Layer | None,
    invented: Layer | None = None,
) -> Layer:
    """The evidence map of a result, at the result's size: 0 kept, 128 altered, 255 invented.

    ``damage`` (128 and more: mended), ``colour_source`` (0: none, else evidence of any certainty)
    and ``invented`` (128 and more) may have any size.
    """
    rows, columns = result.shape[:2]
    before_small = _lab(_small(scan))
    after_small = _lab(_fitted(_small(result), *before_small.shape[:2]))
    curve = tone_curve(before_small[..., 0], after_small[..., 0])
    shift = np.median((after_small - before_small)[..., 1:], axis=(0, 1))
    fitted = _fitted(scan, rows, columns)
    mended = _layer_mask(damage, rows, columns) | _layer_mask(invented, rows, columns)
    if colour_source is not None:
        colour_source = np.where(colour_source > 0, np.uint8(255), np.uint8(0))
    evident = _layer_mask(colour_source, rows, columns)
    out = np.empty((rows, columns), np.uint8)
    for top in range(0, rows, _STRIP_ROWS):
        part = slice(top, min(top + _STRIP_ROWS, rows))
        out[part] = _judged(_lab(fitted[part]), _lab(result[part]), curve, shift, evident[part])
    out[mended] = INVENTED
    return out


def shares(evidence: Layer) -> tuple[float, float]:
    """Shares (altered, invented) of the picture, 0..1 each."""
    altered = np.count_nonzero(evidence == ALTERED)
    invented = np.count_nonzero(evidence == INVENTED)
    return altered / evidence.size, invented / evidence.size
