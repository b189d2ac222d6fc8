"""The finder of damage: a network that says of each pixel of a print how likely it is damage.

Built like the clearer (learn_net.py), with a level more: whether a line is a scratch or a rope
shows only from afar.
"""

from typing import cast

import torch
from learn_net import blocks
from torch import Tensor, nn
from torch.nn import functional

WIDTHS = (48, 64, 96, 128)
"""Channels at 1/2, 1/4, 1/8 and 1/16 of the print's size."""
BLOCKS = (1, 2, 2, 1)
_OVERLAP = 0.25
"""What Dice counts beside cross-entropy."""
_WINDOW, _BROAD = 15, 0.25
"""Pixels around each whose share of damage tells broad from thin, and what a pixel of the broadest
counts: else one blot would outweigh a hundred scratches."""


class Finder(nn.Module):  # type: ignore[misc]  # torch is not typed here
    """Lightness less one half, (n, 1, h, w), to logits (n, 4, h/2, w/2), to be shuffled into
    (n, 1, h, w)."""

    def __init__(self) -> None:
        super().__init__()
        levels = range(len(WIDTHS))
        pairs = list(zip(WIDTHS, WIDTHS[1:], strict=False))
        self.stem = nn.Conv2d(1, WIDTHS[0], 4, stride=2, padding=1)
        self.down = nn.ModuleList(blocks(WIDTHS[i], BLOCKS[i]) for i in levels)
        self.smaller = nn.ModuleList(nn.Conv2d(a, b, 2, stride=2) for a, b in pairs)
        self.larger = nn.ModuleList(nn.ConvTranspose2d(b, a, 2, stride=2) for a, b in pairs)
        self.up = nn.ModuleList(blocks(WIDTHS[i], BLOCKS[i]) for i in levels[:-1])
        self.damage = nn.Conv2d(WIDTHS[0], 4, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        links = [self.down[0](self.stem(x))]
        for smaller, down in zip(self.smaller, self.down[1:], strict=True):
            links.append(down(smaller(links[-1])))
        x = links.pop()
        for larger, up in zip(reversed(self.larger), reversed(self.up), strict=True):
            x = up(links.pop() + larger(x))
        return cast(Tensor, self.damage(x))


def loss(
    network: Finder, print_: Tensor, scene: Tensor, damage: Tensor, sure: Tensor, span: Tensor
) -> tuple[Tensor, dict[str, float]]:
    """What is minimised, and its parts by name: cross-entropy, and Dice (Milletari et al., 2016),
    because damage is rare."""
    with torch.autocast("cpu", torch.bfloat16):
        logits = network(print_ - 0.5)
    guess = functional.pixel_shuffle(logits.float(), 2)
    breadth = functional.avg_pool2d(damage, _WINDOW, stride=1, padding=_WINDOW // 2)
    sure = sure * (1 - (1 - _BROAD) * damage * breadth)
    entropy = functional.binary_cross_entropy_with_logits(guess, damage, weight=sure)
    share = torch.sigmoid(guess)
    overlap = 2 * (sure * share * damage).sum() + 1
    dice = 1 - overlap / ((sure * share).sum() + (sure * damage).sum() + 1)
    parts = {"entropy": entropy, "dice": dice}
    return entropy + _OVERLAP * dice, {name: float(part.detach()) for name, part in parts.items()}
