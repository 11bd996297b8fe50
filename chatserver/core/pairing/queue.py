"""The queue of waiting customers: its order, positions and the estimated wait."""

from bisect import bisect_left, insort
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import IntEnum

MAX_DEPARTURES = 60
"""The largest number of departures that the estimated wait is based on."""

WINDOW_MS = 2 * 3_600_000
"""The age in ms up to which a departure counts for the estimated wait."""


@dataclass(frozen=True, slots=True)
class Needs:
    """The needs of a customer, as far as they decide on the technician.

    `previous` is the id of the technician of the last conversation, while the customer may still
    wait for that one. `avoid` is the id of a technician that passed the customer on.
    `priority` is the customer's own, without that of the topic, and one more while a promise is
    nearly due.
    """

    topic: str | None = None
    language: str | None = None
    previous: str | None = None
    avoid: str | None = None
    priority: int = 0


class Standing(IntEnum):
    """The part of the queue in which a ticket stands; the lowest is served first.

    OVERDUE: the promised reply is late. LIVE: the customer waits live, or the promised reply is
    nearly due. LEFT: the customer left a message.
    """

    OVERDUE = 0
    LIVE = 1
    LEFT = 2


@dataclass(frozen=True, slots=True, order=True)
class Ticket:
    """A place in the queue. Tickets compare by their order: the smallest is served first.

    The order is that of the fields:

    - `standing`: customers that left a message come after those that wait live, until the promise
      to them is nearly due.
    - `newcomer`: of those that wait live, requeued customers come before new ones.
    - `precedence`: the negative sum of the priorities of topic and customer.
    - `promise`: the promised deadline of a left message (ms since 1970 UTC), else 0.
    - `arrival`: a running number by the order in which conversations were opened.

    `joined` is the time at which the customer was queued (monotonic ms). A ticket is not
    `pairable` while an offer is pending, while the customer is `absent` from a reserved place, and
    if the topic is served by hand. An absent customer keeps the place while later ones are served.
    A `left_message` does not wait live, wherever it stands. `is_written` and `awaits_reply` say
    what the conversation takes of a technician's slots, as in `AssignedConversation`.
    """

    standing: Standing
    newcomer: bool
    precedence: int
    promise: int
    arrival: int
    conversation: str
    needs: Needs = field(default=Needs(), compare=False)
    joined: int = field(default=0, compare=False)
    pairable: bool = field(default=True, compare=False)
    absent: bool = field(default=False, compare=False)
    left_message: bool = field(default=False, compare=False)
    is_written: bool = field(default=False, compare=False)
    awaits_reply: bool = field(default=True, compare=False)

    @property
    def sort_key(self) -> tuple[int, bool, int, int, int, str]:
        """The order as a tuple, which compares faster than the dataclass."""
        return (
            self.standing,
            self.newcomer,
            self.precedence,
            self.promise,
            self.arrival,
            self.conversation,
        )

    @property
    def kind(self) -> "CustomerKind":
        """The kind of customer: those of one kind have the same needs and are served in order.

        The id of the previous technician is left out: it would make a kind of each customer.
        """
        needs, order = self.needs, (self.standing, self.newcomer, self.precedence)
        return (
            *order,
            self.left_message,
            needs.topic,
            needs.language,
            needs.avoid,
            needs.previous is not None,
        )


CustomerKind = tuple[int, bool, int, bool, str | None, str | None, str | None, bool]


@dataclass(frozen=True, slots=True)
class QueuePosition:
    """A position in the queue, 1 for the next customer to be served.

    Customers absent from a reserved place do not count for `position`; `returning` is the number of
    those ahead that may come back.
    """

    position: int
    returning: int = 0


