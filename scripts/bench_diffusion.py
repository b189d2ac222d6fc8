"""What redrawing and recolouring cost: on any processor what can be counted, on a card the seconds.

The speed of a network does not depend on its weights' values, so full-size architectures with
random weights measure it honestly; nothing is fetched. Without a card: pixels and network calls per
picture, and shares of time with small networks. Usage: bench_diffusion.py
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from measuring import say
from skimage import data

sys.path.insert(0, str(Path(__file__).parent.parent))

from random_models import save_full, save_small

from server.restoration.engine import Image, Picture
from server.restoration.engines.diffusion import Diffusion
from server.restoration.engines.diffusion.params import Redrawing
from server.restoration.engines.diffusion.schedules import Schedule
from server.restoration.engines.parameters import parsed
from server.restoration.images import resize, to_bytes8
from server.restoration.tiling import fitting, grid, starts
from tests.support.seams import CELL, borders, pasted, ramp, seam_score
from tests.support.tiny_models import Folder, save_sd15

FOUR_MEGAPIXELS = ((2048, 2048), (2496, 1664), (1792, 2368), (2688, 1536))
TILES = {"sd15": 768, "sdxl": 1024}
OVERLAP = 64
QUIET: Callable[[float], None] = lambda share: None  # noqa: E731


def count() -> None:
    """Pixels computed and network calls for pictures of 4 megapixels."""
    worst = 0.0
    for family, largest in TILES.items():
        for width, height in FOUR_MEGAPIXELS:
            wide, high = (fitting(side, largest, OVERLAP, CELL) for side in (width, height))
            tiles = len(starts(width, wide, OVERLAP)) * len(starts(height, high, OVERLAP))
            computed = tiles * wide * high / (width * height)
            worst = max(worst, computed)
            name = f"{family}_{width}x{height}"
            say("diffusion", f"diffusion.pixels_per_output_pixel_{name}", computed, "")
            calls = 8 * -(-tiles // 4)
            say("diffusion", f"diffusion.network_calls_8_steps_{name}", calls, "calls")
    say("diffusion", "diffusion.pixels_per_output_pixel_4mp", worst, "")


def seams(root: Path) -> None:
    """How much tile borders show on a flat ramp, redrawn by random weights."""
    save_sd15(root)
    engine, sky = Diffusion(Folder(root)), ramp(512, 512)
    params = {"model": "sd15", "seed": 3, "steps": 8, "strength": 0.5, "tile": 256, "overlap": 64}
    edges = borders(512, 256, 64)
    made = engine.run("redraw", Picture(sky), params, QUIET).image
    say("diffusion", "diffusion.seam_score", seam_score(made, edges, edges), "")
    naive = pasted(engine, sky, params, 256)
    say("diffusion", "diffusion.seam_score_naive", seam_score(naive, [256], [256]), "")


def photograph(side: int) -> Image:
    """A square photograph (astronaut, NASA, public domain; ships with scikit-image), grey."""
    grey = data.astronaut().mean(axis=2).astype(np.float32) / 255
    return resize(np.repeat(grey[..., None], 3, axis=2), side, side)


def redrawing(family: str, steps: int) -> dict[str, Any]:
    return {
        "model": family, "controlnet": f"{family}-tile", "seed": 1, "steps": steps,
        "strength": 0.4, "scheduler": "lcm", "prompt": "a photograph", "tile_batch": 4,
    }  # fmt: skip


def restored(engine: Diffusion, family: str, steps: int, given: int, wanted: int) -> None:
    """The way of one photograph: enlarged, redrawn, recoloured."""
    large = resize(photograph(given), wanted, wanted)
    params = redrawing(family, steps)
    clear = engine.run("redraw", Picture(large), params, QUIET).image
    colour = {**params, "was": "black-and-white", "regions": [], "strength": 0.8}
    megapixels = min(1.0, wanted * wanted / 4e6)
    engine.run("recolour", Picture(clear), {**colour, "megapixels": megapixels}, QUIET)


def seconds(work: Callable[[], object], times: int, device: str) -> float:
    """Median of ``times`` runs after one that warms up."""
    taken = []
    for _ in range(times + 1):
        settle(device)
        began = time.perf_counter()
        work()
        settle(device)
        taken.append(time.perf_counter() - began)
    return statistics.median(taken[1:])


def settle(device: str) -> None:
    if device != "cpu":
        torch.cuda.synchronize()


@contextmanager
def timed(engine: Diffusion, device: str) -> Iterator[list[float]]:
    """Seconds of every call of a network, one by one."""
    spans: list[float] = []
    undo: list[tuple[Any, str]] = []

    def watch(owner: Any, method: str) -> None:
        inner = getattr(owner, method)

        def call(*args: Any, **kwargs: Any) -> Any:
            settle(device)
            began = time.perf_counter()
            made = inner(*args, **kwargs)
            settle(device)
            spans.append(time.perf_counter() - began)
            return made

        setattr(owner, method, call)
        undo.append((owner, method))

    for key, kept in engine._loaded._kept.items():
        if key[0] == "pipe":
            watch(kept.unet, "forward")
            watch(kept.vae, "encode")
            watch(kept.vae, "decode")
            for name in ("text_encoder", "text_encoder_2"):
                if getattr(kept, name, None) is not None:
                    watch(getattr(kept, name), "forward")
        elif key[0] == "controlnet":
            watch(kept, "forward")
    try:
        yield spans
    finally:
        for owner, method in undo:
            delattr(owner, method)


def overhead(engine: Diffusion, work: Callable[[], object], device: str) -> float:
    """Share of the wall time that no network is at work."""
    work()
    with timed(engine, device) as spans:
        settle(device)
        began = time.perf_counter()
        work()
        settle(device)
        whole = time.perf_counter() - began
    return 1 - sum(spans) / whole


def plain(engine: Diffusion, family: str, steps: int, large: Image) -> Image:
    """The same tiles and steps through diffusers' own pipeline, one after another."""
    from diffusers import (
        StableDiffusionControlNetImg2ImgPipeline,
        StableDiffusionXLControlNetImg2ImgPipeline,
    )
    from PIL import Image as PillowImage

    kept = {key[0]: value for key, value in engine._loaded._kept.items()}
    xl = family == "sdxl"
    kind = (
        StableDiffusionXLControlNetImg2ImgPipeline
        if xl
        else StableDiffusionControlNetImg2ImgPipeline
    )
    parts = {**kept["pipe"].components, "controlnet": kept["controlnet"]}
    parts["scheduler"] = Schedule(parts["scheduler"].config, "lcm", steps, 0.4).scheduler
    if not xl:
        parts |= {"safety_checker": None, "requires_safety_checker": False}
    pipe = kind(**{k: v for k, v in parts.items() if k != "image_encoder"})
    pipe.set_progress_bar_config(disable=True)
    side = fitting(large.shape[0], TILES[family], OVERLAP, CELL)
    out = np.empty_like(large)
    for tile in grid(large.shape[1], large.shape[0], side, OVERLAP):
        part = PillowImage.fromarray(to_bytes8(np.ascontiguousarray(large[tile.slices])))
        # diffusers counts the schedule's steps; 0.4 of them are made.
        made = pipe(
            prompt="a photograph",
            image=part,
            control_image=part,
            strength=0.4,
            num_inference_steps=round(steps / 0.4),
            guidance_scale=1.0,
            controlnet_conditioning_scale=0.8,
            generator=torch.Generator("cpu").manual_seed(1),
            output_type="np",
        ).images[0]
        out[tile.slices] = made
    return out


