"""Random damage for training: scratches, hairs, dust, blots, folds, tears, and shapes from film.

Each kind says how much of each pixel it covers; what colour it has and how it lies on the print is
drawn apart from that, so that no kind is tied to a polarity. Sizes are in pixels of the print.
"""

from collections.abc import Callable
from functools import partial

import cv2
import numpy as np
import numpy.typing as npt
from learn_photos import Bytes, Source

Plane = npt.NDArray[np.float32]
Rng = np.random.Generator

_FINE = 4
"""Strokes are drawn this many times larger, then averaged."""
_COAST = ((1.0, 14), (0.6, 6), (0.35, 2.5))
"""Waves of a chip's outline: how much each strays, and over how many pixels."""


def smooth(rng: Rng, side: int, cells: int) -> Plane:
    """A field of about 0..1 that changes over ``side / cells`` pixels."""
    small = rng.random((cells + 1, cells + 1), dtype=np.float32)
    return np.asarray(cv2.resize(small, (side, side), interpolation=cv2.INTER_CUBIC), np.float32)


def _strokes(side: int, strokes: list[tuple[npt.NDArray[np.float64], float]]) -> Plane:
    """Coverage of lines given as points (x, y) and width."""
    canvas = np.zeros((side * _FINE, side * _FINE), np.uint8)
    for points, width in strokes:
        path = np.round(points * _FINE * 16).astype(np.int32)[:, None]
        cv2.polylines(canvas, [path], False, 255, max(1, round(width * _FINE)), cv2.LINE_8, 4)
    cover = cv2.resize(canvas, (side, side), interpolation=cv2.INTER_AREA)
    return np.asarray(cover, np.float32) / np.float32(255)


def _segment(middle: npt.NDArray[np.float64], angle: float, half: float) -> npt.NDArray[np.float64]:
    """The two ends of a straight stroke."""
    reach = half * np.array([np.cos(angle), np.sin(angle)])
    return np.stack([middle - reach, middle + reach])


def _wander(rng: Rng, side: int, length: float, bend: float) -> npt.NDArray[np.float64]:
    """A curved path through a random point; its direction drifts by ``bend`` radians a step."""
    steps = max(3, int(length / 3))
    turn = rng.normal(0, bend / 3) + np.cumsum(rng.normal(0, bend / 2, steps))
    angle = rng.uniform(0, 2 * np.pi) + np.cumsum(turn)
    path = np.cumsum(np.stack([np.cos(angle), np.sin(angle)], 1), axis=0) * (length / steps)
    return path - path[rng.integers(steps)] + rng.uniform(0, side, 2)


def _scratch(rng: Rng, side: int, source: Source) -> Plane:
    width = float(np.exp(rng.uniform(np.log(0.35), np.log(2.6))))
    length = rng.uniform(0.15, 2.0) * side
    cover = _strokes(
        side,
        [
            (_wander(rng, side, length, 0.02) + rng.normal(0, 2), width)
            for _ in range(1 if rng.random() < 0.7 else int(rng.integers(2, 5)))
        ],
    )
    if rng.random() < 0.6:
        cells = int(rng.integers(4, 30))
        cover = cover * np.clip(rng.uniform(0.4, 1.6) + 2 * (smooth(rng, side, cells) - 0.5), 0, 1)
    return cover


def _tram(rng: Rng, side: int, source: Source) -> Plane:
    """Scratches of the film's run through a machine: straight, parallel to a side."""
    strokes = []
    middle = rng.uniform(0, side)
    for _ in range(int(rng.integers(1, 4))):
        x = middle + rng.normal(0, 6)
        points = np.array([[x, -4], [x + rng.normal(0, 1.5), side + 4]])
        if rng.random() < 0.3:
            points[rng.integers(2), 1] = rng.uniform(0, side)
        strokes.append((points, rng.uniform(0.4, 1.8)))
    cover = _strokes(side, strokes)
    return cover.T if rng.random() < 0.4 else cover


def _hair(rng: Rng, side: int, source: Source, *, widest: float = 2.0) -> Plane:
    length, width = rng.uniform(0.15, 1.2) * side, rng.uniform(0.5, widest)
    return _strokes(side, [(_wander(rng, side, length, rng.uniform(0.05, 0.35)), width)])


def _dust(rng: Rng, side: int, source: Source) -> Plane:
    strokes = []
    centre, spread = rng.uniform(0, side, 2), rng.uniform(0.1, 0.6) * side
    for _ in range(1 + int(rng.geometric(0.25))):
        width = 0.7 + 3.5 * rng.random() ** 3
        spot = centre + rng.normal(0, spread, 2)
        path = spot + np.cumsum(rng.normal(0, 0.5 * width, (int(rng.integers(2, 5)), 2)), axis=0)
        strokes.append((path, width))
    return _strokes(side, strokes)


