"""The trunk of the finder and of the kinship network.

Like the clearer (learn_net.py) it works at half the picture's size and below, with additive links
between equal sizes; its answer is shuffled back to the picture's size.
"""

from collections.abc import Sequence
from typing import cast

from learn_net import blocks
from torch import Tensor, nn


class Unet(nn.Module):  # type: ignore[misc]  # torch is not typed here
    """Planes (n, inputs, h, w) to (n, 4 outputs, h/2, w/2), to be shuffled into (n, outputs, h, w).

    ``widths`` are the channels at 1/2, 1/4, ... of the picture's size, ``counts`` the blocks there;
    ``answer`` is the last layer's name, and by it a file of weights is known.
    """

    def __init__(
        self, answer: str, inputs: int, outputs: int, widths: Sequence[int], counts: Sequence[int]
    ) -> None:
        super().__init__()
        levels = range(len(widths))
        pairs = list(zip(widths, widths[1:], strict=False))
        self.stem = nn.Conv2d(inputs, widths[0], 4, stride=2, padding=1)
        self.down = nn.ModuleList(blocks(widths[i], counts[i]) for i in levels)
        self.smaller = nn.ModuleList(nn.Conv2d(a, b, 2, stride=2) for a, b in pairs)
        self.larger = nn.ModuleList(nn.ConvTranspose2d(b, a, 2, stride=2) for a, b in pairs)
        self.up = nn.ModuleList(blocks(widths[i], counts[i]) for i in levels[:-1])
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
