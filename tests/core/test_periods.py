"""Periods of whole days in a time zone."""

from datetime import date, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from chatserver.core.periods import LONGEST_DAYS, DayPeriod, PeriodName, named_period

BERLIN = ZoneInfo("Europe/Berlin")
HOUR = 3_600_000
TODAY = date(2026, 3, 31)


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        (PeriodName.TODAY, date(2026, 3, 31), TODAY),
        (PeriodName.YESTERDAY, date(2026, 3, 30), date(2026, 3, 30)),
        (PeriodName.LAST_7_DAYS, date(2026, 3, 25), TODAY),
        (PeriodName.LAST_30_DAYS, date(2026, 3, 2), TODAY),
        (PeriodName.THIS_MONTH, date(2026, 3, 1), TODAY),
        (PeriodName.LAST_MONTH, date(2026, 2, 1), date(2026, 2, 28)),
    ],
)
def test_a_name_is_a_period_seen_from_today(name: PeriodName, first: date, last: date) -> None:
    assert named_period(name, TODAY) == DayPeriod(first, last)


def test_every_name_has_a_period_on_every_day_of_a_year() -> None:
    for number in range(366):
        today = date.fromordinal(date(2028, 1, 1).toordinal() + number)
        for name in PeriodName:
            assert named_period(name, today).last <= today


def test_a_day_on_which_the_clock_changes_has_23_or_25_hours() -> None:
    spring = DayPeriod(date(2026, 3, 28), date(2026, 3, 30)).midnights(BERLIN)
    assert [(after - before) // HOUR for before, after in pairwise(spring)] == [24, 23, 24]
    autumn = DayPeriod(date(2026, 10, 25), date(2026, 10, 25)).midnights(BERLIN)
    assert [(after - before) // HOUR for before, after in pairwise(autumn)] == [25]


def test_a_day_begins_at_midnight_of_its_zone() -> None:
    begins, ends = DayPeriod(TODAY, TODAY).midnights(BERLIN)
    assert datetime.fromtimestamp(begins / 1_000, BERLIN).isoformat() == "2026-03-31T00:00:00+02:00"
    assert datetime.fromtimestamp(ends / 1_000, BERLIN).isoformat() == "2026-04-01T00:00:00+02:00"


@pytest.mark.parametrize("days", [0, LONGEST_DAYS + 1])
def test_a_period_that_is_turned_round_or_too_long_is_refused(days: int) -> None:
    with pytest.raises(ValueError, match="1 to 92 days"):
        DayPeriod(TODAY, date.fromordinal(TODAY.toordinal() + days - 1))
