"""Business hours: the reply deadline that they allow to promise, and the working time up to it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import pairwise

MAX_CLOSED_DAYS = 366
"""Days that the search for the next working day covers before it gives up."""

Period = tuple[time, time]
MIDNIGHT = time(0)


@dataclass(frozen=True, slots=True)
class BusinessHours:
    """Opening periods in one time zone.

    `periods` maps a weekday (Monday is 0) to its periods (local opening and closing time, in
    ascending order); on the dates in `closed` there are none. Raises ValueError for periods that
    overlap or end before they begin, and for a week without any.
    """

    periods: Mapping[int, Sequence[Period]]
    zone: tzinfo
    closed: frozenset[date] = frozenset()

    def __post_init__(self) -> None:
        for periods in self.periods.values():
            edges = [edge for period in periods for edge in period]
            if any(before >= after for before, after in pairwise(edges)):
                raise ValueError("working hours must be in ascending order and must not overlap")
        if not any(self.periods.values()):
            raise ValueError("working hours need at least one day")

    def is_open(self, at: datetime) -> bool:
        """Return True if an opening period contains `at` (timezone-aware)."""
        local = at.astimezone(self.zone)
        now = local.time()
        return any(opens <= now < closes for opens, closes in self._periods_on(local.date()))

    def reply_by(self, asked: datetime) -> datetime:
        """Return the moment one working day after `asked` (timezone-aware).

        A question asked during a working day, a break included, is answered by the same time on
        the next one, or by its end where that is earlier. One asked before or after counts as
        asked when the next working day begins, and is answered before it ends. Raises ValueError
        when there is no working day within a year.
        """
        local = asked.astimezone(self.zone)
        today = self._periods_on(local.date())
        if today and today[0][0] <= local.time() < today[-1][1]:
            day = self._next_working_day(local.date())
            opens, closes = self._periods_on(day)[0][0], self._periods_on(day)[-1][1]
            return datetime.combine(day, max(opens, min(local.time(), closes)), self.zone)
        day = local.date()
        if not today or local.time() >= today[-1][1]:
            day = self._next_working_day(day)
        return datetime.combine(day, self._periods_on(day)[-1][1], self.zone)

    def worked_ms(self, since: int, until: int) -> int:
        """Return the ms of working time between two moments (ms since 1970 UTC)."""
        return sum(ends - begins for begins, ends in self._spans(since, until))

    def share_used(self, since: int, reply_by: int, now: int) -> float:
        """Return the percentage of the working time from `since` to `reply_by` used at `now`.

        All moments are in ms since 1970 UTC. Where the hours have changed so that there is no
        working time in between, all time counts.
        """
        if now >= reply_by:
            return 100.0
        whole = self.worked_ms(since, reply_by)
        if not whole:
            return max(0.0, 100.0 * (now - since) / (reply_by - since))
        return 100.0 * self.worked_ms(since, now) / whole

    def moment_of_share(self, since: int, reply_by: int, percent: int) -> int:
        """Return the earliest moment at which `share_used` is `percent` (ms since 1970 UTC)."""
        whole = self.worked_ms(since, reply_by)
        if not whole:
            return since + -(-(reply_by - since) * percent // 100)
        # Rounded up, so that the share is not one millisecond short.
        left = -(-whole * percent // 100)
        for begins, ends in self._spans(since, reply_by):
            if left <= ends - begins:
                return begins + left
            left -= ends - begins
        return reply_by

    def _spans(self, since: int, until: int) -> Iterator[tuple[int, int]]:
        """Yield the stretches of working time between two moments (all in ms since 1970 UTC)."""
        # Measured in UTC: in local time the day on which the clocks change has 24 hours, too.
        day = datetime.fromtimestamp(since / 1_000, self.zone).date()
        last = datetime.fromtimestamp(until / 1_000, self.zone).date()
        while day <= last:
            for opens, closes in self._periods_on(day):
                begins = max(since, self._moment(day, opens))
                ends = min(until, self._moment(day, closes))
                if begins < ends:
                    yield begins, ends
            day += timedelta(days=1)

    def _moment(self, day: date, at: time) -> int:
        # Rounded, because a day that ends at midnight is stored as ending 1 µs before.
        return round(datetime.combine(day, at, self.zone).astimezone(UTC).timestamp() * 1_000)

    def _periods_on(self, day: date) -> Sequence[Period]:
        return () if day in self.closed else self.periods.get(day.weekday(), ())

    def _next_working_day(self, day: date) -> date:
        # A bounded search: with every weekday of a year listed as closed it would never end.
        for _ in range(MAX_CLOSED_DAYS):
            day += timedelta(days=1)
            if self._periods_on(day):
                return day
        raise ValueError("no working day within a year")


def split_at_midnight(week: Sequence[Sequence[Period]]) -> dict[int, Sequence[Period]]:
    """Return the periods of each weekday such that none reaches into the next day.

    One that closes at or before its opening goes over midnight: 22:00 to 06:00 is open until the
    end of its day and from the beginning of the next, 09:00 to 00:00 until the end of its day. On a
    closed date the part of the day before is closed, too. Raises ValueError for a period that opens
    and closes at the same time, unless that is midnight: then it is the whole day.
    """
    days: dict[int, list[Period]] = {day: [] for day in range(len(week))}
    for day, periods in enumerate(week):
        for opens, closes in periods:
            if opens < closes:
                days[day].append((opens, closes))
                continue
            if opens == closes != MIDNIGHT:
                raise ValueError("working hours must not begin and end at the same time")
            days[day].append((opens, time.max))
            if closes > MIDNIGHT:
                days[(day + 1) % len(week)].append((MIDNIGHT, closes))
    return {day: sorted(periods) for day, periods in days.items()}
