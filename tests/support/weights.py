"""Model tables and racks for tests."""

import hashlib
from pathlib import Path
from typing import Any

from server.restoration.models.entries import Licence, ModelEntry, ModelFile, ModelTable
from server.restoration.models.rack import Rack

FREE = Licence(title="Free", commercial=True, display=True)
CLOSED = Licence(title="Closed", commercial=False, display=True, forbids="commercial use")


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def entry(contents: dict[str, bytes], /, **changes: Any) -> ModelEntry:
    """An entry for a repository ``lab/tiny`` with these files, pinned."""
    made = tuple(
        ModelFile(path=path, sha256=sha(data), size=len(data)) for path, data in contents.items()
    )
    known: dict[str, Any] = {
        "kind": "net",
        "purpose": "tests",
        "licence": "Free",
        "memory_gb": 0,
        "repository": "lab/tiny",
        "revision": "a" * 40,
        "files": made,
    }
    return ModelEntry.model_validate({**known, **changes})


def rack(root: Path, *accepted: str, **models: ModelEntry) -> Rack:
    table = ModelTable(licence={"Free": FREE, "Closed-1.0": CLOSED}, model=models)
    return Rack(root, table, accepted)
