"""The museum's own numbers: sums by day in SQLite, and nothing about a person.

Written by a thread of its own. A database that is locked, full or gone costs numbers, never the
show.
"""

import csv
import io
import logging
import sqlite3
import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from pathlib import Path

from server.show.hub import Hub
from server.show.numbers import Count, Look
from server.show.state import Event, ShowState

BUSY_S = 5.0
WRITES_EVERY_S = 2.0
STOP_LIMIT_S = 15.0
"""Longer than a write waits for a locked database, more than once."""
MOST_KEPT = 10_000
"""Different sums kept while the database cannot be written; more are dropped."""
COLUMNS = ("day", "set", "what", "subject", "detail", "times", "seconds")

SCHEMA = """
CREATE TABLE IF NOT EXISTS number (
    day TEXT NOT NULL, "set" TEXT NOT NULL, what TEXT NOT NULL,
    subject TEXT NOT NULL, detail TEXT NOT NULL,
    times INTEGER NOT NULL, seconds REAL NOT NULL,
    PRIMARY KEY (day, "set", what, subject, detail)
) STRICT, WITHOUT ROWID;
"""
ADD = """
INSERT INTO number VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET times = times + excluded.times, seconds = seconds + excluded.seconds
"""

log = logging.getLogger(__name__)

_Key = tuple[str, str, str, str, str]


@dataclass(frozen=True, slots=True)
class Sum:
    """One day's sum."""

    day: str
    """ISO 8601, in the museum's time zone."""
    set_id: str
    what: str
    subject: str
    detail: str
    times: int
    seconds: float


class Numbers:
    """Looks on at every station, and adds up. ``add`` may be called from any thread."""

    def __init__(
        self,
        path: Path,
        zone: tzinfo,
        wall: Callable[[], float],
        *,
        every_s: float = WRITES_EVERY_S,
    ) -> None:
        """``wall``: ms since 1970; ``every_s``: seconds between two writes."""
        self._path = path
        self._zone = zone
        self._wall = wall
        self._every = every_s
        self._looks: dict[str, Look] = {}
        self._times: Counter[_Key] = Counter()
        self._seconds: defaultdict[_Key, float] = defaultdict(float)
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._fails = False

    def saw(self, hub: Hub, before: ShowState | None, event: Event | None, now: float) -> None:
        """A step of a station; see ``server.show.hub.Watcher``."""
        if before is None or hub.state is None:
            return
        look = self._looks.get(hub.station, Look())
        self._looks[hub.station], counts = look.after(before, event, hub.state, now)
        for count in counts:
            self.add(count)

    def add(self, count: Count) -> None:
        """Adds to today's sum."""
        day = datetime.fromtimestamp(self._wall() / 1000, UTC).astimezone(self._zone).date()
        key = (day.isoformat(), count.set_id, count.what, count.subject, count.detail)
        with self._lock:
            if key in self._times or len(self._times) < MOST_KEPT:
                self._times[key] += count.times
                self._seconds[key] += count.seconds

    def start(self) -> None:
        self._stopping.clear()
        self._thread = threading.Thread(target=self._run, name="numbers", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Writes what is left, and returns when that is done or has failed."""
        if self._thread is not None:
            self._stopping.set()
            self._thread.join(STOP_LIMIT_S)
            self._thread = None

    def sums(self, set_id: str | None = None) -> list[Sum]:
        """What is written, oldest first; none where there is no database yet."""
        where, values = ('WHERE "set" = ?', (set_id,)) if set_id is not None else ("", ())
        try:
            with closing(self._open()) as database:
                query = f"SELECT * FROM number {where} ORDER BY day, what, subject, detail"
                return [Sum(*row) for row in database.execute(query, values)]
        except sqlite3.Error:
            log.exception("the numbers cannot be read")
            return []

    def _run(self) -> None:
        while not self._stopping.wait(self._every):
            self._write()
        self._write()

    def _write(self) -> None:
        with self._lock:
            times, seconds = self._times, self._seconds
            self._times, self._seconds = Counter(), defaultdict(float)
        if not times:
            return
        try:
            with closing(self._open()) as database, database:
                rows = [(*key, count, seconds[key]) for key, count in times.items()]
                database.executemany(ADD, rows)
            self._fails = False
        except (sqlite3.Error, OSError):
            if not self._fails:
                log.exception("the numbers cannot be written; they are kept until they can")
            self._fails = True
            self._keep(times, seconds)

    def _keep(self, times: Counter[_Key], seconds: defaultdict[_Key, float]) -> None:
        with self._lock:
            for key, count in times.items():
                if key in self._times or len(self._times) < MOST_KEPT:
                    self._times[key] += count
                    self._seconds[key] += seconds[key]

    def _open(self) -> sqlite3.Connection:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        database = sqlite3.connect(self._path, timeout=BUSY_S)
        database.execute("PRAGMA journal_mode = WAL")
        database.executescript(SCHEMA)
        return database


def as_csv(sums: Iterable[Sum]) -> str:
    """The sums as a spreadsheet reads them: RFC 4180, a line a sum."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for each in sums:
        row: Sequence[object] = (
            each.day,
            each.set_id,
            each.what,
            each.subject,
            each.detail,
            each.times,
            round(each.seconds, 1),
        )
        writer.writerow(row)
    return text.getvalue()
