"""Pairing: which customer goes to which technician.

Routing is told what happened and answers with pairings. It keeps no truth of its own: everything
it knows follows from the conversations and technicians it was told of.
"""

from dataclasses import dataclass, field

from chatserver.core.conversation import Conversation, Status
from chatserver.core.people import Person, Technician
from chatserver.core.people import Status as Choice
from chatserver.core.waiting import Ticket, Waiting


@dataclass(frozen=True, slots=True)
class Pairing:
    """A decision: this conversation is given to this technician."""

    conversation: str
    technician: Person


@dataclass(slots=True)
class Seat:
    """A technician at work. `idle_since` orders those who are equally loaded."""

    technician: Technician
    here: bool = False
    held: set[str] = field(default_factory=set)
    idle_since: int = 0

    @property
    def load(self) -> int:
        return len(self.held)

    @property
    def online(self) -> bool:
        return self.here and self.technician.status is Choice.ONLINE

    @property
    def free(self) -> bool:
        return self.online and self.load < self.technician.capacity

    @property
    def status(self) -> Choice:
        """What others see: the choice, for as long as there is a live connection."""
        return self.technician.status if self.here else Choice.OFFLINE

    def urgency(self) -> tuple[float, int, str]:
        """The smallest is served first: lowest load/capacity, then longest without work."""
        return (self.load / self.technician.capacity, self.idle_since, self.technician.id)


@dataclass(slots=True)
class Routing:
    """The desk: who waits, who works, and who gets whom.

    Invariants: a waiting conversation is paired at most once at a time; pairing never raises a
    load above its capacity; within what a technician serves, first come is first served.
    """

    waiting: Waiting = field(default_factory=Waiting)
    seats: dict[str, Seat] = field(default_factory=dict)
    _holders: dict[str, str] = field(default_factory=dict)
    _promised: set[str] = field(default_factory=set)
    _arrivals: int = 0

    def technician(self, technician: Technician, *, here: bool, now: int) -> None:
        """A technician exists, has come, has left, or has changed status or capacity."""
        seat = self.seats.get(technician.id)
        if seat is None:
            seat = self.seats[technician.id] = Seat(technician, idle_since=now)
        if not seat.online:
            seat.idle_since = now
        seat.technician, seat.here = technician, here

    def conversation(self, conversation: Conversation, now: int) -> set[str]:
        """A conversation is now as given; the ids of the technicians whose load changed."""
        if conversation.status is Status.WAITING and conversation.id in self._promised:
            # It was given away already; the log has not heard of it yet.
            return set()
        self._promised.discard(conversation.id)
        holder = None
        if conversation.status is Status.ACTIVE and conversation.technician is not None:
            holder = conversation.technician.id
        if conversation.status is Status.WAITING:
            self._line_up(conversation)
        else:
            self.waiting.leave(conversation.id)
        return self._hold(conversation.id, holder, now)

    def pairings(self, now: int) -> list[Pairing]:
        """Whom to give to whom now. Each is held for its technician from this moment on."""
        free = [seat for seat in self.seats.values() if seat.free]
        decided: list[Pairing] = []
        hopeless: set[tuple[str | None, str | None]] = set()
        for ticket in self.waiting:
            if not free:
                break
            wanted = (ticket.topic, ticket.avoid)
            if wanted in hopeless:
                continue
            seat = self._choose(ticket, free)
            if seat is None:
                hopeless.add(wanted)
                continue
            self._hold(ticket.conversation, seat.technician.id, now)
            self._promised.add(ticket.conversation)
            decided.append(Pairing(ticket.conversation, seat.technician.person))
            if not seat.free:
                free.remove(seat)
        for pairing in decided:
            self.waiting.leave(pairing.conversation)
        return decided

    def withdraw(self, conversation: Conversation, now: int) -> set[str]:
        """A pairing could not be stored; the conversation is as given and may be paired again."""
        self._promised.discard(conversation.id)
        return self.conversation(conversation, now)

    def could_take(self, topic: str | None = None) -> bool:
        """Whether a technician could take a conversation now."""
        return any(seat.free and seat.technician.serves(topic) for seat in self.seats.values())

    def staffed(self) -> bool:
        """Whether anybody is at work, free or not."""
        return any(seat.online for seat in self.seats.values())

    def _line_up(self, conversation: Conversation) -> None:
        known = self.waiting.ticket(conversation.id)
        self._arrivals += known is None
        ticket = Ticket(
            written=conversation.reply_by is not None,
            newcomer=not conversation.requeued,
            since=conversation.opened_at,
            arrival=self._arrivals if known is None else known.arrival,
            conversation=conversation.id,
            topic=conversation.topic,
            avoid=conversation.avoid,
        )
        if ticket != known or ticket.topic != known.topic or ticket.avoid != known.avoid:
            self.waiting.join(ticket)

    def _choose(self, ticket: Ticket, free: list[Seat]) -> Seat | None:
        able = [seat for seat in free if seat.technician.serves(ticket.topic)]
        others = [seat for seat in able if seat.technician.id != ticket.avoid]
        # Whoever handed it over gets it back only when nobody else at work could ever take it.
        if not others and self._somebody_else(ticket):
            return None
        return min(others or able, key=Seat.urgency, default=None)

    def _somebody_else(self, ticket: Ticket) -> bool:
        return any(
            seat.online and seat.technician.id != ticket.avoid
            for seat in self.seats.values()
            if seat.technician.serves(ticket.topic)
        )

    def _hold(self, conversation: str, holder: str | None, now: int) -> set[str]:
        former = self._holders.get(conversation)
        if former == holder:
            return set()
        if former is not None:
            del self._holders[conversation]
            self.seats[former].held.discard(conversation)
        if holder is not None:
            self._holders[conversation] = holder
            self.seats[holder].held.add(conversation)
            self.seats[holder].idle_since = now
        return {each for each in (former, holder) if each is not None}
