"""What is on the glass at a moment. Pure: knows editions and arithmetic.

A *score* says what happens from its start on, as cues; ``moment`` reads it at any server time. A
screen evaluates the same score with the same rule (``kiosk_ui/shared/timeline.js``), so a late,
slow or reconnecting screen is right after one message, and two screens cannot drift.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from server.catalogue.model import Slug
from server.editions.model import Edition, EditionPhoto, EditionProgramme, StageName

LEAD_MS = 120.0
"""What is asked for begins so much later: by then every screen has heard of it, and they begin
together."""
DISSOLVE_MS = 1400.0
"""From one photo to another."""
RETREAT_MS = 1200.0
"""Back to an earlier stage: the change leaves faster than it came."""
HASTEN_MS = 450.0
"""A change under way is completed this fast when the visitor asks for something else."""
PAUSE_MS = 1500.0
"""A stage rests this long before the next begins by itself."""
PROGRAMME_PACE = 1.5
"""Programmes take their changes slower by half (look.md)."""
PROGRAMME_OPENING_MS = 3000.0
PROGRAMME_CLOSING_MS = 4500.0
ATTRACT_REST_MS = 1800.0
ATTRACT_SHARE = 0.3
"""The attract loop stops a change here: deliberately unfinished."""
ATTRACT_HOLD_MS = 2400.0
"""The unfinished change waits this long for a hand before it draws back."""
ATTRACT_PAUSE_MS = 300.0
ATTRACT_PHOTOS = 3
PLATE_MS = 640.0
"""From one picture of a model at work to the next: slow enough that nothing flickers."""
PLATES_LEAD_MS = 1000.0
"""What is shown rests so long first, while the screens fetch those pictures."""


class _Frozen(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="forbid", json_schema_serialization_defaults_required=True
    )


class Frame(_Frozen):
    """One picture: a photo at a stage, or at one moment of that stage's making."""

    photo: Slug
    stage: StageName
    plate: int | None = Field(None, ge=0)
    """Which of the stage's frames, counted from 0; None: the stage itself."""


class Cue(_Frozen):
    """A change from one picture to another, or (``before == after``) a picture that rests.

    Within one photo the change follows its arrival map; between photos it is a dissolve.
    """

    begins: float = Field(ge=0)
    """Milliseconds after the score's start."""
    lasts: float = Field(ge=0)
    """Milliseconds. 0: at once; the progress is ``last`` from the beginning."""
    before: Frame
    after: Frame
    first: float = Field(0.0, ge=0, le=1)
    """Progress at the beginning."""
    last: float = Field(1.0, ge=0, le=1)
    """Progress at the end; kept until the next cue begins."""


class Score(_Frozen):
    """Cues in order of their beginning; the first begins at 0."""

    starts: float
    """Server time, milliseconds."""
    cues: tuple[Cue, ...] = Field(min_length=1)
    repeats: float | None = Field(None, gt=0)
    """Period in milliseconds of a loop; None: plays once and rests on its last picture."""

    @model_validator(mode="after")
    def _begins_at_once_and_in_order(self) -> Self:
        begins = [cue.begins for cue in self.cues]
        if begins[0] != 0 or begins != sorted(begins):
            raise ValueError("the first cue begins at 0, and no cue before the one ahead of it")
        return self


class Moment(_Frozen):
    """The picture at a moment: ``progress`` of the way from ``before`` to ``after``."""

    cue: int
    before: Frame
    after: Frame
    progress: float


def moment(score: Score, now: float) -> Moment:
    """What ``score`` shows at server time ``now``, in ms; before its start, its beginning."""
    elapsed = _elapsed(score, now)
    index = _cue_at(score, elapsed)
    cue = score.cues[index]
    return Moment(cue=index, before=cue.before, after=cue.after, progress=_progress(cue, elapsed))


def _elapsed(score: Score, now: float) -> float:
    elapsed = max(0.0, now - score.starts)
    return elapsed if score.repeats is None else elapsed % score.repeats


def _cue_at(score: Score, elapsed: float) -> int:
    index = 0
    for place, cue in enumerate(score.cues):
        if cue.begins <= elapsed:
            index = place
    return index


def _progress(cue: Cue, elapsed: float) -> float:
    share = 1.0 if cue.lasts == 0 else min(1.0, (elapsed - cue.begins) / cue.lasts)
    # Exactly the end at the end, so that what has come to rest compares as such.
    return cue.last if share == 1.0 else cue.first + (cue.last - cue.first) * share


def led_in(playing: Score, following: Score, now: float) -> Score:
    """``following``, which starts later, with what ``playing`` shows from ``now`` until then before
    it: a screen that hears of it late has shown nothing else meanwhile."""
    first = _elapsed(playing, now)
    lead = following.starts - now
    edges = [first, *_edges(playing, first, first + lead), first + lead]
    cues = []
    for begins, ends in pairwise(edges):
        since = begins if playing.repeats is None else begins % playing.repeats
        cue = playing.cues[_cue_at(playing, since)]
        slice_ = {
            "begins": begins - first,
            "lasts": ends - begins,
            "first": _progress(cue, since),
            "last": _progress(cue, since + (ends - begins)),
        }
        cues.append(cue.model_copy(update=slice_))
    cues += [cue.model_copy(update={"begins": cue.begins + lead}) for cue in following.cues]
    return following.model_copy(update={"starts": now, "cues": tuple(cues)})


