"""Bringing weights here: exact files of an exact revision, complete only when verified."""

import contextlib
import os
import shutil
from collections.abc import Callable, Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import urlsplit

from server.errors import FetchFailed
from server.restoration.models.entries import ModelEntry, ModelFile
from server.restoration.models.rack import BEGUN, Rack, sha256, write_record

SPARE = 1 << 30
"""Bytes that stay free on the disk."""

Progress = Callable[[str, int, int], None]
"""Called with a file, the bytes of it that are here, and its size (0 where it is not known)."""


def fetch(rack: Rack, name: str, progress: Progress, *, endpoint: str | None = None) -> bool:
    """Brings a model of the table into the rack; False where it is here already.

    What was begun and interrupted goes on where it stopped. The model's folder appears when all of
    its files have the SHA-256 that the table names. ``endpoint``: another hub's address.

    Raises:
        ModelRefused: its licence was not accepted in the settings.
        FetchFailed: with the reason and what to do.
    """
    entry = known(rack, name)
    if refused := rack.licence_problem(name):
        raise refused
    if not entry.pinned:
        raise FetchFailed(
            name,
            "models.toml does not name the SHA-256 of every file of it.",
            f"Run: rekindle models pin {name}",
        )
    if rack.condition(name) == "here":
        return False
    work = rack.root / BEGUN / name
    work.mkdir(parents=True, exist_ok=True)
    _require_space(name, entry, work)
    files: dict[str, tuple[str, int]] = {}
    for file in entry.files:
        place = work / file.local
        if not place.is_file():
            _bring(name, entry, file, place, progress, endpoint)
        files[file.local] = (str(file.sha256), place.stat().st_size)
    write_record(work, name, entry, files)
    place = rack.root / name
    if place.exists():
        shutil.rmtree(place)
    work.rename(place)
    return True


def known(rack: Rack, name: str) -> ModelEntry:
    """The table's entry of a name. Raises FetchFailed, with the names there are."""
    entry = rack.table.model.get(name)
    if entry is None:
        names = ", ".join(sorted(rack.table.model))
        raise FetchFailed(name, "models.toml does not name it.", f"Known: {names}.")
    return entry


def _bring(
    name: str,
    entry: ModelEntry,
    file: ModelFile,
    place: Path,
    progress: Progress,
    endpoint: str | None,
) -> None:
    """Fetches one file under a ``.part`` name and gives it its own when its SHA-256 is right."""
    part = place.with_name(place.name + ".part")
    part.parent.mkdir(parents=True, exist_ok=True)
    with errors_named(name, entry), part.open("ab") as handle:
        _download(entry, file, handle, progress, endpoint)
    actual = sha256(part)
    if actual != file.sha256:
        part.unlink()
        raise FetchFailed(
            name,
            f"{file.path} has SHA-256 {actual[:12]}…, and should have {str(file.sha256)[:12]}….",
            "It was thrown away. Try again; if it stays so, the source is not what models.toml"
            " names.",
        )
    part.rename(place)


def _download(
    entry: ModelEntry,
    file: ModelFile,
    handle: BinaryIO,
    progress: Progress,
    endpoint: str | None,
) -> None:
    hub = import_module("huggingface_hub")
    downloads = import_module("huggingface_hub.file_download")
    headers = None
    if file.url is not None:
        url = file.url
    else:
        url = address(entry, file.path, entry.revision, endpoint)
        # Only the hub is shown the museum's token.
        headers = hub.utils.build_hf_headers(library_name="rekindle")
    if file.size is None or handle.tell() > file.size:
        # Without its size there is no telling whether what is here is the whole of it.
        handle.truncate(0)
    here = handle.seek(0, os.SEEK_END)
    progress(file.local, here, file.size or 0)
    downloads.http_get(
        url,
        handle,
        resume_size=here,
        headers=headers,
        expected_size=file.size,
        tqdm_class=_counting(file.local, progress),
    )


def address(entry: ModelEntry, path: str, revision: str | None, endpoint: str | None) -> str:
    """Where the hub has a file."""
    hub = import_module("huggingface_hub")
    url: str = hub.hf_hub_url(entry.repository, path, revision=revision, endpoint=endpoint)
    return url


def _counting(local: str, progress: Progress) -> Any:
    """A progress bar for huggingface_hub that draws nothing and tells ``progress``."""
    tqdm = import_module("tqdm").tqdm

    class Counting(tqdm):  # type: ignore[misc, valid-type]
        def display(self, *_: Any, **__: Any) -> None:
            return

        def update(self, count: float | None = 1) -> None:
            self.n += int(count or 0)
            progress(local, int(self.n), int(self.total or 0))

    return Counting


def _require_space(name: str, entry: ModelEntry, work: Path) -> None:
    begun = sum(path.stat().st_size for path in work.rglob("*") if path.is_file())
    wanted = max(0, entry.size - begun)
    free = shutil.disk_usage(work).free
    if wanted and free < wanted + SPARE:
        raise FetchFailed(
            name,
            f"it needs {wanted / 1e9:.1f} GB more, and {work.parent.parent} has"
            f" {free / 1e9:.1f} GB free, of which {SPARE / 1e9:.1f} GB stay free.",
            "Make room, or set REKINDLE_HOME to a larger disk.",
        )


def _hub(name: str) -> Any:
    if find_spec("huggingface_hub") is None:
        raise FetchFailed(name, "fetching needs the gpu profile.", "Run: scripts/setup gpu")
    return import_module("huggingface_hub")


@contextlib.contextmanager
def errors_named(name: str, entry: ModelEntry) -> Iterator[None]:
    """Turns what a download can raise into one sentence and what to do."""
    hub = _hub(name)
    errors = import_module("huggingface_hub.errors")
    page = f"https://huggingface.co/{entry.repository}" if entry.repository else "its page"
    try:
        yield
    except FetchFailed:
        raise
    except (errors.GatedRepoError, errors.RepositoryNotFoundError) as error:
        raise FetchFailed(
            name,
            f"the hub refuses ({_status(error)}): it is gated, private or gone.",
            f"Accept its terms at {page}, log in with: hf auth login (or set HF_TOKEN), and try"
            " again.",
        ) from error
    except hub.errors.HfHubHTTPError as error:
        raise FetchFailed(
            name,
            f"the source answered {_status(error)} for {urlsplit(str(error.response.url)).path}.",
            "Try again later; what is here already is kept.",
        ) from error
    except OSError as error:
        if error.errno is not None and error.errno in (28, 122):
            raise FetchFailed(
                name, "the disk is full.", "Make room; what is here already is kept."
            ) from error
        raise FetchFailed(name, f"interrupted ({error}).", AGAIN) from error
    except Exception as error:
        if not type(error).__module__.startswith(("httpx", "httpcore")):
            raise
        raise FetchFailed(
            name, f"the source cannot be reached ({error or type(error).__name__}).", AGAIN
        ) from error


AGAIN = (
    "Try again where there is a network: what is here already is kept. A model's folder may also be"
    " copied from another machine."
)


def _status(error: Any) -> str:
    response = getattr(error, "response", None)
    return str(getattr(response, "status_code", "an error"))
