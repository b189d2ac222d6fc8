from collections.abc import Mapping
from pathlib import Path
from typing import Any

from server.catalogue.model import Text
from server.restoration.engine import EngineRegistry, EngineTraits, Models, OperationTraits
from server.restoration.pipeline import Job
from server.restoration.plan import Recipe, Step
from server.restoration.readiness import model_problems, need_accelerator
from tests.support.engines import TintEngine
from tests.support.restoring import jobs
from tests.support.sets import make_set
from tests.support.weights import entry, rack


class Heavy(TintEngine):
    """The tiny engine with two operations that need weights, one of them an accelerator."""

    traits = EngineTraits(
        id="heavy",
        version="1",
        operations={
            "redraw": OperationTraits(needs_gpu=True, facts=("prompt",)),
            "colour": OperationTraits(colours=True),
        },
    )

    def __init__(self, models: Models) -> None:
        super().__init__()
        self._models = models

    def weights(self, operation: str, params: Mapping[str, Any]) -> str | None:
        return "".join(self._models.digest(params[role]) for role in ("model", "lora"))


def engines_with(models: Models) -> EngineRegistry:
    return EngineRegistry([TintEngine(), Heavy(models)])


def work(folder: Path, operation: str, **names: str) -> list[Job]:
    step = Step(stage="colour", engine="heavy", operation=operation, params=dict(names))
    return jobs(folder, Recipe(name="heavy", title=Text({"en": "Heavy"}), step=(step,)))


def test_every_model_is_named_once_with_its_remedy(tmp_path: Path) -> None:
    folder = make_set(tmp_path / "set", photos=3)
    here = rack(
        tmp_path / "models", tiny=entry({"a": b"a"}), closed=entry({}, licence="Closed-1.0",
        include=("*",)),
    )  # fmt: skip
    problems = model_problems(
        work(folder, "redraw", model="tiny", lora="closed"), here, engines_with
    )
    assert [line.split(".")[0] for line in problems] == [
        "Model tiny is not here",
        "Model closed (Closed-1",
    ]
    assert problems[0].endswith("Run: rekindle models fetch tiny")


def test_a_step_that_does_not_apply_needs_nothing(tmp_path: Path) -> None:
    """A photograph taken in colour is not coloured, so nobody has to fetch for it."""
    folder = make_set(tmp_path / "set", photos=1)
    jobs = work(folder, "colour", model="tiny", lora="tiny")
    in_colour = [
        Job(job.photo.model_copy(update={"was": "colour"}), job.folder, job.recipe) for job in jobs
    ]
    here = rack(tmp_path / "models", tiny=entry({"a": b"a"}))
    assert len(model_problems(jobs, here, engines_with)) == 1
    assert model_problems(in_colour, here, engines_with) == ()


def test_an_accelerator_is_wanted_for_what_names_it(tmp_path: Path) -> None:
    folder = make_set(tmp_path / "set", photos=1)
    here = rack(tmp_path / "models")
    names = {"model": "tiny", "lora": "tiny"}
    registry = engines_with(here)
    assert need_accelerator(work(folder, "redraw", **names), registry)
    assert not need_accelerator(work(folder, "colour", **names), registry)
