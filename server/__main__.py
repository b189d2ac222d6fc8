"""The command line: parses, calls assembly, prints."""

from pathlib import Path
from typing import Annotated

import typer
import uvicorn
from pydantic import ValidationError
from pydantic_settings import SettingsError
from rich.console import Console
from rich.filesize import decimal
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    ProgressColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TransferSpeedColumn,
)
from rich.table import Table

from server import proposals
from server.assembly import Workshop, accounts, numbers, rack, web_app
from server.assembly import check as check_set
from server.catalogue.exchange.folder import import_folder
from server.doctor import examine
from server.errors import NotReady, PhotosFailed, RekindleError
from server.restoration import runner
from server.restoration.models.fetching import fetch, known
from server.restoration.models.pinning import pin
from server.restoration.models.rack import remedy
from server.settings import Settings
from server.web.app import UVICORN_OPTIONS
from server.web.numbers import as_csv
from server.web.take_home_export import broken_links
from server.web.take_home_links import phone_base

app = typer.Typer(
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__
)
import_app = typer.Typer(no_args_is_help=True, help="Turn something else into a set.")
export_app = typer.Typer(no_args_is_help=True, help="Write a set out in other forms.")
models_app = typer.Typer(no_args_is_help=True, help="Weights: list, pin, fetch, verify.")
user_app = typer.Typer(no_args_is_help=True, help="Who may enter the Studio.")
app.add_typer(import_app, name="import")
app.add_typer(export_app, name="export")
app.add_typer(models_app, name="models")
app.add_typer(user_app, name="user")

out = Console(soft_wrap=True, highlight=False)
_COLOURS = {"ok": "", "warn": "yellow", "fail": "red"}
err = Console(soft_wrap=True, highlight=False, stderr=True)

SetFolder = Annotated[Path, typer.Argument(metavar="SET", help="The set's folder.")]
RecipeName = Annotated[
    str | None, typer.Option("--recipe", help="A recipe's name, instead of the set's own.")
]


@app.command()
def check(folder: SetFolder) -> None:
    """Name every problem of a set, with file, reason and remedy."""
    problems = check_set(folder)
    errors = sum(problem.severity == "error" for problem in problems)
    lines = [f"{problem.severity}: {problem}" for problem in problems]
    if not errors:
        workshop = Workshop(Settings())
        lacking = workshop.lacks(workshop.jobs(workshop.open(folder)))
        lines += [f"warning: {line}" for line in lacking]
    for line in lines:
        out.print(line, markup=False)
    out.print(f"{folder}: {errors} errors, {len(lines) - errors} warnings")
    raise typer.Exit(1 if errors else 0)


@app.command()
def restore(
    folder: SetFolder,
    recipe: RecipeName = None,
    photo: Annotated[str | None, typer.Option(help="Only this photo.")] = None,
) -> None:
    """Make the stages of every photo; what is there already is not made again."""
    workshop = Workshop(Settings())
    jobs = workshop.jobs(workshop.open(folder), recipe=recipe, photo=photo)
    devices = workshop.prepare(jobs)
    failures: list[tuple[str, str]] = []
    made = 0
    with _bar() as bar:
        whole = bar.add_task("photos", total=len(jobs), what="")
        lines: dict[str, TaskID] = {}
        for event in workshop.restore(jobs, devices):
            if isinstance(event, runner.Progress):
                line = lines.get(event.photo)
                if line is None:
                    line = lines[event.photo] = bar.add_task(event.photo, total=1.0, what="")
                bar.update(line, completed=event.share, what=event.step)
                continue
            if isinstance(event, runner.Failed):
                failures.append((event.photo, event.reason))
            elif not event.cached:
                made += 1
            if event.photo in lines:
                bar.remove_task(lines.pop(event.photo))
            bar.advance(whole)
    done = len(jobs) - len(failures)
    out.print(f"{done} of {len(jobs)} photos restored ({done - made} were there already)")
    if failures:
        raise PhotosFailed(failures)


@app.command()
def keep(folder: SetFolder, photo: str, step: str, number: int) -> None:
    """Choose which candidate of a photo's step goes on; they are numbered from 1."""
    Workshop(Settings()).keep(folder, photo, step, number)
    out.print(f"{photo}: candidate {number} of {step} goes on. Next: rekindle restore {folder}")


@app.command()
def outline(folder: SetFolder, photo: str, x: float, y: float) -> None:
    """Suggest an outline around a point of a photo; X and Y are fractions from the top left."""
    try:
        corners = proposals.outline(folder, photo, [(x, y)])
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    text = ", ".join(f"[{across:g}, {down:g}]" for across, down in corners)
    out.print('[[region]]\nid = "..."\nname = { en = "..." }', markup=False)
    out.print(f"outline = [{text}]", markup=False)


