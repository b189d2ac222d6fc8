"""Time of a run in which everything is cached: `rekindle restore` over 10, 100 and 1,000 photos.

The set is real and really restored once (small scans, so that it fits a coffee break); measured is
the second run as a curator starts it: opening and checking the set, then looking every photo up.
"""

import sys
import tempfile
import time
from pathlib import Path

from measuring import say

from server.assembly import Workshop
from server.restoration.runner import Done
from server.settings import Settings
from tests.support.sets import make_set


def measure(photos: int) -> None:
    with tempfile.TemporaryDirectory() as place:
        folder = make_set(Path(place) / "set", photos=photos, size=(96, 72))
        workshop = Workshop(Settings(home=Path(place) / "home"))
        jobs = workshop.jobs(workshop.open(folder))
        for event in workshop.restore(jobs, workshop.prepare(jobs)):
            if not isinstance(event, Done) and hasattr(event, "reason"):
                sys.exit(f"{event.photo}: {event.reason}")
        began = time.monotonic()
        jobs = workshop.jobs(workshop.open(folder))
        events = list(workshop.restore(jobs, workshop.prepare(jobs)))
        spent = time.monotonic() - began
        if not all(isinstance(event, Done) and event.cached for event in events):
            sys.exit("the second run redid something")
        say("set", f"set.cached_ms_per_photo_{photos}", 1000 * spent / photos, "ms")


if __name__ == "__main__":
    for wanted in [int(word) for word in sys.argv[1:]] or [10, 100, 1000]:
        measure(wanted)
