"""The kiosk's page: ``/kiosk/<station>``."""

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse

from server.show.stations import STATION
from server.web.pages import Pages
from server.web.printing import PrintDesk
from server.web.take_home import TakeHome


def kiosk_router(pages: Pages, take_home: TakeHome, prints: PrintDesk) -> APIRouter:
    router = APIRouter()

    @router.get("/kiosk/{station}")
    def kiosk(request: Request, station: str) -> HTMLResponse:
        if STATION.fullmatch(station) is None:
            raise HTTPException(404)
        hours = take_home.hours(str(request.base_url))
        return pages.screen(
            "kiosk.html", station, take_home_hours=hours, prints=prints.printer is not None
        )

    return router
