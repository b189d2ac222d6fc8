"""One photo through one recipe: look up or run, step by step.

Every result is keyed by what decides its pixels, so a step whose result is there never runs again
and a crash loses at most the step under way. Gates and signatures decide no pixel: they are judged
by the record each time, so that a curator who changes one waits for nothing.
"""

import platform
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, cast

import numpy as np
from pydantic import JsonValue

import server
from server.catalogue.manifest import companion, scan_path
from server.catalogue.model import Photo, Stage
from server.errors import RekindleError, StepFailed
from server.restoration import guards
from server.restoration.candidates import DOUBT, Candidates, compared
from server.restoration.engine import (
    Engine,
    EngineRegistry,
    Models,
    OperationTraits,
    Picture,
    Report,
)
from server.restoration.facts import fact_of, guards_go_by, retouched
from server.restoration.guards import gates
from server.restoration.guards.identity import Faces, faces_of
from server.restoration.images import read_layer, read_scan
from server.restoration.judgement import judged
from server.restoration.plan import Recipe, Step, cache_key
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
    """The newest file of every layer: ``damage``, ``colour-source``, ``doubt``."""
    evidence: Mapping[Stage, tuple[Path, ...]] = field(default_factory=dict)
    """Of each generative step, what it kept, altered and invented."""
    candidates: Mapping[Stage, tuple[Candidates, ...]] = field(default_factory=dict)
    """Of each step that made several."""
    plates: Mapping[Stage, tuple[Path, ...]] = field(default_factory=dict)
    """Pictures of a model at work on a stage, the noisiest first; of the last step that kept some.
    """


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
    guards: dict[str, JsonValue] | None
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
        models: Models | None = None,
        device: str = "cpu",
        who: str | None = None,
    ) -> None:
        """``models`` is where the face models are that measure identity; engines have their own."""
        self._engines = engines
        self._store = store
        self._models = models
        self._faces: Faces | str | None = None
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
        evidence: dict[Stage, tuple[Path, ...]] = {}
        candidates: dict[Stage, tuple[Candidates, ...]] = {}
        plates: dict[Stage, tuple[Path, ...]] = {}
        steps = list(applicable(job, self._engines))
        for place, (step, engine, traits) in enumerate(steps):
            share = None if run is None else _portion(run, step.name, place, len(steps))
            made: list[Result] = []
            for number in range(1, step.candidates + 1):
                one = step.candidate(number)
                ready = self._ready(job, scan, one, engine, traits, image, layers)
                result = self._store.get(ready.key)
                if result is None:
                    if share is None:
                        return None
                    part = _part(share, number, step.candidates)
                    part(0.0)
                    result = self._run(job.photo, ready, part)
                made.append(result)
            result = made[step.keep - 1]
            record, faults = judged(job.photo, step, traits, made)
            if faults:
                if run is None:
                    return None
                raise StepFailed(job.photo.id, step.name, faults)
            # Read back, not kept in memory: a resumed run then sees the very same pixels.
            image = _Pixels(result.paradata.image, result.image)
            for name in traits.layers_out:
                layers[name], files[name] = self._layer(job, result, name)
            if traits.generative:
                found = result.layer_file(guards.EVIDENCE)
                evidence[step.stage] = (*evidence.get(step.stage, ()), found)
            if step.candidates > 1:
                compared = self._compared(step, made, run is not None)
                if compared is None:
                    return None
                files[DOUBT] = compared.doubt
                candidates[step.stage] = (*candidates.get(step.stage, ()), compared)
            if frames := result.frames():
                plates[step.stage] = frames
            stages[step.stage] = result
            records[step.stage] = (*records.get(step.stage, ()), record)
        if run is not None:
            run("done", 1.0)
        return Restored(job.photo, scan, stages, records, files, evidence, candidates, plates)

    def _compared(self, step: Step, made: list[Result], run: bool) -> Candidates | None:
        """Where the candidates differ; None where that is not stored and may not be made."""
        inputs = {f"candidate-{i}": each.paradata.image for i, each in enumerate(made, 1)}
        whole = Step(stage=step.stage, engine="guards", operation=DOUBT)
        key = cache_key(
            inputs=inputs,
            step=whole,
            params={},
            engine_version=str(guards.VERSION),
            weights=None,
            tiling=None,
        )
        result = self._store.get(key)
        if result is None:
            if not run:
                return None
            record = self._record(key, whole, str(guards.VERSION), inputs, time.monotonic())
            result = self._store.put(compared([each.image() for each in made]), record)
        return Candidates(step.name, step.keep, tuple(made), result.layer_file(DOUBT))

    def _ready(
        self,
        job: Job,
        scan: Path,
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
                file = retouched(job.photo, job.folder)
                assert file is not None
                inputs[fact] = _Pixels(file_digest(file), partial(read_scan, file))
            else:
                try:
                    params[fact] = fact_of(job.photo, job.folder, fact, traits)
                except ValueError as error:
                    raise StepFailed(job.photo.id, step.name, str(error)) from error
        tiling: dict[str, JsonValue] | None = None
        if traits.local:
            tiling = {"tile": TILE, "margin": traits.margin, "above": TILE_ABOVE}
        weights = engine.weights(step.operation, params)
        guarded = guards_go_by(job.photo, scan, traits) if traits.generative else None
        key = cache_key(
            inputs={name: pixels.digest for name, pixels in inputs.items()},
            step=step,
            params=params,
            engine_version=engine.traits.version,
            weights=weights,
            tiling=tiling,
            guards=guarded,
        )
        return _Ready(step, engine, traits, inputs, params, weights, tiling, guarded, key)

    def _run(self, photo: Photo, ready: _Ready, report: Report) -> Result:
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
            measured: dict[str, object] = {}
            if traits.generative:
                made, measured = self._guard(photo, ready, picture, made)
        except MemoryError as error:
            raise StepFailed(photo.id, step.name, "out of memory; use fewer workers.") from error
        except (ValueError, RekindleError, OSError, ArithmeticError) as error:
            raise StepFailed(photo.id, step.name, str(error)) from error
        digests = {name: pixels.digest for name, pixels in ready.inputs.items()}
        record = {
            **self._record(ready.key, step, ready.engine.traits.version, digests, began),
            "params": ready.params,
            "weights": ready.weights,
            "tiling": ready.tiling,
            "guards": ready.guards,
            "notes": made.notes,
            "device": self._device if traits.needs_gpu else "cpu",
            **measured,
        }
        return self._store.put(made, record)

    def _guard(
        self, photo: Photo, ready: _Ready, given: Picture, made: Picture
    ) -> tuple[Picture, dict[str, object]]:
        """The picture after the guards, and their part of its record."""
        if self._faces is None:
            self._faces = faces_of(self._models)
        assert ready.guards is not None
        width, height = cast(list[int], ready.guards["scan"])
        done = guards.guard(
            given.image,
            made,
            ready.traits,
            regions=photo.region,
            scan=(width, height),
            damage=given.layers.get("damage"),
            faces=None if isinstance(self._faces, str) else self._faces,
        )
        picture = done.picture
        if isinstance(self._faces, str):
            picture = replace(picture, notes=(*picture.notes, self._faces))
        limits = gates.limits(done.measures, ready.step.gates, chroma_only=ready.traits.chroma_only)
        return picture, {"measures": dict(done.measures), "gates": limits}

    def _record(
        self, key: str, step: Step, version: str, inputs: Mapping[str, str], began: float
    ) -> dict[str, object]:
        """What the record of every result says; ``began`` is on the monotonic clock."""
        return {
            "key": key,
            "stage": step.stage,
            "engine": step.engine,
            "engine_version": version,
            "operation": step.operation,
            "params": dict(step.params),
            "seed": step.seed,
            "weights": None,
            "tiling": None,
            "inputs": dict(inputs),
            "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "seconds": round(time.monotonic() - began, 3),
            "device": "cpu",
            "who": self._who,
            "versions": {
                "rekindle": server.__version__,
                "python": platform.python_version(),
                "numpy": np.__version__,
            },
        }

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
        if "retouched" in traits.facts and not retouched(job.photo, job.folder):
            continue
        if traits.generative and step.stage == "colour":
            # Whatever else a model does there, the photograph's lightness is not its business.
            traits = replace(traits, chroma_only=True, colours=True)
        yield step, engine, traits


def _portion(run: StepReport, name: str, place: int, steps: int) -> Report:
    return lambda share: run(name, (place + share) / steps)


def _part(share: Report, number: int, of: int) -> Report:
    return lambda done: share((number - 1 + done) / of)
