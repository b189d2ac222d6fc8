"""What keeps a model honest: register, lock lightness or back-project, protect, measure.

A guard may take away what a model added; it never adds anything of its own. The operation's traits
decide which guards a picture passes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from server.catalogue.model import Region
from server.restoration import evidence
from server.restoration.engine import Image, Layer, OperationTraits, Picture
from server.restoration.guards.consistency import anchor_size, back_project, psnr, shrunk
from server.restoration.guards.identity import Faces
from server.restoration.guards.lightness import drift, lock_lightness, relit
from server.restoration.guards.protection import pass_through, protection
from server.restoration.guards.registration import find_displacement, lay_back, residual
from server.restoration.images import resize
from server.restoration.lab import Plane, lightness
from server.restoration.plan import Measure

VERSION = 1
"""Raised when guards make other pixels, so that generative steps run again."""
EVIDENCE = "evidence"
"""The layer that says what a generative step kept, altered and invented."""


@dataclass(frozen=True, slots=True)
class Guarded:
    """A model's picture after the guards, and what they measured."""

    picture: Picture
    measures: Mapping[Measure, float]


def guard(
    given: Image,
    made: Picture,
    traits: OperationTraits,
    *,
    regions: Sequence[Region],
    scan: tuple[int, int],
    damage: Layer | None = None,
    faces: Faces | None = None,
) -> Guarded:
    """``made``, held to the picture it was made from.

    Args:
        given: what went into the operation; ``made`` may be larger, in any proportion.
        regions: the photo's; those with ``protect`` pass the model by.
        scan: (width, height) of the scan: what is finer than its pixels is the model's to draw.
        damage: what the operation was to fill, 128 and more; nothing holds the model there but
            ``protect``.
        faces: compares faces, where a face model is installed.

    Raises:
        ValueError: the model's picture holds values that are no numbers.
    """
    if not np.isfinite(made.image).all():
        raise ValueError("the model's picture is not a number in places. Use another precision.")
    height, width = made.image.shape[:2]
    expected = resize(given, width, height)
    image = np.asarray(np.clip(made.image, 0, 1), np.float32)
    if traits.moves:
        image = lay_back(image, expected, find_displacement(expected, image))
    known = expected if damage is None else _known(expected, image, damage)
    measures: dict[Measure, float] = {}
    if (left := residual(known, image)) is not None:
        measures["displacement"] = left
    anchor = anchor_size((width, height), scan)
    lightness_alone = traits.chroma_only or traits.colours
    target = shrunk(_held(known, lightness_alone), anchor)
    if not traits.chroma_only:
        measures["agreement"] = psnr(shrunk(_held(image, lightness_alone), anchor), target)
    image = _consistent(image, expected, target, traits)
    share = protection(regions, width, height)
    if share is not None:
        image = _protected(image, expected, share, traits)
    held = shrunk(_held(image, lightness_alone), anchor)
    measures["low_frequency_psnr"] = psnr(held, target)
    mean, high = drift(image, known)
    measures |= {"lightness_drift": mean, "lightness_drift_p95": high}
    proof = _evidence(expected, image, made, traits, width / scan[0])
    measures["invented"] = evidence.shares(proof)[1]
    if faces is not None and (alike := faces.similarity(expected, image)) is not None:
        measures["identity"] = alike
    rounded: dict[Measure, float] = {
        name: round(float(value), 4) for name, value in measures.items()
    }
    picture = replace(made, image=image, layers={**made.layers, EVIDENCE: proof})
    return Guarded(picture, rounded)


def _known(expected: Image, image: Image, damage: Layer) -> Image:
    """The picture given, with the model's own answer where there was only damage."""
    height, width = image.shape[:2]
    if damage.shape != (height, width):
        damage = np.asarray(cv2.resize(damage, (width, height)), np.uint8)
    return np.where((damage >= 128)[..., None], image, expected)


def _held(image: Image, lightness_alone: bool) -> Image | Plane:
    """What the given picture decides: all of it, or its lightness where colour is added."""
    return lightness(image) / np.float32(100) if lightness_alone else image


def _consistent(
    image: Image, expected: Image, target: Image | Plane, traits: OperationTraits
) -> Image:
    if traits.chroma_only:
        return lock_lightness(image, expected)
    if traits.colours:
        return relit(image, back_project(lightness(image) / np.float32(100), target) * 100)
    return back_project(image, target)


def _protected(image: Image, expected: Image, share: Plane, traits: OperationTraits) -> Image:
    image = pass_through(image, expected, share)
    if traits.chroma_only:
        # Half grey and half colour is neither's lightness: locked again in the soft edge.
        touched = np.flatnonzero(share.any(axis=1)), np.flatnonzero(share.any(axis=0))
        here = tuple(slice(line[0], line[-1] + 1) for line in touched)
        locked = lock_lightness(image[here], expected[here])
        near = share[here][..., None]
        image[here] = np.select([near == 1, near > 0], [expected[here], locked], image[here])
    return image


def _evidence(
    expected: Image, image: Image, made: Picture, traits: OperationTraits, scale: float
) -> Layer:
    """At most ``evidence.MEASURED_PIXELS`` large."""
    height, width = image.shape[:2]
    share = min(1.0, (evidence.MEASURED_PIXELS / (height * width)) ** 0.5)
    size = max(1, round(width * share)), max(1, round(height * share))
    before, after = resize(expected, *size), resize(image, *size)
    return evidence.measure(
        before,
        after,
        damage=None,
        colour_source=made.layers.get("colour-source"),
        invented=None
        if traits.chroma_only
        else evidence.drawn(before, after, scale=max(1.0, scale * share)),
    )
