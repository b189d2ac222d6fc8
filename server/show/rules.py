"""The rules of a visit, as one pure function: ``step(state, event, now) -> ShowState``.

A station invites (``attract``) until a hand touches it. The visitor walks along the wall, opens a
photograph, goes through its stages, plays a programme; left alone, the station asks, and then
invites the next one. Times are server milliseconds.
"""

import math
from collections.abc import Callable
from dataclasses import replace
from functools import partial, singledispatch

from server.editions.model import Edition, EditionPhoto
from server.show import finger, timeline
from server.show.going_on import adopted
from server.show.messages import (
    ChooseLanguage,
    Compare,
    GoOn,
    GoToStage,
    Hold,
    LetGo,
    LightsOut,
    Mark,
    Narrate,
    OpenPhoto,
    PlayProgramme,
    Redraw,
    Release,
    Restore,
    Scrub,
    ShowLifeSize,
    ShowWall,
    Touch,
    View,
    Zoom,
)
from server.show.state import (
    Event,
    Published,
    ShowState,
    TurnPassed,
    language_of,
    shown,
)
from server.show.timeline import Frame, Moment, Score

STUCK_MS = 30_000.0
"""A finger that rests and says nothing for so long is none: a panel's contact is stuck."""


def step(state: ShowState, event: Event | None, now: float) -> ShowState:
    """The state after ``event``, or after a deadline (None) that may have passed by ``now``.

    A message that names what the edition does not have changes nothing; one that means nothing
    where the visitor is counts as a touch.
    """
    if event is None:
        after = _pass_deadline(state, now)
    elif isinstance(event, Published):
        after = _publish(state, event.edition, now)
    elif isinstance(event, LightsOut):
        after = _darken(state, event, now)
    elif isinstance(event, TurnPassed):
        after = replace(state, turn=event.turn)
    else:
        after = _apply(event, _touched(state, now), now) or state
    return replace(after, revision=state.revision + (shown(after) != shown(state)))


def next_deadline(state: ShowState) -> float | None:
    """Server time at which ``step(state, None, now)`` has something to do; None: never."""
    passes = (_visit_deadline(state), _lights_deadline(state))
    return min((due for due in passes if due is not None), default=None)


def _lights_deadline(state: ShowState) -> float | None:
    """When the lights come back: never into what plays, or under a finger."""
    if state.lights_out is None or state.scrubbing or state.held:
        return None
    return max(state.lights_out.ends, _plays_until(state))


def _plays_until(state: ShowState) -> float:
    """When a change, a programme or a story has ended; long ago where nothing plays."""
    ended, told = timeline.ends(state.score), _narration_ends(state)
    return max(ended or -math.inf, told or -math.inf)


def _visit_deadline(state: ShowState) -> float | None:
    if state.scrubbing or state.held:
        return state.last_touch + STUCK_MS
    if state.asking_until is not None:
        return state.asking_until
    ended = timeline.ends(state.score)
    if state.view in ("attract", "wall") and ended is not None:
        return ended
    if state.view == "attract":
        return None
    return max(state.last_touch, _plays_until(state)) + state.timing.idle_ask_ms


def _narration_ends(state: ShowState) -> float | None:
    photo = state.edition.photo(state.photo) if state.photo is not None else None
    if photo is None or state.narrated_since is None:
        return None
    return state.narrated_since + photo.narration[state.language].seconds * 1000


def _moment(state: ShowState, now: float) -> Moment:
    return timeline.moment(state.score, now)


def _begun(state: ShowState, now: float, write: Callable[[Moment, float], Score]) -> Score:
    """The score written for a moment from now, when all screens know of it, from what will be shown
    then; until then goes on what plays."""
    starts = now + timeline.LEAD_MS
    written = write(_moment(state, starts), starts)
    return timeline.led_in(state.score, written, now)


# Messages: each rule is given a state that a hand has just touched


def _touched(state: ShowState, now: float) -> ShowState:
    view: View = "wall" if state.view == "attract" else state.view
    return replace(state, view=view, last_touch=now, asking_until=None)


