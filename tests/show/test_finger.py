"""The finger on the rail, and the wall that follows it."""

import random
from bisect import bisect
from collections.abc import Callable
from dataclasses import replace

import pytest

from server.show import finger
from server.show.finger import FASTEST, OLDEST_MS, REACH_MS
from server.show.messages import OpenPhoto, Release, Scrub
from server.show.rules import step
from server.show.state import ShowState, Timing, opening
from server.show.timeline import LEAD_MS, Score, ends, moment, stage_names
from tests.support.timeless import edition

START = 1_000_000.0
LAST = 3.0


def place(score: Score, now: float) -> float:
    """What is shown, as a position on the rail."""
    names, shown = stage_names(edition().photos[0]), moment(score, now)
    before, after = names.index(shown.before.stage), names.index(shown.after.stage)
    return before + (after - before) * shown.progress


def an_open_photo() -> ShowState:
    return step(opening(edition(), START - 9000, Timing()), OpenPhoto(photo="flag"), START - 9000)


@pytest.mark.parametrize(
    ("position", "before", "after", "progress"),
    [
        (0, "scan", "repaired", 0.0),
        (0.5, "scan", "repaired", 0.5),
        (1, "repaired", "clear", 0.0),
        (2.75, "clear", "colour", 0.75),
        (3, "clear", "colour", 1.0),
        (8, "clear", "colour", 1.0),
    ],
)
def test_the_finger_places_the_picture(
    position: float, before: str, after: str, progress: float
) -> None:
    shown = moment(finger.scrub(edition().photos[0], position, 5), 5)
    assert (shown.before.stage, shown.after.stage, shown.progress) == (before, after, progress)


def test_nobody_says_when_and_the_picture_is_there_at_once() -> None:
    state = step(an_open_photo(), Scrub(position=0.4), START)
    state = step(state, Scrub(position=1.9, speed=2.0), START + 16)
    assert place(state.score, START + 16) == pytest.approx(1.9)
    assert ends(state.score) == START + 16


Way = Callable[[float], float]


def apart(way: Way, longest: float, *, told: bool = True, lasts: float = 2000.0) -> list[float]:
    """How far ahead of a finger's ``way`` (position at ms) a wall is, each 5 ms, if its 60 words a
    second take 0 to ``longest`` ms to the server and from there to the wall, in order."""
    chance = random.Random(1974)
    state, heard, shown = an_open_photo(), START, START
    words: list[tuple[float, Score]] = []
    for number in range(round(lasts * 60 / 1000)):
        at = START + number * 1000 / 60
        here, before = way(at - START), way(max(0.0, at - START - 50))
        speed = (here - before) * 1000 / 50
        word = Scrub(position=here, speed=speed, at=at) if told else Scrub(position=here)
        heard = max(heard, at + chance.uniform(0, longest))
        shown = max(shown, heard + chance.uniform(0, longest))
        state = step(state, word, heard)
        words.append((shown, state.score))
    times = [when for when, _ in words]
    measured = []
    for tick in range(60, round(lasts / 5)):
        now = START + 5 * tick
        score = words[bisect(times, now) - 1][1]
        measured.append(place(score, now) - way(now - START))
    return measured


def steady(elapsed: float) -> float:
    return 1.2 * elapsed / 1000


@pytest.mark.parametrize("longest", [0.0, 20.0, 50.0])
def test_a_wall_is_where_a_steady_finger_is_however_uneven_the_way(longest: float) -> None:
    assert max(map(abs, apart(steady, longest))) < 0.02
    if longest:
        assert min(apart(steady, longest, told=False)) < -0.0012 * longest


def swung(elapsed: float) -> float:
    """To the third stage in eight tenths of a second, then still."""
    share = min(elapsed / 800, 1.0)
    return 2.0 * share**3 * (10 - 15 * share + 6 * share**2)


def test_what_a_finger_that_stops_has_not_done_is_taken_back() -> None:
    ahead = apart(swung, 50.0)
    assert max(ahead) < 0.2
    assert ahead[-100:] == pytest.approx([0.0] * 100, abs=1e-4)


def test_no_finger_leads_beyond_the_stages_there_are() -> None:
    state = step(an_open_photo(), Scrub(position=2.9, speed=9.0, at=START), START)
    assert place(state.score, START + REACH_MS) == LAST
    state = step(state, Scrub(position=0.05, speed=-9.0, at=START + 16), START + 16)
    assert place(state.score, START + 16) > 2.8
    assert place(state.score, START + 16 + REACH_MS) == 0.0


def test_the_way_over_several_stages_is_one_even_movement() -> None:
    state = step(an_open_photo(), Scrub(position=2.6, at=START), START)
    state = step(state, Scrub(position=0.3, at=START + 50), START + 50)
    seen = [place(state.score, START + 50 + share * REACH_MS) for share in (0, 0.25, 0.5, 0.75, 1)]
    assert seen == pytest.approx([2.6, 2.025, 1.45, 0.875, 0.3])


@pytest.mark.parametrize("wrong_by", [-3_600_000.0, 3_600_000.0])
def test_a_screen_that_does_not_know_the_time_leads_no_further_astray(wrong_by: float) -> None:
    word = Scrub(position=1.0, speed=90.0, at=START + wrong_by)
    state = step(an_open_photo(), word, START)
    far = FASTEST * (OLDEST_MS + REACH_MS) / 1000
    assert 1.0 < place(state.score, START + 1000) <= 1.0 + far


def test_a_released_finger_settles_where_it_was() -> None:
    state = step(an_open_photo(), Scrub(position=1.0, speed=2.0, at=START), START)
    state = step(state, Scrub(position=1.6, at=START + 300), START + 300)
    state = step(state, Release(), START + 300)
    assert place(state.score, START + 300 + REACH_MS) == pytest.approx(1.6)
    assert place(state.score, START + 2000) == 2.0


@pytest.mark.parametrize("position", [0.0, 0.3, 1.0, 2.9])
def test_nothing_else_is_under_way_for_so_short_a_time(position: float) -> None:
    """By that a kiosk tells a finger's score from all others (``isHeld`` in hand.js)."""
    held = step(an_open_photo(), Scrub(position=position, speed=2.0, at=START - 30), START)
    released = step(held, Release(), START + 10)
    held_until, settled_at = ends(held.score), ends(released.score)
    assert held_until is not None and held_until - START < LEAD_MS
    assert settled_at is not None and settled_at - (START + 10) >= LEAD_MS


def test_a_finger_that_rests_is_no_news() -> None:
    state = step(an_open_photo(), Scrub(position=1.7, at=START), START)
    again = step(state, Scrub(position=1.7, at=START + 40), START + 40)
    assert replace(again, last_touch=state.last_touch) == state
