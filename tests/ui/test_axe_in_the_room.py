"""axe on the states that the room brings: a story told, life size, a wall that is taken, the lights
out, what is taken home, a screen before anything is published; and on what hangs on the wall."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from server.show.clock import SystemClock
from server.show.daily import Daily
from server.show.messages import OpenPhoto, Place, PlayProgramme
from server.show.state import Timing
from server.show.stations import Stations
from tests.support.editions import published_shelf
from tests.support.screens import screen as at_station
from tests.support.serving import house, serving
from tests.support.sounds import told_edition
from tests.ui.axe import faults_of
from tests.ui.browser import Screen
from tests.ui.conftest import Gallery, Open, opened_gallery
from tests.ui.visits import WIDE

pytestmark = pytest.mark.browser

LANGUAGES = ("en", "zh-Hans", "ar-XB")
LARGE = (1280, 800)


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A house with stories, a measured wall, and a shared one for each language."""
    root = tmp_path_factory.mktemp("hall")
    shelf = published_shelf(root / "editions")
    told_edition(shelf.folder("first-gold", 1), 40.0)
    walls = {f"wall-{each}".lower(): names(each) for each in LANGUAGES}
    place = Place(wall_metres=4.0, sound="kiosk")
    stations = Stations(shelf, SystemClock(), walls=walls, place=place)
    with serving(house(root, shelf, stations=stations)) as address:
        yield address


def names(language: str) -> list[str]:
    return [f"left-{language}".lower(), f"right-{language}".lower()]


def asked_for(language: str) -> str:
    return "?renderer=css" + (f"&language={language}" if language.startswith("ar") else "")


def at_a_photo(open_screen: Open, address: str, station: str, language: str) -> Screen:
    screen = open_screen(
        f"{address}/kiosk/{station}{asked_for(language)}", LARGE, reduced_motion=True
    )
    screen.wait_for_view("attract")
    screen.page.mouse.click(300, 200)
    screen.wait_for_view("wall")
    if language == "en":
        screen.tap(".language[lang=en]")
    screen.wait(f"document.documentElement.lang === '{language}'")
    screen.tap(f".print[data-photo='{WIDE}']")
    screen.wait_for_picture(WIDE, "scan")
    screen.wait("getComputedStyle(document.querySelector('.shown')).opacity === '1'")
    return screen


@pytest.mark.parametrize("language", LANGUAGES)
def test_axe_finds_nothing_in_what_the_room_brings(
    hall: str, open_screen: Open, language: str
) -> None:
    left, right = names(language)
    screen = at_a_photo(open_screen, hall, left, language)
    found = {}
    # The story is told in Chinese alone: others are not offered it.
    if language != "en":
        screen.tap(".shown .listen")
        screen.wait("!document.querySelector('.captions').hidden")
        found["told"] = faults_of(screen)
        screen.tap(".shown .listen")
    screen.tap(".shown .extras button:nth-of-type(2)")
    screen.wait("!document.querySelector('.shown .extras button:nth-of-type(3)').hidden")
    found["life size"] = faults_of(screen)
    screen.tap(".shown .asks button:nth-child(6)")
    screen.wait("rekindle.score.cues.some((cue) => cue.after.plate !== null)")
    found["redrawn"] = faults_of(screen)
    other = at_a_photo(open_screen, hall, right, language)
    other.wait("document.querySelector('.notice.shown')")
    found["taken"] = faults_of(other)
    screen.tap(".shown .take")
    screen.wait("document.querySelector('.taking .code')?.naturalWidth > 0")
    found["take home"] = faults_of(screen)
    screen.page.keyboard.press("Escape")
    screen.page.keyboard.press("F1")
    screen.tap(".choices button:nth-child(3)")
    found["help in contrast"] = faults_of(screen)
    screen.page.keyboard.press("Escape")
    found["contrast"] = faults_of(screen)
    assert {state: faults for state, faults in found.items() if faults} == {}


@pytest.mark.parametrize("language", ["zh-Hans", "ar-XB"])
def test_axe_finds_nothing_on_the_wall(
    hall: str, open_screen: Open, station: str, language: str
) -> None:
    wall = open_screen(f"{hall}/projection/{station}{asked_for(language)}", reduced_motion=True)
    wall.wait("document.querySelector('.inviting.shown')")
    found = {"inviting": faults_of(wall)}
    with at_station(hall, station, "kiosk") as hand:
        hand.say(OpenPhoto(photo=WIDE))
        wall.wait_for_picture(WIDE, "scan")
        found["photo"] = faults_of(wall)
        hand.say(PlayProgramme(programme="opening-ceremony"))
        wall.wait("document.querySelector('.piece-title.shown')")
        found["title"] = faults_of(wall)
        wall.wait("!document.querySelector('.piece-title.shown')")
        wall.wait("!document.querySelector('.captions').hidden")
        found["captions"] = faults_of(wall)
    assert {state: faults for state, faults in found.items() if faults} == {}


def test_axe_finds_nothing_while_the_lights_are_out(open_screen: Open, tmp_path: Path) -> None:
    shelf = published_shelf(tmp_path / "editions")
    cue = Daily((datetime.now(UTC) - timedelta(minutes=1)).time(), 30, UTC)
    stations = Stations(shelf, SystemClock(), lights_out=cue)
    with serving(house(tmp_path, shelf, stations=stations)) as address:
        kiosk = at_a_photo(open_screen, address, "hall", "zh-Hans")
        kiosk.wait("document.querySelector('.notice.shown')")
        wall = open_screen(f"{address}/projection/hall?renderer=css", reduced_motion=True)
        wall.wait("document.querySelector('.line').textContent.includes('熄灯时刻')")
        assert faults_of(kiosk) == faults_of(wall) == []


@pytest.fixture
def unpublished(tmp_path: Path) -> Iterator[Gallery]:
    yield from opened_gallery(tmp_path, Timing(3_600_000, 60_000), published=False)


def test_axe_finds_nothing_before_anything_is_published(
    unpublished: Gallery, open_screen: Open
) -> None:
    for kind in ("kiosk", "projection"):
        screen = open_screen(f"{unpublished.address}/{kind}/hall", reduced_motion=True)
        screen.wait_for_view("empty")
        assert faults_of(screen) == [], kind
