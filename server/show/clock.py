"""Server time; the only reader of time for the show."""

import time
from typing import Protocol


class Clock(Protocol):
    def now(self) -> float:
        """Milliseconds; never less than at an earlier call."""
        ...

    def wall(self) -> float:
        """Milliseconds since 1970 as the machine knows them now, for what happens by the hour;
        may jump when somebody sets the clock."""
        ...


class SystemClock:
    """Milliseconds since 1970 as they were known when the clock was made, and monotonic from then
    on: a corrected wall clock, a leap second or summer time never moves what is on the glass."""

    def __init__(self) -> None:
        self._epoch = time.time() * 1000 - time.monotonic() * 1000

    def now(self) -> float:
        return self._epoch + time.monotonic() * 1000

    def wall(self) -> float:
        return time.time() * 1000
