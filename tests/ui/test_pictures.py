"""What is on the glass, pixel by pixel: exact at both ends, and never dark or bright between."""

import time

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Route

from server.show.messages import Detail, GoToStage, OpenPhoto, Restore, Scrub, Zoom
from tests.support.screens import screen as at_station
from tests.ui.browser import Screen, luma
from tests.ui.conftest import SIZE, Gallery, Open
from tests.ui.visits import SETTLES_S, TALL, WIDE, decoded, scan_of, shown

pytestmark = pytest.mark.browser


def projection(open_screen: Open, gallery: Gallery, station: str, query: str = "") -> Screen:
    """A projection on which a wide photo is shown pixel for pixel."""
    screen = open_screen(f"{gallery.address}/projection/{station}{query}", SIZE)
    screen.wait("rekindle.snapshot")
    return screen


def hold(screen: Screen, position: float) -> None:
    """Waits until the picture held at ``position`` on the rail has been drawn in full."""
    progress = position % 1 or float(position > 0)
    screen.wait(
        "rekindle.drawn && rekindle.score.cues.length === 1 && "
        f"Math.abs(rekindle.score.cues[0].last - {progress}) < 1e-9 && "
        f"Math.abs(rekindle.drawn.progress - {progress}) < 1e-9"
    )
    time.sleep(SETTLES_S)


def test_both_ends_of_a_change_are_exactly_the_pictures(
    gallery: Gallery, open_screen: Open, station: str
) -> None:
    screen = projection(open_screen, gallery, station)
    with at_station(gallery.address, station, "kiosk") as hand:
        hand.say(OpenPhoto(photo=WIDE))
        screen.wait_for_picture(WIDE, "scan")
        time.sleep(2 * SETTLES_S)
        assert np.abs(shown(screen) - scan_of(gallery, WIDE)).max() <= 1
        for position, stage in ((1.0, "repaired"), (2.0, "clear"), (3.0, "colour")):
            hand.say(Scrub(position=position))
            screen.wait_for_picture(WIDE, stage)
            time.sleep(SETTLES_S)
            assert np.abs(shown(screen) - scan_of(gallery, WIDE, stage)).max() <= 1


def test_half_way_a_part_has_changed_and_a_part_has_not(
    gallery: Gallery, open_screen: Open, station: str
) -> None:
    screen = projection(open_screen, gallery, station)
    moments = decoded(gallery.folder / WIDE / "arrival.png")[..., 0] / 255
    with at_station(gallery.address, station, "kiosk") as hand:
        hand.say(OpenPhoto(photo=WIDE))
        screen.wait_for_picture(WIDE, "scan")
        hand.say(Scrub(position=2.5))
        hold(screen, 2.5)
        now = shown(screen)
    clear, colour = scan_of(gallery, WIDE, "clear"), scan_of(gallery, WIDE, "colour")
    early, late = moments < 0.3, moments > 0.75
    assert early.mean() > 0.05 and late.mean() > 0.05
    assert np.abs(now - colour)[early].max() <= 1
    assert np.abs(now - clear)[late].max() <= 1


@pytest.mark.parametrize("position", [0.15, 0.5, 0.85, 1.5, 2.3, 2.7])
def test_lightness_stays_between_the_two_pictures(
    gallery: Gallery, open_screen: Open, station: str, position: float
) -> None:
    screen = projection(open_screen, gallery, station)
    stages = [stage.name for stage in gallery.edition.photos[0].stages]
    with at_station(gallery.address, station, "kiosk") as hand:
        hand.say(OpenPhoto(photo=WIDE))
        screen.wait_for_picture(WIDE, "scan")
        hand.say(Scrub(position=position))
        hold(screen, position)
        now = luma(shown(screen))
    before = luma(scan_of(gallery, WIDE, stages[int(position)]))
    after = luma(scan_of(gallery, WIDE, stages[int(position) + 1]))
    tolerance = 0.02 * 255
    assert (now >= np.minimum(before, after) - tolerance).all()
    assert (now <= np.maximum(before, after) + tolerance).all()


