"""The engine as the pipeline knows it: the contract, and a run that was killed."""

from pathlib import Path
from typing import Any

import pytest

from server.catalogue.manifest import load, photo_folder
from server.catalogue.model import Text
from server.restoration.engine import Engine, EngineRegistry, Picture
from server.restoration.engines.diffusion import Diffusion
from server.restoration.pipeline import Job, Pipeline
from server.restoration.plan import Recipe, Step
from server.restoration.store import Store
from tests.restoration.engine_contract import EngineContract, photograph
from tests.support.sets import make_set
from tests.support.tiny_models import Folder


class TestDiffusion(EngineContract):
    engine: Diffusion

    @pytest.fixture(autouse=True, scope="class")
    @classmethod
    def _engine(cls, tiny_root: Path) -> None:
        cls.engine = Diffusion(Folder(tiny_root))

    def make(self) -> Engine:
        """One for all: loading is most of the time of so small a model."""
        return self.engine

    def params(self, operation: str) -> dict[str, Any]:
        quick: dict[str, Any] = {"seed": 5, "steps": 1, "prompt": "a flag", "frames": 1}
        if operation == "redraw":
            return {**quick, "model": "sd15", "controlnet": "tile-sd15"}
        if operation == "edit":
            return {**quick, "model": "klein", "megapixels": 0.004}
        flag = {"id": "flag", "points": [[0.2, 0.2]], "colour": "#DE2910", "certainty": "likely"}
        return {
            **quick, "model": "sdxl", "controlnet": "union-sdxl", "megapixels": 0.004,
            "regions": [flag], "was": "black-and-white",
        }  # fmt: skip

    def cases(self) -> list[tuple[str, Picture]]:
        """Every third: each operation still meets grey or colour, at one size or the other."""
        return super().cases()[::3]


def test_a_new_engine_makes_the_same_bits(tiny_root: Path) -> None:
    picture = Picture(photograph(128, 192, colour=False))
    params = {"model": "sd15", "controlnet": "tile-sd15", "steps": 2, "seed": 1, "tile": 128}
    first, second = (
        Diffusion(Folder(tiny_root)).run("redraw", picture, params, lambda share: None)
        for _ in range(2)
    )
    assert first.image.tobytes() == second.image.tobytes()


class Killed(BaseException):
    """The power went."""


def test_a_killed_run_resumes_at_the_step_it_was_in(tiny_root: Path, tmp_path: Path) -> None:
    folder = make_set(tmp_path / "set", photos=1)
    photo = load(folder).photos[0].model_copy(update={"prompt": "a flag"})
    # Random weights draw nothing that a gate would let pass.
    gates = {"agreement": 0.0, "low_frequency_psnr": 0.0, "invented": 1.0, "lightness_drift": 100.0,
             "lightness_drift_p95": 100.0, "displacement": 1e6, "identity": -1.0}  # fmt: skip
    step = {"engine": "diffusion", "operation": "redraw", "stage": "clear", "gates": gates}
    params = {"model": "sd15", "steps": 1, "strength": 0.1, "frames": 2}
    recipe = Recipe(
        name="twice",
        title=Text({"en": "Twice"}),
        step=(
            Step(**step, params={**params, "controlnet": "tile-sd15"}),
            Step(**step, params={**params, "style": "photograph"}),
        ),
    )
    job = Job(photo, photo_folder(folder, photo.id), recipe)

    def restore(kill_at: float) -> list[float]:
        told: list[float] = []

        def report(name: str, share: float) -> None:
            told.append(share)
            if share > kill_at:
                raise Killed

        engines = EngineRegistry([Diffusion(Folder(tiny_root))])
        Pipeline(engines, Store(tmp_path / "store")).restore(job, report)
        return told

    with pytest.raises(Killed):
        restore(kill_at=0.7)
    told = restore(kill_at=2)
    assert told[0] == 0.5 and told[-1] == 1
    assert restore(kill_at=2) == [1.0]
