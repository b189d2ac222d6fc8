"""A station's task and its screens."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from server.editions.model import Edition
from server.show import hub as hub_module
from server.show import screens as screens_module
from server.show.clock import SystemClock
from server.show.hub import Hub
from server.show.messages import (
    ChooseLanguage,
    Closed,
    OpenPhoto,
    Ping,
    Pong,
    Snapshot,
    Touch,
    server_message,
)
from server.show.rules import step as rules
from server.show.state import Event, Published, ShowState, Timing
from server.show.stations import edition_url
from tests.support.timeless import edition


class RecordingChannel:
    """Keeps what it is sent; can be told to stall or to break."""

    def __init__(self) -> None:
        self.sent: asyncio.Queue[Snapshot | Pong | Closed] = asyncio.Queue()
        self.flowing = asyncio.Event()
        self.flowing.set()
        self.broken = False
        self.aborted = False

    async def send(self, text: str) -> None:
        await self.flowing.wait()
        if self.broken:
            raise ConnectionError("cut")
        self.sent.put_nowait(server_message.validate_json(text))

    def abort(self) -> None:
        self.aborted = True

    async def next(self) -> Snapshot | Pong | Closed:
        return await asyncio.wait_for(self.sent.get(), 2)

    async def snapshot(self) -> Snapshot:
        message = await self.next()
        assert isinstance(message, Snapshot)
        return message


@asynccontextmanager
async def station(shown: Edition | None = None, timing: Timing | None = None) -> AsyncIterator[Hub]:
    """A running hub; with ``shown`` published."""
    hub = Hub("hall", SystemClock(), timing or Timing(), edition_url)
    hub.start()
    if shown is not None:
        await hub.post(Published(shown))
        await settled()
    yield hub
    await hub.stop()


async def settled() -> None:
    """Lets every task that can go on do so."""
    for _ in range(20):
        await asyncio.sleep(0)


def test_a_screen_waits_and_is_told_when_something_is_published() -> None:
    async def scenario() -> None:
        async with station() as hub:
            screen = RecordingChannel()
            hub.join("projection", screen)
            assert isinstance(await screen.next(), Closed)
            await hub.post(Published(edition()))
            shown = await screen.snapshot()
            assert shown.edition.url == "/editions/games/1/"
            assert shown.view == "attract"

    asyncio.run(scenario())


def test_a_touch_before_anything_is_published_is_no_fault() -> None:
    async def scenario() -> None:
        async with station() as hub:
            await hub.post(Touch())
            await hub.post(Published(edition()))
            await settled()
            assert hub.state is not None and hub.state.view == "attract"

    asyncio.run(scenario())


def test_a_joining_screen_needs_one_message() -> None:
    async def scenario() -> None:
        async with station(edition()) as hub:
            first = RecordingChannel()
            hub.join("kiosk", first)
            await first.snapshot()
            await hub.post(OpenPhoto(photo="gold"))
            followed = await first.snapshot()
            late = RecordingChannel()
            hub.join("projection", late)
            told = await late.snapshot()
            assert told.model_copy(update={"now": 0}) == followed.model_copy(update={"now": 0})
            assert told.now >= followed.now

    asyncio.run(scenario())


def test_what_changes_nothing_is_told_to_nobody() -> None:
    async def scenario() -> None:
        async with station(edition()) as hub:
            screen = RecordingChannel()
            hub.join("kiosk", screen)
            await screen.snapshot()
            await hub.post(OpenPhoto(photo="nobody"))
            await hub.post(ChooseLanguage(language="zh-Hans"))
            shown = await screen.snapshot()
            assert shown.view == "wall"
            await settled()
            assert screen.sent.empty()

    asyncio.run(scenario())


def test_a_slow_screen_skips_to_the_newest() -> None:
    async def scenario() -> None:
        async with station(edition()) as hub:
            slow = RecordingChannel()
            hub.join("projection", slow)
            await slow.snapshot()
            slow.flowing.clear()
            await hub.post(Touch())
            await settled()
            for language in ("en", "zh-Hans", "en", "zh-Hans", "en"):
                await hub.post(ChooseLanguage(language=language))
                await settled()
            slow.flowing.set()
            assert [(await slow.snapshot()).language for _ in range(2)] == ["zh-Hans", "en"]
            await settled()
            assert slow.sent.empty()

    asyncio.run(scenario())


def test_a_screen_that_stops_reading_is_dropped_and_delays_nobody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(screens_module, "SEND_LIMIT_S", 0.05)

    async def scenario() -> None:
        async with station(edition()) as hub:
            stalled, well = RecordingChannel(), RecordingChannel()
            hub.join("projection", stalled)
            hub.join("projection", well)
            await stalled.snapshot()
            await well.snapshot()
            stalled.flowing.clear()
            await hub.post(Touch())
            await settled()
            assert (await well.snapshot()).view == "wall"
            assert len(hub.screens) == 2
            await asyncio.sleep(0.1)
            assert stalled.aborted and not well.aborted
            assert len(hub.screens) == 1

    asyncio.run(scenario())


def test_a_broken_screen_leaves() -> None:
    async def scenario() -> None:
        async with station(edition()) as hub:
            screen = RecordingChannel()
            screen.broken = True
            hub.join("projection", screen)
            await settled()
            assert screen.aborted
            assert hub.screens == []

    asyncio.run(scenario())


def test_a_ping_is_answered_with_the_servers_time_to_its_screen_alone() -> None:
    async def scenario() -> None:
        async with station(edition()) as hub:
            asking, other = RecordingChannel(), RecordingChannel()
            screen = hub.join("kiosk", asking)
            hub.join("projection", other)
            await asking.snapshot()
            await other.snapshot()
            before = SystemClock().now()
            hub.answer(screen, Ping(sent=12.5))
            pong = await asking.next()
            assert isinstance(pong, Pong)
            assert pong.sent == 12.5
            assert pong.now == pytest.approx(before, abs=500)
            await settled()
            assert other.sent.empty()

    asyncio.run(scenario())


def test_the_station_asks_and_invites_by_itself() -> None:
    async def scenario() -> None:
        async with station(edition(), Timing(idle_ask_ms=40, idle_reset_ms=40)) as hub:
            screen = RecordingChannel()
            hub.join("kiosk", screen)
            await screen.snapshot()
            await hub.post(Touch())
            views = [await screen.snapshot() for _ in range(3)]
            assert [view.view for view in views] == ["wall", "wall", "attract"]
            assert [view.asking_until is None for view in views] == [True, False, True]

    asyncio.run(scenario())


def test_stopping_gives_the_screens_up() -> None:
    async def scenario() -> None:
        screen = RecordingChannel()
        async with station(edition()) as hub:
            hub.join("kiosk", screen)
            await screen.snapshot()
        assert screen.aborted
        assert hub.screens == []

    asyncio.run(scenario())


def test_a_fault_in_the_rules_begins_the_show_again_and_does_not_end_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def scenario() -> None:
        broken = True

        def step(state: ShowState, event: Event | None, now: float) -> ShowState:
            if broken and isinstance(event, OpenPhoto):
                raise ZeroDivisionError("a fault of our own")
            return rules(state, event, now)

        monkeypatch.setattr(hub_module, "step", step)
        async with station(edition()) as hub:
            channel = RecordingChannel()
            hub.join("kiosk", channel)
            first = await channel.snapshot()
            await hub.post(Touch())
            assert (await channel.snapshot()).view == "wall"
            await hub.post(OpenPhoto(photo="flag"))
            again = await channel.snapshot()
            assert again.view == "attract" and again.revision > first.revision
            broken = False
            await hub.post(Touch())
            await hub.post(OpenPhoto(photo="flag"))
            while (await channel.snapshot()).view != "photo":
                pass

    asyncio.run(scenario())
