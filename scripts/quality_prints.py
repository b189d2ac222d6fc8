"""Old prints of photographs whose truth is known, for `scripts/bench quality` alone.

Ageings of their own: training has another, so that no network is measured on what it was fitted
to. Six kinds, so that nobody tunes to one: ``usual`` is an even print, and as hard as those on
which the aims were set; ``light`` has a tenth of its damage; ``plain`` is like it, but a faint
fringe around the damage covers more of it than the damage; ``worn`` has that, a toe and a shoulder,
uneven fading, clumped grain, more of the damage traced on real film, and is a JPEG; ``drawn`` is
even, and its damage has no shape that training could have seen (quality_strokes.py); ``soft`` is
like it, but its damage is about as soft as the picture.
"""

import json
import sys
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image as PillowImage
from quality_strokes import drawn

from server.errors import ScanUnreadable
from server.restoration.images import read_scan, resize
from server.restoration.lab import decoded, encoded, lightness

ROOT = Path(__file__).parent.parent
PHOTOS = ROOT.parent / "shared" / "photos"
SPLIT = Path(__file__).with_name("quality_split.toml")
PRINT = (256, 384)
"""Height and width of a print, or width and height; its truth is twice as large."""
USUAL = ("usual",)
LIGHT = ("light",)
FRINGED = ("plain", "worn")
DRAWN = ("drawn",)
SOFT = ("soft",)
_LARGE = 1_000_000
"""Pixels of a large print."""
DAMAGED = 0.5
"""Opacity from which a pixel counts as damaged; under TRACE nothing was damaged."""
TRACE = 1 / 255

Plane = npt.NDArray[np.float32]
View = tuple[str, npt.NDArray[np.float32]]
"""A name, and a colour photograph twice as large as a print."""

_CROPS = {
    # name: (scale, places of the crops as fractions of what is left to move)
    "pg_train": (0.27, ((0.0, 0.2), (1.0, 0.8))),
    "usn_2004_two_yachts": (0.5, ((0.0, 0.3), (1.0, 1.0))),
    "film_pair1_restored": (1.0, ((0.6, 0.5), (0.0, 1.0))),
    "film_pair2_restored": (1.0, ((0.5, 0.5),)),
}
_HARMED = {"light": (0.0004, 0.003)}
_MUCH = (0.013, 0.021)
"""Shares of a print that are damaged, least and most; and those of all other kinds."""
_AREA = (0.00015, 0.0025)
"""Share of a print that one piece covers, least and most."""
_THIN = 3.0
"""Half the width in pixels that nine pieces of ten keep below: scratches, hairs, small dust."""
_EDGE = (0.1, 0.65)
"""Opacity up to which a piece on a usual print is clear, and from which it is opaque. With these,
doing nothing and filling a perfect mask give what they gave where the aims were set (15.7 and 33.0;
27.7 and 41), within 0.7 dB."""
_CLASSES = ("hair", "hair-short", "lint", "scratches", "dirt", "dots", "spots", "smut", "sprinkles")
_LENGTHS = {
    # long side of one piece in pixels of the print, least and most
    "hair": (18, 80),
    "hair-short": (10, 36),
    "lint": (10, 34),
    "scratches": (30, 130),
    "dirt": (4, 14),
    "dots": (4, 9),
    "spots": (4, 10),
    "smut": (7, 20),
    "sprinkles": (5, 12),
}


@dataclass(frozen=True, slots=True)
class Print:
    """A print before and after it was damaged, and what it shows."""

    name: str
    truth: Plane
    """Lightness L*/100 at twice the print's size."""
    sound: Plane
    """The print with its fading and grain as scanned, grey 0..1."""
    scan: npt.NDArray[np.float32]
    """The damaged print, RGB 0..1, as it comes from the scanner."""
    opacity: Plane
    """How much of each pixel is covered by damage, 0..1."""


def held_out() -> dict[str, Any]:
    """The names that training leaves out."""
    return tomllib.loads(SPLIT.read_text("utf-8"))