def _straight(rng: Rng, side: int, source: Source, *, widest: float = 3.0) -> Plane:
    """Scratches as straight and even as wires: else all that is so would belong to the picture."""
    strokes = []
    turn, length = rng.uniform(0, np.pi), float(np.exp(rng.uniform(np.log(0.05), np.log(1.5))))
    for _ in range(1 if rng.random() < 0.5 else int(rng.integers(2, 7))):
        angle = turn + rng.normal(0, 0.02)
        half = length * side * rng.uniform(0.3, 0.7)
        ends = _segment(rng.uniform(0, side, 2), angle, half)
        strokes.append((ends, float(np.exp(rng.uniform(np.log(0.5), np.log(widest))))))
    return _strokes(side, strokes)


def _fleck(rng: Rng, side: int, source: Source) -> Plane:
    """Flecks of emulsion or paint, as round as buttons are."""
    strokes = []
    for _ in range(1 + int(rng.geometric(0.3))):
        place = rng.uniform(0, side, 2)
        strokes.append((np.stack([place, place]), float(np.exp(rng.uniform(0.2, 2.3)))))
    return _strokes(side, strokes)


def _worn(rng: Rng, side: int, source: Source) -> Plane:
    """Film worn in a machine: streaks along its run, and patches rubbed into short ones."""
    strokes: list[tuple[npt.NDArray[np.float64], float]] = []
    run = rng.choice((0.0, np.pi / 2)) + rng.normal(0, 0.03)

    def stroke(middle: npt.NDArray[np.float64], stray: float, length: tuple[float, float]) -> None:
        angle, (least, most) = run + rng.normal(0, stray), np.log(length)
        ends = _segment(middle, angle, np.exp(rng.uniform(least, most)) / 2)
        strokes.append((ends, float(np.exp(rng.uniform(np.log(0.4), np.log(1.5))))))

    for _ in range(int(rng.integers(0, 4))):
        stroke(rng.uniform(0, side, 2), 0.02, (8, 90))
    for _ in range(int(rng.integers(0 if strokes else 1, 4))):
        centre, spread = rng.uniform(0, side, 2), np.exp(rng.uniform(0.7, 3.0, 2))
        for _ in range(1 + int(rng.geometric(0.08))):
            stroke(centre + rng.normal(0, spread), 0.3, (1, 9))
    cover = _strokes(side, strokes)
    return cover * np.clip(0.4 + 1.2 * smooth(rng, side, int(rng.integers(4, 20))), 0, 1)


def _outlined(rng: Rng, side: int, radius: float) -> npt.NDArray[np.float64]:
    angles = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    rough = (
        1
        + rng.uniform(0.1, 0.4)
        * np.convolve(np.tile(rng.normal(0, 1, 24), 3), np.ones(3) / 3, "same")[24:48]
    )
    stretch = np.array([1.0, rng.uniform(0.4, 1.0)])
    ring = np.stack([np.cos(angles), np.sin(angles)], 1) * (radius * rough)[:, None] * stretch
    tilt = rng.uniform(0, np.pi)
    turn = np.array([[np.cos(tilt), -np.sin(tilt)], [np.sin(tilt), np.cos(tilt)]])
    return ring @ turn + rng.uniform(0, side, 2)


def _blot(rng: Rng, side: int, source: Source) -> Plane:
    """A chip or blot with a sharp, ragged outline."""
    canvas = np.zeros((side * _FINE, side * _FINE), np.uint8)
    for _ in range(1 if rng.random() < 0.6 else 3):
        ring = _outlined(rng, side, float(np.exp(rng.uniform(np.log(1.5), np.log(11)))))
        cv2.fillPoly(canvas, [np.round(ring * _FINE * 16).astype(np.int32)], 255, cv2.LINE_8, 4)
    cover = cv2.resize(canvas, (side, side), interpolation=cv2.INTER_AREA)
    return np.asarray(cover, np.float32) / np.float32(255)


def _crack(rng: Rng, side: int, source: Source) -> Plane:
    """A fold or tear across: a ragged line whose width changes."""
    path = _wander(rng, side, rng.uniform(0.5, 2.0) * side, 0.05)
    path = path + rng.normal(0, 0.6, path.shape)
    wide = rng.uniform(0.8, 4.5)
    cover = _strokes(
        side, [(path[i : i + 2], wide * rng.uniform(0.4, 1.0)) for i in range(len(path) - 1)]
    )
    return cover * np.clip(0.6 + 1.4 * (smooth(rng, side, 24) - 0.2), 0, 1)


