from pathlib import Path

import numpy as np
import pytest
from PIL import Image as PillowImage

from server.catalogue.model import Text
from server.editions import labels, renditions


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((6000, 4000), [(3840, 2560), (1920, 1280), (480, 320)]),
        ((1000, 2000), [(1000, 2000), (960, 1920), (240, 480)]),
        ((1000, 2400), [(1000, 2400), (800, 1920), (200, 480)]),
        ((100, 93), [(100, 93)]),
    ],
)
def test_renditions_fit_the_screens_and_are_never_larger_than_the_picture(
    size: tuple[int, int], expected: list[tuple[int, int]]
) -> None:
    assert renditions.sizes(*size) == expected


def test_files_hold_the_picture_and_say_what_it_is(tmp_path: Path) -> None:
    rows, columns = np.mgrid[0:300, 0:500]
    image = np.dstack([columns / 500, rows / 300, np.full(rows.shape, 0.3)]).astype(np.float32)
    named = renditions.names("picture", 500, 300)
    packet = labels.packet(
        labels.Label("algorithmicallyEnhanced", Text({}), Text({}), None, 'Museum "A" & B', None)
    )
    renditions.write(tmp_path, image, named, packet)
    for one in named:
        for name in (one.webp, one.jpeg):
            with PillowImage.open(tmp_path / name) as picture:
                assert picture.size == (one.width, one.height)
                assert b"digitalsourcetype/algorithmicallyEnhanced" in picture.info["xmp"]
                assert b'Museum "A" &amp; B' in picture.info["xmp"]
                assert picture.info.get("icc_profile")
                seen = np.asarray(picture.convert("RGB").resize((50, 30)), np.float32) / 255
            meant = image.reshape(30, 10, 50, 10, 3).mean(axis=(1, 3))
            assert np.abs(seen - meant).mean() < 0.02
