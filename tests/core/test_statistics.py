"""The statistics of a period."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from chatserver.core.durations import DAY_MS, HOUR_MS
from chatserver.core.people import Person
from chatserver.core.statistics import (
    ConversationFigures,
    PeriodFigures,
    percentiles,
    period_figures,
)

BOB, CAT = Person("1", "Bob"), Person("2", "Cat")
NOON = 12 * HOUR_MS


def day_figures(cases: Sequence[ConversationFigures], *, at: int) -> PeriodFigures:
    """The figures of the first day of 1970, as they are at a moment of it."""
    return period_figures(cases, (0, DAY_MS), at, timezone="UTC")


PROMISED = ConversationFigures(opened=1_000, promised=10_000)


def test_percentiles_are_values_that_occurred() -> None:
    assert (percentiles([]).median, percentiles([None]).count) == (None, 0)
    assert (percentiles([7]).median, percentiles([7]).p90) == (7, 7)
    # Nearest rank: the 9th of 10 values, without interpolation.
    of_ten = percentiles([*range(1, 11), None])
    assert (of_ten.count, of_ten.median, of_ten.p90) == (10, 5, 9)


def test_an_empty_day_has_its_hours() -> None:
    today = day_figures([], at=2 * HOUR_MS)
    assert [hour.at for hour in today.hours] == [0, HOUR_MS, 2 * HOUR_MS]
    assert (today.conversations, today.rating.average, today.technicians) == (0, None, ())


def test_conversations_are_counted_in_the_hour_in_which_they_began() -> None:
    cases = [
        ConversationFigures(opened=at, replied=at + 60_000) for at in (5, HOUR_MS - 1, HOUR_MS)
    ]
    first, second, *rest = day_figures(cases, at=NOON).hours
    assert (first.conversations, first.first_reply) == (2, 60_000)
    assert second.conversations == 1
    assert {(hour.conversations, hour.first_reply) for hour in rest} == {(0, None)}


def test_technicians_are_sorted_by_their_number_of_conversations() -> None:
    cases = [
        ConversationFigures(opened=1, technician=CAT, score=5),
        ConversationFigures(opened=2, technician=BOB),
    ]
    cases += [ConversationFigures(opened=3, technician=BOB, score=2), ConversationFigures(opened=4)]
    shares = day_figures(cases, at=NOON).technicians
    assert [(share.technician.name, share.conversations) for share in shares] == [
        ("Bob", 2),
        ("Cat", 1),
    ]
    assert [share.rating for share in shares] == [2.0, 5.0]


def test_abandoned_conversations_are_counted() -> None:
    cases = [
        ConversationFigures(opened=1, closed=2, abandoned=True),
        ConversationFigures(opened=1, closed=2),
    ]
    assert day_figures(cases, at=NOON).abandoned == 1


@pytest.mark.parametrize(
    ("case", "at", "kept"),
    [
        (ConversationFigures(opened=1), NOON, None),
        (PROMISED, 10_000, None),
        (PROMISED, 10_001, False),
        (replace(PROMISED, replied=10_000), NOON, True),
        (replace(PROMISED, replied=10_001), NOON, False),
        (replace(PROMISED, closed=5_000), NOON, None),
        (replace(PROMISED, closed=20_000), NOON, False),
    ],
)
def test_a_promise_is_kept_by_an_answer_in_time(
    case: ConversationFigures, at: int, kept: bool | None
) -> None:
    assert case.promise_kept(at) is kept


def test_promises_are_kept_broken_or_due() -> None:
    cases = [
        PROMISED,
        replace(PROMISED, replied=5),
        replace(PROMISED, closed=5),
        ConversationFigures(opened=1),
    ]
    # Due until 10 s: at 9 s one is open, at noon it is broken. The closed one counts as neither.
    early, late = (day_figures(cases, at=at).promises for at in (9_000, NOON))
    assert (early.made, early.kept, early.broken, early.due) == (3, 1, 0, 1)
    assert (late.made, late.kept, late.broken, late.due) == (3, 1, 1, 0)


def test_a_left_message_does_not_count_as_waiting() -> None:
    answered = replace(PROMISED, assigned=8_000, replied=9_000, closed=9_500)
    today = day_figures([answered, ConversationFigures(opened=1, assigned=3)], at=NOON)
    assert (today.wait.count, today.wait.median) == (1, 2)
    assert (today.first_reply.count, today.duration.count) == (0, 0)


def test_a_longer_period_has_days_instead_of_hours() -> None:
    cases = [ConversationFigures(opened=at, replied=at + 60_000) for at in (5, DAY_MS - 1, DAY_MS)]
    figures = period_figures(
        cases, (0, DAY_MS, 2 * DAY_MS, 3 * DAY_MS), 2 * DAY_MS - 1, timezone="UTC"
    )
    assert figures.hours == ()
    # The day to come is not listed.
    assert [(day.at, day.conversations, day.first_reply) for day in figures.days] == [
        (0, 2, 60_000),
        (DAY_MS, 1, 60_000),
    ]


def test_a_past_day_has_all_its_hours() -> None:
    yesterday = period_figures([], (0, DAY_MS), 5 * DAY_MS, timezone="UTC")
    assert len(yesterday.hours) == 24
    assert (yesterday.since, yesterday.until, yesterday.at) == (0, DAY_MS, 5 * DAY_MS)
