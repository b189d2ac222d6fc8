"""Every state of the kiosk for every visitor: axe, six keys, sizes for fingers, any direction."""

from collections.abc import Iterator
from typing import Any

import pytest

from server.show.state import Timing
from tests.ui.axe import faults_of
from tests.ui.browser import Screen
from tests.ui.conftest import Gallery, Open, opened_gallery
from tests.ui.visits import WIDE

pytestmark = pytest.mark.browser

FROM_THE_RIGHT = "ar-XB"
LANGUAGES = ("en", "zh-Hans", FROM_THE_RIGHT)
LARGE = (1280, 800)


@pytest.fixture
def asking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gallery]:
    """A house that asks after three seconds and waits long for an answer."""
    yield from opened_gallery(tmp_path_factory.mktemp("asking"), Timing(3000, 60_000))


def opened(
    open_screen: Open, gallery: Gallery, station: str, language: str, **options: Any
) -> Screen:
    """A kiosk at its invitation, whose visitor will read this language."""
    query = "?renderer=css" + (f"&language={language}" if language == FROM_THE_RIGHT else "")
    screen = open_screen(f"{gallery.address}/kiosk/{station}{query}", LARGE, **options)
    screen.wait_for_view("attract")
    return screen


def speak(screen: Screen, language: str) -> None:
    if language == "en":
        screen.tap(".language[lang=en]")
    screen.wait(f"document.documentElement.lang === '{language}'")


def asks(place: int) -> str:
    return f".shown .asks button:nth-child({place})"


def states(screen: Screen, language: str) -> Iterator[str]:
    """Goes through everything a visitor can have before them; each is there when it is named."""
    keys = screen.page.keyboard
    screen.wait("rekindle.drawn")
    yield "attract"
    keys.press("Enter")
    screen.wait_for_view("wall")
    speak(screen, language)
    screen.wait("getComputedStyle(document.querySelector('.shown')).opacity === '1'")
    yield "wall"
    keys.press("F1")
    screen.wait("document.querySelector('.panel')")
    yield "help"
    keys.press("Escape")
    screen.tap(".programmes button")
    screen.wait_for_view("programme")
    screen.wait("getComputedStyle(document.querySelector('.shown')).opacity === '1'")
    yield "programme"
    keys.press("Escape")
    screen.wait_for_view("wall")
    screen.tap(f".print[data-photo='{WIDE}']")
    screen.wait_for_view("photo")
    screen.wait_for_picture(WIDE, "scan")
    screen.wait("getComputedStyle(document.querySelector('.shown')).opacity === '1'")
    yield "photo"
    screen.tap("[data-stage=colour] img")
    screen.wait_for_picture(WIDE, "colour", 60)
    yield "colour"
    screen.tap(".shown .marks")
    screen.wait("rekindle.snapshot.marks")
    yield "hatched"
    screen.tap(".shown .marks")
    screen.tap(asks(2))
    screen.wait("rekindle.snapshot.detail")
    yield "close"
    keys.press("Escape")
    screen.tap(asks(1))
    screen.wait("rekindle.snapshot.split")
    screen.wait("!document.querySelector('.shown .handle').hidden")
    yield "compared"
    screen.tap(".tray:not([hidden]) .sign.lens")
    screen.page.locator(".stage .lens .ring").wait_for()
    yield "lens"
    keys.press("Escape")
    screen.tap(asks(4))
    screen.wait("!document.querySelector('.shown .card').hidden")
    yield "region"
    keys.press("Escape")
    screen.tap(asks(5))
    screen.wait("document.querySelector('.panel')")
    yield "made"
    keys.press("Escape")


@pytest.mark.parametrize("language", LANGUAGES)
def test_axe_finds_nothing_in_any_state(
    gallery: Gallery, open_screen: Open, station: str, language: str
) -> None:
    screen = opened(open_screen, gallery, station, language, reduced_motion=True)
    found = {state: faults_of(screen) for state in states(screen, language)}
    assert len(found) == 12
    assert {state: faults for state, faults in found.items() if faults} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_axe_finds_nothing_where_the_visitor_is_asked(
    asking: Gallery, open_screen: Open, station: str, language: str
) -> None:
    screen = opened(open_screen, asking, station, language, reduced_motion=True)
    screen.page.keyboard.press("Enter")
    screen.wait_for_view("wall")
    speak(screen, language)
    screen.wait("!document.querySelector('.asking').hidden", 10)
    assert faults_of(screen) == []