def _branched(rng: Rng, side: int, source: Source) -> Plane:
    """A crack of the emulsion, forked like a river, finer with every fork."""
    strokes: list[tuple[npt.NDArray[np.float64], float]] = []
    start = [(rng.uniform(0, side, 2), rng.uniform(0, 2 * np.pi), rng.uniform(0.08, 0.5) * side)]
    wide, bend = rng.uniform(0.6, 2.2), rng.uniform(0.1, 0.5)
    for depth in range(3):
        forks = []
        for place, angle, length in start:
            turns = angle + np.cumsum(rng.normal(0, bend, max(3, int(length / 4))))
            steps = np.stack([np.cos(turns), np.sin(turns)], 1) * (length / turns.size)
            path = np.vstack([place, place + np.cumsum(steps, axis=0)])
            strokes.append((path, wide * 0.65**depth))
            for _ in range(int(rng.integers(0, 3))):
                fork = int(rng.integers(turns.size))
                aside = turns[fork] + rng.choice((-1.0, 1.0)) * rng.uniform(0.4, 1.2)
                forks.append((path[fork], aside, length * rng.uniform(0.2, 0.6)))
        start = forks
    return _strokes(side, strokes)


def _chipped(rng: Rng, side: int, source: Source) -> Plane:
    """Emulsion that came off, with an outline like a coast and crumbs around it; often at the rim
    of the print."""
    middle, radius = rng.uniform(0, side, 2), float(np.exp(rng.uniform(np.log(2), np.log(14))))
    if rng.random() < 0.25:
        middle[rng.integers(2)] = rng.choice((0, side))
    axis = np.arange(side, dtype=np.float32)
    far = np.hypot(axis[None] - np.float32(middle[0]), axis[:, None] - np.float32(middle[1]))
    coast = sum(
        (share * (smooth(rng, side, round(side / cell)) - 0.5) for share, cell in _COAST),
        np.zeros((side, side), np.float32),
    )
    within = 1 - far / np.float32(radius) + np.float32(rng.uniform(0.6, 1.8)) * coast
    return np.asarray(np.clip(within * radius / 2 + 0.5, 0, 1) * (far < 2.5 * radius), np.float32)


def _scuffed(rng: Rng, side: int, source: Source) -> Plane:
    """Rubbed: a bundle of fine short scratches, nearly parallel."""
    turn, stray = rng.uniform(0, np.pi), rng.uniform(0.01, 0.15)
    middle, spread = rng.uniform(0, side, 2), rng.uniform(2, 16)
    long = float(np.exp(rng.uniform(np.log(4), np.log(40))))
    strokes = [
        (
            _segment(
                middle + rng.normal(0, spread, 2),
                turn + rng.normal(0, stray),
                long * rng.uniform(0.2, 0.8),
            ),
            float(rng.uniform(0.3, 1.0)),
        )
        for _ in range(int(rng.integers(3, 16)))
    ]
    return _strokes(side, strokes)


def _placed(rng: Rng, side: int, sizes: list[Bytes], scale: float) -> Plane:
    level = 0 if scale > 0.7 else 1 if scale > 0.35 else 2
    return _turned(rng, side, sizes[level], scale * 2**level)


def _turned(rng: Rng, side: int, shape: Bytes, factor: float) -> Plane:
    """A shape turned, scaled and laid so that some opaque part of it is on the print."""
    rows, columns = np.nonzero(shape > 96)
    if rows.size == 0:
        return np.zeros((side, side), np.float32)
    pick = int(rng.integers(rows.size))
    turn = rng.uniform(0, 2 * np.pi)
    cos, sin = factor * np.cos(turn), factor * np.sin(turn)
    flip = rng.choice((-1.0, 1.0))
    matrix = np.array([[cos * flip, -sin, 0.0], [sin * flip, cos, 0.0]])
    target = rng.uniform(0, side, 2)
    matrix[:, 2] = target - matrix[:, :2] @ (columns[pick], rows[pick])
    cover = cv2.warpAffine(shape, matrix, (side, side), flags=cv2.INTER_LINEAR)
    return np.asarray(cover, np.float32) / np.float32(255)


def _shape(rng: Rng, side: int, source: Source) -> Plane:
    sizes = source.shapes[int(rng.integers(len(source.shapes)))]
    return _placed(rng, side, sizes, float(np.exp(rng.uniform(np.log(0.15), np.log(1.0)))))


def _marks(rng: Rng, side: int, source: Source) -> Plane:
    cover = np.zeros((side, side), np.float32)
    scale = float(np.exp(rng.uniform(np.log(0.12), np.log(1.0))))
    for _ in range(int(rng.integers(1, 6))):
        sizes = source.marks[int(rng.integers(len(source.marks)))]
        cover = np.maximum(cover, _placed(rng, side, sizes, scale))
    return cover


