"""The rules of a visit."""

from dataclasses import replace

import pytest

from server.editions.model import Edition
from server.show import timeline
from server.show.messages import (
    ChooseLanguage,
    Compare,
    Detail,
    GoToStage,
    Hold,
    LetGo,
    LightsOut,
    Mark,
    Narrate,
    OpenPhoto,
    Place,
    PlayProgramme,
    Redraw,
    Release,
    Restore,
    Scrub,
    ShowLifeSize,
    ShowWall,
    Split,
    Touch,
    Zoom,
)
from server.show.rules import STUCK_MS, next_deadline, step
from server.show.state import (
    Event,
    Published,
    ShowState,
    Timing,
    TurnPassed,
    opening,
    snapshot,
)
from server.show.timeline import Frame, moment
from tests.support.timeless import edition, photo

START = 1_000_000.0
TIMING = Timing(idle_ask_ms=60_000, idle_reset_ms=20_000)
SCAN = Frame(photo="flag", stage="scan")


def station(shown: Edition | None = None) -> ShowState:
    return opening(shown or edition(), START, TIMING)


def after(state: ShowState, *events: Event, now: float = START + 100) -> ShowState:
    for event in events:
        state = step(state, event, now)
    return state


def run_until(state: ShowState, now: float) -> ShowState:
    """Passes every deadline up to ``now``, each at its own time."""
    for _ in range(1000):
        due = next_deadline(state)
        if due is None or due > now:
            return state
        state = step(state, None, due)
    raise AssertionError("deadlines without an end")


def an_open_photo() -> ShowState:
    return after(station(), OpenPhoto(photo="flag"))


def test_a_station_begins_with_its_invitation_in_the_sets_own_language() -> None:
    state = station()
    assert (state.view, state.language, state.photo) == ("attract", "zh-Hans", None)
    assert next_deadline(state) is None


def test_a_touch_wakes_it_and_the_invitation_goes_on_behind_the_wall() -> None:
    before = station()
    state = after(before, Touch())
    assert state.view == "wall"
    assert state.score == before.score
    assert state.revision == before.revision + 1


def test_an_opened_photo_comes_to_its_scan() -> None:
    state = an_open_photo()
    assert (state.view, state.photo) == ("photo", "flag")
    assert timeline.rests_on(state.score) == SCAN


def test_the_stages_follow_the_visitor() -> None:
    state = after(an_open_photo(), GoToStage(stage="colour"), now=START + 5000)
    assert timeline.rests_on(state.score) == Frame(photo="flag", stage="colour")
    back = after(state, GoToStage(stage="scan"), now=START + 30_000)
    assert timeline.rests_on(back.score) == SCAN


def test_the_same_wish_twice_begins_nothing_anew() -> None:
    once = after(an_open_photo(), GoToStage(stage="colour"), now=START + 5000)
    twice = after(once, GoToStage(stage="colour"), now=START + 6000)
    assert twice.score == once.score
    assert twice.revision == once.revision


def test_restore_plays_to_the_last_stage() -> None:
    state = after(an_open_photo(), Restore(), now=START + 5000)
    assert timeline.rests_on(state.score) == Frame(photo="flag", stage="colour")
    assert sum(cue.before != cue.after for cue in state.score.cues) == 3


def test_what_is_asked_for_begins_when_every_screen_has_heard_of_it() -> None:
    calm, asked = an_open_photo(), START + 5000
    state = after(calm, GoToStage(stage="repaired"), now=asked)
    lead = timeline.LEAD_MS
    progress = [moment(state.score, asked + time).progress for time in (0, lead, lead + 3000)]
    assert progress == [1.0, 0.0, 0.5]
    assert timeline.rests_on(calm.score) == SCAN == moment(state.score, asked).after


def test_what_moves_goes_on_until_all_screens_turn_together() -> None:
    moving = after(an_open_photo(), GoToStage(stage="repaired"), now=START + 5000)
    turned = after(moving, GoToStage(stage="scan"), now=START + 7000)
    for time in (0.0, 50.0, timeline.LEAD_MS):
        seen = START + 7000 + time
        there = moment(moving.score, seen).progress
        assert moment(turned.score, seen).progress == pytest.approx(there)
    assert moment(turned.score, START + 7200).progress < moment(moving.score, START + 7100).progress


