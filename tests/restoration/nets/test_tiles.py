import numpy as np
import pytest

from server.restoration.engines.nets.loading import Array, OutOfMemory
from server.restoration.engines.nets.tiles import Tiling, in_tiles
from server.restoration.tiling import Tile


def picture(height: int, width: int) -> Array:
    return np.random.default_rng(3).random((height, width, 3), np.float32)


def double(cut: Array, tile: Tile) -> Array:
    return np.repeat(np.repeat(cut, 2, 0), 2, 1)


@pytest.mark.parametrize(("height", "width"), [(70, 70), (200, 131), (513, 96)])
def test_tiles_come_together_as_one_picture(height: int, width: int) -> None:
    image = picture(height, width)
    made = in_tiles(image, double, Tiling(96, 32), lambda share: None, scale=2)
    assert np.abs(made - double(image, Tile(0, 0, width, height))).max() < 1e-6


def test_what_a_network_makes_of_a_cut_edge_is_never_seen() -> None:
    """A network that spoils the outer eight pixels of everything it is shown."""

    def spoil(cut: Array, tile: Tile) -> Array:
        out = np.full_like(cut, 9.0)
        out[8:-8, 8:-8] = cut[8:-8, 8:-8]
        return out

    image = picture(300, 300)
    made = in_tiles(image, spoil, Tiling(96, 32), lambda share: None)
    assert np.abs(made[8:-8, 8:-8] - image[8:-8, 8:-8]).max() < 1e-6
    assert np.allclose(made[:8], 9), "the picture's own edge is the network's business"


def test_memory_that_runs_out_halves_the_tile_and_is_told() -> None:
    seen: list[int] = []

    def small_card(cut: Array, tile: Tile) -> Array:
        seen.append(max(cut.shape))
        if max(cut.shape) > 130:
            raise OutOfMemory
        return cut

    tiling = Tiling(512, 32)
    told: list[float] = []
    image = picture(400, 400)
    made = in_tiles(image, small_card, tiling, told.append)
    assert np.abs(made - image).max() < 1e-6
    assert seen[:2] == [400, 256] and tiling.tile == 128
    assert tiling.notes == [
        "Memory ran out with tiles of 512 pixels; 256 pixels were used.",
        "Memory ran out with tiles of 256 pixels; 128 pixels were used.",
    ]
    assert told == sorted(told) and told[-1] == 1


def test_a_device_too_small_for_anything_says_so() -> None:
    def no_card(cut: Array, tile: Tile) -> Array:
        raise OutOfMemory

    with pytest.raises(ValueError, match="not even with tiles of 64 pixels"):
        in_tiles(picture(80, 80), no_card, Tiling(128, 16), lambda share: None)


def test_tiles_that_are_not_wanted_are_not_run() -> None:
    seen: list[Tile] = []

    def note(cut: Array, tile: Tile) -> Array:
        seen.append(tile)
        return cut

    image = picture(300, 300)
    made = in_tiles(
        image, note, Tiling(96, 32), lambda share: None, wanted=lambda tile: tile.top == 0
    )
    assert {tile.top for tile in seen} == {0}
    assert np.abs(made[:60] - image[:60]).max() < 1e-6 and not made[200:].any()
