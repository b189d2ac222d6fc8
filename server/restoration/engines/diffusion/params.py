"""What a recipe may set for each operation: names, ranges, meaning. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Scheduler = Literal["lcm", "tcd", "euler", "euler-a", "ddim", "dpm"]
Precision = Literal["auto", "bf16", "fp16", "fp32"]


class Common(BaseModel):
    """What every operation of the engine understands."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    model: str
    """Name in models.toml of the base model."""
    lora: str | None = None
    """A LoRA on top of it (LCM, Lightning, Turbo: few steps)."""
    lora_scale: float = Field(1.0, ge=0, le=2)
    steps: int = Field(8, ge=1, le=100)
    """Denoising steps that are really made, whatever the strength."""
    guidance: float = Field(1.0, ge=0, le=20)
    """Classifier-free guidance; up to 1 the second pass through the network is left out."""
    style: str = ""
    """Added to the photo's own prompt."""
    negative: str = ""
    """What should not appear; read with guidance above 1 only."""
    frames: int = Field(0, ge=0, le=12)
    """Pictures of the work in progress to keep."""
    precision: Precision = "auto"
    """auto: bf16 where the card has it, else fp16; fp32 on the CPU."""

    prompt: str | None = None
    seed: int = Field(0, ge=0, lt=2**32)

    @property
    def words(self) -> str:
        """The photo's prompt and the recipe's style, as one prompt."""
        return ", ".join(part for part in (self.prompt or "", self.style) if part)


class Redrawing(Common):
    """``redraw``: image to image under a tile ControlNet; the picture keeps its size."""

    controlnet: str | None = None
    """Name in models.toml; its class (one job, or union) is read from its files."""
    control_mode: int = Field(6, ge=0, le=15)
    """Of a union ControlNet: 6 is tile."""
    vae: str | None = None
    """Another VAE than the model's own (SDXL in fp16 needs one)."""
    tiny_vae: str | None = None
    """A TAESD for the frames; without one they are drawn by a linear map fitted on the picture."""
    scheduler: Scheduler = "lcm"
    """As the model or its LoRA was distilled: lcm, tcd (Hyper), euler (Lightning, Turbo); for full
    schedules of 20 steps and more euler-a, ddim or dpm."""
    strength: float = Field(0.35, ge=0, le=1)
    """Share of the way back to noise the picture is sent. 0 changes nothing but the VAE's error."""
    control: float = Field(0.8, ge=0, le=2)
    """Weight of the ControlNet."""
    control_end: float = Field(1.0, ge=0, le=1)
    """Share of the steps after which the ControlNet lets go."""
    tile: int | None = Field(None, ge=64, le=4096)
    """Largest side of a tile in pixels; default 768 for SD 1.5, 1024 for SDXL."""
    overlap: int = Field(64, ge=0, le=1024)
    """Pixels that neighbouring tiles share at least."""
    tile_batch: int = Field(4, ge=1, le=64)
    """Tiles in one call of the network; halved when memory runs out."""
    compile: bool = False
    """torch.compile for the network: slower start, faster after."""


class Recolouring(Redrawing):
    """``recolour``: chroma by prompt, names of regions and documented colours."""

    strength: float = Field(0.85, ge=0, le=1)
    control: float = Field(1.0, ge=0, le=2)
    megapixels: float = Field(1.0, ge=0.004, le=4)
    """Size at which the model works; its chroma is brought to full size along the edges."""
    chroma: float = Field(0.9, ge=0, le=2)
    """Factor on the model's chroma; models like it vivid."""
    condition: Literal["grey", "edges"] = "grey"
    """What the ControlNet sees: the photograph without colour (recolour, tile; tile models hold on
    to grey, so weigh them low), or its Canny edges (canny, lineart; union mode 3)."""

    was: Literal["black-and-white", "colour"] = "black-and-white"
    regions: Sequence[Mapping[str, Any]] = ()


class Editing(Common):
    """``edit``: an instruction model (FLUX.2 klein, Qwen-Image-Edit)."""

    steps: int = Field(4, ge=1, le=100)
    instruction: str = (
        "Restore this photograph: remove damage, sharpen what is blurred. Change nothing else."
    )
    megapixels: float = Field(1.0, ge=0.004, le=4)
    """Size at which the model works; its answer comes back at the picture's own size."""

    @property
    def words(self) -> str:
        """The instruction, then what the photo's prompt and the recipe's style add."""
        return " ".join(part for part in (self.instruction, self.prompt or "", self.style) if part)


OPERATIONS: Mapping[str, type[Common]] = {
    "redraw": Redrawing,
    "recolour": Recolouring,
    "edit": Editing,
}
MODELS = ("model", "controlnet", "lora", "vae", "tiny_vae")
"""Parameters that name a model in models.toml."""
