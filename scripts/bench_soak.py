"""Whether a screen that changes its photographs for a season grows: thousands of changes at once.

A real server, a real projection in Chromium, and a kiosk's socket that opens one photograph after
the other, each as soon as the last one lies on the glass alone. One thing is not as visitors have
it: a dissolve lasts 40 ms instead of 1400, so that a season fits into an hour. Everything that
might pile up happens once a change all the same: messages, downloads, decoding, uploads, textures.

Measured after a warm-up and at the end: textures that the page has made and not deleted, counted
where it asks WebGL for them; its heap after collecting garbage; memory of the whole browser, in
which without a graphics card the textures lie, too.

Usage: scripts/bench soak [--changes 10000] [--large 300] [--screen projection]
"""

import json
import shutil
import statistics
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path
from typing import Annotated, NamedTuple

import psutil
import typer
from bench_screens import process, wait_for
from bench_show import free_port, serve
from devtools import Page, browser
from measuring import say

sys.path.insert(0, str(Path(__file__).parent.parent))
from server.editions.model import Edition
from server.editions.shelf import Shelf
from server.show import timeline
from tests.support.editions import make_edition
from tests.ui.browser import FLAGS

SMALL, LARGE = (480, 320), (3840, 2560)
PHOTOS = {SMALL: 24, LARGE: 14}
"""More than a screen keeps pictures on the card: none is still there when its turn comes again."""
DISSOLVE_MS = 40.0
WARM_UP = 0.2
LIMIT_MS = 60_000
TOLD = 10
"""Times at which everything is measured, on the way."""

ASKED = ("Pss_Anon:", "Pss_Shmem:", "SwapPss:")
"""Of Linux's sums over a process's memory, kB."""

COUNT = """(() => {
  const { prototype } = WebGL2RenderingContext;
  const { createTexture, deleteTexture } = prototype;
  window.texturesAlive = window.texturesMade = 0;
  prototype.createTexture = function () {
    texturesMade += 1;
    texturesAlive += 1;
    return createTexture.call(this);
  };
  prototype.deleteTexture = function (texture) {
    texturesAlive -= 1;
    return deleteTexture.call(this, texture);
  };
})()"""
CHANGE = """async ([photos, first, count, limit]) => {
  const station = document.body.dataset.station;
  const url = new URL(`/ws/${station}/kiosk`, location.href.replace("http", "ws"));
  const socket = window.soak ?? (window.soak = new WebSocket(url));
  if (socket.readyState !== WebSocket.OPEN) {
    await new Promise((done) => socket.addEventListener("open", done, { once: true }));
  }
  const took = [];
  let textures = 0;
  const isAlone = (photo) => rekindle.drawn?.after.photo === photo && rekindle.drawn.progress === 1;
  for (let place = first; place < first + count; place += 1) {
    const photo = photos[place % photos.length];
    const began = performance.now();
    socket.send(JSON.stringify({ type: "open", photo }));
    while (!isAlone(photo)) {
      if (performance.now() - began > limit) throw new Error(`${photo} never came`);
      await new Promise(requestAnimationFrame);
    }
    took.push(performance.now() - began);
    textures = Math.max(textures, texturesAlive);
  }
  return [textures, texturesMade, took];
}"""


class Told(NamedTuple):
    """What there was after so many changes."""

    changes: int
    textures: int
    """The most there were since the last time."""
    made: int
    """Textures since the beginning; each beyond the most there were has been deleted."""
    heap_mb: float
    browser_mb: float
    took_ms: float
    """By a change, the median."""


def serve_in_haste(home: Path, port: int) -> None:
    timeline.DISSOLVE_MS = DISSOLVE_MS
    serve(home, port)


def heap_mb(page: Page) -> float:
    """The page's heap in use, after collecting garbage twice: what a finalizer frees counts too."""
    for _ in range(2):
        page.ask("HeapProfiler.collectGarbage")
    used: int = page.ask("Runtime.getHeapUsage")["usedSize"]
    return used / 2**20


