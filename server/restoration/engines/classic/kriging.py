"""Gaps filled with the likeliest value, given what lies around them.

Each missing pixel is a weighted mean of its nearest known neighbours; the weights follow from how
values agree over a distance (ordinary kriging: Matheron, "Principles of geostatistics", 1963).
Distance counts less along an edge than across it, and a nugget says how much of a value is grain,
so that grain at the rim of a scratch is averaged instead of being drawn into it. Gaps wider than a
few pixels are filled on a smaller copy first; each finer one adds what the coarser cannot hold.
"""

import cv2
import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from server.restoration.engine import Image
from server.restoration.lab import Plane

Mask = npt.NDArray[np.bool_]
_Values = npt.NDArray[np.float32]

_NEIGHBOURS = 24
_RANGE = 8.0
"""Pixels over which values agree to 1/e."""
_NUGGET = 0.05
"""Share of a value's variance that is grain."""
_ALONG = 1.6
"""How strongly an edge stretches distance, as an exponent of its slopes' ratio."""
_MOST_STRETCH = 4.0
_CALM = 1e-4
"""Squared slope per pixel that is taken for grain."""
_REACH = 12
_DEPTH = 4.0
"""Gaps deeper than this many pixels are filled from a smaller copy."""
_CHUNK = 4096


def _guess(image: Image, known: Mask) -> Image:
    """A smooth first filling, from near and, where nothing is near, from afar."""
    out = image.copy()
    missing = ~known
    weight = known.astype(np.float32)
    for sigma in (1.5, 4.0, 12.0, 40.0):
        total = cv2.GaussianBlur(weight, (0, 0), sigma)
        mean = cv2.GaussianBlur(image * weight[..., None], (0, 0), sigma).reshape(image.shape)
        take = missing & (total > 1e-3)
        out[take] = mean[take] / total[take][:, None]
        missing &= ~take
        if not missing.any():
            break
    if missing.any():
        out[missing] = image[known].mean(axis=0)
    return out


def _stretch(plane: Plane, y: npt.NDArray[np.intp], x: npt.NDArray[np.intp]) -> _Values:
    """For each place a 2 x 2 matrix that turns an offset (down, right) into edge-aware distance."""
    calm = cv2.GaussianBlur(plane, (0, 0), 1.0)
    down = cv2.Sobel(calm, -1, 0, 1, ksize=3, scale=0.125)
    right = cv2.Sobel(calm, -1, 1, 0, ksize=3, scale=0.125)
    dd, dr, rr = (
        cv2.GaussianBlur(product, (0, 0), 2.5)[y, x]
        for product in (down * down, down * right, right * right)
    )
    middle, apart = (dd + rr) / 2, np.hypot((dd - rr) / 2, dr)
    ratio = (middle + apart + _CALM) / (middle - apart + _CALM)
    across = np.minimum(ratio ** (_ALONG / 4), _MOST_STRETCH**0.5)
    angle = 0.5 * np.arctan2(2 * dr, rr - dd)
    sine, cosine = np.sin(angle), np.cos(angle)
    return np.stack(
        [
            np.stack([sine * across, cosine * across], axis=-1),
            np.stack([cosine / across, -sine / across], axis=-1),
        ],
        axis=1,
    ).astype(np.float32)


def _weights(offsets: _Values, *, towards_mean: bool) -> _Values:
    """Weights of the neighbours at ``offsets`` (n, k, 2); they sum to 1 unless ``towards_mean``,
    where what is far from every neighbour falls back to 0."""
    count = offsets.shape[1]
    square = np.einsum("nkc,nkc->nk", offsets, offsets)
    apart = square[:, :, None] + square[:, None] - 2 * (offsets @ offsets.transpose(0, 2, 1))
    alike = np.exp(-np.sqrt(np.maximum(apart, 0)) / np.float32(_RANGE))
    alike[:, range(count), range(count)] = 1 + _NUGGET
    here = np.exp(-np.sqrt(square) / np.float32(_RANGE))
    right_sides = np.stack([here, np.ones_like(here)], axis=-1)
    solved = np.linalg.solve(alike, right_sides)
    weights, even = solved[..., 0], solved[..., 1]
    if towards_mean:
        return np.asarray(weights, np.float32)
    lacking = (1 - weights.sum(axis=1)) / even.sum(axis=1)
    return np.asarray(weights + lacking[:, None] * even, np.float32)


def _kriged(
    values: Image, plane: Plane, missing: Mask, wanted: Mask, *, towards_mean: bool
) -> _Values:
    """The likeliest ``values`` at the pixels ``wanted`` of those missing, in their order; ``plane``
    shows the edges."""
    near = cv2.dilate(missing.astype(np.uint8), np.ones((2 * _REACH + 1,) * 2, np.uint8)) > 0
    known = np.argwhere(near & ~missing)
    places = np.argwhere(wanted)
    out = np.zeros((len(places), values.shape[2]), np.float32)
    count = min(_NEIGHBOURS, len(known))
    if count < 3:
        return out
    _, found = cKDTree(known).query(places, k=count)
    turn = _stretch(plane, places[:, 0], places[:, 1])
    seen = values[known[:, 0], known[:, 1]]
    for first in range(0, len(places), _CHUNK):
        part = slice(first, first + _CHUNK)
        offsets = (known[found[part]] - places[part, None]).astype(np.float32)
        weights = _weights(offsets @ turn[part].transpose(0, 2, 1), towards_mean=towards_mean)
        out[part] = np.einsum("nk,nkc->nc", weights, seen[found[part]])
    return out


def _halved(image: Image, missing: Mask) -> tuple[Image, Mask]:
    """Half the size: the mean of what is known, missing where less than a third is known."""
    size = (max(1, (image.shape[1] + 1) // 2), max(1, (image.shape[0] + 1) // 2))
    weight = (~missing).astype(np.float32)
    share = cv2.resize(weight, size, interpolation=cv2.INTER_AREA)
    mean = cv2.resize(image * weight[..., None], size, interpolation=cv2.INTER_AREA)
    mean = mean.reshape(*share.shape, image.shape[2]) / np.maximum(share, 1e-3)[..., None]
    return np.asarray(mean, np.float32), share < 0.34


def bridged(image: Image, missing: Mask, wanted: Mask | None = None) -> Image:
    """``image`` with its ``missing`` pixels filled, or with those of them that are ``wanted``; any
    number of channels, 0..1. Needs at least one known pixel."""
    wanted = missing if wanted is None else wanted
    depth = cv2.distanceTransform(missing.astype(np.uint8), cv2.DIST_L2, 3).max()
    out = image.copy()
    if depth <= _DEPTH or min(missing.shape) < 16:
        plane = _guess(image, ~missing).mean(axis=2)
        out[wanted] = _kriged(image, plane, missing, wanted, towards_mean=False)
        return out
    small, gone = _halved(image, missing)
    if gone.all():
        return _guess(image, ~missing)
    size = (image.shape[1], image.shape[0])
    forms = cv2.resize(bridged(small, gone), size, interpolation=cv2.INTER_CUBIC)
    forms = forms.reshape(image.shape)
    plane = np.where(missing, forms.mean(axis=2), image.mean(axis=2)).astype(np.float32)
    rest = _kriged(image - forms, plane, missing, wanted, towards_mean=True)
    out[wanted] = forms[wanted] + rest
    return out
