"""The finger on the rail. Pure: knows photos and arithmetic.

What a finger does reaches a wall when it is past, and with an uneven network by fits and starts. A
kiosk therefore tells how fast the finger moves and when it shows it there; the wall is told where
it will be a moment from now, and goes there evenly (dead reckoning, as in IEEE 1278.1).
"""

from itertools import pairwise

from server.editions.model import EditionPhoto
from server.show.messages import Scrub
from server.show.timeline import Cue, Frame, Score, moment, stage_names

REACH_MS = 80.0
"""So far ahead it is looked, less than the lead of all else (``LEAD_MS``). If nothing more is
heard, the picture rests there; what a finger that stops has not done is taken back in as long."""
FASTEST = 3.0
"""Stages a second; a faster finger stops soon, and no further ahead is looked."""
OLDEST_MS = 100.0
"""A movement counts as no older than this, whatever a screen thinks the time is."""


def scrub(photo: EditionPhoto, position: float, now: float) -> Score:
    """Held under a finger: ``position`` 0 is the first stage, 1 the second, 1.5 half-way on."""
    return _along(photo, position, position, now)


def followed(photo: EditionPhoto, event: Scrub, playing: Score | None, now: float) -> Score:
    """A finger's movement: from what is shown under it (``playing``; None: it has just come down)
    to where it will be, in REACH_MS. At once, if the kiosk does not say when."""
    if event.at is None:
        return scrub(photo, event.position, now)
    age = min(max(now - event.at, 0.0), OLDEST_MS)
    speed = min(max(event.speed, -FASTEST), FASTEST)
    ahead = event.position + speed * (age + REACH_MS) / 1000
    shown = event.position if playing is None else _place(photo, playing, now)
    return _along(photo, shown, ahead, now)


def _place(photo: EditionPhoto, score: Score, now: float) -> float:
    """What a finger's score shows, as a position."""
    names, there = stage_names(photo), moment(score, now)
    before, after = names.index(there.before.stage), names.index(there.after.stage)
    return before + (after - before) * there.progress


def _along(photo: EditionPhoto, start: float, end: float, now: float) -> Score:
    """From one position to another in REACH_MS, evenly; to the same, at once."""
    names = stage_names(photo)
    last = len(names) - 1
    start, end = (min(max(place, 0.0), float(last)) for place in (start, end))
    low, high = sorted((start, end))
    stages = [float(place) for place in range(last) if low < place < high]
    places = [start, *(stages if start < end else reversed(stages)), end]
    return Score(starts=now, cues=tuple(_cue(photo, leg, start, end) for leg in pairwise(places)))


def _cue(photo: EditionPhoto, leg: tuple[float, float], start: float, end: float) -> Cue:
    """A part of the way, between two stages that follow each other."""
    names = stage_names(photo)
    index = min(int(min(leg)), max(0, len(names) - 2))
    before, after = (
        Frame(photo=photo.id, stage=names[min(place, len(names) - 1)])
        for place in (index, index + 1)
    )
    first, last = (min(place - index, 1.0) if before != after else 1.0 for place in leg)
    whole = abs(end - start)
    times = [REACH_MS * abs(place - start) / whole if whole else 0.0 for place in leg]
    return Cue(
        begins=times[0],
        lasts=times[1] - times[0],
        before=before,
        after=after,
        first=first,
        last=last,
    )
