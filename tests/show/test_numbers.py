"""What is counted of visits."""

from server.show import timeline
from server.show.messages import (
    ChooseLanguage,
    GoToStage,
    Hold,
    Mark,
    Narrate,
    OpenPhoto,
    Place,
    PlayProgramme,
    Restore,
    ShowLifeSize,
    ShowWall,
    Touch,
)
from server.show.numbers import Count, Look, looked
from server.show.rules import next_deadline, step
from server.show.state import Event, Timing, opening
from server.show.timeline import Cue, Frame, Score
from tests.support.timeless import edition

START = 1_000_000.0
S = 1000.0


def counted(*events: tuple[float, Event], until: float = 3600 * S) -> list[Count]:
    """What a visit with events at these ms counts, until the station has been left alone."""
    state = opening(edition(), START, Timing(), Place(wall_metres=4.0))
    look, counts, now = Look(), list[Count](), START

    def go_on(event: Event | None, now: float) -> None:
        nonlocal state, look
        before, state = state, step(state, event, now)
        look, found = look.after(before, event, state, now)
        counts.extend(found)

    for moment, event in [*events, (until, None)]:
        while (due := next_deadline(state)) is not None and due <= START + moment:
            now = max(now, due)
            go_on(None, now)
        now = START + moment
        if event is not None:
            go_on(event, now)
    return counts


def of(counts: list[Count], what: str) -> list[tuple[str, str, int, float]]:
    return [(c.subject, c.detail, c.times, c.seconds) for c in counts if c.what == what]


def test_a_visit_ends_with_its_last_touch_and_not_with_the_reset() -> None:
    counts = counted((0, Touch()), (30 * S, ChooseLanguage(language="en")))
    assert of(counts, "visit") == [("", "", 1, 30.0)]
    assert of(counts, "language") == [("en", "", 1, 0.0)]


def test_photos_and_stages_are_counted_with_how_long() -> None:
    counts = counted(
        (0, OpenPhoto(photo="flag")),
        (10 * S, GoToStage(stage="colour")),
        (40 * S, OpenPhoto(photo="gold")),
        (50 * S, ShowWall()),
    )
    assert of(counts, "photo") == [("flag", "", 1, 40.0), ("gold", "", 1, 10.0)]
    stages = of(counts, "stage")
    # Once every screen has heard of it.
    seen = round(30 - timeline.LEAD_MS / S, 1)
    assert ("flag", "colour", 1, seen) in stages
    assert sum(seconds for name, _, _, seconds in stages if name == "flag") <= 40.0


def test_once_more_is_told_from_once() -> None:
    counts = counted(
        (0, OpenPhoto(photo="flag")),
        (5 * S, Restore()),
        (60 * S, Restore()),
        (120 * S, PlayProgramme(programme="opening")),
        (130 * S, PlayProgramme(programme="opening")),
    )
    assert of(counts, "restored") == of(counts, "restored-again") == [("flag", "", 1, 0.0)]
    assert of(counts, "programme") == of(counts, "programme-again") == [("opening", "", 1, 0.0)]


def test_the_next_visitor_begins_anew() -> None:
    counts = counted(
        (0, PlayProgramme(programme="opening")), (1000 * S, PlayProgramme(programme="opening"))
    )
    assert len(of(counts, "programme")) == 2
    assert of(counts, "programme-again") == []


def test_what_is_asked_of_a_photo_is_counted_once_each_time() -> None:
    counts = counted(
        (0, OpenPhoto(photo="flag")),
        (5 * S, Hold()),
        (6 * S, Hold()),
        (8 * S, Mark(on=True)),
        (9 * S, Narrate(on=True)),
        (10 * S, ShowLifeSize(on=True)),
        (11 * S, ShowLifeSize(on=True, ruler=True)),
    )
    for what in ("original-held", "added-shown", "story", "life-size"):
        assert of(counts, what) == [("flag", "", 1, 0.0)], what


def test_an_invitation_that_nobody_answers_counts_nothing() -> None:
    assert counted() == []


def test_a_stage_that_is_passed_in_a_moment_was_not_looked_at() -> None:
    scan, clear = Frame(photo="a", stage="scan"), Frame(photo="a", stage="clear")
    cues = (
        Cue(begins=0, lasts=0, before=scan, after=scan),
        Cue(begins=500, lasts=2000, before=scan, after=clear),
        Cue(begins=4000, lasts=1000, before=scan, after=clear, first=1, last=0),
    )
    score = Score(starts=100.0, cues=cues)
    assert looked(score, 0.0, 10_100.0) == {("a", "clear"): (1, 3500.0), ("a", "scan"): (1, 6000.0)}
    assert looked(score, 3000.0, 3500.0) == {}
    assert looked(score.model_copy(update={"repeats": 9000.0}), 0.0, 9000.0) == {}
