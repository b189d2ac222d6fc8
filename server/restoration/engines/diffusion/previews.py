"""The model at work: a handful of noise levels as small pictures.

With a TAESD they are decoded; without one they are drawn by the linear map from latents to colours
that fits this very picture best, which needs no second network and no stored constants.
"""

from collections.abc import Mapping
from typing import Any

import torch
from torch.nn.functional import interpolate

from server.restoration.engine import Image
from server.restoration.engines.diffusion.autoencoder import to_image
from server.restoration.engines.diffusion.loading import Stack

LONG_SIDE = 960
"""Pixels; a frame is never larger."""


class Film:
    """Keeps ``count`` of the noise levels that pass, evenly spread, first and last included."""

    def __init__(self, count: int, stack: Stack, given: Any, latents: Any) -> None:
        self._count = count
        self._stack = stack
        self._size = _size(*given.shape[-2:])
        self._kept: list[Any] = []
        self._map = _fitted(latents, given) if count and stack.tiny is None else None

    def take(self, number: int, levels: int, latents: Any) -> None:
        """Level ``number`` of ``levels`` passes."""
        count = min(self._count, levels)
        chosen = {round(place * (levels - 1) / max(1, count - 1)) for place in range(count)}
        if number in (chosen if count > 1 else {levels - 1} if count else set()):
            self._kept.append(latents.clone())

    def pictures(self) -> Mapping[str, Image]:
        """``frame-1`` … the noisiest first; RGB 0..1, long side at most 960."""
        return {
            f"frame-{place + 1}": to_image(self._drawn(latents))
            for place, latents in enumerate(self._kept)
        }

    def _drawn(self, latents: Any) -> Any:
        if self._map is None:
            tiny = self._stack.tiny
            colours = tiny.decode(latents.to(tiny.dtype), return_dict=False)[0].float() / 2 + 0.5
        else:
            colours = torch.einsum("nchw,cd->ndhw", _with_one(latents), self._map)
        return interpolate(colours, self._size, mode="bicubic", antialias=True)


def _size(height: int, width: int) -> tuple[int, int]:
    scale = min(1.0, LONG_SIDE / max(height, width))
    return max(1, round(height * scale)), max(1, round(width * scale))


def _with_one(latents: Any) -> Any:
    return torch.cat([latents, torch.ones_like(latents[:, :1])], dim=1)


def _fitted(latents: Any, given: Any) -> Any:
    """The map (channels + 1, 3) that takes latents nearest to the picture, by least squares.

    A ridge keeps channels quiet that this picture does not exercise: noise will.
    """
    small = interpolate(given, latents.shape[-2:], mode="area")
    x = _with_one(latents)[0].flatten(1).double().cpu()
    y = small[0].flatten(1).double().cpu()
    ridge = 1e-2 * x.shape[1] * torch.eye(x.shape[0], dtype=x.dtype)
    ridge[-1, -1] = 0
    return torch.linalg.solve(x @ x.T + ridge, x @ y.T).to(latents.device, latents.dtype)
