"""Writes exhibit_content/exhibit.schema.json from the catalogue's models."""

import json
from pathlib import Path

from server.catalogue.manifest import schema

TARGET = Path(__file__).parent.parent / "exhibit_content" / "exhibit.schema.json"


def text() -> str:
    return json.dumps(schema(), indent=2, ensure_ascii=False, sort_keys=True) + "\n"


if __name__ == "__main__":
    TARGET.write_text(text(), "utf-8")
