"""What a scanner's sharpening draws around a mark: a light rim where it is dark, a dark one where
it is light. Left outside the mask, it would be spread over all that fills the mark.

Only on even ground: elsewhere what lies beside a mark may differ from it for any reason.
"""

import cv2
import numpy as np
import numpy.typing as npt

from server.restoration.lab import Plane

Mask = npt.NDArray[np.bool_]

_RIM, _APART = 5, 9
"""Pixels across: of a mark grown by its rim, and of it grown so far that no rim is left."""
_GROUND, _NEARBY = 21, 13
"""Pixels across: of what is looked at of the ground around, and of the rim around each place."""
_SEEN, _LEAST = 1.2, 0.012
"""A rim shows if it is off by so many times the noise on the mean, and by so much of 0..1."""
_EVEN = 1.8
"""Ground is even if it strays by no more than so many times the noise."""


def with_halos(plane: Plane, found: Mask, sigma: float) -> Mask:
    """``found`` and the rims of its marks where they have one; ``sigma`` is the noise of ``plane``
    (0..1). Both (h, w)."""
    rim, clear = _grown(found, _RIM) & ~found, ~_grown(found, _APART)
    ground = mean_where(plane, clear, _GROUND)
    stray = np.sqrt(np.maximum(mean_where(plane * plane, clear, _GROUND) - ground * ground, 0))
    off = plane - ground
    against = -np.sign(mean_where(off, found, _NEARBY)) * mean_where(off, rim, _NEARBY)
    haloed = (against > max(_SEEN * sigma, _LEAST)) & (stray < _EVEN * max(sigma, _LEAST))
    return np.asarray(found | (rim & haloed))


def _grown(mask: Mask, across: int) -> Mask:
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (across, across))
    return np.asarray(cv2.dilate(mask.astype(np.uint8), kernel) > 0)


def mean_where(plane: Plane, where: Mask, across: int) -> Plane:
    """The mean around each pixel over what counts; 0 where nothing does."""
    counts, window = where.astype(np.float32), (across, across)
    total = cv2.blur(plane * counts, window)
    return np.asarray(total / np.maximum(cv2.blur(counts, window), np.float32(1e-6)), np.float32)
