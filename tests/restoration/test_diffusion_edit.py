from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from diffusers.pipelines.qwenimage import pipeline_qwenimage_edit_plus

from server.restoration.engine import Picture
from server.restoration.engines.diffusion import Diffusion
from server.restoration.engines.diffusion.edit import working_size
from server.restoration.engines.diffusion.previews import Reel
from tests.restoration.engine_contract import photograph
from tests.support.tiny_models import Folder

COLOUR = photograph(150, 186, colour=True)


@pytest.fixture(scope="module")
def engine(tiny_root: Path) -> Diffusion:
    return Diffusion(Folder(tiny_root))


def edit(engine: Diffusion, **changes: Any) -> Picture:
    params = {"model": "klein", "steps": 2, "megapixels": 0.02, "seed": 1, **changes}
    return engine.run("edit", Picture(COLOUR), params, lambda share: None)


@pytest.mark.parametrize(("height", "width"), [(3000, 4000), (900, 600), (100, 9000), (61, 67)])
@pytest.mark.parametrize("megapixels", [0.01, 0.5, 1.0, 4.0])
def test_the_size_is_one_that_no_pipeline_changes(
    height: int, width: int, megapixels: float
) -> None:
    high, wide = working_size(height, width, megapixels)
    assert high % 32 == wide % 32 == 0 and 0 < high * wide <= 1024 * 1024
    if min(high, wide) >= 320:
        assert wide / high == pytest.approx(width / height, rel=0.06)


def test_the_picture_comes_back_at_its_own_size_and_the_seed_decides_it(engine: Diffusion) -> None:
    first, again, other = edit(engine), edit(engine), edit(engine, seed=2)
    assert first.image.shape == COLOUR.shape
    assert first.image.tobytes() == again.image.tobytes()
    assert np.abs(first.image - other.image).max() > 0.01


def test_qwen_edits_by_the_same_step(engine: Diffusion, monkeypatch: pytest.MonkeyPatch) -> None:
    # Its own working sizes are fixed at a megapixel: too slow for a test.
    monkeypatch.setattr(pipeline_qwenimage_edit_plus, "VAE_IMAGE_SIZE", 128 * 160)
    monkeypatch.setattr(pipeline_qwenimage_edit_plus, "CONDITION_IMAGE_SIZE", 56 * 56)
    made = edit(engine, model="qwen", frames=2)
    guided = edit(engine, model="qwen", guidance=4.0, negative="colour")
    assert made.image.shape == COLOUR.shape and len(made.plates) == 2
    assert not np.array_equal(made.image, guided.image)


def test_the_instruction_is_heard(engine: Diffusion) -> None:
    calm = edit(engine)
    for change in ({"instruction": "Paint it blue."}, {"prompt": "a flag"}):
        assert not np.array_equal(calm.image, edit(engine, **change).image), change


def test_a_model_that_edits_nothing_is_refused_by_name(engine: Diffusion) -> None:
    with pytest.raises(ValueError, match="sd15 is a StableDiffusionPipeline"):
        edit(engine, model="sd15")


def test_memory_that_runs_out_ends_in_words(
    engine: Diffusion, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit(engine)
    (pipe,) = (kept for key, kept in engine._loaded._kept.items() if key[0] == "edit")

    def full(*args: Any, **kwargs: Any) -> None:
        raise torch.OutOfMemoryError("full")

    monkeypatch.setattr(pipe.transformer, "forward", full)
    with pytest.raises(MemoryError, match="too large for this card"):
        edit(engine)


def test_frames_are_the_tokens_in_the_colours_of_the_picture() -> None:
    made = photograph(128, 160, colour=True)
    small = made.reshape(8, 16, 10, 16, 3)
    cells = small.reshape(8, 2, 8, 10, 2, 8, 3).mean(axis=(2, 5))
    tokens = torch.from_numpy(cells.transpose(0, 2, 4, 1, 3).reshape(1, 80, 12)) * 5 - 1
    reel = Reel(2, 3, 128, 160)
    for number, noise in enumerate((3.0, 1.0, 0.0)):
        reel.take(number, tokens + noise * torch.randn(tokens.shape))
    frames = reel.pictures(made)
    assert list(frames) == ["frame-1", "frame-2"]
    off = [float(np.abs(frame - made).mean()) for frame in frames.values()]
    assert off[1] < 0.06 < off[0]


def test_no_frames_where_none_are_asked_for(engine: Diffusion) -> None:
    assert edit(engine).plates == {}
    assert list(edit(engine, frames=2).plates) == ["frame-1", "frame-2"]
