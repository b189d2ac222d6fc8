"""A curator at the Studio's page of regions, in a real browser, over a real set on disk."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from server.catalogue.manifest import load
from server.catalogue.model import Region
from tests.support.editions import FolderShelf
from tests.support.serving import house, quick_accounts, serving
from tests.support.sets import FLAG, make_set
from tests.ui.axe import faults_of
from tests.ui.browser import Screen
from tests.ui.conftest import Open

pytestmark = pytest.mark.browser

PASSWORD = "correct horse"
SIZE = (1280, 800)
OUTLINED = "document.querySelector('[name=outline]').value"
BODY = (0.35, 0.9)
"""On the drawn person's body, as dark as the hill behind it."""
CLOTH = (0.73, 0.27)
"""In the middle of the drawn flag."""


@dataclass(frozen=True, slots=True)
class Studio:
    screen: Screen
    folder: Path

    @property
    def file(self) -> Path:
        return self.folder / "photos/photo-1/photo.toml"

    @property
    def regions(self) -> tuple[Region, ...]:
        return load(self.folder).photo("photo-1").region

    def click(self, x: float, y: float, *, shift: bool = False) -> None:
        """On the scan, at fractions of its width and height."""
        box = self.screen.page.locator("#frame svg").bounding_box()
        assert box is not None
        keys = self.screen.page.keyboard
        if shift:
            keys.down("Shift")
        self.screen.page.mouse.click(box["x"] + x * box["width"], box["y"] + y * box["height"])
        if shift:
            keys.up("Shift")

    def corners(self) -> np.ndarray:
        """Of the proposed outline, once it is there."""
        self.screen.wait(OUTLINED)
        return np.array(self.screen.read(f"JSON.parse({OUTLINED})"))

    def fill(self, **values: str) -> None:
        for name, value in values.items():
            self.screen.page.fill(f"[name='{name.replace('_', '.')}']", value)

    def save(self, then: str = "#last") -> None:
        """Until the page that comes shows ``then``."""
        self.screen.page.click("button.first")
        self.shown(then)

    def shown(self, selector: str) -> None:
        # Asks again where a page comes in between, which reading in the page does not.
        self.screen.page.locator(selector).first.wait_for()


@pytest.fixture
def studio(tmp_path: Path, open_screen: Open) -> Iterator[Studio]:
    """The page of a photo, opened by a curator who is in."""
    folder = make_set(tmp_path / "set", photos=2, size=(320, 240))
    file = folder / "photos/photo-1/photo.toml"
    file.write_text(f"# My own note.\n{file.read_text('utf-8')}", "utf-8")
    accounts = quick_accounts(tmp_path)
    accounts.add("lin", PASSWORD)
    app = house(tmp_path, FolderShelf(tmp_path / "editions"), accounts=accounts, sets=[folder])
    with serving(app) as base:
        screen = open_screen(f"{base}/studio/login?lang=en", SIZE)
        screen.page.fill("[name=name]", "lin")
        screen.page.fill("[name=password]", PASSWORD)
        screen.page.click("main button")
        screen.page.goto(f"{base}/studio/small-set/photo-1/regions")
        yield Studio(screen, folder)
        # A page that is still asking would find nobody.
        screen.page.goto("about:blank")


def test_a_figure_is_coloured_with_one_click_and_a_colour(studio: Studio) -> None:
    before = studio.file.read_text("utf-8")
    studio.click(*CLOTH)
    corners = studio.corners()
    assert corners.min(axis=0) == pytest.approx(np.min(FLAG, axis=0), abs=0.05)
    assert corners.max(axis=0) == pytest.approx(np.max(FLAG, axis=0), abs=0.05)
    assert "corners" in studio.screen.page.inner_text("#said")
    studio.fill(name_en="a banner", colour="#2a3f6b", source_en="A banner in the archive")
    assert studio.screen.page.input_value("#picker") == "#2a3f6b"
    studio.screen.page.fill("#picker", "#3b5f8a")
    assert studio.screen.page.input_value("[name=colour]") == "#3B5F8A"
    studio.screen.page.select_option("[name=certainty]", "documented")
    studio.save()
    region = studio.regions[-1]
    assert (region.id, region.colour, region.certainty) == ("a-banner", "#3B5F8A", "documented")
    assert region.source is not None and region.source.root == {"en": "A banner in the archive"}
    assert np.allclose(np.array(region.outline), corners)
    assert studio.file.read_text("utf-8").startswith(before.rstrip("\n"))
    assert "rekindle publish" in studio.screen.page.inner_text("#last")
    studio.screen.page.click("#last button")
    studio.shown("text=Taken back")
    assert studio.file.read_text("utf-8") == before


