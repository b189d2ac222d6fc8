"""The trunk of the finder and of the kinship network.

Like the clearer (learn_net.py) it works at half the picture's size and below, with additive links
between equal sizes; its answer is shuffled back to the picture's size.
"""

from collections.abc import Sequence
from typing import cast

import torch
from learn_net import Block, blocks
from torch import Tensor, nn
from torch.nn import functional

EVEN = 1e-5
"""Added to a variance before it divides."""


class Gated(nn.Module):  # type: ignore[misc]  # torch is not typed here
    """Channels (n, c, h, w) to the same, in two steps that each add to them: one looks around every
    place, one at the place by itself; in both one half of the channels opens or shuts the other.

    After Chen et al., Simple Baselines for Image Restoration, 2022, without attention. In the same
    time it learns more than twice as fast as :class:`learn_net.Block`.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        wide = 2 * channels
        self.spread = nn.Conv2d(channels, wide, 1)
        self.around = nn.Conv2d(wide, wide, 3, padding=1, groups=wide)
        self.joined = nn.Conv2d(channels, channels, 1)
        self.widened = nn.Conv2d(channels, wide, 1)
        self.narrowed = nn.Conv2d(channels, channels, 1)
        for last in (self.joined, self.narrowed):
            nn.init.zeros_(cast(Tensor, last.bias))
            with torch.no_grad():
                last.weight.mul_(0.3)

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.joined(_gate(self.around(self.spread(_evened(x)))))
        return cast(Tensor, x + self.narrowed(_gate(self.widened(_evened(x)))))


def _evened(x: Tensor) -> Tensor:
    """Each place's channels with a mean of 0 and a variance of 1 (Ba et al., 2016)."""
    last = functional.layer_norm(x.permute(0, 2, 3, 1), x.shape[1:2], eps=EVEN)
    return cast(Tensor, last.permute(0, 3, 1, 2))


def _gate(x: Tensor) -> Tensor:
    one, other = x.chunk(2, dim=1)
    return one * other


class Unet(nn.Module):  # type: ignore[misc]  # torch is not typed here
    """Planes (n, inputs, h, w) to (n, 4 outputs, h/2, w/2), to be shuffled into (n, outputs, h, w).

    ``widths`` are the channels at 1/2, 1/4, ... of the picture's size, ``counts`` the blocks there,
    all of one kind; ``answer`` is the last layer's name, and by it a file of weights is known.
    """

    def __init__(
        self,
        answer: str,
        inputs: int,
        outputs: int,
        widths: Sequence[int],
        counts: Sequence[int],
        block: type[nn.Module] = Block,
    ) -> None:
        super().__init__()
        levels = range(len(widths))
        pairs = list(zip(widths, widths[1:], strict=False))
        self.stem = nn.Conv2d(inputs, widths[0], 4, stride=2, padding=1)
        self.down = nn.ModuleList(blocks(widths[i], counts[i], block) for i in levels)
        self.smaller = nn.ModuleList(nn.Conv2d(a, b, 2, stride=2) for a, b in pairs)
        self.larger = nn.ModuleList(nn.ConvTranspose2d(b, a, 2, stride=2) for a, b in pairs)
        self.up = nn.ModuleList(blocks(widths[i], counts[i], block) for i in levels[:-1])
        self.answer = answer
        self.add_module(answer, nn.Conv2d(widths[0], 4 * outputs, 3, padding=1))

    def forward(self, x: Tensor) -> Tensor:
        links = [self.down[0](self.stem(x))]
        for smaller, down in zip(self.smaller, self.down[1:], strict=True):
            links.append(down(smaller(links[-1])))
        x = links.pop()
        for larger, up in zip(reversed(self.larger), reversed(self.up), strict=True):
            x = up(links.pop() + larger(x))
        return cast(Tensor, self.get_submodule(self.answer)(x))
