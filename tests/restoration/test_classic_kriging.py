import cv2
import numpy as np
from skimage import data
from skimage.restoration import inpaint_biharmonic

from server.restoration.engines.classic.kriging import bridged


def test_an_edge_runs_on_through_a_scratch_across_it() -> None:
    image = np.full((60, 80, 3), 0.2, np.float32)
    image[:, 40:] = 0.8
    missing = np.zeros((60, 80), bool)
    missing[28:32, 20:60] = True
    after = bridged(image, missing)
    assert np.abs(after - image)[28:32, 20:36].max() < 0.05
    assert np.abs(after - image)[28:32, 44:60].max() < 0.05
    assert np.array_equal(after[~missing], image[~missing])


def test_it_is_nearer_to_the_truth_than_a_biharmonic_surface() -> None:
    scene = cv2.resize(data.camera(), (256, 256), interpolation=cv2.INTER_AREA)
    scene = scene.astype(np.float32)[..., None] / 255
    rng = np.random.default_rng(5)
    print_ = (scene + rng.normal(0, 0.03, scene.shape)).astype(np.float32)
    drawn = np.zeros((256, 256), np.uint8)
    for _ in range(30):
        ends = rng.integers(5, 250, 4)
        cv2.line(drawn, (int(ends[0]), int(ends[1])), (int(ends[2]), int(ends[3])), 1, 3)
    missing = drawn > 0
    ours = ((bridged(print_, missing) - scene)[missing] ** 2).mean()
    theirs = ((inpaint_biharmonic(print_[..., 0], missing)[..., None] - scene)[missing] ** 2).mean()
    assert ours < 0.9 * theirs


def test_a_wide_gap_keeps_the_ramp_it_lies_on() -> None:
    ramp = np.linspace(0.2, 0.8, 160, dtype=np.float32)[None, :, None].repeat(120, axis=0)
    missing = np.zeros((120, 160), bool)
    missing[40:80, 60:100] = True
    assert np.abs(bridged(ramp, missing) - ramp).max() < 0.06


def test_what_is_wanted_of_the_missing_is_filled_as_with_all_of_it_and_the_rest_is_left() -> None:
    print_ = data.camera()[200:330, 180:320, None].astype(np.float32) / 255
    missing = np.zeros((130, 140), bool)
    missing[20:23] = missing[60:80, 30:60] = True
    wanted = missing.copy()
    wanted[:, :70] = False
    part = bridged(print_, missing, wanted)
    assert np.array_equal(part[wanted], bridged(print_, missing)[wanted])
    assert np.array_equal(part[~wanted], print_[~wanted])