TARGETS = """[...document.querySelectorAll("button, [role=slider]")].filter(
  (each) => each.checkVisibility({ visibilityProperty: true }) && !each.closest("[inert]")
).map((each) => {
  const { left, top, width, height } = each.getBoundingClientRect();
  return { name: each.className, left, top, width, height };
})"""
PANELS = [
    ((1920, 1080), 27.0),
    ((3840, 2160), 43.0),
    ((1080, 1920), 32.0),
    ((1280, 800), 10.1),
]


def targets(screen: Screen) -> list[dict[str, Any]]:
    """Everything that a finger can press now."""
    found: list[dict[str, Any]] = screen.read(TARGETS)
    return found


@pytest.mark.parametrize(("size", "inches"), PANELS)
def test_every_target_is_fifteen_millimetres_on_the_declared_panel_and_on_it(
    gallery: Gallery, open_screen: Open, station: str, size: tuple[int, int], inches: float
) -> None:
    query = f"?renderer=css&motion=less&panel={inches}"
    screen = open_screen(f"{gallery.address}/kiosk/{station}{query}", size)
    screen.wait_for_view("attract")
    least = 15 / 25.4 * (size[0] ** 2 + size[1] ** 2) ** 0.5 / inches
    seen = 0
    for state in states(screen, "zh-Hans"):
        for target in targets(screen):
            seen += 1
            where = (state, target["name"])
            # The prints of the rail are one target: it takes a finger anywhere along it.
            if target["name"] != "stop":
                assert min(target["width"], target["height"]) >= least - 1, where
            assert target["left"] >= -1 and target["left"] + target["width"] <= size[0] + 1, where
            if "print" not in target["name"]:
                assert target["top"] >= -1, where
                assert target["top"] + target["height"] <= size[1] + 1, where
    assert seen > 60


def test_in_reach_mode_every_control_is_below_a_metre_and_twenty(
    gallery: Gallery, open_screen: Open, station: str
) -> None:
    # A tall 43-inch panel, 952 mm high, whose lower edge is 700 mm above the floor.
    size = (1080, 1920)
    query = "?renderer=css&motion=less&reach=low&panel=43&stands=700"
    screen = open_screen(f"{gallery.address}/kiosk/{station}{query}", size)
    screen.wait_for_view("attract")
    per_mm = (size[0] ** 2 + size[1] ** 2) ** 0.5 / (43 * 25.4)
    highest = size[1] - (1200 - 700) * per_mm
    for state in states(screen, "zh-Hans"):
        if state == "attract":
            continue
        for target in targets(screen):
            if target["name"] == "handle":
                continue  # its buttons do the same, lower down
            reached = target["top"] + target["height"] / 2
            assert reached >= highest - 1, (state, target["name"])


OVERFLOWS = """[...document.querySelectorAll("button, h1, h2, h3, p, li, .label")].filter(
  (each) => each.checkVisibility({ visibilityProperty: true, opacityProperty: true }) &&
    !each.closest("[inert], .hall")
).filter((each) => {
  const { left, right } = each.getBoundingClientRect();
  return left < -1 || right > innerWidth + 1 || each.scrollWidth > each.clientWidth + 2;
}).map((each) => `${each.className || each.tagName} ${each.textContent}`)"""


@pytest.mark.parametrize("size", [(1920, 1080), (1080, 1920), (1280, 800)])
def test_a_longer_language_from_the_right_fits_everywhere_and_is_mirrored(
    gallery: Gallery, open_screen: Open, station: str, size: tuple[int, int]
) -> None:
    query = f"?renderer=css&motion=less&language={FROM_THE_RIGHT}"
    screen = open_screen(f"{gallery.address}/kiosk/{station}{query}", size)
    screen.wait_for_view("attract")
    middles: dict[str, float] = {}
    for state in states(screen, FROM_THE_RIGHT):
        assert screen.read(OVERFLOWS) == [], state
        for name in (
            ".shown .back",
            ".shown .restore",
            ".shown [data-stage=scan]",
            ".shown .light",
        ):
            if state in ("photo", "colour") and screen.page.locator(name).count():
                middles[f"{state} {name}"] = screen.middle(name)[0]
    assert screen.read("document.dir") == "rtl"
    assert middles["photo .shown .back"] > size[0] / 2 > middles["photo .shown .restore"]
    assert middles["photo .shown .light"] == pytest.approx(
        middles["photo .shown [data-stage=scan]"], abs=4
    )
    assert middles["colour .shown .light"] < middles["photo .shown .light"]