def browser_mb(pid: int) -> float:
    """Memory that the browser's processes have asked for, what they share counted once. Files they
    have mapped are left out: of these the system keeps as much in memory as it likes."""
    whole = psutil.Process(pid)
    return sum(map(_asked_mb, [whole, *whole.children(recursive=True)]))


def _asked_mb(one: psutil.Process) -> float:
    try:
        rows = Path(f"/proc/{one.pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0  # gone meanwhile
    fields = (row.split() for row in rows)
    return sum(int(each[1]) for each in fields if each[0] in ASKED) / 1024


def soak(page: Page, pid: int, photos: list[str], changes: int) -> list[Told]:
    """What there was at each tenth of the way."""
    told: list[Told] = []
    marks = [round(changes * tenth / TOLD) for tenth in range(TOLD + 1)]
    for first, end in pairwise(marks):
        task = json.dumps([photos, first, end - first, LIMIT_MS])
        textures, made, took = page.read(f"({CHANGE})({task})")
        median = statistics.median(took)
        told.append(Told(end, textures, made, heap_mb(page), browser_mb(pid), median))
        print(told[-1], file=sys.stderr, flush=True)
    return told


def main(
    changes: Annotated[int, typer.Option(help="Photo changes with small pictures.")] = 10_000,
    large: Annotated[int, typer.Option(help="Photo changes at 4K.")] = 300,
    screen: Annotated[str, typer.Option(help="Whose page: projection or kiosk.")] = "projection",
) -> None:
    chromium = next(filter(None, map(shutil.which, ("chromium", "google-chrome"))), None)
    if chromium is None:
        raise SystemExit("Chromium is missing. Run: scripts/setup dev")
    for name, size, count in (("small", SMALL, changes), ("4k", LARGE, large)):
        if count:
            told = measure(chromium, screen, size, count)
            warm = next(each for each in told if each.changes >= count * WARM_UP)
            end = told[-1]
            say("soak", f"soak.changes_{name}", end.changes, "changes")
            say("soak", f"soak.took_ms_{name}", end.took_ms, "ms")
            say("soak", f"soak.textures_{name}", max(each.textures for each in told), "textures")
            say("soak", f"soak.textures_made_{name}", end.made, "textures")
            say("soak", f"soak.textures_growth_{name}", end.textures - warm.textures, "textures")
            say("soak", f"soak.heap_growth_mb_{name}", end.heap_mb - warm.heap_mb, "MB")
            say("soak", f"soak.browser_growth_mb_{name}", end.browser_mb - warm.browser_mb, "MB")


def measure(chromium: str, screen: str, size: tuple[int, int], changes: int) -> list[Told]:
    """What ``soak`` tells of a house with pictures of this size, in pixels."""
    with tempfile.TemporaryDirectory() as place, tempfile.TemporaryDirectory() as profile:
        home, port = Path(place), free_port()

        def fill(folder: Path, number: int, earlier: Path | None) -> Edition:
            return make_edition(folder, number=number, photos=PHOTOS[size], size=size)

        edition = Shelf(home / "editions").publish("first-gold", fill)
        with (
            process(serve_in_haste, home, port),
            browser(chromium, FLAGS, Path(profile)) as (page, started),
        ):
            wait_for(port)
            page.ask("Emulation.setDeviceMetricsOverride", **_glass(size))
            page.ask("Page.enable")
            page.ask("Page.addScriptToEvaluateOnNewDocument", source=COUNT)
            page.ask("Page.navigate", url=f"http://127.0.0.1:{port}/{screen}/first-gold")
            while not page.read("Boolean(window.rekindle?.drawn)"):
                time.sleep(0.1)
            return soak(page, started.pid, [photo.id for photo in edition.photos], changes)


def _glass(size: tuple[int, int]) -> dict[str, float | bool]:
    """As wide as the pictures, so that they are fetched in full. Small pictures have a glass of
    their size, 4K ones a narrow one, so that drawing in software does not dominate. Not narrower:
    Chromium draws a page of a few rows once a second."""
    return {"width": size[0], "height": 320, "deviceScaleFactor": 1, "mobile": False}


if __name__ == "__main__":
    typer.run(main)
