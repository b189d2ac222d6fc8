from pathlib import Path

import numpy as np
import pytest
from PIL import Image as PillowImage

from server.catalogue.manifest import load
from server.errors import StepFailed
from server.restoration.engine import EngineRegistry
from server.restoration.images import read_scan
from server.restoration.pipeline import Job, Pipeline
from server.restoration.plan import Step
from server.restoration.store import Store
from tests.support.engines import TintEngine
from tests.support.restoring import jobs, recipe, tiny_pipeline
from tests.support.sets import make_set

BOTH = recipe(("repaired", "mark"), ("repaired", "paint"), ("clear", "brighten"))


def quiet(step: str, share: float) -> None:
    """Nobody is watching."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_set(tmp_path / "set", photos=1)


def test_stages_are_what_their_last_step_made(folder: Path, tmp_path: Path) -> None:
    (job,) = jobs(folder, BOTH)
    restored = tiny_pipeline(tmp_path / "store").restore(job, quiet)
    scan = read_scan(restored.scan)
    painted = np.where((scan.mean(axis=2) < 0.2)[..., None], 0.5, scan)
    assert np.abs(restored.stages["repaired"].image() - painted).max() < 1e-4
    assert np.abs(restored.stages["clear"].image() - np.clip(painted + 0.1, 0, 1)).max() < 1e-4
    assert [step.operation for step in restored.steps["repaired"]] == ["mark", "paint"]
    assert restored.layers["damage"].is_file()


def test_a_second_run_runs_nothing(folder: Path, tmp_path: Path) -> None:
    (job,) = jobs(folder, BOTH)
    pipeline = tiny_pipeline(tmp_path / "store")
    assert pipeline.look_up(job) is None
    first = pipeline.restore(job, quiet)
    told: list[str] = []
    second = tiny_pipeline(tmp_path / "store").restore(job, lambda step, share: told.append(step))
    assert told == ["done"] and second == first == pipeline.look_up(job)


def test_changing_one_step_keeps_the_results_before_it(folder: Path, tmp_path: Path) -> None:
    pipeline = tiny_pipeline(tmp_path / "store")
    (job,) = jobs(folder, BOTH)
    pipeline.restore(job, quiet)
    brighter = Step(stage="clear", engine="tint", operation="brighten", params={"by": 0.3})
    changed = BOTH.model_copy(update={"step": (*BOTH.step[:2], brighter)})
    told: set[str] = set()
    pipeline.restore(jobs(folder, changed)[0], lambda step, share: told.add(step))
    assert told == {"tint.brighten", "done"}


def test_what_a_curator_painted_wins_over_what_was_found(folder: Path, tmp_path: Path) -> None:
    painted = np.zeros((72, 96), np.uint8)
    painted[:10, :10] = 255
    PillowImage.fromarray(painted).save(folder / "photos" / "photo-1" / "damage.png")
    (job,) = jobs(folder, BOTH)
    restored = tiny_pipeline(tmp_path / "store").restore(job, quiet)
    scan, mended = read_scan(restored.scan), restored.stages["repaired"].image()
    assert np.abs(mended[:10, :10] - 0.5).max() < 1e-4
    assert np.abs(mended[10:] - scan[10:]).max() < 1e-4
    assert restored.layers["damage"] == folder / "photos" / "photo-1" / "damage.png"


def test_repainting_the_damage_mends_again(folder: Path, tmp_path: Path) -> None:
    pipeline = tiny_pipeline(tmp_path / "store")
    (job,) = jobs(folder, BOTH)
    pipeline.restore(job, quiet)
    PillowImage.new("L", (96, 72), 255).save(folder / "photos" / "photo-1" / "damage.png")
    assert pipeline.look_up(job) is None
    assert np.ptp(pipeline.restore(job, quiet).stages["repaired"].image()) < 1e-4


def test_a_photo_that_is_left_alone_has_its_scan_only(folder: Path, tmp_path: Path) -> None:
    (job,) = jobs(folder, BOTH)
    alone = Job(job.photo.model_copy(update={"restore": False}), job.folder, job.recipe)
    assert tiny_pipeline(tmp_path / "store").restore(alone, quiet).stages == {}


@pytest.mark.parametrize("change", [{"was": "colour"}, {"region": ()}])
def test_colour_is_added_only_to_black_and_white_with_evidence(
    folder: Path, tmp_path: Path, change: dict[str, object]
) -> None:
    (job,) = jobs(folder, recipe(("colour", "wash")))
    pipeline = tiny_pipeline(tmp_path / "store")
    assert set(pipeline.restore(job, quiet).stages) == {"colour"}
    other = Job(job.photo.model_copy(update=change), job.folder, job.recipe)
    assert pipeline.restore(other, quiet).stages == {}


def test_what_listens_to_the_prompt_colours_without_a_coloured_region(
    folder: Path, tmp_path: Path
) -> None:
    (job,) = jobs(folder, recipe(("colour", "wash"), ("colour", "dream")))
    pipeline = tiny_pipeline(tmp_path / "store")
    bare = job.photo.model_copy(update={"region": ()})
    told = bare.model_copy(update={"prompt": "a red flag"})
    (done,) = pipeline.restore(Job(told, job.folder, job.recipe), quiet).steps["colour"]
    assert done.operation == "dream"
    was = told.model_copy(update={"was": "colour"})
    for photo in (bare, was):
        assert pipeline.restore(Job(photo, job.folder, job.recipe), quiet).stages == {}


def test_a_colour_that_changes_is_painted_again(folder: Path, tmp_path: Path) -> None:
    pipeline = tiny_pipeline(tmp_path / "store")
    (job,) = jobs(folder, recipe(("clear", "brighten"), ("colour", "wash")))
    pipeline.restore(job, quiet)
    regions = tuple(
        region.model_copy(update={"colour": "#008000"}) if region.colour else region
        for region in job.photo.region
    )
    told: set[str] = set()
    changed = Job(job.photo.model_copy(update={"region": regions}), job.folder, job.recipe)
    pipeline.restore(changed, lambda step, share: told.add(step))
    assert told == {"tint.wash", "done"}


def test_a_restorers_own_file_becomes_the_last_stage(folder: Path, tmp_path: Path) -> None:
    work = recipe(("clear", "brighten"), ("finished", "retouch"))
    (job,) = jobs(folder, work)
    pipeline = tiny_pipeline(tmp_path / "store")
    assert set(pipeline.restore(job, quiet).stages) == {"clear"}
    hand = PillowImage.new("RGB", (96, 72), (200, 100, 50))
    hand.save(folder / "photos" / "photo-1" / "finished.png")
    restored = pipeline.restore(job, quiet)
    expected = np.array([200, 100, 50]) / 255
    assert np.abs(restored.stages["finished"].image() - expected).max() < 1e-3


def test_a_failing_step_names_photo_step_and_reason_and_keeps_what_was_done(
    folder: Path, tmp_path: Path
) -> None:
    (job,) = jobs(folder, recipe(("clear", "brighten"), ("clear", "fail")))
    pipeline = tiny_pipeline(tmp_path / "store")
    with pytest.raises(StepFailed, match=r"photo-1: step tint\.fail failed: this operation"):
        pipeline.restore(job, quiet)
    told: list[str] = []
    with pytest.raises(StepFailed):
        pipeline.restore(job, lambda step, share: told.append(step))
    assert "tint.brighten" not in told


def test_a_new_version_of_an_engine_makes_new_results(folder: Path, tmp_path: Path) -> None:
    class Newer(TintEngine):
        traits = TintEngine.traits.__class__("tint", "2", TintEngine.traits.operations)

    (job,) = jobs(folder, BOTH)
    tiny_pipeline(tmp_path / "store").restore(job, quiet)
    newer = Pipeline(EngineRegistry([Newer()]), Store(tmp_path / "store"))
    assert newer.look_up(job) is None


def test_the_scan_is_never_written_to(folder: Path, tmp_path: Path) -> None:
    (job,) = jobs(folder, BOTH)
    scan = folder / "photos" / "photo-1" / load(folder).photos[0].scan
    before = scan.read_bytes()
    tiny_pipeline(tmp_path / "store").restore(job, quiet)
    assert scan.read_bytes() == before


def test_progress_rises_to_one(folder: Path, tmp_path: Path) -> None:
    (job,) = jobs(folder, BOTH)
    told: list[float] = []
    tiny_pipeline(tmp_path / "store").restore(job, lambda step, share: told.append(share))
    assert told == sorted(told) and told[-1] == 1.0


def test_pictures_of_a_model_at_work_are_stored_without_their_padding(
    folder: Path, tmp_path: Path
) -> None:
    (job,) = jobs(folder, recipe(("clear", "sketch")))
    result = tiny_pipeline(tmp_path / "store").restore(job, quiet).stages["clear"]
    assert result.paradata.notes == ("two frames",)
    assert list(result.paradata.plates) == ["frame-1", "frame-2"]
    plate = read_scan(result.plate_file("frame-1"))
    assert np.abs(plate - result.image() / 2).max() < 1 / 255
