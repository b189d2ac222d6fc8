"""Whether an installation is sound: one line a finding, with the way out of it.

A check is a function of the settings that yields findings; it changes nothing and raises nothing.
To add one, write it and name it in ``CHECKS``.
"""

import ipaddress
import os
import platform
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from server.assembly import accounts, devices, rack, recipes_library, signer
from server.catalogue.manifest import photo_folder, read
from server.editions.shelf import Shelf
from server.editions.speech import Speaker
from server.errors import RekindleError
from server.gallery.printer import Printer
from server.restoration.devices import accelerators, torch_is_here
from server.restoration.engines.diffusion.params import MODELS
from server.restoration.guards.identity import DETECTOR, RECOGNISER
from server.restoration.models.rack import Rack
from server.restoration.plan import Recipe
from server.restoration.recipes import load_recipe
from server.settings import Settings, unknown_names

Level = Literal["ok", "warn", "fail"]
GB = 10**9
WARN_BELOW, FAIL_BELOW = 20 * GB, 2 * GB
"""Bytes free on the disk; a photo of 25 megapixels takes about 1 GB in all its stages."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at."""

    level: Level
    said: str
    remedy: str = ""

    def __str__(self) -> str:
        return f"{self.level:5} {self.said} {self.remedy}".rstrip()


def python(settings: Settings) -> Iterator[Finding]:
    found = f"Python {platform.python_version()} on {platform.system()} {platform.machine()}."
    yield Finding("ok", found)


def environment(settings: Settings) -> Iterator[Finding]:
    """Names that look like settings and are none: a typo has no effect."""
    for name, near in unknown_names():
        hint = f"Did you mean {near}?" if near else "See docs/settings.md."
        yield Finding("warn", f"{name} is set, and there is no such setting.", hint)


def home(settings: Settings) -> Iterator[Finding]:
    folder = settings.home.resolve()
    there = next(path for path in (folder, *folder.parents) if path.exists())
    free = shutil.disk_usage(there).free
    said = f"{folder}: {free / GB:.0f} GB free."
    if free < FAIL_BELOW:
        yield Finding("fail", said, "Make room, or set REKINDLE_HOME to a larger disk.")
    elif free < WARN_BELOW:
        yield Finding("warn", said, f"{WARN_BELOW / GB:.0f} GB or more are comfortable.")
    else:
        yield Finding("ok", said)
    try:
        probe = there / ".rekindle-doctor"
        probe.touch()
        probe.unlink()
    except OSError as error:
        yield Finding("fail", f"{there} cannot be written to ({error.strerror}).", "Give it away.")


def profile(settings: Settings) -> Iterator[Finding]:
    """Which profile is installed, and what there is to compute with."""
    if not torch_is_here():
        yield Finding("ok", "Profile base: kiosk, Studio and the recipe classic.")
        return
    yield Finding("ok", f"Profile gpu: torch {version('torch')}, diffusers {version('diffusers')}.")
    try:
        named = devices(settings, accelerated=True)
    except RekindleError as error:
        yield Finding("fail", str(error))
        return
    yield Finding("ok", f"Models run on {', '.join(device.label for device in named)}.")
    here = accelerators()
    if not here:
        yield Finding(
            "warn",
            "There is no accelerator that torch can use.",
            "Recipes with models take very long; check the driver with: nvidia-smi",
        )
        return
    largest = max(device.memory for device in here) / GB
    needs = {recipe.name: _memory(rack(settings), recipe) for recipe in _shipped(settings)}
    fit = [name for name, need in needs.items() if need <= largest]
    tight = [f"{name} ({need:g} GB)" for name, need in needs.items() if need > largest]
    said = f"{largest:.0f} GB of accelerator: {', '.join(fit)} fit"
    if tight:
        yield Finding("warn", f"{said}; {', '.join(tight)} do not.", "They will offload, slowly.")
    else:
        yield Finding("ok", f"{said}.")


