"""The folder of weights: what is here, whether it is whole, and whether it may be used.

A model is a folder ``<name>/`` with a ``record.json`` written when every file had passed its
check, or a file or folder that a museum put there by hand under a name of its own.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from server.catalogue.atomic import replacing
from server.errors import ModelMissing, ModelRefused
from server.restoration.models.entries import ModelEntry, ModelTable
from server.restoration.plan import canonical_json, digest

Condition = Literal["here", "missing", "begun", "damaged", "other version", "unchecked"]
RECORD = "record.json"
BEGUN = ".begun"
"""Folder of what is being fetched; a fetch goes on from there."""
OWN_DIGESTS = ".digests.json"
WEIGHTS = (".safetensors", ".pth", ".ckpt", ".pt", ".onnx")

Hashed = Callable[[str, int], None]
"""Called with a file and the bytes of it just read."""


class Record(BaseModel):
    """What a fetched folder holds; every file had this SHA-256 and size when it was written."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    repository: str | None
    revision: str | None
    files: dict[str, tuple[str, int]]
    """Path to SHA-256 and bytes."""

    @property
    def digest(self) -> str:
        return digest(canonical_json(sorted((path, sha) for path, (sha, _) in self.files.items())))


class Rack:
    """Implements :class:`server.restoration.engine.Models`.

    Args:
        root: the folder of weights.
        table: what models.toml says.
        accepted: names of licences the museum accepts besides the free ones.
    """

    def __init__(self, root: Path, table: ModelTable, accepted: Sequence[str] = ()) -> None:
        self.root = root
        self.table = table
        self._accepted = frozenset(accepted)

    def folder(self, name: str) -> Path:
        """See :class:`server.restoration.engine.Models`."""
        self._require(name)
        own = self._own(name)
        return own if own is not None and name not in self.table.model else self.root / name

    def digest(self, name: str) -> str:
        """See :class:`server.restoration.engine.Models`."""
        self._require(name)
        if name in self.table.model:
            record = self.record(name)
            assert record is not None
            return record.digest
        own = self._own(name)
        assert own is not None
        return self._own_digest(own)

    def condition(self, name: str) -> Condition:
        """How it stands with a model of the table; sizes are compared, contents are not read."""
        entry, folder = self.table.model[name], self.root / name
        record = self.record(name)
        if record is None:
            if any((folder / file.local).is_file() for file in entry.files):
                return "unchecked"
            return "begun" if (self.root / BEGUN / name).is_dir() else "missing"
        for path, (_, size) in record.files.items():
            file = folder / path
            if not file.is_file() or file.stat().st_size != size:
                return "damaged"
        known = {file.local: file.sha256 for file in entry.files if file.sha256}
        if any(sha != known.get(path, sha) for path, (sha, _) in record.files.items()):
            return "other version"
        if known.keys() - record.files.keys():
            return "other version"
        return "here"

    def record(self, name: str) -> Record | None:
        """The record of a fetched model; None where there is none that can be read."""
        try:
            return Record.model_validate_json((self.root / name / RECORD).read_bytes())
        except (OSError, ValidationError):
            return None

    def own(self) -> tuple[str, ...]:
        """Names of what a museum put here by hand."""
        if not self.root.is_dir():
            return ()
        found = (
            path.name
            for path in self.root.iterdir()
            if not path.name.startswith(".") and path.name not in self.table.model
        )
        return tuple(sorted(name for name in found if self._own(name) is not None))

    def licence_problem(self, name: str) -> ModelRefused | None:
        """Why a model of the table may not be used here; None where it may."""
        entry = self.table.model[name]
        licence = self.table.licence[entry.licence]
        if licence.free or entry.licence in self._accepted:
            return None
        return ModelRefused(
            name,
            entry.licence,
            f"its licence, {licence.title}, forbids {licence.forbids}. If your museum may use it,"
            f" set REKINDLE_ACCEPTED_LICENCES='{json.dumps([entry.licence])}'.",
        )

    def verify(self, name: str, hashed: Hashed = lambda file, count: None) -> tuple[str, ...]:
        """Reads every file of a model; the faults found, none where it is whole.

        A folder that was copied here without its record gets one when it passes.
        """
        entry, folder = self.table.model[name], self.root / name
        record = self.record(name)
        wanted = {file.local: file.sha256 for file in entry.files if file.sha256}
        if record is not None:
            wanted = {path: sha for path, (sha, _) in record.files.items()} | wanted
        elif not entry.pinned:
            return ("is not pinned, so there is nothing to check it against",)
        faults, found = [], {}
        for path, sha in wanted.items():
            file = folder / path
            if not file.is_file():
                faults.append(f"{path} is missing")
                continue
            actual = sha256(file, partial(hashed, path))
            found[path] = (actual, file.stat().st_size)
            if actual != sha:
                faults.append(f"{path} has SHA-256 {actual[:12]}…, not {sha[:12]}…")
        if not faults and record is None:
            write_record(folder, name, entry, found)
        return tuple(faults)

    def _require(self, name: str) -> None:
        entry = self.table.model.get(name)
        if entry is None:
            if self._own(name) is None:
                raise ModelMissing(name, self._unknown())
            self._refuse_known_weights(name)
            return
        if refused := self.licence_problem(name):
            raise refused
        condition = self.condition(name)
        if condition != "here":
            raise ModelMissing(name, remedy(name, entry, condition))

    def _unknown(self) -> str:
        known = ", ".join([*sorted(self.table.model), *self.own()])
        return f"models.toml does not name it, and {self.root} has no such file. Known: {known}."

    def _refuse_known_weights(self, name: str) -> None:
        """Weights put here under another name keep their licence."""
        own = self._own(name)
        assert own is not None
        found = self._own_digest(own)
        for known, entry in self.table.model.items():
            refused = self.licence_problem(known)
            if refused and any(file.sha256 == found for file in entry.files):
                raise refused

    def _own(self, name: str) -> Path | None:
        """What a museum put here under this name, with or without its suffix."""
        if "/" in name or name.startswith("."):
            return None
        path = self.root / name
        if path.is_dir() and any(_contents(path)):
            return path
        candidates = [path, *(self.root / f"{name}{suffix}" for suffix in WEIGHTS)]
        return next((p for p in candidates if p.is_file() and p.suffix in WEIGHTS), None)

    def _own_digest(self, path: Path) -> str:
        """SHA-256 of a file put here, or over a folder's; read once for each state of it."""
        files = sorted(_contents(path)) if path.is_dir() else [path]
        state = [
            [str(f.relative_to(self.root)), f.stat().st_size, f.stat().st_mtime_ns] for f in files
        ]
        store = self.root / OWN_DIGESTS
        try:
            known = json.loads(store.read_text("utf-8"))
        except (OSError, ValueError):
            known = {}
        entry = known.get(path.name)
        if entry is None or entry["state"] != state:
            shas = [sha256(file) for file in files]
            whole = shas[0] if path.is_file() else digest(canonical_json(shas))
            entry = known[path.name] = {"state": state, "sha256": whole}
            with replacing(store) as temporary:
                temporary.write_text(json.dumps(known, indent=1), "utf-8")
        return str(entry["sha256"])


def remedy(name: str, entry: ModelEntry, condition: Condition) -> str:
    """What brings a model here, as an instruction."""
    if condition == "damaged":
        return f"Its files are damaged. Run: rekindle models fetch {name}"
    if condition == "other version":
        return f"What is here is another version of it. Run: rekindle models fetch {name}"
    if condition == "unchecked" and entry.pinned:
        return f"Its files are here, but unchecked. Run: rekindle models verify {name}"
    if not entry.pinned:
        return f"Run: rekindle models pin {name}, then: rekindle models fetch {name}"
    return f"Run: rekindle models fetch {name}"


def write_record(
    folder: Path, name: str, entry: ModelEntry, files: dict[str, tuple[str, int]]
) -> None:
    record = Record(name=name, repository=entry.repository, revision=entry.revision, files=files)
    with replacing(folder / RECORD) as temporary:
        temporary.write_text(record.model_dump_json(indent=1), "utf-8")


def sha256(path: Path, read: Callable[[int], None] = lambda count: None) -> str:
    """SHA-256 of a file, hexadecimal; ``read`` is told the bytes of every piece."""
    state = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(4 << 20):
            state.update(piece)
            read(len(piece))
    return state.hexdigest()


def _contents(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file() and path.name != RECORD)
