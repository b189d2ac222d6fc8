"""Before and after, side by side, from the demo set's own photographs.

Usage: before_after.py [--to docs/images]

Restores what is missing under REKINDLE_HOME and writes ``before-after-<name>.webp``: eight sheets,
whole photographs and details at the scan's own pixels, about 2 MB in all.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import numpy.typing as npt
import typer
from PIL import Image as PillowImage

from server.assembly import Workshop
from server.catalogue.model import Stage
from server.errors import PhotosFailed
from server.restoration.images import read_scan, resize, to_bytes8
from server.restoration.pipeline import Restored
from server.restoration.runner import Failed
from server.settings import Settings

SET = Path(__file__).parent.parent / "exhibit_content" / "demo"
HEIGHT = 720
GAP = 12
GROUND = 15
"""The room's near-black."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One photo: what is shown of it, and the stage that it is compared with."""

    name: str
    photo: str
    stage: Stage
    crop: tuple[float, float, float, float] = (0.0, 0.0, 1.0, 1.0)
    """Left, top, right and bottom as fractions."""


SHEETS = (
    Sheet("astronaut", "010-astronaut", "colour"),
    Sheet("astronaut-damage", "010-astronaut", "repaired", (0.3, 0.05, 0.75, 0.5)),
    Sheet("astronaut-clear", "010-astronaut", "clear", (0.3, 0.05, 0.75, 0.5)),
    Sheet("rocket", "020-rocket", "colour"),
    Sheet("coffee", "030-coffee", "colour"),
    Sheet("photographer", "040-photographer", "colour"),
    Sheet("cat", "050-cat", "clear"),
    Sheet("photographer-damage", "040-photographer", "repaired", (0.25, 0.1, 0.75, 0.6)),
)


def main(to: Annotated[Path, typer.Option()] = Path("docs/images")) -> None:
    workshop = Workshop(Settings())
    opened = workshop.open(SET)
    jobs = workshop.jobs(opened)
    events = workshop.restore(jobs, workshop.prepare(jobs))
    if failed := [(e.photo, e.reason) for e in events if isinstance(e, Failed)]:
        raise PhotosFailed(failed)
    restored = {each.photo.id: each for each in workshop.restored(opened)}
    to.mkdir(parents=True, exist_ok=True)
    for sheet in SHEETS:
        picture = PillowImage.fromarray(_side_by_side(restored[sheet.photo], sheet))
        picture.save(to / f"before-after-{sheet.name}.webp", quality=84, method=6)


def _side_by_side(restored: Restored, sheet: Sheet) -> npt.NDArray[np.uint8]:
    before = _part(read_scan(restored.scan), sheet)
    after = _part(restored.stages[sheet.stage].image(), sheet)
    gap = np.full((HEIGHT, GAP, 3), GROUND, np.uint8)
    return np.hstack([before, gap, after])


def _part(image: npt.NDArray[np.float32], sheet: Sheet) -> npt.NDArray[np.uint8]:
    height, width = image.shape[:2]
    left, top, right, bottom = sheet.crop
    across = slice(round(left * width), round(right * width))
    part = np.ascontiguousarray(image[round(top * height) : round(bottom * height), across])
    return to_bytes8(resize(part, round(part.shape[1] * HEIGHT / part.shape[0]), HEIGHT))


if __name__ == "__main__":
    typer.run(main)
