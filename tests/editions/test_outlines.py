import numpy as np

from server.editions.outlines import outline_of


def test_the_outline_encloses_its_mask() -> None:
    mask = np.zeros((80, 100), bool)
    mask[20:60, 30:70] = True
    xs, ys = zip(*outline_of(mask), strict=True)
    assert abs(min(xs) - 30 / 99) < 0.02 and abs(max(xs) - 69 / 99) < 0.02
    assert abs(min(ys) - 20 / 79) < 0.02 and abs(max(ys) - 59 / 79) < 0.02


def test_a_mask_that_fills_the_picture_has_an_outline_inside_it() -> None:
    points = outline_of(np.ones((10, 12), bool))
    assert points and all(0 <= value <= 1 for point in points for value in point)


def test_an_empty_mask_has_none() -> None:
    assert outline_of(np.zeros((5, 5), bool)) == ()
