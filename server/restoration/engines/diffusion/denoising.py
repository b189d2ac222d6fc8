"""The denoising of a whole canvas by a network that sees a tile at a time.

At every step the network's predictions for all tiles are blended (MultiDiffusion, Bar-Tal et al.
2023; Mixture of Diffusers, Jimenez 2023), and the canvas takes that step as a whole.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from server.restoration.engines.diffusion.loading import Stack
from server.restoration.engines.diffusion.memory import Frugal
from server.restoration.engines.diffusion.params import Redrawing
from server.restoration.engines.diffusion.prompts import Prompt
from server.restoration.engines.diffusion.schedules import Schedule
from server.restoration.engines.diffusion.tiles import Layout, Mosaic, cut


@dataclass(frozen=True, slots=True)
class Predictor:
    """What the networks say about a batch of tiles."""

    stack: Stack
    wanted: Redrawing
    prompt: Prompt
    condition: Any
    """The picture that the ControlNet sees, (1, 3, H, W), 0..1, in the network's type."""

    def __call__(
        self, plan: Layout, seen: Any, timestep: Any, tiles: Sequence[Any], control: float
    ) -> Any:
        """Predictions (tiles, channels, h, w) for tiles of the canvas ``seen``."""
        passes = 2 if self.prompt.guided else 1
        x = cut(seen, tiles).to(self.stack.pipe.unet.dtype)
        x = x.to(memory_format=torch.channels_last).repeat(passes, 1, 1, 1)
        count = len(tiles)
        words = self.prompt.embeddings(count)
        added = self._added(plan, tiles)
        more: dict[str, Any] = {}
        if self.stack.controlnet is not None and control > 0:
            more = self._controlled(x, timestep, tiles, words, added, control)
        prediction = self.stack.unet(
            x,
            timestep,
            encoder_hidden_states=words,
            timestep_cond=self.prompt.timestep_condition(count),
            added_cond_kwargs=added,
            return_dict=False,
            **more,
        )[0]
        if not self.prompt.guided:
            return prediction
        without, with_ = prediction.float().chunk(2)
        return without + self.wanted.guidance * (with_ - without)

    def _added(self, plan: Layout, tiles: Sequence[Any]) -> dict[str, Any] | None:
        """SDXL's micro-conditioning: how large the picture is and which part of it this is."""
        if not self.stack.xl:
            return None
        scale = self.stack.pixels_per_latent
        times = [
            [
                plan.height * scale,
                plan.width * scale,
                tile.top * scale,
                tile.left * scale,
                (tile.bottom - tile.top) * scale,
                (tile.right - tile.left) * scale,
            ]
            for tile in tiles
        ]
        ids = torch.tensor(times, dtype=torch.float32).to(self.stack.device, non_blocking=True)
        passes = 2 if self.prompt.guided else 1
        return {"text_embeds": self.prompt.pooled(len(tiles)), "time_ids": ids.repeat(passes, 1)}

    def _controlled(
        self, x: Any, timestep: Any, tiles: Sequence[Any], words: Any, added: Any, control: float
    ) -> dict[str, Any]:
        picture = cut(self.condition, tiles, self.stack.pixels_per_latent)
        picture = picture.repeat(x.shape[0] // len(tiles), 1, 1, 1)
        net = self.stack.controlnet
        union: dict[str, Any] = {}
        if self.stack.union:
            mode = self.wanted.control_mode
            kinds = torch.zeros(x.shape[0], net.config.num_control_type)
            kinds[:, mode] = 1
            union = {
                "control_type": kinds.to(x.device, x.dtype),
                "control_type_idx": [mode],
            }
        down, middle = net(
            x,
            timestep,
            encoder_hidden_states=words,
            controlnet_cond=[picture] if self.stack.union else picture,
            conditioning_scale=control,
            added_cond_kwargs=added,
            return_dict=False,
            **union,
        )
        return {
            "down_block_additional_residuals": down,
            "mid_block_additional_residual": middle,
        }


def denoised(
    latents: Any,
    plan: Layout,
    schedule: Schedule,
    predictor: Predictor,
    frugal: Frugal,
    share: Callable[[float], None],
) -> Iterator[Any]:
    """The canvas at every noise level, as the network sees it: noisiest first, clean last.

    The noise comes from a generator of the CPU, one field for the whole picture: every device, tile
    size and batch size draws the same.
    """
    wanted = predictor.wanted
    generator = torch.Generator("cpu").manual_seed(wanted.seed)
    noise = torch.randn(latents.shape, generator=generator).to(latents.device)
    latents = schedule.noised(latents, noise)
    device = latents.device
    steps = len(schedule.timesteps)
    on_device = torch.stack(list(schedule.timesteps)).to(device)
    for number, timestep in enumerate(schedule.timesteps):
        seen = schedule.seen(latents, timestep)
        yield seen
        control = wanted.control if number < wanted.control_end * steps else 0.0
        blended = Mosaic(plan)

        def call(places: Sequence[int], now: Any = (seen, on_device[number], control)) -> Any:
            seen, moment, control = now
            tiles = [plan.tiles[place] for place in places]
            return predictor(plan, seen, moment, tiles, control)

        done = 0
        for places, made in frugal.batches(range(len(plan.tiles)), call):
            blended.add(places, made)
            done += len(places)
            share((number + done / len(plan.tiles)) / steps)
        latents = schedule.step(blended.whole, timestep, latents, generator)
    yield latents