def test_the_finger_holds_the_picture_and_letting_go_settles_it() -> None:
    held = after(an_open_photo(), Scrub(position=1.7), now=START + 5000)
    assert held.scrubbing
    assert moment(held.score, START + 9000).progress == pytest.approx(0.7)
    settled = after(held, Release(), now=START + 9000)
    assert not settled.scrubbing
    assert timeline.rests_on(settled.score) == Frame(photo="flag", stage="clear")


def test_a_finger_that_rests_changes_nothing() -> None:
    held = after(an_open_photo(), Scrub(position=1.7), now=START + 5000)
    same = after(held, Scrub(position=1.7), now=START + 5016)
    assert same.revision == held.revision
    assert same.last_touch == START + 5016


def test_a_programme_plays_to_its_end_and_stays_there_to_be_played_again() -> None:
    state = after(station(), PlayProgramme(programme="opening"))
    end = timeline.ends(state.score)
    assert end is not None
    ended = run_until(state, end)
    assert (ended.view, ended.programme) == ("programme", "opening")
    again = after(ended, PlayProgramme(programme="opening"), now=end + 10)
    assert timeline.ends(again.score) == pytest.approx(end + 10 + (end - START - 100), abs=9000)
    assert again.revision == ended.revision + 1


def test_a_stage_asked_for_during_a_programme_is_that_of_the_photo_on_the_glass() -> None:
    state = after(station(), PlayProgramme(programme="opening"))
    end = timeline.ends(state.score)
    assert end is not None
    asked = after(state, GoToStage(stage="scan"), now=end)
    assert (asked.view, asked.photo, asked.programme) == ("photo", "team", None)


def test_a_snapshot_of_a_programme_names_the_photo_on_the_glass() -> None:
    state = after(station(), PlayProgramme(programme="opening"))
    end = timeline.ends(state.score)
    assert end is not None
    assert snapshot(state, "/e/", START + 200).photo == "flag"
    assert snapshot(state, "/e/", end).photo == "team"


@pytest.mark.parametrize(
    "message",
    [
        OpenPhoto(photo="nobody"),
        GoToStage(stage="finished"),
        PlayProgramme(programme="nothing"),
        ChooseLanguage(language="fr"),
    ],
)
def test_a_message_that_names_what_is_not_there_changes_nothing(message: Event) -> None:
    state = an_open_photo()
    assert after(state, message, now=START + 500) == state


@pytest.mark.parametrize("message", [GoToStage(stage="colour"), Restore(), Scrub(position=1)])
def test_a_message_without_an_open_photo_is_a_touch(message: Event) -> None:
    state = after(station(), message)
    assert (state.view, state.photo, state.last_touch) == ("wall", None, START + 100)


def test_the_wall_returns_to_the_invitation_without_a_jump() -> None:
    photo = after(an_open_photo(), GoToStage(stage="colour"), now=START + 5000)
    wall = after(photo, ShowWall(), now=START + 20_000)
    before = moment(photo.score, START + 20_000)
    assert moment(wall.score, START + 20_000).before == before.before
    looping = run_until(wall, START + 40_000)
    assert looping.score.repeats is not None
    assert looping.view == "wall"


def test_the_language_is_the_visitors_until_the_visit_ends() -> None:
    state = after(station(), ChooseLanguage(language="en"))
    assert state.language == "en"
    assert run_until(state, START + 1e6).language == "zh-Hans"


def test_left_alone_it_asks_and_then_invites() -> None:
    state = an_open_photo()
    end = timeline.ends(state.score)
    assert end is not None
    asking = run_until(state, end + TIMING.idle_ask_ms)
    assert asking.asking_until == end + TIMING.idle_ask_ms + TIMING.idle_reset_ms
    assert asking.view == "photo"
    gone = run_until(asking, asking.asking_until)
    assert (gone.view, gone.asking_until, gone.photo) == ("attract", None, None)
    assert run_until(gone, gone.last_touch + 10_000).score.repeats is not None


def test_any_touch_answers() -> None:
    asking = run_until(an_open_photo(), START + 65_000)
    assert asking.asking_until is not None
    answered = after(asking, Touch(), now=START + 66_000)
    assert answered.asking_until is None
    assert answered.view == "photo"
    assert answered.score == asking.score
    assert next_deadline(answered) == START + 66_000 + TIMING.idle_ask_ms


