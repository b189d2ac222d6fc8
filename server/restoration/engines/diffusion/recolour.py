"""``recolour``: colours by prompt. Only chroma is taken; lightness is the photograph's, exactly.

The model works at about a megapixel on the photograph without colour, in which what is documented
is already painted, so that it knows the flag's red; its words are the photo's prompt, the names of
the regions and their colours. Its chroma is brought to full size along the photograph's edges.
Where a region's colour is known, that colour stands, and the model's begins beyond it.
"""

from typing import Any

import cv2
import numpy as np
import torch

from server.restoration.documented import documented
from server.restoration.engine import Image, Picture, Report
from server.restoration.engines.diffusion.autoencoder import to_image, to_tensor
from server.restoration.engines.diffusion.img2img import FIT, redrawn
from server.restoration.engines.diffusion.loading import Loaded
from server.restoration.engines.diffusion.params import Recolouring
from server.restoration.hints import colour_of
from server.restoration.images import resize, to_bytes8
from server.restoration.lab import Plane, lab, lightness, painted, strips
from server.restoration.propagation import following

_NAMES = {
    "red": "#C8241E", "dark red": "#7A1218", "orange": "#E07B1A", "yellow": "#F0CC28",
    "green": "#2E8B3C", "dark green": "#1E4D2B", "olive": "#6B6B2A", "turquoise": "#2BB5B0",
    "blue": "#2458B8", "light blue": "#8CB8E0", "navy blue": "#1B2A56", "purple": "#6A2C86",
    "pink": "#E89AB0", "brown": "#6B4426", "beige": "#D8C6A0", "white": "#F4F4F0",
    "grey": "#808080", "black": "#181818",
}  # fmt: skip
"""Words a text encoder knows, for the nearest in CIE L*a*b*."""


def run(picture: Picture, wanted: Recolouring, loaded: Loaded, report: Report) -> Picture:
    """The photograph in colour, and the layer ``colour-source``: 255, 170, 85 where a region's
    colour is documented, likely, a guess; 0 where the model chose."""
    image = picture.image
    height, width = image.shape[:2]
    source = np.zeros((height, width), np.uint8)
    if wanted.was == "colour":
        return Picture(image.copy(), {"colour-source": source})
    plane = lightness(image)
    known = documented(plane, wanted.regions, lambda share: report(0.1 * share))
    hinted = np.empty_like(image)
    for rows in strips(height, width):
        a, b = np.zeros_like(plane[rows]), np.zeros_like(plane[rows])
        if known is not None:
            a, b, _, source[rows] = known.rows(plane[rows], rows)
        hinted[rows] = painted(plane[rows], a, b)
    high, wide = _working_size(height, width, wanted.megapixels)
    # One tile: a colour is chosen for the picture, not for a part of it.
    whole = wanted.model_copy(update={"tile": wanted.tile or max(high, wide), "overlap": 0})
    stack = loaded.stack(whole)
    with torch.inference_mode():
        made = redrawn(
            to_tensor(resize(hinted, wide, high), loaded.device),
            to_tensor(_condition(wanted, resize(image, wide, high)), loaded.device),
            whole,
            words(wanted),
            stack,
            lambda share: report(0.1 + 0.7 * share),
        )
    chroma = _chroma(to_image(made.image), plane, wanted.chroma)
    out = np.empty_like(image)
    for rows in strips(height, width):
        level = plane[rows]
        a, b = chroma[0][rows], chroma[1][rows]
        if known is not None:
            known_a, known_b, rest, _ = known.rows(level, rows)
            a, b = known_a + rest * a, known_b + rest * b
        out[rows] = painted(level, a, b)
        report(0.85 + 0.14 * rows.stop / height)
    return Picture(out, {"colour-source": source}, made.frames, made.notes)


def _condition(wanted: Recolouring, image: Image) -> Image:
    grey = painted(lightness(image), *np.zeros((2, *image.shape[:2]), np.float32))
    if wanted.condition == "grey":
        return grey
    edges = cv2.Canny(to_bytes8(grey)[..., 0], 100, 200)
    return np.repeat(np.asarray(edges / 255, np.float32)[..., None], 3, axis=2)


def words(wanted: Recolouring) -> str:
    """What the model is told: the prompt, then each region that has a colour, by name."""
    told = [
        f"{_named(str(region['colour']))} {name}"
        for region in wanted.regions
        if region.get("colour") and (name := _english(region.get("name")))
    ]
    return ", ".join(part for part in (wanted.prompt or "", *told, wanted.style) if part)


def _english(name: Any) -> str:
    """A region's name in English, which text encoders learned; else nothing."""
    return str(name.get("en", "")) if isinstance(name, dict) else ""


def _named(code: str) -> str:
    colour = np.array(colour_of(code))
    return min(_NAMES, key=lambda name: float(np.sum((colour - colour_of(_NAMES[name])) ** 2)))


def _working_size(height: int, width: int, megapixels: float) -> tuple[int, int]:
    scale = (megapixels * 1e6 / (height * width)) ** 0.5
    high, wide = (max(FIT, round(side * scale / FIT) * FIT) for side in (height, width))
    return high, wide


def _chroma(coloured: Image, plane: Plane, factor: float) -> tuple[Plane, Plane]:
    """a*, b* of the model's picture at the photograph's size, its edges on the photograph's.

    A guided filter, not an enlargement: chroma a pixel beside its edge is the first thing seen.
    """
    high, wide = coloured.shape[:2]
    small = np.asarray(cv2.resize(plane, (wide, high), interpolation=cv2.INTER_AREA), np.float32)
    values = np.clip(np.float32(factor) * lab(coloured)[..., 1:], -128, 127)
    a, b = (following(np.ascontiguousarray(values[..., i]), small, plane) for i in (0, 1))
    return a, b
