"""Looking closely at the open photo, beside its scan, and on both screens at once."""

import time

import numpy as np
import pytest
from PIL import Image

from server.show.messages import (
    Compare,
    Detail,
    GoToStage,
    OpenPhoto,
    Redraw,
    Scrub,
    Split,
    Zoom,
)
from tests.support.screens import screen as at_station
from tests.ui.browser import Screen
from tests.ui.conftest import SIZE, Gallery, Open
from tests.ui.visits import SETTLES_S, WIDE, at_a_photo, scan_of, shown

pytestmark = pytest.mark.browser


EXACT = 1e-6
"""Shares are single floats on the screen."""


def beside(open_screen: Open, gallery: Gallery, station: str, query: str = "") -> Screen:
    """The projection, on which a wide photo is shown pixel for pixel."""
    screen = open_screen(f"{gallery.address}/projection/{station}{query}", SIZE)
    screen.wait("rekindle.snapshot")
    return screen


def looks(screen: Screen, name: str, value: float, within: float = 0.01) -> None:
    screen.wait(f"Math.abs(rekindle.gaze.{name} - {value}) <= {within}", 5)


def test_two_taps_look_closer_where_they_fall_and_two_more_at_the_whole(
    gallery: Gallery, open_screen: Open, station: str
) -> None:
    screen = at_a_photo(open_screen, gallery, station)
    wall = beside(open_screen, gallery, station)
    left, top, width, height = screen.read("rekindle.picture.place")
    point = left + 0.75 * width, top + 0.25 * height
    screen.page.mouse.dblclick(*point)
    screen.wait("rekindle.gaze.scale > 2")
    scale = screen.read("rekindle.snapshot.detail.scale")
    for each in (screen, wall):
        looks(each, "scale", scale)
    detail = Detail.model_validate(screen.read("rekindle.snapshot.detail"))
    assert 0.5 < detail.x <= 0.8 and 0.2 <= detail.y < 0.5
    time.sleep(0.4)
    screen.page.mouse.dblclick(*point)
    for each in (screen, wall):
        looks(each, "scale", 1)
    screen.wait("rekindle.snapshot.detail === null")


