"""Nothing flashes: WCAG 2.3.1, measured frame by frame with a clock of the test's own.

A general flash is "a pair of opposing changes in relative luminance of 10 % or more of the maximum
relative luminance (1.0) where the relative luminance of the darker image is below 0.80"
(https://www.w3.org/TR/WCAG22/#dfn-general-flash-and-red-flash-thresholds). Three a second may be
unsafe; here, on any part of the glass, there are no more than two changes in any second, which is
one flash.
"""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from server.editions.model import Edition
from server.show import timeline
from server.show.timeline import Cue, Frame, Moment, Score
from tests.support.editions import FolderShelf, published_shelf
from tests.support.serving import house, serving
from tests.ui.browser import Screen
from tests.ui.conftest import SIZE, Open

FRAMES_A_SECOND = 20
CHANGE = 0.1
DARK = 0.8
MOST = 2
GLASS = (240, 160)
CELLS = 8
"""The glass is judged as a whole, and in as many parts along each side."""


def changes(luminance: Sequence[float]) -> list[int]:
    """At which frames the relative luminance has turned by 10 % or more, against the turn before;
    ``luminance`` is of one area, a value a frame."""
    low = high = luminance[0]
    sense, turned = 0, []
    for place, value in enumerate(luminance):
        low, high = min(low, value), max(high, value)
        rises, falls = value - low >= CHANGE, high - value >= CHANGE
        darker = min(low if rises else value, high)
        if darker >= DARK or not (rises or falls):
            continue
        now = 1 if rises else -1
        if now != sense:
            turned.append(place)
            sense = now
        # From here on, only the way back counts.
        low = high = value
    return turned


def most_in_a_second(turned: Sequence[int], rate: int) -> int:
    return max(
        (sum(start <= each < start + rate for each in turned) for start in turned), default=0
    )


@pytest.mark.parametrize(
    ("hertz", "height", "expected"), [(3, 0.3, 6), (1, 0.3, 2), (0.4, 0.3, 1), (3, 0.09, 0)]
)
def test_changes_are_counted_as_wcag_counts_them(
    hertz: float, height: float, expected: int
) -> None:
    times = np.arange(0, 5, 1 / 60)
    wave = 0.3 + height / 2 * np.sin(2 * math.pi * hertz * times)
    counted = most_in_a_second(changes(wave.tolist()), 60)
    assert expected <= counted <= expected + (expected > 0)


def test_what_flashes_on_white_or_only_once_is_none() -> None:
    bright = [0.85, 0.99] * 30
    assert changes(bright) == []
    assert len(changes([0.1] * 30 + [0.6] * 30)) == 1


PLAYED = """async ([url, score, isKiosk, glass, rate, seconds, cells]) => {
  const source = document.querySelector("script[type=module]").src;
  const load = (name) => import(new URL(`../shared/${name}.js`, source));
  const { Stage } = await load("stage");
  const { Edition } = await load("edition");
  const { upcoming } = await load("player");
  const { resolve } = await load("scene");
  const { arriving, moment } = await load("timeline");
  const root = document.createElement("div");
  root.append(document.createElement("canvas"), document.createElement("div"));
  root.lastChild.className = "images";
  root.style.cssText = `position: fixed; width: ${glass[0]}px; height: ${glass[1]}px`;
  document.body.replaceChildren(root);
  root.firstChild.style.cssText = `width: ${glass[0]}px; height: ${glass[1]}px; inset: auto`;
  // One of its own: the page's chooses pictures for the page's glass.
  const edition = new Edition(url, (await Edition.at(url)).manifest);
  edition.forGlass(glass[0]);
  const stage = new Stage(root, false);
  let time = 0;
  Object.defineProperty(performance, "now", { value: () => time });
  const played = isKiosk ? arriving(score) : score;
  if (isKiosk) {
    stage.strength = 0.16;
    stage.falloff = 9;
    stage.moveTo(0.1 * glass[0], 0.3 * glass[1], 0.2 * glass[0], 0.2 * glass[1], false);
    stage.move(0);
    stage.moveTo(0.02 * glass[0], 0.02 * glass[1], 0.7 * glass[0], 0.75 * glass[1], true);
  } else stage.moveTo(0, 0, glass[0], glass[1], false);
  const side = 12 * cells;
  const sample = new OffscreenCanvas(side, side).getContext("2d", { willReadFrequently: true });
  const linear = Array.from({ length: 256 }, (_, value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  const luminance = () => {
    sample.drawImage(stage.canvas, 0, 0, side, side);
    const { data } = sample.getImageData(0, 0, side, side);
    const sums = new Array(cells * cells).fill(0);
    for (let at = 0; at < data.length; at += 4) {
      const [r, g, b] = [data[at], data[at + 1], data[at + 2]].map((value) => linear[value]);
      const across = Math.floor(((at / 4) % side) / 12), down = Math.floor(at / 4 / side / 12);
      sums[down * cells + across] += (0.2126 * r + 0.7152 * g + 0.0722 * b) / 144;
    }
    return sums;
  };
  const seen = [];
  for (let frame = 0; frame < seconds * rate; frame += 1) {
    time = (frame * 1000) / rate;
    const shown = moment(played, score.starts + time);
    stage.want(upcoming(edition, played, shown.cue, null, false));
    const due = resolve(edition, shown, false, false, false, null);
    const parts = ["before", "after", "progress"];
    const isDrawn = () => parts.every((part) => stage.scene?.[part] === due[part]);
    for (;;) {
      // Drawn in this very turn, so that the canvas can be read.
      stage.gl.stale = true;
      stage.show(edition, shown, false);
      if (isDrawn()) break;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    seen.push(luminance());
  }
  return seen;
}"""


