import cv2
import numpy as np
import pytest
from skimage import data

from server.restoration.engine import Image
from server.restoration.engines.classic.enlarge import enlarge, enlarged_size, luma
from server.restoration.engines.classic.noise import denoise, measured
from server.restoration.engines.classic.tone import Levels, curve, grey_cast, mapped, tone
from server.restoration.lab import Plane, lab, lightness


def astronaut(side: int = 256) -> Image:
    image = data.astronaut().astype(np.float32) / 255
    return np.asarray(cv2.resize(image, (side, side), interpolation=cv2.INTER_AREA), np.float32)


def grey(image: Image) -> Image:
    return np.repeat(luma(image)[..., None], 3, axis=2)


def noisy(image: Image, sigma: float) -> Image:
    grain = np.random.default_rng(5).normal(0, sigma, image.shape[:2]).astype(np.float32)
    return np.asarray(np.clip(image + grain[..., None], 0, 1), np.float32)


def psnr(one: Image | Plane, other: Image | Plane) -> float:
    return float(-10 * np.log10(np.mean((one - other) ** 2)))


def calm(image: Image) -> Image:
    return denoise(image, strength=0.85, chroma=1.0, report=lambda share: None)


def toned(image: Image, was: str) -> Image:
    return tone(
        image,
        was=was,
        strength=0.9,
        contrast=0.25,
        warmth=0.5,
        cast=0.6,
        report=lambda share: None,
    )


def enlarged(image: Image, long_side: int = 3840, factor: float = 4) -> Image:
    return enlarge(
        image, long_side=long_side, factor=factor, sharpen=0.6, report=lambda share: None
    )


@pytest.mark.parametrize(("sigma", "gain"), [(0.03, 2.5), (0.06, 3.5)])
def test_denoising_comes_closer_to_the_clean_picture(sigma: float, gain: float) -> None:
    clean = grey(astronaut(512))[:300, 60:360]
    image = noisy(clean, sigma)
    assert psnr(calm(image), clean) > psnr(image, clean) + gain


def test_a_clean_picture_loses_nothing_to_speak_of() -> None:
    clean = grey(astronaut())
    image = noisy(clean, 0.004)
    assert psnr(calm(image), clean) > psnr(image, clean) - 0.5


def test_noise_is_measured_within_a_fifth() -> None:
    plane = np.tile(np.linspace(0.2, 0.8, 320, dtype=np.float32), (240, 1))
    rng = np.random.default_rng(1)
    for sigma in (0.01, 0.03, 0.05):
        image = plane + rng.normal(0, sigma, plane.shape).astype(np.float32)
        assert measured(image).typical == pytest.approx(sigma, rel=0.2)


def test_coloured_specks_go_and_a_grey_picture_stays_grey() -> None:
    rng = np.random.default_rng(4)
    specked = np.full((128, 128, 3), 0.5, np.float32)
    specked += rng.normal(0, 0.03, specked.shape).astype(np.float32)
    before, after = lab(specked)[..., 1:], lab(calm(specked))[..., 1:]
    assert after.std() < 0.5 * before.std()
    plain = calm(noisy(grey(astronaut()), 0.03))
    assert np.ptp(plain, axis=2).max() < 1e-4


def test_fading_is_undone() -> None:
    faded = 0.45 + 0.3 * grey(astronaut())
    before, after = (
        np.percentile(lightness(image), [1, 99])
        for image in (faded, toned(faded, "black-and-white"))
    )
    assert np.ptp(after) > 1.8 * np.ptp(before)


def test_a_picture_that_uses_its_range_is_left_nearly_alone() -> None:
    image = grey(astronaut())
    after = toned(image, "black-and-white")
    assert np.abs(lightness(after) - lightness(image)).mean() < 4


def test_a_curve_is_followed_between_its_entries_to_a_tenth_of_a_level_of_16_bits() -> None:
    table = curve(Levels(30, 50, 62), strength=0.9)
    plane = np.random.default_rng(3).uniform(0, 100, (70, 90)).astype(np.float32)
    plane[0, :2] = 0, 100
    exact = np.interp(plane, np.linspace(0, 100, table.size), table)
    assert np.abs(mapped(plane, table) - exact).max() < 0.1 * 100 / 65535


