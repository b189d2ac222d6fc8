"""Tiny models on disk, made once."""

from pathlib import Path

import pytest


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
