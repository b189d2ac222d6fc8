"""The kiosk's page: ``/kiosk/<station>``."""

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse

from server.show.stations import STATION
from server.web.pages import Pages


def kiosk_router(pages: Pages) -> APIRouter:
    router = APIRouter()

    @router.get("/kiosk/{station}")
    def kiosk(station: str) -> HTMLResponse:
        if STATION.fullmatch(station) is None:
            raise HTTPException(404)
        return pages.screen("kiosk.html", station)

    return router