def _edges(score: Score, after: float, before: float) -> list[float]:
    """Where cues begin or end between two times of a score, in ms; of a loop, once around."""
    laps = (0.0,) if score.repeats is None else (0.0, score.repeats)
    edges = {
        lap + edge
        for lap in laps
        for cue in score.cues
        for edge in (cue.begins, cue.begins + cue.lasts)
    }
    return sorted(edge for edge in edges if after < edge < before)


def ends(score: Score) -> float | None:
    """Server time at which nothing changes any more; None for a loop."""
    if score.repeats is not None:
        return None
    return score.starts + max(cue.begins + cue.lasts for cue in score.cues)


def still(frame: Frame, now: float) -> Score:
    """A picture that rests."""
    return Score(starts=now, cues=(Cue(begins=0, lasts=0, before=frame, after=frame),))


def rests_on(score: Score) -> Frame | None:
    """The picture ``score`` ends on; None for a loop, or where it ends between two pictures."""
    cue = score.cues[-1]
    if score.repeats is not None or cue.last not in (0.0, 1.0):
        return None
    return cue.after if cue.last == 1.0 else cue.before


def stage_names(photo: EditionPhoto) -> tuple[StageName, ...]:
    return tuple(stage.name for stage in photo.stages)


def _chain(cues: Sequence[Cue]) -> tuple[Cue, ...]:
    """The cues one after the other: ``begins`` is read as the rest before each.

    Where the first rests before it begins, its picture is there meanwhile.
    """
    clock, placed = 0.0, []
    if cues[0].begins > 0:
        shown = cues[0].before if cues[0].first == 0.0 else cues[0].after
        placed.append(Cue(begins=0, lasts=0, before=shown, after=shown))
    for cue in cues:
        begins = clock + cue.begins
        placed.append(cue.model_copy(update={"begins": begins}))
        clock = begins + cue.lasts
    return tuple(placed)


def _resting(current: Moment, toward: Frame) -> tuple[list[Cue], Frame]:
    """Cues that bring a change under way to rest, and the picture it rests on."""
    if current.before == current.after or current.progress in (0.0, 1.0):
        return [], current.before if current.progress == 0.0 else current.after
    # Toward either end of the change if that is where it goes; else to the nearer of the two.
    returns = toward == current.before
    back = returns or (toward != current.after and current.progress < 0.5)
    target, last = (current.before, 0.0) if back else (current.after, 1.0)
    lasts = RETREAT_MS * current.progress if returns else HASTEN_MS
    cue = Cue(
        begins=0,
        lasts=lasts,
        before=current.before,
        after=current.after,
        first=current.progress,
        last=last,
    )
    return [cue], target


def _change(edition: Edition, before: Frame, after: Frame, rest: float = 0.0) -> Cue:
    if before.photo != after.photo:
        return Cue(begins=rest, lasts=DISSOLVE_MS, before=before, after=after)
    if (before.plate, after.plate) != (None, None):
        return Cue(begins=rest, lasts=DISSOLVE_MS, before=before, after=after)
    photo = edition.photo(after.photo)
    names = stage_names(photo) if photo else ()
    if photo and names.index(after.stage) < names.index(before.stage):
        # The same two pictures, backwards: what arrived last leaves first.
        return Cue(begins=rest, lasts=RETREAT_MS, before=after, after=before, first=1, last=0)
    lasts = float(photo.arrival_ms) if photo else DISSOLVE_MS
    return Cue(begins=rest, lasts=lasts, before=before, after=after)


def turn(edition: Edition, target: Frame, current: Moment, now: float) -> Score:
    """From what is shown to ``target``, without a jump."""
    cues, rests_on = _resting(current, target)
    if rests_on != target:
        cues = [*cues, _change(edition, rests_on, target)]
    return Score(starts=now, cues=_chain(cues)) if cues else still(target, now)


def restore(edition: Edition, photo: EditionPhoto, current: Moment, now: float) -> Score:
    """Every stage after the one shown, by itself; from the scan where the last was reached."""
    names = stage_names(photo)
    shown = current.after if current.progress > 0 else current.before
    shown = shown.model_copy(update={"plate": None})
    if shown.photo != photo.id or shown.stage in (names[-1], "scan"):
        shown = Frame(photo=photo.id, stage="scan")
    cues, rests_on = _resting(current, shown)
    if rests_on != shown:
        cues = [*cues, _change(edition, rests_on, shown)]
    for before, after in pairwise(names[names.index(shown.stage) :]):
        rest = PAUSE_MS if cues else 0.0
        frames = Frame(photo=photo.id, stage=before), Frame(photo=photo.id, stage=after)
        cues = [*cues, _change(edition, *frames, rest=rest)]
    return Score(starts=now, cues=_chain(cues)) if cues else still(shown, now)


