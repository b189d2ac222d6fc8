"""Recipes as files: ``exhibit_content/recipes/<name>.toml``, or a path inside the set."""

import tomllib
from collections.abc import Iterable
from pathlib import Path

from pydantic import ValidationError

from server.catalogue.faults import spelling
from server.catalogue.manifest import EXHIBIT, PHOTO
from server.catalogue.model import ExhibitSet, Photo
from server.errors import Problem, RecipeInvalid, SetInvalid
from server.restoration.plan import Recipe


def load_recipe(name: str, *, library: Path, set_folder: Path) -> Recipe:
    """A recipe by its name in ``library``, or by a path relative to ``set_folder``.

    Raises:
        RecipeInvalid: no such file, or it is not a recipe; one line a fault.
    """
    path = library / f"{name}.toml"
    if "/" in name or name.endswith(".toml"):
        path = (set_folder / name).resolve()
        if not path.is_relative_to(set_folder.resolve()):
            raise RecipeInvalid(name, "the path leaves the set. Keep the recipe inside the set.")
    if not path.is_file():
        known = ", ".join(sorted(file.stem for file in library.glob("*.toml")))
        raise RecipeInvalid(name, f"there is no such recipe. Known: {known}.")
    try:
        return Recipe.model_validate(tomllib.loads(path.read_text("utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RecipeInvalid(name, f"is not TOML: {error}.") from error
    except ValidationError as error:
        faults = "; ".join(
            f"{'.'.join(str(part) for part in fault['loc']) or 'recipe'}: {fault['msg']}"
            for fault in error.errors()
        )
        raise RecipeInvalid(name, faults) from error


def recipe_for(
    photo: Photo, exhibit: ExhibitSet, *, override: str | None, library: Path, set_folder: Path
) -> Recipe:
    """The recipe a photo is restored with: the command's, else its own, else the set's; with the
    parameters and the candidates that the set and the photo choose.

    Raises:
        RecipeInvalid: as ``load_recipe``.
        SetInvalid: the set or the photo names a step that its recipe does not have, or keeps a
            candidate that the step does not make. What is written for another recipe than the
            command's is passed over.
    """
    name = override or photo.recipe or exhibit.recipe
    recipe = load_recipe(name, library=library, set_folder=set_folder)
    file = f"photos/{photo.id}/{PHOTO}"
    problems = []
    if override is None:
        for key, written in (
            ("params", photo.params),
            ("keep", photo.keep),
            ("signed", photo.signed),
        ):
            problems += _unknown_steps(recipe, file, key, written)
        if photo.recipe is None:
            problems += _unknown_steps(recipe, EXHIBIT, "params", exhibit.params)
    steps = []
    for step in recipe.step:
        kept = photo.keep.get(step.name, step.keep)
        if not 1 <= kept <= step.candidates:
            reason = f'keep."{step.name}" is {kept}; the step makes {step.candidates}.'
            remedy = (
                f"Write a number from 1 to {step.candidates}, or give the step more candidates."
            )
            problems.append(Problem(file, reason, remedy))
        chosen = {**exhibit.params.get(step.name, {}), **photo.params.get(step.name, {})}
        steps.append(step.model_copy(update={"params": {**step.params, **chosen}, "keep": kept}))
    if problems:
        raise SetInvalid(list(dict.fromkeys(problems)))
    return recipe.model_copy(update={"step": tuple(steps)})


def recipe_problems(exhibit: ExhibitSet, *, library: Path, set_folder: Path) -> list[Problem]:
    """What is wrong with the recipes that a set names, and with what it says about their steps."""
    problems: list[Problem] = []
    for photo in exhibit.photos:
        try:
            recipe_for(photo, exhibit, override=None, library=library, set_folder=set_folder)
        except SetInvalid as error:
            problems += error.problems
        except RecipeInvalid as error:
            file = EXHIBIT if photo.recipe is None else f"photos/{photo.id}/{PHOTO}"
            reason = f'recipe "{error.recipe}": {error.reason}'
            problems.append(Problem(file, reason, "Correct the recipe, or name another."))
    return list(dict.fromkeys(problems))


def _unknown_steps(recipe: Recipe, file: str, key: str, written: Iterable[str]) -> list[Problem]:
    known = list(dict.fromkeys(step.name for step in recipe.step))
    return [
        Problem(
            file,
            f'{key} names "{name}", which is no step of the recipe {recipe.name}.',
            spelling(name, known),
        )
        for name in written
        if name not in known
    ]
