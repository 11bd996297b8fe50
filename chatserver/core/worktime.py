"""Working hours: by when an answer can be promised."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo


@dataclass(frozen=True, slots=True)
class Hours:
    """One period on each of some weekdays (Monday is 0) in one time zone."""

    days: frozenset[int]
    opens: time
    closes: time
    zone: tzinfo

    def __post_init__(self) -> None:
        if not self.days or self.opens >= self.closes:
            raise ValueError("working hours need at least one day, and to open before they close")

    def reply_by(self, asked: datetime) -> datetime:
        """The moment one working day after `asked`.

        A question asked in working hours is answered by the same time on the next working day;
        one asked outside them counts as asked when the next working day begins, and is answered
        before it closes.
        """
        local = asked.astimezone(self.zone)
        if self._is_open(local):
            return datetime.combine(self._next_day(local.date()), local.timetz())
        day = local.date()
        if day.weekday() not in self.days or local.time() >= self.closes:
            day = self._next_day(day)
        return datetime.combine(day, self.closes, self.zone)

    def _is_open(self, local: datetime) -> bool:
        return local.weekday() in self.days and self.opens <= local.time() < self.closes

    def _next_day(self, day: date) -> date:
        day += timedelta(days=1)
        while day.weekday() not in self.days:
            day += timedelta(days=1)
        return day
