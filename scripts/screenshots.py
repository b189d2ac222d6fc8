"""Every view of the kiosk and the projection, as pictures to look at.

Usage: screenshots.py FOLDER [--size 1920x1080] [--language zh-Hans] [--photo 010-astronaut]

Serves what is published under REKINDLE_HOME on a free port, walks through it as a visitor would,
and writes ``<size>-<language>-<screen>-<view>.png``.
"""

import sys
from pathlib import Path
from typing import Annotated

import typer
from check_demo import free_port, serving
from playwright.sync_api import Browser, Page, sync_playwright

sys.path.insert(0, str(Path(__file__).parent.parent))
from tests.ui.browser import FLAGS, Screen

SIZES = ("1920x1080", "3840x2160", "1080x1920", "1280x800")
LANGUAGES = ("zh-Hans", "en")


def main(
    folder: Path,
    size: Annotated[list[str] | None, typer.Option()] = None,
    language: Annotated[list[str] | None, typer.Option()] = None,
    photo: str = "010-astronaut",
) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with serving(free_port()) as base, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        for one in size or SIZES:
            for spoken in language or LANGUAGES:
                _walk(browser, base, folder, one, spoken, photo)
        browser.close()


def _walk(browser: Browser, base: str, folder: Path, size: str, language: str, photo: str) -> None:
    width, height = map(int, size.split("x"))
    station = f"{language.lower()}-{size}"

    def page() -> Page:
        return browser.new_page(viewport={"width": width, "height": height})

    kiosk = Screen(page(), f"{base}/kiosk/{station}")
    wall = Screen(page(), f"{base}/projection/{station}")

    def shot(name: str, *screens: tuple[str, Screen]) -> None:
        for role, screen in screens:
            screen.page.screenshot(path=folder / f"{size}-{language}-{role}-{name}.png")

    both = (("kiosk", kiosk), ("projection", wall))
    kiosk.wait("window.rekindle && rekindle.drawn")
    kiosk.page.wait_for_timeout(4000)
    shot("attract", *both)
    kiosk.page.mouse.click(width / 2, height / 2)
    kiosk.wait_for_view("wall")
    _speak(kiosk, language)
    kiosk.page.wait_for_timeout(2500)
    shot("wall", *both)
    kiosk.tap(f'[data-photo="{photo}"]')
    kiosk.wait_for_view("photo")
    kiosk.wait_for_picture(photo, "scan")
    kiosk.page.wait_for_timeout(1200)
    shot("photo-scan", *both)
    buttons = "[...document.querySelectorAll('[data-stage]')]"
    stages: list[str] = kiosk.read(f"{buttons}.map((button) => button.dataset.stage)")
    for stage in stages[1:]:
        kiosk.tap(f'[data-stage="{stage}"]')
        _half_way(kiosk)
        shot(f"photo-{stage}-midway", *both)
        kiosk.wait_for_picture(photo, stage)
        wall.wait_for_picture(photo, stage)
        kiosk.page.wait_for_timeout(400)
        shot(f"photo-{stage}", *both)
    for screen in (kiosk, wall):
        assert not screen.problems, screen.problems
        screen.page.close()


def _speak(kiosk: Screen, language: str) -> None:
    button = kiosk.page.locator(f'button[lang="{language}"]')
    if kiosk.read("document.documentElement.lang") != language and button.count():
        button.first.click(force=True)
        kiosk.wait(f"document.documentElement.lang === '{language}'")


def _half_way(kiosk: Screen) -> None:
    kiosk.wait("rekindle.moment && rekindle.moment.progress > 0.3 && rekindle.moment.progress < 1")


if __name__ == "__main__":
    typer.run(main)
