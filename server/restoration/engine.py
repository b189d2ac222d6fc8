"""The seam between the pipeline and everything that can change a picture.

An engine is data about what it can do, and one function. It opens no file, keeps no cache and
chooses no device; the pipeline orients, pads, tiles, keys and stores.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from server.errors import RecipeInvalid
from server.restoration.plan import Step

Image = npt.NDArray[np.float32]
"""RGB, shape (height, width, 3), values in [0, 1], sRGB transfer curve, upright."""

Layer = npt.NDArray[np.uint8]
"""A named companion of an image, shape (height, width), 0..255."""

Report = Callable[[float], None]
"""Called with the share done, 0..1. May raise to cancel; engines let that pass."""


@dataclass(frozen=True, slots=True)
class Picture:
    """What goes through an engine: pixels, and named layers that travel with them.

    The layer ``damage`` marks damage with 128 and more; 255 hides the picture altogether. A layer
    may differ in size from the image (made before an enlargement); whoever reads it resizes it.
    """

    image: Image
    layers: Mapping[str, Layer] = field(default_factory=dict)
    plates: Mapping[str, Image] = field(default_factory=dict)
    """Pictures beside the picture, of any size: ``frame-1``, ``frame-2`` … of a model at work, the
    noisiest first. Only an answer has them; they are stored and go into no later step."""
    notes: tuple[str, ...] = ()
    """What the curator should know of this run, a sentence each, for the paradata."""


@dataclass(frozen=True, slots=True)
class OperationTraits:
    """What one operation needs and does, as data."""

    facts: tuple[str, ...] = ()
    """Facts about the photo that the pipeline adds to the parameters: ``regions`` (list of regions
    as in photo.toml), ``was``, ``source``, ``prompt``."""
    layers_in: tuple[str, ...] = ()
    """Layers it reads; only these enter its key."""
    layers_out: tuple[str, ...] = ()
    """Layers it makes. A curator's file ``<layer>.png`` beside the scan replaces such a layer."""
    local: bool = False
    """True: a pixel depends only on pixels within ``margin``, so the pipeline may tile."""
    margin: int = 0
    """Pixels of context around a tile."""
    multiple_of: int = 1
    """Width and height the operation accepts, in pixels; the pipeline pads by reflection."""
    minimum: int = 1
    needs_gpu: bool = False
    generative: bool = False
    """True: a model made it, which may invent; guards run after it, and protected regions pass it
    by."""
    moves: bool = False
    """True: it may move the picture; its answer is registered to what it was given."""
    chroma_only: bool = False
    """True: lightness is the photograph's, whatever the model says."""
    colours: bool = False
    """True: it adds colour to a black-and-white original; left out for colour originals."""


@dataclass(frozen=True, slots=True)
class EngineTraits:
    """An engine's name, version and operations. A new version makes new keys."""

    id: str
    version: str
    operations: Mapping[str, OperationTraits]


class Models(Protocol):
    """Where an engine finds weights; it never fetches any."""

    def folder(self, name: str) -> Path:
        """The folder of a model that was fetched, or the weight file a museum put there.

        Raises:
            ModelMissing: with the command that gets it.
            ModelRefused: its licence was not accepted in the settings.
        """
        ...

    def digest(self, name: str) -> str:
        """SHA-256 that names the model's exact weights; from its record, without reading them.
        Raises as ``folder``."""
        ...


class Engine(Protocol):
    """What every engine passes the one contract test for."""

    @property
    def traits(self) -> EngineTraits: ...

    def weights(self, operation: str, params: Mapping[str, Any]) -> str | None:
        """SHA-256 over the weights the operation may use with these parameters, or of each of its
        networks, separated by spaces; None: it has none. Cheap: looking up a stored result asks
        for it. Raises ModelMissing, ModelRefused."""
        ...

    def run(
        self, operation: str, picture: Picture, params: Mapping[str, Any], report: Report
    ) -> Picture:
        """A new picture; the one given is never written to.

        Deterministic: equal arguments give equal bits. ``params`` holds the step's parameters, its
        ``seed``, and the photo's facts the operation asked for. Layers in the answer are those
        named by ``layers_out``. Raises ValueError, with a sentence for the curator, for
        parameters it cannot use.
        """
        ...


class EngineRegistry:
    """The engines of a world, by id. A value: made in one place and passed in."""

    def __init__(self, engines: Iterable[Engine]) -> None:
        self._engines = {engine.traits.id: engine for engine in engines}

    def for_step(self, recipe: str, step: Step) -> tuple[Engine, OperationTraits]:
        """The engine of a step and the traits of its operation.

        Raises:
            RecipeInvalid: no such engine, or the engine has no such operation.
        """
        engine = self._engines.get(step.engine)
        if engine is None:
            known = ", ".join(sorted(self._engines))
            raise RecipeInvalid(recipe, f"there is no engine {step.engine} here (known: {known}).")
        traits = engine.traits.operations.get(step.operation)
        if traits is None:
            known = ", ".join(sorted(engine.traits.operations))
            raise RecipeInvalid(
                recipe, f"engine {step.engine} has no operation {step.operation} (known: {known})."
            )
        return engine, traits
