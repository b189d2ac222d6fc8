"""What a museum would use instead of Rekindle: OpenCV's filters, or scikit-image's.

Each as its documentation suggests, with a mask from a top-hat against the noise, because neither
finds damage by itself. Grey in, grey out, 0..1.
"""

import cv2
import numpy as np
import numpy.typing as npt
from skimage import morphology, restoration, transform

Plane = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]

_STANDS_OUT = 5.0
"""How many robust deviations a top-hat exceeds its median on damage."""


def _bytes(plane: Plane) -> npt.NDArray[np.uint8]:
    return np.round(np.clip(plane, 0, 1) * 255).astype(np.uint8)


def _outstanding(hat: npt.NDArray[np.floating]) -> Mask:
    middle = np.median(hat)
    deviation = 1.4826 * np.median(np.abs(hat - middle))
    return np.asarray(hat > middle + _STANDS_OUT * max(float(deviation), 1e-3))


def grain_of(plane: Plane) -> float:
    """Standard deviation of the noise (Immerkaer, "Fast noise variance estimation", 1996)."""
    kernel = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)
    return float(np.abs(cv2.filter2D(plane, -1, kernel)).mean() * (np.pi / 2) ** 0.5 / 6)


def mask_opencv(plane: Plane) -> Mask:
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (9, 9))
    hats = (
        cv2.morphologyEx(plane, kind, kernel) for kind in (cv2.MORPH_TOPHAT, cv2.MORPH_BLACKHAT)
    )
    found = np.logical_or(*(_outstanding(hat) for hat in hats)).astype(np.uint8)
    found = cv2.morphologyEx(found, cv2.MORPH_OPEN, np.ones((2, 2), np.uint8))
    return cv2.dilate(found, np.ones((3, 3), np.uint8)) > 0


def mended_opencv(plane: Plane, mask: Mask) -> Plane:
    filled = cv2.inpaint(_bytes(plane), mask.astype(np.uint8), 3, cv2.INPAINT_TELEA)
    return np.where(mask, filled.astype(np.float32) / np.float32(255), plane)


def clear_opencv(plane: Plane) -> Plane:
    """Twice the size: fast non-local means, bicubic, unsharp."""
    sigma = grain_of(plane) * 255
    calm = cv2.fastNlMeansDenoising(_bytes(plane), None, h=sigma, templateWindowSize=7)
    size = (2 * plane.shape[1], 2 * plane.shape[0])
    large = cv2.resize(calm.astype(np.float32) / 255, size, interpolation=cv2.INTER_CUBIC)
    soft = cv2.GaussianBlur(large, (0, 0), 1.5)
    return np.asarray(np.clip(large + 0.6 * (large - soft), 0, 1), np.float32)


def mask_skimage(plane: Plane) -> Mask:
    disk = morphology.disk(4)
    hats = (morphology.white_tophat(plane, disk), morphology.black_tophat(plane, disk))
    found = np.logical_or(*(_outstanding(hat) for hat in hats))
    found = morphology.remove_small_objects(found, max_size=3)
    return np.asarray(morphology.dilation(found, morphology.disk(1)))


def mended_skimage(plane: Plane, mask: Mask) -> Plane:
    return np.asarray(restoration.inpaint_biharmonic(plane, mask), np.float32)


def clear_skimage(plane: Plane) -> Plane:
    """Twice the size: non-local means, then Lanczos (of OpenCV: scikit-image has none)."""
    sigma = grain_of(plane)
    calm = restoration.denoise_nl_means(
        plane, patch_size=7, patch_distance=10, h=0.8 * sigma, sigma=sigma, fast_mode=True
    )
    size = (2 * plane.shape[1], 2 * plane.shape[0])
    large = cv2.resize(calm.astype(np.float32), size, interpolation=cv2.INTER_LANCZOS4)
    return np.asarray(np.clip(large, 0, 1), np.float32)


def clear_bicubic(plane: Plane) -> Plane:
    """The least anybody does: no more than twice the size."""
    large = transform.resize(plane, (2 * plane.shape[0], 2 * plane.shape[1]), order=3)
    return np.asarray(np.clip(large, 0, 1), np.float32)
