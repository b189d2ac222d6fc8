"""What a print suffers: stains, scratches, dust, folds, tears. Pure: numbers and a generator in.

Each function answers with a new sheet; none writes to the one given. Lengths are in pixels unless
a share of the long side is said.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw
from scipy import ndimage

Pixels = npt.NDArray[np.float64]
"""RGB in [0, 1], sRGB transfer curve, shape (height, width, 3); or one plane, (height, width)."""

Stroke = tuple[Pixels, float, float]
"""Points (x, y) in pixels, shape (n, 2); width in pixels; opacity in [0, 1]."""

Corner = Literal["top-left", "top-right", "bottom-left", "bottom-right"]
Side = Literal["left", "right", "top", "bottom"]

FIBRE = np.array((0.955, 0.940, 0.905))
"""The paper's core, seen where a print is torn or cracked."""


def stained(print_: Pixels, stains: int, foxing: int, rng: np.random.Generator) -> Pixels:
    """Tide marks of water with a darker rim, and foxing: brown spots, mostly in clusters."""
    shape = print_.shape[:2]
    rows, columns = np.mgrid[: shape[0], : shape[1]].astype(np.float64)
    brown = np.zeros(shape)
    for _ in range(stains):
        row, column = rng.uniform(0, shape[0]), rng.choice((0.0, float(shape[1])))
        radius = rng.uniform(0.12, 0.24) * max(shape)
        ragged = radius * (1.0 + 0.14 * cloud(rng, shape, max(shape) / 14))
        inward = ragged - np.hypot(rows - row, columns - column)
        brown += 0.10 / (1.0 + np.exp(-inward / 2.0))
        brown += 0.16 * np.exp(-((inward - 3.0) ** 2) / 18.0)
    centres = rng.uniform(0, 1, (4, 2)) * shape
    for _ in range(foxing):
        spot = centres[rng.integers(4)] + rng.normal(0, 0.11 * max(shape), 2)
        radius = rng.uniform(0.6, 1.4) + 2.2 * rng.random() ** 6
        distance = np.hypot(rows - spot[0], columns - spot[1])
        brown += rng.uniform(0.15, 0.45) * np.exp(-((distance / radius) ** 2) / 2)
    return print_ * np.exp(-brown[..., None] * np.array((0.35, 0.75, 1.5)))


def scratched(print_: Pixels, scratches: int, rng: np.random.Generator) -> Pixels:
    """Long thin scratches to the paper, and dark ones where dirt has settled in."""
    shape = print_.shape[:2]
    light: list[Stroke] = []
    dark: list[Stroke] = []
    for index in range(scratches):
        path = _wander(rng, shape, length=rng.uniform(0.12, 0.75), bend=0.0012)
        width = rng.uniform(0.5, 1.5) * (2.0 if rng.random() < 0.12 else 1.0)
        (dark if index % 3 == 2 else light).append((path, width, rng.uniform(0.55, 0.95)))
    broken = np.clip(0.75 + 0.45 * cloud(rng, shape, 5.0), 0.0, 1.0)
    cover = (_drawn(shape, light) * broken)[..., None]
    print_ = print_ * (1.0 - cover) + FIBRE * 0.97 * cover
    return print_ * (1.0 - 0.65 * (_drawn(shape, dark) * broken)[..., None])


def dusty(print_: Pixels, dust: int, hairs: int, rng: np.random.Generator) -> Pixels:
    """Specks and hairs that lay on the negative (light) or stuck to the print (dark)."""
    shape = print_.shape[:2]
    for colour, share in ((FIBRE * 0.96, 0.7), (np.array((0.16, 0.13, 0.11)), 0.3)):
        strokes = []
        for _ in range(round(dust * share)):
            spot = rng.uniform(0, 1, 2) * (shape[1], shape[0])
            width = 0.7 + 3.2 * rng.random() ** 7
            path = spot + np.cumsum(rng.normal(0, 0.4 * width, (4, 2)), axis=0)
            strokes.append((path, width, rng.uniform(0.6, 0.95)))
        for _ in range(round(hairs * share)):
            path = _wander(rng, shape, length=rng.uniform(0.03, 0.10), bend=0.09)
            strokes.append((path, rng.uniform(0.6, 1.1), rng.uniform(0.6, 0.9)))
        cover = _drawn(shape, strokes)[..., None]
        print_ = print_ * (1.0 - cover) + colour * cover
    return print_


