"""Editions on disk: publish, roll back, keep what a screen still shows.

``root/<set>/<n>/`` is an edition, its ``manifest.json`` written last; ``root/<set>/current`` names
the published one and is the only thing that ever changes: one atomic swap.
"""

import fcntl
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from server.catalogue.atomic import replacing
from server.editions.model import Edition
from server.errors import EditionMissing

LEASE_S = 180.0
"""A screen's lease keeps its edition this long; stations renew every minute."""
MANIFEST = "manifest.json"


class Shelf:
    """The published editions under ``root``; at least ``keep`` of a set stay for roll-back."""

    def __init__(self, root: Path, keep: int = 3) -> None:
        self._root = root
        self._keep = keep
        self._read: dict[Path, Edition] = {}

    def sets(self) -> list[str]:
        """Ids of the sets with a published edition, in alphabetical order."""
        if not self._root.is_dir():
            return []
        return sorted(place.parent.name for place in self._root.glob("*/current"))

    def folder(self, set_id: str, number: int) -> Path:
        return self._root / set_id / str(number)

    def current(self, set_id: str) -> Edition | None:
        """The published edition, or None. Cheap: reads one small file once it is known."""
        number = self._current_number(set_id)
        return self.edition(set_id, number) if number is not None else None

    def edition(self, set_id: str, number: int) -> Edition:
        """Raises EditionMissing."""
        path = self.folder(set_id, number) / MANIFEST
        if path not in self._read:
            try:
                self._read[path] = Edition.model_validate_json(path.read_bytes())
            except FileNotFoundError as error:
                raise EditionMissing(set_id, number) from error
        return self._read[path]

    def numbers(self, set_id: str) -> list[int]:
        """Numbers of the editions that are there, oldest first."""
        manifests = (self._root / set_id).glob(f"*/{MANIFEST}")
        names = (path.parent.name for path in manifests)
        return sorted(int(name) for name in names if name.isdecimal())

    def publish(self, set_id: str, build: Callable[[Path, int, Path | None], Edition]) -> Edition:
        """Builds and publishes the next edition.

        ``build(folder, number, earlier)`` fills ``folder`` and returns the edition; ``earlier`` is
        the published edition's folder, whose files may be linked. Where it fails, what is
        published stays as it is.
        """
        with self._alone(set_id) as home:
            numbers = self.numbers(set_id)
            number = max(numbers, default=0) + 1
            current = self._current_number(set_id)
            work = home / f".building-{number}"
            shutil.rmtree(work, ignore_errors=True)
            work.mkdir()
            try:
                earlier = self.folder(set_id, current) if current is not None else None
                edition = build(work, number, earlier)
                _write(work / MANIFEST, edition.model_dump_json().encode())
                shutil.rmtree(self.folder(set_id, number), ignore_errors=True)
                work.rename(self.folder(set_id, number))
            finally:
                shutil.rmtree(work, ignore_errors=True)
            self._point(home, number)
            self._prune(set_id, number)
            return edition

    def roll_back(self, set_id: str) -> Edition:
        """Publishes the edition before the current one again; raises EditionMissing without one."""
        with self._alone(set_id) as home:
            current = self._current_number(set_id)
            if current is None:
                raise EditionMissing(set_id)
            earlier = [number for number in self.numbers(set_id) if number < current]
            if not earlier:
                raise EditionMissing(set_id, current - 1)
            edition = self.edition(set_id, earlier[-1])
            self._point(home, earlier[-1])
            return edition

    def lease(self, set_id: str, number: int, station: str) -> None:
        """A station shows this edition now: it stays, whatever is published meanwhile."""
        self._hold(set_id, number, station, LEASE_S)

    def keep(self, set_id: str, number: int, lasts_s: float) -> None:
        """A visitor takes a link to this edition home: it stays for ``lasts_s`` seconds."""
        # No station is called so: their names have no underscore.
        self._hold(set_id, number, f"taken_home_{number}", lasts_s)

    def _hold(self, set_id: str, number: int, holder: str, lasts_s: float) -> None:
        """Writes a lease; its file's time of change is when it ends."""
        folder = self._root / set_id / "leases"
        folder.mkdir(parents=True, exist_ok=True)
        _write(folder / holder, str(number).encode())
        ends = time.time() + lasts_s
        os.utime(folder / holder, (ends, ends))

    def _leased(self, set_id: str) -> set[int]:
        now = time.time()
        folder = self._root / set_id / "leases"
        leases = [file for file in folder.glob("*") if file.stat().st_mtime > now]
        return {int(file.read_text()) for file in leases if not file.name.startswith(".")}

    def _prune(self, set_id: str, current: int) -> None:
        spared = {current, *self.numbers(set_id)[-self._keep :], *self._leased(set_id)}
        for number in self.numbers(set_id):
            if number not in spared:
                # Without its manifest it is no edition any more, whenever the rest is gone.
                (self.folder(set_id, number) / MANIFEST).unlink()
                shutil.rmtree(self.folder(set_id, number), ignore_errors=True)

    def _current_number(self, set_id: str) -> int | None:
        try:
            return int((self._root / set_id / "current").read_text())
        except FileNotFoundError:
            return None

    def _point(self, home: Path, number: int) -> None:
        _write(home / "current", f"{number}\n".encode())

    @contextmanager
    def _alone(self, set_id: str) -> Iterator[Path]:
        """Two publishers of one set take turns."""
        home = self._root / set_id
        home.mkdir(parents=True, exist_ok=True)
        with (home / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield home


def _write(path: Path, content: bytes) -> None:
    with replacing(path) as temporary:
        temporary.write_bytes(content)
