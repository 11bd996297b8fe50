"""The figures of a day: how many came, how long they waited, how it went."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from chatserver.core.people import Person

HOUR = 3_600_000
SCORES = (1, 2, 3, 4, 5)


@dataclass(slots=True)
class ConversationFigures:
    """One conversation as the figures see it; times in ms, None for what has not happened.

    Who left a message does not wait live: their answer is counted by its promise, and by no time.
    """

    opened: int
    assigned: int | None = None
    replied: int | None = None
    closed: int | None = None
    abandoned: bool = False
    promised: int | None = None
    score: int | None = None
    technician: Person | None = None
    topic: str | None = None
    language: str | None = None

    @property
    def wait(self) -> int | None:
        return self._after(self.assigned)

    @property
    def first_reply(self) -> int | None:
        return self._after(self.replied)

    @property
    def duration(self) -> int | None:
        return self._after(self.closed)

    def promise_kept(self, at: int) -> bool | None:
        """Whether the promise was kept, None while it may be, and where there is none.

        Who has left a message and closes it without an answer takes the promise back.
        """
        if self.promised is None:
            return None
        if self.replied is not None:
            return self.replied <= self.promised
        return False if self.promised < min(at, self.closed or at) else None

    def _after(self, at: int | None) -> int | None:
        return None if at is None or self.promised is not None else at - self.opened


@dataclass(frozen=True, slots=True)
class Percentiles:
    """The middle and the long end of some durations (ms); None of none."""

    count: int
    median: int | None
    p90: int | None


@dataclass(frozen=True, slots=True)
class RatingFigures:
    count: int
    average: float | None
    scores: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PromiseFigures:
    """Answers promised to who left a message; `due` ones may still be kept."""

    made: int
    kept: int
    broken: int
    due: int


@dataclass(frozen=True, slots=True)
class HourFigures:
    """The conversations that began in one hour from `at` (ms) on."""

    at: int
    conversations: int
    first_reply: int | None


@dataclass(frozen=True, slots=True)
class TechnicianFigures:
    """One technician's part of the day."""

    technician: Person
    conversations: int
    first_reply: int | None
    rating: float | None


@dataclass(frozen=True, slots=True)
class DayFigures:
    """A day from `since` to `at` (ms)."""

    since: int
    at: int
    conversations: int
    abandoned: int
    promises: PromiseFigures
    wait: Percentiles
    first_reply: Percentiles
    duration: Percentiles
    rating: RatingFigures
    hours: tuple[HourFigures, ...] = field(default=())
    technicians: tuple[TechnicianFigures, ...] = field(default=())


def day_figures(cases: Sequence[ConversationFigures], since: int, at: int) -> DayFigures:
    """What a day comes to."""
    return DayFigures(
        since=since,
        at=at,
        conversations=len(cases),
        abandoned=sum(case.abandoned for case in cases),
        promises=_promises(cases, at),
        wait=percentiles(case.wait for case in cases),
        first_reply=percentiles(case.first_reply for case in cases),
        duration=percentiles(case.duration for case in cases),
        rating=_rating(cases),
        hours=_hours(cases, since, at),
        technicians=_by_technician(cases),
    )


def percentiles(durations: Iterable[int | None]) -> Percentiles:
    """Median and 90th percentile (nearest rank) of what is known."""
    known = sorted(each for each in durations if each is not None)
    return Percentiles(len(known), _nearest_rank(known, 50), _nearest_rank(known, 90))


def _nearest_rank(known: Sequence[int], percent: int) -> int | None:
    return known[-(-percent * len(known) // 100) - 1] if known else None


def _promises(cases: Sequence[ConversationFigures], at: int) -> PromiseFigures:
    made = [case for case in cases if case.promised is not None]
    kept = sum(case.promise_kept(at) is True for case in made)
    broken = sum(case.promise_kept(at) is False for case in made)
    due = sum(case.promise_kept(at) is None and case.closed is None for case in made)
    return PromiseFigures(len(made), kept, broken, due)


def _rating(cases: Sequence[ConversationFigures]) -> RatingFigures:
    scores = [case.score for case in cases if case.score is not None]
    counted = Counter(scores)
    average = sum(scores) / len(scores) if scores else None
    return RatingFigures(len(scores), average, tuple(counted[score] for score in SCORES))


def _hours(cases: Sequence[ConversationFigures], since: int, at: int) -> tuple[HourFigures, ...]:
    starts = range(since, max(at, since) + 1, HOUR)
    grouped: dict[int, list[ConversationFigures]] = {start: [] for start in starts}
    for case in cases:
        grouped.setdefault(since + (case.opened - since) // HOUR * HOUR, []).append(case)
    return tuple(
        HourFigures(start, len(each), percentiles(case.first_reply for case in each).median)
        for start, each in sorted(grouped.items())
    )


def _by_technician(cases: Sequence[ConversationFigures]) -> tuple[TechnicianFigures, ...]:
    held: dict[str, list[ConversationFigures]] = {}
    people: dict[str, Person] = {}
    for case in cases:
        if case.technician is not None:
            held.setdefault(case.technician.id, []).append(case)
            people[case.technician.id] = case.technician
    shares = [
        TechnicianFigures(
            people[each],
            len(theirs),
            percentiles(case.first_reply for case in theirs).median,
            _rating(theirs).average,
        )
        for each, theirs in held.items()
    ]
    return tuple(sorted(shares, key=lambda share: (-share.conversations, share.technician.name)))
