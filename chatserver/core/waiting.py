"""The queue: who waits, in which order, and how long it will take."""

from bisect import bisect_left, insort
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

REMEMBERED = 20
"""Departures from the queue that the estimate looks back on."""


@dataclass(frozen=True, slots=True, order=True)
class Ticket:
    """A place in the queue. Who was already served once stands before who was not, and who waits
    live before who left a message.

    `arrival` orders those who came in the same ms.
    """

    written: bool
    newcomer: bool
    since: int
    arrival: int
    conversation: str
    topic: str | None = field(default=None, compare=False)
    avoid: str | None = field(default=None, compare=False)


@dataclass(slots=True)
class Waiting:
    """Those who wait, in the order in which they are served."""

    _line: list[Ticket] = field(default_factory=list)
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
        self._tickets[ticket.conversation] = ticket

    def leave(self, conversation: str) -> None:
        """Give the place up; nothing happens to who has none."""
        ticket = self._tickets.pop(conversation, None)
        if ticket is not None:
            del self._line[bisect_left(self._line, ticket)]

    def ticket(self, conversation: str) -> Ticket | None:
        """The ticket of who waits."""
        return self._tickets.get(conversation)

    def position(self, conversation: str) -> int | None:
        """1 for who is next, None for who does not wait."""
        ticket = self._tickets.get(conversation)
        return None if ticket is None else bisect_left(self._line, ticket) + 1


@dataclass(slots=True)
class Pace:
    """How fast the queue moves, measured on its last departures."""

    _served: deque[int] = field(default_factory=lambda: deque(maxlen=REMEMBERED))

    def served(self, now: int) -> None:
        """Somebody who waited was given to a technician."""
        self._served.append(now)

    def estimate(self, position: int, now: int) -> int | None:
        """The wait in ms that is likely at this place; None while nothing is known."""
        if len(self._served) < 2:
            return None
        spacing = (now - self._served[0]) / (len(self._served) - 1)
        return round(spacing * position)
