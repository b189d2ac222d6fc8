"""A token bucket a name: how often something may be tried."""

from dataclasses import dataclass

MOST_NAMES = 10_000


@dataclass(frozen=True, slots=True)
class _Bucket:
    tokens: float
    at: float


class Throttle:
    """Each name may try ``burst`` times, and once more every ``every_s`` seconds."""

    def __init__(self, burst: int, every_s: float) -> None:
        self._burst = float(burst)
        self._every = every_s
        self._buckets: dict[str, _Bucket] = {}

    def take(self, name: str, now: float) -> bool:
        """Whether ``name`` may try at ``now``, in seconds; a try that may not costs nothing."""
        bucket = self._buckets.pop(name, _Bucket(self._burst, now))
        tokens = min(self._burst, bucket.tokens + (now - bucket.at) / self._every)
        allowed = tokens >= 1
        # Put back last: the oldest stand first, and go first where there are too many.
        self._buckets[name] = _Bucket(tokens - allowed, now)
        if len(self._buckets) > MOST_NAMES:
            del self._buckets[next(iter(self._buckets))]
        return allowed
