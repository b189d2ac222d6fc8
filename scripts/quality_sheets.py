"""Contact sheets of a measurement: a row a print, a column a result; for looking, not for git."""

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image as PillowImage

from server.restoration.images import to_bytes8

_CELL = (512, 768)
"""Most rows and columns of one picture on a sheet."""
_ROWS = 6


class Sheets:
    """Gathers rows by stage and writes them as JPEG files, or does nothing without a folder."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._rows: dict[str, list[npt.NDArray[np.uint8]]] = defaultdict(list)

    def add(self, stage: str, name: str, pictures: Sequence[npt.NDArray[np.generic]]) -> None:
        """One row; ``pictures`` are grey or RGB, 0..1, of any size."""
        if self._folder is None:
            return
        row = np.hstack([_cell(picture) for picture in pictures])
        cv2.putText(row, name, (12, 28), cv2.FONT_HERSHEY_SIMPLEX, 0.7, (255, 80, 60), 2)
        self._rows[stage].append(row)

    def write(self) -> None:
        if self._folder is None:
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        for stage, rows in self._rows.items():
            for number in range(0, len(rows), _ROWS):
                sheet = np.vstack(_as_wide(rows[number : number + _ROWS]))
                file = self._folder / f"{stage}-{number // _ROWS + 1}.jpg"
                PillowImage.fromarray(sheet).save(file, quality=88)


def _cell(picture: npt.NDArray[np.generic]) -> npt.NDArray[np.uint8]:
    image = picture.astype(np.float32)
    if image.ndim == 2:
        image = np.repeat(image[..., None], 3, axis=2)
    scale = min(_CELL[0] / image.shape[0], _CELL[1] / image.shape[1])
    kind = cv2.INTER_AREA if scale < 1 else cv2.INTER_NEAREST
    return np.pad(
        to_bytes8(cv2.resize(image, None, fx=scale, fy=scale, interpolation=kind)),
        ((2, 2), (2, 2), (0, 0)),
    )


def _as_wide(rows: list[npt.NDArray[np.uint8]]) -> list[npt.NDArray[np.uint8]]:
    widest = max(row.shape[1] for row in rows)
    return [np.pad(row, ((0, 0), (0, widest - row.shape[1]), (0, 0))) for row in rows]