def creased(print_: Pixels, creases: int, rips: Sequence[Side], rng: np.random.Generator) -> Pixels:
    """Folds where the emulsion cracked, and rips from a side inward; light one side, dark other."""
    shape = print_.shape[:2]
    lines = [_fold(rng, shape) for _ in range(creases)] + [_rip(rng, shape, side) for side in rips]
    for line in lines:
        ragged = np.clip(0.62 + 0.6 * cloud(rng, shape, 2.5), 0.0, 1.0)
        crack = _drawn(shape, [(line, 1.7, 1.0)]) * ragged
        relief = ndimage.gaussian_filter(_drawn(shape, [(line, 3.0, 1.0)]), 2.2)
        shade = np.roll(relief, 2, axis=0) - np.roll(relief, -2, axis=0)
        print_ = print_ * (1.0 - 0.35 * shade[..., None])
        print_ = print_ * (1.0 - crack[..., None]) + FIBRE * crack[..., None]
    return print_


def laid_on_a_page(
    print_: Pixels,
    torn: Mapping[Corner, float],
    page: float,
    ground: tuple[float, float, float],
    rng: np.random.Generator,
) -> Pixels:
    """The print with worn corners and torn ones on its album page, throwing a soft shadow."""
    margin = round(page * max(print_.shape[:2]))
    pad = ((margin, margin), (margin, margin))
    left_over, core = _outline(print_.shape[:2], torn, rng)
    alpha = np.pad(left_over, pad)
    shape = alpha.shape
    sheet_below = np.array(ground) * (1.0 + 0.03 * cloud(rng, shape, 0.8)[..., None])
    sheet_below += 0.008 * cloud(rng, shape, 9.0)[..., None]
    shadow = ndimage.shift(ndimage.gaussian_filter(alpha, 3.0), (2.0, 2.0), order=1)
    sheet_below *= 1.0 - 0.6 * shadow[..., None]
    fibre = np.pad(core, pad)[..., None]
    sheet = np.pad(print_, (*pad, (0, 0)), mode="edge") * (1.0 - fibre)
    sheet += FIBRE * (1.0 + 0.04 * cloud(rng, shape, 1.0)[..., None]) * fibre
    return sheet_below * (1.0 - alpha[..., None]) + sheet * alpha[..., None]


def _outline(
    shape: tuple[int, int], torn: Mapping[Corner, float], rng: np.random.Generator
) -> tuple[Pixels, Pixels]:
    """Where the print still is, and where only its paper is; both 0..1."""
    height, width = shape
    rows, columns = np.mgrid[:height, :width].astype(np.float64)
    rough = 0.5 * cloud(rng, shape, 14.0) + 0.25 * cloud(rng, shape, 3.0)
    radius = 0.013 * max(shape)
    near = (
        np.maximum(0.0, radius - np.minimum(columns, width - 1 - columns)),
        np.maximum(0.0, radius - np.minimum(rows, height - 1 - rows)),
    )
    edge = np.minimum.reduce([columns, width - 1 - columns, rows, height - 1 - rows]) + 0.6
    inside = np.minimum(radius - np.hypot(*near), edge + 0.25 * rough)
    gone = fibre = np.zeros(shape)
    for corner, reach in torn.items():
        x = columns if corner.endswith("left") else width - 1 - columns
        y = rows if corner.startswith("top") else height - 1 - rows
        a, b = (reach * max(shape) * rng.uniform(0.8, 1.2) for _ in range(2))
        depth = (x / a + y / b - 1.0) * min(a, b) * 0.75 + 9.0 * rough
        gone = np.maximum(gone, np.clip(0.5 - depth, 0.0, 1.0))
        depth_of_core = 4.0 + 3.0 * cloud(rng, shape, 10.0) + 1.2 * cloud(rng, shape, 1.2)
        fibre = np.maximum(fibre, np.clip(depth_of_core - depth, 0.0, 1.0))
    return np.clip(inside + 0.5, 0.0, 1.0) * (1.0 - gone), fibre


