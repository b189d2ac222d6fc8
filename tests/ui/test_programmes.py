"""Programmes, stories told, life size, a shared wall and the lights-out cue, in a real browser."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from server.show.clock import SystemClock
from server.show.daily import Daily
from server.show.messages import Place
from server.show.stations import Stations
from tests.support.editions import published_shelf
from tests.support.serving import house, serving
from tests.support.sounds import told_edition
from tests.ui.browser import Screen
from tests.ui.conftest import Open
from tests.ui.visits import WIDE

pytestmark = pytest.mark.browser

SECONDS = 40.0


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A house with a measured wall, a shared one, and sound at the kiosk."""
    root = tmp_path_factory.mktemp("hall")
    shelf = published_shelf(root / "editions")
    told_edition(shelf.folder("first-gold", 1), SECONDS)
    place = Place(wall_metres=4.0, sound="kiosk")
    walls = {"long": ["left", "right"], "short": ["near", "far"]}
    stations = Stations(shelf, SystemClock(), walls=walls, place=place)
    with serving(house(root, shelf, stations=stations)) as address:
        yield address


def at_the_wall(
    open_screen: Open, hall: str, station: str, size: tuple[int, int] = (960, 540)
) -> Screen:
    screen = open_screen(f"{hall}/kiosk/{station}", size)
    screen.wait_for_view("attract")
    screen.page.mouse.click(300, 200)
    screen.wait_for_view("wall")
    return screen


def test_a_programme_is_titled_heard_and_read_and_stops(open_screen: Open, hall: str) -> None:
    kiosk = at_the_wall(open_screen, hall, "one")
    wall = open_screen(f"{hall}/projection/one")
    wall.wait("rekindle.drawn")
    kiosk.tap(".programmes button")
    wall.wait("document.querySelector('.piece-title').textContent.includes('再看一遍开幕式')")
    for screen in (wall, kiosk):
        screen.wait("!document.querySelector('.captions').hidden")
        assert "又开始了" in screen.read("document.querySelector('.captions').textContent")
    kiosk.wait("rekindleSound.heard.voice.plays && rekindleSound.heard.music.plays")
    kiosk.wait(
        "Math.abs(rekindleSound.heard.voice.at - "
        "(rekindle.now - rekindle.snapshot.score.starts) / 1000) < 0.5"
    )
    assert wall.read("rekindleSound.heard.voice.file") == ""
    kiosk.wait("document.querySelector('.programme .stops')")
    before = kiosk.read("rekindle.snapshot.score.starts")
    kiosk.tap(".programme .restore")
    kiosk.wait(f"rekindle.snapshot.score.starts > {before}")
    kiosk.tap(".programme .back")
    kiosk.wait_for_view("wall")
    kiosk.wait("!rekindleSound.heard.voice.plays || rekindleSound.heard.voice.file === ''")
    wall.wait("document.querySelector('.captions').hidden")


def test_a_story_is_told_at_the_kiosk_and_stops_at_a_touch(open_screen: Open, hall: str) -> None:
    kiosk = at_the_wall(open_screen, hall, "two")
    kiosk.tap(f".print[data-photo='{WIDE}']")
    kiosk.wait_for_view("photo")
    kiosk.wait("!document.querySelector('.extras .listen').hidden")
    kiosk.tap(".extras .listen")
    kiosk.wait("rekindleSound.heard.voice.plays")
    kiosk.wait("!document.querySelector('.captions').hidden")
    kiosk.tap(".extras .listen")
    kiosk.wait("rekindle.snapshot.narrated_since === null")
    kiosk.wait("document.querySelector('.captions').hidden")


