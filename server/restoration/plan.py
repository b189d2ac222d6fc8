"""Recipes and the keys of their results. Pure: data in, data out."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, JsonValue, model_validator

from server.catalogue.model import Slug, Stage, Text

STAGES: tuple[Stage, ...] = ("repaired", "clear", "colour", "finished")


MOST_CANDIDATES = 8

Measure = Literal[
    "low_frequency_psnr",
    "agreement",
    "displacement",
    "lightness_drift",
    "lightness_drift_p95",
    "invented",
    "identity",
]
"""What guards measure after a generative step.

``low_frequency_psnr``: dB, shrunk result against shrunk input. ``agreement``: the same before the
guards corrected it. ``displacement``: pixels of the picture at one megapixel, 95th percentile after
registration. ``lightness_drift``: |change of L*|, mean and 95th percentile. ``invented``: share of
the picture, 0..1. ``identity``: cosine similarity of the face that changed most, -1..1.
"""


class Step(BaseModel):
    """One operation of one engine with its parameters."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    stage: Stage
    engine: Slug
    operation: Slug
    params: Mapping[str, JsonValue] = Field(default_factory=dict)
    seed: int = Field(0, ge=0, lt=2**32)
    gates: Mapping[Measure, float] = Field(default_factory=dict)
    """Other limits than the house's for what guards measure; they decide no pixel."""
    candidates: int = Field(1, ge=1, le=MOST_CANDIDATES)
    """How many results are made, with seeds ``seed``, ``seed`` + 1, …"""
    keep: int = Field(1, ge=1, le=MOST_CANDIDATES)
    """Which of them goes on, counted from 1."""

    @model_validator(mode="after")
    def _keeps_one_it_has(self) -> Self:
        if self.keep > self.candidates:
            raise ValueError(f"keep is {self.keep}, the step has {self.candidates} candidates")
        return self

    @property
    def name(self) -> str:
        return f"{self.engine}.{self.operation}"

    def candidate(self, number: int) -> "Step":
        """The step that makes one candidate, counted from 1, alone."""
        seed = (self.seed + number - 1) % 2**32
        return self.model_copy(update={"seed": seed, "candidates": 1, "keep": 1})


class Recipe(BaseModel):
    """How stages are made: an ordered list of steps. The last step of a stage makes its picture."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Slug
    title: Text
    step: tuple[Step, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _stages_in_order(self) -> Self:
        places = [STAGES.index(step.stage) for step in self.step]
        if places != sorted(places):
            raise ValueError(f"steps must follow the order of stages: {', '.join(STAGES)}")
        return self


def canonical_json(value: Any) -> bytes:
    """One byte string for equal values (RFC 8785 for the types used here: no NaN, sorted keys)."""
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    ).encode()


def digest(data: bytes) -> str:
    """SHA-256, hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def cache_key(
    *,
    inputs: Mapping[str, str],
    step: Step,
    params: Mapping[str, JsonValue],
    engine_version: str,
    weights: str | None,
    tiling: Mapping[str, JsonValue] | None,
    guards: Mapping[str, JsonValue] | None = None,
) -> str:
    """The store's key of a result: SHA-256 over everything that decides its pixels.

    ``inputs`` maps a name (``image``, ``damage``) to the SHA-256 of what goes in; ``params`` are
    the step's parameters after the photo's own facts (regions, kind of original) were filled in;
    ``guards`` is what guards go by, None where none run.
    """
    decides = {
        "inputs": dict(inputs),
        "engine": step.engine,
        "operation": step.operation,
        "engine_version": engine_version,
        "weights": weights,
        "params": dict(params),
        "seed": step.seed,
        "tiling": tiling,
    }
    if guards is not None:
        decides["guards"] = dict(guards)
    return digest(canonical_json(decides))