def test_a_film_border_does_not_set_the_levels() -> None:
    faded = 0.35 + 0.3 * grey(astronaut())
    bordered = faded.copy()
    bordered[:14] = bordered[-14:] = 0
    bordered[:, :14] = bordered[:, -14:] = 0
    inner = (slice(40, -40), slice(40, -40))
    plain = lightness(toned(faded, "black-and-white"))[inner]
    framed = lightness(toned(bordered, "black-and-white"))[inner]
    assert np.abs(plain - framed).mean() < 6


def test_sepia_becomes_a_quiet_monochrome() -> None:
    sepia = grey(astronaut()) * np.array([1.0, 0.85, 0.6], np.float32)
    after = lab(toned(sepia, "black-and-white"))
    assert np.hypot(after[..., 1], after[..., 2]).max() < 6


def test_colour_originals_keep_the_order_of_their_hues() -> None:
    patches = np.full((60, 80, 3), 0.5, np.float32)
    patches[5:25, 5:25] = (0.7, 0.2, 0.2)
    patches[5:25, 45:65] = (0.2, 0.6, 0.25)
    patches[35:55, 5:25] = (0.2, 0.3, 0.7)
    tinted = np.clip(patches * np.array([1.05, 1.0, 0.9], np.float32), 0, 1)
    after = toned(tinted, "colour")
    for place, strongest in (((15, 15), 0), ((15, 55), 1), ((45, 15), 2)):
        assert int(np.argmax(after[place])) == strongest


def test_a_cast_on_greys_is_taken_back_in_part() -> None:
    image = astronaut() * np.array([1.0, 0.94, 0.84], np.float32)
    before, after = grey_cast(image), grey_cast(toned(image, "colour"))
    assert np.hypot(*before) > 4
    assert np.hypot(*after) < 0.8 * np.hypot(*before)


def test_a_pale_margin_gains_no_tint_from_the_picture_s_cast() -> None:
    image = np.full((300, 300, 3), (0.93, 0.9, 0.83), np.float32)
    image[30:-30, 30:-30] = astronaut(240) * np.array([1.0, 0.8, 0.86], np.float32)
    assert grey_cast(image)[0] > 5
    before, after = lab(image)[5:25, 5:-5, 1:], lab(toned(image, "colour"))[5:25, 5:-5, 1:]
    chroma_before, chroma_after = (np.hypot(*part.reshape(-1, 2).T) for part in (before, after))
    assert (chroma_after < chroma_before + 0.1).all()
    assert abs(after[..., 0].mean()) < 2
    assert 0 < after[..., 1].mean() < 0.6 * before[..., 1].mean()


def test_no_cast_is_claimed_where_nothing_is_grey() -> None:
    image = np.full((80, 80, 3), (0.7, 0.1, 0.1), np.float32)
    assert grey_cast(image) == (0.0, 0.0)


def test_shrunk_back_an_enlargement_is_the_scan_again() -> None:
    image = grey(astronaut(160))
    large = enlarged(image)
    assert large.shape == (640, 640, 3)
    back = cv2.resize(large, (160, 160), interpolation=cv2.INTER_AREA)
    assert psnr(np.asarray(back, np.float32), image) > 40


def test_an_edge_gets_no_halo() -> None:
    step = np.full((60, 60, 3), 0.2, np.float32)
    step[:, 30:] = 0.8
    large = enlarged(step)
    assert large.max() < 0.8 + 0.03
    assert large.min() > 0.2 - 0.03


def test_an_enlargement_is_sharper_than_plain_interpolation() -> None:
    image = grey(astronaut(128))
    large = enlarged(image)
    plain = cv2.resize(image, (512, 512), interpolation=cv2.INTER_CUBIC)

    def crispness(picture: Image) -> float:
        return float(np.abs(cv2.Laplacian(luma(picture), cv2.CV_32F)).mean())

    assert crispness(large) > 1.1 * crispness(np.asarray(plain, np.float32))


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((93, 100), (372, 400)),
        ((1000, 2000), (1920, 3840)),
        ((2000, 1000), (3840, 1920)),
        ((4278, 5835), (4278, 5835)),
    ],
)
def test_sizes_grow_to_the_screen_and_never_shrink(
    size: tuple[int, int], expected: tuple[int, int]
) -> None:
    assert enlarged_size(*size, long_side=3840, factor=4) == expected


def test_a_scan_that_is_large_enough_keeps_its_pixels() -> None:
    image = astronaut(64)
    assert np.array_equal(enlarged(image, long_side=64), image)
