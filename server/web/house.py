"""The first page, ``/``: which screens there are to open."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from server.show.stations import EditionShelf, Stations
from server.web.pages import Pages


def house_router(pages: Pages, shelf: EditionShelf, stations: Stations) -> APIRouter:
    router = APIRouter()

    @router.get("/")
    def house(request: Request) -> Response:
        editions = [shelf.current(set_id) for set_id in shelf.sets()]
        context = {
            "editions": [each for each in editions if each],
            "stations": stations.names(),
            "user": None,
        }
        return pages.studio(request, "studio_house.html", context)

    return router
