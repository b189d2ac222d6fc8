"""Stages as plain files, for whoever works on outside Rekindle."""

from collections.abc import Sequence
from pathlib import Path

from server.catalogue.atomic import replacing
from server.restoration.images import read_scan, write_png
from server.restoration.pipeline import Restored
from server.restoration.plan import canonical_json
from server.restoration.store import file_digest


def export_stages(restored: Sequence[Restored], folder: Path) -> list[Path]:
    """Writes ``<photo>.<stage>.png`` (lossless, 16 bit) and ``<photo>.<stage>.json`` (its paradata)
    for every photo and stage; returns the pictures written."""
    folder.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    for work in restored:
        path = folder / f"{work.photo.id}.scan.png"
        write_png(path, read_scan(work.scan), bits=16)
        _record(path, {"stage": "scan", "scan": work.scan.name, "sha256": file_digest(work.scan)})
        written.append(path)
        for stage, result in work.stages.items():
            path = folder / f"{work.photo.id}.{stage}.png"
            write_png(path, result.image(), bits=16)
            steps = [record.model_dump(mode="json") for record in work.steps[stage]]
            _record(path, {"stage": stage, "steps": steps})
            written.append(path)
    return written


def _record(picture: Path, record: dict[str, object]) -> None:
    with replacing(picture.with_suffix(".json")) as temporary:
        temporary.write_bytes(canonical_json(record))