def models(settings: Settings) -> Iterator[Finding]:
    """The weights of each recipe that ships."""
    if not torch_is_here():
        return
    here = rack(settings)
    for name in here.table.model:
        if here.condition(name) in ("damaged", "other version"):
            remedy = f"Run: rekindle models fetch {name}"
            yield Finding("fail", f"Model {name} is {here.condition(name)}.", remedy)
    for recipe in _shipped(settings):
        used = _models(recipe)
        missing = [name for name in used if here.condition(name) != "here"]
        if used and not missing:
            yield Finding("ok", f"Recipe {recipe.name}: its {len(used)} models are here.")
        elif missing:
            loose = [name for name in missing if not here.table.model[name].pinned]
            first = f"rekindle models pin {' '.join(loose)} && " if loose else ""
            yield Finding(
                "warn",
                f"Recipe {recipe.name}: {len(missing)} of its {len(used)} models are not here.",
                f"To use it, run: {first}rekindle models fetch {' '.join(missing)}",
            )


def faces(settings: Settings) -> Iterator[Finding]:
    """What measures whether a model changed somebody."""
    here = rack(settings)
    missing = [name for name in (DETECTOR, RECOGNISER) if here.condition(name) != "here"]
    if not missing:
        yield Finding("ok", "Faces are compared before and after a model's work.")
    elif torch_is_here():
        remedy = f"To have them compared, run: rekindle models fetch {' '.join(missing)}"
        yield Finding("warn", "Faces are not compared before and after a model's work.", remedy)


def fonts(settings: Settings) -> Iterator[Finding]:
    """The screens' typefaces come from the machine."""
    if (fc_list := shutil.which("fc-list")) is None:
        found = ""
    else:
        asked = [fc_list, ":lang=zh", "family"]
        found = subprocess.run(asked, capture_output=True, text=True).stdout
    if "Noto" in found:
        yield Finding("ok", "Chinese typefaces are here (Noto).")
    else:
        remedy = "On a machine with a screen, run: apt-get install fonts-noto-cjk fonts-noto-core"
        yield Finding("warn", "No Noto typeface for Chinese is here.", remedy)


def browser(settings: Settings) -> Iterator[Finding]:
    names = ("chromium", "chromium-browser", "google-chrome")
    found = next(filter(None, map(shutil.which, names)), None)
    if found:
        yield Finding("ok", f"Chromium is here ({found}).")
    else:
        remedy = "A machine that drives a screen needs it: apt-get install chromium"
        yield Finding("warn", "Chromium is not here.", remedy)


def published(settings: Settings) -> Iterator[Finding]:
    shelf = Shelf(settings.editions, settings.keep_editions)
    try:
        editions = [shelf.current(name) for name in shelf.sets()]
        shown = [f"{one.set_id} {one.number}" for one in editions if one is not None]
        users = accounts(settings).names() if settings.database.exists() else ()
    except (RekindleError, OSError) as error:
        yield Finding("fail", str(error))
        return
    if shown:
        yield Finding("ok", f"Published editions: {', '.join(shown)}.")
    else:
        yield Finding("warn", "No edition is published.", "Run: rekindle publish SET")
    for name in settings.stations.values():
        if name not in shelf.sets():
            remedy = f"Publish {name}, or correct REKINDLE_STATIONS."
            yield Finding("fail", f"A station shows {name}, which is not published.", remedy)
    if not users:
        yield Finding("warn", "Nobody may enter the Studio.", "Run: rekindle user add NAME")