def read_rgb(path: Path) -> npt.NDArray[np.float32]:
    return np.asarray(PillowImage.open(path).convert("RGB"), np.float32) / np.float32(255)


def truth_file(name: str) -> Path:
    return next((PHOTOS / "truth").glob(f"{name}.*"))


def _whole_truths() -> Iterator[View]:
    for name in held_out()["photos"]["held_out"]:
        image = read_rgb(truth_file(name))
        if name.startswith("pg_"):
            # Coloured strips of the three plates' edges.
            top, left = (round(0.06 * length) for length in image.shape[:2])
            image = image[top:-top, left:-left]
        yield name, image


def large_truths() -> Iterator[View]:
    """Those kept out of training, but for film, which has two pictures; so large that a print of
    each has a megapixel, which for some is larger than they are sharp, as large scans are."""
    for name, image in _whole_truths():
        if not name.startswith("film_"):
            scale = (4 * _LARGE / (image.shape[0] * image.shape[1])) ** 0.5
            height, width = (2 * round(scale * side / 2) for side in image.shape[:2])
            yield name, resize(image, width, height)


def truths() -> Iterator[View]:
    """Those kept out of training."""
    for name, image in _whole_truths():
        if name not in _CROPS:
            yield name, image
            continue
        scale, places = _CROPS[name]
        image = np.asarray(
            cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        )
        room = (image.shape[0] - 2 * PRINT[0], image.shape[1] - 2 * PRINT[1])
        for number, place in enumerate(places):
            y, x = (round(share * length) for share, length in zip(place, room, strict=True))
            yield f"{name}-{number}", image[y : y + 2 * PRINT[0], x : x + 2 * PRINT[1]]


def views_in(folder: Path) -> Iterator[View]:
    """The middle of every picture in a folder, made so small that it shows as much as it can; what
    is too small, or no picture, is told on stderr and left out."""
    for path in sorted(path for path in folder.iterdir() if path.is_file()):
        try:
            image = read_scan(path)
        except ScanUnreadable as error:
            print(f"bench quality: left out: {error}", file=sys.stderr)
            continue
        low, high = sorted(2 * side for side in PRINT)
        rows, columns = (low, high) if image.shape[1] >= image.shape[0] else (high, low)
        scale = max(rows / image.shape[0], columns / image.shape[1])
        if scale > 1:
            reason = f"is smaller than {columns} x {rows} pixels"
            print(f"bench quality: left out: {path}: {reason}.", file=sys.stderr)
            continue
        height, width = (round(scale * side) for side in image.shape[:2])
        image = resize(image, width, height)
        y, x = (height - rows) // 2, (width - columns) // 2
        yield path.stem, np.ascontiguousarray(image[y : y + rows, x : x + columns])


