"""Working hours: by when an answer can be promised."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from itertools import pairwise

MAX_CLOSED_DAYS = 366
"""Days that are looked through for the next working day."""

Period = tuple[time, time]


@dataclass(frozen=True, slots=True)
class BusinessHours:
    """Periods on each weekday (Monday is 0) in one time zone, but not on the days in `closed`."""

    periods: Mapping[int, Sequence[Period]]
    zone: tzinfo
    closed: frozenset[date] = frozenset()

    def __post_init__(self) -> None:
        for periods in self.periods.values():
            edges = [edge for period in periods for edge in period]
            if any(before >= after for before, after in pairwise(edges)):
                raise ValueError("working hours need to open before they close, one after another")
        if not any(self.periods.values()):
            raise ValueError("working hours need at least one day")

    @classmethod
    def same_every_day(
        cls, days: frozenset[int], opens: time, closes: time, zone: tzinfo
    ) -> "BusinessHours":
        """One period on each of some weekdays."""
        return cls({day: ((opens, closes),) for day in days}, zone)

    def is_open(self, at: datetime) -> bool:
        """Whether somebody should be there at a moment."""
        local = at.astimezone(self.zone)
        now = local.time()
        return any(opens <= now < closes for opens, closes in self._on(local.date()))

    def reply_by(self, asked: datetime) -> datetime:
        """The moment one working day after `asked`.

        A question asked during a working day, a break included, is answered by the same time on
        the next one, or by its end where that is earlier. One asked before or after counts as
        asked when the next working day begins, and is answered before it ends.
        """
        local = asked.astimezone(self.zone)
        today = self._on(local.date())
        if today and today[0][0] <= local.time() < today[-1][1]:
            day = self._next_day(local.date())
            opens, closes = self._on(day)[0][0], self._on(day)[-1][1]
            return datetime.combine(day, max(opens, min(local.time(), closes)), self.zone)
        day = local.date()
        if not today or local.time() >= today[-1][1]:
            day = self._next_day(day)
        return datetime.combine(day, self._on(day)[-1][1], self.zone)

    def _on(self, day: date) -> Sequence[Period]:
        return () if day in self.closed else self.periods.get(day.weekday(), ())

    def _next_day(self, day: date) -> date:
        for _ in range(MAX_CLOSED_DAYS):
            day += timedelta(days=1)
            if self._on(day):
                return day
        raise ValueError("closed for a year")
