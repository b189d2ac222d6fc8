"""The model at work: a handful of noise levels as small pictures.

With a TAESD they are decoded; without one they are drawn by the linear map from latents to colours
that fits this very picture best, which needs no second network and no stored constants.
"""

from collections.abc import Mapping
from typing import Any

import torch
from torch.nn.functional import interpolate

from server.restoration.engine import Image
from server.restoration.engines.diffusion.autoencoder import to_image, to_tensor
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
        if number in _chosen(self._count, levels):
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
            colours = torch.einsum("nchw,cd->ndhw", _one_more(latents), self._map)
        return interpolate(colours, self._size, mode="bicubic", antialias=True)


class Reel:
    """The same for a model whose latents are tokens, one for ``CELL`` x ``CELL`` pixels, row by
    row. The map is fitted when the picture is there: from its tokens to it."""

    CELL = 16

    def __init__(self, count: int, steps: int, height: int, width: int) -> None:
        self._chosen = _chosen(count, steps)
        self._steps = steps
        self._grid = (height // self.CELL, width // self.CELL)
        self._kept: list[Any] = []
        self._last: Any = None

    def take(self, number: int, tokens: Any) -> None:
        """After step ``number``: tokens (1, height / 16 * width / 16, channels)."""
        if number in self._chosen:
            self._kept.append(tokens[0].float().cpu())
        if number == self._steps - 1:
            self._last = tokens[0].float().cpu()

    def pictures(self, made: Image) -> Mapping[str, Image]:
        """As :meth:`Film.pictures`; ``made`` is the picture that came of it."""
        if not self._kept:
            return {}
        high, wide = self._grid
        # Four colours a token: a cell of 8 pixels each.
        small = interpolate(to_tensor(made, "cpu"), (2 * high, 2 * wide), mode="area")[0]
        cells = small.reshape(3, high, 2, wide, 2).permute(1, 3, 0, 2, 4).reshape(high * wide, 12)
        fit = _least_squares(_one_more(self._last), cells)
        frames = {}
        for place, tokens in enumerate(self._kept):
            drawn = (_one_more(tokens) @ fit).reshape(high, wide, 3, 2, 2)
            colours = drawn.permute(2, 0, 3, 1, 4).reshape(1, 3, 2 * high, 2 * wide)
            size = _size(high * self.CELL, wide * self.CELL)
            frame = interpolate(colours, size, mode="bicubic", antialias=True)
            frames[f"frame-{place + 1}"] = to_image(frame)
        return frames


def _chosen(count: int, levels: int) -> set[int]:
    """``count`` of ``levels``, evenly spread, first and last included; one: the last."""
    count = min(count, levels)
    if count < 2:
        return {levels - 1} if count else set()
    return {round(place * (levels - 1) / (count - 1)) for place in range(count)}


def _one_more(rows: Any) -> Any:
    return torch.cat([rows, torch.ones_like(rows[:, :1])], dim=1)


def _size(height: int, width: int) -> tuple[int, int]:
    scale = min(1.0, LONG_SIDE / max(height, width))
    return max(1, round(height * scale)), max(1, round(width * scale))


def _fitted(latents: Any, given: Any) -> Any:
    """The map (channels + 1, 3) that takes latents nearest to the picture, by least squares.

    A ridge keeps channels quiet that this picture does not exercise: noise will.
    """
    small = interpolate(given, latents.shape[-2:], mode="area")
    rows = _one_more(latents)[0].flatten(1).T
    return _least_squares(rows, small[0].flatten(1).T)


def _least_squares(rows: Any, wanted: Any) -> Any:
    """The map (columns of ``rows``, columns of ``wanted``); the last column of ``rows`` is ones."""
    x, y = rows.double().cpu(), wanted.double().cpu()
    ridge = 1e-2 * x.shape[0] * torch.eye(x.shape[1], dtype=x.dtype)
    ridge[-1, -1] = 0
    return torch.linalg.solve(x.T @ x + ridge, x.T @ y).to(rows.device, rows.dtype)
