"""A clearer picture at up to twice the size: less grain, less blur, by the house's own network.

Lightness goes through the network, chroma follows softly. A share of the picture as it was stays in
the result, since film without any grain looks like wax.
"""

import cv2
import numpy as np

from server.restoration.engine import Image, Report
from server.restoration.engines.classic.network import cleared
from server.restoration.engines.classic.noise import calmed
from server.restoration.lab import Plane

WORK_PIXELS = 1_300_000
"""A larger scan is read reduced, at most to half its sides: its own pixels hold grain, the lens'
blur reaches over several of them, and twice the reduced size is no less than it had."""


def working_scale(height: int, width: int) -> float:
    """The size at which a scan is read, as a share of its sides, 0.5 to 1."""
    return float(np.clip((WORK_PIXELS / (height * width)) ** 0.5, 0.5, 1.0))


def clear(image: Image, *, strength: float, chroma: float, report: Report) -> Image:
    """The picture at twice its working size, which is never smaller than it came.

    ``strength`` is the share of the network's answer, ``chroma`` of the colour noise that is
    removed, both 0..1.
    """
    height, width = image.shape[:2]
    ycc = np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2YCrCb), np.float32)
    plane = np.ascontiguousarray(ycc[..., 0])
    scale = working_scale(height, width)
    if scale < 1:
        small = (max(width // 2, round(width * scale)), max(height // 2, round(height * scale)))
        plane = np.asarray(cv2.resize(plane, small, interpolation=cv2.INTER_AREA), np.float32)
    fine = cleared(plane, lambda share: report(0.8 * share))
    rows, columns = max(fine.shape[0], height), max(fine.shape[1], width)
    if fine.shape != (rows, columns):
        fine = np.asarray(cv2.resize(fine, (columns, rows), interpolation=cv2.INTER_CUBIC))
    plain = cv2.resize(ycc[..., 0], (columns, rows), interpolation=cv2.INTER_CUBIC)
    fine = cv2.addWeighted(fine, strength, plain, 1 - strength, 0)
    out = np.empty((rows, columns, 3), np.float32)
    out[..., 0] = fine
    coloured = max(float(np.ptp(ycc[..., 1])), float(np.ptp(ycc[..., 2]))) > 0.004
    for channel in (1, 2):
        layer = np.ascontiguousarray(ycc[..., channel])
        layer = _calm(layer, chroma) if coloured and chroma > 0 else layer
        out[..., channel] = cv2.resize(layer, (columns, rows), interpolation=cv2.INTER_CUBIC)
        report(0.75 + 0.1 * channel)
    out = np.asarray(cv2.cvtColor(out, cv2.COLOR_YCrCb2RGB), np.float32)
    np.clip(out, 0, 1, out=out)
    return out


def _calm(layer: Plane, strength: float) -> Plane:
    """Chroma with less noise, at half its size: nobody sees finer colour than that."""
    size = ((layer.shape[1] + 1) // 2, (layer.shape[0] + 1) // 2)
    return calmed(np.asarray(cv2.resize(layer, size, interpolation=cv2.INTER_AREA)), strength)
