"""The engine ``classic``: runs on any machine, with weights that come with the house."""

from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

import numpy as np

from server.restoration.engine import (
    EngineTraits,
    Layer,
    OperationTraits,
    Picture,
    Report,
)
from server.restoration.engines.classic import network
from server.restoration.engines.classic.clear import clear
from server.restoration.engines.classic.colour import colour
from server.restoration.engines.classic.damage import find_damage
from server.restoration.engines.classic.enlarge import enlarge
from server.restoration.engines.classic.fill import damage_of, mend
from server.restoration.engines.classic.noise import denoise
from server.restoration.engines.classic.tone import own_colours, tone

_Params = Mapping[str, Any]

TRAITS = EngineTraits(
    id="classic",
    version="22",
    # None is local: each measures the whole picture first, so that no tile differs from its
    # neighbour. Memory is kept low by working on lightness and in strips instead.
    operations={
        "find-damage": OperationTraits(layers_out=("damage",), minimum=8),
        "mend": OperationTraits(layers_in=("damage",), minimum=8),
        "clear": OperationTraits(minimum=8),
        "denoise": OperationTraits(minimum=8),
        "tone": OperationTraits(facts=("was",), minimum=8),
        "enlarge": OperationTraits(minimum=8),
        "colour": OperationTraits(
            facts=("regions", "was"), layers_out=("colour-source",), minimum=8, colours=True
        ),
    },
)


def _number(params: _Params, name: str, default: float, low: float, high: float) -> float:
    """A parameter in its range. Raises ValueError with name, limits and value."""
    value = params.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise ValueError(f"{name} must be a number from {low:g} to {high:g}; it is {value!r}.")
    return float(value)


def _was(params: _Params) -> str:
    was = params.get("was", "black-and-white")
    if was not in ("black-and-white", "colour"):
        raise ValueError(f'was must be "black-and-white" or "colour"; it is {was!r}.')
    return str(was)


def _regions(params: _Params) -> Sequence[Mapping[str, Any]]:
    return list(params.get("regions") or ())


def _spread(params: _Params) -> str:
    spread = params.get("spread", "near")
    if spread not in ("near", "alike"):
        raise ValueError(f'spread must be "near" or "alike"; it is {spread!r}.')
    return str(spread)


def _find_damage(picture: Picture, params: _Params, report: Report) -> Picture:
    sensitivity = _number(params, "sensitivity", 1.0, 0.25, 4.0)
    layer = find_damage(picture.image, sensitivity=sensitivity, report=report)
    return Picture(picture.image.copy(), {"damage": layer})


def _mend(picture: Picture, params: _Params, report: Report) -> Picture:
    grain = _number(params, "grain", 1.0, 0.0, 2.0)
    height, width = picture.image.shape[:2]
    layer: Layer = picture.layers.get("damage", np.zeros((height, width), np.uint8))
    damage = damage_of(layer, height, width)
    seed = int(params.get("seed", 0))
    return Picture(mend(picture.image, damage, grain=grain, seed=seed, report=report))


def _denoise(picture: Picture, params: _Params, report: Report) -> Picture:
    return Picture(
        denoise(
            picture.image,
            strength=_number(params, "strength", 0.85, 0.0, 1.0),
            chroma=_number(params, "chroma", 1.0, 0.0, 1.0),
            report=report,
        )
    )


def _clear(picture: Picture, params: _Params, report: Report) -> Picture:
    return Picture(
        clear(
            picture.image,
            strength=_number(params, "strength", 0.8, 0.0, 1.0),
            chroma=_number(params, "chroma", 1.0, 0.0, 1.0),
            report=report,
        )
    )


def _tone(picture: Picture, params: _Params, report: Report) -> Picture:
    was, notes = _recognised(picture, _was(params))
    toned = tone(
        picture.image,
        was=was,
        strength=_number(params, "strength", 0.9, 0.0, 1.0),
        contrast=_number(params, "contrast", 0.25, 0.0, 1.0),
        warmth=_number(params, "warmth", 0.5, 0.0, 1.0),
        cast=_number(params, "cast", 0.6, 0.0, 1.0),
        report=report,
    )
    return Picture(toned, notes=notes)


