from typing import Any

import numpy as np
import pytest

from server.restoration.documented import chroma_scale
from server.restoration.engine import Image, Layer
from server.restoration.engines.classic.colour import colour
from server.restoration.hints import colour_of, hints_of
from server.restoration.lab import lab, largest_chroma, lightness, painted, rgb
from server.restoration.propagation import lifted

GREY_LEVEL = 100 / 255
"""One level of an 8-bit scan, in L*."""


def scene(height: int = 160, width: int = 200) -> Image:
    """A bright wall beside a dark one, each with light falling over it."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    plane = np.where(x < width // 2, 0.3, 0.7) + 0.15 * (y / height - 0.5)
    plane += np.random.default_rng(1).normal(0, 0.004, plane.shape)
    return np.repeat(plane.astype(np.float32)[..., None], 3, axis=2)


def region(name: str = "wall", **facts: Any) -> dict[str, Any]:
    return {"id": name, "colour": "#C8202A", "certainty": "documented", **facts}


def box(left: float, top: float, right: float, bottom: float) -> list[list[float]]:
    return [[left, top], [right, top], [right, bottom], [left, bottom]]


def coloured(image: Image, *regions: dict[str, Any], alike: bool = False) -> tuple[Image, Layer]:
    return colour(image, regions, warmth=0.6, alike=alike, report=lambda share: None)


def chroma(image: Image) -> Any:
    values = lab(image)
    return np.hypot(values[..., 1], values[..., 2])


@pytest.mark.parametrize("code", ["#FF0000", "#0000FF", "#FFFF00", "#00FF00", "#7A1FA2"])
def test_lightness_is_kept_within_half_a_grey_level(code: str) -> None:
    image = np.repeat(np.random.default_rng(2).random((90, 120, 1), np.float32), 3, axis=2)
    after, _ = coloured(image, region(outline=box(0.1, 0.1, 0.9, 0.9), colour=code))
    assert np.abs(lightness(after) - lightness(image)).max() < GREY_LEVEL / 2


def test_strips_done_side_by_side_make_one_picture_and_tell_how_far_it_is_in_order() -> None:
    large, told = scene(700, 600), list[float]()
    pieces = [lightness(large[top : top + 100]) for top in range(0, 700, 100)]
    np.testing.assert_array_equal(lightness(large), np.vstack(pieces))
    after, _ = colour(large, [region(points=[[0.2, 0.5]])], warmth=0.6, report=told.append)
    assert np.abs(lightness(after) - lightness(large)).max() < GREY_LEVEL / 2
    assert len(set(told)) > 4 and told == sorted(told) and told[-1] == pytest.approx(0.99)


def test_chroma_out_of_every_gamut_is_drawn_in_and_not_clipped() -> None:
    level = np.linspace(0, 100, 201, dtype=np.float32)[None].repeat(8, axis=0)
    after = painted(level, np.full_like(level, 300), np.full_like(level, -250))
    assert np.abs(lightness(after) - level).max() < GREY_LEVEL / 2


def test_the_gamut_table_ends_where_srgb_ends() -> None:
    level = np.full((1, 4), 53.24, np.float32)
    a, b = np.full((1, 4), 80.09, np.float32), np.full((1, 4), 67.2, np.float32)
    assert largest_chroma(level, a, b)[0, 0] == pytest.approx(104.55, abs=1.5)


def test_lab_and_back_is_the_same_picture() -> None:
    image = np.random.default_rng(3).random((40, 50, 3), np.float32)
    values = lab(image)
    assert np.abs(rgb(values[..., 0], values[..., 1], values[..., 2]) - image).max() < 1e-4


def test_a_loose_outline_does_not_leak_over_a_strong_edge() -> None:
    after, _ = coloured(scene(), region(outline=box(0.06, 0.1, 0.52, 0.9)))
    assert np.median(chroma(after)[60:100, 30:90]) > 35
    assert np.median(chroma(after)[60:100, 106:]) < 14


def test_a_point_colours_its_surface_and_stops_at_the_edge() -> None:
    after, source = coloured(scene(), region(points=[[0.25, 0.5]], certainty="guess"))
    assert chroma(after)[70:90, 45:55].min() > 25
    assert chroma(after)[:, 104:].max() < 14
    assert set(np.unique(source)) == {0, 85}


def far_walls() -> Image:
    """A wide wall of one tone, far beyond the reach of a point at its end."""
    return np.repeat(scene(160, 1200)[:, 600:, :1], 3, axis=2)


def test_colours_are_carried_to_what_looks_alike_and_only_what_has_evidence_is_documented() -> None:
    point = region(points=[[0.06, 0.5]])
    near, source = coloured(far_walls(), point)
    carried, same = coloured(far_walls(), point, alike=True)
    assert np.median(chroma(near)[:, 500:]) < 14
    assert np.median(chroma(carried)[:, 500:]) > np.median(chroma(near)[:, 500:])
    assert np.median(chroma(carried)[70:90, 30:45]) > 25
    assert np.array_equal(source, same)
    apart = np.abs(lightness(carried) - lightness(far_walls()))
    assert apart.max() < GREY_LEVEL / 2


def test_alike_or_not_an_outline_and_a_region_in_front_keep_colours_off() -> None:
    wall = region(outline=box(0.06, 0.1, 0.52, 0.9))
    after, _ = coloured(scene(), wall, alike=True)
    assert np.median(chroma(after)[60:100, 30:90]) > 35
    assert chroma(after)[:, 112:].max() < 14
    face = {"id": "face", "colour": None, "outline": box(0.15, 0.3, 0.3, 0.7)}
    after, _ = coloured(scene(), region(points=[[0.4, 0.5]]), face, alike=True)
    assert chroma(after)[64:96, 36:54].max() < 14


def test_what_lies_in_no_region_is_quietly_warm() -> None:
    after = lab(coloured(scene(), region(outline=box(0.05, 0.1, 0.3, 0.5)))[0])
    far = after[120:, 140:]
    assert 0 < far[..., 2].mean() < 9
    assert np.hypot(far[..., 1], far[..., 2]).max() < 12


def test_shadows_are_darker_reds_and_highlights_pale() -> None:
    level = np.array([[10.0, 50.0, 95.0]], np.float32)
    low, full, high = chroma_scale(level, 50.0)[0]
    assert full == pytest.approx(1)
    assert low < 0.5
    assert high < 0.2


def test_every_certainty_has_its_value_in_the_layer() -> None:
    regions = [
        region("a", outline=box(0.05, 0.05, 0.4, 0.4), certainty="guess"),
        region("b", outline=box(0.05, 0.6, 0.4, 0.95), certainty="likely"),
        region("c", outline=box(0.6, 0.3, 0.95, 0.7), certainty="documented"),
    ]
    _, source = coloured(scene(), *regions)
    assert [source[36, 45], source[124, 45], source[80, 155]] == [85, 170, 255]


def test_a_region_without_colour_keeps_colour_off_itself() -> None:
    tunic = region("tunic", outline=box(0.05, 0.05, 0.95, 0.95))
    face = {"id": "face", "outline": box(0.4, 0.3, 0.6, 0.6), "protect": True}
    _, source = coloured(scene(), tunic, face)
    assert not source[60:84, 90:110].any()
    assert source[30, 100] == 255


def test_the_smaller_of_two_regions_is_in_front() -> None:
    flag = region("flag", outline=box(0.05, 0.05, 0.95, 0.95), colour="#0000FF")
    star = region("star", outline=box(0.1, 0.3, 0.35, 0.7), colour="#FFD000")
    for order in ((flag, star), (star, flag)):
        after = lab(coloured(scene(), *order)[0])
        assert after[80, 45, 2] > 20


def test_where_two_outlines_meet_on_even_ground_neither_has_a_halo() -> None:
    image = np.full((300, 600, 3), 0.45, np.float32)
    image += np.random.default_rng(4).normal(0, 0.01, (300, 600, 1)).astype(np.float32)
    coat = region("coat", outline=box(0.02, 0.02, 0.5, 0.98))
    sash = region("sash", outline=box(0.5, 0.02, 0.98, 0.98), colour="#2040D0")
    b = np.median(lab(coloured(image, coat, sash)[0])[100:200, :, 2], axis=0)
    own = (b - b[100]) / (b[500] - b[100])
    assert own[299:301].mean() == pytest.approx(0.5, abs=0.1)
    assert own[:290].max() < 0.05
    assert own[310:].min() > 0.95


def test_a_photo_without_coloured_regions_comes_back_as_it_was() -> None:
    face = {"id": "face", "outline": box(0.4, 0.3, 0.6, 0.6), "protect": True}
    after, source = coloured(scene(), face)
    assert np.array_equal(after, scene())
    assert not source.any()


def test_an_outline_smaller_than_a_pixel_still_has_a_place() -> None:
    hints = hints_of([region(outline=box(0.5, 0.5, 0.5001, 0.5001))], lightness(scene(40, 50)))
    assert hints[0].inside.any()


def test_strokes_are_evidence() -> None:
    _, source = coloured(scene(), region(strokes=[[[0.1, 0.2], [0.4, 0.8]]]))
    assert source[80, 50] == 255


def test_a_stroke_takes_nothing_of_the_band_inside_another_outline() -> None:
    plane = np.full((160, 200), 30, np.float32)
    sky = region("sky", outline=box(0.03, 0.03, 0.97, 0.97))
    mast = region("mast", strokes=[[[0.15, 0.1], [0.15, 0.9]]])
    inside = hints_of([sky, mast], plane)[1].inside
    assert inside[80, 29:31].any()
    assert not inside[20:140, 8:12].any()


def test_a_colour_is_read_as_srgb() -> None:
    level, a, b = colour_of("#ff0000")
    assert (level, a, b) == pytest.approx((53.24, 80.09, 67.2), abs=0.05)


def test_even_planes_are_lifted_as_they_are() -> None:
    guide = np.full((20, 30), 50, np.float32)
    planes = [np.full((20, 30), value, np.float32) for value in (0.2, 0.5, 0.7, 0.9)]
    lift = lifted(planes, guide, (80, 120))
    whole = lift.rows(slice(0, 80), np.full((80, 120), 50, np.float32))
    assert [float(plane.mean()) for plane in whole] == pytest.approx([0.2, 0.5, 0.7, 0.9], abs=1e-3)


def test_rows_lifted_by_themselves_are_those_of_the_whole() -> None:
    rng = np.random.default_rng(4)
    full = rng.uniform(20, 80, (96, 120)).astype(np.float32)
    lift = lifted([rng.random((24, 30)).astype(np.float32)], full[::4, ::4], (96, 120))
    whole = lift.rows(slice(0, 96), full)[0]
    # Places are rounded to a 32nd of a small pixel.
    assert np.abs(lift.rows(slice(40, 64), full[40:64])[0] - whole[40:64]).max() < 0.05


def test_no_colour_beyond_the_documented_ones_appears_between_two() -> None:
    red, blue = region("a", points=[[0.2, 0.5]]), region("b", points=[[0.8, 0.5]], colour="#2040D0")
    after = lab(coloured(scene(), red, blue)[0])
    both = [colour_of(code) for code in ("#C8202A", "#2040D0")]
    for channel in (1, 2):
        limits = sorted([0.0, *(known[channel] * 1.6 for known in both)])
        assert after[..., channel].min() >= limits[0] - 3
        assert after[..., channel].max() <= limits[-1] + 9
