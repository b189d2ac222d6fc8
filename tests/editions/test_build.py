"""An edition of what models made: its maps tell what they invented."""

from pathlib import Path

import numpy as np
import pytest

from server.catalogue.manifest import load
from server.editions.build import build
from server.editions.model import Edition
from server.restoration.images import read_image, read_layer
from server.restoration.plan import Recipe, Step
from tests.support.restoring import invented, jobs, tiny_pipeline
from tests.support.sets import make_set


def edition(folder: Path, recipe: Recipe) -> Edition:
    """Photo 2 of a small set (grey), restored with ``recipe`` and built into ``folder``."""
    source = make_set(folder / "set", photos=2, size=(320, 240))
    work = jobs(source, recipe)[1]
    restored = tiny_pipeline(folder / "store").restore(work, lambda step, share: None)
    (folder / "edition").mkdir()
    return build(
        load(source),
        [restored],
        source=source,
        folder=folder / "edition",
        number=1,
        earlier=None,
        built=lambda photo: None,
    )


@pytest.fixture
def speckled() -> Recipe:
    """Speckled by a model in stage clear, then brightened without one in stage finished."""
    recipe = invented("speckle", candidates=3, keep=2)
    brighten = Step(stage="finished", engine="tint", operation="brighten", params={"by": 0.01})
    return recipe.model_copy(update={"step": (*recipe.step, brighten)})


def test_what_a_model_invented_stays_invented_in_every_later_stage(
    tmp_path: Path, speckled: Recipe
) -> None:
    photo = edition(tmp_path, speckled).photos[0]
    clear, finished = photo.stages[1:]
    for stage in (clear, finished):
        assert stage.evidence is not None
        found = read_layer(tmp_path / "edition" / stage.evidence)
        assert (found[:, 170:] == 255).mean() > 0.4
        assert (found[:, :150] == 255).mean() < 0.02
        assert stage.invented == pytest.approx((found == 255).mean(), abs=1e-3)


def test_without_a_model_the_same_change_is_not_called_invented(tmp_path: Path) -> None:
    brighten = Step(stage="clear", engine="tint", operation="brighten", params={"by": 0.01})
    recipe = invented("speckle").model_copy(update={"step": (brighten,)})
    assert edition(tmp_path, recipe).photos[0].stages[1].invented == 0


def test_candidates_and_their_doubt_are_in_the_edition(tmp_path: Path, speckled: Recipe) -> None:
    clear = edition(tmp_path, speckled).photos[0].stages[1]
    (found,) = clear.candidates
    assert (found.step, found.kept, len(found.pictures)) == ("invent.speckle", 2, 3)
    files = {name for each in found.pictures for name in (each.webp, each.jpeg)}
    assert len(files) == 6
    assert all((tmp_path / "edition" / name).is_file() for name in files)
    # The kept one is the stage's own picture: its file is not made twice.
    assert found.pictures[1] == clear.renditions[-1]
    doubt = read_layer(tmp_path / "edition" / found.doubt)
    assert np.median(doubt[:, 170:]) > 20 and np.median(doubt[:, :150]) == 0


def test_figures_and_gates_are_in_the_editions_record(tmp_path: Path, speckled: Recipe) -> None:
    (record,) = edition(tmp_path, speckled).photos[0].stages[1].paradata
    assert record.measures["low_frequency_psnr"] >= record.gates["low_frequency_psnr"]
    assert record.signed is None


def test_pictures_of_a_model_at_work_are_in_the_edition_the_noisiest_first(tmp_path: Path) -> None:
    sketch = Step(stage="clear", engine="tint", operation="sketch")
    recipe = invented("speckle").model_copy(update={"step": (sketch,)})
    stage = edition(tmp_path, recipe).photos[0].stages[1]
    frames = [read_image(tmp_path / "edition" / file) for file in stage.frames]
    assert len(frames) == 2
    # The engine's first frame is half as light as its last, which is the picture.
    assert frames[0].mean() == pytest.approx(frames[1].mean() / 2, rel=0.05)