def _pieces(rng: Rng, side: int, source: Source) -> Plane:
    """Single connected parts of the shapes, mostly small: specks, crumbs, bits of lint."""
    cover = np.zeros((side, side), np.float32)
    long = float(np.exp(rng.uniform(np.log(2.5), np.log(40))))
    for _ in range(1 + int(rng.geometric(0.5))):
        piece = source.pieces[int(rng.integers(len(source.pieces)))]
        # Twice the size it will have; a thin hair made small gets narrower, not transparent.
        share = min(1.0, 2 * long / max(piece.shape))
        size = [max(2, round(length * share)) for length in piece.shape[::-1]]
        small = np.asarray(cv2.resize(piece, size, interpolation=cv2.INTER_AREA), np.float32)
        small = np.pad(small * np.float32(255 / max(float(small.max()), 64)), 2)
        factor = long / max(size) * rng.uniform(0.7, 1.4)
        cover = np.maximum(cover, _turned(rng, side, np.asarray(small, np.uint8), factor))
    return cover


Kinds = tuple[tuple[float, Callable[[Rng, int, Source], Plane]], ...]

KINDS: Kinds = (
    (0.20, _scratch),
    (0.06, _tram),
    (0.11, _hair),
    (0.16, _dust),
    (0.08, _blot),
    (0.06, _crack),
    (0.20, _shape),
    (0.13, _marks),
)
SPECKLED: Kinds = (*KINDS, (0.6, _pieces), (0.15, _straight), (0.12, _fleck))
"""As often as not something small and compact."""
RULED: Kinds = (*SPECKLED, (0.2, partial(_straight, widest=5.5)))
"""And more straight lines, up to the width of a thick wire."""
WORN: Kinds = (*RULED, (0.4, _worn))
"""And film that ran through a machine."""
VARIED: Kinds = (
    *WORN,
    (0.25, _hair),
    (0.15, _crack),
    (0.15, _branched),
    (0.25, _chipped),
    (0.15, _scuffed),
)
"""And of everything, more that is ragged."""
STOUT: Kinds = (
    *VARIED,
    (0.3, partial(_hair, widest=4.0)),
    (0.4, partial(_straight, widest=5.5)),
)
"""And hairs and strokes that lie out of focus, or on small prints, as often as not straight: those
are as even as rods and edges are."""


def _laid(rng: Rng, plane: Plane, cover: Plane, polarity: float, faint: float) -> Plane:
    """The print under one piece of damage; ``polarity`` near 1 is light, near 0 dark.

    Of a colour of its own; of one that differs a little from what it covers, ``faint`` is how often
    by as little as can be seen; or a thinning of the picture that still shows through.
    """
    side, light = plane.shape[0], rng.random() < polarity
    faintly = faint > 0 and rng.random() < faint
    draw = rng.random()
    if faintly or draw < 0.75:
        if draw < 0.4 and not faintly:
            value = rng.uniform(0.75, 1.08) if light else rng.uniform(-0.06, 0.25)
            value = rng.random() if rng.random() < 0.15 else value
        else:
            below = float((plane * cover).sum() / (cover.sum() + 1e-6))
            step = 0.06 + 0.3 * rng.random() ** 2 if faintly else rng.uniform(0.08, 0.45)
            value = below + step * (1 if light else -1)
        texture = rng.uniform(0, 0.04) * rng.standard_normal((side, side), dtype=np.float32)
        return plane + cover * (np.float32(value) + texture - plane)
    change = rng.uniform(0.12, 0.7)
    if light:
        return plane + cover * np.float32(change) * (np.float32(1.05) - plane * np.float32(0.5))
    return plane * (1 - cover * np.float32(change))


def damaged(
    plane: Plane,
    rng: Rng,
    source: Source,
    kinds: Kinds,
    *,
    rate: float,
    polarities: tuple[float, ...],
    soft: float,
    faint: float,
) -> tuple[Plane, Plane]:
    """The print with about ``rate`` pieces of damage, of which one of ``polarities`` is the share
    that is light, all blurred by ``soft`` pixels (standard deviation), of which a share is
    ``faint``; and how much of each pixel they cover."""
    side = plane.shape[0]
    covered = np.zeros((side, side), np.float32)
    chances = np.array([chance for chance, _ in kinds])
    polarity = rng.choice(polarities)
    for _ in range(int(rng.poisson(rate))):
        kind = kinds[int(rng.choice(len(kinds), p=chances / chances.sum()))][1]
        opacity = np.float32(1.0 if rng.random() < 0.4 else rng.uniform(0.4, 1.0))
        cover = np.asarray(kind(rng, side, source), np.float32)
        if soft:
            cover = np.asarray(cv2.GaussianBlur(cover, (0, 0), soft), np.float32)
        if cover.mean() > 0.25:
            continue
        plane = _laid(rng, plane, cover * opacity, polarity, faint)
        covered = np.maximum(covered, cover)
    return plane, covered
