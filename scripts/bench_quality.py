"""How good the classic recipe is on photographs it has never seen, beside what a museum would use
instead: OpenCV and scikit-image, in the same run on the same prints.

Usage: bench_quality.py [--quick] [--photos FOLDER] [--sheets FOLDER] [PART ...]

Parts: mend, mend-light, mend-fringed, mend-drawn, mend-soft, mend-large, mend-folded, clear, film,
colour, colour-speed, recipe; without any, all. With --photos those of them that age photographs,
but for mend-large, take yours instead of those kept out of training: sharp ones without damage,
from 768 x 512 pixels on.

Decibels are means over the prints: for mending 48 of each ageing, as the mean of twelve alone may
lie half a decibel off that of many, but seven large ones; of yours each once. Inside: where damage
covers half of a pixel or more; outside: where it covers none; precision and recall count a pixel as
right within 1 pixel of the truth. Clearing is compared in lightness L* after the best cubic tone
fit, the same for all.
"""

import argparse
import multiprocessing
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import bench_restore
import cv2
import numpy as np
import numpy.typing as npt
import quality_colour
import quality_peers as peers
from age_photo import Ageing, age
from measuring import say
from quality_prints import (
    DAMAGED,
    DRAWN,
    FRINGED,
    LIGHT,
    PHOTOS,
    SOFT,
    TRACE,
    USUAL,
    Print,
    View,
    large_truths,
    prints,
    read_rgb,
    truths,
    views_in,
)
from quality_recipe import made
from quality_sheets import Sheets
from skimage.metrics import structural_similarity

from server.restoration.lab import lightness

Plane = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]
_WHERE = ("in_damage", "outside", "overall")
_OWN = ("mend-large", "film", "colour-speed", "recipe")
"""Parts with pictures of their own."""
_UNTOUCHED_DB = 99.0
"""Stands for no error at all."""


def decibels(error: npt.NDArray[np.floating]) -> float:
    """PSNR of squared errors for values 0..1."""
    power = float(error.mean()) if error.size else 0.0
    return min(_UNTOUCHED_DB, -10 * float(np.log10(max(power, 1e-12))))


def grey(image: npt.NDArray[np.float32]) -> Plane:
    return np.asarray(image.mean(axis=2), np.float32)


def tone_fitted(result: Plane, truth: Plane) -> Plane:
    """``result`` through the cubic that brings it nearest to ``truth``."""
    coefficients = np.polynomial.Polynomial.fit(result.ravel(), truth.ravel(), 3)
    return np.clip(coefficients(result), 0, 1).astype(np.float32)


class Means:
    """Figures gathered print by print, said as means in the order they first came."""

    def __init__(self) -> None:
        self._values: dict[str, list[float]] = defaultdict(list)

    def add(self, metric: str, value: float) -> None:
        self._values[metric].append(value)

    def say(self) -> None:
        for metric, values in self._values.items():
            unit = "dB" if "_db" in metric else "share"
            say("quality", f"quality.{metric}", float(np.mean(values)), unit)


def _mended_by_peers(plane: Plane) -> dict[str, Plane]:
    return {
        "_opencv": peers.mended_opencv(plane, peers.mask_opencv(plane)),
        "_skimage": peers.mended_skimage(plane, peers.mask_skimage(plane)),
    }


def mend(found: list[Print], sheets: Sheets, kind: str = "") -> None:
    """Damage found and filled; beside it the peers, doing nothing, and a perfect mask. ``kind`` is
    added to the metrics' names."""
    means = Means()
    for print_ in found:
        plane = print_.scan[..., 0]
        ours = made(print_.scan, until="repaired")
        covered = print_.opacity >= TRACE
        results = {
            "": grey(ours.repaired),
            **_mended_by_peers(plane),
            "_nothing": plane,
            "_perfect_mask": grey(made(print_.scan, until="repaired", damage=covered).repaired),
        }
        for suffix, result in results.items():
            for where, error in zip(_WHERE, _errors(print_, result), strict=True):
                means.add(f"mend_{where}_db{kind}{suffix}", decibels(error))
        precision, recall = precision_and_recall(ours.damage >= 128, print_.opacity)
        means.add(f"damage_precision{kind}", precision)
        means.add(f"damage_recall{kind}", recall)
        sheets.add("mend", print_.name, [print_.sound, plane, *list(results.values())[:3]])
    means.say()


