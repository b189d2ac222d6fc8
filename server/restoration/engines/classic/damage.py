"""The layer ``damage``: what the network takes for damage, lines and specks found by their shape,
and missing pieces.

Damage came after the lens. What is only suspected is left alone, because eating a face costs more
than leaving a speck.
"""

import cv2
import numpy as np
import numpy.typing as npt

from server.restoration.engine import Image, Layer, Report
from server.restoration.engines.classic.faces import maybe_faces
from server.restoration.engines.classic.lines import thin_lines
from server.restoration.engines.classic.marks import marks
from server.restoration.engines.classic.network import damage_odds
from server.restoration.engines.classic.noise import measured
from server.restoration.engines.classic.specks import on_even_ground, specks
from server.restoration.engines.classic.tears import ground_and_missing
from server.restoration.lab import Plane

Mask = npt.NDArray[np.bool_]

WORK_SIDE = 2000
"""Larger scans are searched at this size, in pixels on the long side."""
_READ = 1_200_000
"""Pixels that the network reads at most: it was taught on small prints, and lines are looked for at
the larger size."""
_SHARP = 1.4
"""``acutance`` from which a picture is as sharp as damage is: then the network cannot tell a rope,
a pattern or a fingernail from a scratch, and is not asked."""
_RIM = np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (5, 5)), np.uint8)
_NARROW_RIM = np.asarray(cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3)), np.uint8)
"""A mark's soft edge, which would colour what fills it; the network takes part of it along."""


def find_damage(image: Image, *, sensitivity: float, report: Report) -> Layer:
    """The layer ``damage`` at the picture's size: 255 on damage and its soft rim, else 0.

    ``sensitivity`` 1 is careful; 2 finds twice as faint lines and specks, takes for damage what the
    network thinks a quarter as likely, and takes more of the picture for damage.
    """
    height, width = image.shape[:2]
    plane = np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), np.float32)
    scale = min(1.0, WORK_SIDE / max(height, width))
    if scale < 1:
        size = (round(width * scale), round(height * scale))
        plane = np.asarray(cv2.resize(plane, size, interpolation=cv2.INTER_AREA), np.float32)
    sigma = measured(plane).typical
    found = specks(plane, sigma=sigma, sensitivity=sensitivity)
    found |= on_even_ground(plane, sigma=sigma, sensitivity=sensitivity)
    found = _grown(found, _RIM)
    found |= _by_network(plane, sensitivity, lambda share: report(0.2 + 0.4 * share))
    if found.any():
        # An eye and the light on a nose are specks to rules and network alike.
        found &= ~maybe_faces(plane)
    report(0.7)
    found |= _grown(thin_lines(plane, sigma=sigma, sensitivity=sensitivity), _RIM)
    ground, missing = ground_and_missing(plane)
    found &= ~ground
    found |= missing
    report(0.95)
    layer = np.where(found, np.uint8(255), np.uint8(0))
    if scale < 1:
        grown = cv2.resize(layer, (width, height), interpolation=cv2.INTER_LINEAR)
        layer = np.where(grown > 96, np.uint8(255), np.uint8(0))
    return layer


def _grown(found: Mask, kernel: npt.NDArray[np.uint8]) -> Mask:
    return np.asarray(cv2.dilate(found.astype(np.uint8), kernel) > 0)


def _by_network(plane: Plane, sensitivity: float, report: Report) -> Mask:
    """What the network is sure of, with its soft rim; nothing in a picture too sharp for it."""
    if acutance(plane) > _SHARP:
        return np.zeros(plane.shape, bool)
    scale = min(1.0, (_READ / plane.size) ** 0.5)
    small = cv2.resize(plane, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    odds = damage_odds(np.asarray(small, np.float32), report)
    odds = np.asarray(cv2.resize(odds, plane.shape[::-1], interpolation=cv2.INTER_LINEAR))
    odds += np.float32(2 * np.log(sensitivity))
    return _grown(marks(plane, odds), _NARROW_RIM)


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
