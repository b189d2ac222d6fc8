"""A page in a real Chromium, as a visitor and a test see it."""

import time
from collections.abc import Callable
from io import BytesIO
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image
from playwright.sync_api import Page

Pixels = npt.NDArray[np.int16]
"""RGB, H x W x 3, 0..255; signed, so that differences do not wrap."""

LUMA = np.array([0.2126, 0.7152, 0.0722])
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--force-color-profile=srgb",
    "--hide-scrollbars",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
"""A browser that asks nobody anything and draws WebGL2 without a graphics card."""


class Screen:
    """One page of the house."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.problems: list[str] = []
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.goto(address)

    def read(self, expression: str) -> Any:
        """The value of a JavaScript expression in the page."""
        return self.page.evaluate(f"() => {expression}")

    def wait(self, expression: str, limit: float = 20.0) -> None:
        """Until the expression is true; raises AssertionError after ``limit`` seconds."""
        self._until(lambda: bool(self.read(f"Boolean({expression})")), expression, limit)

    def wait_for_view(self, view: str, limit: float = 20.0) -> None:
        self.wait(f"document.documentElement.dataset.view === '{view}'", limit)

    def wait_for_picture(self, photo: str, stage: str, limit: float = 30.0) -> None:
        """Until this picture alone is on the glass."""
        self.wait(
            "rekindle.drawn && rekindle.drawn.progress % 1 === 0 && "
            "(rekindle.drawn.progress ? rekindle.drawn.after : rekindle.drawn.before).photo "
            f"=== '{photo}' && (rekindle.drawn.progress ? rekindle.drawn.after : "
            f"rekindle.drawn.before).stage === '{stage}'",
            limit,
        )

    def middle(self, selector: str) -> tuple[float, float]:
        """The middle of the first element that matches, in CSS pixels."""
        box = self.page.locator(selector).first.bounding_box()
        assert box is not None, f"{selector} is not on the page"
        return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    def tap(self, selector: str) -> None:
        # Prints drift, so they are never "stable" and are tapped where they are.
        self.page.mouse.click(*self.middle(selector))

    def pixels(self) -> Pixels:
        """What the page looks like now."""
        return np.asarray(
            Image.open(BytesIO(self.page.screenshot())).convert("RGB"), dtype=np.int16
        )

    def see_through(self) -> int:
        """How many pixels nothing is painted on, black on a screen."""
        with Image.open(BytesIO(self.page.screenshot())) as taken:
            return int(np.count_nonzero(np.asarray(taken.convert("RGBA"))[..., 3] < 255))

    def _until(self, holds: Callable[[], bool], what: str, limit: float) -> None:
        deadline = time.monotonic() + limit
        while not holds():
            state = "window.rekindle && JSON.stringify([rekindle.drawn, rekindle.renderer])"
            assert time.monotonic() < deadline, f"{what}; {self.read(state)}; {self.problems}"
            time.sleep(0.03)


def luma(pixels: Pixels) -> npt.NDArray[np.float64]:
    """Lightness of every pixel, 0..255, of gamma-coded values (ITU-R BT.709 weights)."""
    lightness: npt.NDArray[np.float64] = pixels @ LUMA
    return lightness
