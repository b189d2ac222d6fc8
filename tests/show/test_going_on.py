"""A visit that went on without the server becomes the station's."""

import json
import math
from dataclasses import replace
from typing import Any

import pytest

from server.editions.model import Edition
from server.show import timeline
from server.show.going_on import LONGEST_MS
from server.show.messages import (
    ChooseLanguage,
    Compare,
    GoOn,
    GoToStage,
    Mark,
    Narrate,
    OpenPhoto,
    Place,
    PlayProgramme,
    Redraw,
    Restore,
    ShowLifeSize,
    ShowWall,
    Snapshot,
    Split,
    Touch,
    kiosk_message,
)
from server.show.rules import next_deadline, step
from server.show.state import Event, ShowState, Timing, opening, snapshot
from server.show.timeline import moment
from tests.support.timeless import edition, photo

START = 1_000_000.0
LATER = START + 30_000
AWRY = 777.0
"""By so much the kiosk has lost the server's time, ms."""


def station(shown: Edition | None = None) -> ShowState:
    return opening(shown or edition(), START, Timing(), Place(wall_metres=4.0))


def alone(*events: Event) -> Snapshot:
    """What a kiosk shows at ``LATER`` by its own clock, which is off."""
    state = station()
    for place, event in enumerate(events):
        state = step(state, event, START + 10_000 * (place + 1) + AWRY)
    return snapshot(state, "/e/", LATER + AWRY)


def back(show: Snapshot, state: ShowState | None = None) -> ShowState:
    return step(state or station(), GoOn(show=show), LATER)


@pytest.mark.parametrize(
    "events",
    [
        (OpenPhoto(photo="flag"), Restore()),
        (OpenPhoto(photo="flag"), Redraw()),
        (PlayProgramme(programme="opening"),),
        (OpenPhoto(photo="gold"), GoToStage(stage="colour"), Mark(on=True)),
    ],
)
def test_what_plays_goes_on_without_a_jump(events: tuple[Event, ...]) -> None:
    show = alone(*events)
    state = back(show)
    assert state.view == show.view and state.marks == show.marks
    assert state.revision == station().revision + 1
    for later in (0.0, 500.0, 4000.0, 30_000.0):
        ours = moment(state.score, LATER + later)
        theirs = moment(show.score, LATER + AWRY + later)
        assert ours == theirs.model_copy(update={"progress": pytest.approx(theirs.progress)})


def test_all_that_was_asked_for_is_kept() -> None:
    split = Split(at=0.4)
    large = ShowLifeSize(on=True, ruler=True)
    show = alone(OpenPhoto(photo="flag"), large, Compare(split=split), Narrate(on=True))
    state = back(show)
    assert (state.life_size, state.ruler, state.split) == (True, True, split)
    assert state.narrated_since == START + 40_000
    assert state.last_touch == LATER


def test_the_wall_is_the_wall_in_the_visitors_language() -> None:
    state = back(alone(Touch(), ChooseLanguage(language="en"), ShowWall()))
    assert (state.view, state.language, state.photo) == ("wall", "en", None)


def test_what_another_edition_showed_is_over() -> None:
    show = alone(OpenPhoto(photo="flag"), Restore())
    newer = station(edition(number=2))
    assert back(show, newer) == newer
    other = station(edition(photo("other", ("scan",)), number=1))
    assert back(show, other) == other


def changed(show: Snapshot, **values: Any) -> Snapshot:
    return show.model_copy(update=values)


def test_what_cannot_be_is_refused() -> None:
    show = alone(OpenPhoto(photo="flag"), Restore())
    first, *others = show.score.cues
    endless = first.model_copy(update={"lasts": LONGEST_MS * 2})
    noplate = first.model_copy(update={"after": first.after.model_copy(update={"plate": 0})})
    scores = [
        show.score.model_copy(update={"starts": math.nan}),
        show.score.model_copy(update={"starts": -LONGEST_MS}),
        show.score.model_copy(update={"repeats": 1000.0}),
        show.score.model_copy(update={"cues": (endless, *others)}),
        show.score.model_copy(update={"cues": (noplate, *others)}),
    ]
    before = station()
    for score in scores:
        assert back(changed(show, score=score), before) == before
    assert back(changed(show, language="fr"), before) == before
    assert back(changed(show, photo="nobody"), before) == before
    assert back(changed(show, view="attract"), before) == before
    assert back(changed(show, view="wall", language="fr"), before) == before
    piece = alone(PlayProgramme(programme="opening"))
    assert back(changed(piece, programme="nothing"), before) == before


def test_what_a_wall_cannot_show_is_left_out() -> None:
    large = alone(OpenPhoto(photo="flag"), ShowLifeSize(on=True, ruler=True))
    small = replace(station(), place=Place())
    assert not back(large, small).life_size
    told = changed(large, language="en", narrated_since=LATER)
    assert back(told).narrated_since is None


def test_it_ends_as_any_visit_does() -> None:
    state = back(alone(OpenPhoto(photo="flag"), Restore()))
    ends = timeline.ends(state.score)
    assert ends is not None
    assert next_deadline(state) == ends + Timing().idle_ask_ms


def test_the_message_is_as_the_browser_writes_it() -> None:
    show = json.loads(alone(OpenPhoto(photo="flag")).model_dump_json())
    said = kiosk_message.validate_json(json.dumps({"type": "goon", "show": show}))
    assert isinstance(said, GoOn) and back(said.show).photo == "flag"
