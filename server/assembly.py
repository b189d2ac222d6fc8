"""The one place that names concrete classes and builds the world from settings."""

import logging
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import time
from functools import partial
from importlib.resources import files
from pathlib import Path
from urllib.parse import urlsplit

import psutil
from fastapi import FastAPI

from server.catalogue.checks import check as check_set
from server.catalogue.checks import require_sound
from server.catalogue.manifest import load, photo_folder, save_photo
from server.catalogue.model import ExhibitSet
from server.editions.build import PhotoBuilt, build
from server.editions.export import export_stages
from server.editions.keepsakes import Keepsakes
from server.editions.model import Edition
from server.editions.shelf import Shelf
from server.editions.signing import Signer
from server.editions.speech import Speaker, spoken
from server.errors import (
    CertificateRefused,
    EditionMissing,
    NotReady,
    NotRestored,
    Problem,
    SetInvalid,
)
from server.gallery.printer import Printer
from server.restoration.devices import CPU, Device, accelerators, torch_is_here
from server.restoration.engine import EngineRegistry, Models
from server.restoration.engines.classic import Classic
from server.restoration.engines.diffusion import Diffusion
from server.restoration.engines.hand import Hand
from server.restoration.engines.nets import Nets
from server.restoration.models.rack import Rack
from server.restoration.models.table import load_table
from server.restoration.pipeline import Job, Pipeline, Restored
from server.restoration.readiness import model_problems, need_accelerator
from server.restoration.recipes import recipe_for, recipe_problems
from server.restoration.runner import Event, LocalRunner
from server.restoration.store import Store
from server.settings import Settings
from server.show.clock import Clock, SystemClock
from server.show.daily import Daily
from server.show.messages import Place
from server.show.state import Timing
from server.show.stations import Stations
from server.web.accounts import Accounts
from server.web.aloud import read_aloud
from server.web.app import create_app
from server.web.languages import read_words
from server.web.numbers import Numbers
from server.web.options import WebOptions
from server.web.printing import PrintDesk
from server.web.take_home import TakeHome, TakeHomeOptions
from server.web.take_home_export import export_take_home
from server.web.take_home_pages import TakeHomePages
from server.workbench import SetFolders

log = logging.getLogger(__name__)

MEMORY_PER_WORKER = 3 * 2**30
"""Bytes a worker may need for a scan of 25 megapixels."""


def recipes_library() -> Path:
    """The recipes that ship with Rekindle."""
    return Path(str(files("server"))).parent / "exhibit_content" / "recipes"


def check(folder: Path) -> list[Problem]:
    """Every problem of a set; where its own files are sound, of the recipes it names, too."""
    problems = check_set(folder)
    if any(problem.severity == "error" for problem in problems):
        return problems
    return problems + recipe_problems(load(folder), library=recipes_library(), set_folder=folder)


def accounts(settings: Settings) -> Accounts:
    """Who may enter the Studio."""
    return Accounts(settings.database)


def web_app(settings: Settings) -> FastAPI:
    """The server's application, over the editions on the shelf."""
    shelf = Shelf(settings.editions, settings.keep_editions)
    clock = SystemClock()
    timing = Timing(settings.idle_ask_s * 1000, settings.idle_reset_s * 1000)
    users = accounts(settings)
    phones = urlsplit(settings.take_home_address or "").hostname
    options = WebOptions(
        ui=ui_folder(),
        session_secret=users.secret("session"),
        allowed_hosts=(*settings.allowed_hosts, *([phones] if phones else [])),
        allowed_origins=settings.allowed_origins,
    )
    counted = numbers(settings)
    stations = Stations(
        shelf,
        clock,
        timing=timing,
        chosen=settings.stations,
        walls=settings.walls,
        places=places(settings),
        place=Place(sound=settings.programme_sound),
        lights_out=lights_out(settings),
        watchers=[counted],
    )
    return create_app(
        options=options,
        shelf=shelf,
        stations=stations,
        accounts=users,
        clock=clock,
        numbers=counted,
        take_home=take_home(settings, shelf, users.secret("take-home"), clock),
        prints=print_desk(settings, clock),
        workbench=SetFolders(settings.sets),
    )


def take_home(settings: Settings, shelf: Shelf, secret: str, clock: Clock) -> TakeHome:
    """Links, pages and files that visitors take home."""
    try:
        pages = take_home_pages(settings, shelf, signer(settings))
    except CertificateRefused as error:
        # Run out, perhaps, or mistyped: visitors get their files all the same, unsigned.
        log.error("Files are not signed: %s", error)
        pages = take_home_pages(settings, shelf, None)
        pages.keepsakes.trouble = str(error)
    options = TakeHomeOptions(
        secret=secret,
        hours=settings.take_home_hours,
        address=settings.take_home_address,
        exported=settings.take_home_exported,
    )
    return TakeHome(pages, shelf, options, ui_folder(), lambda: clock.wall() / 1000)