def against_plain(
    engine: Diffusion, family: str, steps: int, side: int, times: int, device: str
) -> float:
    """How many times faster than diffusers' own pipeline over the same tiles."""
    large = resize(photograph(side // 2), side, side)
    params = redrawing(family, steps)
    assert parsed(Redrawing, "redraw", params).guidance == 1
    ours = seconds(lambda: engine.run("redraw", Picture(large), params, QUIET), times, device)
    theirs = seconds(lambda: plain(engine, family, steps, large), times, device)
    return theirs / ours


def on_the_processor(root: Path) -> None:
    save_small(root)
    engine = Diffusion(Folder(root))
    params = redrawing("sd15", 4)
    large = resize(photograph(448), 896, 896)
    work = partial(engine.run, "redraw", Picture(large), params, QUIET)
    say("diffusion", "diffusion.overhead_share_cpu", overhead(engine, work, "cpu"), "")
    ratio = against_plain(engine, "sd15", 4, 896, 1, "cpu")
    say("diffusion", "diffusion.speedup_over_plain_cpu", ratio, "x")


def on_a_card(root: Path, family: str) -> None:
    device = "cuda:0"
    save_full(root, family)
    engine = Diffusion(Folder(root), device)
    for steps in (4, 8, 20):
        torch.cuda.reset_peak_memory_stats()
        taken = seconds(partial(restored, engine, family, steps, 1024, 2048), 3, device)
        name = f"{family}_{steps}"
        say("diffusion", f"diffusion.seconds_4mp_{name}", taken, "s")
        say("diffusion", f"diffusion.images_per_hour_{name}", 3600 / taken, "")
        peak = torch.cuda.max_memory_allocated() / 2**30
        say("diffusion", f"diffusion.peak_gib_{name}", peak, "GiB")
    share = overhead(engine, partial(restored, engine, family, 8, 1024, 2048), device)
    say("diffusion", f"diffusion.overhead_share_{family}", share, "")
    ratio = against_plain(engine, family, 8, 2048, 3, device)
    say("diffusion", f"diffusion.speedup_over_plain_{family}", ratio, "x")
    if family == "sd15":
        say("diffusion", "diffusion.speedup_over_plain", ratio, "x")


def main() -> None:
    count()
    with tempfile.TemporaryDirectory() as place:
        seams(Path(place) / "tiny")
    with tempfile.TemporaryDirectory() as place:
        if torch.cuda.is_available():
            for family in TILES:
                on_a_card(Path(place), family)
        else:
            on_the_processor(Path(place))


if __name__ == "__main__":
    main()
