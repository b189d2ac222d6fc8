"""The stations of the house, each named by its URL, and which set each shows."""

import asyncio
import logging
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from server.editions.model import Edition
from server.errors import RekindleError
from server.show.clock import Clock
from server.show.daily import Daily
from server.show.hub import Hub, Watcher
from server.show.messages import LightsOut, Place
from server.show.state import OWN_PLACE, Published, Timing
from server.show.walls import SharedWall

STATION = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")
"""What a station may be called."""
MOST_STATIONS = 64
LOOK_EVERY_S = 1.0
"""How often the shelf is asked for a new edition."""
LEASE_EVERY_MS = 60_000.0

log = logging.getLogger(__name__)


class EditionShelf(Protocol):
    """What the show and its pages ask of the published editions."""

    def sets(self) -> list[str]:
        """Sets of which an edition is published, in a lasting order."""
        ...

    def current(self, set_id: str) -> Edition | None:
        """The published edition; cheap enough to be asked every second."""
        ...

    def folder(self, set_id: str, number: int) -> Path:
        """Where an edition's files lie; it may not exist."""
        ...

    def lease(self, set_id: str, number: int, station: str) -> None:
        """Says that ``station`` shows this edition, so that it is not cleared away."""
        ...


def edition_url(edition: Edition) -> str:
    """Folder of the edition's files on this server."""
    return f"/editions/{edition.set_id}/{edition.number}/"


