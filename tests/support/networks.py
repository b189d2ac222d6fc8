"""Tiny networks of real architectures with random weights, saved as weight files."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from spandrel.architectures.Compact.__arch.SRVGG import SRVGGNetCompact
from spandrel.architectures.DnCNN import DnCNN
from spandrel.architectures.LaMa import LaMa
from spandrel.architectures.LaMa.__arch import LaMa as lama_module
from spandrel.architectures.SCUNet import SCUNet


def enlarger(path: Path, *, scale: int = 2, seed: int = 1) -> Path:
    """A Compact network: 3 channels, ``scale`` times larger, three pixels of context."""
    return _save(path, seed, lambda: SRVGGNetCompact(num_feat=8, num_conv=2, upscale=scale))


def grey_denoiser(path: Path, *, seed: int = 2) -> Path:
    """A DnCNN of one channel."""
    return _save(path, seed, lambda: DnCNN(in_nc=1, out_nc=1, nc=8, nb=10, act_mode="R"))


def whole_denoiser(path: Path, *, seed: int = 3) -> Path:
    """An SCUNet: 3 channels, would rather not be tiled."""
    return _save(path, seed, lambda: SCUNet(in_nc=3, config=[1] * 7, dim=64))


def filler(path: Path, *, seed: int = 4) -> Path:
    """A LaMa as narrow as :func:`narrow_lama` makes it."""
    with narrow_lama():
        return _save(path, seed, lambda: LaMa(in_nc=4, out_nc=3))


@contextmanager
def narrow_lama() -> Iterator[None]:
    """Inside, every LaMa is built with 8 features and one block instead of 64 and 18.

    Its real width takes seconds a call on a processor; nothing else about it is changed.
    """
    build = lama_module.FFCResNetGenerator.__init__

    def narrow(self: Any, *args: Any, **more: Any) -> None:
        build(self, *args, **{**more, "ngf": 8, "n_blocks": 1})

    lama_module.FFCResNetGenerator.__init__ = narrow
    try:
        yield
    finally:
        lama_module.FFCResNetGenerator.__init__ = build


def _save(path: Path, seed: int, build: Any) -> Path:
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        state = {name: value.contiguous() for name, value in build().state_dict().items()}
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".safetensors":
        save_file({name: value.clone() for name, value in state.items()}, path)
    else:
        torch.save({"params": state}, path)
    return path