def test_nobody_is_asked_while_a_programme_or_a_restoration_plays() -> None:
    hasty = replace(station(), timing=Timing(1000, 1000))
    for state in (
        after(hasty, PlayProgramme(programme="opening")),
        after(hasty, OpenPhoto(photo="flag"), Restore()),
    ):
        end = timeline.ends(state.score)
        assert end is not None and end > START + 10_000
        assert run_until(state, end + 999).asking_until is None
        assert run_until(state, end + 1000).asking_until is not None


def test_nobody_is_asked_while_a_finger_is_down_but_a_stuck_contact_is_none() -> None:
    hasty = replace(an_open_photo(), timing=Timing(1000, 1000))
    held = after(hasty, Scrub(position=0.5), now=START + 5000)
    assert next_deadline(held) == START + 5000 + STUCK_MS
    assert run_until(held, START + 5000 + STUCK_MS - 1) == held
    released = run_until(held, START + 5000 + STUCK_MS)
    assert not released.scrubbing
    assert run_until(released, START + 1e6).view == "attract"


def test_the_original_is_held_and_what_was_shown_comes_back() -> None:
    shown = after(an_open_photo(), GoToStage(stage="colour"), now=START + 5000)
    held = after(shown, Hold(), now=START + 20_000)
    assert held.held and snapshot(held, "/e/", START).held
    assert (held.score, held.revision) == (shown.score, shown.revision + 1)
    alive = after(held, Hold(), now=START + 25_000)
    assert (alive.revision, alive.last_touch) == (held.revision, START + 25_000)
    back = after(alive, LetGo(), now=START + 26_000)
    assert not back.held
    assert back.score == shown.score


@pytest.mark.parametrize(
    "message",
    [GoToStage(stage="clear"), Restore(), Scrub(position=1), ShowWall(), OpenPhoto(photo="gold")],
)
def test_whatever_else_is_asked_for_is_seen_and_not_the_original(message: Event) -> None:
    held = after(an_open_photo(), Hold(), now=START + 20_000)
    assert not after(held, message, now=START + 21_000).held


def test_nobody_is_asked_while_the_original_is_held_but_a_stuck_contact_holds_nothing() -> None:
    hasty = replace(an_open_photo(), timing=Timing(1000, 1000))
    held = after(hasty, Hold(), now=START + 20_000)
    assert run_until(held, START + 20_000 + STUCK_MS - 1) == held
    released = run_until(held, START + 20_000 + STUCK_MS)
    assert (released.held, released.view, released.asking_until) == (False, "photo", None)
    assert run_until(released, START + 1e6).view == "attract"


def test_a_finger_on_the_rail_gives_way_to_one_on_the_picture() -> None:
    scrubbed = after(an_open_photo(), Scrub(position=1.7), now=START + 5000)
    held = after(scrubbed, Hold(), now=START + 6000)
    assert (held.held, held.scrubbing) == (True, False)
    assert timeline.rests_on(held.score) == Frame(photo="flag", stage="clear")


def test_marks_stay_through_the_stages_and_leave_with_the_photo() -> None:
    marked = after(an_open_photo(), Mark(on=True), now=START + 5000)
    assert marked.marks and snapshot(marked, "/e/", START).marks
    assert after(marked, GoToStage(stage="colour"), Restore(), now=START + 6000).marks
    assert not after(marked, Mark(on=False), now=START + 6000).marks
    for elsewhere in (ShowWall(), OpenPhoto(photo="gold"), PlayProgramme(programme="opening")):
        assert not after(marked, elsewhere, now=START + 6000).marks
    assert not run_until(marked, START + 1e6).marks


@pytest.mark.parametrize("message", [Hold(), Mark(on=True)])
def test_nothing_is_held_or_marked_without_an_open_photo(message: Event) -> None:
    for state in (station(), after(station(), PlayProgramme(programme="opening"))):
        asked = after(state, message, now=START + 5000)
        assert (asked.held, asked.marks) == (False, False)


def told_photo() -> ShowState:
    return after(an_open_photo(), Narrate(on=True), now=START + 10_000)


def test_a_story_is_told_to_its_end_and_nobody_is_asked_meanwhile() -> None:
    telling = told_photo()
    assert snapshot(telling, "/e/", START).narrated_since == START + 10_000
    ends = START + 10_000 + 95_000
    assert next_deadline(telling) == ends + TIMING.idle_ask_ms
    through = after(telling, GoToStage(stage="colour"), Restore(), now=START + 20_000)
    assert through.narrated_since == START + 10_000
    assert run_until(through, ends + TIMING.idle_ask_ms - 1).asking_until is None
    assert run_until(through, ends + TIMING.idle_ask_ms).asking_until is not None


