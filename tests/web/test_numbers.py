"""The museum's own numbers: by day, off the event loop, and never in the way of the show."""

import csv
import io
import sqlite3
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pytest

from server.__main__ import main
from server.show.messages import OpenPhoto, ShowWall
from server.show.numbers import Count
from server.web import numbers as numbers_module
from server.web.numbers import COLUMNS, Numbers, Sum, as_csv
from server.web.studio_numbers import bars
from tests.support.editions import published_shelf
from tests.support.screens import screen
from tests.support.serving import house, quick_accounts, serving
from tests.web.conftest import PASSWORD
from tests.web.test_studio import log_in

EVENING = datetime(2026, 11, 22, 23, 30, tzinfo=UTC).timestamp() * 1000


def kept(path: Path, zone: str = "UTC", wall: Callable[[], float] = lambda: EVENING) -> Numbers:
    return Numbers(path / "rekindle.db", ZoneInfo(zone), wall, every_s=60)


def written(numbers: Numbers, *counts: Count) -> list[Sum]:
    numbers.start()
    for count in counts:
        numbers.add(count)
    numbers.stop()
    return numbers.sums()


def test_sums_grow_by_day_and_a_restart_adds_to_them(tmp_path: Path) -> None:
    look = Count("games", "stage", "flag", "colour", seconds=2.5)
    written(kept(tmp_path), look, look)
    (found,) = written(kept(tmp_path), look)
    assert found == Sum("2026-11-22", "games", "stage", "flag", "colour", 3, 7.5)


def test_a_day_is_the_museums_day(tmp_path: Path) -> None:
    (found,) = written(kept(tmp_path, "Asia/Shanghai"), Count("games", "visit"))
    assert found.day == "2026-11-23"


def test_a_database_that_is_locked_costs_nothing_but_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(numbers_module, "BUSY_S", 0.05)
    numbers = kept(tmp_path)
    written(numbers, Count("games", "visit"))
    with sqlite3.connect(tmp_path / "rekindle.db", isolation_level=None) as lock:
        lock.execute("BEGIN EXCLUSIVE")
        numbers.start()
        numbers.add(Count("games", "visit"))
        numbers.stop()
        lock.execute("ROLLBACK")
    lock.close()
    assert numbers.sums()[0].times == 1
    assert written(numbers)[0].times == 2


def test_a_database_that_is_no_database_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "rekindle.db").write_bytes(b"not a database at all" * 100)
    assert written(kept(tmp_path), Count("games", "visit")) == []


def test_what_cannot_be_written_is_kept_within_bounds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(numbers_module, "MOST_KEPT", 2)
    counts = [Count("games", "photo", name) for name in ("a", "b", "c", "a")]
    assert [(each.subject, each.times) for each in written(kept(tmp_path), *counts)] == [
        ("a", 2),
        ("b", 1),
    ]


def test_the_columns_hold_nothing_about_a_person(tmp_path: Path) -> None:
    sums = written(kept(tmp_path), Count("games", "photo", 'a "b", c', seconds=1.0))
    rows = list(csv.reader(io.StringIO(as_csv(sums))))
    assert (
        tuple(rows[0]) == COLUMNS == ("day", "set", "what", "subject", "detail", "times", "seconds")
    )
    assert rows[1] == ["2026-11-22", "games", "photo", 'a "b", c', "", "1", "1.0"]


def test_charts_add_up_and_compare() -> None:
    sums = [
        Sum("2026-11-21", "g", "photo", "a", "", 2, 10.0),
        Sum("2026-11-22", "g", "photo", "a", "", 1, 5.0),
        Sum("2026-11-22", "g", "photo", "b", "", 6, 6.0),
        Sum("2026-11-22", "g", "visit", "", "", 1, 9.0),
    ]
    first, second = bars(sums, "photo")
    assert (first.name, first.times, first.percent, first.each) == ("b", 6, 100, 1.0)
    assert (second.name, second.times, second.percent, second.each) == ("a", 3, 50, 5.0)
    assert [bar.name for bar in bars(sums, "photo", by="day")] == ["2026-11-21", "2026-11-22"]
    assert bars([], "photo") == []


def test_a_visit_reaches_the_curators_page_and_table(tmp_path: Path) -> None:
    shelf = published_shelf(tmp_path / "editions")
    accounts = quick_accounts(tmp_path)
    accounts.add("lin", PASSWORD)
    numbers = Numbers(tmp_path / "rekindle.db", UTC, lambda: EVENING, every_s=0.05)
    app = house(tmp_path, shelf, accounts=accounts, numbers=numbers)
    with serving(app) as base, httpx.Client(base_url=base) as client:
        assert client.get("/studio/numbers").status_code == 303
        assert client.get("/studio/numbers.csv").status_code == 303
        log_in(client)
        assert "Nobody has looked yet" in client.get("/studio/numbers?lang=en").text
        with screen(base, "hall", "kiosk") as kiosk:
            kiosk.snapshot()
            kiosk.say(OpenPhoto(photo="020-opening"))
            opened = kiosk.snapshot()
            kiosk.say(ShowWall())
            kiosk.until(opened.revision + 1)
            written_ = threading.Event()
            while not numbers.sums():
                written_.wait(0.02)
        table = client.get("/studio/numbers.csv")
        assert table.headers["content-type"].startswith("text/csv")
        assert "2026-11-22,first-gold,photo,020-opening,,1," in table.text
        page = client.get("/studio/numbers?lang=zh-Hans").text
        assert "开幕式" in page and "<svg" in page and "不记录任何个人信息" in page


def test_a_code_to_take_a_photo_home_is_counted(tmp_path: Path) -> None:
    shelf = published_shelf(tmp_path / "editions")
    numbers = kept(tmp_path)
    with serving(house(tmp_path, shelf, numbers=numbers)) as base:
        code = "/take-home/code/first-gold/1/010-flag-bearer.svg"
        assert httpx.get(f"{base}{code}").status_code == 200
        assert httpx.get(f"{base}{code.replace('010', '999')}").status_code == 404
    assert [(each.what, each.subject, each.times) for each in numbers.sums()] == [
        ("take-home", "010-flag-bearer", 1)
    ]


def test_the_command_line_writes_the_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(kept(tmp_path), Count("games", "photo", "flag", seconds=3.0))
    monkeypatch.setenv("REKINDLE_HOME", str(tmp_path))
    table = tmp_path / "numbers.csv"
    monkeypatch.setattr("sys.argv", ["rekindle", "export", "numbers", "--to", str(table)])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 0
    lines = table.read_text("utf-8-sig").splitlines()
    assert lines == [",".join(COLUMNS), "2026-11-22,games,photo,flag,,1,3.0"]
