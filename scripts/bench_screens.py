"""What a visitor's finger and two real browsers make of the show, with jitter on the way.

A kiosk and a projection, each a Chromium of its own, against a real server in a process of its own
on the loopback; a third process keeps one core busy. Between screens and server lies a relay that
delays every piece of data by 0 to J milliseconds in each direction. The glass is small, so that
drawing in software does not dominate.

Times of different processes are compared on the machine's monotonic clock: Chromium tells, by its
debugging protocol, at which monotonic time a page's ``performance.now()`` was 0; the server's clock
is the monotonic one plus a constant, taken from the fastest of many pings.

- ``offset``: the screens' idea of server time against server time.
- ``skew``: between the first frames in which kiosk and projection show a stage moving.
- ``tap``: from the finger's coming down to the end of the first frame that answers it.
- ``tap_picture``: from the finger's lifting to the first frame in which the picture moves.
- ``drag``: from a finger's movement to the first frame of the projection that shows its place; the
  finger goes along the rail as hands do, slow, fast, slow.
- ``apart``: how far the projection's picture is from the kiosk's during that, ahead or behind, as a
  share of a stage.
- ``frame``: from one frame of the kiosk to the next during the drag; no answer is sooner.
"""

import multiprocessing
import os
import socket
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from jitter import relay
from measuring import say
from playwright.sync_api import Browser, Playwright, ViewportSize, sync_playwright

sys.path.insert(0, str(Path(__file__).parent.parent))
from server.editions.model import Edition
from tests.support.editions import make_edition
from tests.support.screens import screen as plain_screen
from tests.ui.browser import FLAGS, Screen

JITTERS_MS = (0, 20, 50)
GLASS = (960, 540)
"""CSS pixels: room for the kiosk's controls."""
DENSITY = 0.125
"""Pixels drawn per CSS pixel, along each side, unless told otherwise: two browsers that draw in
software share what the load leaves of two cores. With twice as many, each frame of a moving picture
waits 8 to 15 ms until the canvas is read back, and that would be what is measured."""
PICTURE = (480, 320)
SET = "first-gold"
PHOTO = "010-flag-bearer"
TAPS = 120
FINGER_RESTS_MS = 80
DRAG_S = 4.0
OFFSET_S = 20.0

WATCH = """() => {
  const bench = { frames: [], taps: [], moves: [], offsets: [], down: 0, up: 0 };
  window.bench = bench;
  const order = ["scan", "repaired", "clear", "colour"];
  const paint = new MessageChannel();
  const answered = () => {
    if (bench.answering !== 2) return;
    bench.taps.push([bench.down, performance.now()]);
    bench.answering = 0;
  };
  // A frame is over when a message gets its turn, or when the next frame begins: where frames come
  // one upon the other, messages wait for several.
  paint.port1.onmessage = answered;
  addEventListener("pointerdown", (event) => {
    bench.down = event.timeStamp; bench.answering = 1;
  }, true);
  addEventListener("pointerup", (event) => { bench.up = event.timeStamp; }, true);
  addEventListener("pointermove", (event) => bench.moves.push(event.timeStamp), true);
  const frame = () => {
    requestAnimationFrame(frame);
    answered();
    const now = performance.now();
    const { moment } = rekindle;
    if (moment) {
      const from = order.indexOf(moment.before.stage), to = order.indexOf(moment.after.stage);
      bench.frames.push([now, from + (to - from) * moment.progress]);
    }
    if (bench.answering === 1 && document.querySelector(".pressed")) {
      bench.answering = 2;
      paint.port2.postMessage(0);
    }
  };
  requestAnimationFrame(frame);
  setInterval(() => bench.offsets.push([performance.now(), rekindle.now]), 100);
}"""

Frames = Sequence[tuple[float, float]]
"""(monotonic ms, place among the stages) a frame."""