@pytest.mark.parametrize(
    "message",
    [
        Narrate(on=False),
        ShowWall(),
        OpenPhoto(photo="gold"),
        PlayProgramme(programme="opening"),
        ChooseLanguage(language="en"),
    ],
)
def test_a_story_ends_when_the_visitor_goes_on(message: Event) -> None:
    assert after(told_photo(), message, now=START + 20_000).narrated_since is None


def test_a_story_goes_on_in_the_language_it_is_told_in() -> None:
    same = after(told_photo(), ChooseLanguage(language="zh-Hans"), now=START + 20_000)
    assert same.narrated_since == START + 10_000


def test_nothing_is_told_where_there_is_no_story_in_the_visitors_language() -> None:
    english = after(an_open_photo(), ChooseLanguage(language="en"), Narrate(on=True))
    assert english.narrated_since is None
    assert after(station(), Narrate(on=True)).narrated_since is None
    assert after(station(), OpenPhoto(photo="gold"), Narrate(on=True)).narrated_since is None


def test_life_size_needs_a_scale_and_a_measured_wall() -> None:
    measured = opening(edition(), START, TIMING, Place(wall_metres=4.0))
    large = after(measured, OpenPhoto(photo="flag"), ShowLifeSize(on=True, ruler=True))
    assert (large.life_size, large.ruler) == (True, True)
    told = snapshot(large, "/e/", START)
    assert (told.life_size, told.ruler, told.place.wall_metres) == (True, True, 4.0)
    assert after(large, Restore()).life_size
    for smaller in (ShowLifeSize(on=False), ShowWall(), OpenPhoto(photo="gold")):
        left = after(large, smaller)
        assert (left.life_size, left.ruler) == (False, False)
    unscaled = after(measured, OpenPhoto(photo="gold"), ShowLifeSize(on=True))
    assert not unscaled.life_size
    assert not after(an_open_photo(), ShowLifeSize(on=True)).life_size
    assert not after(measured, ShowLifeSize(on=True)).life_size


def test_the_lights_go_out_and_come_back_without_touching_the_visit() -> None:
    cue = LightsOut(begins=START + 1000, ends=START + 51_000)
    visiting = an_open_photo()
    out = after(visiting, cue, now=START + 11_000)
    assert out.lights_out == cue and out.revision == visiting.revision + 1
    assert snapshot(out, "/e/", START).lights_out == cue
    assert (out.score, out.last_touch, out.view) == (visiting.score, visiting.last_touch, "photo")
    assert next_deadline(out) == cue.ends
    back = run_until(out, cue.ends)
    assert back.lights_out is None
    assert next_deadline(back) == next_deadline(visiting)
    assert after(visiting, cue, now=cue.ends).lights_out is None


@pytest.mark.parametrize(
    "events",
    [
        (GoToStage(stage="colour"),),
        (Restore(),),
        (Narrate(on=True),),
        (PlayProgramme(programme="opening"),),
        (Scrub(position=0.5), Release()),
        (GoToStage(stage="colour"), ShowWall()),
    ],
)
def test_the_lights_neither_go_out_nor_come_back_while_something_plays(
    events: tuple[Event, ...],
) -> None:
    playing = after(an_open_photo(), *events, now=START + 10_000)
    told = playing.narrated_since
    ends = told + 95_000 if told is not None else timeline.ends(playing.score)
    assert ends is not None and ends > START + 10_000
    cue = LightsOut(begins=START, ends=ends + 60_000)
    assert after(playing, cue, now=ends - 1) == playing
    assert after(playing, cue, now=ends).lights_out == cue
    brief = LightsOut(begins=START, ends=START + 10_001)
    out = after(after(an_open_photo(), brief, now=START + 9999), *events, now=START + 10_000)
    assert out.lights_out == brief
    assert run_until(out, ends - 1).lights_out == brief
    assert run_until(out, ends).lights_out is None


