"""``POST /take-home/print/``: a postcard for the visitor at a kiosk, on the venue's own printer."""

import logging
from collections.abc import Callable

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from server.errors import PrinterRefused
from server.gallery.printer import Printer
from server.web.take_home import TakeHome
from server.web.take_home_links import PREFIX
from server.web.throttle import Throttle

log = logging.getLogger(__name__)


class PrintDesk:
    """The printer, how often a kiosk may use it, and what went wrong last."""

    def __init__(
        self, printer: Printer | None, per_hour: int, now: Callable[[], float], bleed_mm: float = 0
    ) -> None:
        """``per_hour`` prints a kiosk; ``now`` in seconds; ``bleed_mm`` of paper beyond each edge,
        for a printer that prints without margins."""
        self.printer = printer
        self.bleed_mm = bleed_mm
        self.trouble: str | None = None
        """What the queue answered last, where it refused; None once it has printed again."""
        self._now = now
        self._throttle = Throttle(burst=per_hour, every_s=3600 / per_hour)

    def may(self, station: str) -> bool:
        """Whether this kiosk has a print left; takes it."""
        return self._throttle.take(station, self._now())


def printing_router(
    house: TakeHome, desk: PrintDesk, has_kiosk: Callable[[str], bool]
) -> APIRouter:
    """``has_kiosk``: whether a kiosk of that station is open just now."""
    router = APIRouter(prefix=f"{PREFIX}/print")

    @router.post("/{station}/{set_id}/{number}/{photo_id}")
    def print_(
        request: Request, station: str, set_id: str, number: int, photo_id: str
    ) -> JSONResponse:
        if desk.printer is None or not has_kiosk(station):
            raise HTTPException(404)
        edition, photo = house.found(set_id, number, photo_id)
        wanted = request.query_params.get("lang", "")
        languages = house.pages.languages(edition)
        language = wanted if wanted in languages else languages[0]
        if not desk.may(station):
            return JSONResponse({"printed": False, "reason": "often"}, 429)
        try:
            card = house.pages.postcard(edition, photo, language, desk.bleed_mm)
            job = desk.printer.print(card, f"{set_id} {photo_id}")
        except PrinterRefused as error:
            log.warning("%s", error)
            desk.trouble = str(error)
            return JSONResponse({"printed": False, "reason": "printer"}, 503)
        desk.trouble = None
        log.info("%s: %s of %s is printed as %s", station, photo_id, set_id, job)
        return JSONResponse({"printed": True})

    return router
