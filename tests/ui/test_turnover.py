"""A wall that several stations share dissolves from one show into the other."""

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from server.show.clock import SystemClock
from server.show.messages import OpenPhoto, ShowWall, Touch
from server.show.state import Timing
from server.show.stations import Stations
from tests.support.editions import FolderShelf, published_shelf
from tests.support.screens import screen as at_station
from tests.support.serving import house, serving
from tests.ui.browser import Pixels, Screen
from tests.ui.conftest import SIZE, Open
from tests.ui.visits import SETTLES_S, WIDE, decoded, shown

pytestmark = pytest.mark.browser

OTHER = "030-first-gold"
HELD = """(() => {
  const { animate } = Element.prototype;
  Element.prototype.animate = function (...given) {
    window.leaving = animate.apply(this, given);
    leaving.pause();
    return leaving;
  };
})()"""
EASED = 0.811
"""Of the dissolve, half-way in time: cubic-bezier(.35, 0, .15, 1) at 0.5."""


@pytest.fixture
def shelf(tmp_path: Path) -> FolderShelf:
    return published_shelf(tmp_path / "editions", size=SIZE)


@pytest.fixture
def shared(tmp_path: Path, shelf: FolderShelf) -> Iterator[str]:
    """A house where two stations share a wall, which passes on after four seconds."""
    walls = {"long": ["left", "right"]}
    stations = Stations(shelf, SystemClock(), walls=walls, timing=Timing(2500, 1500))
    with serving(house(tmp_path, shelf, stations=stations)) as address:
        yield address


def half_way(wall: Screen, address: str) -> tuple[Pixels, Pixels, Pixels]:
    """The wall as it passes from the left station to the right one: the glass at the beginning, in
    the middle and at the end of what leads from the one to the other."""
    with (
        at_station(address, "left", "kiosk") as left,
        at_station(address, "right", "kiosk") as right,
    ):
        left.say(OpenPhoto(photo=WIDE))
        wall.wait_for_picture(WIDE, "scan")
        time.sleep(SETTLES_S)
        right.say(OpenPhoto(photo=OTHER))
        wall.read(HELD)
        wall.read("document.querySelector('.line').style.setProperty('visibility', 'hidden')")
        deadline = time.monotonic() + 15
        while not wall.read("Boolean(window.leaving)"):
            # The one goes on, and the other has gone.
            right.say(Touch())
            time.sleep(0.2)
            assert time.monotonic() < deadline
        seen = []
        for share in (0.0, 0.5):
            wall.read(f"(leaving.currentTime = {share} * leaving.effect.getTiming().duration)")
            time.sleep(0.1)
            seen.append(wall.pixels())
            right.say(Touch())
        wall.read("leaving.finish()")
        wall.wait_for_picture(OTHER, "scan")
        return seen[0], seen[1], shown(wall)


@pytest.mark.parametrize("query", ["", "?renderer=css"])
def test_it_dissolves_from_the_one_stations_picture_into_the_others(
    open_screen: Open, shared: str, shelf: FolderShelf, query: str
) -> None:
    wall = open_screen(f"{shared}/projection/long{query}", SIZE)
    wall.wait("rekindle.snapshot")
    begins, middle, ends = half_way(wall, shared)
    before, after = (
        decoded(shelf.folder("first-gold", 1) / photo / "scan.full.webp") for photo in (WIDE, OTHER)
    )
    differ = np.abs(before - after).max(axis=2) > 25
    assert differ.mean() > 0.03
    mixed = (1 - EASED) * before + EASED * after
    for seen, expected in ((begins, before), (middle, mixed), (ends, after)):
        assert np.abs(seen - expected)[differ].mean() < 3
    assert wall.read("leaving.effect.getTiming().duration") == 1400
    wall.wait("document.querySelectorAll('.stage > *').length === 2")


def test_those_who_asked_for_less_motion_see_a_short_cross_fade(
    open_screen: Open, shared: str
) -> None:
    wall = open_screen(f"{shared}/projection/long", SIZE, reduced_motion=True)
    wall.wait("rekindle.snapshot")
    half_way(wall, shared)
    assert wall.read("leaving.effect.getTiming().duration") == 600


def test_a_photograph_that_is_opened_dissolves_as_it_always_does(
    open_screen: Open, shared: str
) -> None:
    wall = open_screen(f"{shared}/projection/left", SIZE)
    wall.wait("rekindle.drawn")
    wall.read(HELD)
    with at_station(shared, "left", "kiosk") as left:
        for photo in (WIDE, OTHER):
            left.say(OpenPhoto(photo=photo))
            wall.wait_for_picture(photo, "scan")
        left.say(ShowWall())
        wall.wait("rekindle.snapshot.view === 'wall'")
    assert not wall.read("Boolean(window.leaving)")
