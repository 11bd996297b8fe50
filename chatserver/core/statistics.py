"""The statistics of some days: numbers of conversations, waits, promises and ratings."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from chatserver.core.durations import HOUR_MS
from chatserver.core.people import Person

SCORES = (1, 2, 3, 4, 5)


@dataclass(slots=True)
class ConversationFigures:
    """The times of one conversation in ms since 1970 UTC, None for what has not happened.

    A customer that left a message did not wait live: such a conversation counts by its promise
    (`promised`) and has no wait, first reply or duration; `replied` is then the first reply after
    the promise, and `is_overdue` is True if it was escalated as broken. Of the promises before that
    one, some were kept and some broken (`kept_before`, `broken_before`). An `abandoned` customer
    waited live and was gone before being served: the conversation ended, or became a left message
    by itself.
    """

    opened: int
    reference: str = ""
    assigned: int | None = None
    replied: int | None = None
    closed: int | None = None
    abandoned: bool = False
    promised: int | None = None
    is_overdue: bool = False
    kept_before: int = 0
    broken_before: int = 0
    score: int | None = None
    technician: Person | None = None
    topic: str | None = None
    language: str | None = None

    @property
    def wait(self) -> int | None:
        """The ms from opening to assignment."""
        return self._after(self.assigned)

    @property
    def first_reply(self) -> int | None:
        """The ms from opening to the technician's first message."""
        return self._after(self.replied)

    @property
    def duration(self) -> int | None:
        """The ms from opening to the end."""
        return self._after(self.closed)

    def promise_kept(self, at: int) -> bool | None:
        """Return True for an answer in time, False for a broken promise, None if undecided.

        `at` is the time of the evaluation (ms). None stands for no promise, for one that can
        still be kept, and for a conversation closed by the customer before the deadline.
        """
        if self.promised is None:
            return None
        if self.is_overdue:
            return False
        # A late answer breaks the promise for good, even if the conversation goes on.
        if self.replied is not None:
            return self.replied <= self.promised
        return False if self.promised < min(at, self.closed or at) else None

    def _after(self, at: int | None) -> int | None:
        return None if at is None or self.promised is not None else at - self.opened


@dataclass(frozen=True, slots=True)
class Percentiles:
    """Median and 90th percentile of `count` durations (ms); None if there are none."""

    count: int
    median: int | None
    p90: int | None


@dataclass(frozen=True, slots=True)
class RatingFigures:
    """The ratings of a period; `scores` counts those from 1 to 5."""

    count: int
    average: float | None
    scores: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PromiseFigures:
    """The answers promised in written cases; `due` ones can still be kept."""

    made: int
    kept: int
    broken: int
    due: int


@dataclass(frozen=True, slots=True)
class PeriodSlice:
    """The conversations of the hour, or the day, from `at` (ms since 1970 UTC) on.

    `first_reply` is the median in ms.
    """

    at: int
    conversations: int
    first_reply: int | None


@dataclass(frozen=True, slots=True)
class TechnicianFigures:
    """One technician's conversations of the period; `first_reply` is the median in ms."""

    technician: Person
    conversations: int
    first_reply: int | None
    rating: float | None


@dataclass(frozen=True, slots=True)
class PeriodFigures:
    """The statistics of the days from `since` to `until` as they are `at` (ms since 1970 UTC).

    Times of the day are those of `timezone`. A single day has `hours`, a longer period `days`.
    """

    since: int
    until: int
    at: int
    timezone: str
    conversations: int
    abandoned: int
    promises: PromiseFigures
    wait: Percentiles
    first_reply: Percentiles
    duration: Percentiles
    rating: RatingFigures
    hours: tuple[PeriodSlice, ...] = field(default=())
    days: tuple[PeriodSlice, ...] = field(default=())
    technicians: tuple[TechnicianFigures, ...] = field(default=())


