"""A visit, as a hand makes it: in a real browser, at a real server, with a projection following."""

import time
from collections.abc import Iterator
from itertools import combinations

import numpy as np
import pytest

from server.show import timeline
from server.show.messages import GoToStage, OpenPhoto
from server.show.state import Timing
from server.show.timeline import Score
from tests.support.screens import screen as at_station
from tests.ui.browser import Screen, luma
from tests.ui.conftest import Gallery, Open, opened_gallery
from tests.ui.visits import TALL, WIDE, at_a_photo, at_the_wall, kiosk, label

pytestmark = pytest.mark.browser

PANEL = (1920, 1080)
BUTTON = 0.0251
"""15 mm on a 27-inch panel, of its width (598 mm)."""


def test_a_touch_leads_from_the_invitation_to_the_wall(
    gallery: Gallery, open_screen: Open, station: str
) -> None:
    screen = kiosk(open_screen, gallery, station)
    invitation = screen.page.locator(".invitation").inner_text()
    assert "轻触继续" in invitation and "Touch to go on" in invitation
    screen.page.mouse.click(480, 300)
    screen.wait_for_view("wall")
    assert screen.page.locator(".print").count() == len(gallery.edition.photos)
    assert "再看一遍开幕式" in screen.page.locator(".programmes").inner_text()


def test_the_visitor_chooses_the_language_by_its_own_name(
    gallery: Gallery, open_screen: Open, station: str
) -> None:
    screen = at_the_wall(open_screen, gallery, station)
    for language, name, title in (("en", "English", "First Gold"), ("zh-Hans", "中文", "首金")):
        assert screen.page.locator(".language").inner_text() == name
        screen.tap(".language")
        screen.wait(f"document.documentElement.lang === '{language}'")
        screen.wait(f"document.querySelector('.shown h1').textContent === '{title}'")


def test_restore_plays_every_stage_and_labels_it(
    gallery: Gallery, open_screen: Open, station: str
) -> None:
    screen = at_the_wall(open_screen, gallery, station)
    screen.tap(".language")
    screen.wait("document.documentElement.lang === 'en'")
    screen.tap(f".print[data-photo='{WIDE}']")
    screen.wait_for_picture(WIDE, "scan")
    assert label(screen) == ""
    screen.tap(".shown .restore")
    heard = []
    for stage in ("repaired", "clear", "colour"):
        screen.wait(f"rekindle.drawn.after.stage === '{stage}' && rekindle.drawn.progress > 0.1")
        heard.append(label(screen))
        screen.wait(f"document.querySelector('[data-stage={stage}]').ariaCurrent === 'step'")
    assert heard == [
        "Repaired by software, 2026",
        "Made clearer by software, 2026",
        "Colour: 1 documented, rest inferred",
    ]


def test_the_rail_follows_a_finger_and_eases_to_the_nearer_stage(
    gallery: Gallery, open_screen: Open, station: str
) -> None:
    screen = at_a_photo(open_screen, gallery, station)
    first, second = screen.middle("[data-stage=scan] .dot"), screen.middle("[data-stage=repaired]")
    step = second[0] - first[0]
    mouse = screen.page.mouse
    mouse.move(*first)
    mouse.down()
    mouse.move(first[0] + 0.2 * step, first[1])
    mouse.move(first[0] + 1.4 * step, first[1])
    screen.wait("rekindle.moment.before.stage === 'repaired'")
    assert screen.read("rekindle.moment.progress") == pytest.approx(0.4, abs=0.03)
    light = screen.middle(".shown .light")
    assert light[0] == pytest.approx(first[0] + 1.4 * step, abs=4)
    mouse.up()
    screen.wait_for_picture(WIDE, "repaired")


def test_scrubbing_needs_no_answer_of_the_server(
    gallery: Gallery, open_screen: Open, station: str
) -> None:
    screen = at_a_photo(open_screen, gallery, station)
    screen.read("(WebSocket.prototype.send = () => {})")
    first, last = screen.middle("[data-stage=scan] .dot"), screen.middle("[data-stage=colour]")
    screen.page.mouse.move(*first)
    screen.page.mouse.down()
    screen.page.mouse.move((first[0] + last[0]) / 2, first[1], steps=3)
    screen.wait("Math.abs(rekindle.moment.progress - 0.5) < 0.03")
    assert screen.read("rekindle.moment.before.stage") == "repaired"
    screen.page.mouse.up()
    screen.wait_for_picture(WIDE, "repaired")


