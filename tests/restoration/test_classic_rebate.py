from collections.abc import Callable

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from server.restoration.engines.classic.damage import find_damage
from server.restoration.engines.classic.rebate import rebate

Plane = npt.NDArray[np.float32]


def scene(height: int = 300, width: int = 420) -> Plane:
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    plane = 0.45 + 0.2 * y / height + 0.1 * np.sin(x / 60)
    plane += np.random.default_rng(3).normal(0, 0.01, plane.shape)
    return plane.astype(np.float32)


def on_film(plane: Plane, deep: int = 24, table: int = 0) -> tuple[Plane, npt.NDArray[np.bool_]]:
    """A picture on film with a written number and notches in its rebate, and a light table."""
    film = np.full([side + 2 * deep for side in plane.shape], 8, np.uint8)
    cv2.putText(film, "58a-C", (60, 18), cv2.FONT_HERSHEY_SIMPLEX, 0.6, 240, 1, cv2.LINE_AA)
    for place in (150, 190, 230):
        cv2.circle(film, (place, film.shape[0] - 1), 5, 240, -1, cv2.LINE_AA)
    out = film.astype(np.float32) / 255
    out[deep:-deep, deep:-deep] = plane
    picture = np.pad(np.ones(plane.shape, bool), deep + table)
    return np.pad(out, table, constant_values=0.98), picture


@pytest.mark.parametrize("table", [0, 6])
@pytest.mark.parametrize("deep", [8, 24, 40])
def test_a_rebate_is_seen_on_all_sides_with_the_light_table_beyond(deep: int, table: int) -> None:
    plane, picture = on_film(scene(), deep, table)
    near = cv2.dilate(picture.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    inner = cv2.erode(picture.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    seen = rebate(plane)
    assert seen[~near].all() and not seen[inner].any()


def test_a_picture_without_a_border_has_none_be_it_dark_or_light() -> None:
    night = scene() * 0.15
    lit = night.copy()
    cv2.ellipse(lit, (210, 150), (120, 90), 0, 0, 360, 0.7, -1)
    faint = cv2.GaussianBlur(np.pad(scene(), 40, constant_values=0.03), (0, 0), 18)
    for plane in (scene(), night, lit, faint, np.pad(scene(), 24, constant_values=0.9)):
        assert not rebate(np.asarray(plane, np.float32)).any()


def test_a_black_floor_along_one_side_belongs_to_the_picture() -> None:
    floor = np.full((30, 420), 0.03, np.float32)
    assert not rebate(np.concatenate([scene(), floor])).any()
    assert rebate(np.concatenate([floor, scene(), floor])).any()


def test_a_black_band_deeper_than_a_rebate_belongs_to_the_picture() -> None:
    band = np.full((120, 420), 0.03, np.float32)
    plane = np.concatenate([band, scene(), band])
    assert not rebate(plane).any()


def test_what_is_written_on_a_film_is_no_damage_and_a_fleck_in_the_picture_is(
    finder_says: Callable[[Plane], None],
) -> None:
    plane, picture = on_film(scene(520, 700), 30, 6)
    plane[200:204, 300:306] = 0.97
    finder_says(np.where(plane > 0.9, np.float32(8), np.float32(-8)))
    image = np.repeat(plane[..., None], 3, axis=2)
    layer = find_damage(image, sensitivity=1.0, report=lambda share: None)
    assert layer[200:204, 300:306].all() and not layer[~picture].any()
