"""Jobs on a small set with the tiny engine."""

from pathlib import Path

from server.catalogue.manifest import load, photo_folder
from server.catalogue.model import Stage, Text
from server.restoration.devices import CPU, Device
from server.restoration.engine import EngineRegistry
from server.restoration.pipeline import Job, Pipeline
from server.restoration.plan import Recipe, Step
from server.restoration.store import Store
from tests.support.engines import InventEngine, TintEngine


def recipe(*steps: tuple[Stage, str]) -> Recipe:
    """A recipe of the tiny engine's operations, e.g. ``("clear", "brighten")``."""
    return Recipe(
        name="tiny",
        title=Text({"en": "Tiny"}),
        step=tuple(Step(stage=stage, engine="tint", operation=name) for stage, name in steps),
    )


def invented(operation: str, *, stage: Stage = "clear", **chosen: object) -> Recipe:
    """A recipe of one operation of the engine ``invent``; ``chosen`` are other keys of its step."""
    step = {"stage": stage, "engine": "invent", "operation": operation, **chosen}
    return Recipe.model_validate({"name": "tiny", "title": {"en": "Tiny"}, "step": [step]})


def jobs(folder: Path, work: Recipe) -> list[Job]:
    return [Job(photo, photo_folder(folder, photo.id), work) for photo in load(folder).photos]


def tiny_pipeline(home: Path, device: Device = CPU, pause: float = 0.0) -> Pipeline:
    registry = EngineRegistry([TintEngine(pause), InventEngine()])
    return Pipeline(registry, Store(home), device=device.label, who="the tests")


def slow_pipeline(home: Path, device: Device = CPU) -> Pipeline:
    """The same, but every step takes a while, so that it can be interrupted."""
    return tiny_pipeline(home, device, pause=0.4)
