"""The layer ``damage``: lines, specks and missing pieces, found by their shape.

Damage came after the lens. What is only suspected is left alone, because eating a face costs more
than leaving a speck.
"""

import cv2
import numpy as np

from server.restoration.engine import Image, Layer, Report
from server.restoration.engines.classic.lines import thin_lines
from server.restoration.engines.classic.noise import measured
from server.restoration.engines.classic.specks import on_even_ground, specks
from server.restoration.engines.classic.tears import ground_and_missing

WORK_SIDE = 2000
"""Larger scans are searched at this size, in pixels on the long side."""


def find_damage(image: Image, *, sensitivity: float, report: Report) -> Layer:
    """The layer ``damage`` at the picture's size: 255 on damage and its soft rim, else 0.

    ``sensitivity`` 1 is careful; 2 finds twice as faint marks and takes more texture for damage.
    """
    height, width = image.shape[:2]
    plane = np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), np.float32)
    scale = min(1.0, WORK_SIDE / max(height, width))
    if scale < 1:
        size = (round(width * scale), round(height * scale))
        plane = np.asarray(cv2.resize(plane, size, interpolation=cv2.INTER_AREA), np.float32)
    sigma = measured(plane).typical
    found = thin_lines(plane, sigma=sigma, sensitivity=sensitivity)
    report(0.6)
    found |= specks(plane, sigma=sigma, sensitivity=sensitivity)
    found |= on_even_ground(plane, sigma=sigma, sensitivity=sensitivity)
    ground, missing = ground_and_missing(plane)
    found &= ~ground
    report(0.85)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (5, 5))
    found = cv2.dilate(found.astype(np.uint8), kernel) > 0
    found |= missing
    report(0.95)
    layer = np.where(found, np.uint8(255), np.uint8(0))
    if scale < 1:
        grown = cv2.resize(layer, (width, height), interpolation=cv2.INTER_LINEAR)
        layer = np.where(grown > 96, np.uint8(255), np.uint8(0))
    return layer