class Stations:
    """All stations of a server; each is made when its first screen comes."""

    def __init__(
        self,
        shelf: EditionShelf,
        clock: Clock,
        *,
        timing: Timing | None = None,
        chosen: Mapping[str, str] | None = None,
        walls: Mapping[str, Sequence[str]] | None = None,
        places: Mapping[str, Place] | None = None,
        place: Place = OWN_PLACE,
        lights_out: Daily | None = None,
        watchers: Sequence[Watcher] = (),
    ) -> None:
        """
        Args:
            chosen: the set of a station, where it is not the one of the station's name.
            walls: the stations that share a wall, by its name; each shares one at most.
            places: what is known of the wall of a station, or of a shared one; else ``place``.
            lights_out: the daily cue of every projection.
            watchers: look on at every station.
        """
        self._shelf = shelf
        self._clock = clock
        self._timing = timing or Timing()
        self._chosen = dict(chosen or {})
        self._places = dict(places or {})
        self._place = place
        self._daily = lights_out
        self._watchers = tuple(watchers)
        self._walls = {
            name: SharedWall(name, shared, clock, edition_url)
            for name, shared in (walls or {}).items()
        }
        self._wall_of = {name: wall for wall in self._walls.values() for name in wall.stations}
        self._cue: tuple[tuple[float, float], LightsOut] | None = None
        self._hubs: dict[str, Hub] = {}
        self._found: dict[str, Edition] = {}
        self._leased: dict[str, tuple[str, int, float]] = {}
        self._task: asyncio.Task[None] | None = None
        self._opening = asyncio.Lock()

    def start(self) -> None:
        """Begins to watch the shelf; inside a running event loop."""
        self._task = asyncio.create_task(self._watch(), name="shelf")

    async def stop(self) -> None:
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        for wall in self._walls.values():
            await wall.stop()
        for hub in list(self._hubs.values()):
            await hub.stop()
        self._hubs.clear()

    @property
    def hubs(self) -> list[Hub]:
        return list(self._hubs.values())

    def has_kiosk(self, station: str) -> bool:
        """Whether a kiosk of this station is open."""
        hub = self._hubs.get(station)
        return hub is not None and any(screen.kind == "kiosk" for screen in hub.screens)

    def names(self) -> list[str]:
        """Stations that are named in the settings, or have been called."""
        return sorted({*self._chosen, *self._hubs, *self._wall_of})

    async def hub(self, station: str) -> Hub | None:
        """The station of this name; None where none may be called so, or the house is full."""
        if STATION.fullmatch(station) is None or station in self._walls:
            return None
        # One at a time: a second screen must not meet a station that knows no edition yet.
        async with self._opening:
            if station not in self._hubs:
                left = self._make_room()
                if len(self._hubs) >= MOST_STATIONS:
                    return None
                hub = self._hubs[station] = self._make(station)
                hub.start()
                if left:
                    await left.stop()
                await self._look(hub)
                await hub.settled()
            return self._hubs[station]

    async def projected(self, name: str) -> Hub | SharedWall | None:
        """What a projection of this name follows: a shared wall, or else a station as ``hub``."""
        wall = self._walls.get(name)
        if wall is None:
            return await self.hub(name)
        for station in wall.stations:
            await self.hub(station)
        return wall

    def _make(self, station: str) -> Hub:
        wall = self._wall_of.get(station)
        place = self._places.get(wall.name if wall else station, self._place)
        watchers = (*self._watchers, *([wall] if wall else []))
        return Hub(station, self._clock, self._timing, edition_url, place=place, watchers=watchers)

    def set_of(self, station: str, sets: list[str]) -> str | None:
        """The set that a station shows, of those published; None where there is none."""
        if station in self._chosen:
            return self._chosen[station] if self._chosen[station] in sets else None
        return station if station in sets else next(iter(sets), None)

    def _make_room(self) -> Hub | None:
        """Takes out a station that nobody watches, where a new one would find no place."""
        unwatched = [
            hub
            for hub in self._hubs.values()
            if not hub.screens and hub.station not in self._wall_of
        ]
        if len(self._hubs) < MOST_STATIONS or not unwatched:
            return None
        hub = self._hubs.pop(unwatched[0].station)
        self._found.pop(hub.station, None)
        self._leased.pop(hub.station, None)
        return hub

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            for hub in self.hubs:
                await self._look(hub)
                if cue := self._lights_out():
                    await self._darken(hub, cue)

    def _lights_out(self) -> LightsOut | None:
        """The daily cue while it is in force, in server time: the same each time it is asked for,
        unless somebody sets the clock."""
        window = self._daily.window(self._clock.wall()) if self._daily else None
        if window is None:
            self._cue = None
            return None
        if self._cue is None or self._cue[0] != window:
            shift = self._clock.now() - self._clock.wall()
            cue = LightsOut(begins=window[0] + shift, ends=window[1] + shift)
            self._cue = window, cue
        return self._cue[1]

    async def _darken(self, hub: Hub, cue: LightsOut) -> None:
        over = self._clock.now() >= cue.ends
        if hub.state is not None and hub.state.lights_out != cue and not over:
            await hub.post(cue)

    async def _look(self, hub: Hub) -> None:
        """Tells a station of an edition it does not know; keeps the lease of the one it shows."""
        try:
            edition = await asyncio.to_thread(self._current, hub.station)
            if edition is not None and edition != self._found.get(hub.station):
                self._found[hub.station] = edition
                await hub.post(Published(edition))
            await self._lease(hub)
        except (RekindleError, OSError, ValueError):
            # What is shown stays; the shelf is asked again a second later.
            log.exception("%s: the published edition cannot be read", hub.station)

    def _current(self, station: str) -> Edition | None:
        set_id = self.set_of(station, self._shelf.sets())
        return self._shelf.current(set_id) if set_id is not None else None

    async def _lease(self, hub: Hub) -> None:
        if hub.state is None:
            return
        shown = hub.state.edition
        now = self._clock.now()
        set_id, number, since = self._leased.get(hub.station, ("", 0, 0.0))
        if (set_id, number) == (shown.set_id, shown.number) and now - since < LEASE_EVERY_MS:
            return
        self._leased[hub.station] = (shown.set_id, shown.number, now)
        await asyncio.to_thread(self._shelf.lease, shown.set_id, shown.number, hub.station)
