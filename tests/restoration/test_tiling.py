from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.restoration.tiling import feather, grid, padding, starts

sides = st.integers(1, 120)


@given(width=sides, height=sides, tile=st.integers(16, 128), overlap=st.integers(0, 7))
def test_weights_cover_every_pixel_and_tiles_stay_inside(
    width: int, height: int, tile: int, overlap: int
) -> None:
    total = np.zeros((height, width))
    for part in grid(width, height, tile, overlap):
        assert part.left >= 0 and part.top >= 0 and part.right <= width and part.bottom <= height
        assert part.right - part.left <= tile and part.bottom - part.top <= tile
        total[part.slices] += feather(part, width, height, overlap)
    assert total.min() > 0


@given(length=st.integers(1, 2000), tile=st.integers(8, 200), overlap=st.integers(0, 7))
def test_neighbours_share_at_least_the_overlap(length: int, tile: int, overlap: int) -> None:
    begins = starts(length, tile, overlap)
    assert begins[0] == 0 and begins[-1] + tile >= length
    assert all(second - first <= tile - overlap for first, second in pairwise(begins))


def test_a_picture_of_one_tile_has_weight_one_everywhere() -> None:
    (part,) = grid(50, 40, 64, 8)
    assert (feather(part, 50, 40, 8) == 1).all()


def test_an_overlap_as_wide_as_the_tile_is_refused() -> None:
    with pytest.raises(ValueError, match="overlap 64"):
        starts(100, 64, 64)


@given(length=st.integers(1, 500), minimum=st.integers(1, 64), multiple=st.integers(1, 32))
def test_padding_reaches_size_and_multiple_and_no_more(
    length: int, minimum: int, multiple: int
) -> None:
    padded = length + padding(length, minimum, multiple)
    assert padded >= minimum and padded % multiple == 0
    assert padded - multiple < max(length, minimum)
