"""The sets that the Studio may change: their photos, small copies of the scans, what is proposed on
them, and what was changed."""

from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from threading import Lock

import numpy as np

from server.catalogue.manifest import load, read, scan_path
from server.catalogue.model import ExhibitSet, Point, Region
from server.catalogue.revising import Revisions
from server.catalogue.scans import probe
from server.editions.outlines import outline_of
from server.proposals import distinct, protecting
from server.restoration.engine import Image
from server.restoration.engines.classic.faces import Face, faces
from server.restoration.engines.classic.outlines import suggested
from server.restoration.images import read_small, to_bytes8, to_jpeg
from server.restoration.regions import region_mask
from server.web.workbench import Change, OpenPhoto

SIDE = 1600
"""Pixels of a small copy's long side: more than a page shows, more than a proposal looks at."""

MOST_COPIES = 8
"""Small copies kept in memory, about 6 MB each."""


class _Copy:
    """A scan's small copy in 8 bits, and the faces on it once somebody asked."""

    def __init__(self, image: Image) -> None:
        self._levels = to_bytes8(image)
        self._faces: list[Face] | None = None

    @property
    def image(self) -> Image:
        return np.divide(self._levels, 255, dtype=np.float32)

    def faces(self) -> list[Face]:
        if self._faces is None:
            self._faces = faces(self.image)
        return self._faces


class SetFolders:
    """A ``server.web.workbench.Workbench`` over folders on this machine."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self._folders = tuple(folders)
        self._revisions: Revisions[Change] = Revisions()
        self._copies: OrderedDict[tuple[Path, int, int], _Copy] = OrderedDict()
        self._reading = Lock()
        # One at a time: the screens' server has other things to do, too.
        self._proposing = Lock()

    def sets(self) -> list[ExhibitSet]:
        return [exhibit for exhibit, _ in self._found().values()]

    def open(self, set_id: str, photo_id: str) -> OpenPhoto | None:
        found = self._found().get(set_id)
        if found is None or photo_id not in found[0].order:
            return None
        folder = found[1]
        # The version first: what changes in between is then refused, not overwritten.
        version = self._revisions.version(folder, photo_id)
        exhibit = load(folder)
        last = self._revisions.last(folder, photo_id)
        return OpenPhoto(folder, exhibit, exhibit.photo(photo_id), version, last)

    def save(
        self, opened: OpenPhoto, regions: Sequence[Region], version: str, change: Change
    ) -> None:
        self._revisions.save(opened.folder, opened.photo, distinct(regions), version, change)

    def undo(self, opened: OpenPhoto, version: str) -> None:
        self._revisions.undo(opened.folder, opened.photo.id, version)

    def size(self, opened: OpenPhoto) -> tuple[int, int]:
        facts = probe(scan_path(opened.folder, opened.photo))
        return facts.width, facts.height

    def picture(self, opened: OpenPhoto) -> bytes:
        return to_jpeg(self._copy(opened).image)

    def outline(self, opened: OpenPhoto, points: Sequence[Point], reach: float) -> list[Point]:
        image = self._copy(opened).image
        with self._proposing:
            return suggested(image, points, reach)

    def faces(self, opened: OpenPhoto) -> list[Region]:
        copy = self._copy(opened)
        with self._proposing:
            found = copy.faces()
        return protecting(opened.photo, opened.exhibit.languages, found)

    def shape(self, opened: OpenPhoto, region: Region) -> Sequence[Point]:
        if region.outline:
            return region.outline
        height, width = self._copy(opened).image.shape[:2]
        return outline_of(region_mask(region, width, height))

    def _found(self) -> dict[str, tuple[ExhibitSet, Path]]:
        """By id; of two folders with one id, the first."""
        found: dict[str, tuple[ExhibitSet, Path]] = {}
        for folder in self._folders:
            exhibit, _ = read(folder)
            if exhibit is not None:
                found.setdefault(exhibit.id, (exhibit, folder))
        return found

    def _copy(self, opened: OpenPhoto) -> _Copy:
        path = scan_path(opened.folder, opened.photo)
        probe(path)
        with self._reading:
            about = path.stat()
            key = (path, about.st_mtime_ns, about.st_size)
            if key not in self._copies:
                self._copies[key] = _Copy(read_small(path, SIDE))
            self._copies.move_to_end(key)
            while len(self._copies) > MOST_COPIES:
                self._copies.popitem(last=False)
            return self._copies[key]
