"""One photo through one recipe: look up or run, step by step.

Every result is keyed by what decides its pixels, so a step whose result is there never runs again
and a crash loses at most the step under way.
"""

import platform
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import JsonValue

import server
from server.catalogue.manifest import companion, scan_path
from server.catalogue.model import Photo
from server.errors import RekindleError, StepFailed
from server.restoration.engine import (
    Engine,
    EngineRegistry,
    OperationTraits,
    Picture,
    Report,
)
from server.restoration.images import read_layer, read_scan
from server.restoration.plan import Recipe, Stage, Step, cache_key
from server.restoration.store import Paradata, Result, Store, file_digest
from server.restoration.tiled import padded, run_tiled

TILE = 2048
"""Side of a tile in pixels, for operations that may be tiled."""
TILE_ABOVE = 16_000_000
"""Pictures of more pixels than this are tiled where the operation is local."""


@dataclass(frozen=True, slots=True)
class Job:
    """A photo to restore: plain data, so that it travels to another process."""

    photo: Photo
    folder: Path
    """The photo's folder."""
    recipe: Recipe


@dataclass(frozen=True, slots=True)
class Restored:
    """The stages of a photo that its recipe made, with the records of their steps."""

    photo: Photo
    scan: Path
    stages: Mapping[Stage, Result] = field(default_factory=dict)
    steps: Mapping[Stage, tuple[Paradata, ...]] = field(default_factory=dict)
    layers: Mapping[str, Path] = field(default_factory=dict)
    """The newest file of every layer: ``damage``, ``colour-source``."""


@dataclass(frozen=True, slots=True)
class _Pixels:
    """Something that goes into a step: known by its digest, read when needed."""

    digest: str
    read: Callable[[], Any]


@dataclass(frozen=True, slots=True)
class _Ready:
    """A step about to run: everything its key is made of, and the key."""

    step: Step
    engine: Engine
    traits: OperationTraits
    inputs: Mapping[str, _Pixels]
    params: dict[str, JsonValue]
    weights: str | None
    tiling: dict[str, JsonValue] | None
    key: str


StepReport = Callable[[str, float], None]
"""Called with a step's name and the share of the whole photo done, 0..1."""


