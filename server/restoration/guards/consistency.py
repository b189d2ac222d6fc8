"""What the scan does show, held against what a model drew: the low frequencies agree.

Iterative back-projection (Irani and Peleg, 1991): what is missing after shrinking is added back,
enlarged, until the shrunk pictures agree. A model is then free only in what the scan leaves open.
"""

import cv2
import numpy as np
import numpy.typing as npt

TARGET_DB = 45.0
"""Low-frequency PSNR at which the two count as one: an error of 1.4 levels of 255."""
COARSER = 4
"""A model may redraw what is finer than this many of its own pixels, at least: an old scan has
more pixels than its lens and emulsion resolved."""

_ROUNDS = 40

Pixels = npt.NDArray[np.float32]
"""An image, or one plane of it; 0..1."""


def anchor_size(made: tuple[int, int], scan: tuple[int, int]) -> tuple[int, int]:
    """(width, height) at which a made picture has to agree with the one it was made from.

    Both arguments are (width, height). The scan's own size, or the made picture's over ``COARSER``
    where that is smaller.
    """
    scale = min(1 / COARSER, scan[0] / made[0])
    return max(1, round(made[0] * scale)), max(1, round(made[1] * scale))


def shrunk(pixels: Pixels, size: tuple[int, int]) -> Pixels:
    """Area average at ``size``, (width, height)."""
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.float32)


def psnr(one: Pixels, other: Pixels) -> float:
    """Peak signal-to-noise ratio of values 0..1, in dB, at most 100."""
    error = float(np.mean(np.square(one - other, dtype=np.float64)))
    return float(min(100.0, -10 * np.log10(max(error, 1e-10))))


def back_project(made: Pixels, target: Pixels, *, target_db: float = TARGET_DB) -> Pixels:
    """``made``, corrected until it shrinks to ``target`` within ``target_db``; within 0..1.

    The sizes may stand in any proportion. What is reached where 0..1 leaves no room is less.
    """
    height, width = made.shape[:2]
    small = (target.shape[1], target.shape[0])
    out = np.clip(made, 0, 1)
    for _ in range(_ROUNDS):
        missing = target - shrunk(out, small)
        if psnr(missing, np.zeros_like(missing)) >= target_db:
            break
        out += cv2.resize(missing, (width, height), interpolation=cv2.INTER_CUBIC)
        np.clip(out, 0, 1, out=out)
    return np.asarray(out, np.float32)