def period_figures(
    cases: Sequence[ConversationFigures], midnights: Sequence[int], at: int, *, timezone: str
) -> PeriodFigures:
    """Compute the statistics of the conversations opened in a period, as they are `at` (ms).

    `midnights` are the beginnings of its days and the end of the last (ms).
    """
    since, until = midnights[0], midnights[-1]
    is_one_day = len(midnights) == 2
    # Hours and days without a conversation are listed too, so that a chart has no gaps.
    shown = min(at, until - 1)
    return PeriodFigures(
        since=since,
        until=until,
        at=at,
        timezone=timezone,
        conversations=len(cases),
        abandoned=sum(case.abandoned for case in cases),
        promises=_promises(cases, at),
        wait=percentiles(case.wait for case in cases),
        first_reply=percentiles(case.first_reply for case in cases),
        duration=percentiles(case.duration for case in cases),
        rating=_rating(cases),
        hours=_hours(cases, since, shown) if is_one_day else (),
        days=() if is_one_day else _days(cases, midnights, shown),
        technicians=_by_technician(cases),
    )


def percentiles(durations: Iterable[int | None]) -> Percentiles:
    """Return median and 90th percentile (nearest rank), leaving out None."""
    known = sorted(each for each in durations if each is not None)
    return Percentiles(len(known), _nearest_rank(known, 50), _nearest_rank(known, 90))


def _nearest_rank(known: Sequence[int], percent: int) -> int | None:
    # ceil(percent * n / 100) without floats: -(-a // b) rounds up.
    return known[-(-percent * len(known) // 100) - 1] if known else None


def _promises(cases: Sequence[ConversationFigures], at: int) -> PromiseFigures:
    made = [case for case in cases if case.promised is not None]
    kept_before = sum(case.kept_before for case in cases)
    broken_before = sum(case.broken_before for case in cases)
    kept = sum(case.promise_kept(at) is True for case in made) + kept_before
    broken = sum(case.promise_kept(at) is False for case in made) + broken_before
    due = sum(case.promise_kept(at) is None and case.closed is None for case in made)
    return PromiseFigures(len(made) + kept_before + broken_before, kept, broken, due)


def _rating(cases: Sequence[ConversationFigures]) -> RatingFigures:
    scores = [case.score for case in cases if case.score is not None]
    counted = Counter(scores)
    average = sum(scores) / len(scores) if scores else None
    return RatingFigures(len(scores), average, tuple(counted[score] for score in SCORES))


def _hours(cases: Sequence[ConversationFigures], since: int, at: int) -> tuple[PeriodSlice, ...]:
    starts = range(since, max(at, since) + 1, HOUR_MS)
    grouped: dict[int, list[ConversationFigures]] = {start: [] for start in starts}
    for case in cases:
        grouped.setdefault(since + (case.opened - since) // HOUR_MS * HOUR_MS, []).append(case)
    return tuple(
        PeriodSlice(start, len(each), percentiles(case.first_reply for case in each).median)
        for start, each in sorted(grouped.items())
    )


def _days(
    cases: Sequence[ConversationFigures], midnights: Sequence[int], at: int
) -> tuple[PeriodSlice, ...]:
    grouped: dict[int, list[ConversationFigures]] = {
        begins: [case for case in cases if begins <= case.opened < ends]
        for begins, ends in pairwise(midnights)
        if begins <= at
    }
    return tuple(
        PeriodSlice(start, len(each), percentiles(case.first_reply for case in each).median)
        for start, each in grouped.items()
    )


def _by_technician(cases: Sequence[ConversationFigures]) -> tuple[TechnicianFigures, ...]:
    conversations: dict[str, list[ConversationFigures]] = {}
    people: dict[str, Person] = {}
    for case in cases:
        if case.technician is not None:
            conversations.setdefault(case.technician.id, []).append(case)
            people[case.technician.id] = case.technician
    shares = [
        TechnicianFigures(
            people[each],
            len(cases_held),
            percentiles(case.first_reply for case in cases_held).median,
            _rating(cases_held).average,
        )
        for each, cases_held in conversations.items()
    ]
    # By number, then by name, so that equal technicians do not change places on each load.
    return tuple(sorted(shares, key=lambda share: (-share.conversations, share.technician.name)))
