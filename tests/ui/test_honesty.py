"""Honesty one tap away: the original under a finger, and hatching over what was added."""

import time

import numpy as np
import numpy.typing as npt
import pytest

from server.show.messages import ChooseLanguage, Hold, LetGo, Mark, OpenPhoto, Release, Scrub
from tests.support.screens import screen as at_station
from tests.ui.browser import Pixels, Screen, luma
from tests.ui.conftest import SIZE, Gallery, Open
from tests.ui.visits import SETTLES_S, WIDE, at_a_photo, decoded, label, scan_of, shown

pytestmark = pytest.mark.browser

DOTS_SEEN = """(() => {
    const line = document.querySelector('.maker'), from = line.getBoundingClientRect().left;
    const cut = getComputedStyle(line).overflowX === 'clip' ? from + 1 : -Infinity;
    return [...line.querySelectorAll('i')].map((dot) => dot.getBoundingClientRect().right > cut);
})()"""
ORIGINAL = "rekindle.drawn && rekindle.drawn.after.stage === 'scan'"


def at_the_clear_stage(open_screen: Open, gallery: Gallery, station: str) -> Screen:
    screen = at_a_photo(open_screen, gallery, station)
    with at_station(gallery.address, station, "kiosk") as hand:
        hand.say(Scrub(position=2.0))
        hand.say(Release())
        screen.wait_for_picture(WIDE, "clear")
    return screen


def beside(open_screen: Open, gallery: Gallery, station: str, query: str = "") -> Screen:
    """The projection, on which a wide photo is shown pixel for pixel."""
    screen = open_screen(f"{gallery.address}/projection/{station}{query}", SIZE)
    screen.wait("rekindle.snapshot")
    return screen


def off_by(screen: Screen, expected: Pixels) -> int:
    time.sleep(SETTLES_S)
    return int(np.abs(shown(screen) - expected).max())


def test_a_finger_that_rests_on_the_picture_shows_the_original_everywhere(
    gallery: Gallery, open_screen: Open, station: str
) -> None:
    screen = at_the_clear_stage(open_screen, gallery, station)
    wall = beside(open_screen, gallery, station)
    wall.wait_for_picture(WIDE, "clear")
    mouse = screen.page.mouse
    mouse.move(*screen.middle(".shown .place"))
    mouse.down()
    for each in (screen, wall):
        each.wait(ORIGINAL, 3)
    assert label(screen) == ""
    assert off_by(wall, scan_of(gallery, WIDE)) <= 1
    assert screen.read("document.querySelector('[data-stage=clear]').ariaCurrent") == "step"
    mouse.up()
    for each in (screen, wall):
        each.wait_for_picture(WIDE, "clear", 3)
    assert off_by(wall, scan_of(gallery, WIDE, "clear")) <= 1
    assert label(screen) != ""


def test_a_tap_and_a_stroke_hold_nothing(gallery: Gallery, open_screen: Open, station: str) -> None:
    screen = at_the_clear_stage(open_screen, gallery, station)
    x, y = screen.middle(".shown .place")
    mouse = screen.page.mouse
    mouse.click(x, y)
    mouse.down()
    mouse.move(x + 60, y, steps=4)
    time.sleep(0.5)
    assert screen.read("rekindle.snapshot.held") is False
    screen.wait_for_picture(WIDE, "clear", 3)
    mouse.up()


def test_the_original_needs_no_answer_of_the_server(
    gallery: Gallery, open_screen: Open, station: str
) -> None:
    screen = at_the_clear_stage(open_screen, gallery, station)
    screen.read("(WebSocket.prototype.send = () => {})")
    screen.page.mouse.move(*screen.middle(".shown .place"))
    screen.page.mouse.down()
    screen.wait(ORIGINAL, 3)
    screen.page.mouse.up()
    screen.wait_for_picture(WIDE, "clear", 3)


@pytest.mark.parametrize("key", ["o", "Space"])
def test_a_key_holds_the_original_too(
    gallery: Gallery, open_screen: Open, station: str, key: str
) -> None:
    screen = at_the_clear_stage(open_screen, gallery, station)
    if key == "Space":
        screen.read("document.querySelector('.shown .place').focus()")
    screen.page.keyboard.down(key)
    screen.wait(ORIGINAL, 3)
    screen.wait("rekindle.snapshot.held", 3)
    screen.page.keyboard.up(key)
    screen.wait_for_picture(WIDE, "clear", 3)


def test_a_contact_that_the_server_took_for_stuck_holds_nothing_here_either(
    gallery: Gallery, open_screen: Open, station: str
) -> None:
    screen = at_the_clear_stage(open_screen, gallery, station)
    screen.page.keyboard.down("o")
    screen.wait("rekindle.snapshot.held", 3)
    time.sleep(1.1)
    with at_station(gallery.address, station, "kiosk") as other:
        other.say(LetGo())
        screen.wait_for_picture(WIDE, "clear", 3)
    screen.page.keyboard.up("o")