class Watched:
    """A screen whose times are told on the machine's monotonic clock, in milliseconds."""

    def __init__(self, browser: Browser, address: str, density: float) -> None:
        glass: ViewportSize = {"width": GLASS[0], "height": GLASS[1]}
        page = browser.new_page(viewport=glass, device_scale_factor=density)
        self.screen = Screen(page, address)
        self.screen.wait("window.rekindle && rekindle.drawn")
        session = page.context.new_cdp_session(page)
        session.send("Performance.enable", {"timeDomain": "timeTicks"})
        metrics = session.send("Performance.getMetrics")["metrics"]
        self._zero = 1000 * next(m["value"] for m in metrics if m["name"] == "NavigationStart")
        page.evaluate(WATCH)

    def at(self, local: float) -> float:
        return self._zero + local

    def pairs(self, name: str) -> list[tuple[float, float]]:
        """What was noted; the first of each pair in monotonic time."""
        noted: list[list[float]] = self.screen.read(f"bench.{name}")
        return [(self.at(first), second) for first, second in noted]

    def times(self, name: str) -> list[float]:
        return [self.at(each) for each in self.screen.read(f"bench.{name}")]

    def forget(self) -> None:
        self.screen.page.evaluate("() => { bench.frames = []; bench.moves = []; bench.taps = []; }")


def _fill(folder: Path, number: int, earlier: Path | None) -> Edition:
    return make_edition(folder, number=number, size=PICTURE)


fill: Callable[[Path, int, Path | None], Edition] = _fill
"""Writes the measured edition; for ``Shelf.publish``."""


def epoch(base: str) -> float:
    """What the server's clock has more than the monotonic one, ms."""
    best, offset = float("inf"), 0.0
    with plain_screen(base, "epoch", "projection") as asking:
        asking.next()
        for _ in range(200):
            sent = time.monotonic() * 1000
            now = asking.ask(sent).now
            took = time.monotonic() * 1000 - sent
            if took < best:
                best, offset = took, now - (sent + took / 2)
    return offset


def busy() -> None:
    """Keeps the last core at work."""
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    while True:
        pass


@contextmanager
def process(work: Callable[..., None], *args: Any) -> Iterator[None]:
    started = multiprocessing.get_context("spawn").Process(target=work, args=args, daemon=True)
    started.start()
    try:
        yield
    finally:
        started.terminate()
        started.join()


def wait_for(port: int) -> None:
    """Until somebody listens there."""
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise SystemExit("the relay did not start")


def moved(frames: Frames, since: float) -> float | None:
    """The first frame after ``since`` in which the picture moves."""
    for (_, before), (at, place) in pairwise(frames):
        if at > since and place != before:
            return at
    return None


def taps(kiosk: Watched, wall: Watched) -> tuple[list[float], list[float], list[float]]:
    """(tap, tap to picture, skew) in ms; the finger goes to and fro between two stages. Where the
    picture moves already, as it does on the way back, only the tap's own answer counts."""
    page = kiosk.screen.page
    answered, started, skews = [], [], []
    for place in range(TAPS):
        kiosk.forget()
        wall.forget()
        page.mouse.move(
            *kiosk.screen.middle(f".rail [data-stage='{('repaired', 'scan')[place % 2]}']")
        )
        page.mouse.down()
        page.wait_for_timeout(FINGER_RESTS_MS)
        page.mouse.up()
        page.wait_for_timeout(1000 if place % 2 == 0 else 1700)
        lifted = kiosk.at(kiosk.screen.read("bench.up"))
        answered += [kiosk.at(painted) - down for down, painted in kiosk.pairs("taps")]
        if place % 2 == 1:
            continue
        own, other = moved(kiosk.pairs("frames"), lifted), moved(wall.pairs("frames"), lifted)
        if own is None or other is None:
            raise SystemExit("a screen did not move after a tap")
        started.append(own - lifted)
        skews.append(abs(own - other))
    return answered, started, skews


def stroke(share: float) -> float:
    """How far a hand has come after a share of its time (minimum jerk: Flash and Hogan, 1985)."""
    return share**3 * (10 - 15 * share + 6 * share**2)


