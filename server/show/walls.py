"""A projection that several stations share by turns."""

from collections.abc import Callable, Sequence

from server.editions.model import Edition
from server.show.clock import Clock
from server.show.hub import Hub
from server.show.messages import Closed, Ping
from server.show.screens import Audience, Channel, Kind, Screen
from server.show.state import Event, ShowState, TurnPassed, snapshot
from server.show.turns import Turns


class SharedWall:
    """Shows the show of whoever holds it; looks on at all its stations."""

    def __init__(
        self, name: str, stations: Sequence[str], clock: Clock, url: Callable[[Edition], str]
    ) -> None:
        """``stations``: at least one; until somebody comes, the first one's invitation is shown."""
        self.name = name
        self.stations = tuple(stations)
        self._clock = clock
        self._url = url
        self._turns = Turns(self.stations[0])
        self._hubs: dict[str, Hub] = {}
        self._audience = Audience(name)
        self._told: tuple[str, int] | None = None
        self._revision = int(clock.now())

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

    async def stop(self) -> None:
        await self._audience.close()

    def saw(self, hub: Hub, before: ShowState | None, event: Event | None, now: float) -> None:
        """A station went on: the wall changes hands, or follows its holder."""
        if hub.state is None:
            return
        self._hubs[hub.station] = hub
        self._turns = self._turns.after(hub.station, hub.state.view != "attract")
        for name, other in self._hubs.items():
            turn = self._turns.turn_of(name)
            if other.state is not None and other.state.turn != turn:
                other.nudge(TurnPassed(turn))
        shown = self._hubs.get(self._turns.shown)
        if shown is None or shown.state is None:
            return
        newest = shown.station, shown.state.revision
        if newest != self._told:
            # Each station counts its own revisions; the wall's screens see but one row.
            self._told, self._revision = newest, self._revision + 1
            self._audience.tell(self._news())

    def _news(self) -> str:
        hub = self._hubs.get(self._turns.shown)
        if hub is None or hub.state is None:
            return Closed().model_dump_json()
        told = snapshot(hub.state, self._url(hub.state.edition), self._clock.now())
        ours = {"revision": self._revision, "station": hub.station}
        return told.model_copy(update=ours).model_dump_json()