@pytest.mark.parametrize("finger", [Scrub(position=0.5), Hold()])
def test_the_lights_wait_for_a_finger(finger: Event) -> None:
    cue = LightsOut(begins=START, ends=START + 11_000)
    touched = after(an_open_photo(), finger, now=START + 10_000)
    assert after(touched, cue, now=START + 10_500) == touched
    out = after(after(an_open_photo(), cue, now=START + 9000), finger, now=START + 10_000)
    assert run_until(out, START + 12_000).lights_out == cue
    left = after(out, Release(), LetGo(), now=START + 12_000)
    assert run_until(left, START + 13_000).lights_out is None


def test_the_lights_come_back_over_an_invitation_that_nobody_touches() -> None:
    cue = LightsOut(begins=START, ends=START + 60_000)
    out = after(station(), cue)
    assert next_deadline(out) == cue.ends
    assert run_until(out, cue.ends).lights_out is None


def test_whose_the_wall_is_is_told_and_changes_nothing_else() -> None:
    taken = after(an_open_photo(), TurnPassed("taken"))
    assert snapshot(taken, "/e/", START).turn == "taken"
    assert replace(taken, turn="alone", revision=0) == replace(an_open_photo(), revision=0)
    assert run_until(taken, START + 1e6).turn == "taken"


CLOSE = Detail(scale=3, x=0.4, y=0.2)
SPLIT = Split(at=0.3, lens=0.5)


def test_what_is_looked_at_closely_stays_through_the_stages_and_leaves_with_the_photo() -> None:
    looking = after(an_open_photo(), Zoom(detail=CLOSE), Compare(split=SPLIT), now=START + 5000)
    told = snapshot(looking, "/e/", START)
    assert (told.detail, told.split) == (CLOSE, SPLIT)
    on = after(looking, GoToStage(stage="colour"), Restore(), now=START + 6000)
    assert (on.detail, on.split) == (CLOSE, SPLIT)
    assert after(on, Zoom(detail=Detail(scale=1, x=0.4, y=0.2)), now=START + 7000).detail is None
    assert after(on, Compare(split=None), now=START + 7000).split is None
    for elsewhere in (ShowWall(), OpenPhoto(photo="gold"), PlayProgramme(programme="opening")):
        left = after(looking, elsewhere, now=START + 6000)
        assert (left.detail, left.split) == (None, None)


def test_without_an_open_photo_nothing_is_looked_at_closely_or_redrawn() -> None:
    for state in (station(), after(station(), ShowWall())):
        asked = after(state, Zoom(detail=CLOSE), Compare(split=SPLIT), Redraw(), now=START + 5000)
        assert (asked.detail, asked.split, asked.view) == (None, None, "wall")


def test_a_stage_is_drawn_once_more_from_its_noisiest_frame_and_rests_on_itself() -> None:
    drawn = after(an_open_photo(), Redraw(), now=START + 5000)
    assert [cue.after.plate for cue in drawn.score.cues[-3:]] == [0, 1, None]
    assert timeline.rests_on(drawn.score) == Frame(photo="flag", stage="clear")
    assert after(an_open_photo(), Redraw()).view == "photo"
    without = after(station(), OpenPhoto(photo="gold"))
    assert after(without, Redraw(), now=START + 5000).score == without.score


def test_a_new_edition_is_shown_at_once_to_nobody() -> None:
    newer = edition(number=2)
    state = after(station(), Published(newer))
    assert (state.edition.number, state.view, state.next_edition) == (2, "attract", None)


def test_a_new_edition_waits_until_the_visit_is_over() -> None:
    newer = edition(photo("other", ("scan", "clear")), number=2, languages=("en",))
    visiting = after(an_open_photo(), Published(newer))
    assert visiting.edition.number == 1
    assert visiting.revision == an_open_photo().revision
    assert after(visiting, OpenPhoto(photo="gold")).photo == "gold"
    gone = run_until(visiting, START + 1e6)
    assert (gone.edition.number, gone.language, gone.next_edition) == (2, "en", None)
    assert moment(gone.score, START + 1e6).before.photo == "other"


def test_an_edition_taken_back_during_a_visit_is_never_shown() -> None:
    first = station()
    state = after(first, Touch(), Published(edition(number=2)), Published(first.edition))
    assert state.next_edition is None
    assert run_until(state, START + 1e6).edition.number == 1


def test_a_server_started_anew_is_ahead_of_the_one_before() -> None:
    earlier = after(station(), Touch(), Touch(), ShowWall())
    assert opening(edition(), START + 1000, TIMING).revision > earlier.revision
