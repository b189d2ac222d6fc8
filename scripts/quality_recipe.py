"""The classic recipe run in memory, stage by stage, as `scripts/bench quality` needs it."""

from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from server.assembly import engines, rack, recipes_library
from server.restoration.engine import Image, Layer, Picture
from server.restoration.plan import Recipe, Step
from server.restoration.recipes import load_recipe
from server.settings import Settings


@dataclass(frozen=True, slots=True)
class Made:
    """The stages of one scan, and the damage found on it."""

    repaired: Image
    clear: Image | None
    damage: Layer


@cache
def classic() -> Recipe:
    library = recipes_library()
    return load_recipe("classic", library=library, set_folder=library)


def made(
    scan: Image,
    *,
    was: str = "black-and-white",
    factor: float = 2.0,
    until: str = "clear",
    damage: npt.NDArray[np.bool_] | None = None,
) -> Made:
    """``scan`` through the recipe as it ships, but enlarged ``factor`` times in all.

    ``damage`` is what a curator painted; None: what the recipe finds.
    """
    layers: dict[str, Layer] = {}
    picture, repaired, clear = scan, scan, None
    painted = {} if damage is None else {"damage": np.where(damage, 255, 0).astype(np.uint8)}
    for step in classic().step:
        if step.stage not in ("repaired", until):
            break
        long_side = round(factor * max(scan.shape[:2]))
        answer = _run(step, picture, layers, was=was, long_side=long_side)
        layers |= {**answer.layers, **painted}
        picture = answer.image
        repaired = picture if step.stage == "repaired" else repaired
        clear = picture if step.stage == "clear" else clear
    return Made(repaired, clear, layers["damage"])


def _run(
    step: Step, image: Image, layers: dict[str, Layer], *, was: str, long_side: int
) -> Picture:
    engine, traits = engines(rack(Settings())).for_step("classic", step)
    params = {**step.params, "seed": step.seed}
    if "long_side" in params:
        params["long_side"] = long_side
    if "was" in traits.facts:
        params["was"] = was
    if "regions" in traits.facts:
        params["regions"] = []
    known = {name: layers[name] for name in traits.layers_in if name in layers}
    return engine.run(step.operation, Picture(image, known), params, lambda _: None)
