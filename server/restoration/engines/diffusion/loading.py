"""Models from disk onto one device, kept between pictures. Never touches the network."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from weakref import WeakSet

import torch
from diffusers import (
    AutoencoderKL,
    AutoencoderTiny,
    ControlNetModel,
    ControlNetUnionModel,
    StableDiffusionPipeline,
    StableDiffusionXLPipeline,
)
from diffusers.utils import logging
from transformers.utils import logging as transformers_logging

from server.restoration.engine import Models
from server.restoration.engines.diffusion.params import Common, Precision, Redrawing

logging.set_verbosity_error()
logging.disable_progress_bar()
transformers_logging.set_verbosity_error()
transformers_logging.disable_progress_bar()

_HEADROOM = 1.5
"""Memory that must be free, times a model's files, for others to stay loaded beside it."""

_WORKS_WITH = {
    "controlnet": ("pipe", "tiny", "compiled"),
    "tiny": ("pipe", "controlnet", "compiled"),
    "compiled": ("pipe", "controlnet", "tiny"),
}


@dataclass(frozen=True, slots=True)
class Stack:
    """The networks of one redrawing, on the device."""

    pipe: Any
    """The diffusers pipeline that holds U-Net, VAE, text encoders and scheduler settings."""
    controlnet: Any
    unet: Any
    """The pipeline's own, or its compiled form."""
    tiny: Any
    device: Any
    outside: WeakSet[Any] = field(default_factory=WeakSet)
    """Networks whose weights are in main memory already."""

    @property
    def vae(self) -> Any:
        return self.pipe.vae

    @property
    def xl(self) -> bool:
        return self.pipe.unet.config.addition_embed_type == "text_time"

    @property
    def union(self) -> bool:
        return isinstance(self.controlnet, ControlNetUnionModel)

    @property
    def pixels_per_latent(self) -> int:
        return 2 ** (len(self.vae.config.block_out_channels) - 1)

    def offload(self) -> None:
        """Keeps weights in main memory and brings each layer to the device as it is needed, for
        this picture and those after it."""
        for encoder in ("text_encoder", "text_encoder_2"):
            if (network := getattr(self.pipe, encoder, None)) is not None:
                network.to("cpu")
        for network in (self.pipe.unet, self.controlnet):
            if network is not None and network not in self.outside:
                self.outside.add(network)
                network.enable_group_offload(
                    onload_device=self.device,
                    offload_device=torch.device("cpu"),
                    offload_type="leaf_level",
                    use_stream=self.device.type == "cuda",
                )


