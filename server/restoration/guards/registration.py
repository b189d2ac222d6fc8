"""A picture that a model moved, laid back on the one it was given.

First one affine map for the whole (enhanced correlation coefficient, Evangelidis and Psarakis,
2008), coarse to fine; then what is left, as dense flow (DIS, Kroeger et al., 2016), believed only
where the picture has texture and the flow agrees with its own reverse, and smoothed. Both work on
at most ``WORKING_PIXELS``; the map found is applied at full size.
"""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from server.restoration.engine import Image
from server.restoration.images import resize
from server.restoration.lab import Plane

WORKING_PIXELS = 1_000_000
"""Pixels of the picture on which displacement is found."""

_COARSEST = 96
"""Shorter side in pixels at which the search begins; a shift of a fifth is then 20 pixels."""
_BORDER = 0.06
"""Share of each side that is left out of the affine map's search."""
_SMOOTH = 12.0
"""Gaussian sigma, in working pixels, of the flow: models bend a picture, they do not tear it."""
_TEXTURE = 0.015
"""Gradient, of 0..1 a pixel, from which displacement can be seen at all."""
_AGREES = 1.0
"""Pixels by which a flow and its reverse may disagree."""
_SEEN = 0.2
"""Pixels of flow of which half is believed."""

Pixels = npt.NDArray[np.float32]
"""A plane or an image."""

Affine = npt.NDArray[np.float32]
"""Shape (2, 3): where in the moved picture a pixel (x, y, 1) of the given one is found."""

Flow = npt.NDArray[np.float32]
"""Shape (height, width, 2): pixels to the right and down."""

_STOP = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 60, 1e-6)


@dataclass(frozen=True, slots=True)
class Displacement:
    """Where the pixels of a picture are found in the moved one, at working size."""

    affine: Affine
    flow: Flow
    """What is left after the affine map, in pixels of the given picture."""


def _working_size(image: Image) -> tuple[int, int]:
    height, width = image.shape[:2]
    scale = min(1.0, (WORKING_PIXELS / (height * width)) ** 0.5)
    return max(1, round(width * scale)), max(1, round(height * scale))


def _luma(image: Image, size: tuple[int, int]) -> Plane:
    return np.asarray(cv2.cvtColor(resize(image, *size), cv2.COLOR_RGB2GRAY), np.float32)


