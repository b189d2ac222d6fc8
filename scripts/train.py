"""Trains one of the classic engine's networks: the same weights for the same seed and steps.

The rate of learning rises over the first steps, stays, and falls to nothing over the last: so a
training under way can be given another end (``--steps``) without starting again. A training may
have several such legs; each begins with the running mean, as it would ship. Every step's examples
follow from the seed and its number, so stopping and calling the same command again goes on where
the last checkpoint was. Each worker is one process with one thread that learns from its share of a
step's examples; then all take the mean of their gradients. On a shared machine that is much faster
than threads, which wait for each other at every layer.

A training can also go on from weights that ship (``--start FILE.onnx --at STEP``), with the rate
rising anew.

Usage: train.py clear|find|kinship [--photos DIR] [--to DIR] [--steps N] [--cooldown N]
       [--workers N] [--start FILE --at STEP]
"""

import argparse
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import learn_finder
import learn_kinship
import learn_net
import numpy as np
import torch
import torch.multiprocessing as processes
from learn_ageing import Batch, Course, batch, grain_fields
from learn_damage import RULED, SPECKLED, VARIED
from learn_export import export, weights
from learn_photos import Source, read_shipped, read_source
from learn_scenes import BELONGING, DECEIVING, EQUALS, FLOWERING, INSCRIBED, RARELY, RIGGED
from torch import nn

SEED, BATCH = 1974, 16
WARM_UP, KEEP = 100, 0.998
"""Steps until the highest rate of learning is reached; the running mean's share of its past."""
_SAVE_EVERY, _SAY_EVERY, _PATIENCE = 200, 50, 600


@dataclass(frozen=True, slots=True)
class Leg:
    """A part of a training, over whose end the rate of learning falls to nothing."""

    until: int
    """Its last step."""
    cooldown: int
    """Over so many steps the rate falls."""
    rate: float = 1.5e-3
    """Highest rate of learning."""


@dataclass(frozen=True, slots=True)
class Task:
    """One network, what it minimises, and what it is taught with."""

    network: type[nn.Module]
    loss: Callable[..., tuple[torch.Tensor, dict[str, float]]]
    courses: Mapping[int, Course]
    """Each from its step on."""
    legs: tuple[Leg, ...]
    source: Callable[[Path], Source]
    batch: Callable[..., Batch] = batch
    """As that of learn_ageing."""

    def course(self, step: int) -> Course:
        return self.courses[max(start for start in self.courses if start <= step)]

    def leg(self, step: int) -> tuple[Leg, int]:
        """The leg that a step belongs to, and its first step."""
        ends = [leg.until for leg in self.legs]
        number = next(number for number, end in enumerate(ends) if step < end)
        return self.legs[number], ends[number - 1] if number else 0

    def ended(self, steps: int | None, cooldown: int | None) -> "Task":
        """The same with another end, or another fall of the rate towards it."""
        last = self.legs[-1]
        until = last.until if steps is None else steps
        before = tuple(leg for leg in self.legs[:-1] if leg.until < until)
        end = next((leg for leg in self.legs if leg.until >= until), last)
        fall = end.cooldown if cooldown is None else cooldown
        return replace(self, legs=(*before, replace(end, until=until, cooldown=fall)))


_SEEN = Course(
    128,
    RARELY + DECEIVING + EQUALS,
    SPECKLED,
    faintest=(0.05, 1.5),
    enlarged=0.3,
    faces=0.15,
    sharp=0.2,
    restless=0.5,
)
_HARDER = replace(_SEEN, drawn=_SEEN.drawn + FLOWERING, kinds=RULED, plain=0.1, closer=0.25)
FINDING = {
    0: _SEEN,
    14_200: _HARDER,
    44_000: replace(
        _HARDER,
        drawn=_HARDER.drawn + INSCRIBED + RIGGED,
        kinds=VARIED,
        rates=(0.2, 0.5, 1.2, 2.5, 5.0),
        polarities=(0.05, 0.3, 0.5, 0.5, 0.7, 0.97),
    ),
}
"""The harder lessons come later (Bengio et al., Curriculum learning, 2009): what is as straight and
as sharp as a wire, as flat and as light as a petal, or as soft as all else on an enlarged print;
last, film's wear and all that is ragged, on prints with few marks or many, beside lettering, whose
strokes are as short, and masts, which are as broad."""
TASKS = {
    "clear": Task(
        learn_net.Network,
        learn_net.loss,
        {0: Course(96, BELONGING)},
        (Leg(3700, 1800),),
        read_source,
    ),
    "find": Task(
        learn_finder.Finder,
        learn_finder.loss,
        FINDING,
        (Leg(44_000, 12_000), Leg(47_000, 2800, rate=6e-4)),
        read_shipped,
    ),
    "kinship": Task(
        learn_kinship.Kinship,
        learn_kinship.loss,
        {0: Course(192, ())},
        (Leg(2400, 1200),),
        read_shipped,
        learn_kinship.batch,
    ),
}


def rate(step: int, leg: Leg, first: int = 0) -> float:
    """The rate of learning at a step of a leg that began with the ``first``: up, level, and down by
    the square root of what is done."""
    rising = min(1.0, (step - first + 1) / WARM_UP)
    over = max(0, step - (leg.until - leg.cooldown)) / max(1, leg.cooldown)
    return float(leg.rate * rising * (1 - over**0.5))