@app.command()
def faces(
    folder: SetFolder,
    photo: Annotated[str | None, typer.Option(help="Only this photo.")] = None,
    write: Annotated[
        bool, typer.Option("--write", help="Write them into photo.toml as protected regions.")
    ] = False,
) -> None:
    """Propose faces to protect: no generative engine invents in a protected region."""
    for name, regions in proposals.face_regions(folder, photo).items():
        out.print(f"{name}: {len(regions)} faces proposed", markup=False)
        if write and regions:
            proposals.accept(folder, name, regions)
            out.print("  written, protect = true")


@app.command()
def publish(folder: SetFolder, recipe: RecipeName = None) -> None:
    """Build an edition of what is restored, and show it to the next visitor."""
    workshop = Workshop(Settings())
    opened = workshop.open(folder)
    with _bar() as bar:
        whole = bar.add_task("photos", total=len(opened.exhibit.photos), what="")
        edition = workshop.publish(
            opened, recipe=recipe, built=lambda photo: bar.update(whole, advance=1, what=photo)
        )
    out.print(f"{edition.set_id}: edition {edition.number} is published")


@app.command()
def rollback(folder: SetFolder) -> None:
    """Show the edition before the present one again."""
    workshop = Workshop(Settings())
    edition = workshop.shelf.roll_back(workshop.open(folder).exhibit.id)
    out.print(f"{edition.set_id}: edition {edition.number} is published again")


@import_app.command("folder")
def import_from_folder(
    source: Annotated[Path, typer.Argument(metavar="SRC", help="A folder of images.")],
    to: Annotated[Path, typer.Option("--to", metavar="SET", help="The set to make.")],
    title: Annotated[str | None, typer.Option(help="The set's title.")] = None,
) -> None:
    """Make a set of a plain folder of images; the files are copied as they are."""
    report = import_folder(source, to, title=title)
    for problem in report.problems:
        out.print(f"left out: {problem}", markup=False)
    out.print(f"{to}: {len(report.photos)} photos. Next: rekindle check {to}")


@export_app.command("stages")
def export_stages(
    folder: SetFolder,
    to: Annotated[Path, typer.Option("--to", metavar="DIR", help="Where the files go.")],
    recipe: RecipeName = None,
) -> None:
    """Write one lossless PNG per photo and stage, with its paradata beside it."""
    workshop = Workshop(Settings())
    written = workshop.export(workshop.open(folder), to, recipe=recipe)
    out.print(f"{to}: {len(written)} pictures")


@export_app.command("take-home")
def export_take_home(
    folder: SetFolder,
    to: Annotated[Path, typer.Option("--to", metavar="DIR", help="Where the pages go.")],
    address: Annotated[
        str | None, typer.Option(help="Under which DIR will be reached: https://…")
    ] = None,
) -> None:
    """Write the pages that visitors take home as plain files, for any web server."""
    workshop = Workshop(Settings())
    written = workshop.export_take_home(workshop.open(folder), to, address)
    broken = [f"{page}: {link}" for page in written for link in broken_links(page)]
    out.print(f"{to}: {len(written)} pages, every link checked")
    for line in broken:
        err.print(f"leads nowhere: {line}", markup=False)
    if broken:
        raise typer.Exit(1)
    if address:
        out.print(
            "To send visitors there: "
            f"REKINDLE_TAKE_HOME_ADDRESS={address} REKINDLE_TAKE_HOME_EXPORTED=true"
        )


@export_app.command("numbers")
def export_numbers(
    to: Annotated[Path, typer.Option("--to", metavar="FILE", help="The CSV file to write.")],
) -> None:
    """Write what was looked at, day by day, as a table; nothing about a person is in it."""
    sums = numbers(Settings()).sums()
    to.write_text(as_csv(sums), encoding="utf-8-sig", newline="")
    out.print(f"{to}: {len(sums)} sums")


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="The address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="The port to listen on.")] = None,
) -> None:
    """Serve the kiosk, the projection and the Studio until stopped."""
    settings = Settings()
    host, port = host or settings.host, port if port is not None else settings.port
    base = f"http://{host}:{port}"
    for station in settings.stations or Workshop(settings).shelf.sets() or ["main"]:
        out.print(f"Kiosk       {base}/kiosk/{station}")
        out.print(f"Projection  {base}/projection/{station}")
    out.print(f"Studio      {base}/studio")
    if settings.take_home_address:
        out.print(f"Phones      {settings.take_home_address}")
    elif phone_base(None, base) is None:
        out.print("Phones cannot reach this server: set REKINDLE_TAKE_HOME_ADDRESS")
    if not accounts(settings).names():
        out.print("The Studio needs a user: rekindle user add NAME")
    uvicorn.run(web_app(settings), host=host, port=port, log_level="warning", **UVICORN_OPTIONS)


