"""The engine ``diffusion``: what it can do, as data, and the way to the operation.

torch is imported when something runs, not when the engine is made: a server that lists its engines
or looks up stored results loads no model library.
"""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from server.restoration.engine import (
    EngineTraits,
    Models,
    OperationTraits,
    Picture,
    Report,
)
from server.restoration.engines.diffusion.params import MODELS, OPERATIONS
from server.restoration.engines.parameters import parsed
from server.restoration.plan import canonical_json, digest

TRAITS = EngineTraits(
    id="diffusion",
    version="1",
    # None is local: tiles are blended in latent space, inside the engine.
    operations={
        "redraw": OperationTraits(
            facts=("prompt",), multiple_of=64, minimum=64, needs_gpu=True, generative=True
        ),
        "recolour": OperationTraits(
            facts=("regions", "was", "prompt"),
            layers_out=("colour-source",),
            minimum=8,
            needs_gpu=True,
            generative=True,
            chroma_only=True,
            colours=True,
        ),
        "edit": OperationTraits(
            facts=("prompt",), minimum=8, needs_gpu=True, generative=True, moves=True
        ),
    },
)


class Diffusion:
    """Redraws by tiles, colours by prompt, and edits by instruction.

    ``device`` is torch's name of one device. Models stay loaded between pictures of one process.
    """

    traits = TRAITS

    def __init__(self, models: Models, device: str = "cpu") -> None:
        self._models = models
        self._device = device
        self._loaded: Any = None

    def weights(self, operation: str, params: Mapping[str, Any]) -> str | None:
        """See :class:`server.restoration.engine.Engine`."""
        named = {role: params[role] for role in MODELS if isinstance(params.get(role), str)}
        return digest(
            canonical_json({role: self._models.digest(name) for role, name in named.items()})
        )

    def run(
        self, operation: str, picture: Picture, params: Mapping[str, Any], report: Report
    ) -> Picture:
        """See :class:`server.restoration.engine.Engine`."""
        kind = OPERATIONS.get(operation)
        if kind is None:
            known = ", ".join(OPERATIONS)
            raise ValueError(f"diffusion has no operation {operation!r} (known: {known}).")
        wanted = parsed(kind, operation, params)
        report(0.0)
        if self._loaded is None:
            loading = import_module("server.restoration.engines.diffusion.loading")
            self._loaded = loading.Loaded(self._models, self._device)
        work = import_module(f"server.restoration.engines.diffusion.{operation}")
        made: Picture = work.run(picture, wanted, self._loaded, report)
        report(1.0)
        return made
