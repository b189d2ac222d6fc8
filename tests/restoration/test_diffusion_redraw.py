from collections.abc import Sequence
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
import torch
from diffusers import AutoencoderKL

from server.restoration.engine import Image, Picture
from server.restoration.engines.diffusion import Diffusion
from server.restoration.engines.diffusion import autoencoder as coding
from server.restoration.engines.diffusion.loading import Stack
from server.restoration.engines.diffusion.memory import Frugal
from server.restoration.engines.diffusion.params import Redrawing, Scheduler
from server.restoration.engines.diffusion.previews import Film
from server.restoration.engines.diffusion.schedules import Schedule
from server.restoration.engines.parameters import parsed
from tests.restoration.engine_contract import photograph
from tests.support.seams import borders, pasted, ramp, seam_score
from tests.support.tiny_models import Folder
from tests.support.tiny_models import scheduler as noise_levels

GREY = photograph(256, 320, colour=False)
COLOUR = photograph(256, 320, colour=True)


@pytest.fixture(scope="module")
def engine(tiny_root: Path) -> Diffusion:
    return Diffusion(Folder(tiny_root))


def redraw(engine: Diffusion, image: Image, **changes: Any) -> Picture:
    params = {"model": "sd15", "controlnet": "tile-sd15", "seed": 3, "steps": 2, **changes}
    return engine.run("redraw", Picture(image), params, lambda share: None)


def test_strength_0_is_the_picture_but_for_what_the_vae_loses(
    engine: Diffusion, tiny_root: Path
) -> None:
    vae = AutoencoderKL.from_pretrained(tiny_root / "sd15", subfolder="vae").eval()
    with torch.inference_mode():
        pixels = torch.from_numpy(GREY).permute(2, 0, 1)[None] * 2 - 1
        again = vae.decode(vae.encode(pixels).latent_dist.mode()).sample
    luma = (again[0].clamp(-1, 1) / 2 + 0.5).permute(1, 2, 0).numpy() @ [0.2126, 0.7152, 0.0722]
    made = redraw(engine, GREY, strength=0.0).image
    assert np.abs(made[..., 0] - luma).max() < 1e-3


def test_a_network_that_says_nothing_leaves_no_trace_of_tiles(engine: Diffusion) -> None:
    whole = redraw(engine, GREY, model="silent", controlnet=None, tile=512).image
    tiled = redraw(engine, GREY, model="silent", controlnet=None, tile=128, overlap=32).image
    assert np.abs(whole - tiled).max() < 1 / 255


def test_a_seed_is_a_result(engine: Diffusion) -> None:
    first, again = (redraw(engine, GREY, tile=192).image for _ in range(2))
    other = redraw(engine, GREY, tile=192, seed=4).image
    assert first.tobytes() == again.tobytes()
    assert np.abs(first - other).max() > 0.01


def test_a_tile_batch_does_not_change_the_result(engine: Diffusion) -> None:
    one, five = (redraw(engine, GREY, tile=128, overlap=32, tile_batch=n).image for n in (1, 5))
    assert np.abs(one - five).max() < 1e-3


def test_the_colours_stay_those_of_the_picture(engine: Diffusion) -> None:
    made = redraw(engine, COLOUR * 0.4 + 0.3, strength=0.3).image
    inside = ((made > 0.001) & (made < 0.999)).all(axis=2)
    given = COLOUR * 0.4 + 0.3
    change = made - given
    assert inside.mean() > 0.3
    assert np.ptp(change[inside], axis=1).max() < 1e-5


@pytest.mark.parametrize("scheduler", get_args(Scheduler))
@pytest.mark.parametrize(("steps", "strength"), [(2, 0.3), (4, 0.05), (4, 1.0)])
def test_every_schedule_makes_the_steps_it_is_asked_for(
    scheduler: Any, steps: int, strength: float
) -> None:
    schedule = Schedule(noise_levels().config, scheduler, steps, strength)
    times = [float(time) for time in schedule.timesteps]
    assert len(times) == steps
    assert times == sorted(times, reverse=True)
    assert times[0] == pytest.approx(1000 * strength, abs=1000 * strength / steps + 40)
    noise = torch.randn(1, 4, 8, 8, generator=torch.Generator().manual_seed(1))
    latents = schedule.noised(torch.zeros(1, 4, 8, 8), noise)
    generator = torch.Generator().manual_seed(2)
    assert 0.7 * strength**0.5 < schedule.seen(latents, schedule.timesteps[0]).std() < 1.2
    for time in schedule.timesteps:
        latents = schedule.step(torch.zeros_like(latents), time, latents, generator)
    assert torch.isfinite(latents).all()


