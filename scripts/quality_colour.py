"""Colour from points against the truth, and its speed beside a direct solution of its system."""

import time
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from measuring import say
from quality_prints import View, read_rgb, truth_file
from quality_sheets import Sheets
from scipy.sparse.linalg import splu

from server.restoration.documented import mixed
from server.restoration.engines.classic.colour import colour, painted_with
from server.restoration.hints import hints_of
from server.restoration.lab import lab, lightness
from server.restoration.propagation import Lift, evidence, system

POINTS = (5, 20, 80)
_WARMTH = 0.6
_REACH = 2
"""A point's colour is the median within this many pixels."""

Image = npt.NDArray[np.float32]
Regions = Sequence[Mapping[str, Any]]


def grey_of(image: Image) -> Image:
    """The photograph without colour, its lightness kept."""
    values = lab(image)[..., 0]
    steps = np.linspace(0, 1, 4097, dtype=np.float32)
    levels = lightness(np.repeat(steps[None, :, None], 3, axis=2))[0]
    return np.repeat(np.interp(values, levels, steps)[..., None], 3, axis=2).astype(np.float32)


def points_on(image: Image, count: int, rng: np.random.Generator) -> list[dict[str, Any]]:
    """Regions of one point each, spread out, with the colours that are truly there."""
    height, width = image.shape[:2]
    chosen: list[tuple[int, int]] = []
    while len(chosen) < count:
        places = [
            (int(rng.integers(4, height - 4)), int(rng.integers(4, width - 4))) for _ in range(24)
        ]
        chosen.append(max(places, key=lambda place: _apart(place, chosen)))
    regions = []
    for number, (y, x) in enumerate(chosen):
        around = image[y - _REACH : y + _REACH + 1, x - _REACH : x + _REACH + 1].reshape(-1, 3)
        code = "".join(f"{round(255 * value):02X}" for value in np.median(around, axis=0))
        point = [(x + 0.5) / width, (y + 0.5) / height]
        known = {"colour": f"#{code}", "certainty": "documented"}
        regions.append({"id": f"point-{number}", "points": [point], **known})
    return regions


def _apart(place: tuple[int, int], chosen: list[tuple[int, int]]) -> float:
    return min((np.hypot(place[0] - y, place[1] - x) for y, x in chosen), default=0.0)


def chroma_error(result: Image, truth: Image) -> float:
    """Mean distance in a*, b*."""
    apart = (lab(result) - lab(truth))[..., 1:]
    return float(np.hypot(apart[..., 0], apart[..., 1]).mean())


def coloured(image: Image, regions: Regions, *, alike: bool = False) -> Image:
    return colour(image, regions, warmth=_WARMTH, alike=alike, report=lambda _: None)[0]


def accuracy(views: Sequence[View], sheets: Sheets, *, quick: bool) -> None:
    """Mean chroma error by the number of points, of evidence alone and carried to what looks alike
    (``alike``); with none, the picture is grey."""
    errors: dict[str, list[float]] = {}
    for number, (name, image) in enumerate(views):
        if quick and number % 4:
            continue
        grey = grey_of(image)
        made = {"0_points": grey}
        for count in POINTS:
            regions = points_on(image, count, np.random.default_rng(100 * number + count))
            made[f"{count}_points"] = coloured(grey, regions)
            made[f"{count}_points_alike"] = coloured(grey, regions, alike=True)
        for metric, result in made.items():
            errors.setdefault(metric, []).append(chroma_error(result, image))
        sheets.add("colour", name, [image, *made.values()])
    for metric, values in errors.items():
        say("quality", f"quality.colour_error_{metric}", float(np.mean(values)), "dE ab")


def _photograph(megapixels: float) -> tuple[Image, list[dict[str, Any]]]:
    image = read_rgb(truth_file("usn_2004_two_yachts"))
    scale = (megapixels * 1e6 / (image.shape[0] * image.shape[1])) ** 0.5
    kind = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    image = np.clip(cv2.resize(image, None, fx=scale, fy=scale, interpolation=kind), 0, 1)
    return image, points_on(image, 20, np.random.default_rng(20))


def seconds(*, quick: bool) -> None:
    """Time with 20 points at 1, 4 and 16 megapixels, the best of three; and the direct way."""
    for megapixels in (1, 4) if quick else (1, 4, 16):
        image, regions = _photograph(megapixels)
        grey = grey_of(image)
        spent = []
        for _ in range(3):
            began = time.perf_counter()
            ours = coloured(grey, regions)
            spent.append(time.perf_counter() - began)
        say("quality", f"quality.colour_seconds_{megapixels}mp", min(spent), "s")
        if megapixels == 1 and not quick:
            began = time.perf_counter()
            direct = directly(grey, regions)
            ratio = (time.perf_counter() - began) / min(spent)
            say("quality", "quality.colour_speedup_1mp", ratio, "times")
            for name, result in (("", ours), ("_direct", direct)):
                error = float(((result - image) ** 2).mean())
                say("quality", f"quality.colour_1mp_db{name}", -10 * float(np.log10(error)), "dB")


def directly(image: Image, regions: Regions) -> Image:
    """The same system at full size, solved by SuperLU."""
    plane = lightness(image)
    hints = hints_of(regions, plane)
    factors = splu(system(plane * np.float32(0.01), hints).tocsc())
    sides = np.stack([evidence(hint) for hint in hints], axis=1).astype(np.float64)
    found = factors.solve(sides).T.reshape(len(hints), *plane.shape)
    share = np.clip(found, 0, 1) * np.stack([hint.reach > 0 for hint in hints])
    share = (share / np.maximum(share.sum(axis=0), 1)).astype(np.float32)
    known = mixed(hints, share, plane, partial(_as_solved, full=plane.shape))
    return painted_with(known, plane, warmth=_WARMTH, report=lambda _: None)[0]


def _as_solved(planes: Sequence[npt.NDArray[np.float32]], full: tuple[int, int]) -> Lift:
    """Where both sizes are one, nothing is lifted."""
    offset = np.stack(planes, axis=-1).astype(np.float32)
    return Lift(np.zeros_like(offset), offset, full)
