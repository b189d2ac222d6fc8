#!/usr/bin/env python3
"""Make a believable old print of a photograph, the same one for the same seed.

    python scripts/age_photo.py SOURCE OUT.jpg --seed 7 --film orthochromatic --tone sepia
    python scripts/age_photo.py --make exhibit_content/demo/make.toml

SOURCE is a file, or ``skimage:NAME`` for a sample picture inside scikit-image's own package. Every
number is computed in double precision, so that rounding to 8 bits does not depend on the machine.
"""

import argparse
import sys
import tomllib
from collections.abc import Callable, Iterable
from importlib.resources import files
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw
from pydantic import BaseModel, ConfigDict, Field
from scipy import ndimage

Pixels = npt.NDArray[np.float64]
"""RGB in [0, 1], sRGB transfer curve, shape (height, width, 3); or one plane, (height, width)."""

Corner = Literal["top-left", "top-right", "bottom-left", "bottom-right"]
Side = Literal["left", "right", "top", "bottom"]
Share = Field(ge=0.0, le=1.0)

RESPONSE = {
    "panchromatic": (0.30, 0.55, 0.15),
    "orthochromatic": (0.04, 0.56, 0.40),
}
"""Share of linear red, green and blue in the exposure; orthochromatic film is blind to red."""

PAPER_AND_SILVER = {
    "neutral": ((0.930, 0.918, 0.890), (0.085, 0.082, 0.080)),
    "warm": ((0.925, 0.885, 0.810), (0.125, 0.098, 0.080)),
    "sepia": ((0.915, 0.845, 0.700), (0.190, 0.115, 0.065)),
}
"""Colour of the bare paper and of the densest tone."""

FIBRE = np.array((0.955, 0.940, 0.905))
"""The paper's core, seen where a print is torn or cracked."""


