"""Which stations there are, and which set each shows."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, time
from pathlib import Path

import pytest

from server.editions.model import Edition
from server.errors import EditionMissing
from server.show import stations as stations_module
from server.show.clock import SystemClock
from server.show.daily import Daily
from server.show.hub import Hub
from server.show.messages import Place, Touch
from server.show.stations import MOST_STATIONS, Stations
from server.show.walls import SharedWall
from tests.support.timeless import ManualClock, edition


class MemoryShelf:
    """Editions in memory."""

    def __init__(self, *sets: str) -> None:
        self.editions = {name: _edition(name, 1) for name in sets}
        self.leases: list[tuple[str, int, str]] = []
        self.damaged = False

    def publish(self, name: str, number: int) -> None:
        self.editions[name] = _edition(name, number)

    def sets(self) -> list[str]:
        return sorted(self.editions)

    def current(self, set_id: str) -> Edition | None:
        if self.damaged:
            raise EditionMissing(set_id)
        return self.editions.get(set_id)

    def folder(self, set_id: str, number: int) -> Path:
        return Path("editions") / set_id / str(number)

    def lease(self, set_id: str, number: int, station: str) -> None:
        self.leases.append((set_id, number, station))


def _edition(name: str, number: int) -> Edition:
    return edition(number=number).model_copy(update={"set_id": name})


@asynccontextmanager
async def running(stations: Stations) -> AsyncIterator[Stations]:
    stations.start()
    yield stations
    await stations.stop()


async def number_shown(hub: Hub, number: int) -> None:
    """Waits until the station shows this edition."""
    async with asyncio.timeout(2):
        while hub.state is None or hub.state.edition.number != number:
            await asyncio.sleep(0.005)


@pytest.mark.parametrize(
    ("chosen", "station", "shows"),
    [
        ({"hall": "b"}, "hall", "b"),
        ({"hall": "unpublished"}, "hall", None),
        ({}, "b", "b"),
        ({"b": "a"}, "b", "a"),
        ({}, "hall", "a"),
    ],
)
def test_a_station_shows_the_set_it_is_given_or_named_after_or_the_first(
    chosen: dict[str, str], station: str, shows: str | None
) -> None:
    stations = Stations(MemoryShelf(), SystemClock(), chosen=chosen)
    assert stations.set_of(station, ["a", "b"]) == shows


def test_without_a_published_set_there_is_none_to_show() -> None:
    assert Stations(MemoryShelf(), SystemClock()).set_of("hall", []) is None


@pytest.mark.parametrize("name", ["", "-hall", "Hall", "a/b", "..", "a" * 33, "hall\n"])
def test_a_station_cannot_be_called_just_anything(name: str) -> None:
    async def scenario() -> None:
        async with running(Stations(MemoryShelf("a"), SystemClock())) as stations:
            assert await stations.hub(name) is None

    asyncio.run(scenario())


def test_a_station_shows_its_set_from_the_first_moment() -> None:
    async def scenario() -> None:
        async with running(Stations(MemoryShelf("a"), SystemClock())) as stations:
            first, second = await asyncio.gather(stations.hub("hall"), stations.hub("hall"))
            assert first is not None and first is second
            assert first.state is not None and first.state.edition.number == 1
            assert stations.names() == ["hall"]

    asyncio.run(scenario())


def test_a_published_edition_is_found_and_leased(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stations_module, "LOOK_EVERY_S", 0.01)

    async def scenario() -> None:
        shelf = MemoryShelf("a")
        clock = ManualClock()
        async with running(Stations(shelf, clock)) as stations:
            hub = await stations.hub("hall")
            assert hub is not None
            await number_shown(hub, 1)
            shelf.publish("a", 2)
            await number_shown(hub, 2)
            await asyncio.sleep(0.05)
            assert shelf.leases == [("a", 1, "hall"), ("a", 2, "hall")]
            clock.time += 60_000
            await asyncio.sleep(0.05)
            assert shelf.leases[2:] == [("a", 2, "hall")]

    asyncio.run(scenario())


def test_an_edition_that_waits_for_the_next_visitor_leaves_the_lease_as_it_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(stations_module, "LOOK_EVERY_S", 0.01)

    async def scenario() -> None:
        shelf = MemoryShelf("a")
        async with running(Stations(shelf, SystemClock())) as stations:
            hub = await stations.hub("hall")
            assert hub is not None
            await number_shown(hub, 1)
            await hub.post(Touch())
            shelf.publish("a", 2)
            await asyncio.sleep(0.1)
            assert hub.state is not None and hub.state.next_edition is not None
            assert {lease[1] for lease in shelf.leases} == {1}

    asyncio.run(scenario())


def test_a_shelf_that_cannot_be_read_leaves_the_show_as_it_is(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(stations_module, "LOOK_EVERY_S", 0.01)

    async def scenario() -> None:
        shelf = MemoryShelf("a")
        async with running(Stations(shelf, SystemClock())) as stations:
            hub = await stations.hub("hall")
            assert hub is not None
            await number_shown(hub, 1)
            shelf.damaged = True
            await asyncio.sleep(0.05)
            assert "cannot be read" in caplog.text
            shelf.damaged = False
            shelf.publish("a", 2)
            await number_shown(hub, 2)

    asyncio.run(scenario())


def test_a_full_house_gives_up_a_station_that_nobody_watches() -> None:
    class Screen:
        async def send(self, text: str) -> None:
            return

        def abort(self) -> None:
            return

    async def scenario() -> None:
        async with running(Stations(MemoryShelf("a"), SystemClock())) as stations:
            for place in range(MOST_STATIONS):
                hub = await stations.hub(f"s{place}")
                assert hub is not None
                if place != 7:
                    hub.join("projection", Screen())
            late = await stations.hub("late")
            assert late is not None
            late.join("projection", Screen())
            assert "s7" not in stations.names()
            assert await stations.hub("too-late") is None
            assert len(stations.hubs) == MOST_STATIONS

    asyncio.run(scenario())


class NoonClock(SystemClock):
    """A real clock in a house where somebody sets the clock on the wall."""

    def __init__(self, wall: float) -> None:
        super().__init__()
        self.time = wall

    def wall(self) -> float:
        return self.time


def test_the_lights_go_out_at_every_station_and_the_cue_ends_by_itself(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    noon = datetime(2026, 11, 22, 12, tzinfo=UTC).timestamp() * 1000

    async def scenario() -> None:
        monkeypatch.setattr(stations_module, "LOOK_EVERY_S", 0.01)
        clock = NoonClock(noon - 1)
        cue = Daily(time(12), 10, UTC)
        async with running(Stations(MemoryShelf("a"), clock, lights_out=cue)) as stations:
            hall, yard = await stations.hub("hall"), await stations.hub("yard")
            assert hall is not None and yard is not None
            await asyncio.sleep(0.05)
            assert hall.state is not None and hall.state.lights_out is None
            clock.time = noon + 599_900
            async with asyncio.timeout(3):
                while not (hall.state.lights_out and yard.state and yard.state.lights_out):
                    await asyncio.sleep(0.005)
            assert hall.state.lights_out == yard.state.lights_out
            assert hall.state.lights_out.ends - clock.now() < 200
            clock.time = noon + 600_000
            async with asyncio.timeout(3):
                while hall.state.lights_out or yard.state.lights_out:
                    await asyncio.sleep(0.005)
            revision = hall.state.revision
            await asyncio.sleep(0.05)
            assert hall.state.revision == revision

    asyncio.run(scenario())


def test_a_shared_wall_is_what_its_projection_follows() -> None:
    async def scenario() -> None:
        metres = Place(wall_metres=5.0)
        stations = Stations(
            MemoryShelf("a"), SystemClock(), walls={"long": ["left"]}, places={"long": metres}
        )
        assert isinstance(await stations.projected("long"), SharedWall)
        left = await stations.projected("left")
        assert isinstance(left, Hub)
        assert left.state is not None and left.state.place == metres
        assert stations.names() == ["left"]
        await stations.stop()

    asyncio.run(scenario())
