"""Business hours and the promised reply deadline."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from chatserver.core.business_hours import BusinessHours

BERLIN = BusinessHours.same_every_day(
    frozenset(range(5)), time(9), time(17), ZoneInfo("Europe/Berlin")
)


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
