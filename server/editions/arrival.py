"""The order in which a change arrives, as a map of moments, from regions and the picture.

A photo has one map for all its transitions: the curator's regions in their order, each from its
middle outward along the picture's own edges (geodesic distance), the rest of the picture last.
Figures are look.md's.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import ndimage
from skimage.graph import MCP_Geometric

from server.catalogue.model import Region
from server.restoration.regions import Mask, region_mask

MAP_SIDE = 640
"""Long side of a map in pixels: fronts are soft, so a screen enlarges it without a trace."""
SHORTEST_MS, LONGEST_MS = 1600.0, 2800.0
"""A region takes this long, by its size."""
TRANSITION_MS = (5000.0, 9000.0)
OVERLAP = 1 / 3
"""Regions overlap by this share of the earlier one's time."""
EDGE_COST = 40.0
"""How much dearer it is to cross the picture's strongest edge than to stay on even ground."""
EASING = (0.35, 0.0, 0.15, 1.0)
"""cubic-bezier(.35, 0, .15, 1)"""

Moments = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Arrival:
    moments: npt.NDArray[np.uint8]
    """Shape (height, width); 0..255 for the moments 0..1 of the transition."""
    lasts_ms: int


def map_size(width: int, height: int) -> tuple[int, int]:
    """(width, height) of the map for a picture of that shape."""
    scale = min(1.0, MAP_SIDE / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))


def arrival(lightness: npt.NDArray[np.float32], regions: Sequence[Region]) -> Arrival:
    """The map of moments of a photo.

    Args:
        lightness: of the picture at map size, shape (height, width), 0..1.
        regions: in the curator's order; where two overlap, the earlier one has the ground.
    """
    height, width = lightness.shape
    costs = _costs(lightness)
    free = np.ones((height, width), bool)
    parts: list[Mask] = []
    for region in regions:
        mask = region_mask(region, width, height) & free
        if mask.any():
            parts.append(mask)
            free &= ~mask
    windows, total = _windows([float(part.mean()) for part in parts], rest=bool(free.any()))
    moments = np.zeros((height, width), np.float32)
    for mask, (begins, lasts) in zip(parts, windows, strict=False):
        far = np.where(mask, costs, -1.0)
        moments[mask] = begins + lasts * _eased(_distance(far, [_middle(mask)])[mask])
    if free.any():
        begins, lasts = windows[-1]
        moments[free] = begins + lasts * _eased(_distance(costs, _border(free))[free])
    smooth = ndimage.gaussian_filter(moments, sigma=max(height, width) / 400)
    low, high = float(smooth.min()), float(smooth.max())
    scaled = (smooth - low) / (high - low) if high > low else np.zeros_like(smooth)
    return Arrival(np.rint(scaled * 255).astype(np.uint8), round(total))


def _costs(lightness: Moments) -> npt.NDArray[np.float64]:
    """The price of a step: low on even ground, high across edges, so that fronts follow shapes."""
    even = ndimage.gaussian_filter(lightness.astype(np.float64), 1.2)
    edges = np.hypot(ndimage.sobel(even, 0), ndimage.sobel(even, 1))
    strongest = float(np.percentile(edges, 99.5)) or 1.0
    return 1.0 + EDGE_COST * np.clip(edges / strongest, 0, 1) ** 2


def _middle(mask: Mask) -> tuple[int, int]:
    """The point deepest inside."""
    depth = ndimage.distance_transform_edt(np.pad(mask, 1))[1:-1, 1:-1]
    row, column = np.unravel_index(int(np.argmax(depth)), mask.shape)
    return int(row), int(column)


def _border(free: Mask) -> list[tuple[int, int]]:
    """Where the rest of the picture begins: along the regions, else in its middle."""
    beside = free & ndimage.binary_dilation(~free)
    if not beside.any():
        return [(free.shape[0] // 2, free.shape[1] // 2)]
    return [(int(row), int(column)) for row, column in np.argwhere(beside)]


def _distance(costs: npt.NDArray[np.float64], origins: list[tuple[int, int]]) -> Moments:
    """Geodesic distance from ``origins`` over ground of cost > 0, scaled so that 1 is far.

    The farthest two per cent count as 1, so that one remote corner does not slow the whole.
    """
    reached, _ = MCP_Geometric(costs).find_costs(origins)
    known = np.isfinite(reached) & (costs > 0)
    far = float(np.percentile(reached[known], 98)) or 1.0
    # An island that cannot be reached inside its region comes last.
    return np.clip(np.where(known, reached / far, 1.0), 0, 1).astype(np.float32)


def _eased(distance: Moments) -> Moments:
    """Moment at which a front with look.md's easing has come so far."""
    x1, y1, x2, y2 = EASING
    s = np.linspace(0, 1, 257)
    time = 3 * (1 - s) ** 2 * s * x1 + 3 * (1 - s) * s**2 * x2 + s**3
    reach = 3 * (1 - s) ** 2 * s * y1 + 3 * (1 - s) * s**2 * y2 + s**3
    return np.interp(distance, reach, time).astype(np.float32)


def _windows(areas: Sequence[float], *, rest: bool) -> tuple[list[tuple[float, float]], float]:
    """(begin, duration) of every region and of the rest as shares of the whole, and its length."""
    sizes = [*areas, *([1 - sum(areas)] if rest else [])]
    lengths = [
        SHORTEST_MS + (LONGEST_MS - SHORTEST_MS) * min(1.0, (area / 0.25) ** 0.5) for area in sizes
    ]
    begins, clock = [], 0.0
    for length in lengths:
        begins.append(clock)
        clock += length * (1 - OVERLAP)
    end = max(begin + length for begin, length in zip(begins, lengths, strict=True))
    windows = [(b / end, length / end) for b, length in zip(begins, lengths, strict=True)]
    return windows, min(max(end, TRANSITION_MS[0]), TRANSITION_MS[1])
