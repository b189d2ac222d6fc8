"""A clearer picture at up to twice the size: less grain, less blur, by the house's own network.

Lightness goes through the network, chroma follows softly. A share of the picture as it was stays in
the result, since film without any grain looks like wax.
"""

import cv2
import numpy as np

from server.restoration.engine import Image, Report
from server.restoration.engines.classic.enlarge import luma
from server.restoration.engines.classic.network import cleared
from server.restoration.engines.classic.noise import calmed
from server.restoration.lab import Plane, is_grey, strips

WORK_PIXELS = 1_300_000
"""A larger scan is read reduced, at most to half its sides: its own pixels hold grain, the lens'
blur reaches over several of them, and twice the reduced size is no less than it had."""
_LEAST = 0.5
"""The size at which the largest are read."""


def working_scale(height: int, width: int) -> float:
    """The size at which a scan is read, as a share of its sides, 0.5 to 1."""
    return float(np.clip((WORK_PIXELS / (height * width)) ** 0.5, _LEAST, 1.0))


def clear(image: Image, *, strength: float, chroma: float, report: Report) -> Image:
    """The picture at twice its working size, which is never smaller than it came.

    ``strength`` is the share of the network's answer, ``chroma`` of the colour noise that is
    removed, both 0..1.
    """
    height, width = image.shape[:2]
    plane = luma(image)
    scale = working_scale(height, width)
    small = (max(1, round(width * scale)), max(1, round(height * scale)))
    read = cv2.resize(plane, small, interpolation=cv2.INTER_AREA) if scale < 1 else plane
    fine = cleared(np.asarray(read, np.float32), lambda share: report(0.8 * share))
    # Read at half its size, a scan with odd sides keeps them.
    rows, columns = (height, width) if scale == _LEAST else fine.shape
    fine = _at(fine, rows, columns)
    cv2.addWeighted(fine, strength, _at(plane, rows, columns), 1 - strength, 0, dst=fine)
    out = np.empty((rows, columns, 3), np.float32)
    if is_grey(image):
        out[:] = fine[..., None]
    else:
        out[..., 0] = fine
        for channel, layer in enumerate(_tints(image, chroma), 1):
            out[..., channel] = _at(layer, rows, columns)
        for part in strips(rows, columns):
            out[part] = cv2.cvtColor(out[part], cv2.COLOR_YCrCb2RGB)
    np.clip(out, 0, 1, out=out)
    return out


def _at(plane: Plane, rows: int, columns: int) -> Plane:
    if plane.shape == (rows, columns):
        return plane
    return np.asarray(cv2.resize(plane, (columns, rows), interpolation=cv2.INTER_CUBIC))


def _tints(image: Image, strength: float) -> list[Plane]:
    """Cr and Cb, 0..1, with their noise reduced by ``strength``."""
    planes = [np.empty(image.shape[:2], np.float32) for _ in range(2)]
    for rows in strips(*image.shape[:2]):
        ycc = cv2.cvtColor(image[rows], cv2.COLOR_RGB2YCrCb)
        planes[0][rows], planes[1][rows] = ycc[..., 1], ycc[..., 2]
    coloured = max(float(np.ptp(plane)) for plane in planes) > 0.004
    return [_calm(plane, strength) for plane in planes] if coloured and strength > 0 else planes


def _calm(layer: Plane, strength: float) -> Plane:
    """Chroma with less noise, at half its size: nobody sees finer colour than that."""
    size = ((layer.shape[1] + 1) // 2, (layer.shape[0] + 1) // 2)
    return calmed(np.asarray(cv2.resize(layer, size, interpolation=cv2.INTER_AREA)), strength)
