"""Generative steps through the whole pipeline: guards, gates, signatures, candidates."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from server.errors import StepFailed
from server.restoration.candidates import DOUBT
from server.restoration.engine import EngineRegistry
from server.restoration.guards import EVIDENCE
from server.restoration.images import read_layer, read_scan, resize_layer, write_png
from server.restoration.lab import lab, lightness
from server.restoration.pipeline import Job, Pipeline, Restored
from server.restoration.plan import Recipe
from server.restoration.regions import region_mask
from server.restoration.store import Store
from tests.restoration.test_guards_identity import Shelf, portrait
from tests.support.engines import InventEngine, TintEngine
from tests.support.face_models import make_detector, make_recogniser
from tests.support.restoring import invented, jobs
from tests.support.sets import make_set

SIGNED = {"invent.replace": "A. Curator, 2026-11-22"}


def quiet(step: str, share: float) -> None:
    """Nobody is watching."""


class Studio:
    """One photo, one store, and an engine that remembers what it ran."""

    def __init__(self, folder: Path) -> None:
        self.engine = InventEngine()
        self.set = make_set(folder / "set", photos=2, size=(320, 240))
        self.pipeline = Pipeline(
            EngineRegistry([TintEngine(), self.engine]), Store(folder / "store")
        )

    def job(self, recipe: Recipe, **changed: Any) -> Job:
        _, grey = jobs(self.set, recipe)
        return Job(grey.photo.model_copy(update=changed), grey.folder, recipe)

    def restore(self, recipe: Recipe, **changed: Any) -> Restored:
        return self.pipeline.restore(self.job(recipe, **changed), quiet)


@pytest.fixture
def studio(tmp_path: Path) -> Studio:
    return Studio(tmp_path)


def test_a_protected_face_passes_the_model_by_to_the_bit(studio: Studio) -> None:
    done = studio.restore(invented("speckle"))
    scan, result = read_scan(done.scan), done.stages["clear"].image()
    (face,) = (region for region in done.photo.region if region.protect)
    inside = region_mask(face, 320, 240)
    assert np.array_equal(result[inside], scan[inside])
    assert np.abs(result - scan)[:, 200:].mean() > 0.03


def test_the_model_never_learns_what_is_protected(studio: Studio) -> None:
    studio.restore(invented("speckle"))
    (seen,) = studio.engine.seen
    assert [region["id"] for region in seen["regions"]] == ["face", "flag"]
    assert all("protect" not in region and "source" not in region for region in seen["regions"])


def test_protecting_more_makes_another_result(studio: Studio) -> None:
    first = studio.restore(invented("speckle"))
    all_of_it = tuple(region.model_copy(update={"protect": True}) for region in first.photo.region)
    second = studio.restore(invented("speckle"), region=all_of_it)
    assert first.stages["clear"].paradata.key != second.stages["clear"].paradata.key


def test_what_was_measured_and_the_gates_are_in_the_record(studio: Studio) -> None:
    record = studio.restore(invented("speckle")).stages["clear"].paradata
    assert record.measures["low_frequency_psnr"] >= 45
    assert record.measures["agreement"] > 20
    assert 0.02 < record.measures["invented"] <= 0.6
    assert record.gates["low_frequency_psnr"] == 40
    assert set(record.gates) == set(record.measures)
    assert record.guards is not None and record.guards["scan"] == [320, 240]
    assert any("Identity was not measured" in note for note in record.notes)
    assert "identity" not in record.measures


def test_a_picture_that_slid_is_laid_back(studio: Studio) -> None:
    done = studio.restore(invented("slide"))
    scan, result = read_scan(done.scan), done.stages["clear"].image()
    assert done.stages["clear"].paradata.measures["displacement"] < 0.3
    assert np.abs(result - scan)[24:-24, 24:-24].mean() < 0.02


def test_colour_keeps_the_photographs_lightness(studio: Studio) -> None:
    done = studio.restore(invented("repaint", stage="colour"), prompt="in colour")
    scan, result = read_scan(done.scan), done.stages["colour"].image()
    assert np.abs(lightness(result) - lightness(scan)).max() < 0.2
    assert np.hypot(*lab(result[:, 200:])[..., 1:].transpose(2, 0, 1)).mean() > 10


def test_any_model_in_the_colour_stage_may_change_colour_alone(studio: Studio) -> None:
    done = studio.restore(invented("speckle", stage="colour"), prompt="in colour")
    scan, result = read_scan(done.scan), done.stages["colour"].image()
    assert np.abs(lightness(result) - lightness(scan)).max() < 0.2


def test_a_failed_gate_is_a_failed_step_with_figure_gate_and_remedy(studio: Studio) -> None:
    with pytest.raises(StepFailed) as failed:
        studio.restore(invented("replace"))
    message = str(failed.value)
    assert "photo-2: step invent.replace failed: " in message
    assert "agreement is " in message and " dB, the gate asks for at least 14." in message
    assert '[signed] "invent.replace"' in message


def test_the_store_keeps_a_failed_picture_out_of_sight(studio: Studio) -> None:
    with pytest.raises(StepFailed):
        studio.restore(invented("replace"))
    assert studio.pipeline.look_up(studio.job(invented("replace"))) is None
    with pytest.raises(StepFailed):
        studio.restore(invented("replace"))
    assert len(studio.engine.runs) == 1


def test_a_curators_signature_lets_it_pass_and_is_recorded(studio: Studio) -> None:
    with pytest.raises(StepFailed):
        studio.restore(invented("replace"))
    done = studio.restore(invented("replace"), signed=SIGNED)
    (record,) = done.steps["clear"]
    assert record.signed == "A. Curator, 2026-11-22"
    assert record.measures["agreement"] < record.gates["agreement"]
    assert len(studio.engine.runs) == 1


def test_a_signature_that_was_not_needed_is_not_recorded(studio: Studio) -> None:
    done = studio.restore(invented("speckle"), signed={"invent.speckle": "A. Curator"})
    assert done.steps["clear"][0].signed is None


def test_a_recipes_own_gates_are_the_ones_that_count(studio: Studio) -> None:
    with pytest.raises(StepFailed, match=r"invented is 0\.\d+ of the picture, .* at most 0\.01"):
        studio.restore(invented("speckle", gates={"invented": 0.01}))
    assert studio.restore(invented("speckle", gates={"invented": 1})).stages
    assert len(studio.engine.runs) == 1


def test_each_candidate_has_a_seed_of_its_own_and_one_goes_on(studio: Studio) -> None:
    done = studio.restore(invented("speckle", candidates=3, keep=2, seed=40))
    assert studio.engine.runs == [40, 41, 42]
    (found,) = done.candidates["clear"]
    assert [each.paradata.seed for each in found.results] == [40, 41, 42]
    assert (found.step, found.kept) == ("invent.speckle", 2)
    assert done.stages["clear"] == found.results[1]


def test_keeping_another_candidate_runs_nothing(studio: Studio) -> None:
    studio.restore(invented("speckle", candidates=3))
    studio.engine.runs.clear()
    first = studio.restore(invented("speckle", candidates=3, keep=3))
    alone = studio.restore(invented("speckle", seed=2))
    assert studio.engine.runs == []
    assert first.stages["clear"].paradata.key == alone.stages["clear"].paradata.key


def test_a_run_that_was_stopped_goes_on_with_the_candidate_it_was_at(studio: Studio) -> None:
    class Stopped(Exception):
        pass

    def stop(step: str, share: float) -> None:
        if share > 0.5:
            raise Stopped

    with pytest.raises(Stopped):
        studio.pipeline.restore(studio.job(invented("speckle", candidates=4)), stop)
    before = list(studio.engine.runs)
    studio.restore(invented("speckle", candidates=4))
    assert before[:2] == [0, 1]
    assert studio.engine.runs[len(before) :] == [2, 3]


def test_doubt_is_where_the_candidates_differ(studio: Studio) -> None:
    done = studio.restore(invented("speckle", candidates=4))
    doubt = read_layer(done.layers[DOUBT])
    stack = np.stack([lab(each.image()) for each in done.candidates["clear"][0].results])
    spread = np.sqrt(stack.var(axis=0).sum(axis=-1))
    assert np.abs(doubt / 10 - np.minimum(spread, 25.5)).max() < 0.11
    (face,) = (region for region in done.photo.region if region.protect)
    inside = region_mask(face, 320, 240)
    assert doubt[inside].max() == 0
    assert doubt[:, 200:].mean() > 20


def test_another_candidate_that_passes_is_named(studio: Studio) -> None:
    made = studio.restore(invented("speckle", candidates=2))
    figures = [each.paradata.measures["agreement"] for each in made.candidates["clear"][0].results]
    worse, better = sorted(range(2), key=lambda place: figures[place])
    gates = {"agreement": sum(figures) / 2}
    with pytest.raises(StepFailed, match=f"Candidate {better + 1} passes: keep that"):
        studio.restore(invented("speckle", candidates=2, keep=worse + 1, gates=gates))
    assert studio.restore(invented("speckle", candidates=2, keep=better + 1, gates=gates)).stages


def test_the_map_of_what_a_step_invented_is_kept_with_it(studio: Studio) -> None:
    done = studio.restore(invented("speckle"))
    (file,) = done.evidence["clear"]
    proof = read_layer(file)
    assert file == done.stages["clear"].layer_file(EVIDENCE)
    (face,) = (region for region in done.photo.region if region.protect)
    inside = region_mask(face, 320, 240)
    assert set(np.unique(proof)) <= {0, 128, 255}
    assert (resize_layer(proof, 320, 240)[inside] == 0).mean() > 0.9
    assert (proof[:, 200:] == 255).mean() > 0.2


def test_identity_is_measured_where_face_models_are_installed(tmp_path: Path) -> None:
    studio = Studio(tmp_path)
    models = Shelf(tmp_path / "models")
    (tmp_path / "models").mkdir()
    make_detector(tmp_path / "models" / "yunet.onnx")
    make_recogniser(tmp_path / "models" / "sface.onnx")
    seen = Pipeline(EngineRegistry([studio.engine]), Store(tmp_path / "other"), models=models)
    scan = portrait()
    write_png(studio.job(invented("speckle")).folder / "scan.png", scan)
    record = (
        seen.restore(studio.job(invented("speckle"), region=()), quiet).stages["clear"].paradata
    )
    assert record.measures["identity"] > 0.6
    assert not record.notes


def test_a_protected_face_keeps_the_colour_it_had_before_the_model(studio: Studio) -> None:
    model = invented("repaint", stage="colour").step[0]
    painted = model.model_copy(update={"engine": "tint", "operation": "wash"})
    recipe = invented("repaint").model_copy(update={"step": (painted, model)})
    done = studio.restore(recipe, prompt="in colour")
    (face,) = (region for region in done.photo.region if region.protect)
    inside = region_mask(face, 320, 240)
    scan, result = read_scan(done.scan), done.stages["colour"].image()
    wash = scan[inside] * np.array([1.0, 0.9, 0.8], np.float32)
    assert np.abs(result[inside] - wash).max() < 1e-4
