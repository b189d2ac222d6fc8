import hashlib
import subprocess
import sys
from dataclasses import replace
from importlib.resources import files

import cv2
import numpy as np
import pytest
from skimage import data

from server.restoration.engine import Image
from server.restoration.engines.classic import Classic, network
from server.restoration.engines.classic import clear as clear_module
from server.restoration.engines.classic.clear import clear, working_scale
from server.restoration.lab import Plane

ALL = (network.CLEARER, network.FINDER, network.SOFT_FINDER, network.MENDER, network.KIN)
WEIGHTS = files("server.restoration.engines.classic").joinpath("weights")


def quiet(share: float) -> None:
    """Nobody waits."""


def scene() -> Plane:
    """A photograph's lightness, 256 x 256, 0..1."""
    grey = cv2.cvtColor(data.astronaut(), cv2.COLOR_RGB2GRAY)[:256, 100:356]
    return np.asarray(grey, np.float32) / np.float32(255)


def old_print(plane: Plane, noise: float = 0.02) -> Plane:
    """Half the size, soft, with grain."""
    soft = cv2.resize(plane, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    soft = cv2.GaussianBlur(soft, (0, 0), 0.8)
    grain = np.random.default_rng(1).normal(0, noise, soft.shape)
    return np.clip(soft + grain, 0, 1).astype(np.float32)


def grey(plane: Plane) -> Image:
    return np.repeat(plane[..., None], 3, axis=2)


def test_the_card_names_the_weights_that_ship_and_they_are_small() -> None:
    card, sizes = WEIGHTS.joinpath("CARD.md").read_text("utf-8"), []
    for each in ALL:
        packed = WEIGHTS.joinpath(each.file).read_bytes()
        digest = hashlib.sha256(packed).hexdigest()
        assert digest == network.digest(each)
        assert digest in card and f"{len(packed):,} bytes" in card
        sizes.append(len(packed))
    assert sum(sizes) <= 6_000_000


def test_the_weights_are_in_the_key_of_what_they_made_and_of_nothing_else() -> None:
    engine = Classic()
    used = {name for name in engine.traits.operations if engine.weights(name, {})}
    assert used == {"find-damage", "mend", "clear"}
    assert engine.weights("clear", {}) == network.digest(network.CLEARER)
    assert engine.weights("mend", {}) == network.digest(network.MENDER)
    both = (network.FINDER, network.SOFT_FINDER)
    assert engine.weights("find-damage", {}) == " ".join(network.digest(each) for each in both)
    assert engine.weights("colour", {"spread": "near"}) is None
    assert engine.weights("colour", {"spread": "alike"}) == network.digest(network.KIN)


@pytest.mark.parametrize("asked", ALL[:-1])
def test_another_runtime_reads_the_same_in_the_weights(asked: network.Network) -> None:
    plane = scene()
    count = 3 if asked is network.MENDER else 1
    planes = np.repeat(plane[None, None] - np.float32(0.5), count, axis=1)
    net = cv2.dnn.readNetFromONNX(np.frombuffer(network.packed(asked), np.uint8))
    net.setInput(planes)
    session = network.session_of(asked, *plane.shape)
    (ours,) = session.run(None, {"print": planes})
    np.testing.assert_allclose(ours, net.forward(), atol=1e-4)


def test_neither_finding_nor_mending_nor_clearing_loads_torch() -> None:
    code = (
        "import sys, numpy as np;"
        "from server.restoration.engine import Picture;"
        "from server.restoration.engines.classic import Classic;"
        "layer = np.zeros((32, 40), np.uint8); layer[8:10] = 255;"
        "picture = Picture(np.full((32, 40, 3), 0.5, np.float32), {'damage': layer});"
        "steps = ('find-damage', 'mend', 'clear');"
        "[Classic().run(name, picture, {}, lambda s: None) for name in steps];"
        "print('torch' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"


def test_a_soft_grainy_print_comes_nearer_to_its_scene() -> None:
    truth = scene()
    print_ = old_print(truth)
    plain = cv2.resize(print_, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
    done = network.cleared(print_, quiet)
    assert done.shape == truth.shape
    assert ((done - truth) ** 2).mean() < 0.9 * ((plain - truth) ** 2).mean()


def test_a_faded_print_is_cleared_as_well_and_stays_faded() -> None:
    print_ = old_print(scene())
    faded = np.float32(0.4) + np.float32(0.2) * print_
    full, pale = network.cleared(print_, quiet), network.cleared(faded, quiet)
    assert abs(float(pale.mean() - faded.mean())) < 0.005
    apart = np.sqrt((((pale - np.float32(0.4)) * 5 - full) ** 2).mean())
    assert apart < 0.02


def test_tiles_leave_no_seam(monkeypatch: pytest.MonkeyPatch) -> None:
    print_ = old_print(scene())
    whole = network.cleared(print_, quiet)
    monkeypatch.setattr(network, "CLEARER", replace(network.CLEARER, tile=80))
    assert np.abs(network.cleared(print_, quiet) - whole).max() < 0.03


def test_each_tile_of_each_view_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    small = replace(network.FINDER, tile=128)
    monkeypatch.setattr(network, "_VIEWED", 3 * 60 * 130)
    told = list[float]()
    network.damage_odds(
        old_print(scene())[:60].repeat(2, axis=1)[:, :130], told.append, finder=small
    )
    assert told == pytest.approx([0.9 * done / 9 for done in range(1, 10)])


def test_tiles_leave_no_seam_in_what_is_found() -> None:
    print_ = old_print(scene())
    whole = 1 / (1 + np.exp(-network.damage_odds(print_, quiet)))
    small = replace(network.FINDER, tile=144)
    tiled = 1 / (1 + np.exp(-network.damage_odds(print_, quiet, finder=small)))
    assert np.abs(tiled - whole).max() < 0.05


def test_what_a_print_s_marks_are_does_not_depend_on_its_fading() -> None:
    print_ = old_print(scene())
    cv2.line(print_, (20, 30), (90, 70), 0.95, 2)
    faded = np.float32(0.4) + np.float32(0.2) * print_
    full, pale = network.damage_odds(print_, quiet) > 0, network.damage_odds(faded, quiet) > 0
    assert full.any() and (full != pale).mean() < 0.1 * full.mean()


@pytest.mark.parametrize(
    ("size", "expected"), [((800, 1000), 1.0), ((1600, 2000), 0.64), ((4278, 5835), 0.5)]
)
def test_large_scans_are_read_reduced_but_never_below_half(
    size: tuple[int, int], expected: float
) -> None:
    assert working_scale(*size) == pytest.approx(expected, abs=0.01)


def test_the_largest_scans_keep_their_size_to_the_pixel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clear_module, "WORK_PIXELS", 2000)
    image = grey(old_print(scene()))[:97, :119]
    assert clear(image, strength=1.0, chroma=1.0, report=quiet).shape == (97, 119, 3)


def test_a_large_scan_keeps_its_size_and_proportions() -> None:
    image = np.zeros((1301, 2003, 3), np.float32)
    image[:, ::2] = 0.5
    done = clear(image, strength=1.0, chroma=1.0, report=quiet)
    assert done.shape[0] >= 1301 and done.shape[1] >= 2003
    assert done.shape[1] / done.shape[0] == pytest.approx(2003 / 1301, rel=0.002)


def test_without_strength_clearing_is_plain_enlargement() -> None:
    print_ = old_print(scene())
    plain = cv2.resize(print_, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC).clip(0, 1)
    done = clear(grey(print_), strength=0.0, chroma=0.0, report=quiet)
    np.testing.assert_allclose(done[..., 1], plain, atol=2e-3)


def test_without_strength_colours_are_plainly_enlarged_too() -> None:
    image = data.astronaut()[::4, ::4].astype(np.float32) / np.float32(255)
    plain = cv2.resize(image, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC).clip(0, 1)
    done = clear(image, strength=0.0, chroma=0.0, report=quiet)
    np.testing.assert_allclose(done, plain, atol=2e-3)


def test_a_grey_picture_stays_grey() -> None:
    done = clear(grey(old_print(scene())), strength=1.0, chroma=1.0, report=quiet)
    assert np.ptp(done, axis=2).max() == 0