def sets(settings: Settings) -> Iterator[Finding]:
    """Whether what the Studio may change is there and can be written to."""
    seen: dict[str, Path] = {}
    for folder in settings.sets:
        exhibit, problems = read(folder)
        if exhibit is None:
            yield Finding("fail", f"REKINDLE_SETS names {folder}: {problems[0]}")
        elif exhibit.id in seen:
            said = f"{folder} and {seen[exhibit.id]} have one id, {exhibit.id}."
            yield Finding("fail", said, "The Studio changes the first; take one out.")
        elif locked := [p.id for p in exhibit.photos if not _is_open(photo_folder(folder, p.id))]:
            remedy = "Let the server's user write there."
            yield Finding("fail", f"{folder} cannot be written to: {', '.join(locked)}.", remedy)
        else:
            seen[exhibit.id] = folder
            yield Finding("ok", f"Curators may change regions of {exhibit.id} ({folder}).")


def taking_home(settings: Settings) -> Iterator[Finding]:
    address = settings.take_home_address
    if address is None:
        yield Finding("ok", "Nothing is taken home: REKINDLE_TAKE_HOME_ADDRESS is not set.")
    else:
        parts = urlsplit(address)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            remedy = "Set it in the form https://name or http://192.0.2.7:8000"
            yield Finding("fail", f"REKINDLE_TAKE_HOME_ADDRESS is {address!r}.", remedy)
        elif _loopback(parts.hostname):
            remedy = "Set REKINDLE_TAKE_HOME_ADDRESS to one that phones in the hall reach."
            yield Finding("fail", f"{address} is this machine's address for itself.", remedy)
        else:
            yield Finding("ok", f"Phones reach the take-home pages at {address}.")
    try:
        if signer(settings) is not None:
            yield Finding("ok", "Files that leave the room are signed (C2PA).")
    except RekindleError as error:
        yield Finding("fail", str(error))


def printers(settings: Settings) -> Iterator[Finding]:
    if settings.printer is None:
        return
    try:
        state = Printer(settings.printer).state()
    except RekindleError as error:
        yield Finding("fail", str(error), "Check it with: lpstat -p")
        return
    if " disabled " in state:
        remedy = f"Run: cupsenable {settings.printer}"
        yield Finding("fail", f"The printer is stopped: {state}.", remedy)
    else:
        yield Finding("ok", f"The printer is there: {state}")


def speech(settings: Settings) -> Iterator[Finding]:
    """A word in every voice, to see that the program speaks."""
    if settings.speech is None:
        said = "What the kiosk reads aloud is left to the voices of its own machine."
        yield Finding("ok", said, "Others: REKINDLE_SPEECH.")
        return
    languages = settings.speech_voices or {"en": "en"}
    with tempfile.TemporaryDirectory() as folder:
        trial = Speaker(settings.speech, settings.speech_voices, Path(folder))
        for language in languages:
            trial.sound(language, "1974")
    yield Finding("ok", f"The kiosk's texts can be spoken in {', '.join(languages)}.")


CHECKS: tuple[Callable[[Settings], Iterator[Finding]], ...] = (
    python, environment, home, profile, models, faces, fonts, browser, published, sets,
    taking_home, printers, speech,
)  # fmt: skip


def examine(settings: Settings) -> Iterator[Finding]:
    """Every finding of every check, in their order."""
    for check in CHECKS:
        try:
            yield from check(settings)
        except RekindleError as error:
            yield Finding("fail", str(error))


def _shipped(settings: Settings) -> list[Recipe]:
    library = recipes_library()
    return [
        load_recipe(file.stem, library=library, set_folder=library)
        for file in sorted(library.glob("*.toml"))
    ]


def _models(recipe: Recipe) -> list[str]:
    """The names of a recipe's models, each once, in their order."""
    used = (step.params.get(role) for step in recipe.step for role in MODELS)
    return list(dict.fromkeys(name for name in used if isinstance(name, str)))


def _memory(here: Rack, recipe: Recipe) -> float:
    """GB that the recipe's hungriest step needs."""
    return max(
        sum(
            here.table.model[name].memory_gb
            for name in (step.params.get(role) for role in MODELS)
            if isinstance(name, str)
        )
        for step in recipe.step
    )


def _is_open(folder: Path) -> bool:
    return os.access(folder, os.W_OK)


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
