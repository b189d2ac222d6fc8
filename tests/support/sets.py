"""Small real exhibit sets: drawn photographs of a person holding a flag, and their texts."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt
import tomlkit
from PIL import Image

FACE = [[0.26, 0.30], [0.44, 0.30], [0.44, 0.62], [0.26, 0.62]]
"""Outline around the drawn face, fractions of width and height."""

FLAG = [[0.58, 0.14], [0.88, 0.14], [0.88, 0.40], [0.58, 0.40]]
"""Outline of the drawn flag."""

SEPIA = np.array([1.0, 0.88, 0.70], dtype=np.float32)


def make_set(
    folder: Path,
    *,
    photos: int = 2,
    size: tuple[int, int] = (96, 72),
    **exhibit_overrides: object,
) -> Path:
    """Writes a sound set into ``folder`` (made where missing) and returns the folder.

    Photos are ``photo-1`` ... ``photo-<photos>``, ``size`` is (width, height) in pixels of their
    ``scan.png``; odd ones are sepia, even ones grey. Each has the protected region ``face`` and the
    documented colour region ``flag``. ``exhibit_overrides`` replace keys of exhibit.toml.
    """
    order = [f"photo-{number}" for number in range(1, photos + 1)]
    exhibit: dict[str, object] = {
        "id": "small-set",
        "title": {"en": "A small set", "zh-Hans": "小展览"},
        "intro": {"en": "Drawn for the tests.", "zh-Hans": "为测试而绘。"},
        "languages": ["en", "zh-Hans"],
        "recipe": "classic",
        "order": order,
        "programme": [
            {"id": "both", "title": {"en": "In a row", "zh-Hans": "连播"}, "photos": order}
        ],
    } | exhibit_overrides
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "exhibit.toml").write_text(tomlkit.dumps(exhibit), encoding="utf-8")
    for number, photo_id in enumerate(order, start=1):
        place = folder / "photos" / photo_id
        place.mkdir(parents=True)
        (place / "photo.toml").write_text(tomlkit.dumps(_photo(number)), encoding="utf-8")
        Image.fromarray(draw_scan(size, number)).save(place / "scan.png")
    return folder


def _photo(number: int) -> Mapping[str, object]:
    return {
        "title": {"en": f"Picture {number}", "zh-Hans": f"照片{number}"},
        "story": {"en": "A person holds a flag.", "zh-Hans": "一个人举着旗。"},
        "date": "1974-09-01",
        "place": "Tehran",
        "credit": "Drawn for the tests",
        "rights": "https://creativecommons.org/publicdomain/zero/1.0/",
        "scan": "scan.png",
        "region": [
            {
                "id": "face",
                "name": {"en": "the face", "zh-Hans": "面部"},
                "outline": FACE,
                "protect": True,
            },
            {
                "id": "flag",
                "name": {"en": "the flag", "zh-Hans": "红旗"},
                "outline": FLAG,
                "colour": "#DE2910",
                "certainty": "documented",
                "source": {"en": "Flag standard", "zh-Hans": "国旗标准"},
            },
        ],
    }


def draw_scan(size: tuple[int, int], number: int = 1) -> npt.NDArray[np.uint8]:
    """A person with a flag before hills, as an old print: grain, one scratch, dust, a dark edge.

    Equal arguments give equal pixels. Shape (height, width, 3) for odd ``number`` (sepia) and
    (height, width) for even (grey).
    """
    width, height = size
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    x, y = (x + 0.5) / width, (y + 0.5) / height
    tone = 0.82 - 0.25 * y
    tone = np.where(y > 0.62 + 0.08 * np.sin(6 * x + number), 0.42 - 0.15 * (y - 0.62), tone)
    tone = np.where(((x - 0.35) / 0.19) ** 2 + ((y - 1.0) / 0.38) ** 2 < 1, 0.22 + 0.2 * x, tone)
    tone = np.where(((x - 0.35) / 0.07) ** 2 + ((y - 0.46) / 0.14) ** 2 < 1, 0.70 - 0.4 * x, tone)
    for eye in (0.325, 0.375):
        tone = np.where(np.hypot(x - eye, (y - 0.43) * height / width) < 0.011, 0.15, tone)
    tone = np.where((abs(x - 0.57) < 0.012) & (y > 0.1), 0.30, tone)
    tone = np.where(
        (abs(x - 0.73) < 0.15) & (abs(y - 0.27) < 0.13), 0.45 + 0.1 * np.sin(20 * x), tone
    )
    grain = np.random.default_rng(number)
    tone = tone + grain.normal(0.0, 0.015, tone.shape)
    tone = np.where(abs(x - 0.15 - 0.05 * y) < 0.6 / width, 0.95, tone)
    for spot_x, spot_y in grain.uniform(0.05, 0.95, (6, 2)):
        tone = np.where(np.hypot((x - spot_x) * width, (y - spot_y) * height) < 1.2, 0.08, tone)
    tone = tone * np.clip(0.7 + 12 * np.minimum.reduce([x, y, 1 - x, 1 - y]), 0, 1)
    tone = np.clip(0.12 + 0.76 * tone, 0, 1)
    picture = tone[..., None] * SEPIA if number % 2 else tone
    scan: npt.NDArray[np.uint8] = np.rint(picture * 255).astype(np.uint8)
    return scan
