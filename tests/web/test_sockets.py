"""A real server with real screens."""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest
from pydantic import BaseModel
from websockets.exceptions import ConnectionClosed, InvalidStatus

from server.show.messages import (
    ChooseLanguage,
    Closed,
    GoToStage,
    OpenPhoto,
    PlayProgramme,
    Restore,
    Scrub,
    ShowWall,
    Touch,
)
from server.show.state import Timing
from server.show.timeline import moment
from tests.support.editions import FolderShelf, put_manifest
from tests.support.screens import Screen, screen, stalled_screen
from tests.support.serving import house, serving
from tests.support.timeless import edition, long_edition

PROMPT_S = 1.0
"""A screen that is well hears of a touch sooner than this, whatever the others do: half of what a
stalled one is waited for, so that nobody can have waited for it."""


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    home = tmp_path_factory.mktemp("house")
    shelf = FolderShelf(home / "editions")
    put_manifest(shelf, long_edition())
    with serving(house(home, shelf)) as address:
        yield address


def projections(base: str, station: str) -> int:
    stations = httpx.get(f"{base}/api/stations").json()
    return next(each["projections"] for each in stations if each["station"] == station)


def test_a_kiosk_and_three_projections_show_the_same_at_the_same_time(base: str) -> None:
    with ExitStack() as stack:
        kiosk = stack.enter_context(screen(base, "same", "kiosk"))
        others = [stack.enter_context(screen(base, "same", "projection")) for _ in range(3)]
        screens = [kiosk, *others]
        revision = [each.snapshot().revision for each in screens][0]
        wishes: list[BaseModel] = [
            Touch(),
            OpenPhoto(photo="p1"),
            GoToStage(stage="colour"),
            Scrub(position=1.25),
            Restore(),
            PlayProgramme(programme="opening"),
            ShowWall(),
        ]
        for wish in wishes:
            kiosk.say(wish)
            revision += 1
            shown = [each.until(revision) for each in screens]
            for later in (0, 1, 300, 5000, 12_345):
                at = shown[0].score.starts + later
                seen = {moment(each.score, at) for each in shown}
                assert len(seen) == 1, f"{wish}: {seen}"


def test_all_screens_agree_on_the_servers_time(base: str) -> None:
    with screen(base, "time", "kiosk") as kiosk, screen(base, "time", "projection") as other:
        kiosk.snapshot()
        other.snapshot()
        first, second, third = kiosk.ask(1.5), other.ask(2.5), kiosk.ask(3.5)
        assert (first.sent, second.sent, third.sent) == (1.5, 2.5, 3.5)
        assert first.now <= second.now <= third.now < first.now + 1000


def test_a_screen_that_comes_back_needs_one_message(base: str) -> None:
    with screen(base, "back", "kiosk") as kiosk:
        kiosk.snapshot()
        with screen(base, "back", "projection") as projection:
            projection.snapshot()
        kiosk.say(OpenPhoto(photo="p2"))
        kiosk.say(GoToStage(stage="clear"))
        kiosk.say(ChooseLanguage(language="en"))
        time.sleep(0.05)
        with screen(base, "back", "projection") as projection:
            shown = projection.snapshot()
        assert (shown.view, shown.photo, shown.language) == ("photo", "p2", "en")
        assert moment(shown.score, shown.now + 60_000).after.stage == "clear"


def test_stations_do_not_hear_of_each_other(base: str) -> None:
    with screen(base, "east", "kiosk") as east, screen(base, "west", "kiosk") as west:
        east.snapshot()
        west.snapshot()
        east.say(Touch())
        assert east.snapshot().view == "wall"
        with pytest.raises(TimeoutError):
            west.connection.recv(timeout=0.1)


def test_a_screen_that_stops_reading_delays_nobody_and_is_dropped(base: str) -> None:
    with ExitStack() as stack:
        kiosk = stack.enter_context(screen(base, "stall", "kiosk"))
        others = [stack.enter_context(screen(base, "stall", "projection")) for _ in range(3)]
        for each in (kiosk, *others):
            each.snapshot()
        stack.enter_context(stalled_screen(base, "stall"))
        assert projections(base, "stall") == 4
        kiosk.say(PlayProgramme(programme="opening"))
        for each in (kiosk, *others):
            each.snapshot()
        slowest, began = 0.0, time.monotonic()
        while projections(base, "stall") == 4:
            assert time.monotonic() - began < 20, "the stalled screen was never dropped"
            slowest = max(slowest, _toggled(kiosk, others))
        assert slowest < PROMPT_S
        assert projections(base, "stall") == 3
        assert _toggled(kiosk, others) < PROMPT_S