@pytest.mark.parametrize(
    ("model", "controlnet", "more"),
    [
        ("sd15", None, {"guidance": 4.0, "negative": "blur"}),
        ("sdxl", "tile-sdxl", {"prompt": "a red flag"}),
        ("sdxl", "union-sdxl", {"guidance": 3.0, "tile": 128, "overlap": 32}),
    ],
)
def test_both_families_redraw_with_and_without_guidance(
    engine: Diffusion, model: str, controlnet: str | None, more: dict[str, Any]
) -> None:
    told: list[float] = []
    params = {"model": model, "controlnet": controlnet, "steps": 2, "seed": 1, **more}
    made = engine.run("redraw", Picture(GREY), params, told.append)
    assert made.image.shape == GREY.shape and np.isfinite(made.image).all()
    assert told == sorted(told) and told[0] == 0 and told[-1] == 1


def test_prompt_and_condition_are_heard(engine: Diffusion) -> None:
    base = redraw(engine, GREY, strength=1.0).image
    for change in ({"prompt": "a flag"}, {"control": 0.0}, {"control_end": 0.5}):
        assert np.abs(base - redraw(engine, GREY, strength=1.0, **change).image).max() > 1e-4, (
            change
        )


def test_no_seam_on_a_flat_ramp(engine: Diffusion) -> None:
    sky = ramp(512, 512)
    params = {"model": "sd15", "seed": 3, "tile": 256, "overlap": 64, "strength": 0.5, "steps": 4}
    tiled = engine.run("redraw", Picture(sky), params, lambda share: None).image
    edges = borders(512, 256, 64)
    assert seam_score(tiled, edges, edges) <= 1.05
    assert seam_score(pasted(engine, sky, params, 256), [256], [256]) > 1.1


def test_a_lora_becomes_part_of_the_weights(engine: Diffusion) -> None:
    plain = redraw(engine, GREY).image
    half, none = (redraw(engine, GREY, lora="lora", lora_scale=s).image for s in (0.5, 0.0))
    assert np.abs(plain - none).max() < 1e-4
    assert np.abs(plain - half).max() > 1e-3


def test_frames_show_the_noise_go(engine: Diffusion) -> None:
    for painter in (None, "taesd"):
        made = redraw(engine, GREY, steps=4, frames=3, tiny_vae=painter, strength=1.0)
        assert list(made.plates) == ["frame-1", "frame-2", "frame-3"]
        for frame in made.plates.values():
            assert frame.shape == GREY.shape and frame.min() >= 0 and frame.max() <= 1
    assert redraw(engine, GREY, frames=0).plates == {}


def test_without_a_painter_frames_come_from_the_map_that_fits_the_picture() -> None:
    given = coding.to_tensor(photograph(256, 320, colour=True), "cpu")
    small = torch.nn.functional.interpolate(given, (32, 40), mode="area")
    mixed = torch.einsum("nchw,cd->ndhw", small, torch.randn(3, 4)) + 0.3
    device = torch.device("cpu")
    film = Film(1, Stack(None, None, None, None, device), given, 8 * mixed)
    film.take(0, 1, 8 * mixed)
    (frame,) = film.pictures().values()
    again = torch.nn.functional.interpolate(small, (256, 320), mode="bicubic")
    assert np.abs(frame - coding.to_image(again)).mean() < 0.02


def test_an_overlap_that_is_too_wide_is_refused(engine: Diffusion) -> None:
    with pytest.raises(ValueError, match="overlap must be at most half of tile, 64; it is 65"):
        redraw(engine, GREY, tile=128, overlap=65)


