"""What the benchmarks share: pictures to measure on, and one JSON line a figure."""

import json
from pathlib import Path

import numpy as np
from PIL import Image as PillowImage
from skimage import data, transform


def say(bench: str, metric: str, value: float, unit: str) -> None:
    print(
        json.dumps({"bench": bench, "metric": metric, "value": round(value, 3), "unit": unit}),
        flush=True,
    )


def old_print(path: Path, megapixels: float, *, seed: int = 1974) -> Path:
    """Writes a grey print with grain, fading, scratches and dust, 3:2, from a photograph that
    ships with scikit-image (astronaut, NASA, public domain)."""
    rng = np.random.default_rng(seed)
    width = round((megapixels * 1e6 * 1.5) ** 0.5)
    height = round(width / 1.5)
    grey = data.astronaut()[:342].mean(axis=2).astype(np.float32) / 255
    picture = transform.resize(grey, (height, width), order=3).astype(np.float32)
    picture = 0.25 + 0.55 * picture + rng.normal(0, 0.02, picture.shape).astype(np.float32)
    for _ in range(25):
        x, y = rng.integers(0, width), rng.integers(0, height)
        length = int(rng.integers(height // 12, height // 4))
        picture[y : y + length, x : x + max(1, width // 1200)] = rng.choice([0.1, 0.95])
    print_ = (np.clip(picture, 0, 1) * 255).astype(np.uint8)
    PillowImage.fromarray(print_).save(path, quality=92)
    return path