DRAG_WITHIN_A_FRAME = """([x, y, step]) => {
  const told = [], frames = [];
  const { send } = WebSocket.prototype, { requestAnimationFrame } = window;
  WebSocket.prototype.send = (text) => {
    const { type, position } = JSON.parse(text);
    if (type === "scrub") told.push(position);
  };
  window.requestAnimationFrame = (frame) => frames.push(frame);
  const rail = document.querySelector(".shown .rail");
  const move = (place) => rail.dispatchEvent(new PointerEvent("pointerrawupdate", {
    pointerId: 1, clientX: x + place * step, clientY: y,
  }));
  for (const place of [0.25, 0.5, 0.75]) move(place);
  const before = told.length;
  for (const frame of frames) frame(performance.now());
  Object.assign(WebSocket.prototype, { send });
  Object.assign(window, { requestAnimationFrame });
  return { before, told };
}"""


def test_a_movement_is_told_before_its_frame_and_the_frame_tells_only_the_last(
    gallery: Gallery, open_screen: Open, station: str
) -> None:
    screen = at_a_photo(open_screen, gallery, station)
    first, second = screen.middle("[data-stage=scan] .dot"), screen.middle("[data-stage=repaired]")
    mouse = screen.page.mouse
    mouse.move(*first)
    mouse.down()
    heard = screen.page.evaluate(DRAG_WITHIN_A_FRAME, [*first, second[0] - first[0]])
    mouse.up()
    assert heard["before"] == 1
    assert heard["told"] == pytest.approx([0.25, 0.75], abs=0.01)


def test_the_wall_is_told_how_fast_a_finger_goes_and_that_it_rests(
    gallery: Gallery, open_screen: Open, station: str
) -> None:
    wall = open_screen(f"{gallery.address}/projection/{station}")
    screen = at_a_photo(open_screen, gallery, station)
    screen.page.evaluate(
        """() => {
          const { send } = WebSocket.prototype;
          window.told = [];
          WebSocket.prototype.send = function (text) {
            const message = JSON.parse(text);
            if (message.type === "scrub") window.told.push(message);
            send.call(this, text);
          };
        }"""
    )
    first, last = screen.middle("[data-stage=scan] .dot"), screen.middle("[data-stage=colour]")
    mouse = screen.page.mouse
    mouse.move(*first)
    mouse.down()
    for share in np.linspace(0, 0.5, 40):
        mouse.move(first[0] + share * (last[0] - first[0]), first[1])
    screen.wait("told.at(-1).position > 1.4 && told.at(-1).speed === 0")
    told = screen.read("told")
    assert max(each["speed"] for each in told) > 0.3
    assert min(each["speed"] for each in told) == 0
    times = [each["at"] for each in told]
    assert times == sorted(times)
    rests = told[-1]["position"]
    assert rests == pytest.approx(1.5, abs=0.03)
    wall.wait(f"Math.abs(1 + rekindle.moment.progress - {rests}) < 1e-6")
    mouse.up()
    wall.wait_for_picture(WIDE, "repaired" if rests <= 1.5 else "clear")


def test_a_tapped_stage_is_gone_to_and_the_original_is_one_tap_away(
    gallery: Gallery, open_screen: Open, station: str
) -> None:
    screen = at_a_photo(open_screen, gallery, station)
    screen.tap("[data-stage=clear] img")
    screen.wait_for_picture(WIDE, "clear")
    screen.tap("[data-stage=scan] .name")
    screen.wait_for_picture(WIDE, "scan")


def test_a_change_begins_without_styling_the_whole_page_anew(
    gallery: Gallery, open_screen: Open, station: str
) -> None:
    screen = at_a_photo(open_screen, gallery, station)
    label_height = "getComputedStyle(document.documentElement).getPropertyValue('--label')"
    assert screen.read(label_height) == ""
    screen.tap(".rail [data-stage='repaired']")
    screen.wait_for_picture(WIDE, "repaired")
    assert screen.read(label_height).endswith("px")
    screen.page.evaluate("""() => {
      window.styled = 0;
      const styles = new MutationObserver(() => { window.styled += 1; });
      styles.observe(document.documentElement, { attributes: true });
      const asked = Element.prototype.checkVisibility;
      Element.prototype.checkVisibility = function (options) {
        window.styled += 1;
        return asked.call(this, options);
      };
    }""")
    for stage in ("scan", "colour", "scan", "repaired"):
        screen.tap(f".rail [data-stage='{stage}']")
        screen.wait_for_picture(WIDE, stage)
    assert label(screen) != "" and screen.read("styled") == 0


