"""Tiny models on disk, made once; and a finder of damage that says what a test wants."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from server.restoration.lab import Plane


@pytest.fixture
def finder_says(monkeypatch: pytest.MonkeyPatch) -> Callable[[Plane], None]:
    """Has every look of the finder say these logarithms of the odds of damage, (h, w)."""

    def say(odds: Plane) -> None:
        def look(plane: Plane, report: object, *, finder: object) -> Plane:
            seen = cv2.resize(odds, plane.shape[::-1], interpolation=cv2.INTER_NEAREST)
            return np.asarray(seen, np.float32)

        monkeypatch.setattr("server.restoration.engines.classic.damage.damage_odds", look)

    return say


@pytest.fixture(scope="session")
def tiny_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A models folder: sd15, silent (predicts zero), sdxl, tile-sd15, tile-sdxl, union-sdxl, lora,
    taesd, klein, qwen."""
    from tests.support import tiny_models

    root = tmp_path_factory.mktemp("models")
    tiny_models.save_sd15(root)
    tiny_models.save_sd15(root, "silent", silent=True)
    tiny_models.save_sdxl(root)
    tiny_models.save_controlnets(root)
    tiny_models.save_lora(root)
    tiny_models.save_taesd(root)
    tiny_models.save_klein(root)
    tiny_models.save_qwen(root)
    return root
