"""The engine ``hand``: a restorer's own picture becomes the stage ``finished``."""

from collections.abc import Mapping
from typing import Any

import cv2
import numpy as np

from server.restoration.engine import EngineTraits, Image, OperationTraits, Picture, Report

LARGEST = 3840
"""Long side in pixels beyond which a retouched picture is reduced (a 4K screen's width)."""

TRAITS = EngineTraits(
    id="hand",
    version="1",
    operations={"retouch": OperationTraits(facts=("retouched",))},
)


def retouched(working: Image, finished: Image) -> Image:
    """The restorer's picture at the size the show needs.

    Smaller than the working picture, it is enlarged to it; larger, it is kept, up to ``LARGEST``.

    Raises:
        ValueError: its proportions differ from the working picture's by more than 1 %.
    """
    height, width = working.shape[:2]
    rows, columns = finished.shape[:2]
    if abs((columns / rows) / (width / height) - 1) > 0.01:
        raise ValueError(
            f"The retouched picture is {columns} x {rows} pixels, the photograph {width} x"
            f" {height}: their proportions differ by more than 1 %."
            " Save the retouched picture uncropped."
        )
    if columns < width:
        size = (width, height)
    else:
        scale = min(1.0, max(LARGEST, width, height) / max(columns, rows))
        size = (round(columns * scale), round(rows * scale))
    if size == (columns, rows):
        return finished.copy()
    kind = cv2.INTER_LANCZOS4 if columns < width else cv2.INTER_AREA
    resized = np.asarray(cv2.resize(finished, size, interpolation=kind), np.float32)
    return np.clip(resized, 0, 1)


class Hand:
    """Takes over what a person finished, unchanged but for its size."""

    traits = TRAITS

    def weights(self, operation: str, params: Mapping[str, Any]) -> str | None:
        """None: it has none."""
        return None

    def run(
        self, operation: str, picture: Picture, params: Mapping[str, Any], report: Report
    ) -> Picture:
        """See :class:`server.restoration.engine.Engine`."""
        if operation != "retouch":
            raise ValueError(f"hand has no operation {operation!r} (known: retouch).")
        finished = params.get("retouched")
        if finished is None:
            raise ValueError("There is no retouched picture. Put finished.tif beside the scan.")
        report(0.0)
        image = retouched(picture.image, np.asarray(finished, np.float32))
        report(1.0)
        return Picture(image)
