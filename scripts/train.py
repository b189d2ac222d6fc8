"""Trains one of the classic engine's networks: the same weights for the same seed and steps.

The rate of learning rises over the first steps, stays, and falls to nothing over the last: so a
training under way can be given another end (``--steps``) without starting again. A training may
have several such legs; each begins with the running mean, as it would ship. Every step's examples
follow from the seed and its number, so stopping and calling the same command again goes on where
the last checkpoint was. Where torch finds an accelerator, one process learns on it, and workers,
one for each core, make the examples. Without one, each of two workers is a process with one thread
that learns from its share of a step's examples; then all take the mean of their gradients. On a
shared machine that is much faster than threads, which wait for each other at every layer.

A training can also go on from weights that ship (``--start FILE.onnx --at STEP``), with the rate
rising anew.

Usage: train.py clear|find|find-soft|mend|kinship [--photos DIR] [--to DIR] [--steps N]
       [--cooldown N] [--device cpu|cuda|...] [--workers N] [--start FILE --at STEP]
"""

import argparse
import json
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import torch
import torch.multiprocessing as processes
from learn_ageing import Batch, grain_fields
from learn_export import export, weights
from learn_tasks import TASKS, Leg, Task
from torch.utils.data import DataLoader, Dataset

SEED = 1974
CPU = torch.device("cpu")
WARM_UP, KEEP = 100, 0.998
"""Steps until the highest rate of learning is reached; the running mean's share of its past."""
_SAVE_EVERY, _SAY_EVERY, _PATIENCE = 200, 50, 600


def rate(step: int, leg: Leg, first: int = 0) -> float:
    """The rate of learning at a step of a leg that began with the ``first``: up, level, and down by
    the square root of what is done."""
    rising = min(1.0, (step - first + 1) / WARM_UP)
    over = max(0, step - (leg.until - leg.cooldown)) / max(1, leg.cooldown)
    return float(leg.rate * rising * (1 - over**0.5))


class Training:
    """Network, optimiser, running mean of the weights, and the number of steps made."""

    def __init__(self, task: Task, seed: int, device: torch.device = CPU) -> None:
        torch.manual_seed(seed)
        self.task, self.device = task, device
        # Convolutions of 16-bit floats are faster with the channels innermost.
        self.network = task.network().to(device, memory_format=torch.channels_last)
        self.mean = task.network().to(device)
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

    def slope(self, made: Sequence[torch.Tensor]) -> dict[str, torch.Tensor]:
        """Sets the gradients from one batch; the parts of the loss."""
        there = (part.to(self.device, non_blocking=True) for part in made)
        planes = (
            part.contiguous(memory_format=torch.channels_last) if part.ndim == 4 else part
            for part in there
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
        held = torch.load(path, map_location=self.device, weights_only=True)
        self.network.load_state_dict(held["network"])
        self.mean.load_state_dict(held["mean"])
        self.optimiser.load_state_dict(held["optimiser"])
        self.step = held["step"]


class Examples(Dataset):  # type: ignore[misc]  # torch is not typed here
    """Each step's batch by the step's number: from the ``first`` example every so many (``apart``),
    which one worker learns from."""

    def __init__(self, task: Task, given: argparse.Namespace, first: int, apart: int) -> None:
        self._task, self._seed, self._first, self._apart = task, given.seed, first, apart
        self._source, self._fields = task.source(given.photos), grain_fields(given.seed)

    def __getitem__(self, step: int) -> Batch:
        course = self._task.course(step)
        places = range(self._first, course.count, self._apart)
        return self._task.batch(self._seed, step, places, self._source, self._fields, course)


@dataclass(frozen=True, slots=True)
class Crew:
    """Workers that learn together from a step's examples."""

    rows: torch.Tensor
    """The gradients of each, (workers, weights), in shared memory."""
    barrier: Any

    def mean(self, rank: int, gradients: torch.Tensor) -> torch.Tensor:
        """What all take instead of each its own."""
        self.rows[rank] = gradients
        self.barrier.wait(_PATIENCE)
        mean = self.rows.mean(dim=0)
        self.barrier.wait(_PATIENCE)
        return mean


def work(rank: int, given: argparse.Namespace, crew: Crew | None = None) -> None:
    """One worker's training with its crew, from the checkpoint to the last step; or the whole
    training, with processes that make the examples."""
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    if given.device != CPU:
        # Else the same steps would give other weights each time.
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
        torch.use_deterministic_algorithms(True, warn_only=True)
    task = TASKS[given.what].ended(given.steps, given.cooldown)
    training = Training(task, given.seed, given.device)
    checkpoint = given.to / f"{given.what}.pt"
    if checkpoint.exists():
        training.load(checkpoint)
    elif given.start:
        training.start(given.start, given.at)
    shares = (rank, given.workers) if crew else (0, 1)
    batches = DataLoader(
        Examples(task, given, *shares),
        batch_size=None,
        sampler=range(training.step, task.legs[-1].until),
        num_workers=0 if crew else given.workers,
        pin_memory=given.device != CPU,
    )
    since, seen = time.monotonic(), []
    for made in batches:
        leg, first = task.leg(training.step)
        if training.step == first > given.at:
            training.begin()
        seen.append(training.slope(made))
        gradients = training.gradients()
        gradients = crew.mean(rank, gradients) if crew else gradients
        training.move(gradients, rate(training.step, leg, max(first, given.at)))
        if rank == 0 and training.step % _SAY_EVERY == 0:
            told = {
                name: round(float(torch.stack([parts[name] for parts in seen]).mean()), 4)
                for name in seen[0]
            }
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
    parser.add_argument(
        "--device",
        type=torch.device,
        default=torch.accelerator.current_accelerator(check_available=True) or CPU,
        help="the accelerator, where there is one",
    )
    parser.add_argument(
        "--workers",
        type=int,
        help="processes that learn (2 without an accelerator) or make examples (one for each core)",
    )
    parser.add_argument("--start", type=Path, help="weights to begin with, as they ship")
    parser.add_argument("--at", type=int, default=0, help="the steps that made them")
    given = parser.parse_args(words)
    given.workers = given.workers or (2 if given.device == CPU else os.cpu_count() or 1)
    return given


def shipped(given: argparse.Namespace) -> str:
    """Writes the file that ships from the last checkpoint; its digest."""
    files = (given.to / f"{given.what}.{kind}" for kind in ("pt", "onnx"))
    return export(*files, in_bytes=TASKS[given.what].in_bytes)


def main() -> None:
    given = options()
    given.to.mkdir(parents=True, exist_ok=True)
    if given.device == CPU:
        size = sum(part.numel() for part in TASKS[given.what].network().parameters())
        rows = torch.zeros(given.workers, size).share_memory_()
        crew = Crew(rows, processes.get_context("spawn").Barrier(given.workers))
        processes.spawn(work, (given, crew), nprocs=given.workers)
    else:
        work(0, given)
    print(shipped(given))


if __name__ == "__main__":
    main()
