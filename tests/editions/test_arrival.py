import numpy as np
import numpy.typing as npt
import pytest

from server.catalogue.model import Region, Text
from server.editions.arrival import arrival, map_size
from server.restoration.regions import region_mask

NAME = Text({"en": "it"})
FACE = Region(id="face", name=NAME, outline=((0.1, 0.1), (0.4, 0.1), (0.4, 0.5), (0.1, 0.5)))
FLAG = Region(id="flag", name=NAME, points=((0.8, 0.3),))
ROPE = Region(id="rope", name=NAME, strokes=(((0.2, 0.9), (0.8, 0.9)),))


def ground(width: int = 120, height: int = 90) -> npt.NDArray[np.float32]:
    rows, columns = np.mgrid[0:height, 0:width]
    return (0.4 + 0.2 * np.sin(columns / 9) * np.cos(rows / 7)).astype(np.float32)


def test_regions_arrive_in_the_curators_order_and_the_rest_last() -> None:
    found = arrival(ground(), [FACE, FLAG])
    face, flag = (region_mask(region, 120, 90) for region in (FACE, FLAG))
    rest = ~(face | flag)
    means = [found.moments[part].mean() for part in (face, flag, rest)]
    assert means == sorted(means)
    assert means[0] < 90 and means[2] > 160
    assert 5000 <= found.lasts_ms <= 9000


def test_the_other_order_arrives_the_other_way_round() -> None:
    found = arrival(ground(), [FLAG, FACE])
    face, flag = (region_mask(region, 120, 90) for region in (FACE, FLAG))
    assert found.moments[flag].mean() < found.moments[face].mean()


def test_moments_span_the_whole_transition() -> None:
    for regions in ([], [FACE], [FACE, FLAG, ROPE]):
        found = arrival(ground(), regions)
        assert (found.moments.min(), found.moments.max()) == (0, 255)


def test_a_region_arrives_from_its_middle() -> None:
    found = arrival(np.full((90, 120), 0.5, np.float32), [FACE]).moments
    assert found[27, 30] < found[11, 14]


def test_a_front_goes_round_an_edge_before_it_crosses_it() -> None:
    wall = np.full((90, 120), 0.2, np.float32)
    wall[20:, 58:62] = 1.0
    found = arrival(wall, [Region(id="left", name=NAME, points=((0.3, 0.9),))]).moments
    assert int(found[85, 75]) > int(found[85, 50]) + 20


def test_a_map_without_regions_begins_in_the_middle() -> None:
    found = arrival(np.full((90, 120), 0.5, np.float32), []).moments
    assert found[45, 60] < found[2, 2]


def test_a_region_covering_everything_leaves_no_rest() -> None:
    whole = Region(id="all", name=NAME, outline=((0, 0), (1, 0), (1, 1), (0, 1)))
    assert arrival(ground(), [whole]).moments.max() == 255


def test_many_regions_stay_within_nine_seconds() -> None:
    many = [Region(id=f"r{i}", name=NAME, points=((0.05 + 0.1 * i, 0.5),)) for i in range(10)]
    assert arrival(ground(), many).lasts_ms <= 9000


@pytest.mark.parametrize("size", [(1, 1), (3, 200), (640, 2)])
def test_the_smallest_pictures_have_maps(size: tuple[int, int]) -> None:
    width, height = size
    assert arrival(np.zeros((height, width), np.float32), [FACE]).moments.shape == (height, width)


def test_maps_are_small_and_keep_the_shape() -> None:
    assert map_size(5835, 4278) == (640, 469)
    assert map_size(100, 93) == (100, 93)