class Training:
    """Network, optimiser, running mean of the weights, and the number of steps made."""

    def __init__(self, task: Task, seed: int) -> None:
        torch.manual_seed(seed)
        self.task = task
        # Convolutions of 16-bit floats are faster with the channels innermost.
        self.network = task.network().to(memory_format=torch.channels_last)
        self.mean = task.network()
        self.mean.load_state_dict(self.network.state_dict())
        self.optimiser = self._optimiser()
        self.step = 0

    def _optimiser(self) -> torch.optim.Optimizer:
        return torch.optim.AdamW(
            self.network.parameters(), betas=(0.9, 0.99), weight_decay=1e-3, fused=True
        )

    def begin(self) -> None:
        """A leg: from the running mean, rounded as it ships, its optimiser knowing nothing."""
        shipping = {name: part.half().float() for name, part in self.mean.state_dict().items()}
        for network in (self.network, self.mean):
            network.load_state_dict(shipping)
        self.optimiser = self._optimiser()

    def slope(self, made: Batch) -> dict[str, float]:
        """Sets the gradients from one batch; the parts of the loss."""
        planes = (
            torch.from_numpy(part).contiguous(memory_format=torch.channels_last)
            if part.ndim == 4
            else torch.from_numpy(part)
            for part in made
        )
        self.optimiser.zero_grad(set_to_none=False)
        total, parts = self.task.loss(self.network, *planes)
        total.backward()
        return parts

    def gradients(self) -> torch.Tensor:
        """All gradients in one row."""
        rows = [p.grad.reshape(-1) for p in self.network.parameters() if p.grad is not None]
        return torch.cat(rows)

    def move(self, gradients: torch.Tensor, rate: float) -> None:
        """One step along the gradients, as :meth:`gradients` gives them."""
        place = 0
        for part in self.network.parameters():
            # Laid out as the weights are: a fused step takes that for granted.
            row = gradients[place : place + part.numel()].view_as(part)
            part.grad = torch.empty_like(part).copy_(row)
            place += part.numel()
        for group in self.optimiser.param_groups:
            group["lr"] = rate
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self.optimiser.step()
        self.step += 1
        keep = min(KEEP, self.step / (self.step + 10))
        with torch.no_grad():
            for old, new in zip(self.mean.parameters(), self.network.parameters(), strict=True):
                old.lerp_(new, 1 - keep)

    def start(self, path: Path, step: int) -> None:
        """Takes the weights of a file that :mod:`learn_export` wrote after ``step`` steps."""
        self.mean.load_state_dict(weights(path))
        self.begin()
        self.step = step

    def save(self, path: Path) -> None:
        part = path.with_suffix(".part")
        torch.save(
            {
                "step": self.step,
                "network": self.network.state_dict(),
                "mean": self.mean.state_dict(),
                "optimiser": self.optimiser.state_dict(),
            },
            part,
        )
        part.replace(path)

    def load(self, path: Path) -> None:
        held = torch.load(path, weights_only=True)
        self.network.load_state_dict(held["network"])
        self.mean.load_state_dict(held["mean"])
        self.optimiser.load_state_dict(held["optimiser"])
        self.step = held["step"]


def work(rank: int, given: argparse.Namespace, shared: torch.Tensor, barrier: Any) -> None:
    """One worker's training, from the checkpoint to the last step."""
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    task = TASKS[given.what].ended(given.steps, given.cooldown)
    training = Training(task, given.seed)
    checkpoint = given.to / f"{given.what}.pt"
    if checkpoint.exists():
        training.load(checkpoint)
    elif given.start:
        training.start(given.start, given.at)
    source, fields = task.source(given.photos), grain_fields(given.seed)
    since, seen = time.monotonic(), []
    places = range(rank, given.batch, given.workers)
    while training.step < task.legs[-1].until:
        leg, first = task.leg(training.step)
        if training.step == first > given.at:
            training.begin()
        course = task.course(training.step)
        made = task.batch(given.seed, training.step, places, source, fields, course)
        seen.append(training.slope(made))
        shared[rank] = training.gradients()
        barrier.wait(_PATIENCE)
        mean = shared.mean(dim=0)
        barrier.wait(_PATIENCE)
        training.move(mean, rate(training.step, leg, max(first, given.at)))
        if rank == 0 and training.step % _SAY_EVERY == 0:
            told = {name: round(float(np.mean([s[name] for s in seen])), 4) for name in seen[0]}
            pace = (time.monotonic() - since) / len(seen)
            print(json.dumps({"step": training.step, "pace": round(pace, 3), **told}), flush=True)
            since, seen = time.monotonic(), []
        if rank == 0 and (training.step % _SAVE_EVERY == 0 or training.step == leg.until):
            training.save(checkpoint)


def options(words: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("what", choices=tuple(TASKS))
    parser.add_argument("--photos", type=Path, default=Path("../shared/photos"))
    parser.add_argument("--to", type=Path, default=Path("var/training"))
    parser.add_argument("--steps", type=int, help="another end than the task's own")
    parser.add_argument("--cooldown", type=int, help="over how many steps the rate falls to it")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--batch", type=int, default=BATCH)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--start", type=Path, help="weights to begin with, as they ship")
    parser.add_argument("--at", type=int, default=0, help="the steps that made them")
    return parser.parse_args(words)


def main() -> None:
    given = options()
    given.to.mkdir(parents=True, exist_ok=True)
    size = sum(part.numel() for part in TASKS[given.what].network().parameters())
    shared = torch.zeros(given.workers, size).share_memory_()
    barrier = processes.get_context("spawn").Barrier(given.workers)
    processes.spawn(work, (given, shared, barrier), nprocs=given.workers)
    print(export(given.to / f"{given.what}.pt", given.to / f"{given.what}.onnx"))


if __name__ == "__main__":
    main()
