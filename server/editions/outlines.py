"""A closed outline for a region that a curator gave as strokes or points."""

import numpy as np
import numpy.typing as npt
from skimage.measure import approximate_polygon, find_contours

from server.catalogue.model import Point


def outline_of(mask: npt.NDArray[np.bool_]) -> tuple[Point, ...]:
    """The outline of a mask's largest part as fractions of its width and height; never empty for a
    mask that is not."""
    height, width = mask.shape
    contours = find_contours(np.pad(mask, 1).astype(float), 0.5)
    if not contours:
        return ()
    longest = max(contours, key=len) - 1
    line = approximate_polygon(longest, tolerance=1.5)[:-1]
    xs = np.clip(line[:, 1] / max(1, width - 1), 0, 1)
    ys = np.clip(line[:, 0] / max(1, height - 1), 0, 1)
    return tuple((round(float(x), 4), round(float(y), 4)) for x, y in zip(xs, ys, strict=True))