def cloud(rng: np.random.Generator, shape: tuple[int, int], sigma: float) -> Pixels:
    """Smooth noise with features of ``sigma`` pixels, mean 0, standard deviation 1."""
    step = max(1, int(sigma / 3))
    small = (-(-shape[0] // step) + 1, -(-shape[1] // step) + 1)
    noise = ndimage.gaussian_filter(rng.standard_normal(small), sigma / step, mode="reflect")
    if step > 1:
        noise = ndimage.zoom(noise, step, order=3, mode="nearest", grid_mode=True)
    noise = noise[: shape[0], : shape[1]]
    return (noise - noise.mean()) / (noise.std() + 1e-12)


def _wander(
    rng: np.random.Generator, shape: tuple[int, int], *, length: float, bend: float
) -> Pixels:
    """A curved path anywhere on the print; ``length`` is a fraction of the long side."""
    start = rng.uniform(0, 1, 2) * (shape[1], shape[0])
    angle = rng.uniform(0, 2 * np.pi) if bend > 0.05 else rng.normal(np.pi / 2, 0.35)
    return _path(rng, (start[0], start[1]), angle, length * max(shape), bend)


def _rip(rng: np.random.Generator, shape: tuple[int, int], side: Side) -> Pixels:
    """A tear from a side inward, about a sixth of the long side deep."""
    height, width = shape
    share = rng.uniform(0.3, 0.7)
    start, angle = {
        "left": ((0.0, share * height), 0.0),
        "right": ((float(width), share * height), np.pi),
        "top": ((share * width, 0.0), np.pi / 2),
        "bottom": ((share * width, float(height)), -np.pi / 2),
    }[side]
    return _path(rng, start, angle + rng.normal(0, 0.2), 0.16 * max(shape), 0.008)


def _fold(rng: np.random.Generator, shape: tuple[int, int]) -> Pixels:
    """A fold across one corner region of the print, from side to side."""
    height, width = shape
    reach = rng.uniform(0.18, 0.42, 2) * max(shape)
    right, low = rng.random(2) < 0.5
    begin = (width - reach[0] if right else reach[0], height if low else 0.0)
    end = (width if right else 0.0, height - reach[1] if low else reach[1])
    steps = np.linspace(0.0, 1.0, 60)[:, None]
    jitter = np.cumsum(rng.normal(0, 0.5, (60, 2)), axis=0)
    return np.array(begin) * (1.0 - steps) + np.array(end) * steps + jitter * np.sin(np.pi * steps)


def _path(
    rng: np.random.Generator, start: tuple[float, float], angle: float, length: float, bend: float
) -> Pixels:
    """Points (x, y) along a curve whose direction drifts by ``bend`` radians a pixel-step."""
    steps = max(3, int(length / 4))
    curve = rng.normal(0, bend / 2) + np.cumsum(rng.normal(0, bend / 2, steps))
    angles = angle + np.cumsum(curve)
    moves = np.stack([np.cos(angles), np.sin(angles)], axis=1) * (length / steps)
    return np.array(start) + np.concatenate([np.zeros((1, 2)), np.cumsum(moves, axis=0)])


def _drawn(shape: tuple[int, int], strokes: Iterable[Stroke]) -> Pixels:
    """How much of each pixel the strokes cover, 0..1; their ends are round."""
    fine = Image.new("L", (shape[1] * 4, shape[0] * 4))
    pen = ImageDraw.Draw(fine)
    for points, width, opacity in strokes:
        line = [(float(x) * 4, float(y) * 4) for x, y in points]
        fill = round(255 * opacity)
        pen.line(line, fill=fill, width=max(1, round(width * 4)), joint="curve")
        for x, y in (line[0], line[-1]):
            pen.ellipse((x - 2 * width, y - 2 * width, x + 2 * width, y + 2 * width), fill=fill)
    return np.asarray(fine.reduce(4), dtype=np.float64) / 255.0
