"""Many photos on one machine: one process a worker, progress, resume.

A worker that dies (out of memory, a broken decoder) costs its photo, not the run; a run that is
killed takes its workers with it.
"""

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess

from server.errors import RekindleError, StepFailed
from server.restoration.devices import CPU, Device
from server.restoration.pipeline import Job, Pipeline

OFFLINE = {
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "DIFFUSERS_DISABLE_REMOTE_CODE": "1",
}
"""What keeps model libraries from the network; they read it when they are loaded."""


@dataclass(frozen=True, slots=True)
class Progress:
    """A photo is at ``step``; ``share`` of it is done, 0..1."""

    photo: str
    step: str
    share: float


@dataclass(frozen=True, slots=True)
class Done:
    """A photo has all its stages. ``cached``: nothing had to run."""

    photo: str
    cached: bool


@dataclass(frozen=True, slots=True)
class Failed:
    """A photo could not be restored; the others go on."""

    photo: str
    reason: str


Event = Progress | Done | Failed


@dataclass(slots=True)
class _Worker:
    process: SpawnProcess
    pipe: "Connection[Job | None, Event]"
    photo: str
    device: Device


class LocalRunner:
    """Runs jobs in a process a device.

    Args:
        make_pipeline: builds a worker's pipeline for its device; a function of a module, so that
            it can be named in another process.
        devices: one for each process; the same one several times for several processes on it.
    """

    def __init__(
        self, make_pipeline: Callable[[Device], Pipeline], devices: Sequence[Device]
    ) -> None:
        self._make_pipeline = make_pipeline
        self._devices = tuple(devices) or (CPU,)

    def run(self, jobs: Sequence[Job]) -> Iterator[Event]:
        """Restores every job; yields what happens as it happens, each photo ending in Done or
        Failed. Closing the iterator ends the workers."""
        pipeline = self._make_pipeline(self._devices[0])
        waiting: list[Job] = []
        for job in jobs:
            try:
                complete = pipeline.look_up(job) is not None
            except (RekindleError, OSError) as error:
                yield Failed(job.photo.id, str(error))
                continue
            if complete:
                yield Done(job.photo.id, cached=True)
            else:
                waiting.append(job)
        yield from self._run_all(waiting)

    def _run_all(self, waiting: list[Job]) -> Iterator[Event]:
        queue = list(reversed(waiting))
        busy: list[_Worker] = []
        try:
            for device in self._devices[: len(queue)]:
                busy.append(self._start(queue.pop(), device))
            while busy:
                for pipe in wait([worker.pipe for worker in busy]):
                    worker = next(worker for worker in busy if worker.pipe is pipe)
                    event = _receive(worker)
                    yield event
                    if isinstance(event, Progress):
                        continue
                    busy.remove(worker)
                    if not queue:
                        _dismiss(worker)
                    elif worker.process.is_alive():
                        busy.append(_hand_over(worker, queue.pop()))
                    else:
                        busy.append(self._start(queue.pop(), worker.device))
        finally:
            for worker in busy:
                worker.process.terminate()
                worker.process.join()

    def _start(self, job: Job, device: Device) -> _Worker:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        make = partial(self._make_pipeline, device)
        process = context.Process(target=_work, args=(make, theirs), daemon=True)
        process.start()
        theirs.close()
        return _hand_over(_Worker(process, ours, job.photo.id, device), job)


def _hand_over(worker: _Worker, job: Job) -> _Worker:
    worker.photo = job.photo.id
    worker.pipe.send(job)
    return worker


def _receive(worker: _Worker) -> Event:
    try:
        return worker.pipe.recv()
    except EOFError:
        worker.process.join()
        code = worker.process.exitcode
        hint = " (killed: not enough memory? Use fewer workers)" if code == -9 else ""
        return Failed(worker.photo, f"its process ended with code {code}{hint}.")


def _dismiss(worker: _Worker) -> None:
    if worker.process.is_alive():
        worker.pipe.send(None)
    worker.process.join()


def _work(make_pipeline: Callable[[], Pipeline], pipe: "Connection[Event, Job | None]") -> None:
    """A worker's life. Ends when told to, or when the run that started it is gone."""
    os.environ.update(OFFLINE)
    pipeline = make_pipeline()
    try:
        while (job := pipe.recv()) is not None:
            pipe.send(_restore(pipeline, job, pipe.send))
    except (EOFError, BrokenPipeError):
        return


def _restore(pipeline: Pipeline, job: Job, tell: Callable[[Event], None]) -> Event:
    photo = job.photo.id
    try:
        pipeline.restore(job, lambda step, share: tell(Progress(photo, step, share)))
    except StepFailed as error:
        # The event names the photo already.
        return Failed(photo, f"step {error.step} failed: {error.reason}")
    except RekindleError as error:
        return Failed(photo, str(error))
    except Exception as error:  # noqa: BLE001 - the edge of a process: name it, go on
        return Failed(photo, f"{type(error).__name__}: {error}")
    return Done(photo, cached=False)