def test_less_more_and_another_part(studio: Studio) -> None:
    studio.click(*BODY)
    whole = studio.corners()
    reach = studio.screen.page.locator("#reach")
    reach.press("Home")
    studio.screen.wait(f"JSON.parse({OUTLINED}).length && !{OUTLINED}.includes('{whole[0][0]}')")
    assert np.ptp(studio.corners()[:, 0]) < np.ptp(whole[:, 0])
    reach.press("ArrowRight")
    studio.click(0.73, 0.27, shift=True)
    clicks = "JSON.parse(document.querySelector('[name=clicks]').value)"
    studio.screen.wait(f"{clicks}.length === 2")
    studio.click(*BODY)
    studio.screen.wait(f"{clicks}.length === 1")


def test_a_corner_is_dragged(studio: Studio) -> None:
    studio.click(*CLOTH)
    before = studio.corners()
    x, y = studio.screen.middle(".corners circle")
    mouse = studio.screen.page.mouse
    mouse.move(x, y)
    mouse.down()
    mouse.move(x - 40, y - 20)
    mouse.up()
    after = studio.corners()
    box = studio.screen.page.locator("#frame svg").bounding_box()
    assert box is not None
    moved = (after - before) * [box["width"], box["height"]]
    assert moved[0] == pytest.approx([-40, -20], abs=2)
    assert not moved[1:].any()
    assert studio.screen.read("JSON.parse(document.querySelector('[name=clicks]').value).length")


def test_the_whole_of_it_by_keyboard(studio: Studio) -> None:
    keys, screen = studio.screen.page.keyboard, studio.screen
    screen.page.evaluate("document.activeElement.blur()")
    for _ in range(40):
        keys.press("Tab")
        if screen.read("document.activeElement.id === 'frame'"):
            break
    assert screen.read("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    assert screen.read("getComputedStyle(document.querySelector('.cross')).display") == "inline"
    for key in ["Shift+ArrowDown"] * 5 + ["Shift+ArrowLeft"] * 3:
        keys.press(key)
    assert "35 % from the left" in screen.page.inner_text("#said")
    keys.press("Enter")
    corners = studio.corners()
    assert 0.2 < corners[:, 0].mean() < 0.5 < corners[:, 1].mean()
    keys.press("-")
    assert screen.page.input_value("#reach") == "-1"
    screen.wait("document.querySelector('#said').textContent.includes('corners')")
    for typed in ("Tab", "Tab", "Tab", "the coat", "Enter"):
        if typed in ("Tab", "Enter"):
            keys.press(typed)
        else:
            keys.type(typed)
    studio.shown("#last")
    assert [each.name.root for each in studio.regions[2:]] == [{"en": "the coat"}]


def test_what_was_typed_outlives_a_file_that_somebody_changed(studio: Studio) -> None:
    studio.click(*BODY)
    corners = studio.corners()
    studio.fill(name_en="his coat", colour="#2A3F6B")
    studio.screen.page.select_option("[name=certainty]", "guess")
    theirs = studio.file.read_text("utf-8") + "\n# Typed meanwhile.\n"
    studio.file.write_text(theirs, "utf-8")
    studio.save("#refusal")
    studio.screen.wait("document.activeElement.id === 'refusal'")
    assert "nothing was written" in studio.screen.page.inner_text("#refusal")
    assert studio.file.read_text("utf-8") == theirs
    assert studio.screen.page.input_value("[name='name.en']") == "his coat"
    assert np.allclose(studio.corners(), corners)
    drawn = "document.querySelector('.tint').points.numberOfItems"
    assert studio.screen.read(drawn) == len(corners)
    studio.save()
    assert "# Typed meanwhile." in studio.file.read_text("utf-8")
    assert studio.regions[-1].id == "his-coat"


def test_where_no_face_is_left_the_page_says_so(studio: Studio) -> None:
    studio.screen.page.click("#find")
    studio.screen.wait("!document.querySelector('#find').disabled", 60)
    assert "No other face" in studio.screen.page.inner_text("#faces-said")


@pytest.mark.parametrize("language", ["en", "zh-Hans"])
def test_axe_finds_nothing(studio: Studio, language: str) -> None:
    screen = studio.screen
    address = f"{screen.page.url}?lang={language}"
    screen.page.goto(address)
    found = {"empty": faults_of(screen)}
    studio.fill(colour="blue")
    studio.save(".fault")
    found["faults"] = faults_of(screen)
    studio.click(*BODY)
    studio.corners()
    studio.fill(name_en="his coat", colour="")
    studio.save()
    found["saved"] = faults_of(screen)
    screen.page.goto(address.replace("/photo-1/regions", ""))
    found["list"] = faults_of(screen)
    assert {state: faults for state, faults in found.items() if faults} == {}
