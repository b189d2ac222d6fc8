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
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Literal

import numpy as np
from PIL import Image
from print_wear import (
    Corner,
    Pixels,
    Side,
    cloud,
    creased,
    dusty,
    laid_on_a_page,
    scratched,
    stained,
)
from pydantic import BaseModel, ConfigDict, Field
from scipy import ndimage

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


class Ageing(BaseModel):
    """What time did to one print. Lengths are fractions of the picture's long side."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    size: int = Field(760, ge=32, le=6000)
    """Long side of the picture in pixels, before the border is added."""
    film: Literal["panchromatic", "orthochromatic", "colour"] = "panchromatic"
    tone: Literal["neutral", "warm", "sepia"] = "neutral"
    """Colour of a black-and-white print; without effect on colour film."""
    softness: float = Field(0.8, ge=0.0, le=12.0)
    """Blur of the lens in the middle, in pixels (Gaussian sigma); twice that at the rim."""
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
    page: float = Field(0.0, ge=0.0, le=0.2)
    """How much of the album page the scan shows around the print."""
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
    print_ = stained(print_, ageing.stains, ageing.foxing, rng)
    print_ = scratched(print_, ageing.scratches, rng)
    print_ = dusty(print_, ageing.dust, ageing.hairs, rng)
    print_ = creased(print_, ageing.creases, ageing.rips, rng)
    return np.clip(laid_on_a_page(print_, ageing.torn, ageing.page, ageing.ground, rng), 0.0, 1.0)


def resized(image: Pixels, size: int) -> Pixels:
    """The picture with ``size`` pixels on its long side (cubic; averaged first when shrinking)."""
    factor = size / max(image.shape[:2])
    if factor < 1.0:
        image = ndimage.gaussian_filter(image, (0.5 / factor - 0.5,) * 2 + (0.0,))
    zoomed: Pixels = ndimage.zoom(
        image, (factor, factor, 1.0), order=3, mode="nearest", grid_mode=True
    )
    return np.clip(zoomed, 0.0, 1.0)


def through_the_lens(image: Pixels, ageing: Ageing) -> Pixels:
    """Softer and darker towards the rim, as a simple lens draws."""
    radius = _radius(image.shape[:2])[..., None]
    middle = ndimage.gaussian_filter(image, (ageing.softness,) * 2 + (0.0,))
    rim = ndimage.gaussian_filter(image, (2.0 * ageing.softness + 0.01,) * 2 + (0.0,))
    soft: Pixels = middle + (rim - middle) * radius**2
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
        share * cloud(rng, image.shape[:2], sigma)
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
    uneven = 1.0 + 0.22 * cloud(rng, shape, long_side / 6) + 0.5 * _radius(shape) ** 3
    loss = np.clip(ageing.fade * uneven, 0.0, 0.95)[..., None]
    dyes = np.array((0.80, 0.28, 0.55)) if ageing.film == "colour" else np.full(3, 0.55)
    density = -np.log(np.clip(print_, 0.02, 1.0)) * (1.0 - loss * dyes)
    spread = np.clip(ageing.yellowing * (0.8 + 0.3 * cloud(rng, shape, long_side / 9)), 0.0, 1.0)
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
    sheet += 0.006 * cloud(rng, (height, width), 30.0)[..., None]
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


def _radius(shape: tuple[int, int]) -> Pixels:
    """Distance from the middle, 0 there and 1 in the corners."""
    rows = np.linspace(-1.0, 1.0, shape[0])[:, None]
    columns = np.linspace(-1.0, 1.0, shape[1])[None, :]
    return np.sqrt((rows**2 + columns**2) / 2.0)


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
