"""The projection's page: ``/projection/<station>``."""

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse

from server.show.stations import STATION
from server.web.pages import Pages


def projection_router(pages: Pages) -> APIRouter:
    router = APIRouter()

    @router.get("/projection/{station}")
    def projection(station: str) -> HTMLResponse:
        if STATION.fullmatch(station) is None:
            raise HTTPException(404)
        return pages.screen("projection.html", station)

    return router
