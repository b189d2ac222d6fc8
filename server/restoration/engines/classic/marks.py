"""Marks: what hangs together of the pixels that the finder suspects, kept or let go as a whole."""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from server.restoration.lab import Plane

Mask = npt.NDArray[np.bool_]
Each = npt.NDArray[np.bool_]
"""One truth a mark; the first is what is no mark."""

_SURE, _LIKELY = 4.0, -0.5
"""Logarithm of the odds that some pixel of a mark reaches, and each of its pixels."""
_BROAD, _BROADEST = 0.0075, 6.0
"""Half a mark's width beyond which it is left to a curator, as a share of the print's long side and
at least in pixels: a star on a flag is as flat and as sharp as a blot."""
_SUSPECTED, _CROWD, _SMALL, _DARK = -2.0, 40, 16, 0.1
"""More bright marks of these odds than this, of less than so many pixels across, with fewer dark
ones among them than this share, are stars."""
_WINDOW = 31
"""Pixels around a mark that tell whether it is light or dark."""


@dataclass(frozen=True, slots=True)
class _Marks:
    """Everything above some odds, by what hangs together."""

    labels: npt.NDArray[np.int32]
    light: Each
    """Lighter than what lies around it."""
    small: Each


def marks(plane: Plane, odds: Plane) -> Mask:
    """True on every mark with a sure pixel (hysteresis: Canny, 1986) that is narrow and no star.

    ``plane`` is lightness 0..1, ``odds`` the logarithm of the odds of damage, both (h, w).
    """
    likely = odds > _LIKELY
    known = _measured(plane, likely)
    half = cv2.distanceTransform(likely.astype(np.uint8), cv2.DIST_L2, 5)
    keep = np.zeros(known.light.size, bool)
    keep[known.labels[odds > _SURE]] = True
    keep[known.labels[half > max(_BROADEST, _BROAD * max(plane.shape))]] = False
    if _starry(plane, odds):
        keep &= ~(known.small & known.light)
    keep[0] = False
    return np.asarray(keep[known.labels])


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
    return _Marks(np.asarray(labels, np.int32), off > 0, across < _SMALL)
