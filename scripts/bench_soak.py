"""Whether a screen that changes its photographs for a season grows: thousands of changes at once.

A real server, a real projection in Chromium, and a kiosk's socket that opens one photograph after
the other, as soon as the last one is on the glass. Measured, after a warm-up and at the end:
textures on the graphics card, the page's heap after collecting garbage, and the browser's memory.

Usage: scripts/bench soak [--changes 10000] [--large 300]
"""

import shutil
import sys
import tempfile
from pathlib import Path
from typing import Annotated, Any

import psutil
import typer
from bench_screens import process, wait_for
from bench_show import free_port, serve
from measuring import say
from playwright.sync_api import CDPSession, Page, sync_playwright

sys.path.insert(0, str(Path(__file__).parent.parent))
from server.editions.model import Edition
from server.editions.shelf import Shelf
from tests.support.editions import make_edition
from tests.ui.browser import FLAGS, Screen

PHOTOS = 24
"""More than a screen keeps on the card."""
SMALL, LARGE = (480, 320), (3840, 2560)
WARM_UP = 0.2
LIMIT_MS = 60_000
SAY_EVERY = 100

CHANGE = """async ([photos, first, count, limit]) => {
  const station = document.body.dataset.station;
  const url = new URL(`/ws/${station}/kiosk`, location.href.replace("http", "ws"));
  const socket = window.soak ?? (window.soak = new WebSocket(url));
  if (socket.readyState !== WebSocket.OPEN) {
    await new Promise((done) => socket.addEventListener("open", done, { once: true }));
  }
  let textures = 0;
  for (let place = first; place < first + count; place += 1) {
    const photo = photos[place % photos.length];
    socket.send(JSON.stringify({ type: "open", photo }));
    const began = performance.now();
    while (rekindle.drawn?.after.photo !== photo) {
      if (performance.now() - began > limit) throw new Error(`${photo} never came`);
      await new Promise(requestAnimationFrame);
    }
    textures = Math.max(textures, rekindle.textures);
  }
  return textures;
}"""


def heap_mb(session: CDPSession) -> float:
    """The page's heap in use, after collecting garbage twice: what a finalizer frees counts too."""
    for _ in range(2):
        session.send("HeapProfiler.collectGarbage")
    used: int = session.send("Runtime.getHeapUsage")["usedSize"]
    return used / 2**20


def browser_mb(profile: str) -> float:
    """Memory of every process of the browser, without what they share counted twice."""
    total = 0
    for each in psutil.process_iter(["cmdline"]):
        if any(profile in part for part in each.info["cmdline"] or ()):
            for one in [each, *each.children(recursive=True)]:
                try:
                    total += one.memory_full_info().uss
                except psutil.Error:
                    continue
            break
    return total / 2**20


def soak(page: Page, session: CDPSession, profile: str, photos: list[str], changes: int) -> Any:
    """(textures, heap, memory) after the warm-up, and at the end."""
    warm = max(len(photos), round(changes * WARM_UP))
    told, textures = [], 0
    for first in (*range(0, warm, SAY_EVERY), *range(warm, changes, SAY_EVERY)):
        count = min(SAY_EVERY, (warm if first < warm else changes) - first)
        textures = max(textures, page.evaluate(CHANGE, [photos, first, count, LIMIT_MS]))
        print(f"{first + count} of {changes} changes", file=sys.stderr, flush=True)
        if first + count in (warm, changes):
            told.append((textures, heap_mb(session), browser_mb(profile)))
    return told


def main(
    changes: Annotated[int, typer.Option(help="Photo changes with small pictures.")] = 10_000,
    large: Annotated[int, typer.Option(help="Photo changes at 4K.")] = 300,
) -> None:
    chromium = next(filter(None, map(shutil.which, ("chromium", "google-chrome"))), None)
    if chromium is None:
        raise SystemExit("Chromium is missing. Run: scripts/setup dev")
    for name, size, count in (("small", SMALL, changes), ("4k", LARGE, large)):
        if count:
            warm, end = measure(chromium, size, count)
            say("soak", f"soak.changes_{name}", count, "changes")
            say("soak", f"soak.textures_{name}", end[0], "textures")
            say("soak", f"soak.textures_growth_{name}", end[0] - warm[0], "textures")
            say("soak", f"soak.heap_growth_mb_{name}", end[1] - warm[1], "MB")
            say("soak", f"soak.browser_growth_mb_{name}", end[2] - warm[2], "MB")


def measure(chromium: str, size: tuple[int, int], changes: int) -> Any:
    """What ``soak`` tells of a house with pictures of this size, in pixels."""
    with tempfile.TemporaryDirectory() as place, tempfile.TemporaryDirectory() as profile:
        home, port = Path(place), free_port()

        def fill(folder: Path, number: int, earlier: Path | None) -> Edition:
            return make_edition(folder, number=number, photos=PHOTOS, size=size)

        edition = Shelf(home / "editions").publish("first-gold", fill)
        with process(serve, home, port), sync_playwright() as playwright:
            wait_for(port)
            context = playwright.chromium.launch_persistent_context(
                profile, executable_path=chromium, args=FLAGS, viewport=_glass(size)
            )
            address = f"http://127.0.0.1:{port}/projection/first-gold"
            screen = Screen(context.new_page(), address)
            screen.wait("window.rekindle && rekindle.drawn", LIMIT_MS / 1000)
            session = context.new_cdp_session(screen.page)
            photos = [photo.id for photo in edition.photos]
            told = soak(screen.page, session, profile, photos, changes)
            context.close()
            return told


def _glass(size: tuple[int, int]) -> Any:
    """As wide as the pictures, so that they are fetched in full. Small pictures have a glass of
    their size, 4K ones a narrow one, so that drawing in software does not dominate. Not narrower:
    Chromium draws a page of a few rows once a second."""
    return {"width": size[0], "height": 320}


if __name__ == "__main__":
    typer.run(main)
