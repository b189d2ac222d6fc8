"""Polite turns at one wall."""

from hypothesis import given
from hypothesis import strategies as st

from server.show.turns import Turns


def turns(*moves: tuple[str, bool]) -> Turns:
    now = Turns("left")
    for station, visited in moves:
        now = now.after(station, visited)
    return now


def test_a_wall_that_nobody_holds_shows_an_invitation() -> None:
    free = turns()
    assert (free.shown, free.turn_of("left"), free.turn_of("right")) == ("left", "free", "free")


def test_whoever_touches_holds_it_and_others_do_not_take_it() -> None:
    held = turns(("right", True), ("left", True), ("right", True))
    assert (held.shown, held.turn_of("right"), held.turn_of("left")) == ("right", "ours", "taken")


def test_it_passes_to_whoever_has_waited_longest() -> None:
    passed = turns(("a", True), ("b", True), ("c", True), ("b", True), ("a", False))
    assert (passed.shown, passed.waiting) == ("b", ("c",))


def test_who_has_gone_meanwhile_waits_no_more() -> None:
    left = turns(("a", True), ("b", True), ("b", False), ("a", False))
    assert (left.held, left.shown, left.turn_of("b")) == (False, "a", "free")
    assert turns(("a", True), ("a", False), ("b", True)).turn_of("b") == "ours"


@given(st.lists(st.tuples(st.sampled_from("abc"), st.booleans()), max_size=40))
def test_one_holds_it_while_anybody_is_there_and_keeps_it(moves: list[tuple[str, bool]]) -> None:
    now, visited = Turns("a"), set[str]()
    for station, comes in moves:
        before = now
        now = now.after(station, comes)
        (visited.add if comes else visited.discard)(station)
        assert now.held == bool(visited)
        assert not now.held or now.shown in visited
        assert set(now.waiting) == visited - {now.shown}
        if before.held and before.shown in visited:
            assert now.shown == before.shown
        ours = [name for name in "abc" if now.turn_of(name) == "ours"]
        assert len(ours) == (1 if visited else 0)
