"""What a recipe may set for each operation: names, ranges, meaning. Pure."""

from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Precision = Literal["auto", "fp16", "bf16", "fp32"]


class Common(BaseModel):
    """What every operation of the engine understands."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    model: str
    """Name in models.toml, or of a weight file in the folder of weights."""
    tile: int | None = Field(None, ge=64, le=8192)
    """Largest side of a tile in pixels; default by the network's own hint."""
    overlap: int = Field(64, ge=16, le=512)
    """Pixels that neighbouring tiles share at least; half of them blend."""
    precision: Precision = "auto"
    """auto: fp16, else bf16, where card and network have it; fp32 on the CPU."""

    seed: int = Field(0, ge=0, lt=2**32)


class Enhancing(Common):
    """``enhance``: larger, calmer or sharper, as the network was trained to."""

    strength: float = Field(1.0, ge=0, le=1)
    """Share of the network's answer in the result; the rest is the picture, enlarged."""
    long_side: int | None = Field(None, ge=16, le=30000)
    """Longest side of the result in pixels, where the network makes it larger; it never shrinks
    below what was given."""


class Filling(Common):
    """``inpaint``: what the damage layer names, and nothing else."""


OPERATIONS: Mapping[str, type[Common]] = {"enhance": Enhancing, "inpaint": Filling}
