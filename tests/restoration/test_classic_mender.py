from dataclasses import replace

import cv2
import numpy as np
import pytest
from skimage import data

from server.restoration.engine import Image
from server.restoration.engines.classic import mender, network
from server.restoration.engines.classic.fill import Damage, mend
from server.restoration.engines.classic.mender import Mask, _left, mended, smoothly_filled
from server.restoration.lab import Plane


def quiet(share: float) -> None:
    """Nobody waits."""


def print_of() -> Plane:
    """A grainy print of a photograph, 256 x 256."""
    scene = cv2.resize(data.camera(), (256, 256), interpolation=cv2.INTER_AREA)
    soft = cv2.GaussianBlur(scene.astype(np.float32) / 255, (0, 0), 0.8)
    grain = np.random.default_rng(5).normal(0, 0.02, soft.shape)
    return np.clip(soft + grain, 0, 1).astype(np.float32)


def strokes(seed: int = 7) -> Plane:
    """How much thin strokes cover of it."""
    rng = np.random.default_rng(seed)
    drawn = np.zeros((256, 256), np.uint8)
    for _ in range(24):
        ends = [int(value) for value in rng.integers(5, 250, 4)]
        cv2.line(drawn, ends[:2], ends[2:], 255, 2, cv2.LINE_AA)
    return np.asarray(cv2.GaussianBlur(drawn, (0, 0), 0.6), np.float32) / np.float32(255)


def error(plane: Plane, truth: Plane, where: Mask) -> float:
    return float(((plane - truth)[where] ** 2).mean())


def test_a_smooth_filling_follows_its_rim_and_leaves_the_rest() -> None:
    ramp = np.linspace(0.2, 0.8, 120, dtype=np.float32)[None].repeat(80, axis=0)
    hole = np.zeros(ramp.shape, bool)
    hole[30:36, 20:90] = hole[50:78, 30:60] = True
    filled = smoothly_filled(np.where(hole, np.float32(1), ramp), hole)
    assert np.array_equal(filled[~hole], ramp[~hole])
    assert np.abs(filled - ramp)[30:36, 20:90].max() < 0.02
    assert np.abs(filled - ramp)[hole].max() < 0.15
    nothing = np.ones((20, 20), bool)
    assert np.ptp(smoothly_filled(ramp[:20, :20], nothing)) == 0


def test_what_shows_through_damage_is_seen() -> None:
    truth, cover = print_of(), strokes()
    harmed = truth + np.float32(0.6) * cover * (np.float32(0.95) - truth)
    hole = cover > 0.05
    nowhere = np.zeros_like(hole)
    through, kept = mended(harmed, hole, nowhere, nowhere, quiet)
    alone, none = mended(harmed, hole, hole, hole, quiet)
    assert error(through, truth, hole) < 0.8 * error(alone, truth, hole)
    assert error(alone, truth, hole) < 0.5 * error(harmed, truth, hole)
    assert kept[hole].max() > 0.5 and not none.any()


def test_what_is_under_opaque_damage_says_nothing() -> None:
    truth, cover = print_of(), strokes()
    hole = cover > 0.05
    light, dark = (np.where(hole, value, truth).astype(np.float32) for value in (1, 0))
    # So that both are read in the same tone.
    for plane in (light, dark):
        plane[0, :8] = np.tile((0, 1), 4)
        plane[::2, 0] = np.linspace(0, 1, 128)
    one, other = (mended(plane, hole, hole, hole, quiet)[0] for plane in (light, dark))
    assert np.abs(one - other)[hole].max() < 0.01


def test_what_was_taken_for_damage_and_is_none_mostly_stays() -> None:
    truth = print_of()
    wrong = strokes(9) > 0.05
    nowhere = np.zeros_like(wrong)
    through, _ = mended(truth, wrong, nowhere, nowhere, quiet)
    alone, _ = mended(truth, wrong, wrong, wrong, quiet)
    assert error(through, truth, wrong) < 0.3 * error(alone, truth, wrong)


