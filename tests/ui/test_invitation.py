"""The wall asks to the screen before it, in the set's two languages, once in every turn."""

from typing import Any

import numpy as np
import pytest

from server.show.messages import Touch
from server.show.timeline import attract
from tests.support.screens import screen as at_station
from tests.support.timeless import edition
from tests.ui.browser import LUMA, Screen
from tests.ui.conftest import Gallery, Open

pytestmark = pytest.mark.browser

CHINESE = "轻触墙前的屏幕，接着看下去"
ENGLISH = "Touch the screen in front of the wall to go on"
HERE = "document.querySelector('.inviting.shown')"
RECORDS = """(() => {
  window.lines = [];
  const look = () => {
    requestAnimationFrame(look);
    const line = document.querySelector(".inviting");
    const label = document.querySelector(".line");
    const { before, after, progress } = rekindle.drawn ?? {};
    const altered = before?.photo === after?.photo && after?.stage !== "scan" && progress > 0;
    lines.push([rekindle.now, line.classList.contains("shown"), altered,
      label.classList.contains("resting"), label.classList.contains("shown")]);
  };
  look();
})()"""


def wall(gallery: Gallery, open_screen: Open, station: str, query: str = "", **how: Any) -> Screen:
    screen = open_screen(f"{gallery.address}/projection/{station}?renderer=css{query}", **how)
    screen.wait("rekindle.snapshot")
    return screen


def test_it_comes_as_the_first_change_stops_beside_the_label_and_leaves(
    gallery: Gallery, open_screen: Open, station: str
) -> None:
    screen = wall(gallery, open_screen, station)
    screen.read(RECORDS)
    screen.wait(HERE)
    lines = [(".first", "zh-Hans", CHINESE), (".second", "en", ENGLISH)]
    for part, language, text in lines:
        line = screen.page.locator(f".inviting {part}")
        assert (line.text_content(), line.get_attribute("lang")) == (text, language)
    screen.wait(f"!{HERE}", 10)
    seen = screen.read("lines")
    here = [now for now, is_here, *_ in seen if is_here]
    starts = screen.read("rekindle.snapshot.score.starts")
    change = next(cue for cue in screen.read("rekindle.snapshot.score.cues") if 0 < cue["last"] < 1)
    assert here[0] - starts == pytest.approx(change["begins"] + change["lasts"], abs=300)
    assert here[-1] - here[0] == pytest.approx(6000, abs=300)
    # What is altered says so all the while, and small.
    assert [1 for _, is_here, altered, *_ in seen if is_here and altered]
    assert [each for each in seen if each[2] and not all(each[3:])] == []


def test_a_hand_at_the_screen_ends_it(gallery: Gallery, open_screen: Open, station: str) -> None:
    screen = wall(gallery, open_screen, station)
    screen.wait(HERE)
    with at_station(gallery.address, station, "kiosk") as hand:
        hand.say(Touch())
        screen.wait(f"!{HERE}", 2)


def test_from_the_right_it_stands_on_the_right_and_in_less_motion_it_stands_still(
    gallery: Gallery, open_screen: Open, station: str
) -> None:
    screen = wall(gallery, open_screen, station, "&language=ar-XB", reduced_motion=True)
    screen.wait(HERE)
    box = "document.querySelector('.inviting').getBoundingClientRect()"
    assert screen.read(f"innerWidth - {box}.right") == pytest.approx(0.05 * 960, abs=2)
    before = screen.read(f"JSON.stringify({box})")
    screen.page.wait_for_timeout(500)
    assert screen.read(f"JSON.stringify({box})") == before


def test_in_high_contrast_it_stands_white_on_black(
    gallery: Gallery, open_screen: Open, station: str
) -> None:
    screen = wall(gallery, open_screen, station)
    screen.page.emulate_media(contrast="more")
    style = "getComputedStyle(document.querySelector('.inviting'))"
    assert screen.read(f"[{style}.color, {style}.backgroundColor]") == [
        "rgb(255, 255, 255)",
        "rgb(0, 0, 0)",
    ]


@pytest.mark.parametrize(
    ("line", "least"), [(".inviting", 7.0), (".inviting .second", 7.0), (".line.resting", 4.5)]
)
def test_it_is_read_over_a_white_picture_and_so_is_the_label_below(
    gallery: Gallery, open_screen: Open, station: str, line: str, least: float
) -> None:
    screen = wall(gallery, open_screen, station, reduced_motion=True)
    screen.wait(f"{HERE} && document.querySelector('.line.resting')")
    style = f"getComputedStyle(document.querySelector('{line}'))"
    block = f"getComputedStyle(document.querySelector('{line.partition(' ')[0]}'))"
    color, shade, opacity = screen.read(
        f"[{style}.color, {block}.backgroundColor, {block}.opacity]"
        ".map((each) => each.match(/[\\d.]+/g).map(Number))"
    )
    share = opacity[0]
    ground = [255 + (each - 255) * shade[3] * share for each in shade[:3]]
    text = [each * share + below * (1 - share) for each, below in zip(color, ground, strict=True)]
    light, dark = luminance(text), luminance(ground)
    assert (light + 0.05) / (dark + 0.05) >= least


def luminance(tone: list[float]) -> float:
    """Of sRGB, as WCAG 2 reckons it."""
    linear = [
        each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4
        for each in (channel / 255 for channel in tone)
    ]
    return float(np.dot(linear, LUMA))


TURNS = """async (score) => {
  const source = document.querySelector("script[type=module]").src;
  const { Invitation, turnsOf } = await import(new URL("../projection/invitation.js", source));
  const said = { say: (phrase) => phrase };
  const one = new Invitation(said);
  const places = new Set();
  one.follow({ view: "attract", score }, { manifest: { languages: ["en"] } });
  const { first, apart } = turnsOf(score);
  for (let turn = 0; turn < 15; turn += 1) {
    one.frame(score.starts + first + turn * apart + 100, false);
    const { left, bottom } = one.root.getBoundingClientRect();
    places.add(`${left} ${bottom}`);
    one.frame(score.starts + first + turn * apart + 6100, false);
  }
  return [places.size, apart, score.repeats];
}"""


def test_it_never_stands_in_one_place_twice_running_and_a_short_loop_does_not_hurry_it(
    gallery: Gallery, open_screen: Open, station: str
) -> None:
    page = wall(gallery, open_screen, station).page
    games = edition()
    one = games.model_copy(
        update={
            "photos": (games.photos[0].model_copy(update={"stages": games.photos[0].stages[:1]}),)
        }
    )
    for shown in (games, one):
        score = attract(shown, 0.0).model_dump(mode="json")
        places, apart, repeats = page.evaluate(TURNS, score)
        assert places == 15
        assert apart >= 20_000 and apart % repeats == 0
