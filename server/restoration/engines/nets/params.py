"""What a recipe may set for each operation: names, ranges, meaning. Pure."""

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

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

_Params = TypeVar("_Params", bound=Common)


def parsed(kind: type[_Params], operation: str, params: Mapping[str, Any]) -> _Params:
    """The parameters of an operation, checked.

    Raises:
        ValueError: a sentence naming the parameter, its limits and its value.
    """
    for name in params:
        if name not in kind.model_fields:
            near = get_close_matches(name, kind.model_fields, n=1)
            known = ", ".join(kind.model_fields)
            hint = f"Did you mean {near[0]}?" if near else f"It has: {known}."
            raise ValueError(f"{operation} has no parameter {name!r}. {hint}")
    try:
        return kind.model_validate(dict(params))
    except ValidationError as error:
        fault = error.errors()[0]
        name = ".".join(str(part) for part in fault["loc"])
        if fault["type"] == "missing":
            raise ValueError(f"{operation} needs {name}: a name in models.toml.") from None
        reason = fault["msg"].removeprefix("Input ")
        raise ValueError(f"{name} {reason}; it is {fault['input']!r}.") from None
