"""What happens once a day by the clock on the wall."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.show.daily import Daily

BERLIN = ZoneInfo("Europe/Berlin")


def ms(*moment: int) -> float:
    """A moment in UTC, in ms since 1970."""
    return datetime(*moment, tzinfo=UTC).timestamp() * 1000  # type: ignore[misc,arg-type]


def minutes_a_day(cue: Daily, begins: float, hours: int) -> int:
    """Minutes in which the cue is in force, looked at every minute."""
    return sum(cue.window(begins + n * 60_000) is not None for n in range(hours * 60))


@pytest.mark.parametrize(
    ("zone", "begins"),
    [("UTC", ms(2026, 7, 1, 16)), ("Asia/Shanghai", ms(2026, 7, 1, 8))],
)
def test_it_begins_and_ends_to_the_millisecond(zone: str, begins: float) -> None:
    cue = Daily(time(16), 10, ZoneInfo(zone))
    ends = begins + 600_000
    assert cue.window(begins - 1) is None
    assert cue.window(begins) == cue.window(ends - 1) == (begins, ends)
    assert cue.window(ends) is None


def test_it_keeps_to_the_hour_on_the_wall_through_summer_time() -> None:
    cue = Daily(time(16), 10, BERLIN)
    assert cue.window(ms(2026, 3, 28, 15, 5)) is not None
    assert cue.window(ms(2026, 3, 29, 15, 5)) is None
    assert cue.window(ms(2026, 3, 29, 14, 5)) is not None
    assert cue.window(ms(2026, 10, 25, 15, 5)) is not None


def test_a_time_that_is_skipped_comes_an_hour_later_and_no_shorter() -> None:
    cue = Daily(time(2, 30), 10, BERLIN)
    assert minutes_a_day(cue, ms(2026, 3, 28, 23), 23) == 10
    assert cue.window(ms(2026, 3, 29, 1, 35)) == (ms(2026, 3, 29, 1, 30), ms(2026, 3, 29, 1, 40))


def test_a_time_that_comes_twice_counts_once() -> None:
    cue = Daily(time(2, 30), 10, BERLIN)
    assert minutes_a_day(cue, ms(2026, 10, 24, 22), 25) == 10
    assert cue.window(ms(2026, 10, 25, 0, 35)) is not None
    assert cue.window(ms(2026, 10, 25, 1, 35)) is None


def test_it_may_reach_over_midnight() -> None:
    cue = Daily(time(23, 55), 10, ZoneInfo("UTC"))
    assert cue.window(ms(2026, 5, 2, 0, 4)) == (ms(2026, 5, 1, 23, 55), ms(2026, 5, 2, 0, 5))


@given(st.integers(0, 23), st.integers(0, 59), st.integers(0, 365))
def test_every_day_has_it_once_and_whole(hour: int, minute: int, day: int) -> None:
    cue = Daily(time(hour, minute), 30, BERLIN)
    begins = datetime(2026, 1, 1, 12, tzinfo=BERLIN).timestamp() * 1000 + day * 86_400_000
    looks = (cue.window(begins + n * 600_000) for n in range(24 * 6))
    windows = {window for window in looks if window}
    assert 1 <= len(windows) <= 2
    assert all(ends - start == 30 * 60_000 for start, ends in windows)
