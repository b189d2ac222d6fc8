import re
from pathlib import Path
from typing import Any

import pytest

from server.assembly import engines, rack, recipes_library
from server.catalogue.model import ExhibitSet, Photo, Text
from server.errors import RecipeInvalid, SetInvalid
from server.restoration.engine import Picture
from server.restoration.engines import diffusion, nets
from server.restoration.engines.parameters import parsed
from server.restoration.plan import Recipe
from server.restoration.recipes import load_recipe, recipe_for
from server.settings import Settings
from tests.restoration.engine_contract import photograph

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


SHIPPED = sorted(file.stem for file in recipes_library().glob("*.toml"))
CARDS = {"sd15": 8.0, "sdxl": 16.0, "edit": 16.0, "nets": 4.0}
"""GB of the card each recipe says it runs on."""


def shipped(name: str) -> Recipe:
    return load_recipe(name, library=recipes_library(), set_folder=recipes_library())


def test_the_recipes_that_ship() -> None:
    assert SHIPPED == ["classic", "edit", "nets", "sd15", "sdxl"]


@pytest.mark.parametrize("name", SHIPPED)
def test_every_step_that_ships_is_one_its_engine_would_run(name: str) -> None:
    recipe = shipped(name)
    assert recipe.name == name and {"en", "zh-Hans"} <= set(recipe.title.root)
    registry = engines(rack(Settings()))
    tables: dict[str, Any] = {"nets": nets.params, "diffusion": diffusion.params}
    for step in recipe.step:
        engine, traits = registry.for_step(name, step)
        if table := tables.get(step.engine):
            parsed(table.OPERATIONS[step.operation], step.operation, dict(step.params))
        elif step.engine == "classic":
            facts = {"was": "black-and-white", "regions": []}
            given = {fact: facts[fact] for fact in traits.facts}
            picture = Picture(photograph(40, 40, colour=False))
            engine.run(step.operation, picture, {**step.params, **given, "seed": 0}, lambda s: None)


@pytest.mark.parametrize("name", SHIPPED)
def test_the_models_of_what_ships_are_free_and_fit_the_card_it_names(name: str) -> None:
    table = rack(Settings()).table
    for step in shipped(name).step:
        names = [str(step.params[role]) for role in diffusion.params.MODELS if role in step.params]
        assert all(table.licence[table.model[model].licence].free for model in names)
        assert sum(table.model[model].memory_gb for model in names) <= CARDS.get(name, 0.0)


@pytest.mark.parametrize("name", sorted(CARDS))
def test_a_recipe_says_how_to_get_exactly_its_models(name: str) -> None:
    text = (recipes_library() / f"{name}.toml").read_text("utf-8")
    told = re.search(r"rekindle models fetch ([^\n]+)", text)
    assert told is not None
    used = {
        str(step.params[role])
        for step in shipped(name).step
        for role in diffusion.params.MODELS
        if role in step.params
    }
    assert set(told[1].split()) == used
    loose = {model for model in used if not rack(Settings()).table.model[model].pinned}
    assert set(re.findall(r"rekindle models pin ([^\n]+)", text)) == loose


def overridden(folder: Path, override: str | None = None, **said: Any) -> dict[str, Any]:
    """The only step of the recipe ``one`` (two candidates, seed 3, by 0.1) for such a photo."""
    step = "params = { by = 0.1, at = 1 }\ncandidates = 2\nseed = 3\n"
    write(folder, "one", MINIMAL + step.replace("{", "{{").replace("}", "}}"))
    write(folder, "two", MINIMAL.replace("brighten", "blur"))
    exhibit = ExhibitSet(
        id="s", title=TEXT, recipe="one", order=("a",), params=said.pop("of_set", {})
    )
    photo = Photo(id="a", title=TEXT, **said)
    found = recipe_for(photo, exhibit, override=override, library=folder, set_folder=folder)
    return found.step[0].model_dump()


def test_the_photos_parameters_win_over_the_sets_and_those_over_the_recipes(
    tmp_path: Path,
) -> None:
    plain = overridden(tmp_path)
    assert plain["params"] == {"by": 0.1, "at": 1} and plain["keep"] == 1
    of_set = {"tint.brighten": {"by": 0.2, "at": 2}}
    own = {"tint.brighten": {"by": 0.3}}
    found = overridden(tmp_path, of_set=of_set, params=own, keep={"tint.brighten": 2})
    assert found["params"] == {"by": 0.3, "at": 2} and found["keep"] == 2
    assert found["seed"] == 3


@pytest.mark.parametrize(
    ("said", "file", "reason", "remedy"),
    [
        (
            {"params": {"tint.brigthen": {}}},
            "photos/a/photo.toml",
            'params names "tint.brigthen"',
            'Did you mean "tint.brighten"?',
        ),
        ({"keep": {"tint.blur": 1}}, "photos/a/photo.toml", 'keep names "tint.blur"', "Did you"),
        ({"signed": {"a.b": "me"}}, "photos/a/photo.toml", 'signed names "a.b"', "Known are"),
        ({"of_set": {"a.b": {}}}, "exhibit.toml", 'params names "a.b"', "Known are"),
        (
            {"keep": {"tint.brighten": 3}},
            "photos/a/photo.toml",
            'keep."tint.brighten" is 3; the step makes 2.',
            "1 to 2",
        ),
        ({"keep": {"tint.brighten": 0}}, "photos/a/photo.toml", "is 0", "1 to 2"),
    ],
)
def test_an_override_that_meets_no_step_is_refused(
    tmp_path: Path, said: dict[str, Any], file: str, reason: str, remedy: str
) -> None:
    with pytest.raises(SetInvalid) as refused:
        overridden(tmp_path, **said)
    (problem,) = refused.value.problems
    assert problem.file == file
    assert reason in problem.reason and remedy in problem.remedy


def test_the_commands_recipe_passes_over_what_was_written_for_another(tmp_path: Path) -> None:
    said: dict[str, Any] = {"params": {"tint.brighten": {"by": 1}}, "keep": {"tint.brighten": 2}}
    assert overridden(tmp_path, override="two", **said)["operation"] == "blur"


def test_what_the_set_says_is_not_asked_of_a_photo_with_a_recipe_of_its_own(
    tmp_path: Path,
) -> None:
    found = overridden(tmp_path, recipe="two", of_set={"tint.brighten": {"by": 1}})
    assert found["params"] == {}
