"""The queue: who waits, in which order, and how long it will take."""

from bisect import bisect_left, insort
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

MAX_DEPARTURES = 60
"""Departures from the queue that the estimate looks back on at most."""

WINDOW_MS = 2 * 3_600_000
"""ms for which a departure says something about the pace."""


@dataclass(frozen=True, slots=True)
class Needs:
    """What a customer needs of a technician. `previous` helped last time, and is asked for only
    while that may still be waited for; `avoid` just gave up. `priority` is the customer's own."""

    topic: str | None = None
    language: str | None = None
    previous: str | None = None
    avoid: str | None = None
    priority: int = 0


@dataclass(frozen=True, slots=True, order=True)
class Ticket:
    """A place in the queue. Who waits live stands before who left a message; of those who wait
    live, who was already served once stands before who was not.

    `rank` is the priority, turned round so that the smallest is served first. `since` is the time
    of arrival, or of the promise to who left a message; `arrival` orders those of the same ms.
    `joined` is by a clock that never goes back. Pairing takes nobody who is not `pairable`: to
    whom somebody is offered already, or whose topic is served by hand. Who is `away` has left
    the page and keeps the place: they are served in it once they are back, and others meanwhile.
    """

    left_message: bool
    newcomer: bool
    rank: int
    since: int
    arrival: int
    conversation: str
    needs: Needs = field(default=Needs(), compare=False)
    joined: int = field(default=0, compare=False)
    pairable: bool = field(default=True, compare=False)
    away: bool = field(default=False, compare=False)

    @property
    def sort_key(self) -> tuple[bool, bool, int, int, int, str]:
        """What it is ordered by, for who compares many of them."""
        return (
            self.left_message,
            self.newcomer,
            self.rank,
            self.since,
            self.arrival,
            self.conversation,
        )

    @property
    def kind(self) -> "CustomerKind":
        """Those of one kind need the same and are served in order."""
        needs, order = self.needs, (self.left_message, self.newcomer, self.rank)
        return (*order, needs.topic, needs.language, needs.avoid, needs.previous is not None)


CustomerKind = tuple[bool, bool, int, str | None, str | None, str | None, bool]


@dataclass(frozen=True, slots=True)
class QueuePosition:
    """A place in the queue: `position` counts those who are here and will be served before, and
    oneself, so that 1 is next. Who is away is not among them: `returning` so many may be."""

    position: int
    returning: int = 0


@dataclass(slots=True)
class TicketQueue:
    """Those who wait, in the order in which they are served."""

    _line: list[Ticket] = field(default_factory=list)
    _away: list[Ticket] = field(default_factory=list)
    _kinds: dict[CustomerKind, list[Ticket]] = field(default_factory=dict)
    _tickets: dict[str, Ticket] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self._line)

    def __iter__(self) -> Iterator[Ticket]:
        return iter(self._line)

    def __contains__(self, conversation: str) -> bool:
        return conversation in self._tickets

    def join(self, ticket: Ticket) -> None:
        """Take a place, or another one when the ticket has changed."""
        self.leave(ticket.conversation)
        insort(self._line, ticket)
        if ticket.away:
            insort(self._away, ticket)
        self._tickets[ticket.conversation] = ticket
        if ticket.pairable:
            insort(self._kinds.setdefault(ticket.kind, []), ticket)

    def leave(self, conversation: str) -> None:
        """Give the place up; nothing happens to who has none."""
        ticket = self._tickets.pop(conversation, None)
        if ticket is None:
            return
        del self._line[bisect_left(self._line, ticket)]
        if ticket.away:
            del self._away[bisect_left(self._away, ticket)]
        if ticket.pairable:
            alike = self._kinds[ticket.kind]
            del alike[bisect_left(alike, ticket)]
            if not alike:
                del self._kinds[ticket.kind]

    def kinds(self) -> Iterable[list[Ticket]]:
        """Those who may be paired, by kind, each in order. The queue must not change meanwhile."""
        return self._kinds.values()

    def get(self, conversation: str) -> Ticket | None:
        """The ticket of who waits."""
        return self._tickets.get(conversation)

    def position(self, conversation: str) -> QueuePosition | None:
        """Where somebody stands, None for who does not wait."""
        ticket = self._tickets.get(conversation)
        return None if ticket is None else self.position_of(ticket)

    def position_of(self, ticket: Ticket) -> QueuePosition:
        """Where who has this ticket stands, or would stand."""
        ahead, away = bisect_left(self._line, ticket), bisect_left(self._away, ticket)
        return QueuePosition(ahead - away + 1, away)

    def positions(self) -> Iterator[tuple[str, QueuePosition]]:
        """Everybody's place, in order."""
        position, away = 1, 0
        for ticket in self._line:
            yield ticket.conversation, QueuePosition(position, away)
            position, away = position + (not ticket.away), away + ticket.away


@dataclass(slots=True)
class WaitEstimator:
    """How fast the queue moves, measured on its last departures."""

    _departures: deque[int] = field(default_factory=lambda: deque(maxlen=MAX_DEPARTURES))

    def record_departure(self, now: int) -> None:
        """Somebody who waited was given to a technician."""
        self._departures.append(now)

    def estimate(self, position: int, now: int) -> int | None:
        """The wait in ms that is likely at this place; None while nothing is known."""
        spacing = self._ms_per_departure(now)
        return None if spacing is None else round(spacing * position)

    def estimate_range(self, place: QueuePosition, now: int) -> tuple[int, int] | None:
        """The shortest and the longest wait (ms) that are to be expected at this place.

        Departures come one by one at random moments, so of waits for so many of them about two
        in three lie within a square root of it. At the longest, all who are away come back.
        """
        spacing = self._ms_per_departure(now)
        if spacing is None:
            return None
        fewest, most = place.position, place.position + place.returning
        shortest, longest = max(0.0, fewest - fewest**0.5), most + most**0.5
        return round(spacing * shortest), round(spacing * longest)

    def _ms_per_departure(self, now: int) -> float | None:
        """ms between two departures; it grows while nobody departs."""
        while self._departures and self._departures[0] < now - WINDOW_MS:
            self._departures.popleft()
        if len(self._departures) < 2:
            return None
        return (now - self._departures[0]) / (len(self._departures) - 1)
