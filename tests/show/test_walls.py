"""A projection that several stations share by turns, with real hubs."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from server.show.clock import SystemClock
from server.show.hub import Hub
from server.show.messages import GoToStage, OpenPhoto, Ping, Pong, ShowWall, Snapshot, Touch
from server.show.state import Timing
from server.show.stations import Stations
from server.show.walls import SharedWall
from tests.show.test_hub import RecordingChannel
from tests.show.test_stations import MemoryShelf

BRIEF = Timing(idle_ask_ms=150, idle_reset_ms=50)


@asynccontextmanager
async def room(timing: Timing) -> AsyncIterator[tuple[Hub, Hub, SharedWall, RecordingChannel]]:
    """Two stations, the wall they share, and its projection."""
    shelf = MemoryShelf("games")
    stations = Stations(shelf, SystemClock(), timing=timing, walls={"long": ["left", "right"]})
    wall = await stations.projected("long")
    left, right = await stations.hub("left"), await stations.hub("right")
    assert isinstance(wall, SharedWall) and left is not None and right is not None
    assert await stations.hub("long") is None
    projection = RecordingChannel()
    wall.join("projection", projection)
    yield left, right, wall, projection
    await stations.stop()
    assert projection.aborted


async def until(channel: RecordingChannel, photo: str | None, view: str) -> Snapshot:
    async with asyncio.timeout(5):
        while True:
            shown = await channel.snapshot()
            if (shown.view, shown.photo) == (view, photo):
                return shown


async def turn(hub: Hub, wanted: str) -> None:
    async with asyncio.timeout(5):
        while hub.state is None or hub.state.turn != wanted:
            await asyncio.sleep(0.005)


def test_the_wall_follows_its_holder_and_the_other_goes_on_alone() -> None:
    async def scenario() -> None:
        async with room(Timing()) as (left, right, _, projection):
            first = await until(projection, None, "attract")
            await right.post(OpenPhoto(photo="gold"))
            held = await until(projection, "gold", "photo")
            assert (first.station, held.station) == ("left", "right")
            assert held.revision > first.revision
            await turn(right, "ours")
            await turn(left, "taken")
            kiosk = RecordingChannel()
            left.join("kiosk", kiosk)
            await left.post(OpenPhoto(photo="flag"))
            alone = await until(kiosk, "flag", "photo")
            assert alone.turn == "taken"
            await right.post(GoToStage(stage="colour"))
            later = await projection.snapshot()
            assert later.photo == "gold" and later.revision > held.revision

    asyncio.run(scenario())


def test_it_passes_on_when_its_holder_has_gone() -> None:
    async def scenario() -> None:
        async with room(BRIEF) as (left, right, _, projection):
            await right.post(Touch())
            await turn(right, "ours")
            await left.post(OpenPhoto(photo="team"))
            await turn(left, "taken")
            while left.state is None or left.state.turn != "ours":
                await left.post(Touch())
                await asyncio.sleep(0.02)
            passed = await until(projection, "team", "photo")
            assert passed.turn in ("taken", "ours")
            await turn(right, "taken")
            await left.post(ShowWall())
            await turn(left, "free")
            await turn(right, "free")

    asyncio.run(scenario())


def test_a_shared_wall_tells_the_time_and_lets_screens_go() -> None:
    async def scenario() -> None:
        async with room(Timing()) as (_, _, wall, _):
            channel = RecordingChannel()
            screen = wall.join("projection", channel)
            await channel.snapshot()
            wall.answer(screen, Ping(sent=3))
            answer = await channel.next()
            assert isinstance(answer, Pong) and answer.sent == 3
            wall.leave(screen)
            assert screen not in wall.screens

    asyncio.run(scenario())
