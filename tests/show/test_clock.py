"""Server time."""

import time

import pytest

from server.show.clock import SystemClock


def test_it_agrees_with_the_wall_clock_when_it_is_made() -> None:
    assert SystemClock().now() == pytest.approx(time.time() * 1000, abs=200)


def test_it_goes_on_evenly_when_the_wall_clock_is_moved(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = SystemClock()
    before = clock.now()
    monkeypatch.setattr(time, "time", lambda: 0.0)
    time.sleep(0.01)
    assert 10 <= clock.now() - before < 1000
