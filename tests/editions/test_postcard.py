"""The postcard, measured with a ruler."""

import numpy as np
import pytest
from PIL import Image

from server.editions.postcard import PAPER, PostcardWords, postcard

WORDS = {
    "en": PostcardWords(
        "en",
        "The flag bearer",
        "September 1, 1974 · Tehran",
        "Original",
        "Coloured by software, 2026",
        "Repaired, made clearer and coloured by software.",
        "City Archive",
        "First Gold",
    ),
    "zh-Hans": PostcardWords(
        "zh-Hans",
        "旗手",
        "1974年9月1日 · 德黑兰",
        "原作",
        "由软件上色，2026 年",
        "由软件修补、提高清晰度并上色。",
        "市档案馆",
        "首金",
    ),
}
BEFORE, AFTER = (200, 30, 30), (30, 60, 200)


def inked(card: Image.Image, colour: tuple[int, int, int]) -> tuple[int, int, int, int]:
    """Bounding box (left, top, right, bottom) of all pixels of a colour."""
    rows, columns = np.nonzero((np.asarray(card) == colour).all(axis=2))
    return columns.min(), rows.min(), columns.max() + 1, rows.max() + 1


@pytest.mark.parametrize("language", ["en", "zh-Hans"])
@pytest.mark.parametrize("size", [(600, 400), (400, 600), (500, 500), (1600, 300), (200, 900)])
def test_both_pictures_hang_whole_at_one_height_and_one_size(
    size: tuple[int, int], language: str
) -> None:
    card = postcard(WORDS[language], Image.new("RGB", size, BEFORE), Image.new("RGB", size, AFTER))
    assert card.size == (1748, 1240)
    first, second = inked(card, BEFORE), inked(card, AFTER)
    assert (first[1], first[3]) == (second[1], second[3])
    assert abs((first[2] - first[0]) - (second[2] - second[0])) <= 1
    assert second[0] - first[2] == pytest.approx(4 * 300 / 25.4, abs=2)
    assert first[0] >= 94 and second[2] <= 1748 - 93
    ratio = (first[2] - first[0]) / (first[3] - first[1])
    assert ratio == pytest.approx(size[0] / size[1], rel=0.02)


def test_words_keep_inside_the_margins_and_off_the_pictures() -> None:
    long = {"title": "The flag bearer and his team " * 4, "made": "Made by software. " * 30}
    told = {name: getattr(WORDS["en"], name) for name in WORDS["en"].__slots__} | long
    grey = Image.new("RGB", (600, 600), BEFORE)
    card = np.asarray(postcard(PostcardWords(**told), grey, grey))
    ink = (card != PAPER).any(axis=2) & (card != BEFORE).any(axis=2)
    rows, columns = np.nonzero(ink)
    margin = round(8 * 300 / 25.4) - 3
    assert columns.min() >= margin and columns.max() < 1748 - margin
    assert rows.min() > inked(Image.fromarray(card), BEFORE)[3]
    assert rows.max() < 1240 - margin + 12


def test_bleed_is_paper_beyond_every_edge_and_moves_nothing() -> None:
    pictures = Image.new("RGB", (600, 400), BEFORE), Image.new("RGB", (600, 400), AFTER)
    plain = postcard(WORDS["en"], *pictures)
    bled = postcard(WORDS["en"], *pictures, bleed_mm=25.4 / 10)
    assert bled.size == (1748 + 60, 1240 + 60)
    cut = np.asarray(bled)[30:-30, 30:-30].astype(int)
    assert np.abs(cut - np.asarray(plain)).mean() < 0.2
    with pytest.raises(ValueError, match="0 to 5"):
        postcard(WORDS["en"], *pictures, bleed_mm=6)


def test_a_photograph_that_was_left_alone_stands_by_itself() -> None:
    card = postcard(WORDS["en"], Image.new("RGB", (600, 400), BEFORE), None)
    left, _, right, _ = inked(card, BEFORE)
    assert left == pytest.approx(1748 - right, abs=2)
    assert right - left > 900
