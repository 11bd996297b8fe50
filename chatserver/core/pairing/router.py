"""Pairing: which customer goes to which technician, and why.

Routing is told what happened and answers with pairings. It keeps no truth of its own: everything
it knows follows from the conversations and technicians it was told of. Times are ms of a clock
that never goes back.
"""

from dataclasses import dataclass, field, replace
from heapq import heapify, heappop, heappush

from chatserver.core.conversation.state import Conversation, ConversationStatus
from chatserver.core.explanation import Explanation
from chatserver.core.pairing.chooser import Chooser, Deferral
from chatserver.core.pairing.offers import Offers
from chatserver.core.pairing.queue import Needs, QueuePosition, Ticket, TicketQueue
from chatserver.core.pairing.rules import PairingMode, PairingRules
from chatserver.core.pairing.skills import SkillIndex
from chatserver.core.pairing.timers import Timers
from chatserver.core.pairing.workload import AvailableTechnicians, HeldConversation, Workload
from chatserver.core.people import Person, Role, Technician


@dataclass(frozen=True, slots=True)
class Pairing:
    """A decision: this conversation is given, or only `offered`, to this technician."""

    conversation: str
    technician: Person
    why: Explanation
    offered: bool = False


@dataclass(slots=True)
class Router:
    """The desk: who waits, who works, and who gets whom.

    Invariants: a waiting conversation is paired at most once at a time; pairing never raises what
    counts of a load above the capacity; within a priority and what a technician can serve, first
    come is first served; whom somebody free could serve waits no longer than the policy's holds.
    """

    policy: PairingRules = field(default_factory=PairingRules)
    waiting: TicketQueue = field(default_factory=TicketQueue)
    seats: dict[str, Workload] = field(default_factory=dict)
    _chooser: Chooser = field(init=False)
    _bench: AvailableTechnicians = field(default_factory=AvailableTechnicians)
    _alarms: Timers = field(default_factory=Timers)
    _holders: dict[str, str] = field(default_factory=dict)
    _offers: Offers = field(init=False)
    _given: set[str] = field(default_factory=set)
    _absent: set[str] = field(default_factory=set)
    _arrivals: int = 0

    def __post_init__(self) -> None:
        abilities = SkillIndex(self.policy, self.seats.values)
        self._chooser = Chooser(self.policy, self.seats, self._bench, abilities)
        self._offers = Offers(self._alarms)

    def decide(self, policy: PairingRules, now: int) -> None:
        """From now on other rules are in force."""
        self.policy = self._chooser.policy = policy
        self._chooser.abilities.decided(policy)
        for seat in self.seats.values():
            for name, held in seat.held.items():
                self._watch(name, held.touched)
            self._place(seat, now)
        for ticket in tuple(self.waiting):
            self.waiting.join(self._ranked(ticket))

    def technician(self, technician: Technician, *, here: bool, now: int) -> None:
        """A technician exists, has come, has left, or works under other terms."""
        seat = self.seats.get(technician.id)
        if seat is None:
            seat = self.seats[technician.id] = Workload(technician, idle_since=now)
        if not seat.online:
            seat.idle_since, seat.missed = now, 0
        seat.technician, seat.here = technician, here
        self._chooser.changed(seat)
        self._place(seat, now)

    def conversation(self, conversation: Conversation, now: int) -> set[str]:
        """A conversation is now as given; the ids of the technicians whose load changed."""
        waits, offered = conversation.status is ConversationStatus.WAITING, conversation.offered
        if waits and offered is None and conversation.id in self._given:
            # It was given away already; the log has not heard of it yet.
            return set()
        self._given.discard(conversation.id)
        holder = (
            conversation.technician if conversation.status is ConversationStatus.ACTIVE else None
        )
        if waits:
            self._follow_offer(conversation, now)
            self._line_up(conversation, now)
            holder = offered
        else:
            self._forget(conversation)
        return self._hold(conversation, holder.id if holder else None, now)

    def pairings(self, now: int) -> list[Pairing]:
        """Whom to give to whom now. Each is held for its technician from this moment on."""
        self._pass(now)
        # Kinds whose first cannot be served are done with: the others need the same and came later.
        kinds = [(alike[0].place, 0, alike) for alike in self.waiting.kinds()]
        heapify(kinds)
        decided: list[Pairing] = []
        tickets: list[Ticket] = []
        while kinds and self._bench:
            _, place, alike = heappop(kinds)
            ticket = alike[place]
            pairing = self._pair(ticket, now)
            if pairing is not None:
                decided.append(pairing)
                tickets.append(ticket)
            elif ticket.needs.previous is None:
                continue
            if place + 1 < len(alike):
                heappush(kinds, (alike[place + 1].place, place + 1, alike))
        for ticket, pairing in zip(tickets, decided, strict=True):
            if pairing.offered:
                self.waiting.join(replace(ticket, pairable=False))
            else:
                self.waiting.leave(ticket.conversation)
        return decided

    def customer(self, conversation: str, *, here: bool) -> bool:
        """Whose place is kept is given to nobody while they are not here; whether that is new."""
        if here == (conversation not in self._absent):
            return False
        (self._absent.discard if here else self._absent.add)(conversation)
        ticket = self.waiting.ticket(conversation)
        if ticket is not None:
            self.waiting.join(self._ranked(ticket))
        return True

    def overdue(self, now: int) -> list[tuple[str, str]]:
        """Conversations that were offered and not taken in time, and to whom."""
        return self._offers.overdue(now)

    def inattentive(self) -> list[Technician]:
        """Those who let so many offers pass in a row that they seem not to be there."""
        return [
            seat.technician
            for seat in self.seats.values()
            if seat.online and seat.missed >= self.policy.misses > 0
        ]

    def next_moment(self) -> int | None:
        """When time alone may change something, None when it cannot."""
        return self._alarms.next()

    def withdraw(self, conversation: Conversation, now: int) -> set[str]:
        """A pairing could not be stored; the conversation is as given and may be paired again."""
        self._given.discard(conversation.id)
        self._offers.withdraw(conversation.id)
        return self.conversation(conversation, now)

    def could_take(self, topic: str | None = None) -> bool:
        """Whether a technician could take a conversation now."""
        rules = self.policy.of(topic)
        return any(
            seat.technician.serves(topic) and seat.has_room_for(topic, rules)
            for seat in self._bench
        )

    def place_for(self, topic: str | None, priority: int, at: int) -> QueuePosition:
        """Where a newcomer would stand who comes at a moment (ms since 1970 UTC)."""
        needs = Needs(topic, priority=priority)
        return self.waiting.place_of(
            self._ranked(Ticket(False, True, 0, at, self._arrivals + 1, "", needs))
        )

    def staffed(self) -> bool:
        """Whether anybody is at work, free or not."""
        return any(seat.online for seat in self.seats.values())

    def _pair(self, ticket: Ticket, now: int) -> Pairing | None:
        choice = self._chooser.choose(ticket, now, self._offers.again(ticket.conversation))
        if isinstance(choice, Deferral):
            if choice.until is not None:
                self._alarms.set(choice.until, ticket.conversation)
            return None
        why = self._chooser.why(ticket, choice, now)
        technician, conversation = choice.seat.technician, ticket.conversation
        offered = self.policy.of(ticket.needs.topic).mode is PairingMode.OFFER
        if offered:
            self._offers.make(conversation, technician.id, now + self.policy.offer_for)
        self._given.add(conversation)
        choice.seat.rests_until = now + self.policy.pause
        self._give(
            conversation, technician.id, HeldConversation(ticket.needs.topic, True, now), now
        )
        return Pairing(conversation, technician.person, why, offered)

    def _line_up(self, conversation: Conversation, now: int) -> None:
        known = self.waiting.ticket(conversation.id)
        self._arrivals += known is None
        promised = conversation.reply_by
        joined = now if known is None else known.joined
        needs = Needs(
            conversation.topic,
            conversation.language,
            self._still_asked_for(conversation, joined, now),
            conversation.avoid,
            conversation.priority,
        )
        ticket = self._ranked(
            Ticket(
                written=promised is not None,
                newcomer=promised is not None or not conversation.requeued,
                rank=0,
                since=conversation.opened_at if promised is None else promised,
                arrival=self._arrivals if known is None else known.arrival,
                conversation=conversation.id,
                needs=needs,
                joined=joined,
            )
        )
        if ticket != known or _beside_order(ticket) != _beside_order(known):
            self.waiting.join(ticket)

    def _still_asked_for(self, conversation: Conversation, joined: int, now: int) -> str | None:
        """Who helped last time, while it is not too late to wait for them."""
        previous, until = conversation.previous, joined + self.policy.previous_hold
        if previous is None or previous == conversation.avoid or now >= until:
            return None
        self._alarms.set(until, conversation.id)
        return previous

    def _ranked(self, ticket: Ticket) -> Ticket:
        """The ticket with the place and the way of pairing that the policy gives it."""
        rules, name = self.policy.of(ticket.needs.topic), ticket.conversation
        away = name in self._absent
        is_free = name not in self._offers and not away
        return replace(
            ticket,
            # A promise is a deadline: who is dearer must not make others' be broken.
            rank=0 if ticket.written else -(rules.priority + ticket.needs.priority),
            pairable=is_free and rules.mode is not PairingMode.BY_HAND,
            away=away,
        )

    def _follow_offer(self, conversation: Conversation, now: int) -> None:
        """Keep in step with what the log says of an offer."""
        offered, stands = conversation.offered, conversation.id in self._offers
        if offered is not None and not stands:
            # Made before this server started: it stands once more for its whole time.
            self._offers.make(conversation.id, offered.id, now + self.policy.offer_for)
        elif offered is None and stands:
            passed = self._offers.pass_on(conversation.id, now + self.policy.again_after)
            seat = self.seats.get(passed.technician) if passed else None
            if passed is not None and seat is not None:
                seat.missed = seat.missed + 1 if passed.until <= now else 0

    def _forget(self, conversation: Conversation) -> None:
        self.waiting.leave(conversation.id)
        self._absent.discard(conversation.id)
        offer = self._offers.forget(conversation.id)
        if offer is not None and conversation.is_with(offer.technician):
            self.seats[offer.technician].missed = 0

    def _hold(self, conversation: Conversation, holder: str | None, now: int) -> set[str]:
        """Who has a conversation now, and whether the customer waits for an answer in it."""
        if holder is None:
            return self._give(conversation.id, None, None, now)
        last = conversation.last
        owed = last is None or last.author.role is Role.CUSTOMER
        known = self.seats[holder].held.get(conversation.id)
        if known is not None and known.topic == conversation.topic:
            # Not by its time: after the calendar was put back, all messages have the same one.
            if known.last is last:
                return set()
            if known.owed == owed and not known.idle:
                known.last, known.touched = last, now
                return set()
        return self._give(
            conversation.id, holder, HeldConversation(conversation.topic, owed, now, last), now
        )

    def _give(
        self, name: str, holder: str | None, held: HeldConversation | None, now: int
    ) -> set[str]:
        former = self._holders.pop(name, None)
        if former is not None and former != holder:
            del self.seats[former].held[name]
            self._place(self.seats[former], now)
        if holder is not None and held is not None:
            seat = self.seats[holder]
            known = seat.held.get(name)
            if former != holder:
                seat.idle_since = now
            seat.held[name] = held
            self._holders[name] = holder
            if known is None or known.idle:
                self._watch(name, held.touched)
            self._place(seat, now)
        return (
            {each for each in (former, holder) if each is not None} if former != holder else set()
        )

    def _place(self, seat: Workload, now: int) -> None:
        """Where a technician sits among those who may be given somebody."""
        rests = seat.rests_until > now
        if rests:
            self._alarms.set(seat.rests_until, seat.technician.id)
        self._bench.put(seat, seat.urgency(self.policy) if seat.free and not rests else None)

    def _pass(self, now: int) -> None:
        """Time has passed: who has rested is back, and what was long silent counts no more."""
        for name in self._alarms.gone_off(now):
            if name in self.seats:
                self._place(self.seats[name], now)
            elif name in self._holders:
                self._doze(name, now)
            else:
                self._stop_asking(name, now)

    def _stop_asking(self, conversation: str, now: int) -> None:
        """Who helped last time did not become free in time: from now on anybody may."""
        ticket = self.waiting.ticket(conversation)
        if ticket is None or now < ticket.joined + self.policy.previous_hold:
            return
        if ticket.needs.previous is not None:
            self.waiting.join(replace(ticket, needs=replace(ticket.needs, previous=None)))

    def _watch(self, conversation: str, touched: int) -> None:
        """Look at it when it may have been silent for long; until then no message sets an alarm."""
        if self.policy.idle_after is not None:
            self._alarms.set(touched + self.policy.idle_after, conversation)

    def _doze(self, conversation: str, now: int) -> None:
        seat = self.seats[self._holders[conversation]]
        held, idle_after = seat.held[conversation], self.policy.idle_after
        if idle_after is None or held.idle:
            return
        if conversation in self._offers:
            # Nobody has it yet: it can fall asleep only after it was taken.
            self._watch(conversation, now)
        elif held.touched + idle_after <= now:
            held.idle = True
            self._place(seat, now)
        else:
            self._watch(conversation, held.touched)


def _beside_order(ticket: Ticket) -> tuple[Needs, bool, bool]:
    """What of a ticket may change while its place stays."""
    return ticket.needs, ticket.pairable, ticket.away