def _blurred(pixels: Pixels, sigma: float) -> Pixels:
    """A Gaussian blur; wide ones are made small, where they cost nothing."""
    height, width = pixels.shape[:2]
    share = max(1, int(sigma / 3))
    size = (max(1, width // share), max(1, height // share))
    small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA) if share > 1 else pixels
    soft = cv2.GaussianBlur(small, (0, 0), sigma / share)
    return np.asarray(cv2.resize(soft, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)


def _even(luma: Plane) -> Plane:
    """Local contrast made even, around 0.5, so that tone and colour do not matter."""
    reach = max(8.0, max(luma.shape) / 24)
    middle = _blurred(luma, reach)
    spread = _blurred((luma - middle) ** 2, reach)
    even = (luma - middle) / np.sqrt(spread + np.float32(1e-3))
    return np.asarray(np.clip(0.5 + even / 6, 0, 1), np.float32)


def _affine(given: Plane, moved: Plane) -> Affine:
    """Coarse to fine; a level that does not converge hands on what the one before it found."""
    levels = [(given, moved)]
    while min(levels[-1][0].shape) > 2 * _COARSEST:
        levels.append((_halved(levels[-1][0]), _halved(levels[-1][1])))
    warp = np.eye(2, 3, dtype=np.float32)
    small = levels[-1]
    window = cv2.createHanningWindow(small[0].shape[::-1], cv2.CV_32F)
    warp[:, 2] = cv2.phaseCorrelate(*small, window)[0]
    warp = _refined(*small, warp, cv2.MOTION_TRANSLATION)
    for place, level in enumerate(reversed(levels)):
        if place:
            # Pixel centres: (0, 0) lies at (0.5, 0.5) of the next level.
            warp[:, 2] = 2 * warp[:, 2] - warp[:, :2].sum(axis=1) / 2 + np.float32(0.5)
        warp = _refined(*level, warp, cv2.MOTION_AFFINE)
    return warp


def _halved(plane: Plane) -> Plane:
    size = (plane.shape[1] // 2, plane.shape[0] // 2)
    return np.asarray(cv2.resize(plane, size, interpolation=cv2.INTER_AREA), np.float32)


def _refined(given: Plane, moved: Plane, warp: Affine, motion: int) -> Affine:
    # What a model shows along the border after a shift is its own, and would pull the map.
    height, width = moved.shape
    down, across = round(height * _BORDER), round(width * _BORDER)
    inner = np.zeros(moved.shape, np.uint8)
    inner[down : height - down, across : width - across] = 255
    try:
        found = cv2.findTransformECC(given, moved, warp.copy(), motion, _STOP, inner, 3)[1]
    except cv2.error:
        return warp
    return np.asarray(found, np.float32)


def _flow(given: Plane, moved: Plane) -> tuple[Flow, Plane]:
    """Flow from ``given`` to ``moved``, and 1 where it can be trusted."""
    finder = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    one, other = (np.rint(plane * 255).astype(np.uint8) for plane in (given, moved))
    forth = np.asarray(finder.calc(one, other, None), np.float32)
    back = np.asarray(finder.calc(other, one, None), np.float32)
    rows, columns = _grid(given.shape)
    there = cv2.remap(back, columns + forth[..., 0], rows + forth[..., 1], cv2.INTER_LINEAR)
    agrees = np.hypot(*(forth + there).transpose(2, 0, 1)) < _AGREES
    calm = cv2.GaussianBlur(given, (0, 0), 1.0)
    slope = np.hypot(cv2.Sobel(calm, cv2.CV_32F, 1, 0), cv2.Sobel(calm, cv2.CV_32F, 0, 1)) / 8
    return forth, (agrees & (slope > _TEXTURE)).astype(np.float32)


def _smoothed(flow: Flow, trust: Plane) -> Flow:
    """The flow of the trusted pixels around each pixel, of those farther off where none are near.

    What is smaller than ``_SEEN`` is drawn towards none: the map has it right already, and blur or
    grain that a model took away looks like so much.
    """
    sigma = _SMOOTH * min(1.0, max(trust.shape) / 1000)
    near, around = (_blurred(trust, s) for s in (sigma, 4 * sigma))
    known = flow * trust[..., None]
    far = _blurred(known, 4 * sigma) / np.maximum(around, 1e-6)[..., None]
    pull = np.float32(0.1) * trust.mean()
    mean = (_blurred(known, sigma) + pull * far) / (near + pull + 1e-6)[..., None]
    size = np.square(mean).sum(axis=-1, keepdims=True)
    return np.asarray(mean * size / (size + np.float32(_SEEN**2)), np.float32)


def _grid(shape: tuple[int, ...]) -> tuple[Plane, Plane]:
    rows, columns = np.mgrid[0 : shape[0], 0 : shape[1]].astype(np.float32)
    return rows, columns


def find_displacement(given: Image, moved: Image) -> Displacement:
    """Where every pixel of ``given`` is found in ``moved``; the two may differ in size."""
    size = _working_size(given)
    one, other = _luma(given, size), _luma(moved, size)
    still = np.zeros((*one.shape, 2), np.float32)
    affine = _affine(_even(one), _even(other))
    # Made even again where it lies now: a shift brings strange tones into the border's windows.
    laid = _laid(other, one, *_places(affine, still))
    rest = _refined(_even(one), _even(laid), np.eye(2, 3, dtype=np.float32), cv2.MOTION_AFFINE)
    affine = _after(affine, rest)
    laid = _laid(other, one, *_places(affine, still))
    return Displacement(affine, _smoothed(*_flow(_even(one), _even(laid))))


def _after(outer: Affine, inner: Affine) -> Affine:
    square = np.vstack([inner, np.array([[0, 0, 1]], np.float32)])
    return np.asarray(outer @ square, np.float32)


def _laid(moved: Pixels, instead: Pixels, x: Plane, y: Plane) -> Pixels:
    """``moved`` read at (x, y), and ``instead`` where that lies outside."""
    height, width = moved.shape[:2]
    out = cv2.remap(moved, x, y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    inside = np.minimum.reduce([x + 1, width - x, y + 1, height - y]).clip(0, 1)
    if moved.ndim == 3:
        inside = inside[..., None]
    return np.asarray(np.clip(out * inside + instead * (1 - inside), 0, 1), np.float32)


def _places(affine: Affine, flow: Flow) -> tuple[Plane, Plane]:
    """x and y in the moved picture for every pixel of the given one."""
    rows, columns = _grid(flow.shape)
    x, y = columns + flow[..., 0], rows + flow[..., 1]
    return (
        affine[0, 0] * x + affine[0, 1] * y + affine[0, 2],
        affine[1, 0] * x + affine[1, 1] * y + affine[1, 2],
    )


def lay_back(moved: Image, instead: Image, displacement: Displacement) -> Image:
    """``moved`` with every pixel where the given picture has it.

    ``instead`` has the same size; it shows where ``moved`` has nothing to show, along the borders.
    """
    height, width = moved.shape[:2]
    rows, columns = displacement.flow.shape[:2]
    x, y = _places(displacement.affine, displacement.flow)
    # Pixel centres: the working picture's (0, 0) is not the full picture's.
    x, y = ((x + 0.5) * (width / columns) - 0.5, (y + 0.5) * (height / rows) - 0.5)
    if (rows, columns) != (height, width):
        x, y = (cv2.resize(p, (width, height), interpolation=cv2.INTER_LINEAR) for p in (x, y))
    return _laid(moved, instead, x, y)


def residual(given: Image, laid: Image) -> float | None:
    """The displacement that is left, 95th percentile over textured pixels, in working pixels.

    None where the picture has no texture to see it by.
    """
    size = _working_size(given)
    flow, trust = _flow(_even(_luma(given, size)), _even(_luma(laid, size)))
    if np.count_nonzero(trust) < 100:
        return None
    left = np.hypot(*_smoothed(flow, trust).transpose(2, 0, 1))
    return float(np.percentile(left[trust > 0], 95))