_SEPIA = 6.0
_COLOURFUL = 12.0
"""What ``own_colours`` gives at most for a toned print, and at least for a colour photograph."""


def _recognised(picture: Picture, was: str) -> tuple[str, tuple[str, ...]]:
    """What the photograph was, with a note where the picture contradicts photo.toml.

    A print of one tint is monochrome whatever is written; that a coloured one was black-and-white
    is the curator's to say, for it may have been tinted by hand.
    """
    strays = own_colours(picture.image)
    if was == "colour" and strays < _SEPIA:
        return "black-and-white", (
            "All of it has one tint, as a sepia print has: treated as black-and-white. "
            'If it was, write was = "black-and-white", and it can be coloured.',
        )
    if was == "black-and-white" and strays > _COLOURFUL:
        return was, (
            "The scan has colours of its own, and they are taken away here. "
            'If it was taken in colour, write was = "colour".',
        )
    return was, ()


def _enlarge(picture: Picture, params: _Params, report: Report) -> Picture:
    return Picture(
        enlarge(
            picture.image,
            long_side=round(_number(params, "long_side", 3840, 16, 30000)),
            factor=_number(params, "factor", 4.0, 1.0, 8.0),
            sharpen=_number(params, "sharpen", 0.6, 0.0, 2.0),
            report=report,
        )
    )


def _colour(picture: Picture, params: _Params, report: Report) -> Picture:
    warmth = _number(params, "warmth", 0.6, 0.0, 1.0)
    regions = _regions(params) if _was(params) == "black-and-white" else ()
    alike = _spread(params) == "alike"
    image, source = colour(picture.image, regions, warmth=warmth, alike=alike, report=report)
    return Picture(image, {"colour-source": source})


_OPERATIONS: Mapping[str, Callable[[Picture, _Params, Report], Picture]] = {
    "find-damage": _find_damage,
    "mend": _mend,
    "clear": _clear,
    "denoise": _denoise,
    "tone": _tone,
    "enlarge": _enlarge,
    "colour": _colour,
}


_NETWORKS: Mapping[str, Sequence[network.Network]] = {
    "find-damage": (network.FINDER, network.SOFT_FINDER),
    "mend": (network.MENDER,),
    "clear": (network.CLEARER,),
}

_PARAMETERS: Mapping[str, tuple[str, ...]] = {
    "find-damage": ("sensitivity",),
    "mend": ("grain",),
    "clear": ("strength", "chroma"),
    "denoise": ("strength", "chroma"),
    "tone": ("strength", "contrast", "warmth", "cast"),
    "enlarge": ("long_side", "factor", "sharpen"),
    "colour": ("warmth", "spread"),
}
"""What a recipe may set; the seed and the facts of a photo come from the pipeline."""


def _refuse_unknown(operation: str, params: _Params) -> None:
    """Raises ValueError for a parameter the operation does not read: a typo has no effect."""
    known = (*_PARAMETERS[operation], *TRAITS.operations[operation].facts, "seed")
    for name in params:
        if name not in known:
            near = get_close_matches(name, known, n=1)
            hint = f"Did you mean {near[0]}?" if near else f"It has: {', '.join(known)}."
            raise ValueError(f"{operation} has no parameter {name!r}. {hint}")


class Classic:
    """Finds and mends damage, clears, brings back tone, enlarges, and colours by region."""

    traits = TRAITS

    def weights(self, operation: str, params: _Params) -> str | None:
        """Those of the networks an operation may ask; None: the others ask none."""
        asked = _NETWORKS.get(operation, ())
        if operation == "colour" and params.get("spread") == "alike":
            asked = (network.KIN,)
        return " ".join(network.digest(each) for each in asked) or None

    def run(self, operation: str, picture: Picture, params: _Params, report: Report) -> Picture:
        """See :class:`server.restoration.engine.Engine`."""
        work = _OPERATIONS.get(operation)
        if work is None:
            known = ", ".join(_OPERATIONS)
            raise ValueError(f"classic has no operation {operation!r} (known: {known}).")
        _refuse_unknown(operation, params)
        report(0.0)
        done = work(picture, params, report)
        report(1.0)
        return done
