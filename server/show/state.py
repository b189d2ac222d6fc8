"""What a station shows, as one frozen value. Times are server milliseconds."""

from dataclasses import dataclass

from server.editions.model import Edition
from server.show import timeline
from server.show.messages import (
    ChooseLanguage,
    Compare,
    Detail,
    EditionRef,
    GoOn,
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
    Snapshot,
    Split,
    Touch,
    Turn,
    View,
    Zoom,
)
from server.show.timeline import Score


@dataclass(frozen=True, slots=True)
class Published:
    """An edition is the one to show from the next visitor on."""

    edition: Edition


@dataclass(frozen=True, slots=True)
class TurnPassed:
    """The shared wall is somebody else's now, or this station's."""

    turn: Turn


Event = (
    Touch
    | ShowWall
    | OpenPhoto
    | GoToStage
    | Restore
    | Scrub
    | Release
    | Hold
    | LetGo
    | Mark
    | ShowLifeSize
    | Narrate
    | Zoom
    | Compare
    | Redraw
    | PlayProgramme
    | ChooseLanguage
    | GoOn
    | Published
    | LightsOut
    | TurnPassed
)


@dataclass(frozen=True, slots=True)
class Timing:
    """How long a station waits for a visitor who may have gone."""

    idle_ask_ms: float = 60_000.0
    """Without a touch, until "Are you still there?"."""
    idle_reset_ms: float = 20_000.0
    """That question waits so long."""


OWN_PLACE = Place()
"""A station with a projection of its own, whose width nobody has measured."""


@dataclass(frozen=True, slots=True)
class ShowState:
    """What a station shows, and what it needs to know to go on."""

    timing: Timing
    place: Place
    edition: Edition
    next_edition: Edition | None
    """Published meanwhile; shown when this visit is over."""
    view: View
    photo: str | None
    """The open photo, in view ``photo``."""
    programme: str | None
    """The programme that plays or has just ended, in view ``programme``."""
    score: Score
    language: str
    scrubbing: bool
    """A finger is on the rail."""
    held: bool
    """A finger is on the open photo: its scan is shown, in view ``photo``."""
    marks: bool
    """Hatching lies over what software added, in view ``photo``."""
    life_size: bool
    """The projection shows people at their true height, in view ``photo``."""
    ruler: bool
    """With a ruler beside them."""
    narrated_since: float | None
    """When the open photo's narration began; it ends by itself."""
    lights_out: LightsOut | None
    turn: Turn
    detail: Detail | None
    """The part of the open photo that is looked at, in view ``photo``; None: all of it."""
    split: Split | None
    """The scan lies beside the open photo's picture, in view ``photo``."""
    last_touch: float
    asking_until: float | None
    revision: int
    """Grows when what is shown changes, and only then."""


def opening(edition: Edition, now: float, timing: Timing, place: Place = OWN_PLACE) -> ShowState:
    """A station's first state. Revisions begin at ``now``: a server that was started anew is ahead
    of every screen that remembers the one before."""
    return ShowState(
        timing=timing,
        place=place,
        edition=edition,
        next_edition=None,
        view="attract",
        photo=None,
        programme=None,
        score=timeline.attract(edition, now),
        language=language_of(edition),
        scrubbing=False,
        held=False,
        marks=False,
        life_size=False,
        ruler=False,
        narrated_since=None,
        lights_out=None,
        turn="alone",
        detail=None,
        split=None,
        last_touch=now,
        asking_until=None,
        revision=int(now),
    )


def snapshot(state: ShowState, url: str, now: float) -> Snapshot:
    """The whole show for the screens; ``url`` is the folder of the state's edition."""
    edition = state.edition
    photo = state.photo
    if state.view == "programme":
        photo = timeline.moment(state.score, now).after.photo
    return Snapshot(
        revision=state.revision,
        now=now,
        edition=EditionRef(set_id=edition.set_id, number=edition.number, url=url),
        view=state.view,
        photo=photo,
        programme=state.programme,
        score=state.score,
        language=state.language,
        held=state.held,
        marks=state.marks,
        place=state.place,
        life_size=state.life_size,
        ruler=state.ruler,
        narrated_since=state.narrated_since,
        lights_out=state.lights_out,
        turn=state.turn,
        detail=state.detail,
        split=state.split,
        asking_until=state.asking_until,
        idle_ask_ms=state.timing.idle_ask_ms,
        idle_reset_ms=state.timing.idle_reset_ms,
    )


def shown(state: ShowState) -> tuple[object, ...]:
    """What the screens are told; the revision grows with it."""
    return (
        (state.edition.set_id, state.edition.number, state.edition.published_at),
        state.view,
        state.photo,
        state.programme,
        state.score,
        state.language,
        state.held,
        state.marks,
        state.detail,
        state.split,
        state.life_size,
        state.ruler,
        state.narrated_since,
        state.lights_out,
        state.turn,
        state.asking_until,
    )


def language_of(edition: Edition) -> str:
    """The set's own language, in which a visit begins."""
    return next(iter(edition.languages), "en")