def test_a_vae_in_tiles_tones_them_alike(tiny_root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    vae = AutoencoderKL.from_pretrained(tiny_root / "sd15", subfolder="vae").eval()
    picture = coding.to_tensor(photograph(512, 640, colour=True), "cpu")
    with torch.inference_mode():
        codec = coding.Codec(vae, 8, torch.device("cpu"), Frugal(1, lambda: None))
        latents = codec.encode(picture)
        whole = codec.decode(latents)
        monkeypatch.setattr(coding, "_ON_CPU", 384)
        tiles = coding.Codec(vae, 8, torch.device("cpu"), Frugal(1, lambda: None))
        off = (tiles.decode(latents) - whole).abs().mean()
        edges = seam_score(coding.to_image(tiles.decode(latents)), [256, 384], [128, 384])
        apart = torch.zeros_like(whole)
        for top in (0, 256):
            for left in (0, 256, 512):
                part = latents[..., top // 8 : top // 8 + 32, left // 8 : left // 8 + 32]
                here = (..., slice(top, top + 256), slice(left, left + 256))
                apart[here] = codec.decode(part)
    assert off < 0.6 * (apart - whole).abs().mean()
    assert edges <= 1.05


def hungry(engine: Diffusion, most: int, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The U-Net of sd15 on a card that holds so many tiles; the sizes of the calls it answered."""
    redraw(engine, GREY, strength=0.0)
    (pipe,) = (kept for key, kept in engine._loaded._kept.items() if key[:2] == ("pipe", "sd15"))
    forward, sizes = pipe.unet.forward, []

    def eat(sample: Any, *args: Any, **kwargs: Any) -> Any:
        if sample.shape[0] > most:
            raise torch.OutOfMemoryError("this card is full")
        sizes.append(sample.shape[0])
        return forward(sample, *args, **kwargs)

    monkeypatch.setattr(pipe.unet, "forward", eat)
    return sizes


def test_too_little_memory_halves_the_batch_and_goes_on_from_where_it_was(
    engine: Diffusion, monkeypatch: pytest.MonkeyPatch
) -> None:
    calm = redraw(engine, GREY, tile=128, overlap=32, tile_batch=1)
    sizes = hungry(engine, 1, monkeypatch)
    made = redraw(engine, GREY, tile=128, overlap=32, tile_batch=4)
    assert np.abs(made.image - calm.image).max() < 1e-3
    assert made.notes == ("Out of memory: went on with tile_batch = 1.",)
    assert sizes == [1] * 2 * 9


def test_batches_are_made_again_and_none_is_lost() -> None:
    limit = [4, 4, 1]
    done: list[Sequence[int]] = []

    def call(items: Sequence[int]) -> int:
        if len(items) > limit[min(len(done), 2)]:
            raise torch.OutOfMemoryError("full")
        return len(items)

    moved: list[bool] = []
    frugal = Frugal(4, lambda: moved.append(True))
    for items, size in frugal.batches(range(9), call):
        assert len(items) == size
        done.append(items)
    assert [item for items in done for item in items] == list(range(9))
    assert moved == []


def test_weights_in_main_memory_make_the_same_picture(tiny_root: Path) -> None:
    engine = Diffusion(Folder(tiny_root))
    calm = redraw(engine, GREY, tile=192)
    wanted = parsed(Redrawing, "redraw", {"model": "sd15", "controlnet": "tile-sd15"})
    for _ in range(2):
        engine._loaded.stack(wanted).offload()
    assert np.abs(redraw(engine, GREY, tile=192).image - calm.image).max() < 1e-5


def test_the_last_resort_is_main_memory_and_after_it_an_error() -> None:
    moved: list[bool] = []

    def call(items: Sequence[int]) -> None:
        if not moved:
            raise torch.OutOfMemoryError("full")

    frugal = Frugal(1, lambda: moved.append(True))
    assert len(list(frugal.batches(range(3), call))) == 3
    assert frugal.notes == ["Out of memory: went on with the weights in main memory, slower."]

    def never(items: Sequence[int]) -> None:
        raise torch.OutOfMemoryError("full")

    with pytest.raises(MemoryError, match="too much for this card"):
        list(frugal.batches(range(3), never))