class Ageing(BaseModel):
    """What time did to one print. Lengths are fractions of the picture's long side."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    size: int = Field(760, ge=32, le=6000)
    """Long side of the picture in pixels, before the border is added."""
    film: Literal["panchromatic", "orthochromatic", "colour"] = "panchromatic"
    tone: Literal["neutral", "warm", "sepia"] = "neutral"
    """Colour of a black-and-white print; without effect on colour film."""
    softness: float = Field(0.8, ge=0.0, le=12.0)
    """Blur of the lens in the middle of the picture, in pixels (Gaussian sigma); twice at the rim."""
    vignette: float = Field(0.15, ge=0.0, le=1.0)
    grain: float = Field(0.03, ge=0.0, le=0.3)
    """Standard deviation in the mid-tones."""
    fade: float = Field(0.2, ge=0.0, le=1.0)
    yellowing: float = Field(0.2, ge=0.0, le=1.0)
    scratches: int = Field(0, ge=0, le=500)
    dust: int = Field(0, ge=0, le=5000)
    hairs: int = Field(0, ge=0, le=200)
    stains: int = Field(0, ge=0, le=50)
    foxing: int = Field(0, ge=0, le=1000)
    creases: int = Field(0, ge=0, le=20)
    torn: dict[Corner, float] = {}
    """Corners that are missing, and how far along the sides."""
    rips: tuple[Side, ...] = ()
    border: float = Field(0.03, ge=0.0, le=0.3)
    ground: tuple[float, float, float] = (0.21, 0.19, 0.17)
    """Colour of the album page under the print."""
    quality: int = Field(90, ge=50, le=100)
    """Of the JPEG file."""


def age(image: Pixels, ageing: Ageing, rng: np.random.Generator) -> Pixels:
    """A scan of an old print of ``image``, lying on an album page; ``image`` is left as it is."""
    picture = through_the_lens(resized(image, ageing.size), ageing)
    picture = with_grain(exposed(picture, ageing.film), ageing.grain, rng)
    print_ = faded(printed(picture, ageing), ageing, rng)
    print_ = on_its_paper(print_, ageing, rng)
    for wear in (stained, scratched, dusty, creased):
        print_ = wear(print_, ageing, rng)
    return np.clip(laid_on_a_page(print_, ageing, rng), 0.0, 1.0)


def resized(image: Pixels, size: int) -> Pixels:
    """The picture with ``size`` pixels on its long side (cubic; averaged first when shrinking)."""
    factor = size / max(image.shape[:2])
    if factor < 1.0:
        image = ndimage.gaussian_filter(image, (0.5 / factor - 0.5,) * 2 + (0.0,))
    zoomed = ndimage.zoom(image, (factor, factor, 1.0), order=3, mode="nearest", grid_mode=True)
    return np.clip(zoomed, 0.0, 1.0)


def through_the_lens(image: Pixels, ageing: Ageing) -> Pixels:
    """Softer and darker towards the rim, as a simple lens draws."""
    radius = _radius(image.shape[:2])[..., None]
    middle = ndimage.gaussian_filter(image, (ageing.softness,) * 2 + (0.0,))
    rim = ndimage.gaussian_filter(image, (2.0 * ageing.softness + 0.01,) * 2 + (0.0,))
    soft = middle + (rim - middle) * radius**2
    return soft * (1.0 - ageing.vignette * radius**2.5)


def exposed(image: Pixels, film: str) -> Pixels:
    """What the film saw. Grey for black-and-white film, with its gentle shoulder and toe."""
    if film == "colour":
        return image
    linear = np.where(image <= 0.04045, image / 12.92, ((image + 0.055) / 1.055) ** 2.4)
    light = np.clip(linear @ np.array(RESPONSE[film]), 0.0, 1.0)
    grey = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    grey = grey + 0.25 * grey * (1.0 - grey) * (2.0 * grey - 1.0)
    return np.repeat(grey[..., None], 3, axis=2)


def with_grain(image: Pixels, strength: float, rng: np.random.Generator) -> Pixels:
    """Silver grain in three sizes, strongest in the mid-tones, weak in black and white."""
    grain = sum(
        share * _cloud(rng, image.shape[:2], sigma)
        for sigma, share in ((0.45, 0.55), (0.9, 0.6), (1.8, 0.35))
    )
    tone = image.mean(axis=2)
    return image + (strength * grain * (0.25 + 3.0 * tone * (1.0 - tone)))[..., None]


def printed(image: Pixels, ageing: Ageing) -> Pixels:
    """Tones laid on paper: grey between silver and paper, or dyes on colour paper."""
    if ageing.film == "colour":
        return np.clip(image, 0.0, 1.0) * 0.93 + 0.03
    paper, silver = (np.array(colour) for colour in PAPER_AND_SILVER[ageing.tone])
    return silver + (paper - silver) * np.clip(image, 0.0, 1.0)


def faded(print_: Pixels, ageing: Ageing, rng: np.random.Generator) -> Pixels:
    """Blacks lifted and paper yellowed, unevenly, and more towards the edges.

    In colour prints of the 1970s the cyan dye goes first, then yellow: what stays is magenta.
    """
    shape = print_.shape[:2]
    long_side = max(shape)
    uneven = 1.0 + 0.22 * _cloud(rng, shape, long_side / 6) + 0.5 * _radius(shape) ** 3
    loss = np.clip(ageing.fade * uneven, 0.0, 0.95)[..., None]
    dyes = np.array((0.80, 0.28, 0.55)) if ageing.film == "colour" else np.full(3, 0.55)
    density = -np.log(np.clip(print_, 0.02, 1.0)) * (1.0 - loss * dyes)
    spread = np.clip(ageing.yellowing * (0.8 + 0.3 * _cloud(rng, shape, long_side / 9)), 0.0, 1.0)
    edge = np.clip(ageing.yellowing * 0.7 * _radius(shape) ** 4, 0.0, 1.0)
    stain = (spread + edge)[..., None] * np.array((0.03, 0.09, 0.26))
    return np.exp(-density - stain)


def on_its_paper(print_: Pixels, ageing: Ageing, rng: np.random.Generator) -> Pixels:
    """The picture inside a narrow border that was never cut quite straight."""
    base = round(ageing.border * max(print_.shape[:2]))
    top, bottom, left, right = (max(0, base + int(rng.integers(-2, 4))) for _ in range(4))
    height, width = print_.shape[0] + top + bottom, print_.shape[1] + left + right
    paper = np.array(PAPER_AND_SILVER["warm" if ageing.film == "colour" else ageing.tone][0])
    sheet = np.empty((height, width, 3))
    sheet[:] = paper * np.exp(-ageing.yellowing * np.array((0.03, 0.08, 0.20)))
    sheet += 0.006 * _cloud(rng, (height, width), 30.0)[..., None]
    mask = np.zeros((height, width))
    mask[top : height - bottom, left : width - right] = 1.0
    slope = np.linspace(-1.0, 1.0, width)[None, :] * rng.uniform(-1.2, 1.2)
    rows = np.arange(height)[:, None] + slope
    mask = ndimage.map_coordinates(
        ndimage.gaussian_filter(mask, 0.7),
        [rows, np.broadcast_to(np.arange(width)[None, :], (height, width))],
        order=1,
        mode="nearest",
    )[..., None]
    inside = np.pad(print_, ((top, bottom), (left, right), (0, 0)), mode="edge")
    return sheet * (1.0 - mask) + inside * mask


def stained(print_: Pixels, ageing: Ageing, rng: np.random.Generator) -> Pixels:
    """Tide marks of water with a darker rim, and foxing: brown spots, mostly in clusters."""
    shape = print_.shape[:2]
    rows, columns = np.mgrid[: shape[0], : shape[1]].astype(np.float64)
    brown = np.zeros(shape)
    for _ in range(ageing.stains):
        row, column = rng.uniform(0, shape[0]), rng.choice((0.0, float(shape[1])))
        radius = rng.uniform(0.12, 0.24) * max(shape)
        ragged = radius * (1.0 + 0.14 * _cloud(rng, shape, max(shape) / 14))
        inward = ragged - np.hypot(rows - row, columns - column)
        brown += 0.10 / (1.0 + np.exp(-inward / 2.0))
        brown += 0.16 * np.exp(-((inward - 3.0) ** 2) / 18.0)
    centres = rng.uniform(0, 1, (4, 2)) * shape
    for _ in range(ageing.foxing):
        spot = centres[rng.integers(4)] + rng.normal(0, 0.11 * max(shape), 2)
        radius = rng.uniform(0.6, 1.4) + 2.2 * rng.random() ** 6
        distance = np.hypot(rows - spot[0], columns - spot[1])
        brown += rng.uniform(0.15, 0.45) * np.exp(-((distance / radius) ** 2) / 2)
    return print_ * np.exp(-brown[..., None] * np.array((0.35, 0.75, 1.5)))


def scratched(print_: Pixels, ageing: Ageing, rng: np.random.Generator) -> Pixels:
    """Long thin scratches to the paper, and dark ones where dirt has settled in."""
    shape = print_.shape[:2]
    light, dark = [], []
    for index in range(ageing.scratches):
        path = _wander(rng, shape, length=rng.uniform(0.12, 0.75), bend=0.0012)
        width = rng.uniform(0.5, 1.5) * (2.0 if rng.random() < 0.12 else 1.0)
        (dark if index % 3 == 2 else light).append((path, width, rng.uniform(0.55, 0.95)))
    broken = np.clip(0.75 + 0.45 * _cloud(rng, shape, 5.0), 0.0, 1.0)
    cover = (_drawn(shape, light) * broken)[..., None]
    print_ = print_ * (1.0 - cover) + FIBRE * 0.97 * cover
    return print_ * (1.0 - 0.65 * (_drawn(shape, dark) * broken)[..., None])


def dusty(print_: Pixels, ageing: Ageing, rng: np.random.Generator) -> Pixels:
    """Specks and hairs that lay on the negative (light) or stuck to the print (dark)."""
    shape = print_.shape[:2]
    for colour, share in ((FIBRE * 0.96, 0.7), (np.array((0.16, 0.13, 0.11)), 0.3)):
        strokes = []
        for _ in range(round(ageing.dust * share)):
            spot = rng.uniform(0, 1, 2) * (shape[1], shape[0])
            width = 0.7 + 3.2 * rng.random() ** 7
            path = spot + np.cumsum(rng.normal(0, 0.4 * width, (4, 2)), axis=0)
            strokes.append((path, width, rng.uniform(0.6, 0.95)))
        for _ in range(round(ageing.hairs * share)):
            path = _wander(rng, shape, length=rng.uniform(0.03, 0.10), bend=0.09)
            strokes.append((path, rng.uniform(0.6, 1.1), rng.uniform(0.6, 0.9)))
        cover = _drawn(shape, strokes)[..., None]
        print_ = print_ * (1.0 - cover) + colour * cover
    return print_


def creased(print_: Pixels, ageing: Ageing, rng: np.random.Generator) -> Pixels:
    """Folds where the emulsion cracked, and rips from a side inward; light one side, dark other."""
    height, width = print_.shape[:2]
    starts = {"left": (0.0, 0.0), "right": (width, np.pi), "top": (0.0, np.pi / 2)}
    lines = [_fold(rng, (height, width)) for _ in range(ageing.creases)]
    for side in ageing.rips:
        along = rng.uniform(0.3, 0.7)
        x, angle = starts.get(side, (0.0, -np.pi / 2))
        begin = (x, along * height) if side in ("left", "right") else (
            along * width, 0.0 if side == "top" else height)  # fmt: skip
        lines.append(
            _path(rng, begin, angle + rng.normal(0, 0.2), 0.16 * max(height, width), 0.008)
        )
    for line in lines:
        ragged = np.clip(0.62 + 0.6 * _cloud(rng, (height, width), 2.5), 0.0, 1.0)
        crack = _drawn((height, width), [(line, 1.7, 1.0)]) * ragged
        relief = ndimage.gaussian_filter(_drawn((height, width), [(line, 3.0, 1.0)]), 2.2)
        shade = np.roll(relief, 2, axis=0) - np.roll(relief, -2, axis=0)
        print_ = print_ * (1.0 - 0.35 * shade[..., None])
        print_ = print_ * (1.0 - crack[..., None]) + FIBRE * crack[..., None]
    return print_


def laid_on_a_page(print_: Pixels, ageing: Ageing, rng: np.random.Generator) -> Pixels:
    """The print with worn corners and torn ones on its album page, throwing a soft shadow."""
    margin = max(4, round(0.008 * max(print_.shape[:2])))
    pad = ((margin, margin), (margin, margin))
    left_over, torn = _outline(print_.shape[:2], ageing, rng)
    alpha = np.pad(left_over, pad)
    shape = alpha.shape
    page = np.array(ageing.ground) * (1.0 + 0.03 * _cloud(rng, shape, 0.8)[..., None])
    page += 0.008 * _cloud(rng, shape, 9.0)[..., None]
    shadow = ndimage.shift(ndimage.gaussian_filter(alpha, 0.4 * margin), (2.0, 2.0), order=1)
    page *= 1.0 - 0.6 * shadow[..., None]
    fibre = np.pad(torn, pad)[..., None]
    sheet = np.pad(print_, (*pad, (0, 0)), mode="edge") * (1.0 - fibre)
    sheet += FIBRE * (1.0 + 0.04 * _cloud(rng, shape, 1.0)[..., None]) * fibre
    return page * (1.0 - alpha[..., None]) + sheet * alpha[..., None]


def _outline(
    shape: tuple[int, int], ageing: Ageing, rng: np.random.Generator
) -> tuple[Pixels, Pixels]:
    """Where the print still is, and where only its paper is; both 0..1."""
    height, width = shape
    rows, columns = np.mgrid[:height, :width].astype(np.float64)
    rough = 0.5 * _cloud(rng, shape, 14.0) + 0.25 * _cloud(rng, shape, 3.0)
    radius = 0.013 * max(shape)
    near = (
        np.maximum(0.0, radius - np.minimum(columns, width - 1 - columns)),
        np.maximum(0.0, radius - np.minimum(rows, height - 1 - rows)),
    )
    edge = np.minimum.reduce([columns, width - 1 - columns, rows, height - 1 - rows]) + 0.6
    inside = np.minimum(radius - np.hypot(*near), edge + 0.25 * rough)
    gone = fibre = np.zeros(shape)
    for corner, reach in ageing.torn.items():
        x = columns if corner.endswith("left") else width - 1 - columns
        y = rows if corner.startswith("top") else height - 1 - rows
        a, b = (reach * max(shape) * rng.uniform(0.8, 1.2) for _ in range(2))
        depth = (x / a + y / b - 1.0) * min(a, b) * 0.75 + 9.0 * rough
        gone = np.maximum(gone, np.clip(0.5 - depth, 0.0, 1.0))
        core = 4.0 + 3.0 * _cloud(rng, shape, 10.0) + 1.2 * _cloud(rng, shape, 1.2)
        fibre = np.maximum(fibre, np.clip(core - depth, 0.0, 1.0))
    return np.clip(inside + 0.5, 0.0, 1.0) * (1.0 - gone), fibre


def _radius(shape: tuple[int, int]) -> Pixels:
    """Distance from the middle, 0 there and 1 in the corners."""
    rows = np.linspace(-1.0, 1.0, shape[0])[:, None]
    columns = np.linspace(-1.0, 1.0, shape[1])[None, :]
    return np.sqrt((rows**2 + columns**2) / 2.0)


def _cloud(rng: np.random.Generator, shape: tuple[int, int], sigma: float) -> Pixels:
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


def _drawn(shape: tuple[int, int], strokes: Iterable[tuple[Pixels, float, float]]) -> Pixels:
    """Strokes of (x, y) points, width in pixels and opacity as coverage 0..1, round at the ends."""
    fine = Image.new("L", (shape[1] * 4, shape[0] * 4))
    pen = ImageDraw.Draw(fine)
    for points, width, opacity in strokes:
        line = [(float(x) * 4, float(y) * 4) for x, y in points]
        fill = round(255 * opacity)
        pen.line(line, fill=fill, width=max(1, round(width * 4)), joint="curve")
        for x, y in (line[0], line[-1]):
            pen.ellipse((x - 2 * width, y - 2 * width, x + 2 * width, y + 2 * width), fill=fill)
    return np.asarray(fine.reduce(4), dtype=np.float64) / 255.0


def read(source: str) -> Pixels:
    """The picture of a file, or of ``skimage:NAME`` inside scikit-image's package."""
    package, _, name = source.partition(":")
    path = files("skimage.data").joinpath(name) if package == "skimage" else Path(source)
    with path.open("rb") as file, Image.open(file) as image:
        return np.asarray(image.convert("RGB"), dtype=np.float64) / 255.0


