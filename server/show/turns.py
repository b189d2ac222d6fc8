"""Polite turns at one wall: whoever touches holds it until idle; the others wait. Pure."""

from dataclasses import dataclass, replace

from server.show.messages import Turn


@dataclass(frozen=True, slots=True)
class Turns:
    """Whose a shared wall is."""

    shown: str
    """The station whose show is on the wall; its last holder's, while nobody holds it."""
    held: bool = False
    waiting: tuple[str, ...] = ()
    """Other stations with a visitor, in the order in which they came."""

    def after(self, station: str, visited: bool) -> "Turns":
        """A station has a visitor, or has none any more. Nobody takes the wall from its holder;
        when the holder has gone, it passes to whoever has waited longest."""
        others = tuple(name for name in self.waiting if name != station)
        if self.held and station == self.shown:
            if visited:
                return self
            if not others:
                return replace(self, held=False)
            return Turns(others[0], True, others[1:])
        if not visited:
            return replace(self, waiting=others)
        if not self.held:
            return Turns(station, True, others)
        return self if station in self.waiting else replace(self, waiting=(*others, station))

    def turn_of(self, station: str) -> Turn:
        if not self.held:
            return "free"
        return "ours" if station == self.shown else "taken"
