"""What programs may ask: is the server well, and what does each station show?"""

from fastapi import APIRouter
from pydantic import BaseModel

from server.show.hub import Hub
from server.show.messages import View
from server.show.stations import Stations


class Health(BaseModel):
    ok: bool


class Station(BaseModel):
    station: str
    set_id: str | None
    edition: int | None
    view: View | None
    revision: int | None
    kiosks: int
    projections: int


def api_router(stations: Stations) -> APIRouter:
    router = APIRouter()

    @router.get("/healthz")
    async def health() -> Health:
        return Health(ok=True)

    @router.get("/api/stations")
    async def known() -> list[Station]:
        return [_station(hub) for hub in stations.hubs]

    return router


def _station(hub: Hub) -> Station:
    state = hub.state
    kinds = [screen.kind for screen in hub.screens]
    return Station(
        station=hub.station,
        set_id=state.edition.set_id if state else None,
        edition=state.edition.number if state else None,
        view=state.view if state else None,
        revision=state.revision if state else None,
        kiosks=kinds.count("kiosk"),
        projections=kinds.count("projection"),
    )
