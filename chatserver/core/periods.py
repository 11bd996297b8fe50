"""Periods of whole days, by the calendar of a time zone."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from enum import StrEnum

LONGEST_DAYS = 92
"""The days of the longest period: a quarter of a year."""


class PeriodName(StrEnum):
    """A period by its distance from today; the last 7 and 30 days include today."""

    TODAY = "today"
    YESTERDAY = "yesterday"
    LAST_7_DAYS = "last_7_days"
    LAST_30_DAYS = "last_30_days"
    THIS_MONTH = "this_month"
    LAST_MONTH = "last_month"


@dataclass(frozen=True, slots=True)
class DayPeriod:
    """The days from `first` to `last`, both included.

    Raises ValueError if `last` is before `first`, and for more than LONGEST_DAYS.
    """

    first: date
    last: date

    def __post_init__(self) -> None:
        if not 0 <= (self.last - self.first).days < LONGEST_DAYS:
            raise ValueError(f"a period has 1 to {LONGEST_DAYS} days")

    def midnights(self, zone: tzinfo) -> tuple[int, ...]:
        """Return the beginnings of all days and the end of the last, in ms since 1970 UTC."""
        # Two midnights are 23 or 25 hours apart where the clock changes between them.
        return tuple(
            _midnight(self.first + timedelta(days=number), zone)
            for number in range((self.last - self.first).days + 2)
        )


def named_period(name: PeriodName, today: date) -> DayPeriod:
    """Return the period of a name, seen from today."""
    match name:
        case PeriodName.TODAY:
            return DayPeriod(today, today)
        case PeriodName.YESTERDAY:
            return DayPeriod(today - timedelta(days=1), today - timedelta(days=1))
        case PeriodName.LAST_7_DAYS:
            return DayPeriod(today - timedelta(days=6), today)
        case PeriodName.LAST_30_DAYS:
            return DayPeriod(today - timedelta(days=29), today)
        case PeriodName.THIS_MONTH:
            return DayPeriod(today.replace(day=1), today)
        case PeriodName.LAST_MONTH:
            end = today.replace(day=1) - timedelta(days=1)
            return DayPeriod(end.replace(day=1), end)


def _midnight(day: date, zone: tzinfo) -> int:
    return round(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp() * 1_000)
