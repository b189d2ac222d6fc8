"""The command line: parses, calls assembly, prints."""

from pathlib import Path
from typing import Annotated

import typer
import uvicorn
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from server.assembly import Workshop, accounts, web_app
from server.catalogue.checks import check as check_set
from server.catalogue.exchange.folder import import_folder
from server.errors import PhotosFailed, RekindleError
from server.restoration import runner
from server.settings import Settings
from server.web.app import UVICORN_OPTIONS

app = typer.Typer(
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__
)
import_app = typer.Typer(no_args_is_help=True, help="Turn something else into a set.")
export_app = typer.Typer(no_args_is_help=True, help="Write a set out in other forms.")
user_app = typer.Typer(no_args_is_help=True, help="Who may enter the Studio.")
app.add_typer(import_app, name="import")
app.add_typer(export_app, name="export")
app.add_typer(user_app, name="user")

out = Console(soft_wrap=True, highlight=False)
err = Console(soft_wrap=True, highlight=False, stderr=True)

SetFolder = Annotated[Path, typer.Argument(metavar="SET", help="The set's folder.")]
RecipeName = Annotated[
    str | None, typer.Option("--recipe", help="A recipe's name, instead of the set's own.")
]


@app.command()
def check(folder: SetFolder) -> None:
    """Name every problem of a set, with file, reason and remedy."""
    problems = check_set(folder)
    for problem in problems:
        out.print(f"{problem.severity}: {problem}", markup=False)
    errors = sum(problem.severity == "error" for problem in problems)
    out.print(f"{folder}: {errors} errors, {len(problems) - errors} warnings")
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
    failures: list[tuple[str, str]] = []
    made = 0
    with _bar() as bar:
        whole = bar.add_task("photos", total=len(jobs), what="")
        lines: dict[str, TaskID] = {}
        for event in workshop.restore(jobs):
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
    if not accounts(settings).names():
        out.print("The Studio needs a user: rekindle user add NAME")
    uvicorn.run(web_app(settings), host=host, port=port, log_level="warning", **UVICORN_OPTIONS)


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


def _bar() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f}% {task.fields[what]}"),
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


if __name__ == "__main__":
    main()
