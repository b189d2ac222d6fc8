"""Scores: what is on the glass at a moment."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from server.show import finger, timeline
from server.show.timeline import Cue, Frame, Moment, Score, moment
from tests.support.timeless import ALL, edition, photo

SCAN = Frame(photo="flag", stage="scan")
REPAIRED = Frame(photo="flag", stage="repaired")
CLEAR = Frame(photo="flag", stage="clear")
COLOUR = Frame(photo="flag", stage="colour")
GOLD = Frame(photo="gold", stage="scan")


def at_rest(frame: Frame) -> Moment:
    return Moment(cue=0, before=frame, after=frame, progress=1.0)


def midway(before: Frame, after: Frame, progress: float) -> Moment:
    return Moment(cue=0, before=before, after=after, progress=progress)


def pictured(score: Score, now: float) -> Frame | None:
    """The picture that rests on the glass; None where two are mixed."""
    shown = moment(score, now)
    if shown.progress == 1.0 or shown.before == shown.after:
        return shown.after
    return shown.before if shown.progress == 0.0 else None


def weights(shown: Moment) -> dict[Frame, float]:
    """How much of each picture is on the glass."""
    mixed = {shown.before: 1 - shown.progress}
    mixed[shown.after] = mixed.get(shown.after, 0.0) + shown.progress
    return {frame: share for frame, share in mixed.items() if share > 0}


def alike(one: Moment, other: Moment) -> bool:
    """Whether the same is on the glass, but for what no eye could tell."""
    a, b = weights(one), weights(other)
    return all(abs(a.get(frame, 0) - b.get(frame, 0)) < 1e-6 for frame in a.keys() | b.keys())


def goes_on_from(score: Score, before: Moment) -> bool:
    """Whether the score begins with exactly what was on the glass."""
    return alike(moment(score, score.starts), before)


def test_a_change_advances_from_its_first_to_its_last_progress_and_stays() -> None:
    cues = (
        Cue(begins=0, lasts=100, before=SCAN, after=CLEAR, first=0.2, last=0.6),
        Cue(begins=300, lasts=100, before=SCAN, after=CLEAR, first=0.6),
    )
    score = Score(starts=1000, cues=cues)
    progress = [round(moment(score, now).progress, 6) for now in (900, 1000, 1050, 1100, 1299)]
    assert progress == [0.2, 0.2, 0.4, 0.6, 0.6]
    assert moment(score, 1350).progress == pytest.approx(0.8)
    assert (moment(score, 9999).cue, moment(score, 9999).progress) == (1, 1.0)
    assert timeline.ends(score) == 1400


def test_a_loop_comes_round_and_never_ends() -> None:
    cue = Cue(begins=0, lasts=100, before=SCAN, after=CLEAR)
    score = Score(starts=0, cues=(cue,), repeats=400)
    assert moment(score, 50) == moment(score, 450) == moment(score, 40_050)
    assert timeline.ends(score) is None
    assert timeline.rests_on(score) is None


@pytest.mark.parametrize("begins", [(10,), (0, 50, 20)])
def test_a_score_that_does_not_begin_at_once_or_in_order_is_refused(
    begins: tuple[float, ...],
) -> None:
    cues = tuple(Cue(begins=each, lasts=1, before=SCAN, after=SCAN) for each in begins)
    with pytest.raises(ValidationError, match="begins at 0"):
        Score(starts=0, cues=cues)


def test_the_next_stage_arrives_in_the_time_the_photo_says() -> None:
    score = timeline.turn(edition(), REPAIRED, at_rest(SCAN), 500)
    assert timeline.ends(score) == 6500
    assert timeline.rests_on(score) == REPAIRED


def test_an_earlier_stage_returns_along_the_way_the_later_one_came() -> None:
    score = timeline.turn(edition(), SCAN, at_rest(CLEAR), 0)
    assert [(cue.before, cue.after, cue.first, cue.last) for cue in score.cues] == [
        (SCAN, CLEAR, 1, 0)
    ]
    assert pictured(score, 0) == CLEAR
    assert pictured(score, timeline.RETREAT_MS) == SCAN


def test_another_photo_dissolves_in() -> None:
    score = timeline.turn(edition(), GOLD, at_rest(CLEAR), 0)
    assert timeline.ends(score) == timeline.DISSOLVE_MS
    assert pictured(score, 0) == CLEAR and timeline.rests_on(score) == GOLD


def test_a_change_called_back_retreats_by_as_much_as_had_come() -> None:
    score = timeline.turn(edition(), SCAN, midway(SCAN, COLOUR, 0.25), 0)
    assert timeline.ends(score) == pytest.approx(timeline.RETREAT_MS * 0.25)
    assert timeline.rests_on(score) == SCAN


@pytest.mark.parametrize(("progress", "by_way_of"), [(0.2, SCAN), (0.8, COLOUR)])
def test_a_change_left_for_another_photo_first_goes_to_its_nearer_end(
    progress: float, by_way_of: Frame
) -> None:
    score = timeline.turn(edition(), GOLD, midway(SCAN, COLOUR, progress), 0)
    assert pictured(score, timeline.HASTEN_MS) == by_way_of
    assert timeline.rests_on(score) == GOLD


def test_restoring_goes_through_every_stage_with_a_rest_between() -> None:
    flag = edition().photos[0]
    score = timeline.restore(edition(), flag, at_rest(SCAN), 0)
    rests = 6000 + timeline.PAUSE_MS
    assert [pictured(score, moment) for moment in (0, 6000, rests + 6000)] == [
        SCAN,
        REPAIRED,
        CLEAR,
    ]
    assert timeline.ends(score) == 3 * 6000 + 2 * timeline.PAUSE_MS
    assert timeline.rests_on(score) == COLOUR


def test_restoring_goes_on_from_a_stage_in_between_and_from_the_start_after_the_last() -> None:
    flag = edition().photos[0]
    onward = timeline.restore(edition(), flag, at_rest(CLEAR), 0)
    again = timeline.restore(edition(), flag, at_rest(COLOUR), 0)
    assert {cue.after for cue in onward.cues} == {COLOUR}
    assert pictured(again, timeline.RETREAT_MS) == SCAN
    assert timeline.rests_on(again) == COLOUR


def test_a_photo_left_alone_rests_when_restored() -> None:
    team = edition().photos[2]
    frame = Frame(photo="team", stage="scan")
    assert timeline.rests_on(timeline.restore(edition(), team, at_rest(frame), 0)) == frame


@pytest.mark.parametrize(("position", "settles_on"), [(0.4, SCAN), (0.6, REPAIRED), (3, COLOUR)])
def test_letting_go_eases_to_the_nearer_stage(position: float, settles_on: Frame) -> None:
    held = moment(finger.scrub(edition().photos[0], position, 0), 0)
    score = timeline.settle(held, 100)
    assert goes_on_from(score, held)
    assert pictured(score, 100 + timeline.HASTEN_MS) == settles_on


def test_a_programme_plays_its_photos_in_order_through_all_their_stages() -> None:
    shown = edition()
    score = timeline.programme(shown, shown.programmes[0], at_rest(GOLD), 0)
    order = list(dict.fromkeys(cue.after.photo for cue in score.cues))
    assert order == ["flag", "gold", "team"]
    assert {(cue.after.photo, cue.after.stage) for cue in score.cues} == {
        (each.id, stage.name) for each in shown.photos for stage in each.stages
    }


def test_a_programme_that_begins_on_its_own_first_scan_rests_on_it_first() -> None:
    shown = edition()
    score = timeline.programme(shown, shown.programmes[0], at_rest(SCAN), 0)
    assert pictured(score, timeline.PROGRAMME_OPENING_MS) == SCAN
    assert moment(score, 1).progress in (0.0, 1.0)


def test_a_programme_takes_its_changes_slower_by_half() -> None:
    shown = edition()
    score = timeline.programme(shown, shown.programmes[0], at_rest(SCAN), 0)
    assert {cue.lasts for cue in score.cues if cue.after.stage == "repaired"} == {9000}


def test_a_programme_of_photos_that_are_gone_leaves_the_picture() -> None:
    shown = edition()
    score = timeline.programme(shown, shown.programmes[1], at_rest(GOLD), 0)
    assert timeline.rests_on(score) == GOLD


def test_the_invitation_stops_short_and_draws_back() -> None:
    score = timeline.attract(edition(), 0)
    changes = [cue for cue in score.cues if cue.before.photo == cue.after.photo and cue.lasts]
    assert {max(cue.first, cue.last) for cue in changes} == {timeline.ATTRACT_SHARE}
    assert {cue.after.stage for cue in changes} == {"colour"}


def test_the_invitation_of_three_photos_takes_20_to_30_seconds() -> None:
    score = timeline.attract(edition(*(photo(name, ALL) for name in ("a", "b", "c"))), 0)
    assert score.repeats is not None and 20_000 <= score.repeats <= 30_000


@pytest.mark.parametrize("count", [1, 2, 3, 5])
@pytest.mark.parametrize("stages", [1, 2, 5])
def test_the_invitation_never_jumps_not_even_where_it_comes_round(count: int, stages: int) -> None:
    photos = [photo(f"p{place}", ALL[:stages]) for place in range(count)]
    score = timeline.attract(edition(*photos), 0)
    assert score.repeats is not None
    edges = [cue.begins for cue in score.cues[1:]] + [score.repeats]
    for edge in edges:
        assert alike(moment(score, edge - 1e-5), moment(score, edge))


FRAMES = st.sampled_from(
    [Frame(photo=each.id, stage=stage.name) for each in edition().photos for stage in each.stages]
)
MOMENTS = st.one_of(
    FRAMES.map(at_rest),
    st.builds(
        lambda index, progress: midway(
            *[(SCAN, REPAIRED), (REPAIRED, CLEAR), (SCAN, COLOUR), (COLOUR, GOLD)][index], progress
        ),
        st.integers(0, 3),
        st.floats(0, 1),
    ),
)


@given(current=MOMENTS, target=FRAMES, now=st.floats(0, 1e13))
def test_turning_never_jumps_and_always_arrives(current: Moment, target: Frame, now: float) -> None:
    score = timeline.turn(edition(), target, current, now)
    assert goes_on_from(score, current)
    assert timeline.rests_on(score) == target
    assert_seamless(score)


@given(current=MOMENTS, place=st.integers(0, 2))
def test_restoring_never_jumps(current: Moment, place: int) -> None:
    score = timeline.restore(edition(), edition().photos[place], current, 0)
    assert goes_on_from(score, current)
    assert_seamless(score)


@given(current=MOMENTS)
def test_programmes_never_jump(current: Moment) -> None:
    score = timeline.programme(edition(), edition().programmes[0], current, 0)
    assert goes_on_from(score, current)
    assert_seamless(score)


def assert_seamless(score: Score) -> None:
    """Each cue begins with what the one before it left."""
    for earlier, later in zip(score.cues, score.cues[1:], strict=False):
        left = midway(earlier.before, earlier.after, earlier.last)
        assert alike(midway(later.before, later.after, later.first), left)


PLAYING = st.sampled_from(
    [
        timeline.attract(edition(), 0.0),
        timeline.restore(edition(), edition().photos[0], at_rest(SCAN), 0.0),
        timeline.programme(edition(), edition().programmes[0], at_rest(GOLD), 0.0),
        timeline.redraw(edition().photos[0], midway(SCAN, COLOUR, 0.3), 0.0),
        finger.scrub(edition().photos[0], 1.3, 0.0),
        timeline.still(GOLD, 0.0),
    ]
)


@given(playing=PLAYING, target=FRAMES, now=st.floats(0, 60_000), later=st.floats(0, 1))
def test_what_is_asked_for_is_led_in_by_what_plays(
    playing: Score, target: Frame, now: float, later: float
) -> None:
    starts = now + timeline.LEAD_MS
    following = timeline.turn(edition(), target, moment(playing, starts), starts)
    score = timeline.led_in(playing, following, now)
    assert score.starts == now
    for time in (now + later * 0.999 * timeline.LEAD_MS, now):
        assert alike(moment(score, time), moment(playing, time)), "seen by who heard of it at once"
    for time in (starts + later * 10_000, starts):
        assert alike(moment(score, time), moment(following, time))
    assert_seamless(score)


def test_an_invitation_leads_in_across_the_end_of_its_round() -> None:
    playing = timeline.attract(edition(), 0.0)
    assert playing.repeats is not None
    now = playing.repeats - 30
    following = timeline.still(SCAN, now + timeline.LEAD_MS)
    score = timeline.led_in(playing, following, now)
    for time in (0.0, 29.0, 31.0, 99.0):
        assert alike(moment(score, now + time), moment(playing, now + time))


def test_a_programme_lasts_as_long_as_what_is_heard_through_it() -> None:
    shown = edition()
    piece = shown.programmes[0]
    own = timeline.programme(shown, piece, at_rest(SCAN), 0.0)
    length = timeline.ends(own)
    assert length is not None
    heard = piece.model_copy(update={"seconds": length / 1000 + 60})
    longer = timeline.programme(shown, heard, at_rest(SCAN), 0.0)
    assert timeline.ends(longer) == pytest.approx(length + 60_000)
    assert [cue.lasts for cue in longer.cues] == [cue.lasts for cue in own.cues]
    shorter = piece.model_copy(update={"seconds": 1.0})
    assert timeline.programme(shown, shorter, at_rest(SCAN), 0.0) == own
