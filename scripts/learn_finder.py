"""The finder of damage: a network that says of each pixel of a print how likely it is damage.

Built like the clearer, with a level more, for whether a line is a scratch or a rope shows from
afar, and of gated blocks.
"""

import torch
from learn_net import half_precision
from learn_unet import Gated, Unet
from torch import Tensor
from torch.nn import functional

WIDTHS = (40, 64, 112, 144)
"""Channels at 1/2, 1/4, 1/8 and 1/16 of the print's size."""
BLOCKS = (1, 2, 4, 4)
_OVERLAP = 0.25
"""What Dice counts beside cross-entropy."""
_WINDOW, _BROAD = 15, 0.25
"""Pixels around each whose share of damage tells broad from thin, and what a pixel of the broadest
counts: else one blot would outweigh a hundred scratches."""


class Finder(Unet):
    """Lightness less one half, (n, 1, h, w), to logits of damage, to be shuffled into the same."""

    def __init__(self) -> None:
        super().__init__("damage", 1, 1, WIDTHS, BLOCKS, Gated)


def loss(
    network: Finder, print_: Tensor, scene: Tensor, damage: Tensor, sure: Tensor, span: Tensor
) -> tuple[Tensor, dict[str, Tensor]]:
    """What is minimised, and its parts by name: cross-entropy, and Dice (Milletari et al., 2016),
    because damage is rare."""
    with half_precision(print_.device):
        logits = network(print_ - 0.5)
    guess = functional.pixel_shuffle(logits.float(), 2)
    breadth = damage
    for window in ((_WINDOW, 1), (1, _WINDOW)):
        around = (window[0] // 2, window[1] // 2)
        breadth = functional.avg_pool2d(breadth, window, stride=1, padding=around)
    sure = sure * (1 - (1 - _BROAD) * damage * breadth)
    entropy = functional.binary_cross_entropy_with_logits(guess, damage, weight=sure)
    share = torch.sigmoid(guess)
    overlap = 2 * (sure * share * damage).sum() + 1
    dice = 1 - overlap / ((sure * share).sum() + (sure * damage).sum() + 1)
    parts = {"entropy": entropy, "dice": dice}
    return entropy + _OVERLAP * dice, {name: part.detach() for name, part in parts.items()}
