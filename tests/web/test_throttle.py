"""Guessing takes time."""

from server.web.throttle import MOST_NAMES, Throttle


def test_a_burst_is_allowed_and_then_one_at_a_time() -> None:
    throttle = Throttle(burst=3, every_s=10)
    assert [throttle.take("lin", 0) for _ in range(4)] == [True, True, True, False]
    assert not throttle.take("lin", 9)
    assert throttle.take("lin", 10.5)
    assert not throttle.take("lin", 11)


def test_a_rest_brings_back_no_more_than_the_burst() -> None:
    throttle = Throttle(burst=2, every_s=1)
    assert throttle.take("lin", 0)
    assert [throttle.take("lin", 1000) for _ in range(3)] == [True, True, False]


def test_names_do_not_pay_for_each_other() -> None:
    throttle = Throttle(burst=1, every_s=10)
    assert throttle.take("lin", 0) and throttle.take("wei", 0)
    assert not throttle.take("lin", 0)


def test_it_remembers_so_many_names_and_no_more() -> None:
    throttle = Throttle(burst=1, every_s=1e9)
    assert throttle.take("first", 0)
    for place in range(MOST_NAMES - 1):
        throttle.take(str(place), 0)
    assert not throttle.take("first", 0)
    for place in range(MOST_NAMES):
        throttle.take(f"more {place}", 0)
    assert throttle.take("first", 0)