def test_no_frame_of_a_restoration_is_darker_or_lighter_than_its_pictures(
    gallery: Gallery, open_screen: Open, station: str
) -> None:
    screen = projection(open_screen, gallery, station)
    names = [stage.name for stage in gallery.edition.photos[0].stages]
    means = [luma(scan_of(gallery, WIDE, name)).mean() for name in names]
    seen = []
    with at_station(gallery.address, station, "kiosk") as hand:
        hand.say(OpenPhoto(photo=WIDE))
        screen.wait_for_picture(WIDE, "scan")
        time.sleep(SETTLES_S)
        hand.say(Restore())
        deadline = time.monotonic() + 8
        while time.monotonic() < deadline:
            seen.append(luma(shown(screen)).mean())
            time.sleep(0.1)
    assert len(seen) >= 10
    assert min(seen) >= min(means) - 0.02 * 255
    assert max(seen) <= max(means) + 0.02 * 255


def test_a_dissolve_ends_in_the_other_photo_letterboxed_in_its_own_tones(
    gallery: Gallery, open_screen: Open, station: str
) -> None:
    screen = projection(open_screen, gallery, station)
    with at_station(gallery.address, station, "kiosk") as hand:
        hand.say(OpenPhoto(photo=TALL))
        screen.wait_for_picture(TALL, "scan")
        time.sleep(2 * SETTLES_S)
        now = shown(screen)
    left, top, width, height = (int(side) for side in screen.read("rekindle.picture.place"))
    inside = now[top : top + height, left : left + width]
    tall = scan_of(gallery, TALL)
    expected = np.asarray(
        Image.fromarray(tall.astype(np.uint8)).resize((width, height), Image.Resampling.BOX)
    )
    assert np.abs(inside - expected.astype(np.int16)).mean() < 6
    assert abs(2 * left + width - SIZE[0]) <= 1 and height == SIZE[1]
    bars = np.concatenate([now[:, : left - 1], now[:, left + width + 1 :]], axis=1)
    assert 10 < luma(bars).mean() < 0.6 * luma(tall).mean()
    assert luma(bars).max() < luma(tall).max()


def test_nothing_flashes_while_pictures_come_slowly(
    gallery: Gallery, open_screen: Open, station: str
) -> None:
    screen = open_screen("about:blank", SIZE)

    def slowly(route: Route) -> None:
        time.sleep(0.4)
        route.continue_()

    screen.page.route("**/*.webp", slowly)
    screen.page.goto(f"{gallery.address}/projection/{station}")
    ground = luma(np.array([15, 14, 12], dtype=np.int16))
    brightest = max(luma(decoded(path)).mean() for path in gallery.folder.rglob("*.webp"))
    with at_station(gallery.address, station, "kiosk") as hand:
        for photo in (WIDE, TALL, WIDE):
            hand.say(OpenPhoto(photo=photo))
            deadline = time.monotonic() + 2.5
            while time.monotonic() < deadline:
                mean = luma(screen.pixels()).mean()
                assert ground - 3 <= mean <= brightest + 5
                screen.page.wait_for_timeout(60)
    screen.wait_for_picture(WIDE, "scan")


def test_the_last_picture_stays_while_the_next_cannot_be_had(
    gallery: Gallery, open_screen: Open, station: str
) -> None:
    screen = projection(open_screen, gallery, station)
    with at_station(gallery.address, station, "kiosk") as hand:
        hand.say(OpenPhoto(photo=WIDE))
        screen.wait_for_picture(WIDE, "scan")
        time.sleep(2 * SETTLES_S)
        screen.page.route("**/020-opening/*", lambda route: route.abort())
        hand.say(OpenPhoto(photo=TALL))
        screen.wait(f"rekindle.moment.after.photo === '{TALL}' && rekindle.moment.progress === 1")
        if screen.read("rekindle.drawn.after.photo") == WIDE:
            assert np.abs(shown(screen) - scan_of(gallery, WIDE)).max() <= 1
        screen.page.unroute("**/020-opening/*")
        screen.wait_for_picture(TALL, "scan")


@pytest.mark.parametrize("stage", ["scan", "colour"])
def test_without_webgl_the_same_picture_is_shown(
    gallery: Gallery, open_screen: Open, station: str, stage: str
) -> None:
    screen = projection(open_screen, gallery, station, "?renderer=css")
    with at_station(gallery.address, station, "kiosk") as hand:
        hand.say(OpenPhoto(photo=WIDE))
        hand.say(GoToStage.model_validate({"stage": stage}))
        screen.wait_for_picture(WIDE, stage)
        time.sleep(SETTLES_S)
        assert screen.read("rekindle.renderer") == "css"
        assert np.abs(shown(screen) - scan_of(gallery, WIDE, stage)).mean() < 1.5


