from pathlib import Path

import pytest

from server.assembly import recipes_library
from server.errors import ModelTableInvalid
from server.restoration.models.table import load_table

SHIPPED = recipes_library().parent / "models.toml"
LICENCE = '[licence.Free]\ntitle = "Free"\ncommercial = true\ndisplay = true\n'
MODEL = (
    '[model.{name}]\nkind = "net"\npurpose = "tests"\nlicence = "{licence}"\nmemory_gb = 1\n'
    'repository = "lab/tiny"\nfiles = [{{ path = "{path}" }}]\n'
)


def test_the_table_that_ships_names_what_is_refused_and_why() -> None:
    table = load_table(SHIPPED)
    refused = {name for name, entry in table.model.items() if not table.licence[entry.licence].free}
    assert refused == {
        "supir", "hypir", "codeformer", "flux1-dev", "flux1-kontext", "flux2-dev", "flux2-klein-9b",
    }  # fmt: skip
    assert all(table.licence[table.model[name].licence].forbids for name in refused)


def test_what_the_recipes_need_can_be_fetched_as_it_ships() -> None:
    """Two files of it could not be looked up; the others are known by their SHA-256."""
    table = load_table(SHIPPED)
    loose = {
        name
        for name, entry in table.model.items()
        if table.licence[entry.licence].free and not entry.pinned
    }
    assert loose == {"sd15-tile", "taesdxl", "qwen-image-edit"}


def test_a_museums_entry_takes_the_place_of_the_shipped_one(tmp_path: Path) -> None:
    shipped, own = tmp_path / "a.toml", tmp_path / "b.toml"
    shipped.write_text(LICENCE + MODEL.format(name="one", licence="Free", path="old.bin"))
    assert load_table(shipped, own).model["one"].files[0].path == "old.bin"
    own.write_text(MODEL.format(name="one", licence="Free", path="new.bin"))
    assert load_table(shipped, own).model["one"].files[0].path == "new.bin"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("model = ", "is not TOML"),
        (MODEL.format(name="one", licence="Mine", path="a"), "there is no licence 'Mine'"),
        (LICENCE + MODEL.format(name="One", licence="Free", path="a"), "a model's name has only"),
        (LICENCE + MODEL.format(name="one", licence="Free", path="../a"), "inside the model's fol"),
        (LICENCE + MODEL.format(name="one", licence="Free", path="/a"), "inside the model's fold"),
        (
            LICENCE + MODEL.format(name="one", licence="Free", path="a").replace("lab/tiny", "x"),
            "model.one.repository",
        ),
        (
            LICENCE
            + MODEL.format(name="one", licence="Free", path="a").replace(
                'repository = "lab/tiny"\n', ""
            ),
            "needs a repository, or a url for every file",
        ),
        (
            LICENCE
            + MODEL.format(name="one", licence="Free", path="a").replace(
                '"a" }', '"a", sha256 = "12" }'
            ),
            "sha256",
        ),
    ],
)
def test_a_faulty_table_is_refused_with_the_place(tmp_path: Path, text: str, fault: str) -> None:
    path = tmp_path / "models.toml"
    path.write_text(text)
    with pytest.raises(ModelTableInvalid, match=fault):
        load_table(path)
