"""Pictures to latents and back, whole where the card has room, else in tiles without seams.

A VAE normalises by the mean and variance of what it sees; in tiles each would be toned for itself.
So tiles are passed twice: once to measure, and once with the statistics of them all together.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch.nn import GroupNorm, functional

from server.restoration.engines.diffusion.memory import Frugal
from server.restoration.engines.diffusion.tiles import Layout, Mosaic, cut, layout

_BYTES_PER_PIXEL = 1600
"""Memory that decoding takes at its widest, per pixel and byte of a number: three maps of 256
channels at full size, and room to move."""
_SHARE = 0.4
"""Of a card's memory that the VAE may count on, beside the weights of all networks."""
_ON_CPU = 1024
"""Largest tile without a card, in pixels a side."""
_SMALLEST = 256
_SHARED = 128
"""Pixels that tiles share: beyond them a decoder sees little."""


class Codec:
    """A VAE on a device, with the memory there is."""

    def __init__(self, vae: Any, pixels_per_latent: int, device: Any, frugal: Frugal) -> None:
        self._vae = vae
        self._scale = pixels_per_latent
        self._device = device
        self._frugal = frugal
        config = vae.config
        self._factor = config.scaling_factor
        self._shift = config.shift_factor or 0.0
        self._largest = self._room()

    def encode(self, image: Any) -> Any:
        """Latents (1, channels, h, w) in fp32 of a picture (1, 3, H, W), 0..1: their mean, so that
        equal pictures have equal latents."""

        def call(pixels: Any) -> Any:
            return self._vae.encode(pixels.to(self._vae.dtype)).latent_dist.mode()

        latents = self._passed(2 * image - 1, self._vae.encoder, call, of_pixels=True)
        return (latents - self._shift) * self._factor

    def decode(self, latents: Any) -> Any:
        """The picture (1, 3, H, W) in fp32, 0..1."""

        def call(part: Any) -> Any:
            return self._vae.decode(part.to(self._vae.dtype), return_dict=False)[0]

        image = self._passed(
            latents / self._factor + self._shift, self._vae.decoder, call, of_pixels=False
        )
        return (image / 2 + 0.5).clamp(0, 1)

    def _passed(self, canvas: Any, net: Any, call: Callable[[Any], Any], *, of_pixels: bool) -> Any:
        """``call`` over the canvas; tiles are counted in latents whichever side it is on."""
        reads = self._scale if of_pixels else 1
        makes = 1 if of_pixels else self._scale
        height, width = (length // reads for length in canvas.shape[-2:])
        while True:
            plan = layout(
                height,
                width,
                max(1, self._largest // self._scale),
                _SHARED // self._scale,
                8,
                self._device,
            )
            try:
                if len(plan.tiles) == 1:
                    return call(canvas).float()
                with _common_statistics(net) as measured:
                    for tile in plan.tiles:
                        call(cut(canvas, [tile], reads))
                    measured()
                    return self._joined(plan, canvas, call, reads, makes)
            except torch.OutOfMemoryError as error:
                self._shrink(error)

    def _joined(
        self, plan: Layout, canvas: Any, call: Callable[[Any], Any], reads: int, makes: int
    ) -> Any:
        whole = Mosaic(plan, makes)
        for place, tile in enumerate(plan.tiles):
            whole.add([place], call(cut(canvas, [tile], reads)))
        return whole.whole

    def _shrink(self, error: Exception) -> None:
        if self._device.type == "cuda":
            torch.cuda.empty_cache()
        if self._largest // 2 < _SMALLEST:
            raise MemoryError("the smallest tile of the VAE is too much for this card") from error
        self._largest //= 2
        self._frugal.notes.append(
            f"Out of memory: the VAE went on in tiles of {self._largest} pixels."
        )

    def _room(self) -> int:
        if self._device.type != "cuda":
            return _ON_CPU
        # Of all the card's memory, not of what is free just now: equal runs have equal tiles.
        memory = torch.cuda.get_device_properties(self._device).total_memory * _SHARE
        pixels = memory / (_BYTES_PER_PIXEL * self._vae.dtype.itemsize)
        return max(_SMALLEST, int(pixels**0.5))


@contextmanager
def _common_statistics(net: Any) -> Iterator[Callable[[], None]]:
    """Measures every GroupNorm's input; after the call it yields, all normalise by the whole."""
    norms = [module for module in net.modules() if isinstance(module, GroupNorm)]
    sums: dict[Any, list[Any]] = {norm: [] for norm in norms}

    def measure(norm: Any, given: Any) -> None:
        grouped = given[0].float().reshape(given[0].shape[0], norm.num_groups, -1)
        sums[norm].append(torch.stack([grouped.mean(2), grouped.square().mean(2)]))

    hooks = [norm.register_forward_pre_hook(measure) for norm in norms]

    def measured() -> None:
        for hook in hooks:
            hook.remove()
        for norm in norms:
            mean, square = torch.stack(sums[norm]).mean(0)
            norm.forward = _Fixed(norm, mean, square - mean * mean)

    try:
        yield measured
    finally:
        for hook in hooks:
            hook.remove()
        for norm in norms:
            norm.__dict__.pop("forward", None)


class _Fixed:
    """A GroupNorm whose mean and variance are given: an affine map a channel."""

    def __init__(self, norm: Any, mean: Any, variance: Any) -> None:
        each = norm.num_channels // norm.num_groups
        scale = (variance.clamp(min=0) + norm.eps).rsqrt().repeat_interleave(each, 1)
        mean = mean.repeat_interleave(each, 1)
        gain = norm.weight.float() * scale
        self._gain = gain
        self._bias = norm.bias.float() - mean * gain

    def __call__(self, given: Any) -> Any:
        # (1, channels, h, w) from a convolution, (1, channels, positions) from an attention.
        each = (1, -1, *(1,) * (given.dim() - 2))
        return (given.float() * self._gain.view(each) + self._bias.view(each)).to(given.dtype)


def to_tensor(image: Any, device: Any) -> Any:
    """A picture of ours (H, W, 3) as a tensor (1, 3, H, W) in fp32."""
    return torch.tensor(image).to(device).permute(2, 0, 1)[None].contiguous()


def to_image(tensor: Any) -> Any:
    """The way back, within 0..1."""
    return tensor[0].clamp(0, 1).permute(1, 2, 0).float().contiguous().cpu().numpy()


def luma_only(redrawn: Any, given: Any) -> Any:
    """``given`` with the lightness of ``redrawn``: all channels move together (Rec. 709 luma)."""
    change = functional.conv2d(redrawn - given, _LUMA.to(given.device))
    return (given + change).clamp(0, 1)


_LUMA = torch.tensor([0.2126, 0.7152, 0.0722]).reshape(1, 3, 1, 1)
