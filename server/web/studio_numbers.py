"""The curators' page of numbers: ``/studio/numbers``, and the same as CSV."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from fastapi import APIRouter, Request
from starlette.responses import Response

from server.editions.model import Edition
from server.show.stations import EditionShelf
from server.web.numbers import Numbers, Sum, as_csv
from server.web.pages import Pages
from server.web.studio import Doorkeeper

DAYS_SHOWN = 28


@dataclass(frozen=True, slots=True)
class Bar:
    """One line of a chart: a name with its sums, and its share of the longest, in percent."""

    name: str
    times: int
    seconds: float
    percent: float

    @property
    def each(self) -> float:
        """Seconds a time."""
        return self.seconds / self.times if self.times else 0.0


def bars(sums: Iterable[Sum], *whats: str, by: str = "subject") -> list[Bar]:
    """The sums of these kinds added up by ``subject``, ``detail`` or ``day``, largest first; by
    day in order."""
    times: defaultdict[str, int] = defaultdict(int)
    seconds: defaultdict[str, float] = defaultdict(float)
    for each in sums:
        if each.what in whats:
            times[getattr(each, by)] += each.times
            seconds[getattr(each, by)] += each.seconds
    longest = max(times.values(), default=1)
    found = [
        Bar(name, count, seconds[name], 100 * count / longest) for name, count in times.items()
    ]
    if by == "day":
        return sorted(found, key=lambda bar: bar.name)[-DAYS_SHOWN:]
    return sorted(found, key=lambda bar: (-bar.times, bar.name))


def numbers_router(
    pages: Pages, door: Doorkeeper, shelf: EditionShelf, numbers: Numbers
) -> APIRouter:
    router = APIRouter(prefix="/studio/numbers")

    @router.get("")
    def page(request: Request) -> Response:
        user = door.curator(request)
        editions = [found for name in shelf.sets() if (found := shelf.current(name))]
        shown = [_of(edition, numbers) for edition in editions]
        context = {"user": user, "sets": shown}
        return pages.studio(request, "studio_numbers.html", context)

    @router.get(".csv")
    def table(request: Request) -> Response:
        door.curator(request)
        headers = {"Content-Disposition": 'attachment; filename="rekindle-numbers.csv"'}
        # With a byte order mark, or spreadsheets take it for another encoding.
        return Response(f"\ufeff{as_csv(numbers.sums())}", media_type="text/csv", headers=headers)

    return router


def _of(edition: Edition, numbers: Numbers) -> dict[str, object]:
    sums = numbers.sums(edition.set_id)
    return {
        "edition": edition,
        "any": bool(sums),
        "visits": bars(sums, "visit", by="day"),
        "photos": bars(sums, "photo"),
        "stages": bars(sums, "stage", by="detail"),
        "restored": bars(sums, "restored", "restored-again"),
        "programmes": bars(sums, "programme", "programme-again"),
        "again": {bar.name: bar.times for bar in bars(sums, "restored-again", "programme-again")},
        "languages": bars(sums, "language"),
        "others": bars(
            sums, "story", "original-held", "added-shown", "life-size", "take-home", by="what"
        ),
    }