def test_what_is_damage_for_sure_does_not_stay_though_it_looks_like_the_picture() -> None:
    truth = print_of()
    taken = strokes(9) > 0.05
    nowhere = np.zeros_like(taken)
    doubted, kept = mended(truth, taken, nowhere, nowhere, quiet)
    sure, less = mended(truth, taken, taken, nowhere, quiet)
    alone, _ = mended(truth, taken, nowhere, taken, quiet)
    changed = taken & (less == 0) & (kept > 0.5)
    assert 0.02 * taken.sum() < changed.sum() < 0.6 * taken.sum()
    assert error(sure, alone, changed) < 0.1 * error(doubted, alone, changed)
    # What hardly stands out is no blot: it may show the picture through.
    assert (less[taken] > 0.5).mean() > 0.3


def test_a_mark_is_left_where_most_of_it_stands_out_as_before() -> None:
    mark, hole = np.zeros((40, 60), np.float32), np.zeros((40, 60), bool)
    hole[8:12, 10:50] = hole[28:32, 10:50] = True
    mark[8:12] = 0.3
    mark[28:32] = 0.02
    assert _left(mark, 0.6 * mark, hole)[8:12, 12:48].all()
    assert not _left(mark, 0.6 * mark, hole)[20:].any()
    assert not _left(mark, 0.1 * mark, hole).any()
    assert not _left(mark, -mark, hole).any()


def test_tiles_leave_no_seam_and_those_without_damage_are_not_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    truth, cover = print_of(), strokes()
    harmed = truth + cover * (np.float32(0.95) - truth)
    hole = cover > 0.05
    hole[:, 100:] = False
    nowhere = np.zeros_like(hole)
    whole, _ = mended(harmed, hole, nowhere, nowhere, quiet)
    asked = []
    monkeypatch.setattr(mender, "MENDER", replace(network.MENDER, tile=144))
    monkeypatch.setattr(network, "_VIEWED", 1)
    real = network.session_of

    class Asked:
        def __init__(self, *size: int) -> None:
            self._session = real(*size)  # type: ignore[arg-type]

        def run(self, names: None, planes: dict[str, Plane]) -> list[Plane]:
            asked.append(planes["print"].shape)
            return list(self._session.run(names, planes))

    monkeypatch.setattr(network, "session_of", Asked)
    tiled, _ = mended(harmed, hole, nowhere, nowhere, quiet)
    assert 0 < len(asked) < 9
    assert np.sqrt(error(tiled, whole, hole)) < 0.02


def test_each_colour_is_mended_as_itself_and_a_grey_picture_stays_grey() -> None:
    cover = strokes()
    hole = cover > 0.05
    nowhere = np.zeros_like(hole)
    truth = cv2.resize(data.astronaut(), (256, 256), interpolation=cv2.INTER_AREA)
    colours = np.asarray(truth, np.float32) / np.float32(255)
    harmed: Image = colours + np.float32(0.7) * cover[..., None] * (np.float32(0.9) - colours)
    after = mend(harmed, Damage(hole, nowhere, nowhere), grain=0.0, seed=1, report=quiet)
    assert after[~hole].tobytes() == harmed[~hole].tobytes()
    for number in range(3):
        now, before = (
            error(each[..., number], colours[..., number], hole) for each in (after, harmed)
        )
        assert now < 0.25 * before
    grey = np.repeat(harmed[..., :1], 3, axis=2)
    assert (
        np.ptp(
            mend(grey, Damage(hole, nowhere, nowhere), grain=1.0, seed=1, report=quiet), axis=2
        ).max()
        == 0
    )


def test_what_is_kept_of_the_print_gets_no_grain_lent() -> None:
    truth = np.repeat(print_of()[..., None], 3, axis=2)
    wrong = np.zeros((256, 256), bool)
    wrong[40:50, 20:200] = True
    nowhere = np.zeros_like(wrong)
    bare, grainy = (
        mend(truth, Damage(wrong, nowhere, nowhere), grain=grain, seed=1, report=quiet)
        for grain in (0.0, 1.0)
    )
    lent = np.abs(grainy - bare)[wrong].mean()
    opaque = [
        mend(truth, Damage.painted(wrong), grain=grain, seed=1, report=quiet)
        for grain in (0.0, 1.0)
    ]
    assert lent < 0.7 * np.abs(opaque[1] - opaque[0])[wrong].mean()
