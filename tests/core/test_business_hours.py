"""Business hours and the promised reply deadline."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from chatserver.core.business_hours import BusinessHours, split_at_midnight

BERLIN = BusinessHours({day: ((time(9), time(17)),) for day in range(5)}, ZoneInfo("Europe/Berlin"))


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
        BusinessHours({}, UTC)


@pytest.mark.parametrize(
    ("at", "is_open"),
    [
        ("2026-11-24T21:59", False),
        ("2026-11-24T22:00", True),
        ("2026-11-24T23:59:59", True),
        ("2026-11-25T00:00", True),
        ("2026-11-25T05:59", True),
        ("2026-11-25T06:00", False),
    ],
)
def test_hours_go_over_midnight(at: str, is_open: bool) -> None:
    nights = [[(time(22), time(6))] if day == 1 else [] for day in range(7)]
    hours = BusinessHours(split_at_midnight(nights), ZoneInfo("Europe/Berlin"))
    assert hours.is_open(local(at)) is is_open


def test_a_night_that_begins_on_sunday_ends_on_monday() -> None:
    nights = [[(time(22), time(6))] if day == 6 else [] for day in range(7)]
    hours = BusinessHours(split_at_midnight(nights), ZoneInfo("Europe/Berlin"))
    assert hours.is_open(local("2026-11-30T05:00"))


def test_hours_end_at_midnight_and_a_day_may_be_whole() -> None:
    week = [[(time(9), time(0))], [(time(0), time(0))], [], [], [], [], []]
    hours = BusinessHours(split_at_midnight(week), ZoneInfo("Europe/Berlin"))
    assert hours.is_open(local("2026-11-30T23:59:59"))
    assert hours.is_open(local("2026-12-01T00:00"))
    assert hours.is_open(local("2026-12-01T12:00"))
    assert not hours.is_open(local("2026-12-02T00:00"))


def test_hours_that_begin_and_end_at_the_same_time_are_refused() -> None:
    with pytest.raises(ValueError, match="same time"):
        split_at_midnight([[(time(9), time(9))]])


def test_a_night_must_not_overlap_the_morning_after() -> None:
    week = [[(time(22), time(6))], [(time(5), time(12))], [], [], [], [], []]
    with pytest.raises(ValueError, match="overlap"):
        BusinessHours(split_at_midnight(week), UTC)
