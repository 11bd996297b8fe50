"""Timers fire once, in the order of their moments."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatserver.core.pairing.timers import MIN_FORGOTTEN, Timers

MOMENTS = st.integers(0, 9)
TIMERS = st.lists(st.tuples(MOMENTS, st.sampled_from("abc")))


def test_without_timers_nothing_is_due() -> None:
    timers = Timers()
    assert timers.next_due() is None
    assert timers.pop_due(1_000) == []


@given(wanted=TIMERS, now=MOMENTS)
def test_each_timer_fires_once_when_its_moment_has_come_and_the_earliest_first(
    wanted: list[tuple[int, str]], now: int
) -> None:
    timers = Timers()
    for at, name in wanted:
        timers.set(at, name)
    due = sorted({(at, name) for at, name in wanted if at <= now})
    assert timers.pop_due(now) == [name for _, name in due]
    assert timers.pop_due(now) == []
    later = [at for at, _ in wanted if at > now]
    assert timers.next_due() == min(later, default=None)


def test_a_timer_can_be_set_again_after_it_has_fired() -> None:
    timers = Timers()
    timers.set(5, "a")
    assert timers.pop_due(5) == ["a"]
    timers.set(5, "a")
    assert timers.pop_due(5) == ["a"]


@given(wanted=TIMERS, gone=st.sampled_from("abc"), limit=st.sampled_from([0, 64]))
def test_a_forgotten_name_fires_no_more_and_the_others_do(
    wanted: list[tuple[int, str]], gone: str, limit: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("chatserver.core.pairing.timers.MIN_FORGOTTEN", limit)
        timers = Timers()
        for at, name in wanted:
            timers.set(at, name)
        timers.forget(gone)
        assert timers.pop_due(9) == [name for _, name in sorted(set(wanted)) if name != gone]


def test_the_timers_of_names_that_are_gone_do_not_pile_up() -> None:
    timers = Timers()
    timers.set(0, "stays")
    for number in range(10_000):
        timers.set(1_000, f"{number}")
        timers.forget(f"{number}")
    assert len(timers) <= 2 * MIN_FORGOTTEN
    assert timers.pop_due(1_000) == ["stays"]
