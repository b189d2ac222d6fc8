"""What a visitor did while a kiosk was without its server, as the station's own state. Pure."""

from dataclasses import replace

from server.editions.model import Edition
from server.show import timeline
from server.show.messages import Snapshot
from server.show.state import ShowState
from server.show.timeline import Frame, Score

LONGEST_MS = 4 * 3_600_000.0
"""No piece lasts longer; and a clock that is further off is another's."""


def adopted(state: ShowState, show: Snapshot, now: float) -> ShowState | None:
    """``state`` as the kiosk shows it, in view ``photo`` or ``programme``; None where that cannot
    be: of another edition, or of what this one does not have.

    The kiosk may have lost the server's time meanwhile: its moments count from its own ``now``.
    """
    edition, shift = state.edition, now - show.now
    score = show.score.model_copy(update={"starts": show.score.starts + shift})
    if show.language not in edition.languages or not _can_play(score, edition, now):
        return None
    same = (show.edition.set_id, show.edition.number) == (edition.set_id, edition.number)
    if not same or show.view not in ("photo", "programme"):
        return None
    state = replace(state, view=show.view, score=score, language=show.language)
    if show.view == "programme":
        known = any(each.id == show.programme for each in edition.programmes)
        return replace(state, photo=None, programme=show.programme) if known else None
    photo = edition.photo(show.photo or "")
    if photo is None:
        return None
    told = show.narrated_since is not None and show.language in photo.narration
    large = show.life_size and bool(photo.pixels_per_metre and state.place.wall_metres)
    return replace(
        state,
        photo=photo.id,
        programme=None,
        held=show.held,
        marks=show.marks,
        life_size=large,
        ruler=large and show.ruler,
        narrated_since=(show.narrated_since or 0.0) + shift if told else None,
        detail=show.detail,
        split=show.split,
    )


def _can_play(score: Score, edition: Edition, now: float) -> bool:
    """Whether it ends, soon enough, and consists of the edition's pictures."""
    ends = timeline.ends(score)
    if ends is None or not (abs(score.starts - now) <= LONGEST_MS and ends - now <= LONGEST_MS):
        return False
    return all(_is_there(frame, edition) for cue in score.cues for frame in (cue.before, cue.after))


def _is_there(frame: Frame, edition: Edition) -> bool:
    photo = edition.photo(frame.photo)
    stages = photo.stages if photo is not None else ()
    stage = next((each for each in stages if each.name == frame.stage), None)
    return stage is not None and (frame.plate is None or frame.plate < len(stage.frames))