def redraw(photo: EditionPhoto, current: Moment, now: float) -> Score:
    """A stage as a model drew it, from noise to picture: the stage shown, else the last that has
    such frames; one must have."""
    shown = current.after if current.progress > 0 else current.before
    drawn = [stage for stage in photo.stages if stage.frames]
    stage = next((each for each in drawn if each.name == shown.stage), drawn[-1])
    ends_on = Frame(photo=photo.id, stage=stage.name)
    plates = [ends_on.model_copy(update={"plate": place}) for place in range(len(stage.frames))]
    cues, rests_on = _resting(current, plates[0])
    cues += [
        Cue(begins=rest, lasts=PLATE_MS, before=before, after=after)
        for rest, (before, after) in zip(
            [PLATES_LEAD_MS, *[0.0] * len(plates)],
            pairwise([rests_on, *plates, ends_on]),
            strict=True,
        )
    ]
    return Score(starts=now, cues=_chain(cues))


def settle(current: Moment, now: float) -> Score:
    """The finger is gone: ease to the nearer of the two stages."""
    last = float(round(current.progress))
    cue = Cue(
        begins=0,
        lasts=HASTEN_MS,
        before=current.before,
        after=current.after,
        first=current.progress,
        last=last,
    )
    return Score(starts=now, cues=(cue,))


def programme(edition: Edition, programme: EditionProgramme, current: Moment, now: float) -> Score:
    """The programme's photos in order, each through all its stages, as one piece."""
    opens = next((found for found in map(edition.photo, programme.photos) if found), None)
    if opens is None:
        return still(current.after, now)
    cues, shown = _resting(current, Frame(photo=opens.id, stage=stage_names(opens)[0]))
    closing = 0.0
    for photo_id in programme.photos:
        photo = edition.photo(photo_id)
        if photo is None:
            continue
        names = stage_names(photo)
        scan = Frame(photo=photo.id, stage=names[0])
        if shown != scan:
            cues.append(
                Cue(begins=closing, lasts=DISSOLVE_MS * PROGRAMME_PACE, before=shown, after=scan)
            )
        for place, (before, after) in enumerate(pairwise(names)):
            cues.append(
                Cue(
                    begins=PAUSE_MS if place else PROGRAMME_OPENING_MS,
                    lasts=photo.arrival_ms * PROGRAMME_PACE,
                    before=Frame(photo=photo.id, stage=before),
                    after=Frame(photo=photo.id, stage=after),
                )
            )
        shown, closing = Frame(photo=photo.id, stage=names[-1]), PROGRAMME_CLOSING_MS
    cues.append(Cue(begins=PROGRAMME_CLOSING_MS, lasts=0, before=shown, after=shown))
    return Score(starts=now, cues=_chain(_lasting(cues, programme.seconds * 1000)))


def _lasting(cues: list[Cue], least: float) -> list[Cue]:
    """The same cues, with their rests longer where they would end before ``least`` ms."""
    rests = sum(cue.begins for cue in cues)
    missing = least - rests - sum(cue.lasts for cue in cues)
    if missing <= 0:
        return cues
    longer = 1 + missing / rests
    return [cue.model_copy(update={"begins": cue.begins * longer}) for cue in cues]


def attract(edition: Edition, now: float) -> Score:
    """A loop that invites a hand: a change begins, stops, and draws back; then the next photo."""
    restored = [photo for photo in edition.photos if len(photo.stages) > 1]
    photos = (restored or list(edition.photos))[:ATTRACT_PHOTOS]
    cues: list[Cue] = []
    for photo, following in zip(photos, [*photos[1:], photos[0]], strict=True):
        names = stage_names(photo)
        scan = Frame(photo=photo.id, stage=names[0])
        if len(names) > 1:
            cues += _temptation(photo, scan, Frame(photo=photo.id, stage=names[-1]))
        if following != photo:
            rest = ATTRACT_PAUSE_MS if len(names) > 1 else ATTRACT_REST_MS
            next_scan = Frame(photo=following.id, stage=stage_names(following)[0])
            cues.append(Cue(begins=rest, lasts=DISSOLVE_MS, before=scan, after=next_scan))
    if not cues:
        scan = Frame(photo=photos[0].id, stage=stage_names(photos[0])[0])
        return still(scan, now).model_copy(update={"repeats": ATTRACT_REST_MS})
    placed = _chain(cues)
    period = placed[-1].begins + placed[-1].lasts
    return Score(starts=now, cues=placed, repeats=period)


def _temptation(photo: EditionPhoto, scan: Frame, final: Frame) -> list[Cue]:
    """The change begins, stops short, and draws back."""
    change = Cue(
        begins=ATTRACT_REST_MS,
        lasts=photo.arrival_ms * ATTRACT_SHARE,
        before=scan,
        after=final,
        last=ATTRACT_SHARE,
    )
    back = {"begins": ATTRACT_HOLD_MS, "first": ATTRACT_SHARE, "last": 0.0, "lasts": RETREAT_MS}
    return [change, change.model_copy(update=back)]