def test_a_press_settles_at_once_and_can_be_slid_off(
    gallery: Gallery, open_screen: Open, station: str
) -> None:
    screen = at_the_wall(open_screen, gallery, station)
    mouse = screen.page.mouse
    mouse.move(*screen.middle(f".print[data-photo='{WIDE}']"))
    mouse.down()
    assert screen.read("document.querySelectorAll('.print.pressed').length") == 1
    mouse.move(5, 5)
    assert screen.read("document.querySelectorAll('.print.pressed').length") == 0
    mouse.up()
    time.sleep(0.3)
    assert screen.read("document.documentElement.dataset.view") == "wall"


def test_a_programme_plays_and_leads_back(
    gallery: Gallery, open_screen: Open, station: str
) -> None:
    screen = at_the_wall(open_screen, gallery, station)
    screen.tap(".programmes button")
    screen.wait_for_view("programme")
    screen.wait(f"rekindle.drawn.after.photo === '{WIDE}' && rekindle.drawn.progress > 0")
    started = screen.read("rekindle.score.starts")
    screen.tap(".shown .restore")
    screen.wait(f"rekindle.score.starts > {started}")
    screen.tap(".shown .back")
    screen.wait_for_view("wall")


def test_the_whole_visit_by_keyboard(gallery: Gallery, open_screen: Open, station: str) -> None:
    screen = kiosk(open_screen, gallery, station)
    keys = screen.page.keyboard
    keys.press("Enter")
    screen.wait_for_view("wall")
    keys.press("ArrowRight")
    screen.wait(f"document.activeElement.dataset.photo === '{WIDE}'")
    assert screen.read("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    keys.press("Enter")
    screen.wait_for_view("photo")
    screen.wait_for_picture(WIDE, "scan")
    keys.press("ArrowRight")
    screen.wait("rekindle.drawn.after.stage === 'repaired' && rekindle.drawn.progress > 0")
    keys.press("ArrowLeft")
    screen.wait_for_picture(WIDE, "scan")
    keys.press("Escape")
    screen.wait_for_view("wall")


def test_the_projection_follows(gallery: Gallery, open_screen: Open, station: str) -> None:
    screen = at_a_photo(open_screen, gallery, station)
    wall = open_screen(f"{gallery.address}/projection/{station}", (480, 320))
    wall.wait_for_picture(WIDE, "scan")
    screen.tap(".shown .restore")
    for each in (screen, wall):
        each.wait("rekindle.moment.after.stage === 'repaired' && rekindle.moment.progress > 0.2")
        score = Score.model_validate(each.read("rekindle.score"))
        early = gallery.clock.now()
        now, drawn = each.read("[rekindle.now, rekindle.drawn]")
        late = gallery.clock.now()
        assert early - 60 <= now <= late + 60
        # One frame of a machine without a graphics card may take so long.
        behind = timeline.moment(score, now - 700).progress
        assert behind - 0.01 <= drawn["progress"] <= timeline.moment(score, now).progress + 0.01
    assert screen.read("rekindle.score.starts") == wall.read("rekindle.score.starts")


def test_a_title_leaves_the_projection_and_the_label_of_an_altered_picture_stays(
    gallery: Gallery, open_screen: Open, station: str
) -> None:
    wall = open_screen(f"{gallery.address}/projection/{station}", (480, 320))
    with at_station(gallery.address, station, "kiosk") as hand:
        hand.say(OpenPhoto(photo=TALL))
        wall.wait_for_picture(TALL, "scan")
        wall.wait("document.querySelector('.line').textContent === '开幕式'")
        box = wall.page.locator(".line").bounding_box()
        assert box is not None
        assert box["x"] >= 0.05 * 480 - 1 and box["y"] + box["height"] <= 0.95 * 320 + 1
        wall.wait("!document.querySelector('.line').classList.contains('shown')", 8)
        hand.say(GoToStage(stage="repaired"))
        wall.wait("document.querySelector('.line').classList.contains('resting')", 20)
        assert "修补" in wall.read("document.querySelector('.line').textContent")


def test_controls_are_large_and_low_enough_for_every_hand(
    gallery: Gallery, open_screen: Open, station: str
) -> None:
    screen = open_screen(f"{gallery.address}/kiosk/{station}?renderer=css", PANEL)
    screen.wait_for_view("attract")
    screen.page.mouse.click(900, 500)
    screen.wait_for_view("wall")
    measured = _controls(screen, ".shown .quiet-button, .shown .print")
    screen.tap(f".print[data-photo='{WIDE}']")
    screen.wait_for_view("photo")
    deck = _controls(screen, ".shown .deck button")
    assert len(measured) >= 5 and len(deck) >= 6
    for box in [*measured, *deck]:
        assert min(box["width"], box["height"]) >= BUTTON * PANEL[0]
    for box in deck:
        assert box["top"] >= PANEL[1] / 2
    for one, other in combinations(deck, 2):
        across = max(one["left"], other["left"]) - min(one["right"], other["right"])
        down = max(one["top"], other["top"]) - min(one["bottom"], other["bottom"])
        assert max(across, down) >= 0.01 * PANEL[0]


def _controls(screen: Screen, selector: str) -> list[dict[str, float]]:
    boxes: list[dict[str, float]] = screen.read(
        f"[...document.querySelectorAll('{selector}')].filter((each) => !each.hidden).map("
        "(each) => each.getBoundingClientRect().toJSON())"
    )
    return boxes


def test_reduced_motion_cross_fades_in_a_moment(
    gallery: Gallery, open_screen: Open, station: str
) -> None:
    screen = kiosk(open_screen, gallery, station, reduced_motion=True)
    screen.page.mouse.click(300, 200)
    screen.wait_for_view("wall")
    screen.tap(f".print[data-photo='{WIDE}']")
    screen.wait_for_picture(WIDE, "scan")
    begun = time.monotonic()
    screen.tap("[data-stage=repaired] img")
    screen.wait_for_picture(WIDE, "repaired", 4)
    assert time.monotonic() - begun < 4 < gallery.edition.photos[0].arrival_ms / 1000


@pytest.fixture
def impatient(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gallery]:
    """A house that asks after two seconds and resets after two and a half more."""
    yield from opened_gallery(tmp_path_factory.mktemp("impatient"), Timing(2000, 2500))


def test_a_quiet_kiosk_asks_and_then_invites_the_next(
    impatient: Gallery, open_screen: Open, station: str
) -> None:
    screen = at_the_wall(open_screen, impatient, station)
    screen.wait("!document.querySelector('.asking').hidden", 6)
    asked = screen.page.locator(".asking")
    assert "您还在吗" in asked.inner_text()
    screen.page.mouse.click(480, 300)
    screen.wait("document.querySelector('.asking').hidden", 2)
    assert screen.read("document.documentElement.dataset.view") == "wall"
    screen.wait("!document.querySelector('.asking').hidden", 6)
    screen.wait_for_view("attract", 6)


def test_the_show_goes_on_without_its_server(
    tmp_path_factory: pytest.TempPathFactory, open_screen: Open, station: str
) -> None:
    opened = opened_gallery(tmp_path_factory.mktemp("gone"), Timing(3_600_000, 60_000))
    gone = next(opened)
    screen = at_a_photo(open_screen, gone, station)
    screen.tap(".shown .restore")
    screen.wait("rekindle.drawn.after.stage === 'repaired' && rekindle.drawn.progress > 0")
    with pytest.raises(StopIteration):
        next(opened)
    screen.wait("rekindle.drawn.after.stage === 'clear' && rekindle.drawn.progress > 0.1")
    assert luma(screen.pixels()).mean() > 20


def test_before_anything_is_published_the_screen_is_calm(
    tmp_path_factory: pytest.TempPathFactory, open_screen: Open, station: str
) -> None:
    opened = opened_gallery(tmp_path_factory.mktemp("bare"), Timing(), published=False)
    bare = next(opened)
    for kind in ("kiosk", "projection"):
        screen = open_screen(f"{bare.address}/{kind}/{station}")
        screen.wait_for_view("empty")
        screen.wait("document.querySelector('.nameplate').innerText === 'Rekindle 重燃'", 5)
        corner = np.abs(screen.pixels()[:40, :40] - np.array([15, 14, 12])).max()
        assert corner <= 2
    opened.close()
