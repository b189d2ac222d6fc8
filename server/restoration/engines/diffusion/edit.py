"""``edit``: models that follow an instruction (FLUX.2 klein, Qwen-Image-Edit), by diffusers' loops.

Their answer is another picture of the same scene: it comes back shifted, stretched and retouched
where nobody asked, so the pipeline registers it to the scan before anything else is done with it.
What is ours to get right is the size: they crop or stretch a picture whose sides do not suit them.
It goes in at a size they leave alone, whole to whole, and comes back the same way.
"""

from typing import Any

import torch
from diffusers import DiffusionPipeline
from PIL import Image as PillowImage

from server.restoration.engine import Image, Picture, Report
from server.restoration.engines.diffusion.loading import Loaded, add_lora, index
from server.restoration.engines.diffusion.params import Editing
from server.restoration.engines.diffusion.previews import Reel
from server.restoration.images import resize, to_bytes8

_KNOWN = ("Flux2KleinPipeline", "QwenImageEditPlusPipeline")
_FIT = 32
"""Pixels that sides are multiples of: 8 a latent, 2 latents a token, and even numbers of those."""
_MOST = 1024 * 1024
"""Pixels; above them the pipelines resize by themselves."""


def run(picture: Picture, wanted: Editing, loaded: Loaded, report: Report) -> Picture:
    """A picture of the same size, not yet registered; plates as asked for."""
    height, width = picture.image.shape[:2]
    high, wide = working_size(height, width, wanted.megapixels)
    small = resize(picture.image, wide, high)
    pipe = loaded.kept(
        ("edit", wanted.model, wanted.lora, wanted.lora_scale, wanted.precision),
        wanted.model,
        lambda: _pipe(wanted, loaded),
    )
    reel = Reel(wanted.frames, wanted.steps, high, wide)

    def step(_: Any, number: int, __: Any, given: dict[str, Any]) -> dict[str, Any]:
        reel.take(number, given["latents"])
        report(0.05 + 0.85 * (number + 1) / wanted.steps)
        return {}

    notes: list[str] = []
    while True:
        try:
            made = _edited(pipe, small, wanted, step)
            break
        except torch.OutOfMemoryError as error:
            notes.append(_spare(pipe, loaded, len(notes), error))
    frames = reel.pictures(made)
    return Picture(resize(made, width, height).copy(), plates=frames, notes=tuple(notes))


def working_size(height: int, width: int, megapixels: float) -> tuple[int, int]:
    """Sides of about so many pixels and of nearly these proportions that no pipeline changes."""
    scale = (min(megapixels * 1e6, _MOST) / (height * width)) ** 0.5
    high, wide = (max(_FIT, round(side * scale / _FIT) * _FIT) for side in (height, width))
    while high * wide > _MOST:
        if high > wide:
            high -= _FIT
        else:
            wide -= _FIT
    return high, wide


def _edited(pipe: Any, image: Image, wanted: Editing, step: Any) -> Image:
    high, wide = image.shape[:2]
    guided = wanted.guidance > 1
    if type(pipe).__name__ == "QwenImageEditPlusPipeline":
        negative = wanted.negative or " "
        guidance: dict[str, Any] = {
            "true_cfg_scale": wanted.guidance,
            "negative_prompt": negative if guided else None,
        }
    else:
        guidance = {"guidance_scale": wanted.guidance}
    made = pipe(
        image=PillowImage.fromarray(to_bytes8(image)),
        prompt=wanted.words,
        height=high,
        width=wide,
        num_inference_steps=wanted.steps,
        generator=torch.Generator("cpu").manual_seed(wanted.seed),
        callback_on_step_end=step,
        output_type="np",
        **guidance,
    ).images[0]
    return made.clip(0, 1).astype("float32")


def _pipe(wanted: Editing, loaded: Loaded) -> Any:
    folder = loaded.folder(wanted.model)
    name = index(folder).get("_class_name")
    if name not in _KNOWN:
        raise ValueError(f"edit knows {' and '.join(_KNOWN)}; {wanted.model} is a {name}.")
    half = loaded.dtype(wanted.precision, torch.bfloat16)
    pipe = DiffusionPipeline.from_pretrained(folder, local_files_only=True, dtype=half)
    add_lora(pipe, wanted, loaded)
    pipe.set_progress_bar_config(disable=True)
    return pipe.to(loaded.device)


def _spare(pipe: Any, loaded: Loaded, tried: int, error: Exception) -> str:
    """Moves weights out of the card, more of them each time; the edit starts again, it is short.
    Raises MemoryError where all are out already."""
    if loaded.device.type != "cuda" or tried > 1:
        raise MemoryError("the model is too large for this card, even a layer at a time") from error
    torch.cuda.empty_cache()
    if tried == 0:
        pipe.enable_model_cpu_offload(device=loaded.device)
        return "Out of memory: went on with one network at a time on the card."
    pipe.remove_all_hooks()
    pipe.enable_sequential_cpu_offload(device=loaded.device)
    return "Out of memory: went on with one layer at a time on the card, much slower."
