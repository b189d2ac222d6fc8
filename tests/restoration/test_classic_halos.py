import cv2
import numpy as np
import numpy.typing as npt

from server.restoration.engines.classic.fill import Damage, mend
from server.restoration.engines.classic.halos import with_halos
from server.restoration.lab import Plane

NOISE = 0.01


def hair(*, sharpened: float, dark: bool = True) -> tuple[Plane, npt.NDArray[np.bool_]]:
    """A hair across an even sky with grain, scanned with or without sharpening, and its core."""
    drawn = np.zeros((160, 240), np.uint8)
    cv2.ellipse(drawn, (120, 150), (100, 90), 0, 200, 340, 255, 2, cv2.LINE_AA)
    share = cv2.GaussianBlur(drawn.astype(np.float32) / 255, (0, 0), 0.8)
    plane = 0.6 + (-0.4 if dark else 0.3) * share
    plane += np.random.default_rng(3).normal(0, NOISE, plane.shape)
    soft = cv2.GaussianBlur(plane, (0, 0), 1.5)
    sharp = (plane + sharpened * (plane - soft)).astype(np.float32)
    return sharp, np.asarray(cv2.dilate(drawn, np.ones((3, 3), np.uint8)) > 60)


def test_the_rim_that_sharpening_draws_goes_with_the_mark_dark_or_light() -> None:
    for dark in (True, False):
        plane, core = hair(sharpened=1.0, dark=dark)
        found = with_halos(plane, core, NOISE)
        assert found[core].all()
        rim = (cv2.dilate(core.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0) & ~core
        assert found[rim].mean() > 0.7
        assert found.sum() < 3 * core.sum()


def test_a_fill_is_no_lighter_than_the_sky_once_the_rim_is_gone() -> None:
    plane, core = hair(sharpened=1.0)
    image = np.repeat(plane[..., None], 3, axis=2)
    filled = [
        mend(image, Damage.painted(mask), grain=0.0, seed=0, report=lambda _: None)[core].mean()
        for mask in (core, with_halos(plane, core, NOISE))
    ]
    assert filled[0] > 0.6 + 0.01 and abs(filled[1] - 0.6) < 0.5 * (filled[0] - 0.6)


def test_a_mark_without_a_rim_keeps_its_width() -> None:
    plane, core = hair(sharpened=0.0)
    found = with_halos(plane, core, NOISE)
    assert found.sum() < 1.15 * core.sum()
    nothing = np.zeros_like(core)
    assert not with_halos(plane, nothing, NOISE).any()
