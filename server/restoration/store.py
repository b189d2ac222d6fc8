"""Content-addressed results: a picture, its layers and its paradata under the key that made them.

A result is a folder, written under a temporary name, flushed to disk and renamed: it is there whole
or not at all, and several runners may share one store.
"""

import hashlib
import os
import shutil
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError

from server.catalogue.model import Stage
from server.errors import RekindleError, StoreDamaged
from server.restoration.engine import Image, Layer, Picture
from server.restoration.images import (
    IMAGE_SUFFIX,
    read_image,
    read_layer,
    write_image,
    write_layer,
    write_png,
)

ABANDONED_AFTER_S = 24 * 3600
"""A temporary folder this old belongs to a runner that was killed."""


class Paradata(BaseModel):
    """The record of how a result was made (London Charter, 2009, principle 4)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str
    stage: Stage
    engine: str
    engine_version: str
    operation: str
    params: dict[str, JsonValue]
    """As run: the step's own and the photo's facts."""
    seed: int
    weights: str | None
    tiling: dict[str, JsonValue] | None
    inputs: dict[str, str]
    """Name to SHA-256 of what went in."""
    image: str
    """SHA-256 of the image file."""
    layers: dict[str, str]
    """Name to SHA-256 of the layer files."""
    plates: dict[str, str] = Field(default_factory=dict)
    """Name to SHA-256 of the pictures beside the picture, in their order."""
    notes: tuple[str, ...] = ()
    """What the engine and the guards had to say of this run."""
    guards: dict[str, JsonValue] | None = None
    """What the guards went by; None where none ran."""
    measures: dict[str, float] = Field(default_factory=dict)
    """What the guards measured; ``server.restoration.plan.Measure`` says in which units."""
    gates: dict[str, float] = Field(default_factory=dict)
    """The limits it was judged by."""
    signed: str | None = None
    """The curator's signature under a picture that fails a gate."""
    width: int
    height: int
    made_at: str
    """ISO 8601, UTC."""
    seconds: float
    device: str
    who: str | None
    versions: dict[str, str]


@dataclass(frozen=True, slots=True)
class Result:
    """A stored result; pixels are read when asked for."""

    folder: Path
    paradata: Paradata

    @property
    def image_file(self) -> Path:
        return self.folder / f"image{IMAGE_SUFFIX}"

    def layer_file(self, name: str) -> Path:
        return self.folder / f"{name}.png"

    def plate_file(self, name: str) -> Path:
        return self.folder / f"{name}.png"

    def frames(self) -> tuple[Path, ...]:
        """The plates ``frame-1``, ``frame-2`` … of a model at work, in that order."""
        names = [name for name in self.paradata.plates if name.startswith("frame-")]
        names.sort(key=lambda name: int(name.removeprefix("frame-")))
        return tuple(self.plate_file(name) for name in names)

    def image(self) -> Image:
        """Raises StoreDamaged where the file cannot be read."""
        with self._whole():
            return read_image(self.image_file)

    def layer(self, name: str) -> Layer:
        """Raises StoreDamaged where the file cannot be read."""
        with self._whole():
            return read_layer(self.layer_file(name))

    @contextmanager
    def _whole(self) -> Iterator[None]:
        try:
            yield
        except (OSError, RekindleError) as error:
            raise StoreDamaged(
                self.paradata.key, f"cannot be read ({error}). Delete {self.folder} and restore."
            ) from error


def file_digest(path: Path) -> str:
    """SHA-256 of a file, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class Store:
    """Results in ``root/objects/ab/cdef…``."""

    def __init__(self, root: Path) -> None:
        self._objects = root / "objects"
        self._unfinished = root / "unfinished"

    def get(self, key: str) -> Result | None:
        """The result of a key, or None. Reads its record, not its pixels."""
        folder = self._folder(key)
        try:
            record = (folder / "paradata.json").read_bytes()
        except FileNotFoundError:
            return None
        try:
            return Result(folder, Paradata.model_validate_json(record))
        except ValidationError as error:
            raise StoreDamaged(
                key, f"its record cannot be read. Delete {folder} and restore."
            ) from error

    def put(self, picture: Picture, record: Mapping[str, object]) -> Result:
        """Keeps a picture; ``record`` is its paradata without what the files themselves tell.

        Where another runner was first, its result stays and is returned.
        """
        work = self._unfinished / uuid.uuid4().hex
        work.mkdir(parents=True)
        try:
            image_file = work / f"image{IMAGE_SUFFIX}"
            write_image(image_file, picture.image)
            for name, layer in picture.layers.items():
                write_layer(work / f"{name}.png", layer)
            for name, plate in picture.plates.items():
                write_png(work / f"{name}.png", plate, bits=8)
            paradata = Paradata.model_validate(
                {
                    **record,
                    "image": file_digest(image_file),
                    "layers": {name: file_digest(work / f"{name}.png") for name in picture.layers},
                    "plates": {name: file_digest(work / f"{name}.png") for name in picture.plates},
                    "width": picture.image.shape[1],
                    "height": picture.image.shape[0],
                }
            )
            (work / "paradata.json").write_text(paradata.model_dump_json(indent=1))
            _flush(work)
            folder = self._folder(paradata.key)
            folder.parent.mkdir(parents=True, exist_ok=True)
            try:
                work.rename(folder)
            except OSError:
                if not (folder / "paradata.json").exists():
                    raise
            _flush_folder(folder.parent)
        finally:
            shutil.rmtree(work, ignore_errors=True)
        stored = self.get(paradata.key)
        assert stored is not None
        return stored

    def sweep(self, now: float | None = None) -> None:
        """Removes what killed runners left behind."""
        if not self._unfinished.is_dir():
            return
        oldest = (time.time() if now is None else now) - ABANDONED_AFTER_S
        for work in self._unfinished.iterdir():
            if work.stat().st_mtime < oldest:
                shutil.rmtree(work, ignore_errors=True)

    def _folder(self, key: str) -> Path:
        return self._objects / key[:2] / key[2:]


def _flush(folder: Path) -> None:
    for file in folder.iterdir():
        with file.open("rb") as handle:
            os.fsync(handle.fileno())
    _flush_folder(folder)


def _flush_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
