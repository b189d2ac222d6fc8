"""The web application: pages, files and sockets put together."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypedDict

from fastapi import FastAPI

from server import __version__
from server.show.clock import Clock
from server.show.stations import EditionShelf, Stations
from server.web.accounts import Accounts
from server.web.api import api_router
from server.web.house import house_router
from server.web.kiosk import kiosk_router
from server.web.numbers import Numbers
from server.web.options import WebOptions
from server.web.pages import Pages
from server.web.printing import PrintDesk, printing_router
from server.web.problems import add_problems
from server.web.projection import projection_router
from server.web.security import Fence, Guard
from server.web.sockets import screens_router
from server.web.static import editions_router, mount_ui, ui_version
from server.web.studio import Doorkeeper, login_router, studio_router
from server.web.studio_numbers import numbers_router
from server.web.studio_regions import regions_router
from server.web.take_home import TakeHome, take_home_router
from server.web.transport import ImpatientSocket
from server.web.workbench import Workbench

MOST_BODY = 64 * 1024
"""Bytes a request may carry: nothing but forms of a few fields is sent here."""


class UvicornOptions(TypedDict):
    ws: type[ImpatientSocket]
    ws_max_size: int
    ws_ping_interval: float
    ws_ping_timeout: float
    ws_per_message_deflate: bool
    timeout_keep_alive: int
    timeout_graceful_shutdown: int
    server_header: bool


UVICORN_OPTIONS: UvicornOptions = {
    "ws": ImpatientSocket,
    "ws_max_size": 256 * 1024,
    "ws_ping_interval": 5.0,
    "ws_ping_timeout": 5.0,
    "ws_per_message_deflate": False,
    "timeout_keep_alive": 5,
    "timeout_graceful_shutdown": 3,
    "server_header": False,
}
"""How uvicorn must be run for screens that come, stall and vanish."""


def create_app(
    *,
    options: WebOptions,
    shelf: EditionShelf,
    stations: Stations,
    accounts: Accounts,
    clock: Clock,
    numbers: Numbers,
    take_home: TakeHome,
    prints: PrintDesk,
    workbench: Workbench,
) -> FastAPI:
    """The application; its lifespan starts and stops the stations."""
    version = ui_version(options.ui)
    pages = Pages(options.ui, version)
    door = Doorkeeper(accounts, clock, options)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        numbers.start()
        stations.start()
        yield
        await stations.stop()
        await asyncio.to_thread(numbers.stop)

    app = FastAPI(
        title="Rekindle",
        version=__version__,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        max_body_size=MOST_BODY,
    )
    for router in (
        house_router(pages, shelf, stations),
        kiosk_router(pages, take_home, prints),
        projection_router(pages),
        api_router(stations),
        screens_router(stations),
        editions_router(shelf),
        login_router(pages, door),
        numbers_router(pages, door, shelf, numbers),
        regions_router(pages, door, workbench),
        studio_router(pages, door, shelf, take_home, prints, workbench),
        printing_router(take_home, prints, stations.has_kiosk),
        take_home_router(take_home, version, clock, numbers),
    ):
        app.include_router(router)
    mount_ui(app, options.ui, version)
    add_problems(app, pages)
    app.add_middleware(Guard, names=options.allowed_hosts, origins=options.allowed_origins)
    # Added last, so outermost: what the guard refuses is fenced in too.
    app.add_middleware(Fence)
    return app
