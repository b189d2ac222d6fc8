"""models.toml as files: the one that ships, and the museum's own additions."""

import tomllib
from pathlib import Path
from typing import Any

import tomlkit
from pydantic import ValidationError

from server.catalogue.atomic import replacing
from server.errors import ModelTableInvalid
from server.restoration.models.entries import ModelEntry, ModelTable


def load_table(shipped: Path, own: Path | None = None) -> ModelTable:
    """The shipped table, with the museum's entries in place of shipped ones of the same name.

    Raises:
        ModelTableInvalid: one line a fault.
    """
    table = _read(shipped)
    if own is not None and own.is_file():
        mine = _read(own)
        table = ModelTable(
            licence={**table.licence, **mine.licence}, model={**table.model, **mine.model}
        )
    faults = [
        f"model.{name}: there is no licence {entry.licence!r} in the licence table"
        for name, entry in table.model.items()
        if entry.licence not in table.licence
    ]
    if faults:
        raise ModelTableInvalid(str(own or shipped), faults)
    return table


def write_entry(own: Path, name: str, entry: ModelEntry) -> None:
    """Puts an entry into the museum's table; the rest of the file, comments too, stays."""
    document = tomlkit.parse(own.read_text("utf-8")) if own.is_file() else tomlkit.document()
    models: Any = document.setdefault("model", tomlkit.table(is_super_table=True))
    models[name] = _toml(entry)
    own.parent.mkdir(parents=True, exist_ok=True)
    with replacing(own) as temporary:
        temporary.write_text(tomlkit.dumps(document), "utf-8")


def _toml(entry: ModelEntry) -> Any:
    table = tomlkit.table()
    for key, value in entry.model_dump(exclude_defaults=True, exclude={"files"}).items():
        table[key] = list(value) if isinstance(value, tuple) else value
    files = tomlkit.array().multiline(True)
    for file in entry.files:
        line = tomlkit.inline_table()
        line.update(file.model_dump(exclude_none=True))
        files.append(line)
    table["files"] = files
    return table


def _read(path: Path) -> ModelTable:
    try:
        return ModelTable.model_validate(tomllib.loads(path.read_text("utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ModelTableInvalid(str(path), [f"is not TOML: {error}"]) from error
    except ValidationError as error:
        faults = [
            f"{'.'.join(map(str, fault['loc'])) or 'table'}: {fault['msg']}"
            for fault in error.errors()
        ]
        raise ModelTableInvalid(str(path), faults) from error
