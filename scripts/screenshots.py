"""Every view of the kiosk and the projection, as pictures to look at.

Usage: screenshots.py FOLDER [--size 1920x1080] [--language zh-Hans] [--photo 010-astronaut]
       [--css] [--no-walk] [--no-room]

Serves what is published under REKINDLE_HOME on a free port, walks through it as a visitor would,
and writes ``<size>-<language>-<screen>-<view>.png``. With ``--css``, and at sizes above full HD,
without WebGL, which a machine without a graphics card draws too slowly. Then the room around it: a
programme, a wall that somebody else has, people in life size, what is taken home, the question
whether anybody is there, a server that is gone, the lights out. What a photo does not have (a story
that is told, the pictures of a model at work) is left out.
"""

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from check_demo import free_port, serving
from playwright.sync_api import Browser, sync_playwright

sys.path.insert(0, str(Path(__file__).parent.parent))
from tests.ui.browser import FLAGS, Screen

SIZES = ("1920x1080", "3840x2160", "1080x1920", "1280x800")
PSEUDO = "ar-XB"
"""A language nobody speaks, from the right: see ``kiosk_ui/shared/pseudo.js``."""
LANGUAGES = ("zh-Hans", "en", PSEUDO)
FULL_HD = 1920 * 1080


def main(
    folder: Path,
    size: Annotated[list[str] | None, typer.Option()] = None,
    language: Annotated[list[str] | None, typer.Option()] = None,
    photo: str = "010-astronaut",
    css: bool = False,
    walk: bool = True,
    room: bool = True,
) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with serving(free_port()) as base, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        for one in size or SIZES:
            for spoken in language or LANGUAGES:
                if walk:
                    _walk(browser, base, folder, one, spoken, photo, css)
                if room:
                    _room(browser, folder, one, spoken, photo, css)
        browser.close()


def _walk(
    browser: Browser, base: str, folder: Path, size: str, language: str, photo: str, css: bool
) -> None:
    station = f"{language.lower()}-{size}"

    def page(kind: str) -> Screen:
        return _opened(browser, f"{base}/{kind}/{station}", size, language, css)

    kiosk, wall = page("kiosk"), page("projection")

    def shot(name: str) -> None:
        for role, screen in (("kiosk", kiosk), ("projection", wall)):
            screen.page.screenshot(path=folder / f"{size}-{language}-{role}-{name}.png")

    kiosk.wait("window.rekindle && rekindle.drawn")
    kiosk.page.wait_for_timeout(1500)
    shot("attract")
    _rests_midway(kiosk)
    shot("attract-stopped")
    _enter(kiosk, language)
    kiosk.page.wait_for_timeout(2500)
    shot("wall")
    kiosk.tap(f'[data-photo="{photo}"]')
    kiosk.wait_for_view("photo")
    kiosk.wait_for_picture(photo, "scan")
    kiosk.page.wait_for_timeout(1200)
    shot("photo-scan")
    _stages(kiosk, wall, photo, shot)
    _looking(kiosk, shot)
    _comforts(kiosk, shot)
    for screen in (kiosk, wall):
        assert not screen.problems, screen.problems
        screen.page.close()


def _stages(kiosk: Screen, wall: Screen, photo: str, shot: Callable[[str], None]) -> None:
    """Every stage, half-way to it and there."""
    buttons = "[...document.querySelectorAll('[data-stage]')]"
    stages: list[str] = kiosk.read(f"{buttons}.map((button) => button.dataset.stage)")
    for stage in stages[1:]:
        kiosk.tap(f'[data-stage="{stage}"]')
        _half_way(kiosk)
        shot(f"photo-{stage}-midway")
        kiosk.wait_for_picture(photo, stage)
        wall.wait_for_picture(photo, stage)
        kiosk.page.wait_for_timeout(400)
        shot(f"photo-{stage}")


def _looking(kiosk: Screen, shot: Callable[[str], None]) -> None:
    """What is asked about the photo that is open, one after the other."""
    asks = [
        ("compared", ".shown .asks button:nth-child(1)"),
        ("lens", ".tray:not([hidden]) .sign.lens"),
        ("", "Escape"),
        ("close", ".shown .asks button:nth-child(2)"),
        ("", "Escape"),
        ("hatched", ".shown .marks"),
        ("", ".shown .marks"),
        ("region", ".shown .asks button:nth-child(4)"),
        ("", "Escape"),
        ("made", ".shown .asks button:nth-child(5)"),
        ("", "Escape"),
        ("told", ".shown .listen"),
        ("", ".shown .listen"),
        ("redraws", ".shown .asks button:nth-child(6)"),
    ]
    for name, done in asks:
        if done == "Escape":
            kiosk.page.keyboard.press(done)
        elif kiosk.page.locator(done).first.is_visible():
            kiosk.tap(done)
        else:
            continue
        kiosk.page.wait_for_timeout(1500 if name else 300)
        if name:
            shot(name)


def _comforts(kiosk: Screen, shot: Callable[[str], None]) -> None:
    """Help, then each choice a visitor has, alone."""
    kiosk.page.keyboard.press("F1")
    kiosk.page.wait_for_timeout(600)
    shot("help")
    for place, name in ((2, "lower"), (3, "contrast"), (4, "calm")):
        choice = f".choices button:nth-child({place})"
        kiosk.tap(choice)
        kiosk.page.keyboard.press("Escape")
        kiosk.page.wait_for_timeout(1200)
        shot(f"photo-{name}")
        kiosk.page.keyboard.press("F1")
        kiosk.tap(choice)
    kiosk.page.keyboard.press("Escape")


