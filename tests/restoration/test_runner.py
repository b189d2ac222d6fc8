import json
import os
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path

import psutil

from server.restoration.devices import CPU, Device
from server.restoration.runner import OFFLINE, Done, Event, Failed, LocalRunner
from tests.support.restoring import jobs, recipe, slow_pipeline, tiny_pipeline
from tests.support.sets import make_set

CLEAR = recipe(("clear", "brighten"))


def outcomes(events: list[Event]) -> dict[str, Event]:
    return {event.photo: event for event in events if isinstance(event, Done | Failed)}


def test_several_processes_restore_every_photo_and_a_second_run_none(tmp_path: Path) -> None:
    folder = make_set(tmp_path / "set", photos=4)
    runner = LocalRunner(partial(tiny_pipeline, tmp_path / "store"), [CPU, CPU])
    first = outcomes(list(runner.run(jobs(folder, CLEAR))))
    assert set(first.values()) == {Done(f"photo-{n}", cached=False) for n in range(1, 5)}
    second = list(runner.run(jobs(folder, CLEAR)))
    assert set(second) == {Done(f"photo-{n}", cached=True) for n in range(1, 5)}


def test_a_photo_that_fails_or_kills_its_worker_costs_only_itself(tmp_path: Path) -> None:
    folder = make_set(tmp_path / "set", photos=4)
    works = [CLEAR, recipe(("clear", "fail")), recipe(("clear", "die")), CLEAR]
    mixed = [jobs(folder, work)[place] for place, work in enumerate(works)]
    runner = LocalRunner(partial(tiny_pipeline, tmp_path / "store"), [CPU, CPU])
    found = outcomes(list(runner.run(mixed)))
    assert found["photo-1"] == Done("photo-1", cached=False)
    assert found["photo-4"] == Done("photo-4", cached=False)
    failed = found["photo-2"], found["photo-3"]
    assert isinstance(failed[0], Failed) and "always fails" in failed[0].reason
    assert isinstance(failed[1], Failed) and "ended with code 9" in failed[1].reason


def test_a_scan_that_is_gone_is_a_failure_and_not_the_end(tmp_path: Path) -> None:
    folder = make_set(tmp_path / "set", photos=2)
    work = jobs(folder, CLEAR)
    (folder / "photos" / "photo-1" / "scan.png").unlink()
    runner = LocalRunner(partial(tiny_pipeline, tmp_path / "store"), [CPU])
    found = outcomes(list(runner.run(work)))
    assert isinstance(found["photo-1"], Failed) and "scan.png" in found["photo-1"].reason
    assert found["photo-2"] == Done("photo-2", cached=False)


SLOW = """
import sys
from functools import partial
from pathlib import Path
from server.restoration.devices import CPU
from server.restoration.runner import LocalRunner
from tests.support.restoring import jobs, recipe, slow_pipeline

if __name__ == "__main__":
    folder, store = Path(sys.argv[1]), Path(sys.argv[2])
    work = recipe(("repaired", "mark"), ("repaired", "paint"), ("clear", "brighten"))
    for event in LocalRunner(partial(slow_pipeline, store), [CPU, CPU]).run(jobs(folder, work)):
        print(event, flush=True)
"""


def test_kill_minus_nine_loses_at_most_the_step_under_way(tmp_path: Path) -> None:
    folder = make_set(tmp_path / "set", photos=2)
    script = tmp_path / "slow.py"
    script.write_text(SLOW)
    run = subprocess.Popen(
        [sys.executable, str(script), str(folder), str(tmp_path / "store")],
        cwd=Path(__file__).parents[2],
        env={**os.environ, "PYTHONPATH": "."},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert run.stdout is not None
    for line in run.stdout:
        if "paint" in line:
            break
    children = psutil.Process(run.pid).children(recursive=True)
    run.send_signal(signal.SIGKILL)
    run.communicate()
    _, alive = psutil.wait_procs(children, timeout=20)
    assert not alive, "workers outlive the run that started them"
    records = list((tmp_path / "store" / "objects").glob("*/*/paradata.json"))
    assert records, "the steps done before the kill are kept"
    kept = {record: record.stat().st_mtime_ns for record in records}
    runner = LocalRunner(partial(tiny_pipeline, tmp_path / "store"), [CPU, CPU])
    work = recipe(("repaired", "mark"), ("repaired", "paint"), ("clear", "brighten"))
    found = outcomes(list(runner.run(jobs(folder, work))))
    assert set(found.values()) == {Done(f"photo-{n}", cached=False) for n in (1, 2)}
    assert {record: record.stat().st_mtime_ns for record in records} == kept


def test_a_process_a_device_and_every_device_at_work(tmp_path: Path) -> None:
    folder = make_set(tmp_path / "set", photos=4)
    devices = [Device("cpu", "first"), Device("cpu", "second")]
    work = recipe(("clear", "compute"))
    runner = LocalRunner(partial(slow_pipeline, tmp_path / "store"), devices)
    found = outcomes(list(runner.run(jobs(folder, work))))
    assert set(found.values()) == {Done(f"photo-{n}", cached=False) for n in range(1, 5)}
    records = (tmp_path / "store" / "objects").glob("*/*/paradata.json")
    used = [json.loads(record.read_text())["device"] for record in records]
    assert set(used) == {"cpu (first)", "cpu (second)"}


def test_a_worker_that_died_is_replaced_on_its_device(tmp_path: Path) -> None:
    folder = make_set(tmp_path / "set", photos=3)
    works = [recipe(("clear", "die")), recipe(("clear", "compute")), recipe(("clear", "compute"))]
    mixed = [jobs(folder, work)[place] for place, work in enumerate(works)]
    runner = LocalRunner(partial(tiny_pipeline, tmp_path / "store"), [Device("cpu", "only")])
    found = outcomes(list(runner.run(mixed)))
    assert isinstance(found["photo-1"], Failed)
    assert found["photo-3"] == Done("photo-3", cached=False)
    records = (tmp_path / "store" / "objects").glob("*/*/paradata.json")
    assert {json.loads(r.read_text())["device"] for r in records} == {"cpu (only)"}


def test_a_restoring_process_is_offline(tmp_path: Path) -> None:
    folder = make_set(tmp_path / "set", photos=1)
    runner = LocalRunner(partial(tiny_pipeline, tmp_path / "store"), [CPU])
    found = outcomes(list(runner.run(jobs(folder, recipe(("clear", "environment"))))))
    failed = found["photo-1"]
    assert isinstance(failed, Failed)
    assert all(f"{name}={value}" in failed.reason for name, value in OFFLINE.items())
