import numpy as np
import pytest

from server.restoration.engine import Picture
from server.restoration.tiled import padded, run_tiled
from tests.support.engines import TintEngine

ENGINE = TintEngine()


def noise(height: int, width: int) -> Picture:
    pixels = np.random.default_rng(7).random((height, width, 3), np.float32)
    return Picture(pixels, {"damage": (pixels[..., 0] * 255).astype(np.uint8)})


@pytest.mark.parametrize("size", [(61, 67), (5, 40), (1, 1), (32, 48)])
def test_a_picture_of_any_size_meets_the_operations_sizes_and_comes_back(
    size: tuple[int, int],
) -> None:
    picture = noise(*size)
    made = padded(ENGINE, "blocks", picture, {}, lambda _: None)
    assert np.array_equal(made.image, picture.image)


def test_an_enlarged_picture_is_cut_back_to_its_own_enlarged_size() -> None:
    picture = noise(13, 21)
    made = padded(ENGINE, "double", picture, {}, lambda _: None)
    assert np.array_equal(made.image, picture.image.repeat(2, 0).repeat(2, 1))


def test_tiles_leave_no_trace_of_their_borders() -> None:
    picture = noise(150, 130)
    whole = ENGINE.run("blur", picture, {}, lambda _: None).image
    tiled = run_tiled(ENGINE, "blur", picture, {}, lambda _: None, tile=64).image
    inside = np.s_[1:, 1:]
    # A tile's first row is blended with weight 1/17 at most over a margin of 16 pixels.
    assert np.abs(tiled[inside] - whole[inside]).max() < 0.06
    assert np.abs(tiled[inside] - whole[inside]).mean() < 2e-3


def test_progress_of_tiles_ends_at_one() -> None:
    told: list[float] = []
    run_tiled(ENGINE, "blur", noise(150, 130), {}, told.append, tile=64)
    assert told == sorted(told) and told[-1] == 1.0
