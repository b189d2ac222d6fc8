"""Changes to a photo.toml that are checked first, never overwrite somebody else's, and can be
taken back."""

import hashlib
from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Generic, TypeVar

from pydantic import ValidationError

from server.catalogue.atomic import replacing
from server.catalogue.checks import require_sound
from server.catalogue.faults import faults
from server.catalogue.manifest import PHOTO, photo_folder, save_photo
from server.catalogue.model import Photo, Region
from server.errors import Overtaken, SetInvalid

MOST_KEPT = 20
"""Changes of one file that can be taken back, one after the other."""

Label = TypeVar("Label")


@dataclass(frozen=True, slots=True)
class _Step(Generic[Label]):
    label: Label
    before: bytes
    after: str
    """Version of the file that the change left."""


class Revisions(Generic[Label]):
    """The changes that this process made, each under a label of the caller's.

    A version is the SHA-256 of a file's bytes. Comparing and writing exclude each other within one
    process; an editor that saves between them, within about a millisecond, is not seen.
    """

    def __init__(self) -> None:
        self._steps: defaultdict[Path, deque[_Step[Label]]] = defaultdict(
            lambda: deque(maxlen=MOST_KEPT)
        )
        self._lock = Lock()

    def version(self, folder: Path, photo_id: str) -> str:
        """Of the file as it is now; a missing one is as good as an empty one."""
        return _version(_read(_file(folder, photo_id)))

    def last(self, folder: Path, photo_id: str) -> Label | None:
        """The change that ``undo`` would take back; None where there is none, or where the file was
        changed by somebody else since."""
        steps = self._steps[_file(folder, photo_id)]
        if not steps or steps[-1].after != self.version(folder, photo_id):
            return None
        return steps[-1].label

    def save(
        self, folder: Path, photo: Photo, regions: Sequence[Region], version: str, label: Label
    ) -> None:
        """Writes the regions into the photo's file; everything else in it stays.

        Raises:
            Overtaken: the file is no longer of ``version``; nothing is written.
            SetInvalid: the set has errors, or would have; nothing is written.
        """
        revised = _revised(photo, regions)
        path = _file(folder, photo.id)
        with self._lock:
            require_sound(folder)
            before = _unchanged(path, version)
            save_photo(folder, revised)
            after = _version(path.read_bytes())
            self._steps[path].append(_Step(label, before, after))

    def undo(self, folder: Path, photo_id: str, version: str) -> None:
        """Puts the file of ``version`` back, to the byte, as it was before the change that made it.

        Raises:
            Overtaken: the file is no longer of this version, or it is nobody's change of ours;
                nothing is written.
        """
        path = _file(folder, photo_id)
        with self._lock:
            steps = self._steps[path]
            _unchanged(path, version)
            if not steps or steps[-1].after != version:
                raise _overtaken(path)
            with replacing(path) as temporary:
                temporary.write_bytes(steps[-1].before)
            steps.pop()


def _revised(photo: Photo, regions: Sequence[Region]) -> Photo:
    written = photo.model_dump() | {"region": [region.model_dump() for region in regions]}
    try:
        return Photo.model_validate(written)
    except ValidationError as error:
        file = f"photos/{photo.id}/{PHOTO}"
        raise SetInvalid(faults(file, Photo, written, error)) from error


def _unchanged(path: Path, version: str) -> bytes:
    """The file's bytes. Raises Overtaken where they are no longer of ``version``."""
    found = _read(path)
    if _version(found) != version:
        raise _overtaken(path)
    return found


def _overtaken(path: Path) -> Overtaken:
    return Overtaken(f"photos/{path.parent.name}/{PHOTO}")


def _read(path: Path) -> bytes:
    return path.read_bytes() if path.is_file() else b""


def _version(text: bytes) -> str:
    return hashlib.sha256(text).hexdigest()


def _file(folder: Path, photo_id: str) -> Path:
    return photo_folder(folder, photo_id) / PHOTO
