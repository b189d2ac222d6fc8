"""Screens and the slots in which only the newest counts.

Knows channels and nothing of the framework that carries them. No screen can delay another: what is
to be said is left in the screen's slot, and a writer of its own takes it from there.
"""

import asyncio
import logging
from typing import Literal, Protocol

from server.show.messages import Ping, Pong

SEND_LIMIT_S = 2.0
"""A screen that takes longer to accept one message has stopped reading."""

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


class Audience:
    """The screens that are told one thing. Used inside one event loop."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._writers: dict[Screen, asyncio.Task[None]] = {}

    @property
    def screens(self) -> list[Screen]:
        return list(self._writers)

    def join(self, kind: Kind, channel: Channel, news: str) -> Screen:
        """A new screen; it is told the whole ``news`` at once."""
        screen = Screen(kind, channel)
        screen.show(news)
        self._writers[screen] = asyncio.create_task(self._serve(screen))
        return screen

    def leave(self, screen: Screen) -> None:
        if writer := self._writers.pop(screen, None):
            writer.cancel()

    def tell(self, news: str) -> None:
        for screen in self._writers:
            screen.show(news)

    async def close(self) -> None:
        """Gives up every screen."""
        writers = list(self._writers.values())
        for screen in self.screens:
            self.leave(screen)
            screen.abort()
        await asyncio.gather(*writers, return_exceptions=True)

    async def _serve(self, screen: Screen) -> None:
        try:
            await screen.write()
        except TimeoutError:
            log.warning("%s: a %s stopped reading and was dropped", self._name, screen.kind)
        except ConnectionError:
            log.info("%s: a %s is gone", self._name, screen.kind)
        self._writers.pop(screen, None)
        screen.abort()
