"""Ways into a visit that the tests share, and the pictures to compare the glass with."""

from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from tests.ui.browser import Pixels, Screen
from tests.ui.conftest import Gallery, Open

WIDE, TALL = "010-flag-bearer", "020-opening"
SETTLES_S = 0.5
"""After a movement the glass is drawn in full; this long and it has been."""


def kiosk(open_screen: Open, gallery: Gallery, station: str, **options: Any) -> Screen:
    screen = open_screen(f"{gallery.address}/kiosk/{station}", **options)
    screen.wait_for_view("attract")
    return screen


def at_the_wall(open_screen: Open, gallery: Gallery, station: str, **options: Any) -> Screen:
    screen = kiosk(open_screen, gallery, station, **options)
    screen.page.mouse.click(300, 200)
    screen.wait_for_view("wall")
    return screen


def at_a_photo(open_screen: Open, gallery: Gallery, station: str, photo: str = WIDE) -> Screen:
    screen = at_the_wall(open_screen, gallery, station)
    screen.tap(f".print[data-photo='{photo}']")
    screen.wait_for_view("photo")
    screen.wait_for_picture(photo, "scan")
    return screen


def label(screen: Screen) -> str:
    text: str = screen.read("document.querySelector('.label').textContent")
    return text


def scan_of(gallery: Gallery, photo: str, stage: str = "scan") -> Pixels:
    """The published picture itself."""
    return decoded(gallery.folder / photo / f"{stage}.full.webp")


def decoded(path: Path) -> Pixels:
    return np.asarray(Image.open(path).convert("RGB"), dtype=np.int16)


def shown(screen: Screen) -> Pixels:
    """The glass without the lines of text over it, once it is fully lit and drawn in full, and
    nothing that was there before dissolves over it any more."""
    screen.wait("document.querySelectorAll('.stage > *').length === 2")
    screen.wait(
        "[...document.querySelectorAll('canvas')].every((each) => "
        "getComputedStyle(each).opacity === '1' || rekindle.renderer === 'css')"
    )
    lines = "[...document.querySelectorAll('.line, .inviting')]"
    screen.read(f"{lines}.forEach(({{ style }}) => style.setProperty('visibility', 'hidden'))")
    return screen.pixels()