@models_app.command("list")
def list_models() -> None:
    """Show the weights there are, what they need, and what their licences allow."""
    here = rack(Settings())
    table = Table(box=None, pad_edge=False)
    for heading in ("name", "here", "size", "memory", "licence", "commercial", "for"):
        table.add_column(heading, justify="right" if heading in ("size", "memory") else "left")
    for name, entry in sorted(here.table.model.items()):
        licence = here.table.licence[entry.licence]
        refused = here.licence_problem(name) is not None
        table.add_row(
            name,
            "refused" if refused else here.condition(name),
            decimal(entry.size) if entry.size else "?",
            f"{entry.memory_gb:g} GB",
            entry.licence,
            "yes" if licence.commercial else "no",
            entry.purpose,
        )
    for name in here.own():
        table.add_row(name, "own", "", "", "yours", "", f"put into {here.root} by hand")
    out.print(table)
    if not all(here.table.licence[entry.licence].free for entry in here.table.model.values()):
        out.print("refused: the licence forbids something; rekindle models fetch NAME says what")


@models_app.command("fetch")
def fetch_models(
    names: Annotated[list[str], typer.Argument(metavar="NAME...", help="Names of models.")],
) -> None:
    """Bring weights here; what was interrupted goes on, what is here is left alone."""
    here = rack(Settings())
    with _bar(DownloadColumn(), TransferSpeedColumn()) as bar:
        for name in names:
            lines: dict[str, TaskID] = {}

            def show(
                file: str, done: int, size: int, name: str = name, lines: dict[str, TaskID] = lines
            ) -> None:
                if file not in lines:
                    lines[file] = bar.add_task(f"{name}: {file}", total=size or None, what="")
                bar.update(lines[file], completed=done, total=size or None)

            fresh = fetch(here, name, show)
            for line in lines.values():
                bar.remove_task(line)
            out.print(f"{name}: {'fetched and verified' if fresh else 'was here already'}")


@models_app.command("verify")
def verify_models(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME...]", help="All that are here, if none.")
    ] = None,
) -> None:
    """Read every file again and compare it with its SHA-256; exit 1 if one differs."""
    here = rack(Settings())
    present = ("here", "damaged", "unchecked", "other version")
    chosen = names or [name for name in here.table.model if here.condition(name) in present]
    faulty: list[str] = []
    with _bar() as bar:
        for name in chosen:
            entry = known(here, name)
            line = bar.add_task(name, total=entry.size or None, what="")

            def show(file: str, count: int, line: TaskID = line) -> None:
                bar.update(line, advance=count, what=file)

            faults = here.verify(name, show)
            bar.remove_task(line)
            out.print(f"{name}: {'; '.join(faults) or 'as it should be'}", markup=False)
            if faults:
                faulty.append(f"{name}: {remedy(name, entry, 'damaged')}")
    if faulty:
        raise NotReady(faulty)


@models_app.command("pin")
def pin_models(
    names: Annotated[list[str], typer.Argument(metavar="NAME...", help="Names of models.")],
) -> None:
    """Ask the hub once for a model's revision and SHA-256, and write them down for good."""
    settings = Settings()
    own = settings.models / "models.toml"
    for name in names:
        entry = pin(rack(settings), name, own)
        out.print(
            f"{name}: {len(entry.files)} files, {decimal(entry.size)}, revision"
            f" {str(entry.revision)[:12]}, written to {own}. Next: rekindle models fetch {name}"
        )


@app.command()
def doctor() -> None:
    """Look over this installation: one line a finding, with its remedy; exit 1 if one fails."""
    failed = False
    for finding in examine(Settings()):
        out.print(str(finding), markup=False, style=_COLOURS[finding.level])
        failed = failed or finding.level == "fail"
    raise typer.Exit(1 if failed else 0)


@user_app.command("add")
def add_user(
    name: str,
    password: Annotated[
        str,
        typer.Option(prompt=True, hide_input=True, confirmation_prompt=True, help="Asked for."),
    ],
) -> None:
    """Let somebody into the Studio."""
    accounts(Settings()).add(name, password)
    out.print(f"{name} may enter the Studio")


def _bar(*more: ProgressColumn) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f}% {task.fields[what]}"),
        *more,
        TimeElapsedColumn(),
        console=out,
    )


def main() -> None:
    """Runs the command line; an error of ours is printed, one line a problem, and exits 1."""
    try:
        app()
    except RekindleError as error:
        err.print(str(error), markup=False, style="red")
        raise SystemExit(1) from None
    except SettingsError as error:
        err.print(f"{error}. See docs/settings.md", markup=False, style="red")
        raise SystemExit(1) from None
    except ValidationError as error:
        if error.title != "Settings":
            raise
        for fault in error.errors():
            name = f"REKINDLE_{str(fault['loc'][0]).upper()}: " if fault["loc"] else ""
            err.print(f"{name}{fault['msg']}. See docs/settings.md", markup=False, style="red")
        raise SystemExit(1) from None


if __name__ == "__main__":
    main()
