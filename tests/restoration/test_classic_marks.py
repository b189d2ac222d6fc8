import cv2
import numpy as np
import numpy.typing as npt
from skimage import data

from server.restoration.engines.classic.marks import (
    acutance,
    calm,
    condition,
    of_one_polarity,
    off_the_edge,
    softly_harmed,
)
from server.restoration.engines.classic.marks import bar as bar_of
from server.restoration.engines.classic.marks import marks as marks_of
from server.restoration.lab import Plane


def marks(plane: Plane, odds: Plane, *, soft: bool = False) -> npt.NDArray[np.bool_]:
    return marks_of(plane, odds, condition(plane, odds, torn=False, soft=soft))


def bar(plane: Plane, odds: Plane) -> Plane:
    return bar_of(calm(plane), condition(plane, odds, torn=False))


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


def kept(light: int, dark: int, *, sure: float = 4, torn: bool = False) -> tuple[int, int]:
    """How many of so many light marks on calm ground stay, and of dark ones as ``sure``."""
    plane, odds = sky(light, dark=dark)
    odds[(odds > 0) & (plane < 0.4)] = sure
    found = odds > 0
    state = condition(plane, np.full_like(plane, -6), torn=torn)
    stay = of_one_polarity(plane, found, np.zeros_like(found), odds, state)
    assert not (stay & ~found).any()
    return int((stay & (plane > 0.4)).sum()) // 9, int((stay & (plane < 0.4)).sum()) // 9