@pytest.mark.parametrize("scale", [1, 1.3])
def test_without_webgl_the_same_surrounds_a_picture(
    gallery: Gallery, open_screen: Open, station: str, scale: float
) -> None:
    both = [projection(open_screen, gallery, station, query) for query in ("", "?renderer=css")]
    with at_station(gallery.address, station, "kiosk") as hand:
        hand.say(OpenPhoto(photo=TALL))
        hand.say(GoToStage(stage="colour"))
        hand.say(Zoom(detail=Detail(scale=scale, x=0.5, y=0.3)))
        around = []
        for screen in both:
            screen.wait_for_picture(TALL, "colour")
            time.sleep(2 * SETTLES_S)
            left, _, width, _ = screen.read("rekindle.picture.place")
            assert left > 100
            pixels = screen.pixels()
            around.append(
                np.hstack([pixels[:, : int(left) - 2], pixels[:, int(left + width) + 2 :]])
            )
    webgl, css = around
    assert luma(webgl).max() > luma(webgl).min() + 20
    assert np.abs(webgl - css).mean() < 2
    assert np.abs(webgl - css).max() < 16


def test_a_lost_context_is_bridged_and_recovered(
    gallery: Gallery, open_screen: Open, station: str
) -> None:
    screen = projection(open_screen, gallery, station)
    with at_station(gallery.address, station, "kiosk") as hand:
        hand.say(OpenPhoto(photo=WIDE))
        screen.wait_for_picture(WIDE, "scan")
        screen.read(
            "window.loss = document.querySelector('canvas').getContext('webgl2')"
            ".getExtension('WEBGL_lose_context')"
        )
        for _ in range(2):
            screen.read("loss.loseContext()")
            screen.wait("rekindle.renderer === 'css'", 5)
            time.sleep(SETTLES_S)
            assert np.abs(shown(screen) - scan_of(gallery, WIDE)).mean() < 1.5
            screen.read("loss.restoreContext()")
            screen.wait("rekindle.renderer === 'webgl'", 5)
            time.sleep(2 * SETTLES_S)
            assert np.abs(shown(screen) - scan_of(gallery, WIDE)).max() <= 1


ASKED = """() => {
  window.asked = 0;
  for (const side of ["clientWidth", "clientHeight"]) {
    const { get } = Object.getOwnPropertyDescriptor(Element.prototype, side);
    const counted = { get() { asked += 1; return get.call(this); } };
    Object.defineProperty(document.querySelector("canvas"), side, counted);
  }
}"""


def test_a_frame_asks_for_no_layout_and_another_glass_is_filled_all_the_same(
    gallery: Gallery, open_screen: Open, station: str
) -> None:
    screen = projection(open_screen, gallery, station)
    screen.page.evaluate(ASKED)
    with at_station(gallery.address, station, "kiosk") as hand:
        hand.say(OpenPhoto(photo=WIDE))
        screen.wait_for_picture(WIDE, "scan")
        frames = screen.read("rekindle.frames")
        hand.say(Restore())
        screen.wait(f"rekindle.frames > {frames} + 10")
        assert screen.read("asked") == 0
    screen.page.set_viewport_size({"width": SIZE[0] - 60, "height": SIZE[1] - 40})
    canvas = "document.querySelector('canvas')"
    screen.wait(f"{canvas}.width === {SIZE[0] - 60} && {canvas}.height === {SIZE[1] - 40}")


def test_textures_never_outgrow_their_pool(
    gallery: Gallery, open_screen: Open, station: str
) -> None:
    screen = projection(open_screen, gallery, station)
    counts = []
    with at_station(gallery.address, station, "kiosk") as hand:
        for photo in [photo.id for photo in gallery.edition.photos] * 3:
            hand.say(OpenPhoto(photo=photo))
            screen.wait_for_picture(photo, "scan")
            counts.append(screen.read("rekindle.textures"))
    assert 2 <= max(counts) <= 12
