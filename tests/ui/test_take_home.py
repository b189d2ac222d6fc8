"""Take it home: from the kiosk's glass, by a phone's camera, to the page on the phone."""

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from playwright.sync_api import Browser

from server.gallery.printer import Printer
from server.show.state import Timing
from server.web.printing import PrintDesk
from tests.support.editions import published_shelf
from tests.support.queue import Queue
from tests.support.serving import house, serving
from tests.ui.axe import faults_of
from tests.ui.browser import Screen
from tests.ui.conftest import Gallery, Open, opened_gallery
from tests.ui.visits import WIDE, at_a_photo, at_the_wall

pytestmark = pytest.mark.browser

PANEL = (1920, 1080)
BUTTON = 0.0251
"""15 mm on a 27-inch panel, of its width (598 mm)."""


def opened(open_screen: Open, gallery: Gallery, station: str) -> Screen:
    """A kiosk in English with the code in front of a photograph."""
    screen = at_the_wall(open_screen, gallery, station, size=PANEL)
    screen.tap(".language")
    screen.wait("document.documentElement.lang === 'en'")
    screen.tap(f".print[data-photo='{WIDE}']")
    screen.wait_for_picture(WIDE, "scan")
    screen.tap(".shown .take")
    screen.wait("document.querySelector('.taking .code')?.naturalWidth > 0")
    return screen


def coded(screen: Screen) -> str:
    """What a camera in front of the glass reads."""
    seen = screen.pixels().astype(np.uint8)[..., ::-1]
    read, *_ = cv2.QRCodeDetector().detectAndDecode(np.ascontiguousarray(seen))
    return read


def test_a_camera_reads_the_code_and_the_phone_opens_the_page(
    gallery: Gallery, open_screen: Open, station: str
) -> None:
    screen = opened(open_screen, gallery, station)
    address = coded(screen)
    assert address.startswith("http://127.0.0.1/take-home/first-gold.1.010-flag-bearer.")
    phone = open_screen(gallery.address + address.removeprefix("http://127.0.0.1"), (390, 844))
    phone.wait("[...document.images].slice(0, 2).every((each) => each.naturalWidth > 0)")
    assert phone.page.locator("h1").inner_text() == "The flag bearer"


def test_the_panel_keeps_the_focus_and_leaves_one_step(
    gallery: Gallery, open_screen: Open, station: str
) -> None:
    screen = opened(open_screen, gallery, station)
    assert screen.read("document.activeElement.textContent") == "Close"
    for key in ("ArrowRight", "ArrowDown", "ArrowLeft"):
        screen.page.keyboard.press(key)
        assert screen.read("document.querySelector('.panel').contains(document.activeElement)")
    screen.page.keyboard.press("Escape")
    screen.wait("!document.querySelector('.panel')")
    assert screen.read("document.documentElement.dataset.view") == "photo"
    assert screen.read("document.activeElement.textContent") == "Take it home"
    screen.page.keyboard.press("Enter")
    screen.wait("document.querySelector('.panel')")
    screen.tap(".panel .foot button")
    screen.wait("!document.querySelector('.panel')")


def test_its_buttons_are_as_large_as_a_finger_and_its_words_are_inside(
    gallery: Gallery, open_screen: Open, station: str
) -> None:
    screen = opened(open_screen, gallery, station)
    boxes = [each.bounding_box() for each in screen.page.locator(".panel button, .code").all()]
    for box in boxes:
        assert box is not None
        assert min(box["width"], box["height"]) >= BUTTON * PANEL[0]
        assert box["x"] >= 0 and box["x"] + box["width"] <= PANEL[0]
        assert box["y"] >= 0 and box["y"] + box["height"] <= PANEL[1]
    assert screen.read(
        "(({ scrollHeight, clientHeight }) => scrollHeight <= clientHeight)"
        "(document.querySelector('.panel .body'))"
    )


def test_left_alone_it_closes_with_the_visit(
    open_screen: Open, station: str, tmp_path: Path
) -> None:
    for gallery in opened_gallery(tmp_path, Timing(idle_ask_ms=25_000, idle_reset_ms=5_000)):
        screen = at_a_photo(open_screen, gallery, station)
        screen.tap(".shown .take")
        screen.wait("document.querySelector('.panel')")
        screen.wait("!document.querySelector('.asking').hidden", 45)
        middle = "document.elementFromPoint(innerWidth / 2, innerHeight / 2)"
        assert screen.read(f"Boolean({middle}.closest('.asking'))"), "the question lies below"
        screen.wait_for_view("attract")
        screen.wait("!document.querySelector('.panel')")
        assert not screen.read("document.querySelector('main').inert")


@pytest.fixture
def queue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Queue:
    return Queue(tmp_path / "queue", monkeypatch)


@pytest.fixture
def printing(tmp_path: Path, queue: Queue) -> Iterator[str]:
    """The address of a house with a printer."""
    desk = PrintDesk(Printer("cards"), per_hour=1, now=lambda: 0.0)
    shelf = published_shelf(tmp_path / "editions", photos=1)
    with serving(house(tmp_path, shelf, prints=desk, timing=Timing(3_600_000, 60_000))) as address:
        yield address


def test_a_postcard_is_printed_and_what_goes_wrong_is_said_kindly(
    printing: str, queue: Queue, open_screen: Open, station: str
) -> None:
    screen = open_screen(f"{printing}/kiosk/{station}", PANEL)
    screen.wait_for_view("attract")
    screen.page.mouse.click(300, 200)
    screen.wait_for_view("wall")
    screen.tap(f".print[data-photo='{WIDE}']")
    screen.wait_for_picture(WIDE, "scan")
    screen.tap(".shown .take")
    queue.says("printer cards disabled since Sun 22 Nov 2026 - out of paper")
    screen.tap(".panel .foot button")
    screen.wait("document.querySelector('.said').textContent.includes('请向工作人员求助')")
    assert queue.printed() == []
    assert not screen.read("document.querySelector('.panel .foot button').ariaDisabled")


def test_the_page_fits_a_phone_and_a_tablet_in_both_languages(
    gallery: Gallery, chromium: Browser, open_screen: Open, station: str
) -> None:
    address = coded(opened(open_screen, gallery, station)).removeprefix("http://127.0.0.1")
    for width, height in ((390, 844), (320, 568), (820, 1180)):
        for language, title in (("en", "The flag bearer"), ("zh-Hans", "旗手")):
            page = open_screen(f"{gallery.address}{address}?lang={language}", (width, height))
            assert page.page.locator("h1").inner_text() == title
            assert page.read("document.documentElement.scrollWidth") == width
            assert faults_of(page) == []
            for link in page.page.locator("nav a, .file").all():
                box = link.bounding_box()
                assert box and box["height"] >= 40 and box["width"] >= 40
            small = "[...document.querySelectorAll('body *')].map((each) => "
            small += "parseFloat(getComputedStyle(each).fontSize)).filter((size) => size < 14)"
            assert page.read(small) == []
