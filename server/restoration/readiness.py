"""Whether a run has all it needs, asked before any photo is touched."""

from collections.abc import Callable, Sequence
from pathlib import Path

from server.errors import ModelMissing, ModelRefused
from server.restoration.engine import EngineRegistry, Models
from server.restoration.pipeline import Job, applicable


class Asking:
    """Answers for every model and remembers what is wrong with it."""

    def __init__(self, models: Models) -> None:
        self._models = models
        self.problems: dict[str, str] = {}

    def folder(self, name: str) -> Path:
        """See :class:`server.restoration.engine.Models`; never raises."""
        self.digest(name)
        return Path(name)

    def digest(self, name: str) -> str:
        """See :class:`server.restoration.engine.Models`; never raises."""
        try:
            return self._models.digest(name)
        except (ModelMissing, ModelRefused) as error:
            self.problems[name] = str(error)
            return ""


def model_problems(
    jobs: Sequence[Job], models: Models, engines_with: Callable[[Models], EngineRegistry]
) -> tuple[str, ...]:
    """A line for every model that the jobs' steps need and that cannot be used."""
    asking = Asking(models)
    registry = engines_with(asking)
    for job in jobs:
        for step, engine, traits in applicable(job, registry):
            facts = dict.fromkeys(traits.facts)
            engine.weights(step.operation, {**facts, **step.params})
    return tuple(asking.problems.values())


def need_accelerator(jobs: Sequence[Job], engines: EngineRegistry) -> bool:
    """True where a step of a job is slow to hopeless on a processor."""
    return any(traits.needs_gpu for job in jobs for _, _, traits in applicable(job, engines))