class Loaded:
    """What one process has loaded: found through ``models``, put on ``device``."""

    def __init__(self, models: Models, device: str) -> None:
        self._models = models
        self.device = torch.device(device)
        self._kept: dict[tuple[object, ...], Any] = {}
        self._outside: WeakSet[Any] = WeakSet()

    def stack(self, wanted: Redrawing) -> Stack:
        """Raises ModelMissing, ModelRefused, ValueError for files that are no such model."""
        half = self.dtype(wanted.precision, torch.float16)
        pipe = self.kept(
            ("pipe", wanted.model, wanted.lora, wanted.lora_scale, wanted.vae, half),
            wanted.model,
            lambda: self._pipe(wanted, half),
        )
        controlnet = tiny = None
        if (name := wanted.controlnet) is not None:
            controlnet = self.kept(
                ("controlnet", name, half), name, lambda: self._controlnet(name, half)
            )
        if (painter := wanted.tiny_vae) is not None and wanted.frames:
            tiny = self.kept(
                ("tiny", painter, half),
                painter,
                lambda: self._on_device(AutoencoderTiny, self._models.folder(painter), half),
            )
        unet = pipe.unet
        if wanted.compile:
            unet = self.kept(("compiled", id(unet)), wanted.model, lambda: torch.compile(unet))
        return Stack(pipe, controlnet, unet, tiny, self.device, self._outside)

    def kept(self, key: tuple[object, ...], model: str, make: Callable[[], Any]) -> Any:
        """What ``make`` made for this key before, or makes now, where room is made first."""
        if key not in self._kept:
            self._make_room(self._models.folder(model), kind=str(key[0]))
            self._kept[key] = make()
        return self._kept[key]

    def folder(self, name: str) -> Path:
        """See :class:`server.restoration.engine.Models`."""
        return self._models.folder(name)

    def dtype(self, precision: Precision, on_a_card: Any) -> Any:
        """torch's type for a precision; ``auto`` is ``on_a_card``, or fp32 without one."""
        if precision == "auto":
            if self.device.type != "cuda":
                return torch.float32
            if on_a_card is torch.bfloat16 and not torch.cuda.is_bf16_supported():
                return torch.float16
            return on_a_card
        return {"bf16": torch.bfloat16, "fp16": torch.float16, "fp32": torch.float32}[precision]

    def _make_room(self, folder: Path, kind: str) -> None:
        """Drops what is loaded where it and the newcomer would not fit together; not what the
        newcomer works with."""
        if self.device.type == "cuda":
            torch.cuda.empty_cache()
            free, _ = torch.cuda.mem_get_info(self.device)
            if free > _HEADROOM * _bytes(folder):
                return
        beside = _WORKS_WITH.get(kind, ())
        self._kept = {key: kept for key, kept in self._kept.items() if key[0] in beside}
        if self.device.type == "cuda":
            torch.cuda.empty_cache()

    def _pipe(self, wanted: Redrawing, half: Any) -> Any:
        folder = self._models.folder(wanted.model)
        xl = index(folder).get("_class_name", "").startswith("StableDiffusionXL")
        kind = StableDiffusionXLPipeline if xl else StableDiffusionPipeline
        # A museum's own curator looks at every picture; the checker's files are not fetched.
        unused = {} if xl else {"safety_checker": None, "requires_safety_checker": False}
        pipe = kind.from_pretrained(
            folder,
            local_files_only=True,
            dtype=half,
            variant=_variant(folder / "unet"),
            feature_extractor=None,
            image_encoder=None,
            **unused,
        )
        if wanted.vae is not None:
            vae = self._models.folder(wanted.vae)
            pipe.vae = AutoencoderKL.from_pretrained(
                vae, local_files_only=True, dtype=half, variant=_variant(vae)
            )
        add_lora(pipe, wanted, self._models)
        if half is torch.float16 and pipe.vae.config.force_upcast:
            # Its activations pass fp16's largest number; bf16 has the range, fp32 the rest.
            able = self.device.type == "cuda" and torch.cuda.is_bf16_supported()
            pipe.vae.to(torch.bfloat16 if able else torch.float32)
        pipe.to(self.device)
        for network in (pipe.unet, pipe.vae):
            network.eval().to(memory_format=torch.channels_last)
        return pipe

    def _controlnet(self, name: str, half: Any) -> Any:
        folder = self._models.folder(name)
        # Published union networks bear the name of their authors' own class, not diffusers'.
        union = "num_control_type" in _config(folder)
        kind = ControlNetUnionModel if union else ControlNetModel
        return self._on_device(kind, folder, half)

    def _on_device(self, kind: Any, folder: Path, half: Any) -> Any:
        network = kind.from_pretrained(
            folder, local_files_only=True, dtype=half, variant=_variant(folder)
        )
        return network.eval().to(self.device, memory_format=torch.channels_last)


def add_lora(pipe: Any, wanted: Common, models: Models | Loaded) -> None:
    """Adds the LoRA to the pipeline's weights and lets go of the adapter: no cost per step."""
    if wanted.lora is None:
        return
    place = models.folder(wanted.lora)
    file = place if place.is_file() else next(iter(sorted(place.glob("*.safetensors"))), None)
    if file is None:
        raise ValueError(f"{wanted.lora} holds no .safetensors file.")
    pipe.load_lora_weights(file.parent, weight_name=file.name, local_files_only=True)
    pipe.fuse_lora(lora_scale=wanted.lora_scale)
    pipe.unload_lora_weights()


def index(folder: Path) -> dict[str, Any]:
    """What a pipeline is made of. Raises ValueError for a folder that is none."""
    return _json(folder / "model_index.json")


def _config(folder: Path) -> dict[str, Any]:
    return _json(folder / "config.json")


def _json(file: Path) -> dict[str, Any]:
    try:
        found = json.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        raise ValueError(f"{file.parent.name} is no diffusers model: no {file.name}.") from None
    return dict(found)


def _variant(folder: Path) -> str | None:
    """``fp16`` where only half-precision files were fetched."""
    names = [file.name for file in folder.glob("*.safetensors")]
    return "fp16" if names and all(".fp16." in name for name in names) else None


def _bytes(folder: Path) -> int:
    files = [folder] if folder.is_file() else folder.rglob("*.safetensors")
    return sum(file.stat().st_size for file in files)
