"""A house with one small set, and a real browser in front of it."""

import itertools
import shutil
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from server.editions.model import Edition
from server.show.clock import SystemClock
from server.show.state import Timing
from tests.support.editions import published_shelf
from tests.support.serving import house, serving
from tests.ui.browser import FLAGS, Screen

SIZE = (480, 320)
"""Of every wide photo, and of the glass in which it is shown pixel for pixel."""
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@dataclass(frozen=True, slots=True)
class Gallery:
    """A served house."""

    address: str
    edition: Edition
    folder: Path
    """Of the edition's files."""
    clock: SystemClock
    """The server's."""


def opened_gallery(
    root: Path, timing: Timing, *, published: bool = True
) -> Generator[Gallery, None, None]:
    shelf = published_shelf(root / "editions", size=SIZE)
    edition = shelf.current("first-gold")
    assert edition is not None
    if not published:
        (root / "editions" / "first-gold" / "current").unlink()
    clock = SystemClock()
    with serving(house(root, shelf, timing=timing, clock=clock)) as address:
        yield Gallery(address, edition, shelf.folder("first-gold", 1), clock)


@pytest.fixture(scope="session")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gallery]:
    """A house in which nobody is asked whether they are still there."""
    yield from opened_gallery(tmp_path_factory.mktemp("gallery"), Timing(3_600_000, 60_000))


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip(f"no browser: install one of {', '.join(BROWSERS)}")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield browser
        browser.close()


Open = Callable[..., Screen]


@pytest.fixture
def open_screen(chromium: Browser) -> Iterator[Open]:
    """Opens an address; every page closes with the test, which fails on any error in one."""
    screens: list[Screen] = []

    def opened(
        address: str, size: tuple[int, int] = (960, 540), *, reduced_motion: bool = False
    ) -> Screen:
        page = chromium.new_page(
            viewport={"width": size[0], "height": size[1]},
            reduced_motion="reduce" if reduced_motion else "no-preference",
        )
        screens.append(Screen(page, address))
        return screens[-1]

    yield opened
    problems = [problem for screen in screens for problem in screen.problems]
    for screen in screens:
        screen.page.close()
    assert problems == []


@pytest.fixture
def station() -> str:
    """A station that no other test has touched."""
    return f"station-{next(_numbers)}"


_numbers = itertools.count(1)
