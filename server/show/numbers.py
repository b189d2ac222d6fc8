"""What is counted of visits, and nothing about a visitor. Pure.

Follows one station from step to step and says, when something is over, what to add to the day's
sums. Nothing that is said joins one sum to another: no visit, no order, no moment is kept.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from server.show.messages import Hold, LetGo, PlayProgramme, Restore
from server.show.state import Event, ShowState
from server.show.timeline import Score

What = Literal[
    "visit",
    "language",
    "photo",
    "stage",
    "restored",
    "restored-again",
    "programme",
    "programme-again",
    "story",
    "original-held",
    "added-shown",
    "life-size",
    "take-home",
]
GLANCE_MS = 1000.0
"""A stage that is passed in less was not looked at."""


@dataclass(frozen=True, slots=True)
class Count:
    """Something to add to a day's sum."""

    set_id: str
    what: What
    subject: str = ""
    """A photo's or a programme's id, or a language."""
    detail: str = ""
    """A stage's name."""
    times: int = 1
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Look:
    """What goes on at a station: since when, and what this visit has already played."""

    visit_since: float | None = None
    photo_since: float | None = None
    score_since: float | None = None
    played: frozenset[str] = frozenset()

    def after(
        self, before: ShowState, event: Event | None, state: ShowState, now: float
    ) -> tuple["Look", tuple[Count, ...]]:
        """The next look, and what is to be counted after this step."""
        # Left alone, a visitor was last there at the last touch, not when the station reset.
        idle = state.view == "attract" and before.view != "attract"
        until = before.last_touch if idle else now
        counts = [*self._leaving(before, state, until), *_played(self, before, event, state)]
        counts += _switched(before, event, state)
        look = self._looking(state, before, now)
        if isinstance(event, Restore) and state.view == "photo" and state.photo:
            look = replace(look, played=look.played | {state.photo})
        if isinstance(event, PlayProgramme) and state.programme:
            look = replace(look, played=look.played | {state.programme})
        return look, tuple(counts)

    def _leaving(self, before: ShowState, state: ShowState, until: float) -> Iterator[Count]:
        set_id = before.edition.set_id
        over = state.view == "attract" and before.view != "attract"
        if over and self.visit_since is not None:
            yield Count(set_id, "visit", seconds=_seconds(self.visit_since, until))
            yield Count(set_id, "language", before.language)
        left = state.view != "photo" or state.photo != before.photo
        if before.view == "photo" and before.photo and self.photo_since is not None and left:
            seconds = _seconds(self.photo_since, until)
            yield Count(set_id, "photo", before.photo, seconds=seconds)
        turned = left or state.score != before.score
        if before.view == "photo" and self.score_since is not None and turned:
            yield from _stages(before, self.score_since, until)

    def _looking(self, state: ShowState, before: ShowState, now: float) -> "Look":
        if state.view == "attract":
            return Look()
        look = self
        if look.visit_since is None:
            look = replace(look, visit_since=now)
        if state.view != "photo":
            return replace(look, photo_since=None, score_since=None)
        if before.view != "photo" or state.photo != before.photo or look.photo_since is None:
            look = replace(look, photo_since=now)
        if look.score_since is None or state.score != before.score or state.photo != before.photo:
            look = replace(look, score_since=now)
        return look


def looked(score: Score, since: float, until: float) -> dict[tuple[str, str], tuple[int, float]]:
    """How often and for how many ms each (photo, stage) was looked at between two moments.

    A change belongs to the picture that it brings.
    """
    seen: dict[tuple[str, str], tuple[int, float]] = {}
    if score.repeats is not None:
        return seen
    runs: list[tuple[tuple[str, str], float]] = []
    for place, cue in enumerate(score.cues):
        following = score.cues[place + 1 :]
        begins = max(since, score.starts + cue.begins)
        ends = min(until, score.starts + following[0].begins) if following else until
        frame = cue.after if cue.last >= 0.5 else cue.before
        key: tuple[str, str] = (frame.photo, frame.stage)
        if ends <= begins:
            continue
        if runs and runs[-1][0] == key:
            runs[-1] = key, runs[-1][1] + ends - begins
        else:
            runs.append((key, ends - begins))
    for key, lasted in runs:
        if lasted >= GLANCE_MS:
            times, sum_ = seen.get(key, (0, 0.0))
            seen[key] = times + 1, sum_ + lasted
    return seen


def _stages(before: ShowState, since: float, until: float) -> Iterator[Count]:
    for (photo, stage), (times, lasted) in looked(before.score, since, until).items():
        if photo == before.photo:
            set_id = before.edition.set_id
            yield Count(set_id, "stage", photo, stage, times, round(lasted / 1000, 1))


def _played(
    look: Look, before: ShowState, event: Event | None, state: ShowState
) -> Iterator[Count]:
    set_id = state.edition.set_id
    if isinstance(event, Restore) and state.view == "photo" and state.score != before.score:
        again = state.photo in look.played
        yield Count(set_id, "restored-again" if again else "restored", state.photo or "")
    if isinstance(event, PlayProgramme) and state.programme and state.score != before.score:
        again = state.programme in look.played
        yield Count(set_id, "programme-again" if again else "programme", state.programme)
    begun = state.narrated_since is not None and state.narrated_since != before.narrated_since
    if begun:
        yield Count(set_id, "story", state.photo or "")


def _switched(before: ShowState, event: Event | None, state: ShowState) -> Iterator[Count]:
    set_id, photo = state.edition.set_id, state.photo or ""
    if isinstance(event, Hold | LetGo) and state.held and not before.held:
        yield Count(set_id, "original-held", photo)
    if state.marks and not before.marks:
        yield Count(set_id, "added-shown", photo)
    if state.life_size and not before.life_size:
        yield Count(set_id, "life-size", photo)


def _seconds(since: float, until: float) -> float:
    return round(max(0.0, until - since) / 1000, 1)
