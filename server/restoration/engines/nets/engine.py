"""The engine ``nets``: what it can do, as data, and the way to the operation.

torch is imported when something runs, not when the engine is made.
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
from server.restoration.engines.nets.params import OPERATIONS
from server.restoration.engines.parameters import parsed

TRAITS = EngineTraits(
    id="nets",
    version="1",
    # Not local: how a network wants to be tiled is known when it is loaded, and an enlarged tile
    # is blended at its own size. The engine asks for tiles itself.
    operations={
        "enhance": OperationTraits(minimum=16, needs_gpu=True, generative=True),
        "inpaint": OperationTraits(
            layers_in=("damage",), minimum=16, needs_gpu=True, generative=True
        ),
    },
)


class Nets:
    """Runs any network that spandrel knows: enlarging, denoising, deblurring, filling.

    ``device`` is torch's name of one device. Networks stay loaded between pictures of one process.
    """

    traits = TRAITS

    def __init__(self, models: Models, device: str = "cpu") -> None:
        self._models = models
        self._device = device
        self._loaded: dict[str, Any] = {}

    def weights(self, operation: str, params: Mapping[str, Any]) -> str | None:
        """See :class:`server.restoration.engine.Engine`."""
        name = params.get("model")
        return self._models.digest(name) if isinstance(name, str) else None

    def run(
        self, operation: str, picture: Picture, params: Mapping[str, Any], report: Report
    ) -> Picture:
        """See :class:`server.restoration.engine.Engine`."""
        kind = OPERATIONS.get(operation)
        if kind is None:
            known = ", ".join(OPERATIONS)
            raise ValueError(f"nets has no operation {operation!r} (known: {known}).")
        wanted = parsed(kind, operation, params)
        report(0.0)
        work = import_module(f"server.restoration.engines.nets.{operation}")
        made: Picture = work.run(picture, wanted, self._network, report)
        report(1.0)
        return made

    def _network(self, name: str, precision: str) -> Any:
        """The network of a name, loaded once for each state of its weights."""
        loading = import_module("server.restoration.engines.nets.loading")
        key = f"{self._models.digest(name)} {precision}"
        if key not in self._loaded:
            self._loaded[key] = loading.load(
                name, self._models.folder(name), self._device, precision
            )
        return self._loaded[key]
