"""A real uvicorn on a free port of the loopback, for as long as a test needs it."""

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC
from pathlib import Path

import uvicorn
from argon2 import PasswordHasher
from fastapi import FastAPI

from server.editions.keepsakes import Keepsakes
from server.show.clock import Clock, SystemClock
from server.show.state import Timing
from server.show.stations import Stations
from server.web.accounts import Accounts
from server.web.app import UVICORN_OPTIONS, create_app
from server.web.numbers import Numbers
from server.web.options import WebOptions
from server.web.printing import PrintDesk
from server.web.take_home import TakeHome, TakeHomeOptions
from server.web.take_home_pages import TakeHomePages
from server.workbench import SetFolders
from tests.support.editions import FolderShelf

UI = Path(__file__).parents[2] / "kiosk_ui"
START_LIMIT_S = 10.0


def quick_accounts(path: Path) -> Accounts:
    """Accounts whose passwords cost a test little."""
    hasher = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    return Accounts(path / "rekindle.db", hasher=hasher)


def house(
    home: Path,
    shelf: FolderShelf,
    *,
    timing: Timing | None = None,
    chosen: dict[str, str] | None = None,
    accounts: Accounts | None = None,
    clock: Clock | None = None,
    stations: Stations | None = None,
    numbers: Numbers | None = None,
    allowed_origins: tuple[str, ...] = (),
    phones: str | None = "http://127.0.0.1",
    prints: PrintDesk | None = None,
    sets: Sequence[Path] = (),
) -> FastAPI:
    """The whole application over ``shelf``; its database lies in ``home``. ``phones``: the address
    for links to take home. ``sets``: folders that the Studio may change."""
    clock = clock or SystemClock()
    counted = numbers or Numbers(home / "rekindle.db", UTC, clock.wall)
    keepsakes = Keepsakes(home / "take-home", shelf.folder)
    pages = TakeHomePages(UI, keepsakes)
    links = TakeHomeOptions("for a test alone", 72.0, phones)
    return create_app(
        options=WebOptions(
            ui=UI, session_secret="for a test alone", allowed_origins=allowed_origins
        ),
        shelf=shelf,
        stations=stations
        or Stations(shelf, clock, timing=timing, chosen=chosen, watchers=[counted]),
        numbers=counted,
        accounts=accounts or quick_accounts(home),
        clock=clock,
        take_home=TakeHome(pages, shelf, links, UI, lambda: clock.wall() / 1000),
        prints=prints or PrintDesk(None, 20, lambda: clock.now() / 1000),
        workbench=SetFolders(sets),
    )


@contextmanager
def serving(app: FastAPI, port: int = 0) -> Iterator[str]:
    """Serves ``app`` (0: on a free port); yields its address, ``http://127.0.0.1:<port>``. Stops
    by itself."""
    config = uvicorn.Config(
        app, host="127.0.0.1", port=port, log_level="warning", **UVICORN_OPTIONS
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, name="uvicorn", daemon=True)
    thread.start()
    deadline = time.monotonic() + START_LIMIT_S
    while not server.started:
        if not thread.is_alive() or time.monotonic() > deadline:
            raise RuntimeError("the server did not start")
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(START_LIMIT_S)
        assert not thread.is_alive(), "the server did not stop"