def _room(browser: Browser, folder: Path, size: str, language: str, photo: str, css: bool) -> None:
    """The states that the room around a kiosk brings, on two kiosks that share a wall."""
    port = free_port()
    room = {
        "REKINDLE_WALLS": json.dumps({"wall": ["left", "right"]}),
        "REKINDLE_TAKE_HOME_ADDRESS": "https://photos.museum.example",
        "REKINDLE_WALL_METRES": json.dumps({"wall": 2.8}),
        "REKINDLE_IDLE_ASK_S": "25",
    }

    def page(base: str, place: str) -> Screen:
        return _opened(browser, f"{base}/{place}", size, language, css)

    def shot(name: str, **screens: Screen) -> None:
        for role, screen in screens.items():
            screen.page.screenshot(path=folder / f"{size}-{language}-{role}-{name}.png")

    with _settings(room), serving(port) as base:
        wall, left, right = (
            page(base, p) for p in ("projection/wall", "kiosk/left", "kiosk/right")
        )
        _enter(left, language)
        left.tap(".programmes button")
        left.wait_for_view("programme")
        wall.wait("document.querySelector('.piece-title.shown')")
        wall.page.wait_for_timeout(1000)
        shot("programme-title", projection=wall, kiosk=left)
        left.wait("!document.querySelector('.captions').hidden", 40)
        shot("programme", kiosk=left, projection=wall)
        _enter(right, language)
        right.page.wait_for_timeout(1500)
        shot("wall-taken", kiosk=right)
        right.tap(f'[data-photo="{photo}"]')
        right.wait_for_picture(photo, "scan")
        right.page.wait_for_timeout(1200)
        shot("photo-taken", kiosk=right)
        right.tap(".shown .take")
        right.page.wait_for_timeout(1500)
        shot("take-home", kiosk=right)
        left.tap(".shown .back")
        left.wait_for_view("wall")
        left.page.wait_for_timeout(1000)
        left.tap(f'[data-photo="{photo}"]')
        left.wait_for_view("photo")
        left.wait_for_picture(photo, "scan")
        left.tap(".shown .extras button:nth-child(2)")
        left.wait("!document.querySelector('.shown .extras button:last-child').hidden")
        left.tap(".shown .extras button:last-child")
        wall.page.wait_for_timeout(2500)
        shot("life-size", kiosk=left, projection=wall)
        right.wait("!document.querySelector('.asking').hidden", 60)
        shot("asked", kiosk=right)
        right.page.keyboard.press("Escape")
        right.page.wait_for_timeout(600)
    right.page.wait_for_timeout(4000)
    shot("server-gone", kiosk=right, projection=wall)
    now = datetime.now(UTC)
    dark = {"REKINDLE_LIGHTS_OUT": f"{now:%H:%M}", "REKINDLE_TIME_ZONE": "UTC"}
    with _settings(dark), serving(free_port()) as base:
        kiosk, projection = page(base, "kiosk/hall"), page(base, "projection/hall")
        _enter(kiosk, language)
        kiosk.page.wait_for_timeout(4500)
        shot("lights-out", kiosk=kiosk, projection=projection)
        for screen in (wall, left, right, kiosk, projection):
            screen.page.close()


@contextmanager
def _settings(values: dict[str, str]) -> Iterator[None]:
    """For a server that starts meanwhile."""
    os.environ.update(values)
    try:
        yield
    finally:
        for name in values:
            del os.environ[name]


def _opened(browser: Browser, address: str, size: str, language: str, css: bool) -> Screen:
    width, height = map(int, size.split("x"))
    query = ["language=ar-XB"] if language == PSEUDO else []
    if css or width * height > FULL_HD:
        # Without a graphics card a 4K canvas takes seconds a frame.
        query.append("renderer=css")
    page = browser.new_page(viewport={"width": width, "height": height})
    return Screen(page, address + ("?" + "&".join(query) if query else ""))


def _enter(kiosk: Screen, language: str) -> None:
    """To the wall, in a language."""
    kiosk.wait("window.rekindle && rekindle.drawn")
    kiosk.page.mouse.click(*(length / 2 for length in kiosk.read("[innerWidth, innerHeight]")))
    kiosk.wait_for_view("wall")
    _speak(kiosk, language)


def _speak(kiosk: Screen, language: str) -> None:
    button = kiosk.page.locator(f'button[lang="{language}"]')
    if kiosk.read("document.documentElement.lang") != language and button.count():
        button.first.click(force=True)
        kiosk.wait(f"document.documentElement.lang === '{language}'")


def _half_way(kiosk: Screen) -> None:
    kiosk.wait("rekindle.moment && rekindle.moment.progress > 0.3 && rekindle.moment.progress < 1")


def _rests_midway(kiosk: Screen) -> None:
    """The invitation has begun a change, stopped, and waits for a hand."""
    before = 0.0
    for _ in range(400):
        now = kiosk.read("rekindle.moment.progress")
        if 0 < now < 1 and now == before:
            return
        before = now
        kiosk.page.wait_for_timeout(100)


if __name__ == "__main__":
    typer.run(main)