def harsh(folder: Path) -> None:
    """Makes every other picture of the edition nearly black and the ones between nearly white."""
    edition = Edition.model_validate_json((folder / "manifest.json").read_bytes())
    for place, photo in enumerate(edition.photos):
        for turn, stage in enumerate(photo.stages, start=place):
            files = [each for size in stage.renditions for each in (size.webp, size.jpeg)]
            for file in files:
                _shade(folder / file, dark=turn % 2 == 0)
            for order, file in enumerate(stage.frames):
                _shade(folder / file, dark=order % 2 == 0)


def _shade(file: Path, *, dark: bool) -> None:
    with Image.open(file) as picture:
        shaded = picture.point(lambda value: value // 6 if dark else 215 + value // 7)
    shaded.save(file, quality=88)


def scores(edition: Edition) -> dict[str, tuple[Score, float]]:
    """What plays by itself, each with its length in seconds."""
    first, second = edition.photos[0], edition.photos[1]
    scan = Frame(photo=first.id, stage="scan")
    resting = Moment(cue=0, before=scan, after=scan, progress=1.0)
    played = {
        "restored": timeline.restore(edition, first, resting, 0.0),
        "redrawn": timeline.redraw(first, resting, 0.0),
        "changed": timeline.turn(edition, Frame(photo=second.id, stage="scan"), resting, 0.0),
        "inviting": timeline.attract(edition, 0.0),
    }
    lengths = {
        name: (score.repeats or timeline.ends(score) or 0.0) / 1000 + 0.5
        for name, score in played.items()
    }
    return {name: (score, lengths[name]) for name, score in played.items()}


def played(
    screen: Screen, edition: Edition, score: Score, kiosk: bool, seconds: float
) -> npt.NDArray[np.float64]:
    """Relative luminance of the glass: frames x (all of it, then every part)."""
    url = f"/editions/{edition.set_id}/{edition.number}/"
    given: list[Any] = [url, score.model_dump(mode="json"), kiosk, GLASS, FRAMES_A_SECOND]
    cells = np.array(screen.page.evaluate(PLAYED, [*given, seconds, CELLS]))
    return np.column_stack([cells.mean(axis=1), cells])


@pytest.mark.browser
@pytest.mark.parametrize("kind", ["kiosk", "projection"])
@pytest.mark.parametrize("name", ["restored", "redrawn", "changed", "inviting"])
def test_nothing_flashes_however_unlike_the_pictures(
    open_screen: Open, tmp_path: Path, name: str, kind: str
) -> None:
    shelf: FolderShelf = published_shelf(tmp_path / "editions", size=SIZE)
    harsh(shelf.folder("first-gold", 1))
    edition = shelf.edition("first-gold", 1)
    score, seconds = scores(edition)[name]
    with serving(house(tmp_path, shelf)) as address:
        screen = open_screen(f"{address}/projection/hall", SIZE)
        seen = played(screen, edition, score, kind == "kiosk", seconds)
    assert np.ptp(seen, axis=0).max() > 3 * CHANGE, "there was something to be seen"
    for area, luminance in enumerate(seen.T):
        turned = changes(luminance.tolist())
        assert most_in_a_second(turned, FRAMES_A_SECOND) <= MOST, (area, turned)


@pytest.mark.browser
def test_pictures_that_flicker_would_be_noticed(open_screen: Open, tmp_path: Path) -> None:
    shelf = published_shelf(tmp_path / "editions", size=SIZE)
    harsh(shelf.folder("first-gold", 1))
    edition = shelf.edition("first-gold", 1)
    dark = Frame(photo=edition.photos[0].id, stage="scan")
    light = dark.model_copy(update={"stage": "repaired"})
    cues = (
        Cue(begins=0, lasts=0, before=dark, after=dark),
        Cue(begins=150, lasts=0, before=light, after=light),
    )
    flickers = Score(starts=0, cues=cues, repeats=300)
    with serving(house(tmp_path, shelf)) as address:
        screen = open_screen(f"{address}/projection/hall", SIZE)
        seen = played(screen, edition, flickers, False, 3.0)
    assert most_in_a_second(changes(seen[:, 0].tolist()), FRAMES_A_SECOND) > 5
