import pickle
import socket
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from server.errors import ModelMissing
from server.restoration.engine import Engine, Image, Picture
from server.restoration.engines.nets import Nets
from server.restoration.guards import guard
from tests.restoration.engine_contract import EngineContract, photograph
from tests.support.networks import enlarger, filler, grey_denoiser, narrow_lama, whole_denoiser
from tests.support.weights import rack

MODELS = {
    "enlarger.safetensors": enlarger,
    "grey.pth": grey_denoiser,
    "whole.safetensors": whole_denoiser,
    "filler.safetensors": filler,
}


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder of tiny networks; the filler can be loaded while the fixture lasts."""
    root = tmp_path_factory.mktemp("models")
    for name, save in MODELS.items():
        save(root / name)
    with narrow_lama():
        yield root


def run(weights: Path, operation: str, picture: Picture, **params: Any) -> Picture:
    return Nets(rack(weights)).run(operation, picture, {"seed": 0, **params}, lambda share: None)


class TestNets(EngineContract):
    @pytest.fixture(autouse=True)
    def _weights(self, weights: Path) -> None:
        self._engine = Nets(rack(weights))

    def make(self) -> Engine:
        return self._engine

    def params(self, operation: str) -> dict[str, Any]:
        name = {"enhance": "enlarger", "inpaint": "filler"}.get(operation, "enlarger")
        return {"seed": 5, "model": name}


@pytest.mark.parametrize("model", ["enlarger", "grey"])
def test_tiled_equals_untiled(weights: Path, model: str) -> None:
    picture = Picture(photograph(300, 260, colour=True))
    whole = run(weights, "enhance", picture, model=model, tile=512).image
    tiled = run(weights, "enhance", picture, model=model, tile=128, overlap=64).image
    assert whole.shape == tiled.shape
    assert np.abs(whole - tiled).max() < 1e-5


def test_a_network_that_would_rather_see_the_whole_gets_larger_tiles(weights: Path) -> None:
    loading = import_module("server.restoration.engines.nets.loading")
    sides = {
        name: loading.load(name, rack(weights).folder(name), "cpu", "auto").tile
        for name in ("enlarger", "whole")
    }
    assert sides == {"enlarger": loading.TILE, "whole": loading.LARGE["cpu"]}


def test_a_result_may_be_limited_and_never_shrinks_below_the_picture(weights: Path) -> None:
    picture = Picture(photograph(60, 90, colour=True))

    def width(**params: int) -> int:
        return run(weights, "enhance", picture, model="enlarger", **params).image.shape[1]

    assert (width(), width(long_side=120), width(long_side=20)) == (180, 120, 90)


def test_strength_mixes_the_answer_with_the_picture(weights: Path) -> None:
    picture = Picture(photograph(64, 64, colour=True))
    none = run(weights, "enhance", picture, model="grey", strength=0.0).image
    half = run(weights, "enhance", picture, model="grey", strength=0.5).image
    full = run(weights, "enhance", picture, model="grey", strength=1.0).image
    assert np.array_equal(none, picture.image)
    assert np.allclose(half, (picture.image + full) / 2, atol=1e-6)
    assert not np.array_equal(full, picture.image)


def test_a_grey_network_leaves_colours_where_they_are(weights: Path) -> None:
    image = photograph(64, 64, colour=True)
    made = run(weights, "enhance", Picture(image), model="grey").image
    inside = (made > 0.001).all(2) & (made < 0.999).all(2)
    assert inside.mean() > 0.3
    before, after = image - image.mean(2, keepdims=True), made - made.mean(2, keepdims=True)
    assert np.abs(before - after)[inside].max() < 1e-5
    grey = run(weights, "enhance", Picture(photograph(64, 64, colour=False)), model="grey").image
    assert np.abs(grey[..., 0] - grey[..., 2]).max() < 1e-6


def damaged(height: int, width: int) -> Picture:
    layer = np.zeros((height, width), np.uint8)
    layer[height // 3 : height // 3 + 6, 10 : width - 10] = 255
    return Picture(photograph(height, width, colour=True), {"damage": layer})


@pytest.mark.parametrize("tile", [None, 128])
def test_only_damaged_pixels_change(weights: Path, tile: int | None) -> None:
    picture = damaged(200, 230)
    made = run(weights, "inpaint", picture, model="filler", tile=tile, overlap=32).image
    hurt = picture.layers["damage"] >= 128
    assert made[~hurt].tobytes() == picture.image[~hurt].tobytes()
    assert np.abs(made[hurt] - picture.image[hurt]).mean() > 0.01


def test_the_guards_hold_a_filling_to_everything_but_the_damage(weights: Path) -> None:
    """What was damaged is no witness; what was not stays to the bit."""
    picture = damaged(200, 230)
    made = run(weights, "inpaint", picture, model="filler")
    traits = Nets.traits.operations["inpaint"]
    layer = picture.layers["damage"]
    kept = guard(picture.image, made, traits, regions=(), scan=(230, 200), damage=layer)
    assert kept.picture.image.tobytes() == made.image.tobytes()
    assert kept.measures["low_frequency_psnr"] > 60
    undone = guard(picture.image, made, traits, regions=(), scan=(230, 200)).picture.image
    hurt = layer >= 128
    assert np.abs(undone - made.image)[hurt].mean() > 0.01


def test_a_picture_without_damage_is_not_shown_to_the_network(weights: Path) -> None:
    picture = Picture(photograph(64, 64, colour=False))
    made = run(weights, "inpaint", picture, model="enlarger")
    assert np.array_equal(made.image, picture.image)


def test_the_weights_name_the_key(weights: Path) -> None:
    engine = Nets(rack(weights))
    digests = {engine.weights("enhance", {"model": name}) for name in ("enlarger", "grey.pth")}
    assert len(digests) == 2 and None not in digests
    with pytest.raises(ModelMissing, match="Known: enlarger.safetensors, filler"):
        engine.weights("enhance", {"model": "nothing"})


@pytest.mark.parametrize(
    ("operation", "params", "message"),
    [
        ("enhance", {}, "enhance needs model"),
        ("enhance", {"model": "enlarger", "strenght": 1}, "Did you mean strength"),
        ("enhance", {"model": "enlarger", "strength": 2.0}, "strength should be less than or eq"),
        ("enhance", {"model": "filler"}, "a network for inpaint, not for enhance"),
        ("inpaint", {"model": "enlarger"}, "enlarger is not a network for inpaint"),
        ("enhance", {"model": "grey", "precision": "fp16"}, "grey does not run in fp16"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(
    weights: Path, operation: str, params: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        run(weights, operation, damaged(64, 64), **params)


class Command:
    """A pickle that would run something."""

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return (Path.unlink, ("anything",))


def test_a_weight_file_that_would_run_code_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "bad.pth").write_bytes(pickle.dumps(Command()))
    (tmp_path / "script.pt").write_bytes(b"")
    with pytest.raises(ValueError, match=r"bad.pth cannot be read as weights"):
        run(tmp_path, "enhance", Picture(photograph(64, 64, colour=True)), model="bad")
    with pytest.raises(ValueError, match=r"script.pt is TorchScript, which can carry code"):
        run(tmp_path, "enhance", Picture(photograph(64, 64, colour=True)), model="script")


def test_weights_of_something_else_are_named(tmp_path: Path, weights: Path) -> None:
    import torch

    torch.save({"some.weight": torch.zeros(3)}, tmp_path / "other.pth")
    with pytest.raises(ValueError, match="other.pth is no network that spandrel knows"):
        run(tmp_path, "enhance", Picture(photograph(64, 64, colour=True)), model="other")


def test_a_folder_with_several_weight_files_is_not_guessed_at(tmp_path: Path) -> None:
    for name in ("one", "two"):
        enlarger(tmp_path / "pair" / f"{name}.safetensors")
    with pytest.raises(ValueError, match="several weight files: one.safetensors, two.safeten"):
        run(tmp_path, "enhance", Picture(photograph(64, 64, colour=True)), model="pair")


def test_a_network_is_loaded_once_and_anew_when_its_file_changes(tmp_path: Path) -> None:
    enlarger(tmp_path / "net.safetensors", seed=1)
    engine = Nets(rack(tmp_path))
    picture = Picture(photograph(64, 64, colour=True))

    def made() -> Image:
        params = {"model": "net.safetensors", "seed": 0}
        return engine.run("enhance", picture, params, lambda share: None).image

    first = made()
    assert np.array_equal(first, made())
    enlarger(tmp_path / "net.safetensors", seed=9)
    assert not np.array_equal(first, made())


def test_restoring_needs_no_network(weights: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket.socket, "connect_ex", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    run(weights, "enhance", Picture(photograph(64, 64, colour=True)), model="enlarger")
    run(weights, "inpaint", damaged(64, 64), model="filler")