def make(source: str, out: Path, seed: int, ageing: Ageing) -> None:
    """Read, age and write one print."""
    aged = age(read(source), ageing, np.random.default_rng(seed))
    pixels = np.floor(aged * 255.0 + 0.5).astype(np.uint8)
    out.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(out, quality=ageing.quality, subsampling=0, dpi=(300, 300))


def make_all(recipe: Path, say: Callable[[str], None]) -> None:
    """Every ``[[print]]`` of a make.toml: source, out (relative to the file), seed, ageing."""
    for entry in tomllib.loads(recipe.read_text("utf-8"))["print"]:
        make(
            entry["source"],
            recipe.parent / entry["out"],
            entry["seed"],
            Ageing.model_validate(entry["ageing"]),
        )
        say(entry["out"])


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("source", nargs="?")
    parser.add_argument("out", nargs="?", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--make", type=Path, metavar="MAKE.TOML", help="make a whole set of prints")
    options = [name for name in Ageing.model_fields if name not in ("torn", "rips", "ground")]
    for name in options:
        parser.add_argument(f"--{name}", default=argparse.SUPPRESS)
    parser.add_argument("--torn", action="append", default=[], metavar="CORNER=SHARE")
    parser.add_argument("--rip", action="append", default=[], metavar="SIDE")
    given = parser.parse_args(arguments)
    if given.make:
        make_all(given.make, print)
    elif given.source and given.out:
        wear = {name: getattr(given, name) for name in options if hasattr(given, name)}
        wear |= {"torn": dict(part.split("=") for part in given.torn), "rips": given.rip}
        make(given.source, given.out, given.seed, Ageing.model_validate(wear))
    else:
        parser.error("give SOURCE and OUT, or --make MAKE.TOML")


if __name__ == "__main__":
    main(sys.argv[1:])
