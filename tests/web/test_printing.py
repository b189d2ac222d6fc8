"""A postcard from the kiosk to the printer."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import httpx
import pytest
from PIL import Image

from server.gallery.printer import Printer
from server.web.printing import PrintDesk
from tests.support.editions import FolderShelf, published_shelf
from tests.support.queue import Queue
from tests.support.screens import screen
from tests.support.serving import house, quick_accounts, serving
from tests.web.conftest import PASSWORD
from tests.web.test_studio import log_in

CARD = "/take-home/print/hall/first-gold/1/010-flag-bearer?lang=en"


@pytest.fixture
def queue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Queue:
    return Queue(tmp_path / "queue", monkeypatch)


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> FolderShelf:
    return published_shelf(tmp_path_factory.mktemp("editions"), photos=1)


@pytest.fixture
def base(tmp_path: Path, shelf: FolderShelf) -> Iterator[str]:
    accounts = quick_accounts(tmp_path)
    accounts.add("lin", PASSWORD)
    desk = PrintDesk(Printer("cards"), per_hour=2, now=lambda: 0.0, bleed_mm=3)
    with serving(house(tmp_path, shelf, prints=desk, accounts=accounts)) as address:
        yield address


def ask(base: str, path: str = CARD) -> httpx.Response:
    return httpx.post(base + path, headers={"Origin": base})


def test_a_kiosk_prints_the_postcard_in_its_language(base: str, queue: Queue) -> None:
    with screen(base, "hall", "kiosk") as kiosk:
        kiosk.snapshot()
        assert ask(base).json() == {"printed": True}
        assert ask(base, CARD.replace("en", "zh-Hans")).json() == {"printed": True}
    cards = [Image.open(BytesIO(job)) for job in queue.printed()]
    assert [card.size for card in cards] == [(1819, 1311)] * 2
    assert cards[0].tobytes() != cards[1].tobytes()
    assert "data-prints" in httpx.get(f"{base}/kiosk/hall").text


def test_a_kiosk_has_so_many_an_hour(base: str, queue: Queue) -> None:
    with screen(base, "hall", "kiosk") as kiosk, screen(base, "other", "kiosk") as other:
        kiosk.snapshot(), other.snapshot()
        answers = [ask(base) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [200, 200, 429]
        assert answers[2].json() == {"printed": False, "reason": "often"}
        assert ask(base, CARD.replace("hall", "other")).status_code == 200
    assert len(queue.printed()) == 3


def test_nobody_prints_from_elsewhere(base: str, queue: Queue) -> None:
    assert ask(base).status_code == 404
    with screen(base, "hall", "kiosk") as kiosk:
        kiosk.snapshot()
        assert httpx.post(base + CARD).status_code == 403
        assert httpx.get(base + CARD).status_code in (404, 405)
        for gone in (CARD.replace("010", "999"), CARD.replace("/1/", "/7/")):
            assert ask(base, gone).status_code == 404
    assert queue.printed() == []


def test_a_refusal_is_told_kindly_to_the_kiosk_and_clearly_to_the_curator(
    base: str, queue: Queue
) -> None:
    with httpx.Client(base_url=base) as curator, screen(base, "hall", "kiosk") as kiosk:
        kiosk.snapshot()
        log_in(curator)
        assert "not being printed" not in curator.get("/studio").text
        queue.says("printer cards disabled since Sun 22 Nov 2026 - out of paper")
        refused = ask(base)
        assert refused.status_code == 503
        assert refused.json() == {"printed": False, "reason": "printer"}
        page = curator.get("/studio", headers={"Accept-Language": "en"}).text
        assert "not being printed" in page and "out of paper" in page
        queue.says("printer cards is idle.  enabled since Sun 22 Nov 2026")
        assert ask(base).json() == {"printed": True}
        assert "out of paper" not in curator.get("/studio").text


def test_without_a_printer_nothing_is_offered(tmp_path: Path, shelf: FolderShelf) -> None:
    with serving(house(tmp_path, shelf)) as base, screen(base, "hall", "kiosk") as kiosk:
        kiosk.snapshot()
        assert ask(base).status_code == 404
        assert "data-prints" not in httpx.get(f"{base}/kiosk/hall").text