@singledispatch
def _apply(event: object, state: ShowState, now: float) -> ShowState | None:
    """The state after a message; None where it names what is not there."""
    raise TypeError(f"no rule for {type(event).__name__}")


@_apply.register
def _(event: Touch, state: ShowState, now: float) -> ShowState:
    return state


@_apply.register
def _(event: ShowWall, state: ShowState, now: float) -> ShowState:
    score = _invitation(state, now)
    return replace(_hands_off(state), view="wall", photo=None, programme=None, score=score)


@_apply.register
def _(event: OpenPhoto, state: ShowState, now: float) -> ShowState | None:
    photo = state.edition.photo(event.photo)
    if photo is None:
        return None
    return _go(state, photo, Frame(photo=photo.id, stage=photo.stages[0].name), now)


@_apply.register
def _(event: GoToStage, state: ShowState, now: float) -> ShowState | None:
    photo = _open_photo(state, now)
    if photo is None:
        return state
    if event.stage not in timeline.stage_names(photo):
        return None
    return _go(state, photo, Frame(photo=photo.id, stage=event.stage), now)


@_apply.register
def _(event: Restore, state: ShowState, now: float) -> ShowState:
    photo = _open_photo(state, now)
    if photo is None:
        return state
    return _at(state, photo, _begun(state, now, partial(timeline.restore, state.edition, photo)))


@_apply.register
def _(event: Scrub, state: ShowState, now: float) -> ShowState:
    photo = _open_photo(state, now)
    if photo is None:
        return state
    score = finger.followed(photo, event, state.score if state.scrubbing else None, now)
    unmoved = state.scrubbing and score.cues == state.score.cues
    return replace(_at(state, photo, state.score if unmoved else score), scrubbing=True)


@_apply.register
def _(event: Release, state: ShowState, now: float) -> ShowState:
    return _release(state, now)


@_apply.register
def _(event: Hold, state: ShowState, now: float) -> ShowState:
    if state.view != "photo":
        return state
    return replace(_release(state, now), held=True)


@_apply.register
def _(event: LetGo, state: ShowState, now: float) -> ShowState:
    return replace(state, held=False)


@_apply.register
def _(event: Mark, state: ShowState, now: float) -> ShowState:
    return replace(state, marks=event.on and state.view == "photo")


@_apply.register
def _(event: ShowLifeSize, state: ShowState, now: float) -> ShowState:
    photo = state.edition.photo(state.photo) if state.photo is not None else None
    known = photo is not None and photo.pixels_per_metre and state.place.wall_metres
    on = event.on and bool(known)
    return replace(state, life_size=on, ruler=event.ruler and on)


@_apply.register
def _(event: Narrate, state: ShowState, now: float) -> ShowState:
    photo = state.edition.photo(state.photo) if state.photo is not None else None
    if not event.on or photo is None or state.language not in photo.narration:
        return replace(state, narrated_since=None)
    return replace(state, narrated_since=now)


@_apply.register
def _(event: Zoom, state: ShowState, now: float) -> ShowState:
    close = state.view == "photo" and event.detail.scale > 1
    return replace(state, detail=event.detail if close else None)


@_apply.register
def _(event: Compare, state: ShowState, now: float) -> ShowState:
    return replace(state, split=event.split if state.view == "photo" else None)


@_apply.register
def _(event: Redraw, state: ShowState, now: float) -> ShowState | None:
    photo = _open_photo(state, now)
    if photo is None:
        return state
    if not any(stage.frames for stage in photo.stages):
        return None
    return _at(state, photo, _begun(state, now, partial(timeline.redraw, photo)))


@_apply.register
def _(event: PlayProgramme, state: ShowState, now: float) -> ShowState | None:
    edition = state.edition
    chosen = next((each for each in edition.programmes if each.id == event.programme), None)
    if chosen is None:
        return None
    score = _begun(state, now, partial(timeline.programme, edition, chosen))
    return replace(
        _hands_off(state), view="programme", photo=None, programme=chosen.id, score=score
    )


@_apply.register
def _(event: ChooseLanguage, state: ShowState, now: float) -> ShowState | None:
    if event.language not in state.edition.languages:
        return None
    if event.language == state.language:
        return state
    # What is being told is told in another language: the visitor begins it again.
    return replace(state, language=event.language, narrated_since=None)