def large(sheets: Sheets, *, quick: bool) -> None:
    """:func:`mend` on prints of a megapixel: of usual shapes, which are broader there, and of drawn
    ones, which are not."""
    for kinds, suffix in ((USUAL, "_large"), (DRAWN, "_large_drawn")):
        mend(list(prints(kinds, large_truths(), quick=quick)), sheets, suffix)


def folded(views: Sequence[View], sheets: Sheets, *, quick: bool) -> None:
    """Folds across a print and its bare margin (print_wear.py), nothing else: the demo set's own
    ageing, which the finder has not learnt from."""
    means = Means()
    for number, (name, image) in enumerate(views):
        if quick and number % 4:
            continue
        sound, scan = (_creased(image, count, 1900 + number) for count in (0, 2))
        before, plane = (
            np.asarray(cv2.cvtColor(part, cv2.COLOR_RGB2GRAY)) for part in (sound, scan)
        )
        apart = np.abs(plane - before)
        # The rough outline of the sheet is drawn anew after its folds.
        inner = tuple(slice(8, side - 8) for side in plane.shape)
        harmed, whole = (apart > 0.02)[inner], (apart < 0.004)[inner]
        ours = made(scan, until="repaired")
        results = {
            "": cv2.cvtColor(ours.repaired, cv2.COLOR_RGB2GRAY),
            **_mended_by_peers(plane),
            "_nothing": plane,
        }
        for suffix, result in results.items():
            error = ((result - before) ** 2)[inner]
            means.add(f"mend_in_damage_db_folded{suffix}", decibels(error[harmed]))
            means.add(f"mend_outside_db_folded{suffix}", decibels(error[whole]))
        found = (ours.damage >= 128)[inner]
        means.add("damage_recall_folded", float(found[harmed].mean()))
        sheets.add("mend-folded", name, [before, plane, *list(results.values())[:3]])
    means.say()


def _creased(image: npt.NDArray[np.float32], count: int, seed: int) -> npt.NDArray[np.float32]:
    """An old print of ``image`` with so many folds, in 8 bits."""
    print_ = age(image.astype(np.float64), Ageing(creases=count), np.random.default_rng(seed))
    return np.asarray(np.round(255 * print_), np.float32) / np.float32(255)


def _errors(print_: Print, result: Plane) -> Iterator[npt.NDArray[np.float32]]:
    error = (result - print_.sound) ** 2
    yield error[print_.opacity >= DAMAGED]
    yield error[print_.opacity < TRACE]
    yield error


def precision_and_recall(found: Mask, opacity: Plane) -> tuple[float, float]:
    """Right within 1 pixel: of what was found, and of what there is."""
    there = opacity >= DAMAGED
    near = np.ones((3, 3), np.uint8)
    around_truth = cv2.dilate((opacity >= DAMAGED / 2).astype(np.uint8), near) > 0
    around_found = cv2.dilate(found.astype(np.uint8), near) > 0
    precision = float(around_truth[found].mean()) if found.any() else 1.0
    return precision, float(around_found[there].mean())


def clear(found: list[Print], sheets: Sheets) -> None:
    """The whole way from the damaged print to twice its size, each with its own mending."""
    means = Means()
    for print_ in found:
        plane = print_.scan[..., 0]
        ours = made(print_.scan).clear
        assert ours is not None
        mended = _mended_by_peers(plane)
        results = {
            "": lightness(ours) / np.float32(100),
            "_opencv": _light(peers.clear_opencv(mended["_opencv"])),
            "_skimage": _light(peers.clear_skimage(mended["_skimage"])),
            "_bicubic": _light(peers.clear_bicubic(plane)),
        }
        fitted = {suffix: tone_fitted(result, print_.truth) for suffix, result in results.items()}
        for suffix, result in fitted.items():
            means.add(f"clear_db{suffix}", decibels((result - print_.truth) ** 2))
        for suffix, result in fitted.items():
            likeness = structural_similarity(result, print_.truth, data_range=1.0)
            means.add(f"clear_ssim{suffix}", float(likeness))
        sheets.add("clear", print_.name, [print_.truth, *fitted.values()])
    means.say()


