from pathlib import Path

import pytest

from server.assembly import engines, rack, recipes_library
from server.catalogue.model import ExhibitSet, Photo, Text
from server.errors import RecipeInvalid
from server.restoration.recipes import load_recipe, recipe_for
from server.settings import Settings

MINIMAL = """
name = "{name}"
title = {{ en = "Minimal" }}
[[step]]
stage = "clear"
engine = "tint"
operation = "brighten"
"""
TEXT = Text({"en": "it"})


def write(folder: Path, name: str, text: str = MINIMAL) -> None:
    (folder / f"{name}.toml").write_text(text.format(name=name))


def test_a_photos_recipe_wins_over_the_sets_and_the_commands_over_both(tmp_path: Path) -> None:
    for name in ("one", "two", "three"):
        write(tmp_path, name)
    exhibit = ExhibitSet(id="s", title=TEXT, recipe="one", order=("a",))
    plain, own = Photo(id="a", title=TEXT), Photo(id="b", title=TEXT, recipe="two")

    def chosen(photo: Photo, override: str | None = None) -> str:
        found = recipe_for(photo, exhibit, override=override, library=tmp_path, set_folder=tmp_path)
        return found.name

    assert (chosen(plain), chosen(own), chosen(own, "three")) == ("one", "two", "three")


def test_a_recipe_may_lie_in_the_set(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    write(tmp_path / "mine", "soft")
    found = load_recipe("mine/soft.toml", library=tmp_path / "none", set_folder=tmp_path)
    assert found.name == "soft"


def test_an_unknown_recipe_is_answered_with_those_there_are(tmp_path: Path) -> None:
    write(tmp_path, "classic")
    with pytest.raises(RecipeInvalid, match="Known: classic"):
        load_recipe("clasic", library=tmp_path, set_folder=tmp_path)


def test_a_path_out_of_the_set_is_refused(tmp_path: Path) -> None:
    write(tmp_path, "outside")
    (tmp_path / "set").mkdir()
    with pytest.raises(RecipeInvalid, match="leaves the set"):
        load_recipe("../outside.toml", library=tmp_path, set_folder=tmp_path / "set")


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("name = ", "is not TOML"),
        (MINIMAL + "strength = 2\n", "strength"),
        (MINIMAL.replace('"clear"', '"bright"'), "stage"),
    ],
)
def test_a_faulty_recipe_is_refused_with_the_place(tmp_path: Path, text: str, fault: str) -> None:
    write(tmp_path, "bad", text)
    with pytest.raises(RecipeInvalid, match=fault):
        load_recipe("bad", library=tmp_path, set_folder=tmp_path)


def test_every_recipe_that_ships_names_operations_there_are() -> None:
    library = recipes_library()
    names = [file.stem for file in library.glob("*.toml")]
    assert "classic" in names
    for name in names:
        recipe = load_recipe(name, library=library, set_folder=library)
        assert recipe.name == name
        for step in recipe.step:
            engines(rack(Settings())).for_step(name, step)
