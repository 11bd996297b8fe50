from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatserver.core.business_hours import BusinessHours
from chatserver.core.errors import Refused
from chatserver.core.ids import identifier, parse_reference, reference
from chatserver.core.limits import Bucket, check_text
from chatserver.core.pairing.queue import QueuePosition, Ticket, TicketQueue, WaitEstimator
from chatserver.core.presence import Presence

BERLIN = BusinessHours.same_every_day(
    frozenset(range(5)), time(9), time(17), ZoneInfo("Europe/Berlin")
)


@given(st.integers(0, 2**40 - 1))
def test_a_reference_is_read_back_however_it_was_written_down(entropy: int) -> None:
    name = reference(entropy)
    assert parse_reference(name.lower().replace("-", " ")) == name
    assert parse_reference(name.replace("1", "l").replace("0", "O")) == name


@given(st.integers(0, 2**48 - 2), st.integers(0, 2**80 - 1), st.integers(0, 2**80 - 1))
def test_identifiers_of_later_times_sort_later(at: int, one: int, other: int) -> None:
    assert identifier(at, one) < identifier(at + 1, other)


def test_a_bucket_gives_its_burst_and_then_says_when() -> None:
    bucket = Bucket.full(rate=10, burst=2, now=0)
    assert [bucket.try_consume(0), bucket.try_consume(0), bucket.try_consume(0)] == [0, 0, 100]
    assert bucket.try_consume(100) == 0


def test_a_bucket_does_not_mind_a_clock_that_jumps_back() -> None:
    bucket = Bucket.full(rate=1, burst=1, now=10_000)
    assert bucket.try_consume(10_000) == 0
    assert bucket.try_consume(0) == 1_000
    assert bucket.try_consume(1_000) == 0


def test_a_rate_of_zero_is_no_limit() -> None:
    bucket = Bucket.full(rate=0, burst=1, now=0)
    assert all(bucket.try_consume(0) == 0 for _ in range(100))


def test_a_limit_of_zero_characters_is_no_limit() -> None:
    check_text("x" * 10_000, 0)
    with pytest.raises(Refused, match="too_long"):
        check_text("xxx", 2)


def test_the_grace_begins_with_the_last_connection() -> None:
    presence = Presence(grace_ms=30)
    presence.connect("bob")
    presence.connect("bob")
    assert not presence.disconnect("bob", 100)
    assert presence.disconnect("bob", 200)
    assert presence.next_deadline() == 230
    assert presence.pop_expired(229) == []
    assert presence.pop_expired(230) == ["bob"]
    assert presence.pop_expired(231) == []


def test_who_comes_back_in_time_was_never_gone() -> None:
    presence = Presence(grace_ms=30)
    presence.connect("bob")
    presence.disconnect("bob", 0)
    presence.connect("bob")
    assert presence.pop_expired(1_000) == []


def test_who_is_here_is_not_expected() -> None:
    presence = Presence(grace_ms=30)
    presence.connect("bob")
    presence.expect("bob", 0)
    assert presence.next_deadline() is None


STEPS = st.lists(
    st.tuples(st.sampled_from(["joins", "away", "leaves"]), st.integers(0, 9), st.integers(0, 9)),
    max_size=30,
)


@given(STEPS)
def test_places_count_those_who_are_here_and_stand_before(
    steps: list[tuple[str, int, int]],
) -> None:
    waiting = TicketQueue()
    for step, number, since in steps:
        if step == "leaves":
            waiting.leave(f"c{number}")
        else:
            ticket = Ticket(False, True, 0, since, 0, f"c{number}", away=step == "away")
            waiting.join(ticket)
    line = list(waiting)
    assert line == sorted(line)
    counted = [
        QueuePosition(
            position=sum(not other.away for other in line if other < each) + 1,
            returning=sum(other.away for other in line if other < each),
        )
        for each in line
    ]
    assert [waiting.position(each.conversation) for each in line] == counted
    assert [place for _, place in waiting.positions()] == counted


def test_the_wait_is_unknown_until_two_were_served() -> None:
    pace = WaitEstimator()
    pace.record_departure(0)
    assert pace.estimate(1, 1_000) is None
    pace.record_departure(60_000)
    assert pace.estimate(3, 60_000) == 180_000


def test_the_longest_wait_is_that_in_which_all_who_are_away_come_back() -> None:
    pace = WaitEstimator()
    pace.record_departure(0)
    pace.record_departure(60_000)
    assert pace.estimate_range(QueuePosition(4), 60_000) == (120_000, 360_000)
    assert pace.estimate_range(QueuePosition(4, returning=5), 60_000) == (120_000, 720_000)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Berlin"))


@pytest.mark.parametrize(
    ("asked", "promised"),
    [
        ("2026-11-24T10:30", "2026-11-25T10:30"),
        ("2026-11-24T07:00", "2026-11-24T17:00"),
        ("2026-11-24T20:00", "2026-11-25T17:00"),
        ("2026-11-27T16:00", "2026-11-30T16:00"),
        ("2026-11-28T12:00", "2026-11-30T17:00"),
    ],
    ids=["in hours", "before opening", "after closing", "friday", "saturday"],
)
def test_an_answer_is_promised_within_one_working_day(asked: str, promised: str) -> None:
    assert BERLIN.reply_by(local(asked).astimezone(UTC)) == local(promised)


def test_hours_that_never_open_are_refused() -> None:
    with pytest.raises(ValueError, match="at least one day"):
        BusinessHours.same_every_day(frozenset(), time(9), time(17), UTC)