def _toggled(kiosk: Screen, others: list[Screen]) -> float:
    """Seconds until every projection has heard a change; the kiosk is kept up to date too."""
    slowest = 0.0
    for language in ("en", "zh-Hans"):
        sent = time.monotonic()
        kiosk.say(ChooseLanguage(language=language))
        for each in (*others, kiosk):
            assert each.snapshot().language == language
        slowest = max(slowest, time.monotonic() - sent)
    return slowest


@pytest.mark.parametrize(
    ("kind", "text", "reason"),
    [
        ("kiosk", "not json", "Invalid JSON"),
        ("kiosk", '{"type": "open"}', "open.photo: Field required"),
        ("kiosk", '{"type": "touch", "foto": 1}', "touch.foto: Extra inputs"),
        ("kiosk", '{"type": "scrub", "position": 1e400}', "scrub.position"),
        ("kiosk", '{"type": "scrub", "position": 9}', "scrub.position"),
        ("kiosk", '{"type": "' + "x" * 500 + '"}', "Input tag"),
        ("projection", '{"type": "touch"}', "type: Input should be 'ping'"),
    ],
)
def test_a_message_that_is_none_closes_with_its_reason(
    base: str, kind: str, text: str, reason: str
) -> None:
    with screen(base, "strict", kind) as speaking, screen(base, "strict", "projection") as other:
        speaking.snapshot()
        other.snapshot()
        speaking.connection.send(text)
        with pytest.raises(ConnectionClosed) as closed:
            speaking.snapshot()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1008
        assert reason in closed.value.rcvd.reason
        assert other.ask(1).sent == 1


def test_bytes_are_no_message(base: str) -> None:
    with screen(base, "bytes", "kiosk") as kiosk:
        kiosk.snapshot()
        kiosk.connection.send(b'{"type": "touch"}')
        with pytest.raises(ConnectionClosed) as closed:
            kiosk.snapshot()
        assert closed.value.rcvd is not None and closed.value.rcvd.code == 1008


def test_a_message_beyond_256_kib_is_refused(base: str) -> None:
    with screen(base, "big", "kiosk") as kiosk:
        kiosk.snapshot()
        kiosk.connection.send(" " * 270_000)
        with pytest.raises(ConnectionClosed) as closed:
            kiosk.snapshot()
        assert closed.value.rcvd is not None and closed.value.rcvd.code == 1009


@pytest.mark.parametrize("origin", ["http://elsewhere.example", "null", "http://127.0.0.1:1"])
def test_a_page_from_elsewhere_gets_no_socket(base: str, origin: str) -> None:
    with pytest.raises(InvalidStatus) as refused, screen(base, "hall", "kiosk", origin=origin):
        pass
    assert refused.value.response.status_code == 403


def test_a_station_of_no_name_gets_no_socket(base: str) -> None:
    with pytest.raises(InvalidStatus) as refused, screen(base, "No-Such", "kiosk"):
        pass
    assert refused.value.response.status_code == 403


def test_a_new_edition_comes_after_the_visit_and_not_during_it(tmp_path: Path) -> None:
    shelf = FolderShelf(tmp_path / "editions")
    app = house(tmp_path, shelf, timing=Timing(idle_ask_ms=1500, idle_reset_ms=300))
    with serving(app) as base, screen(base, "hall", "kiosk") as kiosk:
        assert isinstance(kiosk.next(), Closed)
        put_manifest(shelf, edition())
        assert kiosk.snapshot().edition.number == 1
        kiosk.say(OpenPhoto(photo="team"))
        assert kiosk.snapshot().view == "photo"
        put_manifest(shelf, edition(number=2))
        asked = kiosk.snapshot()
        assert (asked.edition.number, asked.view) == (1, "photo")
        assert asked.asking_until is not None
        invited = kiosk.snapshot()
        assert (invited.edition.number, invited.view) == (2, "attract")
        assert invited.edition.url == "/editions/games/2/"
        assert httpx.get(f"{base}{invited.edition.url}manifest.json").json()["number"] == 2


def test_a_server_with_open_screens_stops(tmp_path: Path) -> None:
    shelf = FolderShelf(tmp_path / "editions")
    put_manifest(shelf, edition())
    with ExitStack() as stack:
        with serving(house(tmp_path, shelf)) as base:
            kiosk = stack.enter_context(screen(base, "hall", "kiosk"))
            kiosk.snapshot()
        with pytest.raises(ConnectionClosed):
            kiosk.snapshot()
