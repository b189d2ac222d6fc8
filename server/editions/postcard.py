"""A postcard: the scan and what was made of it side by side, at print size, with its words."""

from dataclasses import dataclass

from PIL import Image, ImageDraw

from server.editions.typesetting import Face, Style, lines_of, set_text

WIDTH_MM, HEIGHT_MM = 148.0, 105.0
"""A6, across (ISO 216)."""
DPI = 300
MOST_BLEED_MM = 5.0

PAPER, INK, QUIET = (250, 247, 241), (27, 25, 22), (95, 87, 76)
HAIRLINE, ACCENT = (221, 213, 200), (208, 85, 58)

MARGIN, GAP = 8.0, 4.0
"""Millimetres: around everything, and between the two pictures."""
ROOMY = 30.0
"""Millimetres: of paper for title and words."""
TALLEST = 61.0
"""Millimetres: of the pictures."""


@dataclass(frozen=True, slots=True)
class PostcardWords:
    """What stands on the card, in one language."""

    language: str
    title: str
    when: str
    """Date and place in one line; may be empty."""
    before: str
    """Under the scan: what it is called."""
    after: str
    """Under the altered picture: the label of its stage."""
    made: str
    """What was done, in a sentence or two."""
    credit: str
    house: str
    """The exhibition's name."""


def postcard(
    words: PostcardWords, before: Image.Image, after: Image.Image | None, bleed_mm: float = 0.0
) -> Image.Image:
    """The card as RGB at 300 dpi, with ``bleed_mm`` (0 to 5) of paper beyond each edge.

    ``after`` is None for a photograph that was left alone: its scan stands there by itself.
    """
    card = _Card(words.language, bleed_mm)
    pictures = [(before, words.before)] + ([(after, words.after)] if after else [])
    left, foot = card.pictures(pictures)
    card.texts(words, left if left < 2 * MARGIN else MARGIN, foot)
    return card.image


class _Card:
    """The card under work; lengths in millimetres from the trimmed corner."""

    def __init__(self, language: str, bleed_mm: float) -> None:
        if not 0 <= bleed_mm <= MOST_BLEED_MM:
            raise ValueError(f"a bleed of {bleed_mm} mm; 0 to {MOST_BLEED_MM} are possible")
        self._language = language
        self._bleed = bleed_mm
        size = (WIDTH_MM + 2 * bleed_mm, HEIGHT_MM + 2 * bleed_mm)
        self.image = Image.new("RGB", (_pixels(size[0]), _pixels(size[1])), PAPER)
        self._draw = ImageDraw.Draw(self.image)

    def pictures(self, pictures: list[tuple[Image.Image, str]]) -> tuple[float, float]:
        """Hangs the pictures at one height, in the middle; returns the x of their left edge, and
        the y below their captions."""
        ratio = pictures[0][0].width / pictures[0][0].height
        room = (WIDTH_MM - 2 * MARGIN - GAP * (len(pictures) - 1)) / len(pictures)
        width = min(room, TALLEST * ratio)
        height = width / ratio
        left = edge = (WIDTH_MM - width * len(pictures) - GAP * (len(pictures) - 1)) / 2
        caption = _style("sans", 6.4, QUIET)
        below = 0.0
        for picture, words in pictures:
            size = _pixels(width), _pixels(height)
            corner = self._at(left, MARGIN)
            shrunk = picture.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)
            self.image.paste(shrunk, (round(corner[0]), round(corner[1])))
            foot = MARGIN + height + 1.2
            below = max(below, self._set(left, foot, width, words, caption, most=2))
            left += width + GAP
        return edge, below

    def texts(self, words: PostcardWords, margin: float, top: float) -> None:
        """Title and date on the left, what was done on the right, credit along the foot."""
        half = (WIDTH_MM - 2 * margin - GAP) / 2
        right = margin + half + GAP
        foot = HEIGHT_MM - MARGIN - 4.2
        # Wide pictures leave more paper below them, and the words may be larger there.
        larger = 1.25 if foot - top > ROOMY else 1.0
        y = top + max(1.6, (foot - top - 19.0 * larger) / 2)
        title = _style("serif", 14 * larger, INK, 1.25)
        below = self._set(margin, y, half, words.title, title, most=2)
        when = _style("sans", 7.5 * larger, QUIET)
        self._set(margin, below + 0.6, half, words.when, when, most=1)
        made = _style("sans", 7.5 * larger, INK)
        room = int((foot - y - 1.6) / (made.leading * 25.4 / DPI))
        self._set(right, y + 1.0, half, words.made, made, most=max(1, room))
        line = (*self._at(margin, foot), *self._at(WIDTH_MM - margin, foot))
        self._draw.line(line, HAIRLINE, _pixels(0.15))
        small = _style("sans", 6.4, QUIET)
        self._set(margin, foot + 1.3, half, words.credit, small, most=1)
        name = lines_of(words.house, half * DPI / 25.4, small, self._language, 1)
        x, y = self._at(WIDTH_MM - margin, foot + 1.3)
        set_text(self._draw, (x, y), name, small, self._language, anchor="right")
        x, y = self._at(WIDTH_MM - margin, foot)
        seal = _pixels(1.1)
        self._draw.rectangle((x - seal, y - seal / 2, x, y + seal / 2), ACCENT)

    def _set(
        self, x: float, y: float, width: float, text: str, style: Style, *, most: int
    ) -> float:
        lines = lines_of(text, width * DPI / 25.4, style, self._language, most)
        end = set_text(self._draw, self._at(x, y), lines, style, self._language)
        return end * 25.4 / DPI - self._bleed

    def _at(self, x: float, y: float) -> tuple[float, float]:
        return (x + self._bleed) * DPI / 25.4, (y + self._bleed) * DPI / 25.4


def _style(face: Face, points: float, colour: tuple[int, int, int], leading: float = 1.45) -> Style:
    size = round(points / 72 * DPI)
    return Style(face, size, round(size * leading), colour)


def _pixels(mm: float) -> int:
    return max(1, round(mm * DPI / 25.4))