def print_of(marks_on_calm_ground: int) -> tuple[Plane, Plane]:
    """A print whose left half is calm and whose right half is foliage, some marks sure, on the calm
    ground, and one doubtful, in the foliage."""
    rng = np.random.default_rng(7)
    plane = np.full((200, 300), 0.5, np.float32)
    plane[:, 150:] += cv2.GaussianBlur(rng.normal(0, 1, (200, 150)).astype(np.float32), (0, 0), 2.5)
    odds = np.full(plane.shape, -6, np.float32)
    for number in range(marks_on_calm_ground):
        y, x = 10 + 18 * (number % 10), 10 + 18 * (number // 10)
        odds[y : y + 3, x : x + 6] = 5
    odds[100:103, 220:230] = 0.5
    return plane, odds


def test_where_nearly_all_marks_are_light_a_dark_one_must_be_all_but_certain() -> None:
    assert kept(30, 3) == (30, 0)
    assert kept(30, 3, sure=7.5) == (30, 3)
    assert kept(3, 30) == (0, 30)


def test_a_mixture_few_marks_and_a_print_that_has_suffered_keep_both_polarities() -> None:
    assert kept(30, 4) == (30, 4)
    assert kept(19, 1) == (19, 1)
    assert kept(30, 3, torn=True) == (30, 3)


def test_what_the_rules_find_tells_the_polarity_too() -> None:
    plane, odds = sky(2, dark=24)
    rules = plane < 0.4
    state = condition(plane, np.full_like(plane, -6), torn=False)
    stay = of_one_polarity(plane, (plane > 0.4), rules, np.minimum(odds, 4), state)
    assert not stay.any()


def test_five_dark_marks_without_a_light_one_on_calm_ground_tell_of_the_rest() -> None:
    """A street lamp below a sky with dust."""
    for dark, light, stays in ((4, 0, True), (5, 0, False), (5, 1, True)):
        plane, _ = print_of(0)
        found = np.zeros(plane.shape, bool)
        for number in range(dark + light):
            place = (slice(10 + 20 * number, 13 + 20 * number), slice(40, 43))
            plane[place], found[place] = 0.1 if number < dark else 0.9, True
        lamp = (slice(100, 103), slice(220, 223))
        plane[lamp], found[lamp] = 3.0, True
        state = condition(plane, np.full_like(plane, -6), torn=False)
        odds = np.full_like(plane, 4)
        stay = of_one_polarity(plane, found, np.zeros_like(found), odds, state)
        assert stay[:, :150].sum() == 9 * (dark + light)
        assert stay[lamp].all() == stays


def test_a_dark_hair_among_light_dust_stays() -> None:
    plane, odds = sky(30)
    plane[292, 100:130] = 0.1
    found = plane != np.float32(0.4)
    state = condition(plane, np.full_like(plane, -6), torn=False)
    assert of_one_polarity(plane, found, np.zeros_like(found), odds, state)[292, 100:130].all()


def test_a_print_that_has_suffered_is_searched_boldly_and_another_carefully() -> None:
    for suffered, found in ((0, False), (1, False), (30, True)):
        plane, odds = print_of(suffered)
        assert marks(plane, odds)[100:103, 220:230].all() == found
        assert marks(plane, odds)[:, :150].sum() == 18 * suffered
    foliage = [bar(*print_of(suffered))[100, 225] for suffered in (0, 3, 30)]
    assert foliage[0] > foliage[1] > foliage[2]
    assert bar(*print_of(0))[100, 75] < foliage[0]


def test_a_torn_print_is_searched_boldly_however_calm_its_calm_ground_is() -> None:
    plane, odds = print_of(0)
    torn = condition(plane, odds, torn=True)
    assert marks_of(plane, odds, torn)[100:103, 220:230].all()
    assert not marks(plane, odds)[100:103, 220:230].any()


def test_broad_marks_on_calm_ground_tell_what_a_print_has_suffered() -> None:
    """Those as broad as a median leaves alone would have their ground taken for a crowd."""
    plane, _ = print_of(0)
    plane[:, 150:] = 0.5 + 0.2 * (plane[:, 150:] - 0.5)
    odds = np.full_like(plane, -6)
    for y in range(12, 190, 28):
        for x in range(12, 130, 28):
            plane[y : y + 9, x : x + 9], odds[y : y + 9, x : x + 9] = 0.9, 5
    plane = np.asarray(cv2.GaussianBlur(plane, (0, 0), 1.0))
    assert condition(plane, odds, torn=False).suffered == 1
    assert condition(plane, np.where(odds > 0, np.float32(1), odds), torn=False).suffered == 0


def test_one_mark_on_a_tiny_picture_does_not_say_that_it_has_suffered() -> None:
    plane, odds = print_of(30)
    tiny = tuple(np.ascontiguousarray(part[:40, 40:140]) for part in (plane, odds))
    share = (tiny[1] > 2).mean()
    assert share > 0.0045 and condition(plane, odds, torn=False).suffered == 1
    assert condition(*tiny, torn=False).suffered < 0.5


def test_where_the_picture_is_as_sharp_as_damage_the_finder_must_be_sure() -> None:
    cells = np.random.default_rng(1).random((25, 38)).astype(np.float32)
    mosaic = cells.repeat(8, axis=0).repeat(8, axis=1)[:200, :300]
    _, odds = print_of(30)
    assert np.unique(bar(np.ascontiguousarray(mosaic), odds)) == bar(*print_of(0)).max()


def test_a_mark_takes_its_soft_edge_along() -> None:
    plane, odds = print_of(0)
    odds[:] = -6
    odds[98:102, 220:224] = 2.2
    odds[99:101, 221:223] = 6
    odds[40:44, 220:224] = 2.2
    found = marks(plane, odds)
    assert found[98:102, 220:224].all() and found.sum() == 16


def test_a_picture_as_sharp_as_damage_is_told_from_a_soft_one() -> None:
    grey = cv2.cvtColor(data.coffee(), cv2.COLOR_RGB2GRAY).astype(np.float32) / 255
    sharp = np.asarray(cv2.resize(grey, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA))
    soft = np.asarray(cv2.GaussianBlur(sharp, (0, 0), 0.8))
    assert acutance(soft) < 1.3 and acutance(sharp) > acutance(soft) + 0.05
    cells = np.random.default_rng(1).random((40, 50)).astype(np.float32)
    mosaic = cells.repeat(8, axis=0).repeat(8, axis=1)
    assert acutance(mosaic) > 1.4 > acutance(np.asarray(cv2.GaussianBlur(mosaic, (0, 0), 1.0)))
    assert acutance(np.full((40, 40), 0.5, np.float32)) == 1.0


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
    plane[120:123, 50:200], odds[120:123, 50:200] = 0.9, 6
    found = marks(plane, odds)
    assert not found[:100].any() and found[120:123, 50:200].all()
    plane, odds = print_of(30)
    odds[75:105, 30:60] = odds[150:155, 20:140] = 6
    found = marks(plane, odds)
    assert not found[80:100, 35:55].any() and found[150:155, 20:140].all()


def test_a_print_that_has_suffered_may_have_blots_half_as_broad_again() -> None:
    for suffered, found in ((0, False), (30, True)):
        plane, odds = print_of(suffered)
        odds[150:166, 220:236] = 12
        assert marks(plane, odds)[152:164, 222:234].all() == found


def test_in_a_print_that_has_hardly_suffered_what_is_half_as_broad_must_be_certain() -> None:
    for suffered, sure, found in ((0, 6, False), (0, 12, True), (30, 6, True)):
        plane, odds = print_of(suffered)
        odds[150:160, 220:230] = sure
        assert marks(plane, odds)[150:160, 220:230].all() == found


def test_and_on_restless_ground_what_is_a_third_as_broad() -> None:
    for suffered, found in ((0, False), (30, True)):
        plane, odds = print_of(suffered)
        odds[150:154, 100:106] = odds[150:154, 220:226] = 6
        assert marks(plane, odds)[150:154, 100:106].all()
        assert marks(plane, odds)[150:154, 220:226].all() == found


def crossed(
    tone: float,
    sure: float,
    *,
    long: int = 120,
    wide: int = 3,
    bent: bool = False,
    soft: bool = False,
) -> bool:
    """Whether a line of such a tone across the foliage of a print that has suffered is damage."""
    plane, odds = print_of(30)
    columns = np.arange(160, 160 + long)
    rows = 150 + (np.round(20 * np.sin(columns / 25)).astype(int) if bent else 0)
    for off in range(wide):
        plane[rows + off, columns], odds[rows + off, columns] = tone, sure
    return bool(marks(plane, odds, soft=soft)[rows, columns].all())


def test_a_long_straight_dark_mark_is_a_mast_or_a_wire_unless_that_is_unlikely() -> None:
    assert not crossed(-1.0, 1.2)
    assert crossed(-1.0, 2.0)
    assert crossed(2.0, 1.2)
    assert crossed(-1.0, 1.2, bent=True)
    assert crossed(-1.0, 1.2, long=11, wide=1)
    assert crossed(-1.0, 0.3, soft=True) and not crossed(-1.0, -0.3, soft=True)


def test_a_line_along_the_picture_s_edge_is_none_and_a_scratch_that_reaches_it_is() -> None:
    for turn in range(4):
        found = np.zeros((60, 80), bool)
        found[:2, 30:70] = True
        found[np.arange(40), 10 + np.arange(40) // 2] = True
        scratch = found.copy()
        scratch[:2, 30:70] = False
        np.testing.assert_array_equal(off_the_edge(np.rot90(found, turn)), np.rot90(scratch, turn))
    strip = np.ones((2, 50), bool)
    np.testing.assert_array_equal(off_the_edge(strip), strip)


def test_damage_is_soft_where_looks_for_it_tell_of_much_more_on_calm_ground() -> None:
    plane, odds = sky(40)
    nothing = np.full_like(odds, -6)
    less, most = odds.copy(), odds.copy()
    less[200:], most[240:] = -6, -6
    assert softly_harmed(plane, nothing, odds) and softly_harmed(plane, less, odds)
    assert not softly_harmed(plane, most, odds) and not softly_harmed(plane, odds, odds)
    assert not softly_harmed(plane, nothing, nothing)
    few = np.full_like(odds, -6)
    few[12:22, 15:34] = 6
    assert not softly_harmed(plane, nothing, few)
    few[12:22, 35:54] = 6
    assert softly_harmed(plane, nothing, few)


def test_a_picture_as_sharp_as_damage_is_searched_like_others_where_its_damage_is_soft() -> None:
    cells = np.random.default_rng(1).random((40, 50)).astype(np.float32)
    sharp = cells.repeat(8, axis=0).repeat(8, axis=1)
    odds = np.full_like(sharp, -6)
    odds[:40] = 6
    assert softly_harmed(sharp, np.full_like(sharp, -6), odds)
    assert condition(sharp, odds, torn=False).sharp
    state = condition(sharp, odds, torn=False, soft=True)
    assert not state.sharp and state.soft and state.suffered == 1
