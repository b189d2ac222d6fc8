import numpy as np

from server.restoration.engines.classic.marks import marks
from server.restoration.lab import Plane


def sky(stars: int, *, dark: int = 0) -> tuple[Plane, Plane]:
    """A grey sky with bright and dark points, and odds that take all of them for damage."""
    rng = np.random.default_rng(4)
    plane = np.full((300, 400), 0.4, np.float32)
    odds = np.full(plane.shape, -6, np.float32)
    places = rng.permutation(12 * 16)[: stars + dark]
    for number, place in enumerate(places):
        y, x = 12 + 24 * (place // 16), 12 + 24 * (place % 16)
        plane[y : y + 3, x : x + 3] = 0.1 if number >= stars else 0.9
        odds[y : y + 3, x : x + 3] = 6
    return plane, odds


def test_a_mark_reaches_as_far_as_what_is_likely_and_hangs_together() -> None:
    odds = np.full((40, 40), -5, np.float32)
    odds[10, 5:20] = 0
    odds[10, 12] = 6
    odds[30, 5:20] = 0
    found = marks(np.full(odds.shape, 0.5, np.float32), odds)
    assert found[10, 5:20].all() and found.sum() == 15


def test_nothing_likely_is_nothing() -> None:
    odds = np.full((20, 20), -5, np.float32)
    assert not marks(np.zeros(odds.shape, np.float32), odds).any()


def test_a_crowd_of_bright_points_is_a_sky_full_of_stars() -> None:
    assert not marks(*sky(90)).any()


def test_a_few_bright_points_are_dust() -> None:
    plane, odds = sky(20)
    assert marks(plane, odds).sum() == 20 * 9


def test_dust_comes_in_both_so_a_mixed_crowd_is_dust() -> None:
    plane, odds = sky(70, dark=30)
    assert marks(plane, odds).sum() == 100 * 9


def test_a_scratch_among_stars_is_found() -> None:
    plane, odds = sky(90)
    plane[150, 100:300], odds[150, 100:300] = 0.9, 6
    assert marks(plane, odds)[150, 100:300].all()


def test_what_is_broad_is_left_to_a_curator() -> None:
    plane, odds = np.full((200, 300), 0.4, np.float32), np.full((200, 300), -6, np.float32)
    plane[40:70, 40:70], odds[40:70, 40:70] = 0.9, 6
    plane[120:125, 50:200], odds[120:125, 50:200] = 0.9, 6
    found = marks(plane, odds)
    assert not found[:100].any() and found[120:125, 50:200].all()