@dataclass(slots=True)
class TicketQueue:
    """The waiting customers, sorted by their tickets.

    Sorted lists are enough: inserting into one of 10,000 entries moves at most 80 KB of pointers,
    which is far cheaper than a comparison-based tree in Python.
    """

    _line: list[Ticket] = field(default_factory=list)
    _absent: list[Ticket] = field(default_factory=list)
    _kinds: dict[CustomerKind, list[Ticket]] = field(default_factory=dict)
    _tickets: dict[str, Ticket] = field(default_factory=dict)
    _moved_up: set[str] = field(default_factory=set)

    def __len__(self) -> int:
        return len(self._line)

    def __iter__(self) -> Iterator[Ticket]:
        return iter(self._line)

    def __contains__(self, conversation: str) -> bool:
        return conversation in self._tickets

    @property
    def live_count(self) -> int:
        """The number of customers that wait live, without left messages."""
        # Left messages stand behind all others, but for those that are nearly due or late.
        ahead = bisect_left(self._line, Standing.LEFT, key=lambda ticket: ticket.standing)
        return ahead - len(self._moved_up)

    def join(self, ticket: Ticket) -> None:
        """Add a ticket; a former one of the same conversation is replaced."""
        self.leave(ticket.conversation)
        insort(self._line, ticket)
        if ticket.absent:
            insort(self._absent, ticket)
        self._tickets[ticket.conversation] = ticket
        if ticket.left_message and ticket.standing is not Standing.LEFT:
            self._moved_up.add(ticket.conversation)
        # A customer with a pending offer keeps the position but is in no group to pair.
        if ticket.pairable:
            insort(self._kinds.setdefault(ticket.kind, []), ticket)

    def leave(self, conversation: str) -> None:
        """Remove the ticket of a conversation; no effect if there is none."""
        ticket = self._tickets.pop(conversation, None)
        if ticket is None:
            return
        self._moved_up.discard(conversation)
        # The order is total, because it ends with the id: bisecting finds exactly this ticket.
        del self._line[bisect_left(self._line, ticket)]
        if ticket.absent:
            del self._absent[bisect_left(self._absent, ticket)]
        if ticket.pairable:
            alike = self._kinds[ticket.kind]
            del alike[bisect_left(alike, ticket)]
            if not alike:
                del self._kinds[ticket.kind]

    def kinds(self) -> Iterable[list[Ticket]]:
        """Return the pairable tickets grouped by kind, each group sorted.

        The lists are the queue's own: it must not change while they are used.
        """
        return self._kinds.values()

    def get(self, conversation: str) -> Ticket | None:
        """Return the ticket of a conversation, or None if it does not wait."""
        return self._tickets.get(conversation)

    def position(self, conversation: str) -> QueuePosition | None:
        """Return the position of a conversation, or None if it does not wait."""
        ticket = self._tickets.get(conversation)
        return None if ticket is None else self.position_of(ticket)

    def position_of(self, ticket: Ticket) -> QueuePosition:
        """Return the position that this ticket has, or would have if it joined."""
        ahead, absent = bisect_left(self._line, ticket), bisect_left(self._absent, ticket)
        return QueuePosition(ahead - absent + 1, absent)

    def positions(self) -> Iterator[tuple[str, QueuePosition]]:
        """Yield each conversation with its position, in order and in O(n) altogether."""
        position, absent = 1, 0
        for ticket in self._line:
            yield ticket.conversation, QueuePosition(position, absent)
            position, absent = position + (not ticket.absent), absent + ticket.absent


@dataclass(slots=True)
class WaitEstimator:
    """Estimates waits from the pace of the last departures from the queue (monotonic ms)."""

    _departures: deque[int] = field(default_factory=lambda: deque(maxlen=MAX_DEPARTURES))

    def record_departure(self, now: int) -> None:
        """Record that a waiting customer was assigned at `now` (ms)."""
        self._departures.append(now)

    def estimate(self, position: int, now: int) -> int | None:
        """Return the expected wait in ms at a position, or None before two departures."""
        spacing = self._ms_per_departure(now)
        return None if spacing is None else round(spacing * position)

    def estimate_range(self, place: QueuePosition, now: int) -> tuple[int, int] | None:
        """Return the shortest and the longest wait (ms) to expect at a position, or None.

        Departures are taken as a Poisson process: the time of n of them has a standard deviation
        of sqrt(n) times their mean distance, so that about two in three waits lie in the range.
        For the longest wait all absent customers ahead come back.
        """
        spacing = self._ms_per_departure(now)
        if spacing is None:
            return None
        fewest, most = place.position, place.position + place.returning
        shortest, longest = max(0.0, fewest - fewest**0.5), most + most**0.5
        return round(spacing * shortest), round(spacing * longest)

    def _ms_per_departure(self, now: int) -> float | None:
        """Return the mean distance of departures in ms, or None before two of them.

        It is measured up to `now`, so that it grows while no customer is served.
        """
        while self._departures and self._departures[0] < now - WINDOW_MS:
            self._departures.popleft()
        # One departure has no distance to another.
        if len(self._departures) < 2:
            return None
        return (now - self._departures[0]) / (len(self._departures) - 1)