def prints(
    kinds: Sequence[str], views: Iterable[View], *, times: int = 1, quick: bool = False
) -> Iterator[Print]:
    """Each view so many times of each kind; a quarter of them, once, with ``quick``."""
    for number, (name, image) in enumerate(views):
        for place, kind in enumerate(kinds):
            if not quick or (number % 2 == 0 and number // 2 % 2 == place):
                for time in range(1 if quick else times):
                    rng = np.random.default_rng(9000 + 2 * number + place + 100 * time)
                    yield aged(f"{name}.{kind}", image, kind, rng)


def aged(name: str, image: npt.NDArray[np.float32], kind: str, rng: np.random.Generator) -> Print:
    """A print of ``image``, at half its size."""
    light = decoded(image) @ np.array([0.2126, 0.7152, 0.0722], np.float32)
    grey = encoded(light.astype(np.float32))
    truth = lightness(np.repeat(grey[..., None], 3, axis=2)) / np.float32(100)
    size = (image.shape[1] // 2, image.shape[0] // 2)
    small = np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.float32)
    soft = cv2.GaussianBlur(small, (0, 0), 0.8)
    sound = _faded(soft, kind, rng) + _grain(soft, kind, rng)
    ruled = kind in DRAWN + SOFT
    opacity, tone = drawn(sound, rng, soft=kind in SOFT) if ruled else _damage(sound, kind, rng)
    scan = np.clip(sound * (1 - opacity) + tone * opacity, 0, 1)
    before = np.clip(sound, 0, 1).astype(np.float32)
    return Print(name, truth, _scanned(before, kind)[..., 0], _scanned(scan, kind), opacity)


def _cloud(shape: tuple[int, ...], sigma: float, rng: np.random.Generator) -> Plane:
    """Smooth noise of standard deviation 1."""
    noise = cv2.GaussianBlur(rng.normal(size=shape).astype(np.float32), (0, 0), sigma)
    return np.asarray(noise / max(float(noise.std()), 1e-9), np.float32)


def _faded(plane: Plane, kind: str, rng: np.random.Generator) -> Plane:
    black, white = rng.uniform(0.10, 0.22), rng.uniform(0.80, 0.92)
    if kind != "worn":
        return np.asarray(black + (white - black) * plane, np.float32)
    bent = plane + np.float32(rng.uniform(0.1, 0.35)) * plane * (1 - plane) * (2 * plane - 1)
    uneven = 1 - 0.06 * np.abs(_cloud(plane.shape, max(plane.shape) / 5, rng))
    return np.asarray(black + (white - black) * bent * uneven, np.float32)


def _grain(plane: Plane, kind: str, rng: np.random.Generator) -> Plane:
    if kind != "worn":
        return rng.normal(0, 0.022, plane.shape).astype(np.float32)
    clumped = _cloud(plane.shape, 0.55, rng)
    return np.asarray(0.022 * clumped * (0.6 + 1.6 * plane * (1 - plane)), np.float32)


@lru_cache(maxsize=256)
def _shape(name: str, number: int) -> tuple[Plane, ...]:
    """The pieces of one transparent PNG, opacity 0..1."""
    path = PHOTOS / "damage-shapes" / "synthetic" / name
    file = sorted(path.glob("*.png"))[number - 1]
    alpha = np.asarray(PillowImage.open(file).convert("RGBA"))[..., 3]
    count, labels, stats, _ = cv2.connectedComponentsWithStats((alpha > 24).astype(np.uint8))
    pieces = []
    for label in range(1, count):
        x, y, width, height, area = stats[label]
        if area >= 6:
            place = (slice(y, y + height), slice(x, x + width))
            pieces.append((alpha[place] * (labels[place] == label) / 255).astype(np.float32))
    return tuple(pieces)


@lru_cache(maxsize=8)
def _traced(scan: str) -> tuple[npt.NDArray[np.float32], ...]:
    """Polygons traced on a film scan, in its pixels, each moved to the origin."""
    path = PHOTOS / "damage-shapes" / "scans-annotations" / f"{scan}.json"
    found = []
    for entry in json.loads(path.read_text("utf-8")).values():
        points = np.array([(point["x"], point["y"]) for point in entry["points"]], np.float32)
        if len(points) >= 3:
            found.append(points - points.min(axis=0))
    return tuple(found)


def _drawn_shape(rng: np.random.Generator, numbers: list[int], larger: float) -> Plane:
    while True:
        name = str(rng.choice(_CLASSES))
        pieces = _shape(name, int(rng.choice(numbers)))
        piece = pieces[int(rng.integers(len(pieces)))]
        scale = larger * rng.uniform(*_LENGTHS[name]) / max(piece.shape)
        # Enlarged for a large print, its pixels would show.
        if scale <= 1 or larger == 1:
            break
    around = int(np.ceil(max(piece.shape) * 0.25)) + 2
    piece = np.pad(piece, around)
    middle = (piece.shape[1] / 2, piece.shape[0] / 2)
    turn = cv2.getRotationMatrix2D(middle, rng.uniform(0, 360), 1.0)
    piece = cv2.warpAffine(piece, turn, (piece.shape[1], piece.shape[0]))
    size = [max(1, round(length * scale)) for length in piece.shape[::-1]]
    shrunk = cv2.resize(piece, size, interpolation=cv2.INTER_AREA)
    # A thin hair made small stays a hair: it gets narrower, not transparent.
    return np.asarray(shrunk / max(float(shrunk.max()), 0.2), np.float32)


def _drawn_trace(rng: np.random.Generator, scans: list[str], larger: float) -> Plane:
    polygons = _traced(str(rng.choice(scans)))
    points = polygons[int(rng.integers(len(polygons)))] * (larger * rng.uniform(0.5, 1.2)) + 2
    size = np.ceil(points.max(axis=0) + 2).astype(int)
    canvas = np.zeros((size[1] * 4, size[0] * 4), np.uint8)
    cv2.fillPoly(canvas, [np.round(points * 4).astype(np.int32)], 255)
    small = cv2.resize(canvas, (int(size[0]), int(size[1])), interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.float32) / np.float32(255)


def _damage(plane: Plane, kind: str, rng: np.random.Generator) -> tuple[Plane, Plane]:
    """Opacity and tone of about 25 pieces over about 1.7 % of the picture; ``light``, of 3. On a
    large print they are as much larger."""
    split = held_out()["shapes"]
    larger = (plane.size / (PRINT[0] * PRINT[1])) ** 0.5
    opacity, tone = np.zeros_like(plane), np.zeros_like(plane)
    goal = rng.uniform(*_HARMED.get(kind, _MUCH))
    while (opacity > DAMAGED).mean() < goal:
        if rng.random() < (0.5 if kind == "worn" else 0.25):
            piece = _drawn_trace(rng, split["held_out_scans"], larger)
        else:
            piece = _drawn_shape(rng, split["held_out_numbers"], larger)
        if kind in USUAL + LIGHT:
            piece = np.clip((piece - _EDGE[0]) / (_EDGE[1] - _EDGE[0]), 0, 1)
        area = (piece > DAMAGED).sum() / plane.size
        thick = cv2.distanceTransform((piece > DAMAGED).astype(np.uint8), cv2.DIST_L2, 5).max()
        if not _AREA[0] < area < _AREA[1] or (thick > larger * _THIN and rng.random() < 0.9):
            continue
        piece = cv2.GaussianBlur(np.pad(piece, 2), (0, 0), 0.5) * np.float32(rng.uniform(0.6, 1.0))
        step = rng.uniform(0.12, 0.33) * (1 if rng.random() < 0.6 else -1)
        _laid(opacity, tone, piece, plane, step, rng)
    return opacity, tone


def _laid(
    opacity: Plane,
    tone: Plane,
    piece: Plane,
    plane: Plane,
    step: float,
    rng: np.random.Generator,
) -> None:
    """One piece somewhere, of one tone that differs by ``step`` from what it covers."""
    height, width = opacity.shape
    piece = piece[:height, :width]
    y = int(rng.integers(0, height - piece.shape[0] + 1))
    x = int(rng.integers(0, width - piece.shape[1] + 1))
    place = (slice(y, y + piece.shape[0]), slice(x, x + piece.shape[1]))
    below = float(np.average(plane[place], weights=piece + 1e-6))
    # Where there is no room on this side of the scale, the damage is of the other polarity.
    level = below + step if 0.02 < below + step < 0.99 else below - step
    stronger = piece > opacity[place]
    opacity[place] = np.maximum(opacity[place], piece)
    tone[place][stronger] = level


def _scanned(plane: npt.NDArray[Any], kind: str) -> npt.NDArray[np.float32]:
    levels = np.round(plane * 255).astype(np.uint8)
    if kind == "worn":
        file = BytesIO()
        PillowImage.fromarray(levels).save(file, "JPEG", quality=93)
        levels = np.asarray(PillowImage.open(file).convert("L"))
    grey = levels.astype(np.float32) / np.float32(255)
    return np.repeat(grey[..., None], 3, axis=2)
