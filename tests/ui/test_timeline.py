"""The browser's timeline is the server's: the same score, the same moment."""

import pytest

from server.show import finger, timeline
from server.show.timeline import Frame, Moment, Score
from tests.ui.conftest import Gallery, Open

pytestmark = pytest.mark.browser

ASK = """async ([score, times]) => {
  const source = document.querySelector("script[type=module]").src;
  const { moment, ends } = await import(new URL("../shared/timeline.js", source));
  return { moments: times.map((now) => moment(score, now)), ends: ends(score) };
}"""
HOLD = """async ([photo, stages, positions]) => {
  const source = document.querySelector("script[type=module]").src;
  const { scrub, settle } = await import(new URL("../shared/timeline.js", source));
  const { moment } = await import(new URL("../shared/timeline.js", source));
  const held = positions.map((position) => scrub(photo, stages, position, 500));
  return { held, settled: held.map((score) => settle(moment(score, 600), 600)) };
}"""

ARRIVE = """async ([score, times]) => {
  const source = document.querySelector("script[type=module]").src;
  const { moment, arriving } = await import(new URL("../shared/timeline.js", source));
  return times.map((now) => moment(arriving(score), now));
}"""


def scores(gallery: Gallery) -> list[Score]:
    """Every kind of score that the server sends."""
    edition = gallery.edition
    photo = edition.photos[0]
    scan = Moment(
        cue=0,
        before=Frame(photo=photo.id, stage="scan"),
        after=Frame(photo=photo.id, stage="scan"),
        progress=1.0,
    )
    restored = timeline.restore(edition, photo, scan, 1000.0)
    half = timeline.moment(restored, 1000.0 + photo.arrival_ms / 3)
    other = Frame(photo=edition.photos[1].id, stage="scan")
    return [
        timeline.attract(edition, 1000.0),
        restored,
        timeline.turn(edition, other, half, 1000.0),
        timeline.turn(edition, half.before, half, 1000.0),
        timeline.programme(edition, edition.programmes[0], half, 1000.0),
        finger.scrub(photo, 1.25, 1000.0),
        timeline.settle(half, 1000.0),
    ]


def test_every_moment_is_the_servers(gallery: Gallery, open_screen: Open, station: str) -> None:
    screen = open_screen(f"{gallery.address}/projection/{station}")
    times = [0.0, 999.9, 1000.0, 1000.1, *(1000.0 + 137.7 * step for step in range(700))]
    for score in scores(gallery):
        answer = screen.page.evaluate(ASK, [score.model_dump(mode="json"), times])
        assert answer["ends"] == timeline.ends(score)
        for now, theirs in zip(times, answer["moments"], strict=True):
            ours = timeline.moment(score, now)
            assert theirs["progress"] == pytest.approx(ours.progress, abs=1e-9)
            assert Moment.model_validate({**theirs, "progress": ours.progress}) == ours


def test_a_finger_is_held_as_the_server_holds_it(
    gallery: Gallery, open_screen: Open, station: str
) -> None:
    screen = open_screen(f"{gallery.address}/projection/{station}")
    photo = gallery.edition.photos[0]
    positions = [-1.0, 0.0, 0.3, 1.0, 1.5, 2.75, 3.0, 9.0]
    stages = list(timeline.stage_names(photo))
    answer = screen.page.evaluate(HOLD, [photo.id, stages, positions])
    for position, held, settled in zip(positions, answer["held"], answer["settled"], strict=True):
        ours = finger.scrub(photo, position, 500.0)
        assert Score.model_validate(held) == ours
        assert Score.model_validate(settled) == timeline.settle(timeline.moment(ours, 600.0), 600.0)


def test_a_photo_arrives_though_the_dissolve_that_led_away_from_it_is_turned_back(
    gallery: Gallery, open_screen: Open, station: str
) -> None:
    screen = open_screen(f"{gallery.address}/projection/{station}")
    first, second = gallery.edition.photos[:2]
    ours, theirs = (Frame(photo=photo.id, stage="scan") for photo in (first, second))
    for share in (0.0, 0.25, 0.9):
        leaving = Moment(cue=0, before=ours, after=theirs, progress=share)
        for wanted in (ours, Frame(photo=first.id, stage="clear"), theirs):
            score = timeline.turn(gallery.edition, wanted, leaving, 1000.0)
            end = timeline.ends(score) or 1000.0
            (answer,) = screen.page.evaluate(ARRIVE, [score.model_dump(mode="json"), [end]])
            shown = Moment.model_validate(answer)
            assert {shown.before.photo, shown.after.photo} == {wanted.photo}
            assert (shown.after if shown.progress > 0 else shown.before) == wanted


def test_a_photo_that_is_opened_is_there_before_the_other_screens_leave_the_last(
    gallery: Gallery, open_screen: Open, station: str
) -> None:
    screen = open_screen(f"{gallery.address}/projection/{station}")
    first, second = gallery.edition.photos[:2]
    clear, wanted = Frame(photo=first.id, stage="clear"), Frame(photo=second.id, stage="scan")
    playing = timeline.still(clear, 0.0)
    starts = 1000.0 + timeline.LEAD_MS
    written = timeline.turn(gallery.edition, wanted, timeline.moment(playing, starts), starts)
    score = timeline.led_in(playing, written, 1000.0)
    assert timeline.moment(score, 1000.0).after == clear
    for moment in screen.page.evaluate(ARRIVE, [score.model_dump(mode="json"), [1000.0, starts]]):
        assert moment["before"] == moment["after"] == wanted.model_dump()
