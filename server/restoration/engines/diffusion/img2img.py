"""Image to image over a canvas of any size: encode, noise, denoise by tiles, decode."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import torch

from server.restoration.engine import Image, Report
from server.restoration.engines.diffusion.autoencoder import Codec
from server.restoration.engines.diffusion.denoising import Predictor, denoised
from server.restoration.engines.diffusion.loading import Stack
from server.restoration.engines.diffusion.memory import Frugal
from server.restoration.engines.diffusion.params import Redrawing
from server.restoration.engines.diffusion.previews import Film
from server.restoration.engines.diffusion.prompts import prompt
from server.restoration.engines.diffusion.schedules import Schedule
from server.restoration.engines.diffusion.tiles import layout

_TILE = {False: 768, True: 1024}
"""Largest tile in pixels, for SD 1.5 and for SDXL: at most half as much again as they learned."""
FIT = 64
"""Pixels a tile is a multiple of: the networks halve latents three times."""
_ENCODED, _DENOISED = 0.05, 0.9


@dataclass(frozen=True, slots=True)
class Redrawn:
    """What came of it: a tensor (1, 3, H, W), 0..1; pictures on the way; notes for the curator."""

    image: Any
    frames: Mapping[str, Image] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def redrawn(
    given: Any, condition: Any, wanted: Redrawing, words: str, stack: Stack, report: Report
) -> Redrawn:
    """``given`` redrawn while the ControlNet sees ``condition``; both (1, 3, H, W), 0..1, sides
    multiples of 64."""
    frugal = Frugal(wanted.tile_batch, stack.offload)
    scale = stack.pixels_per_latent
    codec = Codec(stack.vae, scale, stack.device, frugal)
    with torch.backends.cudnn.flags(deterministic=True, benchmark=False):
        latents = codec.encode(given)
        report(_ENCODED)
        film = Film(wanted.frames, stack, given, latents)
        if wanted.strength > 0:
            latents = _denoised(latents, condition, wanted, words, stack, frugal, film, report)
        image = codec.decode(latents)
        frames = film.pictures()
    return Redrawn(image, frames, tuple(frugal.notes))


def _denoised(
    latents: Any,
    condition: Any,
    wanted: Redrawing,
    words: str,
    stack: Stack,
    frugal: Frugal,
    film: Film,
    report: Report,
) -> Any:
    scale = stack.pixels_per_latent
    tile = wanted.tile or _TILE[stack.xl]
    if 2 * wanted.overlap > tile:
        raise ValueError(
            f"overlap must be at most half of tile, {tile // 2}; it is {wanted.overlap}."
        )
    plan = layout(
        latents.shape[-2],
        latents.shape[-1],
        tile // scale,
        wanted.overlap // scale,
        FIT // scale,
        stack.device,
    )
    schedule = Schedule(
        stack.pipe.scheduler.config, wanted.scheduler, wanted.steps, wanted.strength
    )
    predictor = Predictor(
        stack,
        wanted,
        prompt(stack, wanted, words),
        condition.to(stack.pipe.unet.dtype),
    )

    def share(done: float) -> None:
        report(_ENCODED + (_DENOISED - _ENCODED) * done)

    levels = len(schedule.timesteps) + 1
    for number, level in enumerate(denoised(latents, plan, schedule, predictor, frugal, share)):
        film.take(number, levels, level)
        latents = level
    return latents
