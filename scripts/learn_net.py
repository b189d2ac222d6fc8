"""The clearer: one trunk that reads a print's lightness, and two heads.

It works at half the print's size (four pixels become one place with many channels), where the
same arithmetic sees twice as far, then at a quarter and an eighth, with additive links between
equal sizes. One head says what must be added to a plain bicubic enlargement, the other how likely
each pixel is damage, which helps it to tell what is no picture; it does not ship.
"""

from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional

WIDTHS = (64, 96, 96)
BLOCKS = (2, 2, 1)
HARMED = 0.25
"""How much an error of the clearer on damage counts."""
_HALF = ("avx512_dq", "avx_ne_convert", "bf16")
"""One of these a processor must be capable of, or torch has no fast layers for 16-bit floats."""


class Block(nn.Module):  # type: ignore[misc]  # torch is not typed here
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(channels, channels, 3, padding=1)
        self.second = nn.Conv2d(channels, channels, 3, padding=1)
        nn.init.zeros_(cast(Tensor, self.second.bias))
        with torch.no_grad():
            self.second.weight.mul_(0.3)

    def forward(self, x: Tensor) -> Tensor:
        return x + cast(Tensor, self.second(functional.relu(self.first(x))))


def half_precision(device: torch.device) -> torch.autocast:
    """Within it networks compute with 16-bit floats, where torch is fast with them. On a processor
    that knows AVX2 but no more, one step would take sixteen times as long."""
    if device.type == "cpu":
        able = torch.cpu.get_capabilities()
        fast = any(able.get(name) for name in _HALF)
    else:
        fast = device.type == "cuda" and torch.cuda.is_bf16_supported(including_emulation=False)
    return torch.autocast(device.type, torch.bfloat16, enabled=fast)


def blocks(channels: int, count: int, kind: type[nn.Module] = Block) -> nn.Sequential:
    return nn.Sequential(*(kind(channels) for _ in range(count)))


class Network(nn.Module):  # type: ignore[misc]  # torch is not typed here
    """Lightness less one half, (n, 1, h, w), to the residual (n, 16, h/2, w/2), to be shuffled
    into (n, 1, 2h, 2w), and the damage's logits (n, 4, h/2, w/2), into (n, 1, h, w)."""

    def __init__(self) -> None:
        super().__init__()
        half, quarter, eighth = WIDTHS
        self.stem = nn.Conv2d(1, half, 4, stride=2, padding=1)
        self.half_down = blocks(half, BLOCKS[0])
        self.to_quarter = nn.Conv2d(half, quarter, 2, stride=2)
        self.quarter_down = blocks(quarter, BLOCKS[1])
        self.to_eighth = nn.Conv2d(quarter, eighth, 2, stride=2)
        self.eighth = blocks(eighth, BLOCKS[2])
        self.from_eighth = nn.ConvTranspose2d(eighth, quarter, 2, stride=2)
        self.quarter_up = blocks(quarter, BLOCKS[1])
        self.from_quarter = nn.ConvTranspose2d(quarter, half, 2, stride=2)
        self.half_up = blocks(half, BLOCKS[0])
        self.residual = nn.Conv2d(half, 16, 3, padding=1)
        self.damage = nn.Conv2d(half, 4, 3, padding=1)
        with torch.no_grad():
            self.residual.weight.mul_(0.1)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        half = self.half_down(self.stem(x))
        quarter = self.quarter_down(self.to_quarter(half))
        eighth = self.eighth(self.to_eighth(quarter))
        quarter = self.quarter_up(quarter + self.from_eighth(eighth))
        half = self.half_up(half + self.from_quarter(quarter))
        return self.residual(half), self.damage(half)


def cleared(print_: Tensor, residual: Tensor) -> Tensor:
    """The picture at twice the size, (n, 1, 2h, 2w)."""
    plain = functional.interpolate(print_, scale_factor=2, mode="bicubic", align_corners=False)
    return plain + functional.pixel_shuffle(residual, 4)


def unlike(one: Tensor, other: Tensor, span: Tensor) -> Tensor:
    """1 - SSIM (Wang et al., 2004) over squares of 8 pixels, constants scaled to the print's
    tonal range."""

    def mean(x: Tensor) -> Tensor:
        return functional.avg_pool2d(x, 8, stride=4)

    a, b = mean(one), mean(other)
    aa, bb, ab = mean(one * one) - a * a, mean(other * other) - b * b, mean(one * other) - a * b
    c1, c2 = (0.01 * span) ** 2, (0.03 * span) ** 2
    like = (2 * a * b + c1) * (2 * ab + c2) / ((a * a + b * b + c1) * (aa + bb + c2))
    return 1 - like.mean()


def loss(
    network: Network, print_: Tensor, scene: Tensor, damage: Tensor, sure: Tensor, span: Tensor
) -> tuple[Tensor, dict[str, Tensor]]:
    """What is minimised, and its parts by name.

    The clearer: mean absolute error as a share of the print's range, and one twentieth of 1 - SSIM.
    Damage counts little, so that the clearer takes away only what is damage almost for certain:
    mending comes before it, and a white line on a road shall stay.
    The finder: cross-entropy, and Dice (Milletari et al., 2016), because damage is rare.
    """
    with half_precision(print_.device):
        residual, logits = network(print_ - 0.5)
    span = span.view(-1, 1, 1, 1)
    made = cleared(print_, residual.float())
    harmed = functional.interpolate((sure < 1).float() + damage, scale_factor=2)
    made = scene + (made - scene) * (1 - (1 - HARMED) * harmed)
    error = ((made - scene).abs() / span).mean()
    shape = unlike(made, scene, span)
    guess = functional.pixel_shuffle(logits.float(), 2)
    entropy = functional.binary_cross_entropy_with_logits(guess, damage, weight=sure)
    share = torch.sigmoid(guess)
    overlap = 2 * (sure * share * damage).sum() + 1
    dice = 1 - overlap / ((sure * share).sum() + (sure * damage).sum() + 1)
    total = error + 0.05 * shape + 0.25 * entropy + 0.06 * dice
    parts = {"error": error, "shape": shape, "entropy": entropy, "dice": dice}
    return total, {name: part.detach() for name, part in parts.items()}
