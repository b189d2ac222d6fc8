"""Pinning: asking the hub which revision and which files a model is, once, and writing it down.

From then on nothing else is accepted under that name.
"""

import fnmatch
import hashlib
from importlib import import_module
from pathlib import Path
from typing import Any

from server.errors import FetchFailed
from server.restoration.models.entries import ModelEntry, ModelFile
from server.restoration.models.fetching import address, errors_named, known
from server.restoration.models.rack import Rack
from server.restoration.models.table import write_entry

LARGEST = 64 << 20
"""Bytes of a file that is read to learn its SHA-256; larger ones have it in the hub's records."""


def pin(rack: Rack, name: str, own: Path, *, endpoint: str | None = None) -> ModelEntry:
    """Completes an entry from the hub and writes it into the museum's models.toml.

    A revision or a SHA-256 that the table names already is not replaced: what the hub says must
    agree with it.

    Raises:
        FetchFailed: the hub cannot be asked, or says something else than the table.
    """
    entry = known(rack, name)
    if entry.repository is None:
        raise FetchFailed(name, "it has no repository to ask.", "Write its SHA-256 by hand.")
    with errors_named(name, entry):
        hub = import_module("huggingface_hub")
        api = hub.HfApi(endpoint=endpoint, library_name="rekindle")
        told = api.model_info(entry.repository, revision=entry.revision, files_metadata=True)
        there = {sibling.rfilename: sibling for sibling in told.siblings or ()}
        wanted = entry.files or _included(entry, there)
        files = tuple(_completed(name, entry, file, there, told.sha, endpoint) for file in wanted)
    made = entry.model_copy(update={"revision": told.sha, "files": files})
    write_entry(own, name, made)
    return made


def _included(entry: ModelEntry, there: dict[str, Any]) -> tuple[ModelFile, ...]:
    return tuple(
        ModelFile(path=path)
        for path in sorted(there)
        if any(fnmatch.fnmatch(path, pattern) for pattern in entry.include)
    )


def _completed(
    name: str,
    entry: ModelEntry,
    file: ModelFile,
    there: dict[str, Any],
    revision: str,
    endpoint: str | None,
) -> ModelFile:
    sibling = there.get(file.path)
    if sibling is None:
        raise FetchFailed(
            name,
            f"{entry.repository} has no {file.path} at revision {revision[:12]}.",
            "Correct the entry in models.toml.",
        )
    if sibling.lfs is not None:
        sha, size = str(sibling.lfs.sha256), int(sibling.lfs.size)
    else:
        content = _small_file(name, entry, file.path, revision, endpoint)
        sha, size = hashlib.sha256(content).hexdigest(), len(content)
    if file.sha256 not in (None, sha):
        raise FetchFailed(
            name,
            f"the hub says SHA-256 {sha[:12]}… for {file.path}, models.toml says"
            f" {str(file.sha256)[:12]}….",
            "Nothing was pinned. Find out which is right before you go on.",
        )
    return file.model_copy(update={"sha256": sha, "size": size})


def _small_file(
    name: str, entry: ModelEntry, path: str, revision: str, endpoint: str | None
) -> bytes:
    hub = import_module("huggingface_hub")
    response = hub.get_session().get(
        address(entry, path, revision, endpoint),
        headers=hub.utils.build_hf_headers(library_name="rekindle"),
        follow_redirects=True,
    )
    hub.utils.hf_raise_for_status(response)
    content: bytes = response.content
    if len(content) > LARGEST:
        raise FetchFailed(name, f"{path} is larger than a file of its kind.", "Leave it out.")
    return content
