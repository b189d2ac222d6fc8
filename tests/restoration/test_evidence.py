import cv2
import numpy as np
import pytest

from server.restoration.engine import Image, Layer
from server.restoration.evidence import (
    ALTERED,
    INVENTED,
    KEPT,
    drawn,
    measure,
    shares,
    tone_curve,
)
from tests.support.sets import draw_scan


def ramp(height: int = 60, width: int = 90) -> Image:
    """A grey picture with every tone."""
    plane = np.linspace(0.05, 0.95, width, dtype=np.float32)[None].repeat(height, axis=0)
    return np.repeat(plane[..., None], 3, axis=2)


def patch(shape: tuple[int, int]) -> Layer:
    layer = np.zeros(shape, np.uint8)
    layer[10:20, 30:40] = 255
    return layer


def test_an_equal_result_is_kept() -> None:
    evidence = measure(ramp(), ramp(), damage=None, colour_source=None)
    assert shares(evidence) == (0.0, 0.0)


def test_one_tone_curve_over_the_whole_picture_is_kept() -> None:
    evidence = measure(ramp(), ramp() ** 0.6, damage=None, colour_source=None)
    altered, invented = shares(evidence)
    assert altered < 0.05
    assert invented == 0.0


def test_a_change_of_one_place_is_altered_there_alone() -> None:
    result = ramp()
    result[10:20, 30:40] += 0.1
    evidence = measure(ramp(), result, damage=None, colour_source=None)
    assert (evidence[10:20, 30:40] == ALTERED).all()
    evidence[10:20, 30:40] = KEPT
    assert not evidence.any()


def test_mended_pixels_are_invented_even_if_they_look_the_same() -> None:
    evidence = measure(ramp(), ramp(), damage=patch((60, 90)), colour_source=None)
    assert np.array_equal(evidence == INVENTED, patch((60, 90)) > 0)


def test_what_an_engine_says_it_drew_is_invented() -> None:
    evidence = measure(ramp(), ramp(), damage=None, colour_source=None, invented=patch((60, 90)))
    assert np.array_equal(evidence == INVENTED, patch((60, 90)) > 0)


@pytest.mark.parametrize("certainty", [85, 170, 255])
def test_colour_with_evidence_is_altered(certainty: int) -> None:
    result = ramp()
    result[10:20, 30:40] *= np.array([1.3, 0.8, 0.6], np.float32)
    source = np.where(patch((60, 90)) > 0, np.uint8(certainty), np.uint8(0))
    evidence = measure(ramp(), result, damage=None, colour_source=source)
    assert (evidence[10:20, 30:40] == ALTERED).all()


def test_colour_without_evidence_is_invented() -> None:
    result = ramp()
    result[10:20, 30:40] *= np.array([1.3, 0.8, 0.6], np.float32)
    evidence = measure(ramp(), result, damage=None, colour_source=None)
    assert (evidence[10:20, 30:40] == INVENTED).all()
    assert (evidence[30:] == KEPT).all()


def test_a_yellowed_print_made_grey_is_kept() -> None:
    scan = ramp() * np.array([1.0, 0.93, 0.75], np.float32)
    plain = ramp()
    altered, invented = shares(measure(scan, plain, damage=None, colour_source=None))
    assert invented == 0.0
    assert altered < 0.5


def test_the_map_has_the_result_s_size_and_layers_are_brought_to_it() -> None:
    large = np.repeat(np.repeat(ramp(), 3, axis=0), 3, axis=1)
    evidence = measure(ramp(), large, damage=patch((60, 90)), colour_source=None)
    assert evidence.shape == (180, 270)
    assert evidence.dtype == np.uint8
    assert evidence[45, 105] == INVENTED
    assert evidence[150, 105] != INVENTED


def test_the_tone_curve_rises_and_follows_the_picture() -> None:
    before = np.linspace(0, 100, 4000, dtype=np.float32).reshape(40, 100)
    curve = tone_curve(before, 20 + 0.5 * before)
    assert (np.diff(curve) >= 0).all()
    assert abs(curve[60] - 50) < 0.6


def test_shares_count_both_kinds() -> None:
    layer = np.array([[0, 128], [255, 255]], np.uint8)
    assert shares(layer) == (0.25, 0.5)


def grainy(width: int = 240, height: int = 180) -> Image:
    """A photograph with edges and grain, in grey."""
    plane = draw_scan((width, height), 2).astype(np.float32) / 255
    return np.repeat(plane[..., None], 3, axis=2)


def test_sharpening_and_denoising_draw_nothing() -> None:
    picture = grainy()
    soft = cv2.GaussianBlur(picture, (0, 0), 1.2)
    sharp = np.clip(picture + 0.8 * (picture - soft), 0, 1)
    for result in (sharp, soft, np.clip(picture + 0.1, 0, 1)):
        assert (drawn(picture, result, scale=1) == 255).mean() < 0.03


def test_a_texture_that_was_not_there_is_drawn() -> None:
    picture = cv2.GaussianBlur(grainy(), (0, 0), 1.5)
    result = picture.copy()
    rows, columns = np.mgrid[0:60, 0:80]
    result[20:80, 20:100] += (0.06 * np.sin(columns * 2.1) * np.sin(rows * 1.7))[..., None]
    found = drawn(picture, np.clip(result, 0, 1), scale=1)
    assert (found[24:76, 24:96] == 255).mean() > 0.9
    assert (found[100:] == 255).mean() < 0.01
