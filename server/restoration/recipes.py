"""Recipes as files: ``exhibit_content/recipes/<name>.toml``, or a path inside the set."""

import tomllib
from pathlib import Path

from pydantic import ValidationError

from server.catalogue.model import ExhibitSet, Photo
from server.errors import RecipeInvalid
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
    """The recipe a photo is restored with: the command's, else its own, else the set's."""
    name = override or photo.recipe or exhibit.recipe
    return load_recipe(name, library=library, set_folder=set_folder)