class Pipeline:
    """Runs jobs with the engines and the store it is given."""

    def __init__(
        self,
        engines: EngineRegistry,
        store: Store,
        *,
        device: str = "cpu",
        who: str | None = None,
    ) -> None:
        self._engines = engines
        self._store = store
        self._device = device
        self._who = who

    def look_up(self, job: Job) -> Restored | None:
        """What is stored for a job; None where a step is missing. Reads records, not pixels."""
        return self._walk(job, run=None)

    def restore(self, job: Job, report: StepReport) -> Restored:
        """The job's stages, made where they are missing.

        Raises:
            StepFailed: naming the photo, the step and the reason.
        """
        restored = self._walk(job, run=report)
        assert restored is not None
        return restored

    def _walk(self, job: Job, run: StepReport | None) -> Restored | None:
        scan = scan_path(job.folder.parent.parent, job.photo)
        image = _Pixels(file_digest(scan), lambda: read_scan(scan))
        layers: dict[str, _Pixels] = {}
        files: dict[str, Path] = {}
        stages: dict[Stage, Result] = {}
        records: dict[Stage, tuple[Paradata, ...]] = {}
        steps = list(applicable(job, self._engines))
        for place, (step, engine, traits) in enumerate(steps):
            ready = self._ready(job, step, engine, traits, image, layers)
            result = self._store.get(ready.key)
            if result is None:
                if run is None:
                    return None
                run(step.name, place / len(steps))
                share = _portion(run, step.name, place, len(steps))
                result = self._run(job.photo.id, ready, share)
            # Read back, not kept in memory: a resumed run then sees the very same pixels.
            image = _Pixels(result.paradata.image, result.image)
            for name in traits.layers_out:
                layers[name], files[name] = self._layer(job, result, name)
            stages[step.stage] = result
            records[step.stage] = (*records.get(step.stage, ()), result.paradata)
        if run is not None:
            run("done", 1.0)
        return Restored(job.photo, scan, stages, records, files)

    def _ready(
        self,
        job: Job,
        step: Step,
        engine: Engine,
        traits: OperationTraits,
        image: _Pixels,
        layers: Mapping[str, _Pixels],
    ) -> _Ready:
        inputs = {"image": image} | {n: layers[n] for n in traits.layers_in if n in layers}
        params: dict[str, JsonValue] = dict(step.params)
        for fact in traits.facts:
            if fact == "retouched":
                file = _retouched(job)
                assert file is not None
                inputs[fact] = _Pixels(file_digest(file), partial(read_scan, file))
            else:
                params[fact] = _fact(job.photo, fact)
        tiling: dict[str, JsonValue] | None = None
        if traits.local:
            tiling = {"tile": TILE, "margin": traits.margin, "above": TILE_ABOVE}
        weights = engine.weights(step.operation, params)
        key = cache_key(
            inputs={name: pixels.digest for name, pixels in inputs.items()},
            step=step,
            params=params,
            engine_version=engine.traits.version,
            weights=weights,
            tiling=tiling,
        )
        return _Ready(step, engine, traits, inputs, params, weights, tiling, key)

    def _run(self, photo: str, ready: _Ready, report: Report) -> Result:
        step, traits = ready.step, ready.traits
        began = time.monotonic()
        try:
            extra = {
                fact: ready.inputs[fact].read() for fact in traits.facts if fact == "retouched"
            }
            picture = Picture(
                ready.inputs["image"].read(),
                {
                    name: ready.inputs[name].read()
                    for name in traits.layers_in
                    if name in ready.inputs
                },
            )
            params = {**ready.params, **extra, "seed": step.seed}
            height, width = picture.image.shape[:2]
            if traits.local and width * height > TILE_ABOVE:
                made = run_tiled(ready.engine, step.operation, picture, params, report, tile=TILE)
            else:
                made = padded(ready.engine, step.operation, picture, params, report)
        except MemoryError as error:
            raise StepFailed(photo, step.name, "out of memory; use fewer workers.") from error
        except (ValueError, RekindleError, OSError, ArithmeticError) as error:
            raise StepFailed(photo, step.name, str(error)) from error
        record = {
            "key": ready.key,
            "stage": step.stage,
            "engine": step.engine,
            "engine_version": ready.engine.traits.version,
            "operation": step.operation,
            "params": ready.params,
            "seed": step.seed,
            "weights": ready.weights,
            "tiling": ready.tiling,
            "inputs": {name: pixels.digest for name, pixels in ready.inputs.items()},
            "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "seconds": round(time.monotonic() - began, 3),
            "device": self._device if ready.traits.needs_gpu else "cpu",
            "who": self._who,
            "notes": made.notes,
            "versions": {
                "rekindle": server.__version__,
                "python": platform.python_version(),
                "numpy": np.__version__,
            },
        }
        return self._store.put(made, record)

    def _layer(self, job: Job, result: Result, name: str) -> tuple[_Pixels, Path]:
        """A layer as the next steps see it: what a curator painted wins over what was found."""
        painted = companion(job.folder.parent.parent, job.photo, f"{name}.png")
        if painted is not None:
            return _Pixels(file_digest(painted), lambda: read_layer(painted)), painted
        digest = result.paradata.layers[name]
        return _Pixels(digest, lambda: result.layer(name)), result.layer_file(name)


def applicable(job: Job, engines: EngineRegistry) -> Iterator[tuple[Step, Engine, OperationTraits]]:
    """The recipe's steps that apply to this photo."""
    if not job.photo.restore:
        return
    coloured = any(region.colour for region in job.photo.region)
    for step in job.recipe.step:
        engine, traits = engines.for_step(job.recipe.name, step)
        # What listens to the prompt knows a colour without a coloured region, too.
        known = coloured or ("prompt" in traits.facts and job.photo.prompt is not None)
        if traits.colours and (job.photo.was == "colour" or not known):
            continue
        if "retouched" in traits.facts and not _retouched(job):
            continue
        yield step, engine, traits


def _retouched(job: Job) -> Path | None:
    names = ("finished.tif", "finished.tiff", "finished.png", "finished.jpg")
    found = (companion(job.folder.parent.parent, job.photo, name) for name in names)
    return next((file for file in found if file), None)


def _fact(photo: Photo, fact: str) -> JsonValue:
    if fact == "regions":
        return [region.model_dump(mode="json") for region in photo.region]
    value = getattr(photo, fact)
    assert value is None or isinstance(value, str)
    return value


def _portion(run: StepReport, name: str, place: int, steps: int) -> Report:
    return lambda share: run(name, (place + share) / steps)