def drag(kiosk: Watched, wall: Watched) -> tuple[list[float], list[float], list[float]]:
    """Milliseconds from each movement of the finger to the projection that shows it; shares of a
    stage that the two are apart; and milliseconds from each frame of the kiosk to the next."""
    page = kiosk.screen.page
    box = page.locator(".rail .track").bounding_box()
    assert box is not None
    y, steps = box["y"] + box["height"] / 2, round(DRAG_S * 60)
    page.mouse.move(box["x"] + 2, y)
    page.mouse.down()
    page.mouse.move(box["x"] + 20, y)
    page.wait_for_timeout(500)
    kiosk.forget()
    wall.forget()
    began = time.monotonic()
    for step in range(steps):
        page.mouse.move(box["x"] + 20 + (box["width"] - 40) * stroke((step + 1) / steps), y)
        page.wait_for_timeout(max(0.0, (began + (step + 1) / 60 - time.monotonic()) * 1000))
    page.wait_for_timeout(500)
    moves, own, shown = kiosk.times("moves"), kiosk.pairs("frames"), wall.pairs("frames")
    page.mouse.up()
    page.wait_for_timeout(1500)
    late = []
    for (_, before), (at, place) in pairwise(own):
        if place <= before:
            continue
        moved_at = max((each for each in moves if each <= at), default=None)
        seen = next((when for when, there in shown if there >= place - 1e-6), None)
        if moved_at is not None and seen is not None:
            late.append(seen - moved_at)
    if len(late) < steps / 8:
        raise SystemExit(f"the projection showed {len(late)} of {steps} movements only")
    under = np.interp([at for at, _ in shown], [at for at, _ in own], [there for _, there in own])
    apart = [abs(there - float(place)) for (_, there), place in zip(shown, under, strict=True)]
    return late, apart, [later - at for (at, _), (later, _) in pairwise(own)]


def visit(
    playwright: Playwright, chromium: str, base: str, station: str, density: float
) -> dict[str, list[float]]:
    """One visit; the times that ``say_all`` prints."""
    with ExitStack() as open_:
        browsers = [
            playwright.chromium.launch(executable_path=chromium, args=FLAGS) for _ in range(2)
        ]
        for browser in browsers:
            open_.callback(browser.close)
        kiosk = Watched(browsers[0], f"{base}/kiosk/{station}", density)
        wall = Watched(browsers[1], f"{base}/projection/{station}", density)
        kiosk.screen.page.mouse.click(GLASS[0] / 2, GLASS[1] / 2)
        kiosk.screen.wait_for_view("wall")
        kiosk.screen.tap(f".print[data-photo='{PHOTO}']")
        kiosk.screen.wait_for_picture(PHOTO, "scan")
        wall.screen.wait_for_picture(PHOTO, "scan")
        kiosk.screen.page.wait_for_timeout(1500)
        tap, tap_picture, skew = taps(kiosk, wall)
        late, apart, frames = drag(kiosk, wall)
        kiosk.screen.page.wait_for_timeout(OFFSET_S * 1000)
        offsets = [*kiosk.pairs("offsets"), *wall.pairs("offsets")]
    return {
        "tap": tap,
        "tap_picture": tap_picture,
        "skew": skew,
        "drag": late,
        "apart": apart,
        "frame": frames,
        "offset": [now - monotonic for monotonic, now in offsets],
    }


def measure(
    base: str, port: int, chromium: str, free_port: Callable[[], int], density: float
) -> None:
    """Prints every figure. ``base`` is the server's own address, ``port`` its port."""
    ahead = epoch(base)
    with sync_playwright() as playwright, process(busy):
        for jitter in JITTERS_MS:
            between = free_port()
            with process(relay, between, port, jitter):
                wait_for(between)
                address, station = f"http://127.0.0.1:{between}", f"jitter-{jitter}"
                times = visit(playwright, chromium, address, station, density)
            times["offset"] = [abs(each - ahead) for each in times["offset"]]
            suffix = f"_jitter{jitter}" if jitter else ""
            for name, values in times.items():
                cuts = statistics.quantiles(values, n=100, method="inclusive")
                unit, ending = ("stages", "") if name == "apart" else ("ms", "_ms")
                for percent in (50, 95, 99):
                    metric = f"show.{name}_p{percent}{ending}{suffix}"
                    say("show", metric, cuts[percent - 1], unit)