def take_home_pages(settings: Settings, shelf: Shelf, signer: Signer | None) -> TakeHomePages:
    """The pages, and the files on them; what was kept of editions that are gone is cleared."""
    keepsakes = Keepsakes(settings.take_home, shelf.folder, signer)
    keepsakes.sweep(lambda set_id, number: number in shelf.numbers(set_id))
    return TakeHomePages(ui_folder(), keepsakes)


def print_desk(settings: Settings, clock: Clock) -> PrintDesk:
    """Raises PrinterRefused for what can be no queue's name."""
    printer = Printer(settings.printer, settings.printer_options) if settings.printer else None
    bleed = settings.print_bleed_mm
    return PrintDesk(printer, settings.prints_per_hour, lambda: clock.now() / 1000, bleed)


def signer(settings: Settings) -> Signer | None:
    """The museum's, where it has a certificate. Raises CertificateRefused."""
    if settings.c2pa_certificate is None or settings.c2pa_key is None:
        return None
    return Signer(settings.c2pa_certificate, settings.c2pa_key, settings.c2pa_algorithm)


def speaker(settings: Settings) -> Speaker | None:
    """Who reads aloud, where the museum has such a program. Raises SpeechFailed."""
    if settings.speech is None:
        return None
    return Speaker(settings.speech, settings.speech_voices, settings.store / "speech")


def ui_folder() -> Path:
    """Templates, scripts, styles and locale of the interface."""
    return Path(str(files("kiosk_ui")))


def numbers(settings: Settings) -> Numbers:
    """The museum's own numbers, by its own days."""
    return Numbers(settings.database, settings.zone, SystemClock().wall)


def places(settings: Settings) -> dict[str, Place]:
    """What is known of the walls that somebody has measured."""
    return {
        name: Place(wall_metres=metres, sound=settings.programme_sound)
        for name, metres in settings.wall_metres.items()
    }


def lights_out(settings: Settings) -> Daily | None:
    """The daily cue, where the museum wants one."""
    if settings.lights_out is None:
        return None
    at = time.fromisoformat(settings.lights_out)
    return Daily(at, settings.lights_out_minutes, settings.zone)


def rack(settings: Settings) -> Rack:
    """The folder of weights, with the table that ships and the museum's own."""
    shipped = recipes_library().parent / "models.toml"
    table = load_table(shipped, settings.models / "models.toml")
    return Rack(settings.models, table, settings.accepted_licences)


def engines(models: Models, device: str = "cpu") -> EngineRegistry:
    """Every engine; those that need weights find them in ``models`` and run on ``device``."""
    return EngineRegistry([Classic(), Hand(), Nets(models, device), Diffusion(models, device)])


def pipeline(settings: Settings, device: Device = CPU) -> Pipeline:
    """A pipeline of its own for one process, computing on one device."""
    models = rack(settings)
    return Pipeline(
        engines(models, device.id),
        Store(settings.store),
        models=models,
        device=device.label,
        who=settings.operator,
    )


def devices(settings: Settings, accelerated: bool) -> tuple[Device, ...]:
    """What to restore with, a process each: accelerators where a recipe wants them, else the
    processor. Raises NotReady for a device of the settings that is not here."""
    if not accelerated:
        return (CPU,) * workers(settings)
    here = accelerators()
    if not settings.devices:
        return here or (CPU,)
    known = {device.id: device for device in (CPU, *here)}
    if missing := [name for name in settings.devices if name not in known]:
        raise NotReady(
            [
                f"REKINDLE_DEVICES names {', '.join(missing)}; this machine has"
                f" {', '.join(device.label for device in known.values())}."
            ]
        )
    return tuple(known[name] for name in settings.devices)