def test_what_is_looked_at_is_that_part_of_the_picture_on_the_wall(
    gallery: Gallery, open_screen: Open, station: str
) -> None:
    for query in ("", "?renderer=css"):
        wall = beside(open_screen, gallery, f"{station}{len(query)}", query)
        with at_station(gallery.address, f"{station}{len(query)}", "kiosk") as hand:
            hand.say(OpenPhoto(photo=WIDE))
            hand.say(Scrub(position=3.0))
            hand.say(Zoom(detail=Detail(scale=2, x=0.75, y=0.25)))
            wall.wait_for_picture(WIDE, "colour")
            looks(wall, "scale", 2, EXACT)
            time.sleep(SETTLES_S)
            whole = Image.fromarray(scan_of(gallery, WIDE, "colour").astype(np.uint8))
            part = whole.crop((SIZE[0] // 2, 0, SIZE[0], SIZE[1] // 2)).resize(SIZE)
            assert np.abs(shown(wall) - np.asarray(part, np.int16)).mean() < 3, query


def test_the_scan_lies_on_its_side_of_the_border_and_the_picture_on_the_other(
    gallery: Gallery, open_screen: Open, station: str
) -> None:
    scan, colour = scan_of(gallery, WIDE), scan_of(gallery, WIDE, "colour")
    for query, most in (("", 1.0), ("?renderer=css", 3.0)):
        wall = beside(open_screen, gallery, f"{station}{len(query)}", query)
        with at_station(gallery.address, f"{station}{len(query)}", "kiosk") as hand:
            hand.say(OpenPhoto(photo=WIDE))
            hand.say(Scrub(position=3.0))
            hand.say(Compare(split=Split(at=0.4)))
            wall.wait_for_picture(WIDE, "colour")
            looks(wall, "at", 0.4, EXACT)
            time.sleep(SETTLES_S)
            seen, border = shown(wall), int(0.4 * SIZE[0])
            assert np.abs(seen - scan)[:, : border - 3].mean() < most
            assert np.abs(seen - colour)[:, border + 3 :].mean() < most
            hand.say(Compare(split=None))
            looks(wall, "at", 0, EXACT)
            time.sleep(SETTLES_S)
            assert np.abs(shown(wall) - colour).mean() < most


@pytest.mark.parametrize("query", ["", "?renderer=css"])
def test_a_lens_on_the_border_shows_both_larger(
    gallery: Gallery, open_screen: Open, station: str, query: str
) -> None:
    wall = beside(open_screen, gallery, station, query)
    with at_station(gallery.address, station, "kiosk") as hand:
        hand.say(OpenPhoto(photo=WIDE))
        hand.say(Scrub(position=3.0))
        hand.say(Compare(split=Split(at=0.5, lens=0.5)))
        wall.wait_for_picture(WIDE, "colour")
        looks(wall, "lens", 0.5, EXACT)
        looks(wall, "at", 0.5, EXACT)
        time.sleep(SETTLES_S)
        seen = shown(wall)
    middle = SIZE[0] // 2, SIZE[1] // 2
    for side, stage in ((-1, "scan"), (1, "colour")):
        picture = scan_of(gallery, WIDE, stage)
        for away in (10, 24, 40):
            expected = picture[middle[1], middle[0] + side * away // 2]
            assert np.abs(seen[middle[1], middle[0] + side * away] - expected).max() <= 12
    # Of paper: the border through its middle, its rim, and no further the border alone.
    radius = round(0.21 * SIZE[1])
    for x, y in ((0, 0), (radius, 0), (-radius, 0), (0, radius + 20)):
        assert seen[middle[1] + y, middle[0] + x].min() > 180, (x, y)


def test_without_webgl_a_change_is_compared_from_its_beginning(
    gallery: Gallery, open_screen: Open, station: str
) -> None:
    scan = scan_of(gallery, WIDE)
    wall = beside(open_screen, gallery, station, "?renderer=css")
    with at_station(gallery.address, station, "kiosk") as hand:
        hand.say(OpenPhoto(photo=WIDE))
        hand.say(GoToStage(stage="colour"))
        hand.say(Compare(split=Split(at=0.5)))
        wall.wait("rekindle.drawn?.progress > 0.6 && rekindle.gaze.at === 0.5")
        seen = shown(wall)
        assert wall.read("rekindle.drawn.progress") < 1
    # The scan lies under the picture that comes, and beside it all the same.
    assert np.abs(seen - scan)[:, : SIZE[0] // 2 - 3].mean() < 3
    assert np.abs(seen - scan)[:, SIZE[0] // 2 + 3 :].mean() > 6


def test_the_border_follows_a_finger_a_tap_keys_and_buttons(
    gallery: Gallery, open_screen: Open, station: str
) -> None:
    screen = at_a_photo(open_screen, gallery, station)
    wall = beside(open_screen, gallery, station)
    screen.tap(".shown .asks button:first-child")
    # Beside itself the scan tells nothing: the last stage is gone to.
    screen.wait("rekindle.snapshot.split && rekindle.moment.after.stage === 'colour'")
    left, top, width, height = screen.read("rekindle.picture.place")
    screen.page.mouse.click(left + 0.25 * width, top + 0.4 * height)
    for each in (screen, wall):
        looks(each, "at", 0.25)
    handle = screen.middle(".shown .handle")
    assert handle[0] == pytest.approx(left + 0.25 * width, abs=3)
    screen.page.mouse.move(*handle)
    screen.page.mouse.down()
    screen.page.mouse.move(left + 0.7 * width, handle[1], steps=5)
    screen.page.mouse.up()
    looks(wall, "at", 0.7)
    screen.page.locator(".shown .handle").focus()
    screen.page.keyboard.press("ArrowLeft")
    looks(wall, "at", 0.65)
    slider = screen.page.get_by_role("slider")
    # A finger is let go on whole pixels.
    assert int(slider.get_attribute("aria-valuenow") or 0) == pytest.approx(65, abs=1)
    screen.tap(".shown .tray:not([hidden]) .sign.after")
    looks(wall, "at", 0.7)
    screen.tap(".shown .tray:not([hidden]) .sign.lens")
    looks(wall, "lens", 0.5, EXACT)
    screen.page.keyboard.press("Escape")
    screen.wait("rekindle.snapshot.split === null && rekindle.snapshot.view === 'photo'")


def test_where_webgl_is_lost_the_lens_stays_and_follows_a_hand_and_keys(
    gallery: Gallery, open_screen: Open, station: str
) -> None:
    screen = at_a_photo(open_screen, gallery, station)
    screen.tap(".shown .asks button:first-child")
    screen.wait("rekindle.snapshot.split")
    screen.tap(".shown .tray:not([hidden]) .sign.lens")
    screen.wait("document.querySelector('.shown .handle.looks')")
    assert not screen.page.locator(".stage .lens").is_visible()
    screen.read(
        "window.loss = document.querySelector('canvas').getContext('webgl2')"
        ".getExtension('WEBGL_lose_context')"
    )
    screen.read("loss.loseContext()")
    screen.page.locator(".stage .lens .ring").wait_for()
    left, top, width, height = screen.read("rekindle.picture.place")
    screen.page.mouse.click(left + 0.3 * width, top + 0.4 * height)
    lens_at(screen, left + 0.3 * width, top + 0.4 * height)
    screen.page.locator(".shown .handle").focus()
    screen.page.keyboard.press("ArrowDown")
    screen.page.keyboard.press("ArrowRight")
    lens_at(screen, left + 0.35 * width, top + 0.45 * height)
    screen.tap(".shown .tray:not([hidden]) .sign.lens")
    screen.page.locator(".stage .lens").wait_for(state="hidden")
    screen.tap(".shown .tray:not([hidden]) .sign.lens")
    screen.page.locator(".stage .lens .ring").wait_for()
    screen.read("loss.restoreContext()")
    screen.page.locator(".stage .lens").wait_for(state="hidden")
    assert screen.read("rekindle.snapshot.split.lens") == 0.5


def lens_at(screen: Screen, x: float, y: float) -> None:
    """The middle of the lens that images make."""
    box = "document.querySelector('.stage .ring').getBoundingClientRect()"
    screen.wait(f"Math.abs({box}.x + {box}.width / 2 - {x}) < 2", 5)
    screen.wait(f"Math.abs({box}.y + {box}.height / 2 - {y}) < 2", 5)


def test_the_picture_is_wandered_over_by_keys_and_by_buttons(
    gallery: Gallery, open_screen: Open, station: str
) -> None:
    screen = at_a_photo(open_screen, gallery, station)
    screen.page.keyboard.press("+")
    screen.page.keyboard.press("+")
    looks(screen, "scale", 2.5)
    before = screen.read("rekindle.snapshot.detail.x")
    screen.page.locator(".shown .place").focus()
    screen.page.keyboard.press("ArrowRight")
    screen.wait(f"rekindle.snapshot.detail.x > {before} + 0.05", 3)
    screen.tap(".shown .tray:not([hidden]) .sign.up")
    screen.wait("rekindle.snapshot.detail.y < 0.45", 3)
    screen.tap(".shown .tray:not([hidden]) .sign.cross")
    screen.wait("rekindle.snapshot.detail === null")
    screen.wait("document.querySelector('.shown .tray').hidden")


def test_a_wheel_looks_closer_and_a_stroke_moves_the_picture_with_the_finger(
    gallery: Gallery, open_screen: Open, station: str
) -> None:
    screen = at_a_photo(open_screen, gallery, station)
    x, y = screen.middle(".shown .place")
    screen.page.mouse.move(x, y)
    screen.page.mouse.wheel(0, -400)
    looks(screen, "scale", 2.5)
    screen.wait("rekindle.snapshot.detail")
    before = Detail.model_validate(screen.read("rekindle.snapshot.detail"))
    width = screen.read("rekindle.place[2]")
    screen.page.mouse.down()
    screen.page.mouse.move(x - 60, y, steps=6)
    screen.page.mouse.up()
    screen.wait(f"Math.abs(rekindle.snapshot.detail.x - {before.x + 60 / width}) < 0.01", 3)
    assert screen.read("rekindle.snapshot.held") is False


def test_a_visitor_who_leaves_the_photo_leaves_what_was_looked_at(
    gallery: Gallery, open_screen: Open, station: str
) -> None:
    screen = at_a_photo(open_screen, gallery, station)
    wall = beside(open_screen, gallery, station)
    screen.page.keyboard.press("+")
    screen.wait("rekindle.snapshot.detail")
    for _ in range(2):
        screen.page.keyboard.press("Escape")
    screen.wait_for_view("wall")
    looks(wall, "scale", 1)


Point = tuple[float, float]


def fingers(screen: Screen, *ways: list[Point]) -> None:
    """Fingers on a touch panel, each along its way, all at once; then they are lifted."""
    session = screen.page.context.new_cdp_session(screen.page)

    def touch(kind: str, points: list[Point]) -> None:
        touching = [{"x": x, "y": y, "id": finger} for finger, (x, y) in enumerate(points)]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touching})

    first, *moves = [list(points) for points in zip(*ways, strict=True)]
    for count in range(1, len(first) + 1):
        touch("touchStart", first[:count])
    for points in moves:
        touch("touchMove", points)
    touch("touchEnd", [])
    session.detach()


def way(begin: Point, end: Point, steps: int = 12) -> list[Point]:
    return [
        (
            begin[0] + (end[0] - begin[0]) * step / steps,
            begin[1] + (end[1] - begin[1]) * step / steps,
        )
        for step in range(steps + 1)
    ]


def under(screen: Screen, point: Point) -> Point:
    """Which part of the picture, as fractions of it, lies under a point of the window."""
    left, top, width, height = screen.read("rekindle.place")
    return (point[0] - left) / width, (point[1] - top) / height


def test_two_fingers_draw_the_picture_nearer_around_their_middle_and_the_wall_with_it(
    gallery: Gallery, open_screen: Open, station: str
) -> None:
    screen = at_a_photo(open_screen, gallery, station)
    wall = beside(open_screen, gallery, station)
    left, top, width, height = screen.read("rekindle.place")
    middle = x, y = left + 0.6 * width, top + 0.45 * height
    before = under(screen, middle)
    fingers(
        screen, way((x - 40, y - 30), (x - 80, y - 60)), way((x + 40, y + 30), (x + 80, y + 60))
    )
    for each in (screen, wall):
        looks(each, "scale", 2, 0.02)
    assert under(screen, middle) == pytest.approx(before, abs=0.01)
    screen.wait("rekindle.snapshot.detail")
    detail = Detail.model_validate(screen.read("rekindle.snapshot.detail"))
    looks(wall, "x", detail.x, EXACT)
    looks(wall, "y", detail.y, EXACT)
    # Both to the left: what was under them goes with them.
    fingers(screen, way((x - 40, y), (x - 90, y)), way((x + 40, y), (x - 10, y)))
    assert under(screen, (x - 50, y)) == pytest.approx(before, abs=0.01)
    screen.wait(f"rekindle.snapshot.detail.x > {detail.x} + 0.02")
    looks(wall, "x", screen.read("rekindle.snapshot.detail.x"), 0.001)
    assert screen.read("rekindle.snapshot.held") is False
    # Together again: all of it.
    fingers(screen, way((x - 90, y), (x - 30, y)), way((x + 90, y), (x + 30, y)))
    for each in (screen, wall):
        looks(each, "scale", 1)


RECORDS = """(() => {
  window.seen = new Set();
  setInterval(() => {
    const plate = /frame-\\d/.exec(rekindle.picture?.url ?? "");
    const label = document.querySelector(".label, .line").textContent;
    const said = label.includes("模型作画的过程") && label.includes("由软件");
    if (plate && rekindle.drawn.progress > 0) seen.add(`${plate} ${said}`);
  }, 10);
})()"""


def test_a_stage_is_watched_being_redrawn_and_labelled_all_the_while(
    gallery: Gallery, open_screen: Open, station: str
) -> None:
    screen = at_a_photo(open_screen, gallery, station)
    wall = beside(open_screen, gallery, station)
    for each in (screen, wall):
        each.read(RECORDS)
    for _ in range(5):
        screen.tap(".shown .asks button:nth-child(6)")
        screen.wait("rekindle.moment.after.plate !== null || rekindle.moment.before.plate !== null")
        for each in (screen, wall):
            each.wait_for_picture(WIDE, "clear")
        # A machine that is busy draws too seldom to see all of them at once.
        if all(each.read("seen.size") for each in (screen, wall)):
            break
    for each in (screen, wall):
        # No picture of the model at work is shown without saying so, and that software made it.
        assert {entry.split()[1] for entry in each.read("[...seen]")} == {"true"}
        each.wait("!document.querySelector('.label, .line').textContent.includes('模型')")


def test_only_a_stage_that_was_drawn_can_be_watched(
    gallery: Gallery, open_screen: Open, station: str
) -> None:
    wall = beside(open_screen, gallery, station)
    with at_station(gallery.address, station, "kiosk") as hand:
        hand.say(OpenPhoto(photo=gallery.edition.photos[1].id))
        hand.say(GoToStage(stage="scan"))
        hand.say(Redraw())
        wall.wait(f"rekindle.moment.after.photo === '{gallery.edition.photos[1].id}'")
        assert wall.read("rekindle.moment.after.plate") is None
