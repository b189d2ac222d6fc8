"""Words as the network wants them."""

from dataclasses import dataclass
from typing import Any

import torch

from server.restoration.engines.diffusion.loading import Stack
from server.restoration.engines.diffusion.params import Redrawing


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt's embeddings, and those of what should not appear where guidance needs them."""

    _words: Any
    """(1 or 2, tokens, width): without guidance the prompt; with it what to avoid, then the
    prompt."""
    _pooled: Any
    _condition: Any

    @property
    def guided(self) -> bool:
        """Whether the network is asked twice."""
        return self._words.shape[0] == 2

    def embeddings(self, tiles: int) -> Any:
        """For a batch of so many tiles: all of what to avoid first."""
        return self._words.repeat_interleave(tiles, 0)

    def pooled(self, tiles: int) -> Any:
        """SDXL's summary of the prompt."""
        return self._pooled.repeat_interleave(tiles, 0)

    def timestep_condition(self, tiles: int) -> Any:
        """The guidance as a distilled network takes it (LCM); None where it takes none."""
        return None if self._condition is None else self._condition.repeat(tiles, 1)


def prompt(stack: Stack, wanted: Redrawing, words: str) -> Prompt:
    """``words``, read by the pipeline's own text encoders."""
    pipe = stack.pipe
    distilled = pipe.unet.config.time_cond_proj_dim
    guided = wanted.guidance > 1 and distilled is None
    with torch.inference_mode():
        encoded = pipe.encode_prompt(
            prompt=words,
            device=pipe.text_encoder.device,
            num_images_per_prompt=1,
            do_classifier_free_guidance=guided,
            negative_prompt=wanted.negative,
        )
    kind = {"device": stack.device, "dtype": pipe.unet.dtype}
    pair = [encoded[1], encoded[0]] if guided else [encoded[0]]
    pooled = None
    if stack.xl:
        pooled = torch.cat([encoded[3], encoded[2]] if guided else [encoded[2]]).to(**kind)
    condition = None
    if distilled is not None:
        scale = torch.tensor([max(wanted.guidance, 1.0) - 1])
        condition = pipe.get_guidance_scale_embedding(scale, embedding_dim=distilled).to(**kind)
    return Prompt(torch.cat(pair).to(**kind), pooled, condition)
