"""One station: a task owns its state, and every screen has a slot in which only the newest counts.

Knows channels and nothing of the framework that carries them. No screen can delay another: what is
to be said is left in the screen's slot, and a writer of its own takes it from there.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Literal, Protocol

from server.editions.model import Edition
from server.show.clock import Clock
from server.show.messages import Closed, Ping, Pong
from server.show.rules import next_deadline, step
from server.show.state import Event, Published, ShowState, Timing, opening, snapshot

SEND_LIMIT_S = 2.0
"""A screen that takes longer to accept one message has stopped reading."""
RECOVERY_S = 0.5
"""After a fault of our own, so that one that repeats does not take the processor."""
INBOX = 256
"""Messages that may wait for the station; whoever sends more waits."""

Kind = Literal["kiosk", "projection"]

log = logging.getLogger(__name__)


class Channel(Protocol):
    """The way to one screen."""

    async def send(self, text: str) -> None:
        """Raises ConnectionError where the screen is gone. May be cancelled."""
        ...

    def abort(self) -> None:
        """Gives the screen up, without waiting for it."""
        ...


class Screen:
    """One screen's slots, one for the show and one for its pong: newer replaces older."""

    def __init__(self, kind: Kind, channel: Channel) -> None:
        self.kind = kind
        self._channel = channel
        self._show: str | None = None
        self._pong: str | None = None
        self._waiting = asyncio.Event()

    def show(self, text: str) -> None:
        self._show = text
        self._waiting.set()

    def answer(self, ping: Ping, now: float) -> None:
        self._pong = Pong(sent=ping.sent, now=now).model_dump_json()
        self._waiting.set()

    async def write(self) -> None:
        """Sends what lies in the slots, until the screen is gone or stops reading.

        Raises ConnectionError or TimeoutError.
        """
        while True:
            await self._waiting.wait()
            self._waiting.clear()
            pong, self._pong = self._pong, None
            show, self._show = self._show, None
            for text in (pong, show):
                if text is not None:
                    async with asyncio.timeout(SEND_LIMIT_S):
                        await self._channel.send(text)

    def abort(self) -> None:
        self._channel.abort()


class Hub:
    """A station's show and its screens. Made, started and stopped inside one event loop."""

    def __init__(
        self, station: str, clock: Clock, timing: Timing, url: Callable[[Edition], str]
    ) -> None:
        self.station = station
        self.state: ShowState | None = None
        self._clock = clock
        self._timing = timing
        self._url = url
        self._inbox: asyncio.Queue[Event] = asyncio.Queue(INBOX)
        self._writers: dict[Screen, asyncio.Task[None]] = {}
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name=f"station {self.station}")

    async def stop(self) -> None:
        """Ends the station and gives up its screens."""
        tasks = [task for task in (self._task, *self._writers.values()) if task]
        for screen in list(self._writers):
            self.leave(screen)
            screen.abort()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    @property
    def screens(self) -> list[Screen]:
        return list(self._writers)

    def join(self, kind: Kind, channel: Channel) -> Screen:
        """A new screen; it is told the whole show at once."""
        screen = Screen(kind, channel)
        screen.show(self._news())
        self._writers[screen] = asyncio.create_task(self._serve(screen))
        return screen

    def leave(self, screen: Screen) -> None:
        if writer := self._writers.pop(screen, None):
            writer.cancel()

    def answer(self, screen: Screen, ping: Ping) -> None:
        """Tells one screen the time."""
        screen.answer(ping, self._clock.now())

    async def post(self, event: Event) -> None:
        """Leaves something for the station to act on; waits while its inbox is full."""
        await self._inbox.put(event)

    async def settled(self) -> None:
        """Returns when all that was posted before has been acted on."""
        await self._inbox.join()

    async def _serve(self, screen: Screen) -> None:
        try:
            await screen.write()
        except TimeoutError:
            log.warning("%s: a %s stopped reading and was dropped", self.station, screen.kind)
        except ConnectionError:
            log.info("%s: a %s is gone", self.station, screen.kind)
        self._writers.pop(screen, None)
        screen.abort()

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
            if self.state is not None:
                self.state = step(self.state, None, now)
                if self.state.revision != before:
                    self._tell()
        finally:
            for _ in events:
                self._inbox.task_done()

    def _begin_again(self) -> None:
        if self.state is not None:
            edition = self.state.next_edition or self.state.edition
            self.state = opening(edition, self._clock.now(), self._timing)
            self._tell()

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

    def _apply(self, event: Event, now: float) -> None:
        if self.state is not None:
            self.state = step(self.state, event, now)
        elif isinstance(event, Published):
            self.state = opening(event.edition, now, self._timing)

    def _news(self) -> str:
        if self.state is None:
            return Closed().model_dump_json()
        url = self._url(self.state.edition)
        return snapshot(self.state, url, self._clock.now()).model_dump_json()

    def _tell(self) -> None:
        news = self._news()
        for screen in self._writers:
            screen.show(news)
