"""One training example: a clean scene, and the old print a museum might have of it.

The scene comes at twice the print's size and in the print's own tone, so that a network learns
to clear a picture and not to guess at its fading.
"""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
from learn_damage import KINDS, Kinds, Plane, Rng, damaged, smooth
from learn_photos import Bytes, Source
from learn_scenes import Drawn


@dataclass(frozen=True, slots=True)
class Course:
    """What one network is taught with."""

    side: int
    """Of an example's print, in pixels; its scene has twice as many."""
    drawn: Drawn
    """What is drawn into the scenes."""
    kinds: Kinds = KINDS
    """Of damage."""
    rates: tuple[float, ...] = (1.2, 2.5, 5.0)
    """Pieces of damage on a print of 96 pixels, but for one of four that has none."""
    polarities: tuple[float, ...] = (0.05, 0.5, 0.8, 0.97)
    """What share of a print's marks is light: one of these."""
    softened: float = 0.0
    """How often a print's damage is soft in itself, as that of a negative is on every print."""
    faint: float = 0.0
    """What share of a print's damage differs as little from what it covers as can be seen."""
    faintest: tuple[float, float] = (0.04, 1.0)
    """Damage that changes a pixel by less than the first, or than so many times the grain, cannot
    be seen, and nothing is said of it."""
    enlarged: float = 0.0
    """How often a scene is shown larger than its photograph is sharp, as large scans do."""
    faces: float = 0.0
    """How often a scene is looked for around a face."""
    sharp: float = 0.0
    """How often the lens blurs nothing, beside the one print of ten it never blurs."""
    restless: float = 0.0
    """How often the most restless of four pieces is taken: foliage, crowds, cloth."""
    plain: float = 0.0
    """How often the print shows the scene as it is, without blur, grain or compression: under
    damage, but like a picture of today."""
    closer: float = 0.0
    """How often a print is read enlarged, as the finder's closer looks do."""
    closest: float = 1.6
    """How much larger it is read then at most."""
    mistaken: float = 0.0
    """How often a mask that is to be mended has strokes of the picture's own as well."""
    astray: float = 0.0
    """And how often shapes of damage where there is none."""
    count: int = 16
    """Examples a step."""


_GREYS = ((0.299, 0.587, 0.114), (0.04, 0.56, 0.40), (0.0, 1.0, 0.0))
_GRAIN = (0.0, 0.0, 0.45, 0.6, 0.8, 1.1, 1.6, 2.4)
_FIELD = 512
_LARGEST = 3.0
SOFT = (0.2, 1.3)
"""By how many pixels of the print damage is blurred then (standard deviation)."""
_CLOSER = 1.2
"""How much larger a print that is read closer is at least."""


@dataclass(frozen=True, slots=True)
class Example:
    """Planes of 0..1: ``print`` (side, side; may overshoot where it is read closer), ``scene``
    (2 side, 2 side), and for the finder ``damage`` (0 or 1) and ``sure`` (weight), (side, side).
    ``span`` is the print's tonal range."""

    print: Plane
    scene: Plane
    damage: Plane
    sure: Plane
    span: float


def grain_fields(seed: int) -> list[Plane]:
    """Noise of unit strength, from fine to coarse grain."""
    rng = np.random.default_rng(seed)
    fields = []
    for sigma in _GRAIN:
        field = rng.standard_normal((_FIELD, _FIELD), dtype=np.float32)
        if sigma:
            field = np.asarray(cv2.GaussianBlur(field, (0, 0), sigma), np.float32)
        fields.append(field / field.std())
    return fields


def _fitting(source: Source, side: int) -> list[list[Bytes]]:
    """The sizes of each photograph from which a piece of ``side`` pixels can be cut."""
    return [[size for size in sizes if min(size.shape[:2]) >= side] for sizes in source.photos]


def _crop(rng: Rng, source: Source, side: int, restless: float = 0.0) -> Bytes:
    """A piece of a photograph; of two, often the busier, or of four the most restless."""
    fitting = [sizes for sizes in _fitting(source, side) if sizes]
    sizes = fitting[int(rng.integers(len(fitting)))]
    areas = np.array([size.shape[0] * size.shape[1] for size in sizes], np.float64)
    photo = sizes[int(rng.choice(len(sizes), p=areas / areas.sum()))]
    pieces = []
    sought = restless > 0 and rng.random() < restless
    for _ in range(4 if sought else 1 if rng.random() < 0.4 else 2):
        y = int(rng.integers(photo.shape[0] - side + 1))
        x = int(rng.integers(photo.shape[1] - side + 1))
        pieces.append(photo[y : y + side, x : x + side])
    return max(pieces, key=_unrest if sought else lambda crop: float(crop[::4, ::4].std()))


