"""Every kind of scan arrives as the same picture, and leaves without loss."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import pyvips
from PIL import Image as Pillow

from server.errors import ScanUnreadable
from server.restoration.engine import Image
from server.restoration.images import (
    IMAGE_SUFFIX,
    read_image,
    read_layer,
    read_scan,
    read_small,
    resize,
    resize_layer,
    to_bytes8,
    to_jpeg,
    write_image,
    write_layer,
    write_png,
)
from tests.support.sets import draw_scan

SIZE = (120, 90)
Levels = npt.NDArray[np.uint8]


def colours() -> Levels:
    """A smooth colour picture, so that JPEG and palettes change it little."""
    y, x = np.mgrid[0:90, 0:120].astype(np.float32)
    planes = [60 + x, 40 + y * 1.5, 200 - x * 0.5 - y * 0.5]
    return np.rint(np.stack(planes, axis=-1)).astype(np.uint8)


def floats(levels: Levels) -> Image:
    return np.divide(levels, 255, dtype=np.float32)


def vips(levels: npt.NDArray[np.generic], interpretation: str) -> pyvips.Image:
    return pyvips.Image.new_from_array(levels, interpretation=interpretation)


@pytest.mark.parametrize(
    ("name", "mode", "tolerance"),
    [
        ("a.png", "RGB", 0.0),
        ("a.tif", "RGB", 0.0),
        ("a.jpg", "RGB", 0.03),
        ("a.webp", "RGB", 0.06),
        ("a.png", "RGBA", 0.0),
        ("a.tif", "RGBA", 0.0),
    ],
)
def test_colour_scans_of_every_kind_show_the_same_picture(
    tmp_path: Path, name: str, mode: str, tolerance: float
) -> None:
    Pillow.fromarray(colours()).convert(mode).save(tmp_path / name)
    image = read_scan(tmp_path / name)
    assert image.shape == (90, 120, 3)
    assert image.dtype == np.float32
    assert np.abs(image - colours() / 255).max() <= tolerance + 1e-6


@pytest.mark.parametrize("name", ["a.png", "a.tif"])
def test_palettes_are_looked_up(tmp_path: Path, name: str) -> None:
    palette = Pillow.fromarray(colours()).quantize(64)
    palette.save(tmp_path / name)
    shown = np.asarray(palette.convert("RGB"))
    assert np.array_equal(to_bytes8(read_scan(tmp_path / name)), shown)


@pytest.mark.parametrize(
    ("name", "mode"), [("a.png", "L"), ("a.tif", "L"), ("a.png", "LA"), ("a.png", "1")]
)
def test_grey_scans_become_three_equal_channels(tmp_path: Path, name: str, mode: str) -> None:
    source = Pillow.fromarray(draw_scan(SIZE, 2)).convert(mode)
    source.save(tmp_path / name)
    image = read_scan(tmp_path / name)
    assert np.array_equal(image[..., 0], image[..., 1])
    assert np.array_equal(image[..., 1], image[..., 2])
    assert np.abs(image[..., 0] - np.asarray(source.convert("L")) / 255).max() < 1e-6


@pytest.mark.parametrize("name", ["a.tif", "a.png"])
@pytest.mark.parametrize(("bands", "interpretation"), [(3, "rgb16"), (1, "grey16")])
def test_sixteen_bits_keep_their_precision(
    tmp_path: Path, name: str, bands: int, interpretation: str
) -> None:
    levels = np.random.default_rng(1).integers(0, 65536, (40, 50, bands), dtype=np.uint16)
    vips(levels, interpretation).write_to_file(str(tmp_path / name))
    read = np.rint(read_scan(tmp_path / name).astype(np.float64) * 65535)
    assert np.array_equal(read, np.broadcast_to(levels, (40, 50, 3)))


def test_a_display_p3_scan_is_converted_to_srgb(tmp_path: Path) -> None:
    orange = np.full((8, 8, 3), (200, 120, 60), np.uint8)
    p3 = vips(orange, "srgb").icc_transform("p3", input_profile="srgb", depth=16)
    p3.write_to_file(str(tmp_path / "p3.tif"))
    stored = pyvips.Image.new_from_file(str(tmp_path / "p3.tif")).numpy() / 65535
    assert np.abs(stored - orange / 255).max() > 0.02, "the file must differ to show anything"
    assert np.abs(read_scan(tmp_path / "p3.tif") - orange / 255).max() < 0.004


def test_an_srgb_profile_changes_nothing_visible(tmp_path: Path) -> None:
    vips(colours(), "srgb").tiffsave(str(tmp_path / "a.tif"), profile="srgb")
    assert np.array_equal(to_bytes8(read_scan(tmp_path / "a.tif")), colours())


def test_a_profile_that_does_not_fit_its_picture_is_as_good_as_none(tmp_path: Path) -> None:
    grey = draw_scan(SIZE, 2)
    vips(grey, "b-w").tiffsave(str(tmp_path / "a.tif"), profile="cmyk")
    assert np.array_equal(to_bytes8(read_scan(tmp_path / "a.tif"))[..., 0], grey)


@pytest.mark.parametrize("profile", [None, "cmyk"])
@pytest.mark.parametrize("name", ["a.jpg", "a.tif"])
def test_cmyk_is_read_as_the_colours_it_prints(
    tmp_path: Path, name: str, profile: str | None
) -> None:
    red = np.full((16, 16, 3), (190, 60, 50), np.uint8)
    inks = vips(red, "srgb").icc_transform("cmyk", input_profile="srgb", depth=8)
    if profile is None:
        inks = inks.copy()
        inks.remove("icc-profile-data")
    inks.write_to_file(str(tmp_path / name), keep="icc" if profile else "none")
    middle = read_scan(tmp_path / name)[8, 8]
    assert np.abs(middle - red[8, 8] / 255).max() < 0.06


@pytest.mark.parametrize("suffix", ["jpg", "png", "tif", "webp"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_is_turned_upright(tmp_path: Path, orientation: int, suffix: str) -> None:
    upright = np.zeros((48, 64, 3), np.uint8)
    upright[:24, :32] = (250, 40, 40)
    upright[24:, :32] = (40, 250, 40)
    upright[:24, 32:] = (40, 40, 250)
    stored = {
        1: upright,
        2: upright[:, ::-1],
        3: upright[::-1, ::-1],
        4: upright[::-1],
        5: upright.transpose(1, 0, 2),
        6: np.rot90(upright, 1),
        7: upright.transpose(1, 0, 2)[::-1, ::-1],
        8: np.rot90(upright, -1),
    }[orientation]
    exif = Pillow.Exif()
    exif[274] = orientation
    path = tmp_path / f"a.{suffix}"
    Pillow.fromarray(np.ascontiguousarray(stored)).save(path, exif=exif)
    image = read_scan(path)
    assert image.shape == (48, 64, 3)
    corners = image[[10, 38, 10], [10, 10, 54]]
    assert np.abs(corners - upright[[10, 38, 10], [10, 10, 54]] / 255).max() < 0.06


@pytest.mark.parametrize("orientation", [1, 3, 6])
@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK", "RGBA"])
def test_a_small_copy_is_the_scan_shrunk(tmp_path: Path, orientation: int, mode: str) -> None:
    path = tmp_path / "scan.tif"
    exif = Pillow.Exif()
    exif[274] = orientation
    Pillow.fromarray(colours()).convert(mode).save(path, exif=exif)
    whole, small = read_scan(path), read_small(path, 60)
    assert max(small.shape[:2]) == 60
    shrunk = resize(whole, small.shape[1], small.shape[0])
    assert np.abs(small - shrunk).max() < 0.02
    assert np.array_equal(read_small(path, 500), whole)


def test_a_jpeg_for_a_page_shows_the_picture() -> None:
    encoded = pyvips.Image.new_from_buffer(to_jpeg(floats(colours())), "").numpy()
    assert np.abs(encoded.astype(int) - colours()).max() < 8


def test_a_missing_corner_takes_the_tone_of_the_paper_beside_it(tmp_path: Path) -> None:
    rgba = np.zeros((60, 80, 4), np.uint8)
    rgba[..., :3] = (90, 70, 50)
    rgba[:, 40:, :3] = (210, 190, 160)
    rgba[..., 3] = 255
    rgba[:20, 60:] = (0, 0, 0, 0)
    Pillow.fromarray(rgba).save(tmp_path / "torn.png")
    image = read_scan(tmp_path / "torn.png")
    assert np.abs(image[5, 70] - np.array([210, 190, 160]) / 255).max() < 0.01
    assert np.abs(image[50, 5] - np.array([90, 70, 50]) / 255).max() < 0.01


def test_a_wholly_transparent_scan_is_mid_grey(tmp_path: Path) -> None:
    Pillow.fromarray(np.zeros((6, 7, 4), np.uint8)).save(tmp_path / "nothing.png")
    assert np.abs(read_scan(tmp_path / "nothing.png") - 0.5).max() < 0.003


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.tif"])
def test_a_truncated_scan_is_refused_not_half_read(tmp_path: Path, name: str) -> None:
    Pillow.fromarray(draw_scan((200, 150))).save(tmp_path / name)
    whole = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(whole[: len(whole) * 2 // 3])
    with pytest.raises(ScanUnreadable, match="truncated or damaged"):
        read_scan(tmp_path / name)
    with pytest.raises(ScanUnreadable, match="truncated or damaged"):
        read_small(tmp_path / name, 50)


def test_an_image_comes_back_within_one_step_of_sixteen_bits(tmp_path: Path) -> None:
    image = np.random.default_rng(2).random((33, 47, 3), dtype=np.float32)
    image[0, 0], image[0, 1] = 0.0, 1.0
    path = tmp_path / f"image{IMAGE_SUFFIX}"
    write_image(path, image)
    back = read_image(path)
    assert np.abs(back - image).max() <= 1 / 65535
    assert back[0, 0, 0] == 0.0
    assert back[0, 1, 0] == 1.0
    write_image(path, back)
    assert np.array_equal(read_image(path), back)


def test_stored_images_carry_an_srgb_profile(tmp_path: Path) -> None:
    image = np.full((4, 5, 3), 0.5, np.float32)
    write_image(tmp_path / "a.tif", image)
    write_png(tmp_path / "a.png", image)
    for name in ("a.tif", "a.png"):
        picture = pyvips.Image.new_from_file(str(tmp_path / name))
        assert "sRGB".encode("utf-16-be") in picture.get("icc-profile-data")
        assert picture.format == "ushort"


def test_values_outside_the_range_are_clipped_when_written(tmp_path: Path) -> None:
    image = np.array([[[-0.5, 0.25, 1.5]]], np.float32)
    write_image(tmp_path / "a.tif", image)
    assert np.abs(read_image(tmp_path / "a.tif") - [[[0.0, 0.25, 1.0]]]).max() < 1e-5


def test_a_png_of_either_depth_holds_the_picture(tmp_path: Path) -> None:
    image = floats(colours())
    for bits, kind in ((8, "uchar"), (16, "ushort")):
        path = tmp_path / f"{bits}.png"
        write_png(path, image, bits=bits)
        assert pyvips.Image.new_from_file(str(path)).format == kind
        assert np.array_equal(to_bytes8(read_scan(path)), colours())


def test_a_file_that_was_replaced_is_read_anew(tmp_path: Path) -> None:
    for level in (10, 200):
        write_layer(tmp_path / "damage.png", np.full((5, 5), level, np.uint8))
        assert read_layer(tmp_path / "damage.png").max() == level


def test_bytes_are_rounded_to_the_nearest_level() -> None:
    every = np.repeat(np.arange(256, dtype=np.uint8), 3).reshape(1, 256, 3)
    assert np.array_equal(to_bytes8(floats(every)), every)
    assert to_bytes8(np.full((300, 1, 3), 0.4999 / 255, np.float32)).max() == 0
    assert to_bytes8(np.full((300, 1, 3), 0.5001 / 255, np.float32)).min() == 1
    assert to_bytes8(np.array([[[-1.0, 0.5, 2.0]]], np.float32)).tolist() == [[[0, 128, 255]]]


@pytest.mark.parametrize("size", [(40, 30), (61, 17), (1, 1), (240, 180), (121, 90)])
def test_resizing_gives_exactly_the_size_and_keeps_the_tone(size: tuple[int, int]) -> None:
    image = floats(colours())
    resized = resize(image, *size)
    assert resized.shape == (size[1], size[0], 3)
    assert resized.dtype == np.float32
    assert resized.min() >= 0
    assert resized.max() <= 1
    assert np.abs(resized.mean(axis=(0, 1)) - image.mean(axis=(0, 1))).max() < 0.01


def test_shrinking_averages_what_it_leaves_out() -> None:
    checks = np.indices((64, 64)).sum(axis=0) % 2
    image = np.repeat(checks[..., None], 3, axis=-1).astype(np.float32)
    assert np.abs(resize(image, 8, 8) - 0.5).max() < 0.02


def test_layers_come_back_as_they_were(tmp_path: Path) -> None:
    layer = np.random.default_rng(3).integers(0, 256, (21, 34), dtype=np.uint8)
    write_layer(tmp_path / "damage.png", layer)
    assert np.array_equal(read_layer(tmp_path / "damage.png"), layer)


@pytest.mark.parametrize("paint", [(255, 0, 0, 255), (0, 0, 255, 255), (255, 255, 255, 255)])
def test_damage_painted_in_any_colour_on_a_transparent_sheet_counts(
    tmp_path: Path, paint: tuple[int, int, int, int]
) -> None:
    painted = np.full((10, 12, 4), (255, 255, 255, 0), np.uint8)
    painted[2:4, 3:9] = paint
    Pillow.fromarray(painted).save(tmp_path / "damage.png")
    layer = read_layer(tmp_path / "damage.png")
    assert layer.shape == (10, 12)
    assert (layer == 255).sum() == 12
    assert (layer == 0).sum() == 108


def test_resized_layers_do_not_overshoot() -> None:
    layer = np.zeros((40, 40), np.uint8)
    layer[10:20, 10:20] = 200
    grown = resize_layer(layer, 100, 90)
    assert grown.shape == (90, 100)
    assert grown.dtype == np.uint8
    assert grown.max() == 200
    assert grown.min() == 0


def test_every_old_photograph_reads(old_photos: list[Path]) -> None:
    for path in old_photos:
        image = read_scan(path)
        with Pillow.open(path) as header:
            assert image.shape == (header.height, header.width, 3)
        assert image.std() > 0.02