def workers(settings: Settings) -> int:
    """How many processes restore at once."""
    if settings.workers:
        return settings.workers
    by_memory = int(psutil.virtual_memory().available // MEMORY_PER_WORKER)
    return max(1, min(os.cpu_count() or 1, by_memory))


@dataclass(frozen=True, slots=True)
class OpenSet:
    """A set that passed its checks, with the folder it was read from."""

    folder: Path
    exhibit: ExhibitSet


class Workshop:
    """What a curator's commands do: open, restore, publish, roll back, export."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._pipeline = pipeline(settings)
        self.shelf = Shelf(settings.editions, settings.keep_editions)

    def open(self, folder: Path) -> OpenSet:
        """Raises SetInvalid, with every error of the set; warnings do not block."""
        return OpenSet(folder, require_sound(folder))

    def jobs(
        self, opened: OpenSet, *, recipe: str | None = None, photo: str | None = None
    ) -> list[Job]:
        """A job a photo. Raises SetInvalid for a photo the set does not have, RecipeInvalid."""
        known = [entry.id for entry in opened.exhibit.photos]
        if photo is not None and photo not in known:
            remedy = f"Known: {', '.join(known)}."
            raise SetInvalid([Problem("exhibit.toml", f"has no photo {photo}.", remedy)])
        return [
            Job(
                entry,
                photo_folder(opened.folder, entry.id),
                recipe_for(
                    entry,
                    opened.exhibit,
                    override=recipe,
                    library=recipes_library(),
                    set_folder=opened.folder,
                ),
            )
            for entry in opened.exhibit.photos
            if photo in (None, entry.id)
        ]

    def lacks(self, jobs: list[Job]) -> tuple[str, ...]:
        """A line for everything the jobs need and that is not here: profile, models."""
        models = rack(self._settings)
        problems = model_problems(jobs, models, engines)
        if need_accelerator(jobs, engines(models)) and not torch_is_here():
            return ("This recipe needs the gpu profile. Run: scripts/setup gpu", *problems)
        return problems

    def prepare(self, jobs: list[Job]) -> tuple[Device, ...]:
        """The devices to restore the jobs with. Raises NotReady, with all that is lacking, before
        any photo is touched."""
        if problems := self.lacks(jobs):
            raise NotReady(problems)
        return devices(self._settings, need_accelerator(jobs, engines(rack(self._settings))))

    def keep(self, folder: Path, photo: str, step: str, number: int) -> None:
        """Writes into photo.toml which candidate of a step goes on; nothing is made again.

        Raises SetInvalid: no such photo, or its recipe's step makes no such candidate.
        """
        opened = self.open(folder)
        (job,) = self.jobs(opened, photo=photo)
        chosen = job.photo.model_copy(update={"keep": {**job.photo.keep, step: number}})
        recipe_for(
            chosen,
            opened.exhibit,
            override=None,
            library=recipes_library(),
            set_folder=folder,
        )
        save_photo(folder, chosen)

    def restore(self, jobs: list[Job], on: Sequence[Device]) -> Iterator[Event]:
        """Restores the jobs on this machine; yields what happens as it happens."""
        Store(self._settings.store).sweep()
        return LocalRunner(partial(pipeline, self._settings), on).run(jobs)

    def restored(self, opened: OpenSet, *, recipe: str | None = None) -> list[Restored]:
        """The stored stages of every photo. Raises NotRestored, naming those that miss some."""
        jobs = self.jobs(opened, recipe=recipe)
        found = [(job.photo.id, self._pipeline.look_up(job)) for job in jobs]
        if missing := [photo for photo, restored in found if restored is None]:
            raise NotRestored(str(opened.folder), missing)
        return [restored for _, restored in found if restored is not None]

    def publish(
        self, opened: OpenSet, *, recipe: str | None = None, built: PhotoBuilt = lambda _: None
    ) -> Edition:
        """Builds and publishes an edition of what is restored."""
        restored = self.restored(opened, recipe=recipe)
        reader = speaker(self._settings)

        def fill(folder: Path, number: int, earlier: Path | None) -> Edition:
            edition = build(
                opened.exhibit,
                restored,
                source=opened.folder,
                folder=folder,
                number=number,
                earlier=earlier,
                built=built,
            )
            if reader is None:
                return edition
            aloud = read_aloud(edition, read_words(ui_folder() / "locale", "kiosk"))
            return edition.model_copy(update={"spoken": spoken(aloud, reader, folder)})

        return self.shelf.publish(opened.exhibit.id, fill)

    def export(self, opened: OpenSet, target: Path, *, recipe: str | None = None) -> list[Path]:
        """Writes every stage as a PNG with its paradata beside it."""
        return export_stages(self.restored(opened, recipe=recipe), target)

    def export_take_home(
        self, opened: OpenSet, target: Path, address: str | None = None
    ) -> list[Path]:
        """Writes the pages that visitors take home, of the published edition. Raises
        EditionMissing, CertificateRefused."""
        edition = self.shelf.current(opened.exhibit.id)
        if edition is None:
            raise EditionMissing(opened.exhibit.id)
        pages = take_home_pages(self._settings, self.shelf, signer(self._settings))
        styles = ui_folder() / "styles" / "take_home.css"
        return export_take_home(pages, edition, styles, target, address)
