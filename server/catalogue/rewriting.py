"""Changing values in a TOML file that a person wrote, and nothing else in it."""

from collections.abc import Mapping, MutableMapping
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.items import AoT, Array, Table

from server.catalogue.atomic import replacing


def rewrite(path: Path, values: Mapping[str, Any], needed: Mapping[str, Any]) -> None:
    """Makes the file at ``path`` say ``values``; it need not exist yet.

    ``needed`` is the part of ``values`` that differs from the defaults. A value that is in the file
    and equal keeps its place, its writing and its comment. A key that is not in the file is added
    only where it is needed; one whose value is None is removed.
    """
    text = path.read_bytes().decode("utf-8-sig") if path.exists() else ""
    document = tomlkit.parse(text)
    _update(document, values, needed)
    with replacing(path) as temporary:
        temporary.write_bytes(tomlkit.dumps(document).encode())


def _update(
    table: MutableMapping[str, Any], values: Mapping[str, Any], needed: Mapping[str, Any]
) -> None:
    for key in [key for key in table if values.get(key) is None]:
        del table[key]
    for key, value in values.items():
        if key not in table:
            if key in needed:
                table[key] = _item(needed[key])
        elif _plain(table[key]) != value:
            _replace(table, key, value, needed.get(key, value))


def _replace(table: MutableMapping[str, Any], key: str, value: Any, needed: Any) -> None:
    old = table[key]
    if isinstance(old, MutableMapping) and isinstance(value, dict):
        _update(old, value, value)
    elif isinstance(old, AoT) and value == []:
        del table[key]
    elif isinstance(old, AoT) and isinstance(value, list):
        _update_tables(old, value, needed)
    elif isinstance(old, Array) and isinstance(value, list):
        _update_array(old, needed)
    else:
        table[key] = _item(needed)


def _update_tables(tables: AoT, values: list[Any], needed: list[Any]) -> None:
    """Entries are known by their id, and take their comments along when they move."""
    written = {str(table.get("id")): table for table in tables}
    if list(written) != [value["id"] for value in values]:
        while len(tables):
            del tables[0]
        for value, lean in zip(values, needed, strict=True):
            known = written.get(value["id"])
            if known is None and len(tables) and not tables[-1].as_string().endswith("\n\n"):
                tables[-1].add(tomlkit.nl())
            tables.append(known or _table(lean))
    for table, value, lean in zip(tables, values, needed, strict=True):
        _update(table, value, lean)


def _update_array(array: Array, values: list[Any]) -> None:
    """Touches only the entries that differ, so that comments beside the others stay."""
    before, after = [repr(_plain(entry)) for entry in array], [repr(entry) for entry in values]
    for _, start, end, first, last in reversed(SequenceMatcher(None, before, after).get_opcodes()):
        if before[start:end] == after[first:last]:
            continue
        for place in reversed(range(start, end)):
            del array[place]
        for offset, value in enumerate(values[first:last]):
            array.insert(start + offset, _item(value))


def _item(value: Any) -> Any:
    """A text by language on one line, a list of tables as ``[[key]]``."""
    if isinstance(value, dict):
        inline = tomlkit.inline_table()
        inline.update(value)
        return inline
    if isinstance(value, list) and value and all(isinstance(entry, dict) for entry in value):
        tables = tomlkit.aot()
        for entry in value:
            tables.append(_table(entry))
        return tables
    return tomlkit.item(value)


def _table(values: Mapping[str, Any]) -> Table:
    table = tomlkit.table()
    for key, value in values.items():
        table[key] = _item(value)
    return table


def _plain(item: Any) -> Any:
    return item.unwrap() if hasattr(item, "unwrap") else item
