"""``/take-home/``: the page that a visitor's phone opens, its files, and the code that leads there.

Everything lies under one path, so that a proxy on the guests' network need let through no more.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response

from server.editions.model import Edition, EditionPhoto
from server.errors import EditionMissing, LinkExpired, LinkUnknown, RekindleError
from server.show.clock import Clock
from server.show.numbers import Count
from server.web.languages import negotiate
from server.web.numbers import Numbers
from server.web.static import FOREVER
from server.web.take_home_links import PREFIX, Links, Taken, code, exported_path, phone_base
from server.web.take_home_pages import Surroundings, TakeHomePages
from server.web.throttle import Throttle

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; img-src 'self' data:; style-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
    "Cache-Control": "no-store",
}
FILE_HEADERS = HEADERS | {"Cache-Control": "private, max-age=3600"}
SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
STATUS = {"expired": 410, "gone": 410, "unknown": 404, "busy": 429}


class KeptShelf(Protocol):
    """What links to take home ask of the published editions."""

    def edition(self, set_id: str, number: int) -> Edition:
        """Raises EditionMissing."""
        ...

    def keep(self, set_id: str, number: int, lasts_s: float) -> None:
        """This edition stays for so long, whatever is published meanwhile."""
        ...


@dataclass(frozen=True, slots=True)
class TakeHomeOptions:
    secret: str
    """Signs the links; lasting, or a restart would end them all."""
    hours: float
    """How long a link lasts."""
    address: str | None = None
    """Under which phones reach this server, or the exported pages."""
    exported: bool = False
    """Codes lead to pages exported to ``address``, not to this server."""


class TakeHome:
    """The links and pages of a house."""

    def __init__(
        self,
        pages: TakeHomePages,
        shelf: KeptShelf,
        options: TakeHomeOptions,
        ui: Path,
        now: Callable[[], float],
    ) -> None:
        """``ui``: folder of the interface; ``now`` in seconds since 1970."""
        self.pages = pages
        self.shelf = shelf
        self.styles = ui / "styles" / "take_home.css"
        self.links = Links(options.secret, options.hours * 3600, now)
        self._options = options

    def hours(self, asked: str) -> float | None:
        """How long a page taken home now is there: 0 for good, None where there can be none.

        ``asked`` is the address under which the kiosk calls.
        """
        if self._options.exported:
            return 0.0 if self._options.address else None
        return self._options.hours if phone_base(self._options.address, asked) else None

    def address(self, edition: Edition, photo: EditionPhoto, language: str, asked: str) -> str:
        """What a phone is to open. Raises LinkUnknown where there is no address for phones."""
        base = phone_base(self._options.address, asked)
        if base is None or (self._options.exported and not self._options.address):
            raise LinkUnknown
        if self._options.exported:
            return f"{base}/{exported_path(edition, photo, language)}"
        self.shelf.keep(edition.set_id, edition.number, self.links.lasts_s)
        token = self.links.token(Taken(edition.set_id, edition.number, photo.id))
        return f"{base}{PREFIX}/{token}/"

    def taken(self, token: str) -> tuple[Edition, EditionPhoto]:
        """Raises LinkExpired, LinkUnknown; EditionMissing where it is gone."""
        taken = self.links.read(token)
        return self.found(taken.set_id, taken.number, taken.photo)

    def found(self, set_id: str, number: int, photo_id: str) -> tuple[Edition, EditionPhoto]:
        """Raises EditionMissing."""
        if SLUG.fullmatch(set_id) is None:
            raise EditionMissing(set_id, number)
        edition = self.shelf.edition(set_id, number)
        photo = edition.photo(photo_id)
        if photo is None:
            raise EditionMissing(set_id, number)
        return edition, photo


def take_home_router(house: TakeHome, version: str, clock: Clock, numbers: Numbers) -> APIRouter:
    """``version`` of the interface names the style sheet, which may then be kept for ever."""
    router = APIRouter(prefix=PREFIX)
    # A whole school behind one address is welcome; a program that tries out links is not.
    readers = Throttle(burst=300, every_s=0.1)
    kiosks = Throttle(burst=30, every_s=2)

    def too_often(request: Request, throttle: Throttle) -> bool:
        address = request.client.host if request.client else ""
        return not throttle.take(address, clock.now() / 1000)

    def language_of(request: Request, languages: list[str]) -> str:
        chosen = request.query_params.get("lang", "")
        accepted = request.headers.get("accept-language", "")
        return chosen if chosen in languages else negotiate(accepted, languages)

    def around(languages: list[str], ends: str | None, base: str | None) -> Surroundings:
        addresses = {tag: f"?lang={tag}" for tag in languages}
        return Surroundings(f"../look/{version}.css", addresses, ends=ends, base=base)

    def farewell(request: Request, kind: str) -> Response:
        languages = house.pages.interface_languages()
        language = language_of(request, languages)
        text = house.pages.farewell(kind, language, around(languages, None, None))
        return HTMLResponse(text, STATUS[kind], headers=HEADERS | {"Vary": "Accept-Language"})

    @router.get("/look/{name}.css")
    def look(name: str) -> FileResponse:
        return FileResponse(house.styles, headers=HEADERS | {"Cache-Control": FOREVER})

    @router.get("/code/{set_id}/{number}/{photo_id}.svg")
    def qr(request: Request, set_id: str, number: int, photo_id: str) -> Response:
        if too_often(request, kiosks):
            raise HTTPException(429)
        edition, photo = house.found(set_id, number, photo_id)
        language = language_of(request, house.pages.languages(edition))
        address = house.address(edition, photo, language, str(request.base_url))
        numbers.add(Count(set_id, "take-home", photo_id))
        return Response(code(address), media_type="image/svg+xml", headers=HEADERS)

    @router.get("/{token}")
    def slash(token: str) -> Response:
        # Some readers of codes cut off the slash, without which the pictures' addresses miss.
        return RedirectResponse(f"{PREFIX}/{token}/", 308, headers=HEADERS)

    @router.get("/{token}/")
    def page(request: Request, token: str) -> Response:
        if too_often(request, readers):
            return farewell(request, "busy")
        try:
            edition, photo = house.taken(token)
        except (LinkExpired, LinkUnknown, EditionMissing) as error:
            return farewell(request, _kind(error))
        languages = house.pages.languages(edition)
        ends = datetime.fromtimestamp(house.links.ends(token), UTC).isoformat()
        base = str(request.url.replace(query="", fragment=""))
        text = house.pages.photo(
            edition, photo, language_of(request, languages), around(languages, ends, base)
        )
        return HTMLResponse(text, headers=HEADERS | {"Vary": "Accept-Language"})

    @router.get("/{token}/{name}")
    def file(request: Request, token: str, name: str) -> Response:
        if too_often(request, readers):
            return farewell(request, "busy")
        try:
            edition, photo = house.taken(token)
            path = house.pages.file(edition, photo, name)
        except (LinkExpired, LinkUnknown, EditionMissing) as error:
            return farewell(request, _kind(error))
        except KeyError:
            return farewell(request, "unknown")
        except FileNotFoundError:
            return farewell(request, "gone")
        return FileResponse(path, media_type="image/jpeg", headers=FILE_HEADERS)

    return router


def _kind(error: RekindleError) -> str:
    if isinstance(error, LinkExpired):
        return "expired"
    return "gone" if isinstance(error, EditionMissing) else "unknown"
