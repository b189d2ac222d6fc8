"""One station: a task owns its state, and tells every screen the whole of it.

Knows channels and nothing of the framework that carries them.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Protocol

from server.editions.model import Edition
from server.show.clock import Clock
from server.show.messages import Closed, Ping, Place
from server.show.rules import next_deadline, step
from server.show.screens import Audience, Channel, Kind, Screen
from server.show.state import OWN_PLACE, Event, Published, ShowState, Timing, opening, snapshot

RECOVERY_S = 0.5
"""After a fault of our own, so that one that repeats does not take the processor."""
INBOX = 256
"""Messages that may wait for the station; whoever sends more waits."""

log = logging.getLogger(__name__)


class Watcher(Protocol):
    """Somebody who looks on, and cannot stop the show."""

    def saw(self, hub: "Hub", before: ShowState | None, event: Event | None, now: float) -> None:
        """After every step of the station: what it was, and what happened (None: time passed)."""
        ...


class Hub:
    """A station's show and its screens. Made, started and stopped inside one event loop."""

    def __init__(
        self,
        station: str,
        clock: Clock,
        timing: Timing,
        url: Callable[[Edition], str],
        *,
        place: Place = OWN_PLACE,
        watchers: Sequence[Watcher] = (),
    ) -> None:
        self.station = station
        self.state: ShowState | None = None
        self._clock = clock
        self._timing = timing
        self._url = url
        self._inbox: asyncio.Queue[Event] = asyncio.Queue(INBOX)
        self._place = place
        self._watchers = tuple(watchers)
        self._audience = Audience(station)
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name=f"station {self.station}")

    async def stop(self) -> None:
        """Ends the station and gives up its screens."""
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self._audience.close()

    @property
    def screens(self) -> list[Screen]:
        return self._audience.screens

    def join(self, kind: Kind, channel: Channel) -> Screen:
        """A new screen; it is told the whole show at once."""
        return self._audience.join(kind, channel, self._news())

    def leave(self, screen: Screen) -> None:
        self._audience.leave(screen)

    def answer(self, screen: Screen, ping: Ping) -> None:
        """Tells one screen the time."""
        screen.answer(ping, self._clock.now())

    async def post(self, event: Event) -> None:
        """Leaves something for the station to act on; waits while its inbox is full."""
        await self._inbox.put(event)

    def nudge(self, event: Event) -> None:
        """As ``post``, but dropped where the inbox is full: whoever nudges does so again."""
        with suppress(asyncio.QueueFull):
            self._inbox.put_nowait(event)

    async def settled(self) -> None:
        """Returns when all that was posted before has been acted on."""
        await self._inbox.join()

    async def _run(self) -> None:
        while True:
            try:
                await self._turn()
            except Exception:
                # Whatever goes wrong in a turn, the show goes on.
                log.exception("%s: the show begins again", self.station)
                self._begin_again()
                await asyncio.sleep(RECOVERY_S)

    async def _turn(self) -> None:
        events = await self._events()
        before = self.state and self.state.revision
        now = self._clock.now()
        try:
            for event in events:
                self._apply(event, now)
            self._apply(None, now)
            if self.state is not None and self.state.revision != before:
                self._tell()
        finally:
            for _ in events:
                self._inbox.task_done()

    def _begin_again(self) -> None:
        if self.state is not None:
            before, now = self.state, self._clock.now()
            edition = before.next_edition or before.edition
            anew = opening(edition, now, self._timing, self._place)
            self.state = replace(anew, lights_out=before.lights_out, turn=before.turn)
            self._tell()
            self._watched(before, None, now)

    async def _events(self) -> list[Event]:
        """All that has happened, as soon as something has; none when a deadline passes."""
        due = next_deadline(self.state) if self.state else None
        wait = None if due is None else max(0.0, due - self._clock.now()) / 1000
        events: list[Event] = []
        with suppress(TimeoutError):
            async with asyncio.timeout(wait):
                events.append(await self._inbox.get())
        while not self._inbox.empty():
            events.append(self._inbox.get_nowait())
        return events

    def _apply(self, event: Event | None, now: float) -> None:
        before = self.state
        if before is not None:
            self.state = step(before, event, now)
        elif isinstance(event, Published):
            self.state = opening(event.edition, now, self._timing, self._place)
        if self.state is not before:
            self._watched(before, event, now)

    def _watched(self, before: ShowState | None, event: Event | None, now: float) -> None:
        for watcher in self._watchers:
            try:
                watcher.saw(self, before, event, now)
            except Exception:
                log.exception("%s: somebody looking on has failed", self.station)

    def _news(self) -> str:
        if self.state is None:
            return Closed().model_dump_json()
        url = self._url(self.state.edition)
        return snapshot(self.state, url, self._clock.now()).model_dump_json()

    def _tell(self) -> None:
        self._audience.tell(self._news())
