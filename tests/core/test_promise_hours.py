"""The table of promised replies by the calendar: deadline, half and four fifths of the time.

With the cases of `conversation/test_promise.py` these are the cases of the promise.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from chatserver.core.business_hours import BusinessHours, Period, split_at_midnight

WHOLE_DAY = (time(9), time(17))
WEEKDAYS = range(5)
EVERY_DAY = range(7)


def week(
    zone: str,
    *periods: Period,
    days: Iterable[int] = WEEKDAYS,
    closed: Iterable[date] = (),
) -> BusinessHours:
    return BusinessHours(dict.fromkeys(days, periods), ZoneInfo(zone), frozenset(closed))


HOURS = {
    "plain": week("Europe/Berlin", WHOLE_DAY),
    "break": week("Europe/Berlin", (time(9), time(12)), (time(13), time(17))),
    "holiday": week("Europe/Berlin", WHOLE_DAY, closed=[date(2026, 12, 25), date(2027, 1, 1)]),
    "half friday": BusinessHours(
        {**dict.fromkeys(range(4), (WHOLE_DAY,)), 4: ((time(9), time(13)),)},
        ZoneInfo("Europe/Berlin"),
    ),
    "new york": week("America/New_York", WHOLE_DAY),
    "kolkata": week("Asia/Kolkata", WHOLE_DAY),
    # The clocks change at 02:00 and 03:00: these hours lose one in March and have one more in
    # October, and the time of day of a deadline may not exist, or exist twice.
    "small hours": week("Europe/Berlin", (time(1), time(5)), days=EVERY_DAY),
    "always": week("Europe/Berlin", (time(0), time.max), days=EVERY_DAY),
    "nights": BusinessHours(split_at_midnight([[(time(22), time(6))]] * 7), ZoneInfo("CET")),
    # Its clocks change by half an hour.
    "lord howe": week("Australia/Lord_Howe", WHOLE_DAY, days=EVERY_DAY),
    "one day": week("Europe/Berlin", WHOLE_DAY, days=[2]),
}

CASES = [
    ("plain", "2026-11-24T09:00", "2026-11-25T09:00", "2026-11-24T13:00", "2026-11-24T15:24"),
    ("plain", "2026-11-24T10:30", "2026-11-25T10:30", "2026-11-24T14:30", "2026-11-24T16:54"),
    ("plain", "2026-11-24T16:59", "2026-11-25T16:59", "2026-11-25T12:59", "2026-11-25T15:23"),
    ("plain", "2026-11-24T17:00", "2026-11-25T17:00", "2026-11-25T13:00", "2026-11-25T15:24"),
    ("plain", "2026-11-24T08:59", "2026-11-24T17:00", "2026-11-24T13:00", "2026-11-24T15:24"),
    ("plain", "2026-11-24T23:00", "2026-11-25T17:00", "2026-11-25T13:00", "2026-11-25T15:24"),
    ("plain", "2026-11-27T10:00", "2026-11-30T10:00", "2026-11-27T14:00", "2026-11-27T16:24"),
    ("plain", "2026-11-27T18:00", "2026-11-30T17:00", "2026-11-30T13:00", "2026-11-30T15:24"),
    ("plain", "2026-11-28T12:00", "2026-11-30T17:00", "2026-11-30T13:00", "2026-11-30T15:24"),
    ("plain", "2026-11-29T23:59", "2026-11-30T17:00", "2026-11-30T13:00", "2026-11-30T15:24"),
    ("break", "2026-11-24T11:00", "2026-11-25T11:00", "2026-11-24T15:30", "2026-11-25T09:36"),
    ("break", "2026-11-24T12:00", "2026-11-25T12:00", "2026-11-24T16:30", "2026-11-25T10:36"),
    ("break", "2026-11-24T12:30", "2026-11-25T12:30", "2026-11-24T16:30", "2026-11-25T10:36"),
    ("break", "2026-11-24T13:00", "2026-11-25T13:00", "2026-11-24T16:30", "2026-11-25T10:36"),
    ("break", "2026-11-24T16:00", "2026-11-25T16:00", "2026-11-25T11:30", "2026-11-25T14:36"),
    ("break", "2026-11-27T12:30", "2026-11-30T12:30", "2026-11-27T16:30", "2026-11-30T10:36"),
    ("holiday", "2026-12-24T10:00", "2026-12-28T10:00", "2026-12-24T14:00", "2026-12-24T16:24"),
    ("holiday", "2026-12-24T18:00", "2026-12-28T17:00", "2026-12-28T13:00", "2026-12-28T15:24"),
    ("holiday", "2026-12-25T12:00", "2026-12-28T17:00", "2026-12-28T13:00", "2026-12-28T15:24"),
    ("holiday", "2026-12-31T16:00", "2027-01-04T16:00", "2027-01-04T12:00", "2027-01-04T14:24"),
    (
        "half friday",
        "2026-11-26T15:00",
        "2026-11-27T13:00",
        "2026-11-27T10:00",
        "2026-11-27T11:48",
    ),
    (
        "half friday",
        "2026-11-27T11:00",
        "2026-11-30T11:00",
        "2026-11-27T13:00",
        "2026-11-30T10:12",
    ),
    (
        "half friday",
        "2026-11-27T13:00",
        "2026-11-30T17:00",
        "2026-11-30T13:00",
        "2026-11-30T15:24",
    ),
    ("new york", "2026-11-24T10:30", "2026-11-25T10:30", "2026-11-24T14:30", "2026-11-24T16:54"),
    ("new york", "2026-11-27T16:00", "2026-11-30T16:00", "2026-11-30T12:00", "2026-11-30T14:24"),
    ("new york", "2026-11-24T02:00", "2026-11-24T17:00", "2026-11-24T13:00", "2026-11-24T15:24"),
    ("kolkata", "2026-11-24T10:30", "2026-11-25T10:30", "2026-11-24T14:30", "2026-11-24T16:54"),
    ("kolkata", "2026-11-24T05:00", "2026-11-24T17:00", "2026-11-24T13:00", "2026-11-24T15:24"),
    ("small hours", "2027-03-27T02:30", "2027-03-28T03:30", "2027-03-27T04:30", "2027-03-28T01:42"),
    ("small hours", "2027-03-27T04:00", "2027-03-28T04:00", "2027-03-28T01:30", "2027-03-28T03:24"),
    ("small hours", "2027-03-28T01:30", "2027-03-29T01:30", "2027-03-28T04:00", "2027-03-28T04:54"),
    ("small hours", "2026-10-24T02:30", "2026-10-25T02:30", "2026-10-24T04:30", "2026-10-25T01:42"),
    ("small hours", "2026-10-24T04:00", "2026-10-25T04:00", "2026-10-25T02:30", "2026-10-25T03:00"),
    ("small hours", "2026-10-25T04:30", "2026-10-26T04:30", "2026-10-26T02:30", "2026-10-26T03:42"),
    ("plain", "2027-03-26T10:00", "2027-03-29T10:00", "2027-03-26T14:00", "2027-03-26T16:24"),
    ("plain", "2026-10-23T10:00", "2026-10-26T10:00", "2026-10-23T14:00", "2026-10-23T16:24"),
    ("always", "2026-11-24T10:00", "2026-11-25T10:00", "2026-11-24T22:00", "2026-11-25T05:12"),
    ("always", "2027-03-27T10:00", "2027-03-28T10:00", "2027-03-27T21:30", "2027-03-28T05:24"),
    ("always", "2026-10-24T10:00", "2026-10-25T10:00", "2026-10-24T22:30", "2026-10-25T05:00"),
    ("nights", "2026-11-24T23:00", "2026-11-25T23:00", "2026-11-25T03:00", "2026-11-25T05:24"),
    ("nights", "2026-11-24T12:00", "2026-11-25T12:00", "2026-11-25T02:00", "2026-11-25T04:24"),
    ("lord howe", "2026-10-03T10:00", "2026-10-04T10:00", "2026-10-03T14:00", "2026-10-03T16:24"),
    ("lord howe", "2027-04-03T10:00", "2027-04-04T10:00", "2027-04-03T14:00", "2027-04-03T16:24"),
    ("one day", "2026-11-25T10:00", "2026-12-02T10:00", "2026-11-25T14:00", "2026-11-25T16:24"),
    ("one day", "2026-11-26T10:00", "2026-12-02T17:00", "2026-12-02T13:00", "2026-12-02T15:24"),
]


def ms(hours: BusinessHours, local: str) -> int:
    return round(datetime.fromisoformat(local).replace(tzinfo=hours.zone).timestamp() * 1_000)


@pytest.mark.parametrize(("name", "asked", "reply_by", "half_at", "late_at"), CASES)
def test_a_reply_is_promised_by_the_working_time(
    name: str, asked: str, reply_by: str, half_at: str, late_at: str
) -> None:
    hours = HOURS[name]
    since = ms(hours, asked)
    promised = round(hours.reply_by(datetime.fromtimestamp(since / 1_000, UTC)).timestamp() * 1_000)
    assert promised == ms(hours, reply_by)
    assert hours.moment_of_share(since, promised, 50) == ms(hours, half_at)
    assert hours.moment_of_share(since, promised, 80) == ms(hours, late_at)
    assert hours.share_used(since, promised, ms(hours, half_at)) == pytest.approx(50)


def test_no_time_is_used_outside_the_hours() -> None:
    hours = HOURS["plain"]
    friday, monday = ms(hours, "2026-11-27T17:00"), ms(hours, "2026-11-30T09:00")
    since, reply_by = ms(hours, "2026-11-27T13:00"), ms(hours, "2026-11-30T13:00")
    assert hours.share_used(since, reply_by, friday) == hours.share_used(since, reply_by, monday)


def test_a_promise_into_a_day_that_became_a_holiday_ends_when_it_was_promised() -> None:
    since = ms(HOURS["plain"], "2026-12-24T16:00")
    reply_by = ms(HOURS["plain"], "2026-12-25T16:00")
    changed = HOURS["holiday"]
    assert changed.share_used(since, reply_by, reply_by - 1) == 100
    assert changed.share_used(since, reply_by, reply_by) == 100
    assert changed.moment_of_share(since, reply_by, 100) <= reply_by


def test_all_time_counts_where_no_working_time_is_left() -> None:
    since, reply_by = ms(HOURS["plain"], "2026-12-25T10:00"), ms(HOURS["plain"], "2026-12-25T14:00")
    changed = HOURS["holiday"]
    assert changed.share_used(since, reply_by, ms(changed, "2026-12-25T11:00")) == 25
    assert changed.moment_of_share(since, reply_by, 50) == ms(changed, "2026-12-25T12:00")


def test_a_share_is_never_below_zero() -> None:
    hours = HOURS["plain"]
    since, reply_by = ms(hours, "2026-11-24T10:00"), ms(hours, "2026-11-25T10:00")
    assert hours.share_used(since, reply_by, since - 1) == 0
