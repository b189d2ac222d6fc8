from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.restoration.tiling import feather, fitting, grid, padding, shares, starts

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


@given(length=st.integers(65, 900), tile=st.integers(20, 64), overlap=st.integers(0, 9))
def test_shares_sum_to_one_at_every_pixel(length: int, tile: int, overlap: int) -> None:
    total = np.zeros(length)
    for begin, share in zip(
        starts(length, tile, overlap), shares(length, tile, overlap), strict=True
    ):
        total[begin : begin + tile] += share
    assert np.abs(total - 1).max() < 1e-5


def test_a_share_begins_without_a_jump() -> None:
    share = shares(2048, 768, 64)[1]
    assert share[0] < 1e-3 and share.max() == 1
    assert np.abs(np.diff(share)).max() < 0.02


@pytest.mark.parametrize("largest", [768, 1024])
@pytest.mark.parametrize("size", [(2048, 2048), (2496, 1664), (2368, 1792), (1536, 2688)])
def test_tiles_fit_a_picture_of_four_megapixels(size: tuple[int, int], largest: int) -> None:
    computed = 1
    for length in size:
        tile = fitting(length, largest, 64, 64)
        assert tile <= largest and tile % 64 == 0
        computed *= len(starts(length, tile, 64)) * tile
    assert computed / (size[0] * size[1]) <= 1.4


def test_what_fits_into_one_tile_is_one_tile() -> None:
    assert fitting(640, 768, 64, 64) == 640
    assert shares(640, 640, 64).tolist() == [[1.0] * 640]


def test_no_tile_can_share_more_than_half_of_itself() -> None:
    with pytest.raises(ValueError, match="at most 64 shares 40"):
        fitting(1000, 64, 40, 64)