def _unrest(crop: Bytes) -> float:
    """How much neighbours two pixels apart differ, on the mean."""
    levels = crop[::2, ::2, 1].astype(np.int16)
    return float(np.abs(np.diff(levels, axis=0)).mean() + np.abs(np.diff(levels, axis=1)).mean())


def around_face(rng: Rng, source: Source, side: int) -> Bytes:
    """A piece of a photograph with a face somewhere in its middle half."""
    fitting = _fitting(source, side)
    shown = [number for number, faces in enumerate(source.faces) if faces and fitting[number]]
    number = int(rng.choice(shown))
    face = source.faces[number][int(rng.integers(len(source.faces[number])))]
    sizes = fitting[number]
    photo = sizes[int(rng.integers(len(sizes)))]
    place = []
    for length, share in zip(photo.shape[:2], face[::-1], strict=True):
        start = share * length - side * rng.uniform(0.25, 0.75)
        place.append(int(np.clip(start, 0, length - side)))
    y, x = place
    return photo[y : y + side, x : x + side]


def _turned(rng: Rng, piece: Bytes) -> Bytes:
    piece = np.rot90(piece, int(rng.integers(4)))
    return np.ascontiguousarray(piece[:, ::-1] if rng.random() < 0.5 else piece)


def _grey(rng: Rng, piece: Bytes) -> Plane:
    draw = rng.random()
    shares = (
        _GREYS[0]
        if draw < 0.55
        else _GREYS[int(rng.integers(3))]
        if draw < 0.75
        else rng.dirichlet((1, 1, 1))
    )
    return np.asarray(piece @ np.asarray(shares, np.float32), np.float32) / np.float32(255)


def _toned(rng: Rng, plane: Plane) -> tuple[Plane, float]:
    """The scene in a print's tone: gamma, contrast either way, fading, vignette. And its range."""
    gamma = float(np.exp(rng.normal(0, 0.3)))
    plane = np.clip(plane, 0, 1) ** np.float32(gamma)
    bend = np.float32(rng.uniform(-0.7, 0.8))
    plane = plane + bend * plane * (1 - plane) * (2 * plane - 1)
    low, high = 0.3 * rng.random() ** 2.5, 1 - 0.4 * rng.random() ** 2
    plane = np.float32(low) + np.float32(high - low) * plane
    span = high - low
    if rng.random() < 0.4:
        loss = np.float32(rng.uniform(0, 0.4)) * smooth(rng, plane.shape[0], 2)
        plane = plane + np.clip(loss, 0, 0.5) * (np.float32(rng.choice((0.15, 0.85))) - plane)
    return np.asarray(plane, np.float32), span


def _kernel(rng: Rng) -> Plane | None:
    """The lens' blur at the scene's size, or none."""
    draw = rng.random()
    if draw < 0.1:
        return None
    wide = 2 * float(np.exp(rng.uniform(np.log(0.22), np.log(1.7))))
    reach = int(np.ceil(2.6 * wide)) + 1
    axis = np.arange(-reach, reach + 1, dtype=np.float32)
    x, y = np.meshgrid(axis, axis)
    if draw < 0.64:
        kernel = np.exp(-(x**2 + y**2) / np.float32(2 * wide**2))
    elif draw < 0.77:
        turn, flat = rng.uniform(0, np.pi), rng.uniform(0.35, 0.9)
        u, v = x * np.cos(turn) + y * np.sin(turn), y * np.cos(turn) - x * np.sin(turn)
        kernel = np.exp(-(u**2 + (v / flat) ** 2) / (2 * wide**2))
    elif draw < 0.92:
        kernel = np.clip(1.5 * wide + 0.5 - np.hypot(x, y), 0, 1)
    else:
        narrow = 0.45 * wide
        kernel = np.exp(-(x**2 + y**2) / (2 * narrow**2)) / narrow**2
        kernel += rng.uniform(0.2, 0.8) * np.exp(-(x**2 + y**2) / (2 * wide**2)) / wide**2
    return np.asarray(kernel / kernel.sum(), np.float32)


