"""What happens once a day by the clock on the wall. Pure: the moment and the zone are given."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo


@dataclass(frozen=True, slots=True)
class Daily:
    """From a time of day on, for some minutes, in a time zone.

    On the day the clocks go forward a time that is skipped comes as much later; on the day they go
    back a time that comes twice counts once, the first time.
    """

    at: time
    minutes: float
    zone: tzinfo

    def window(self, wall: float) -> tuple[float, float] | None:
        """The (beginning, end) in force at ``wall``, all ms since 1970; None outside of it."""
        today = datetime.fromtimestamp(wall / 1000, UTC).astimezone(self.zone).date()
        # Yesterday's may reach over midnight.
        for day in (today - timedelta(days=1), today):
            begins = datetime.combine(day, self.at, self.zone).timestamp() * 1000
            ends = begins + self.minutes * 60_000
            if begins <= wall < ends:
                return begins, ends
        return None
