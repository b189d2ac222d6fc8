"""A weight file as a network on one device, called with arrays."""

import pickle
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from spandrel import (
    ImageModelDescriptor,
    MaskedImageModelDescriptor,
    ModelLoader,
    ModelTiling,
    UnsupportedModelError,
)

Array = npt.NDArray[np.float32]

TILE = 512
"""Side of a tile in pixels for networks that may be tiled."""
LARGE = {"cuda": 2048, "cpu": 1024}
"""The same for networks that would rather see the whole."""
WHOLE = 8192
"""The same for networks that bring every picture to a size of their own."""

_SUFFIXES = (".safetensors", ".pth", ".ckpt", ".pt")
"""In order of preference: the first runs no code when it is read, the last may."""


class OutOfMemory(Exception):
    """The device has not enough memory for a tile of this size."""


@dataclass(frozen=True)
class Network:
    """A loaded network, what it is for and how it wants its pixels.

    ``purpose``: ``SR``, ``Restoration``, ``FaceSR`` or ``Inpainting``. ``channels``: 1 or 3.
    """

    name: str
    purpose: str
    scale: int
    channels: int
    tile: int
    descriptor: Any
    dtype: Any

    def __call__(self, image: Array, mask: Array | None = None) -> Array:
        """The network's answer, shape (h * scale, w * scale, channels), in [0, 1].

        Args:
            image: shape (h, w, channels), in [0, 1].
            mask: shape (h, w), 1 where something is missing; for filling networks.

        Raises:
            OutOfMemory: try a smaller tile.
        """
        given = [self._tensor(image)]
        if mask is not None:
            given.append(self._tensor(mask[..., None]))
        try:
            # Choosing the quickest algorithm by trial would let two runs differ in their last bits.
            with (
                torch.inference_mode(),
                torch.backends.cudnn.flags(enabled=True, benchmark=False, deterministic=True),
            ):
                answer = self.descriptor(*given)
                out = answer[0].permute(1, 2, 0).float().cpu().numpy()
        except torch.OutOfMemoryError as error:
            torch.cuda.empty_cache()
            raise OutOfMemory from error
        except RuntimeError as error:
            if "allocate memory" not in str(error):
                raise
            raise OutOfMemory from error
        return np.clip(np.nan_to_num(out), 0, 1)

    def _tensor(self, array: Array) -> Any:
        tensor = torch.tensor(array).permute(2, 0, 1)[None]
        return tensor.to(self.descriptor.device, self.dtype)


def load(name: str, path: Path, device: str, precision: str) -> Network:
    """Loads a weight file, or the one in a folder.

    Raises:
        ValueError: it cannot be read as a network, or as one this engine can run.
    """
    file = weight_file(name, path)
    try:
        with warnings.catch_warnings():
            # TorchScript is old, and so are good weights.
            warnings.simplefilter("ignore", FutureWarning)
            descriptor = ModelLoader(device).load_from_file(file)
    except UnsupportedModelError as error:
        raise ValueError(f"{name}: {file.name} is no network that spandrel knows.") from error
    except (pickle.UnpicklingError, RuntimeError, KeyError, EOFError) as error:
        raise ValueError(f"{name}: {file.name} cannot be read as weights ({error}).") from error
    channels = descriptor.input_channels
    if channels not in (1, 3) or descriptor.output_channels != channels:
        raise ValueError(
            f"{name} turns {channels} channels into {descriptor.output_channels};"
            " nets runs networks from 1 to 1 and from 3 to 3."
        )
    assert isinstance(descriptor, ImageModelDescriptor | MaskedImageModelDescriptor)
    dtype = _dtype(name, descriptor, device, precision)
    descriptor.to(dtype=dtype)
    descriptor.eval()
    return Network(
        name, descriptor.purpose, descriptor.scale, channels, _tile(descriptor, device), descriptor,
        dtype,
    )  # fmt: skip


def weight_file(name: str, path: Path) -> Path:
    """The file of a model: itself, or the one in its folder. Raises ValueError."""
    fetched = path.is_dir()
    files = sorted(path.rglob("*")) if fetched else [path]
    for suffix in _SUFFIXES:
        found = [file for file in files if file.suffix == suffix]
        if len(found) > 1:
            names = ", ".join(file.name for file in found)
            raise ValueError(f"{name} has several weight files: {names}. Keep one.")
        if found and suffix == ".pt" and not fetched:
            raise ValueError(
                f"{found[0].name} is TorchScript, which can carry code. Use the .safetensors or"
                " .pth of the same network, or name it in models.toml with its SHA-256."
            )
        if found:
            return found[0]
    raise ValueError(f"{name} has no weight file ({', '.join(_SUFFIXES)}).")


def _tile(descriptor: Any, device: str) -> int:
    sides = {
        ModelTiling.SUPPORTED: TILE,
        ModelTiling.DISCOURAGED: LARGE.get(device.split(":")[0], TILE),
        ModelTiling.INTERNAL: WHOLE,
    }
    return sides[descriptor.tiling]


def _dtype(name: str, descriptor: Any, device: str, precision: str) -> Any:
    able = {
        "fp16": descriptor.supports_half,
        "bf16": descriptor.supports_bfloat16,
        "fp32": True,
    }
    if precision == "auto":
        if not device.startswith("cuda"):
            precision = "fp32"
        else:
            # Of the two halves fp16 keeps more of a picture's tones.
            able["bf16"] = able["bf16"] and torch.cuda.is_bf16_supported()
            precision = next(kind for kind in ("fp16", "bf16", "fp32") if able[kind])
    if not able[precision]:
        raise ValueError(f"{name} does not run in {precision}. Leave precision out.")
    return {"fp16": torch.float16, "bf16": torch.bfloat16, "fp32": torch.float32}[precision]