def test_people_stand_at_their_true_height_on_the_wall(open_screen: Open, hall: str) -> None:
    kiosk = at_the_wall(open_screen, hall, "three", (1280, 800))
    wall = open_screen(f"{hall}/projection/three")
    kiosk.tap(f".print[data-photo='{WIDE}']")
    kiosk.wait_for_view("photo")
    kiosk.tap(".extras button:nth-of-type(2)")
    # 320 pixels of scan at 100 to the metre are 3.2 m: four fifths of a wall of 4 m.
    wall.wait("Math.abs(rekindle.picture.place[2] - 0.8 * innerWidth) < 2")
    bottom = "rekindle.picture.place[1] + rekindle.picture.place[3]"
    assert wall.read(bottom) == pytest.approx(540, abs=180)
    assert wall.read("document.querySelector('.ruler').hidden")
    kiosk.tap(".extras button:nth-of-type(3)")
    wall.wait("!document.querySelector('.ruler').hidden")
    first = wall.read("parseFloat(document.querySelector('.ruler .mark').style.bottom)")
    assert first == pytest.approx(960 / 4 / 10, abs=0.1)
    kiosk.tap(".extras button:nth-of-type(2)")
    wall.wait("rekindle.picture.place[2] < 0.8 * innerWidth - 2 || !rekindle.snapshot.life_size")


def test_where_words_come_from_the_right_the_ruler_stands_on_the_left(
    open_screen: Open, hall: str
) -> None:
    kiosk = at_the_wall(open_screen, hall, "right-to-left", (1280, 800))
    wall = open_screen(f"{hall}/projection/right-to-left?language=ar-XB&renderer=css")
    kiosk.tap(f".print[data-photo='{WIDE}']")
    kiosk.wait_for_view("photo")
    kiosk.tap(".extras button:nth-of-type(2)")
    kiosk.wait("!document.querySelector('.extras button:nth-of-type(3)').hidden")
    kiosk.tap(".extras button:nth-of-type(3)")
    wall.wait("!document.querySelector('.ruler').hidden")
    ruler, line = (
        wall.read(f"document.querySelector('{each}').getBoundingClientRect().toJSON()")
        for each in (".ruler", ".line")
    )
    assert ruler["right"] < line["left"]
    assert ruler["left"] == pytest.approx(0.05 * 960, abs=2)


def test_others_are_told_that_the_wall_is_taken(open_screen: Open, hall: str) -> None:
    wall = open_screen(f"{hall}/projection/long")
    left = at_the_wall(open_screen, hall, "left")
    left.tap(f".print[data-photo='{WIDE}']")
    wall.wait(f"rekindle.snapshot && rekindle.snapshot.photo === '{WIDE}'")
    right = at_the_wall(open_screen, hall, "right")
    right.wait("document.querySelector('.notice.shown')")
    right.tap(".print[data-photo='020-opening']")
    right.wait_for_view("photo")
    right.wait_for_picture("020-opening", "scan")
    assert wall.read("rekindle.snapshot.photo") == WIDE


def test_a_notice_leaves_no_hole_in_the_picture(open_screen: Open, hall: str) -> None:
    near = at_the_wall(open_screen, hall, "near")
    near.tap(f".print[data-photo='{WIDE}']")
    near.wait_for_view("photo")
    far = at_the_wall(open_screen, hall, "far", (1920, 1080))
    far.wait("document.querySelector('.notice.shown')")
    far.page.wait_for_timeout(1500)
    far.tap(".print[data-photo='020-opening']")
    far.wait_for_view("photo")
    far.wait_for_picture("020-opening", "scan")
    far.page.wait_for_timeout(1000)
    assert far.read("document.querySelector('.notice.shown') !== null")
    assert far.see_through() == 0


def test_the_lights_go_out_over_the_untouched_original(open_screen: Open, tmp_path: Path) -> None:
    shelf = published_shelf(tmp_path / "editions")
    moment = datetime.now(UTC) - timedelta(minutes=1)
    cue = Daily(moment.time(), 30, UTC)
    stations = Stations(shelf, SystemClock(), lights_out=cue)
    with serving(house(tmp_path, shelf, stations=stations)) as address:
        wall = open_screen(f"{address}/projection/hall")
        kiosk = open_screen(f"{address}/kiosk/hall")
        kiosk.wait_for_view("attract")
        kiosk.page.mouse.click(300, 200)
        kiosk.wait_for_view("wall")
        kiosk.wait("document.querySelector('.notice.shown')")
        kiosk.tap(f".print[data-photo='{WIDE}']")
        kiosk.wait_for_view("photo")
        kiosk.tap("[data-stage='colour']")
        kiosk.wait_for_picture(WIDE, "colour", 60)
        wall.wait_for_picture(WIDE, "scan", 60)
        wall.wait("!document.documentElement.classList.contains('dims')")
        assert "熄灯时刻" in wall.read("document.querySelector('.line').textContent")