def _light(plane: Plane) -> Plane:
    return lightness(np.repeat(plane[..., None], 3, axis=2)) / np.float32(100)


def film(sheets: Sheets) -> None:
    """Authentic damage beside an expert's restoration: nearer to it inside the difference, and
    nothing else changed."""
    for pair in ("film_pair1", "film_pair2"):
        scan = read_rgb(PHOTOS / "old" / f"{pair}_damaged.jpg")
        expert = read_rgb(PHOTOS / "truth" / f"{pair}_restored.jpg")
        mended = made(scan, was="colour", until="repaired").repaired
        differs = _difference(scan, expert)
        near = cv2.dilate(differs.astype(np.uint8), np.ones((7, 7), np.uint8)) > 0
        inside = {"scan": scan, "mended": mended}
        for what, image in inside.items():
            error = ((image - expert) ** 2)[differs]
            say("quality", f"quality.{pair}_{what}_in_difference_db", decibels(error), "dB")
        changed = (mended != scan).any(axis=2)
        say("quality", f"quality.{pair}_changed_elsewhere", 100 * float(changed[~near].mean()), "%")
        say("quality", f"quality.{pair}_difference", float(differs.mean()), "share")
        sheets.add("film", pair, [scan, mended, expert, np.repeat(changed[..., None], 3, axis=2)])


def _difference(scan: npt.NDArray[np.float32], expert: npt.NDArray[np.float32]) -> Mask:
    """Where the expert worked: more than the two files' compression explains."""
    apart = np.abs(scan - expert).max(axis=2)
    sure = cv2.GaussianBlur(apart, (0, 0), 1.0) > 0.06
    return cv2.dilate(sure.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0


def recipe() -> None:
    """Seconds and memory of the whole recipe at 4 megapixels, in a process of its own."""
    process = multiprocessing.get_context("spawn").Process(
        target=bench_restore.measure, args=(4.0,)
    )
    process.start()
    process.join()
    if process.exitcode:
        sys.exit("bench quality: the recipe failed at 4 megapixels.")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART")
    parser.add_argument("--quick", action="store_true", help="a quarter of the photographs, once")
    parser.add_argument("--photos", type=Path, help="a folder of photographs to age")
    parser.add_argument("--sheets", type=Path, help="a folder for pictures to look at")
    chosen = parser.parse_args()
    if not PHOTOS.is_dir():
        sys.exit("bench quality: ../shared/photos is not here; nothing was measured.")
    if chosen.photos and not chosen.photos.is_dir():
        sys.exit(f"bench quality: {chosen.photos} is no folder; nothing was measured.")
    views = list(views_in(chosen.photos) if chosen.photos else truths())
    if not views:
        sys.exit(f"bench quality: no photograph in {chosen.photos}; nothing was measured.")
    sheets = Sheets(chosen.sheets)

    def of(kinds: tuple[str, ...], times: int) -> list[Print]:
        return list(prints(kinds, views, times=1 if chosen.photos else times, quick=chosen.quick))

    parts: dict[str, Callable[[], None]] = {
        "mend": lambda: mend(of(USUAL, 4), sheets),
        "mend-light": lambda: mend(of(LIGHT, 4), sheets, "_light"),
        "mend-fringed": lambda: mend(of(FRINGED, 2), sheets, "_fringed"),
        "mend-drawn": lambda: mend(of(DRAWN, 4), sheets, "_drawn"),
        "mend-soft": lambda: mend(of(SOFT, 4), sheets, "_soft"),
        "mend-large": lambda: large(sheets, quick=chosen.quick),
        "mend-folded": lambda: folded(views, sheets, quick=chosen.quick),
        "clear": lambda: clear(of(FRINGED, 1), sheets),
        "film": lambda: film(sheets),
        "colour": lambda: quality_colour.accuracy(views, sheets, quick=chosen.quick),
        "colour-speed": lambda: quality_colour.seconds(quick=chosen.quick),
        "recipe": recipe,
    }
    wanted = chosen.parts or [name for name in parts if not (chosen.photos and name in _OWN)]
    for name, measure in parts.items():
        if name in wanted:
            measure()
    sheets.write()


if __name__ == "__main__":
    main()