def test_a_screen_reader_hears_labels_of_what_a_visitor_chose_and_not_of_the_loop(
    gallery: Gallery, open_screen: Open, station: str
) -> None:
    screen = opened(open_screen, gallery, station, "zh-Hans")
    label = screen.page.locator(".label")
    for state in states(screen, "zh-Hans"):
        chosen = screen.read("document.documentElement.dataset.view") in ("photo", "programme")
        assert label.get_attribute("aria-live") == ("polite" if chosen else "off"), state
        if state == "wall":
            screen.wait(
                "getComputedStyle(document.querySelector('.label')).visibility === 'hidden'"
            )


def test_the_whole_visit_by_six_keys(gallery: Gallery, open_screen: Open, station: str) -> None:
    keypad = "prev:F6,next:F7,select:F8,back:F9,help:F10,volume:F12"
    screen = open_screen(
        f"{gallery.address}/kiosk/{station}?keys={keypad}&motion=less&renderer=css", LARGE
    )
    screen.wait_for_view("attract")
    press = screen.page.keyboard.press

    def go_to(selector: str) -> None:
        """Next, until the focus is there; it is seen all the way."""
        for _ in range(60):
            if screen.page.evaluate("(wanted) => document.activeElement.matches(wanted)", selector):
                assert (
                    screen.read("getComputedStyle(document.activeElement).outlineStyle") == "solid"
                )
                return
            press("F7")
        raise AssertionError(f"{selector} is not reached")

    def choose(selector: str, then: str) -> None:
        go_to(selector)
        press("F8")
        screen.wait(then, 20)

    press("F8")
    screen.wait_for_view("wall")
    press("F10")
    screen.wait("document.querySelector('.panel')")
    choose(".choices button:last-child", "document.activeElement.ariaPressed === 'false'")
    press("F9")
    screen.wait("!document.querySelector('.panel')")
    press("F12")
    screen.wait("document.querySelector('.aside').textContent.includes('4')")
    choose(".language", "document.documentElement.lang === 'en'")
    choose(f".print[data-photo='{WIDE}']", "document.documentElement.dataset.view === 'photo'")
    screen.wait_for_picture(WIDE, "scan")
    choose("[data-stage=colour]", "rekindle.moment.after.stage === 'colour'")
    choose(asks(1), "rekindle.snapshot.split")
    choose(".tray:not([hidden]) button:nth-child(2)", "rekindle.snapshot.split.at > 0.5")
    press("F9")
    screen.wait("rekindle.snapshot.split === null")
    choose(asks(2), "rekindle.snapshot.detail")
    choose(".tray:not([hidden]) button:nth-child(6)", "rekindle.snapshot.detail.x > 0.5")
    press("F9")
    screen.wait("rekindle.snapshot.detail === null")
    choose(".marks", "rekindle.snapshot.marks")
    choose(asks(4), "!document.querySelector('.shown .card').hidden")
    choose(".tray:not([hidden]) button:nth-child(2)", "document.querySelector('.swatch')")
    assert "The flag" in screen.page.locator(".shown .card").inner_text()
    press("F9")
    choose(asks(5), "document.querySelector('.panel')")
    press("F9")
    choose(asks(6), "rekindle.score.cues.some((cue) => cue.after.plate !== null)")
    choose(".restore", "rekindle.score.cues.length > 2")
    press("F6")
    choose(".back", "document.documentElement.dataset.view === 'wall'")
    choose(".programmes button", "document.documentElement.dataset.view === 'programme'")
    press("F9")
    screen.wait_for_view("wall")