@_apply.register
def _(event: GoOn, state: ShowState, now: float) -> ShowState | None:
    show = event.show
    if show.view == "wall" and show.language in state.edition.languages:
        return replace(_apply(ShowWall(), state, now) or state, language=show.language)
    return adopted(_hands_off(state), show, now)


def _open_photo(state: ShowState, now: float) -> EditionPhoto | None:
    """The open photo; while a programme plays, the one that is on the glass."""
    if state.view == "programme":
        return state.edition.photo(_moment(state, now).after.photo)
    return state.edition.photo(state.photo) if state.photo is not None else None


def _hands_off(state: ShowState) -> ShowState:
    """Nothing of what was asked for about a photo is left: the visitor is somewhere else."""
    quiet = replace(state, scrubbing=False, held=False, marks=False, narrated_since=None)
    return replace(quiet, life_size=False, ruler=False, detail=None, split=None)


def _at(state: ShowState, photo: EditionPhoto, score: Score) -> ShowState:
    stays = state.view == "photo" and state.photo == photo.id
    state = replace(state, scrubbing=False, held=False) if stays else _hands_off(state)
    return replace(state, view="photo", photo=photo.id, programme=None, score=score)


def _go(state: ShowState, photo: EditionPhoto, target: Frame, now: float) -> ShowState:
    return _at(state, photo, _toward(state, target, now))


def _toward(state: ShowState, target: Frame, now: float) -> Score:
    """The way to ``target`` from what is shown; asked twice, it is not begun twice."""
    ahead = _moment(state, now + timeline.LEAD_MS)
    on_its_last_way = ahead.cue == len(state.score.cues) - 1
    if on_its_last_way and timeline.rests_on(state.score) == target:
        return state.score
    return _begun(state, now, partial(timeline.turn, state.edition, target))


def _release(state: ShowState, now: float) -> ShowState:
    photo = _open_photo(state, now)
    if photo is None or not state.scrubbing:
        return state
    return replace(state, score=_begun(state, now, timeline.settle), scrubbing=False)


# Deadlines and editions


def _pass_deadline(state: ShowState, now: float) -> ShowState:
    lit = _lights_deadline(state)
    if lit is not None and now >= lit:
        state = replace(state, lights_out=None)
    due = _visit_deadline(state)
    if due is None or now < due:
        return state
    if state.scrubbing:
        return _release(replace(state, last_touch=now), now)
    if state.held:
        return replace(state, held=False, last_touch=now)
    if state.asking_until is not None:
        return _reset(state, now)
    if state.view in ("attract", "wall") and state.score.repeats is None:
        return replace(state, score=timeline.attract(state.edition, due))
    return replace(state, asking_until=now + state.timing.idle_reset_ms)


def _darken(state: ShowState, cue: LightsOut, now: float) -> ShowState:
    """The lights go out where nothing plays and no finger is down; else whoever gives the cue does
    so again."""
    plays = state.scrubbing or state.held or now < _plays_until(state)
    if now >= cue.ends or (plays and state.lights_out is None):
        return state
    return replace(state, lights_out=cue)


def _publish(state: ShowState, edition: Edition, now: float) -> ShowState:
    awaited = None if edition == state.edition else edition
    state = replace(state, next_edition=awaited)
    return _reset(state, now) if awaited is not None and state.view == "attract" else state


def _reset(state: ShowState, now: float) -> ShowState:
    """The visit is over: the invitation, of the newest edition."""
    edition = state.next_edition or state.edition
    adopts = state.next_edition is not None
    return replace(
        _hands_off(state),
        edition=edition,
        next_edition=None,
        view="attract",
        photo=None,
        programme=None,
        score=timeline.attract(edition, now) if adopts else _invitation(state, now),
        language=language_of(edition),
        last_touch=now,
        asking_until=None,
    )


def _invitation(state: ShowState, now: float) -> Score:
    """The attract loop where it runs; else the way from what is shown to its first picture, after
    which the loop begins."""
    if state.score.repeats is not None:
        return state.score
    return _toward(state, timeline.attract(state.edition, now).cues[0].before, now)
