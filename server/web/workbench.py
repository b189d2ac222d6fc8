"""What the Studio's page of regions needs of a set's own files, and says about them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from server.catalogue.model import ExhibitSet, Photo, Point, Region, Text


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that a curator did to a photo's regions."""

    kind: Literal["added", "changed", "removed", "protected"]
    name: Text
    """Of the region; of several, of the first."""


@dataclass(frozen=True, slots=True)
class OpenPhoto:
    """A photo of a set in work, as its file says at this moment."""

    folder: Path
    """Of the set."""
    exhibit: ExhibitSet
    photo: Photo
    version: str
    """Of photo.toml; what is saved upon another version is refused."""
    last: Change | None
    """What can be taken back."""


class Workbench(Protocol):
    """The sets whose folders this server may change, found by their ids."""

    def sets(self) -> list[ExhibitSet]:
        """Those that can be read, each once."""

    def open(self, set_id: str, photo_id: str) -> OpenPhoto | None:
        """None for a set whose folder is not known, or that has no such photo. Raises SetInvalid:
        the set's files have errors."""

    def save(
        self, opened: OpenPhoto, regions: Sequence[Region], version: str, change: Change
    ) -> None:
        """Writes the regions into photo.toml. Raises Overtaken, SetInvalid; nothing is written."""

    def undo(self, opened: OpenPhoto, version: str) -> None:
        """Takes back the change that made this version. Raises Overtaken."""

    def size(self, opened: OpenPhoto) -> tuple[int, int]:
        """Width and height of the upright scan in pixels. Raises ScanUnreadable."""

    def picture(self, opened: OpenPhoto) -> bytes:
        """The scan as a JPEG, small enough for a page. Raises ScanUnreadable."""

    def outline(self, opened: OpenPhoto, points: Sequence[Point], reach: float) -> list[Point]:
        """Around what lies under the points; more of it the larger ``reach``, 1 by default. Raises
        ScanUnreadable."""

    def faces(self, opened: OpenPhoto) -> list[Region]:
        """Proposed to be protected. Raises ScanUnreadable."""

    def shape(self, opened: OpenPhoto, region: Region) -> Sequence[Point]:
        """A closed outline, also of a region that was given as strokes or points. Raises
        ScanUnreadable."""