def test_without_webgl_the_original_is_held_all_the_same(
    gallery: Gallery, open_screen: Open, station: str
) -> None:
    wall = beside(open_screen, gallery, station, "?renderer=css")
    with at_station(gallery.address, station, "kiosk") as hand:
        hand.say(OpenPhoto(photo=WIDE))
        hand.say(Scrub(position=2.0))
        wall.wait_for_picture(WIDE, "clear")
        hand.say(Hold())
        wall.wait(ORIGINAL, 3)
        time.sleep(SETTLES_S)
        assert np.abs(shown(wall) - scan_of(gallery, WIDE)).mean() < 1.5


INVENTED = np.s_[2 : SIZE[1] // 4 - 2, 2 : SIZE[0] // 4 - 2]
"""Where the small edition's evidence says invented, but for the very edge."""


def hatching() -> npt.NDArray[np.float64]:
    """+1 in the middle of a line, -1 in the middle of a gap: 35 degrees, 3 pixels each."""
    rows, columns = np.mgrid[: SIZE[1], : SIZE[0]] + 0.5
    across = np.deg2rad(35)
    share = np.modf((columns * np.sin(across) + rows * np.cos(across)) / 6)[0]
    wave: npt.NDArray[np.float64] = np.clip((np.abs(share - 0.5) - 0.25) * 12, -1, 1)
    return wave


def test_what_was_added_is_hatched_in_the_pictures_own_tones_and_nothing_else_is(
    gallery: Gallery, open_screen: Open, station: str
) -> None:
    wall = beside(open_screen, gallery, station)
    clear, colour = scan_of(gallery, WIDE, "clear"), scan_of(gallery, WIDE, "colour")
    with at_station(gallery.address, station, "kiosk") as hand:
        hand.say(OpenPhoto(photo=WIDE))
        for position, plain in ((2.0, clear), (3.0, colour)):
            hand.say(Scrub(position=position))
            hand.say(Mark(on=True))
            wall.wait_for_picture(WIDE, "clear" if plain is clear else "colour")
            wall.wait("rekindle.drawn.marks", 5)
            time.sleep(SETTLES_S)
            marked = shown(wall)
            change = luma(marked) - luma(plain)
            pattern = np.corrcoef(change[INVENTED].ravel(), hatching()[INVENTED].ravel())
            assert pattern[0, 1] > 0.9
            assert 12 < np.abs(change[INVENTED]).max() < 50
            assert abs(change[INVENTED].mean()) < 3, "from afar it is the picture"
            kept = np.ones(change.shape, bool)
            kept[: SIZE[1] // 4 + 2, : SIZE[0] // 4 + 2] = False
            assert np.abs(marked - plain)[kept].max() <= 1
        hand.say(Mark(on=False))
        wall.wait("!rekindle.drawn.marks", 5)
        assert off_by(wall, colour) <= 1


def test_during_a_change_the_hatching_comes_with_its_stage(
    gallery: Gallery, open_screen: Open, station: str
) -> None:
    wall = beside(open_screen, gallery, station)
    at = decoded(gallery.folder / WIDE / "arrival.png")[..., 0][INVENTED] / 255
    scan, repaired = (luma(scan_of(gallery, WIDE, name)) for name in ("scan", "repaired"))
    with at_station(gallery.address, station, "kiosk") as hand:
        hand.say(OpenPhoto(photo=WIDE))
        wall.wait_for_picture(WIDE, "scan")
        hand.say(Mark(on=True))
        hand.say(Scrub(position=0.75))
        wall.wait("rekindle.drawn.marks && Math.abs(rekindle.drawn.progress - 0.75) < 1e-9")
        time.sleep(SETTLES_S)
        now = luma(shown(wall))
    there, to_come = at < 0.7, at > 0.93
    assert there.any() and to_come.any()
    change = (now - repaired)[INVENTED][there]
    assert np.corrcoef(change, hatching()[INVENTED][there])[0, 1] > 0.8
    assert np.abs(now - scan)[INVENTED][to_come].max() <= 1


def test_tools_over_a_picture_change_nothing_else_of_it_nor_around_it(
    gallery: Gallery, open_screen: Open, station: str
) -> None:
    wall = open_screen(f"{gallery.address}/projection/{station}", (SIZE[0] + 160, SIZE[1]))
    wall.wait("rekindle.snapshot")
    with at_station(gallery.address, station, "kiosk") as hand:
        hand.say(OpenPhoto(photo=WIDE))
        wall.wait_for_picture(WIDE, "scan")
        hand.say(Scrub(position=1.5))
        wall.wait("Math.abs(rekindle.drawn.progress - 0.5) < 1e-9")
        time.sleep(SETTLES_S)
        alone = shown(wall)
        hand.say(Mark(on=True))
        wall.wait("rekindle.drawn.marks")
        time.sleep(SETTLES_S)
        change = np.abs(shown(wall) - alone).max(axis=2)
    invented = np.zeros(change.shape, bool)
    invented[: SIZE[1] // 4 + 2, 80 - 2 : 80 + SIZE[0] // 4 + 2] = True
    assert change[invented].max() > 8
    assert change[~invented].max() == 0


def test_the_switch_marks_both_screens_says_the_share_and_leaves_with_the_photo(
    gallery: Gallery, open_screen: Open, station: str
) -> None:
    screen = at_the_clear_stage(open_screen, gallery, station)
    wall = beside(open_screen, gallery, station)
    screen.tap(".shown .marks")
    for each in (screen, wall):
        each.wait("rekindle.drawn.marks", 5)
    screen.wait("document.querySelector('.shown .marks').ariaPressed === 'true'")
    assert label(screen).endswith("这幅画面有 4% 由软件补绘")
    wall.wait("document.querySelector('.line').textContent.includes('4%')", 3)
    with at_station(gallery.address, station, "kiosk") as hand:
        hand.say(ChooseLanguage(language="en"))
        share = "4 % of this picture was added by software"
        screen.wait(f"document.querySelector('.label').textContent.endsWith('{share}')", 5)
    screen.page.keyboard.press("Escape")
    screen.wait_for_view("wall")
    for each in (screen, wall):
        each.wait("!rekindle.snapshot.marks && !rekindle.drawn.marks", 5)


def test_without_webgl_what_was_added_is_hatched_all_the_same(
    gallery: Gallery, open_screen: Open, station: str
) -> None:
    wall = beside(open_screen, gallery, station, "?renderer=css")
    plain = scan_of(gallery, WIDE, "colour")
    with at_station(gallery.address, station, "kiosk") as hand:
        hand.say(OpenPhoto(photo=WIDE))
        hand.say(Scrub(position=3.0))
        hand.say(Mark(on=True))
        wall.wait_for_picture(WIDE, "colour")
        wall.wait("document.querySelector('.hatch')", 5)
        time.sleep(SETTLES_S)
        change = luma(shown(wall)) - luma(plain)
    pattern = np.corrcoef(change[INVENTED].ravel(), hatching()[INVENTED].ravel())
    assert pattern[0, 1] > 0.6
    assert np.abs(change[INVENTED]).max() > 12
    kept = change[SIZE[1] // 4 + 3 :, SIZE[0] // 4 + 3 :]
    assert np.abs(kept).max() <= 3


def test_a_tap_on_a_region_tells_its_name_colour_source_and_certainty(
    gallery: Gallery, open_screen: Open, station: str
) -> None:
    screen = at_a_photo(open_screen, gallery, station)
    left, top, width, height = screen.read("rekindle.picture.place")
    screen.page.mouse.click(left + 0.8 * width, top + 0.2 * height)
    screen.wait("!document.querySelector('.shown .card').hidden")
    card = screen.page.locator(".shown .card").inner_text().split("\n")
    assert [line for line in card if line.strip()] == ["红旗", "红色 · 有据可查", "国旗标准"]
    swatch = "getComputedStyle(document.querySelector('.swatch')).backgroundColor"
    assert screen.read(swatch) == "rgb(222, 41, 16)"
    # A tap beside every region closes it.
    time.sleep(0.5)
    screen.page.mouse.click(left + 0.05 * width, top + 0.1 * height)
    screen.wait("document.querySelector('.shown .card').hidden")


def test_how_it_was_made_is_told_with_dates_that_no_line_tears_in_two(
    gallery: Gallery, open_screen: Open, station: str
) -> None:
    screen = at_a_photo(open_screen, gallery, station)
    screen.tap(".shown .asks button:nth-child(5)")
    screen.wait("document.querySelector('.panel .maker')")
    told = screen.page.locator(".panel .maker:last-child").all_text_contents()
    assert told == ["普通运算，未用训练出的模型 · classic 1 · 2026年11月22日"] * 3
    lines = "[...document.querySelectorAll('.maker span')].map((part) => part.offsetHeight)"
    assert len(set(screen.read(lines))) == 1
    # Where a line ends, no dot is left: it hangs before the next one's beginning, out of sight.
    for wide, seen in (("40em", True), ("6em", False)):
        screen.page.evaluate(f"document.querySelector('.maker').style.inlineSize = '{wide}'")
        assert screen.read(DOTS_SEEN) == [seen, seen]