def _screened(rng: Rng, plane: Plane) -> Plane:
    """Printed by a halftone screen, or on paper with a weave."""
    side = plane.shape[0]
    axis = np.arange(side, dtype=np.float32)
    x, y = np.meshgrid(axis, axis)
    turn, period = rng.uniform(0, np.pi), 2 * rng.uniform(2.2, 6.0)
    u = (x * np.cos(turn) + y * np.sin(turn)) * (2 * np.pi / period)
    v = (y * np.cos(turn) - x * np.sin(turn)) * (2 * np.pi / period)
    wave = np.asarray(np.cos(u) + np.cos(v), np.float32) / np.float32(4)
    if rng.random() < 0.5:
        return np.asarray(plane + np.float32(rng.uniform(0.02, 0.12)) * wave, np.float32)
    dots = np.clip((plane - 0.5 + wave) * rng.uniform(2, 6) + 0.5, 0, 1)
    screened = plane + np.float32(rng.uniform(0.3, 0.9)) * (dots - plane)
    return np.asarray(screened, np.float32)


def _halved(rng: Rng, plane: Plane) -> Plane:
    draw, size = rng.random(), (plane.shape[1] // 2, plane.shape[0] // 2)
    if draw < 0.6:
        return np.asarray(cv2.resize(plane, size, interpolation=cv2.INTER_AREA), np.float32)
    if draw < 0.8:
        soft = cv2.GaussianBlur(plane, (0, 0), rng.uniform(0.5, 1.0))
        return np.asarray(cv2.resize(soft, size, interpolation=cv2.INTER_LINEAR), np.float32)
    soft = cv2.GaussianBlur(plane, (0, 0), 0.6)
    return np.asarray(cv2.resize(soft, size, interpolation=cv2.INTER_CUBIC), np.float32)


def _grained(rng: Rng, plane: Plane, fields: list[Plane]) -> tuple[Plane, float]:
    """Grain of one or two sizes, even or by tone; and its strength."""
    draw = rng.random()
    strength = (
        rng.uniform(0, 0.006)
        if draw < 0.1
        else rng.uniform(0.006, 0.045)
        if draw < 0.75
        else rng.uniform(0.03, 0.08)
    )
    grain, side = np.zeros_like(plane), plane.shape[0]
    for share in (1.0, float(rng.choice((0.0, 0.5, 1.0)))):
        field = fields[int(rng.integers(len(fields)))]
        y, x = rng.integers(0, _FIELD - side, 2)
        grain += np.float32(share) * field[y : y + side, x : x + side]
    grain /= max(float(grain.std()), 1e-3)
    if rng.random() < 0.12:
        grain = np.sign(grain) * np.abs(grain) ** np.float32(1.4)
    tone = np.clip(plane, 0, 1)
    law = rng.random()
    if law < 0.35:
        grain *= np.float32(0.25) + 3 * tone * (1 - tone)
    elif law < 0.5:
        grain *= np.float32(1.4) - tone
    elif law < 0.65:
        grain *= np.float32(0.4) + tone
    return plane + np.float32(strength) * grain, strength


def _compressed(rng: Rng, plane: Plane, low: int) -> Plane:
    levels = np.clip(np.round(plane * 255), 0, 255).astype(np.uint8)
    quality = int(rng.integers(low, 97))
    packed = cv2.imencode(".jpg", levels, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    read = cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE)
    return np.asarray(read, np.float32) / np.float32(255)


def scanned(rng: Rng, plane: Plane, covered: Plane) -> tuple[Plane, Plane]:
    """The scanner's softness or sharpening, and the file's 8 bits and compression."""
    draw = rng.random()
    if draw < 0.4:
        soft = float(rng.uniform(0.3, 1.0))
        plane = np.asarray(cv2.GaussianBlur(plane, (0, 0), soft), np.float32)
        covered = np.asarray(cv2.GaussianBlur(covered, (0, 0), soft), np.float32)
    elif draw < 0.52:
        soft_plane = cv2.GaussianBlur(plane, (0, 0), rng.uniform(0.6, 1.5))
        plane = plane + np.float32(rng.uniform(0.2, 1.0)) * (plane - soft_plane)
    if rng.random() < 0.35:
        return _compressed(rng, plane, 45), covered
    return np.clip(np.round(plane * 255), 0, 255) / np.float32(255), covered


def _closer(rng: Rng, planes: tuple[Plane, ...], most: float) -> tuple[Plane, ...]:
    """The same part of each plane, enlarged to the planes' size, ``most`` times at most."""
    side = planes[0].shape[0]
    cut = round(side / rng.uniform(_CLOSER, most))
    y, x = rng.integers(0, side - cut + 1, 2)
    parts = (plane[y : y + cut, x : x + cut] for plane in planes)
    return tuple(
        np.asarray(cv2.resize(part, (side, side), interpolation=cv2.INTER_CUBIC), np.float32)
        for part in parts
    )


@dataclass(frozen=True, slots=True)
class Unharmed:
    """A print before any damage: ``plane`` (side, side) of ``scene`` (2 side, 2 side), its tonal
    range, the strength of its grain, and whether it is the scene as it is."""

    plane: Plane
    scene: Plane
    span: float
    grain: float
    plain: bool


def unharmed(rng: Rng, source: Source, fields: list[Plane], course: Course) -> Unharmed:
    """A fresh print; the same for the same state of ``rng``."""
    side = 2 * course.side
    large = course.enlarged > 0 and rng.random() < course.enlarged
    cut = round(side / rng.uniform(1.2, _LARGEST)) if large else side
    faced = course.faces > 0 and rng.random() < course.faces
    chosen = around_face(rng, source, cut) if faced else _crop(rng, source, cut, course.restless)
    piece = _turned(rng, chosen)
    scene = _grey(rng, piece)
    for chance, drawn in course.drawn:
        if rng.random() < chance:
            scene = drawn(rng, scene)
    if large:
        # What belongs to the picture is as soft as the picture; what came later is not.
        scene = cv2.resize(scene, (side, side), interpolation=cv2.INTER_CUBIC)
    scene, span = _toned(rng, scene)
    plain = course.plain > 0 and rng.random() < course.plain
    sharp = plain or (course.sharp > 0 and rng.random() < course.sharp)
    plane, kernel = scene, None if sharp else _kernel(rng)
    if kernel is not None:
        plane = np.asarray(cv2.filter2D(plane, -1, kernel, borderType=cv2.BORDER_REFLECT))
    if not plain and rng.random() < 0.05:
        plane = _screened(rng, plane)
    plane, strength = _halved(rng, plane), 0.0
    if not plain:
        if rng.random() < 0.12:
            plane = _compressed(rng, plane, 35)
        plane, strength = _grained(rng, plane, fields)
    return Unharmed(plane, scene, span, strength, plain)


def example(rng: Rng, source: Source, fields: list[Plane], course: Course) -> Example:
    """A fresh example; the same for the same state of ``rng``."""
    made = unharmed(rng, source, fields, course)
    plane, scene, strength, plain = made.plane, made.scene, made.grain, made.plain
    rate = 0.0 if rng.random() < 0.25 else float(rng.choice(course.rates))
    rate *= (course.side / 96) ** 2
    softened = course.softened > 0 and rng.random() < course.softened
    harmed, covered = damaged(
        plane,
        rng,
        source,
        course.kinds,
        rate=rate,
        polarities=course.polarities,
        soft=rng.uniform(*SOFT) if softened else 0.0,
        faint=course.faint,
    )
    change = np.abs(np.clip(harmed, 0, 1) - plane)
    plane = np.clip(harmed, 0, 1)
    if not plain:
        plane, covered = scanned(rng, harmed, covered)
    seen = change > max(course.faintest[0], course.faintest[1] * strength)
    if course.closer > 0 and rng.random() < course.closer:
        planes = (plane, covered, seen.astype(np.float32))
        plane, covered, shown = _closer(rng, planes, course.closest)
        seen = shown > 0.5
    damage = (covered > 0.35) & seen
    doubtful = ~damage & (covered > 0.1)
    sure = np.where(doubtful, np.float32(0.05), np.float32(1))
    return Example(np.asarray(plane, np.float32), scene, damage.astype(np.float32), sure, made.span)


Batch = tuple[npt.NDArray[np.float32], ...]


def batch(
    seed: int, step: int, places: range, source: Source, fields: list[Plane], course: Course
) -> Batch:
    """These of a step's examples, stacked: print, scene, damage, sure (with one channel), span.

    A step's examples depend on ``seed`` and ``step`` alone, so a resumed training sees what an
    unbroken one would have seen.
    """
    rngs = [np.random.default_rng((seed, step, place)) for place in places]
    made = [example(rng, source, fields, course) for rng in rngs]
    planes = (
        np.stack([getattr(one, name) for one in made])[:, None]
        for name in ("print", "scene", "damage", "sure")
    )
    return (*planes, np.array([one.span for one in made], np.float32))
