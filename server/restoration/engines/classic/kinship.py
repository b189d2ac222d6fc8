"""Colours carried to what looks alike, by a small network of our own.

The propagation of evidence (``propagation``) knows neighbours alone, and ends where a point is far.
The network knows which places of a picture are of one kind, near or far. It mixes the documented
colours and can make no other. It carries those of points and strokes, for an outline says itself
how far it goes and keeps the others off; and what counts as documented is still for the propagation
to say.
"""

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from server.restoration.engines.classic.network import KIN, session_of, shuffled
from server.restoration.hints import Hint
from server.restoration.lab import Plane

FAINT = np.float32(0.02)
"""The share that evidence leaves to what it does not reach."""
KNOWN = 8
"""What is surely a hint's own counts for its kind: its share to this power."""
_PIXELS = 24_576
"""The network was taught on pictures of so many."""
_UNREST = 5


def planes_of(level: Plane, known: Plane) -> npt.NDArray[np.float32]:
    """What the network is shown, (4, h, w): lightness, how it strays nearby, the share for which
    there is evidence, and how far down a pixel lies. ``level`` is L*, ``known`` 0..1."""
    light = level / np.float32(100)
    window = (_UNREST, _UNREST)
    mean = cv2.blur(light, window)
    stray = np.sqrt(np.maximum(cv2.blur(light * light, window) - mean * mean, 0))
    down = np.linspace(-0.5, 0.5, level.shape[0], dtype=np.float32)[:, None]
    seen = (light - 0.5, 4 * stray, known - 0.5, np.broadcast_to(down, level.shape))
    return np.stack(seen).astype(np.float32)


def kin_shares(
    level: Plane, hints: Sequence[Hint], share: npt.NDArray[np.float32]
) -> npt.NDArray[np.float32]:
    """``share`` (hints, h, w) of each pixel as kinship has it; ``level`` is L* at its size."""
    carried = [place for place, hint in enumerate(hints) if not hint.bounded]
    if not carried:
        return share
    places, none = _places(level, share.sum(axis=0))
    kin = [np.log(np.clip(1 - share.sum(axis=0), 0, 1) + FAINT) + none]
    for place in carried:
        part = share[place]
        known = part**KNOWN
        middle = (places * known).sum(axis=(1, 2)) / max(float(known.sum()), 1e-6)
        apart = ((places - middle[:, None, None]) ** 2).sum(axis=0)
        kept_off = hints[place].owned if known.any() else np.ones_like(hints[place].owned)
        kin.append(np.where(kept_off, np.float32(-np.inf), np.log(part + FAINT) - apart))
    odds = np.exp(np.stack(kin) - np.max(kin, axis=0))
    out = share.copy()
    left = np.clip(1 - np.delete(share, carried, axis=0).sum(axis=0), 0, 1)
    out[carried] = left * odds[1:] / odds.sum(axis=0)
    return out


def _places(level: Plane, known: Plane) -> tuple[npt.NDArray[np.float32], Plane]:
    """The network's planes at the size of ``level``, (planes, h, w), and that of none."""
    height, width = level.shape
    scale = min(1.0, (_PIXELS / level.size) ** 0.5)
    rows, columns = max(1, round(scale * height)), max(1, round(scale * width))
    small, less = (
        np.asarray(cv2.resize(each, (columns, rows), interpolation=cv2.INTER_AREA), np.float32)
        for each in (level, known)
    )
    seen = planes_of(small, less)
    low, right = -rows % KIN.multiple, -columns % KIN.multiple
    seen = np.pad(seen, ((0, 0), (0, low), (0, right)), "edge")
    (answer,) = session_of(KIN, *seen.shape[1:]).run(None, {"print": seen[None]})
    parts = shuffled(answer[0], KIN)[:, :rows, :columns]
    grown = [cv2.resize(part, (width, height), interpolation=cv2.INTER_LINEAR) for part in parts]
    return np.stack(grown[:-1]), np.asarray(grown[-1], np.float32)
