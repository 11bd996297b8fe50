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
    queue: TicketQueue = field(default_factory=TicketQueue)
    workloads: dict[str, Workload] = field(default_factory=dict)
    _chooser: Chooser = field(init=False)
    _available: AvailableTechnicians = field(default_factory=AvailableTechnicians)
    _timers: Timers = field(default_factory=Timers)
    _holders: dict[str, str] = field(default_factory=dict)
    _offers: Offers = field(init=False)
    _unconfirmed: set[str] = field(default_factory=set)
    _away: set[str] = field(default_factory=set)
    _arrivals: int = 0

    def __post_init__(self) -> None:
        abilities = SkillIndex(self.policy, self.workloads.values)
        self._chooser = Chooser(self.policy, self.workloads, self._available, abilities)
        self._offers = Offers(self._timers)

    def set_policy(self, policy: PairingRules, now: int) -> None:
        """From now on other rules are in force."""
        self.policy = self._chooser.policy = policy
        self._chooser.skill_index.set_policy(policy)
        for seat in self.workloads.values():
            for name, held in seat.held.items():
                self._schedule_idle_check(name, held.active_at)
            self._update_availability(seat, now)
        for ticket in tuple(self.queue):
            self.queue.join(self._ranked(ticket))

    def update_technician(self, technician: Technician, *, connected: bool, now: int) -> None:
        """A technician exists, has come, has left, or works under other terms."""
        seat = self.workloads.get(technician.id)
        if seat is None:
            seat = self.workloads[technician.id] = Workload(technician, idle_since=now)
        if not seat.is_online:
            seat.idle_since, seat.missed_offers = now, 0
        seat.technician, seat.connected = technician, connected
        self._chooser.technician_changed(seat)
        self._update_availability(seat, now)

    def update_conversation(self, conversation: Conversation, now: int) -> set[str]:
        """A conversation is now as given; the ids of the technicians whose load changed."""
        waits, offered = conversation.status is ConversationStatus.WAITING, conversation.offered
        if waits and offered is None and conversation.id in self._unconfirmed:
            # It was given away already; the log has not heard of it yet.
            return set()
        self._unconfirmed.discard(conversation.id)
        holder = (
            conversation.technician if conversation.status is ConversationStatus.ACTIVE else None
        )
        if waits:
            self._sync_offer(conversation, now)
            self._enqueue(conversation, now)
            holder = offered
        else:
            self._remove(conversation)
        return self._sync_holder(conversation, holder.id if holder else None, now)

    def make_pairings(self, now: int) -> list[Pairing]:
        """Whom to give to whom now. Each is held for its technician from this moment on."""
        self._process_timers(now)
        # Kinds whose first cannot be served are done with: the others need the same and came later.
        kinds = [(alike[0].sort_key, 0, alike) for alike in self.queue.kinds()]
        heapify(kinds)
        decided: list[Pairing] = []
        tickets: list[Ticket] = []
        while kinds and self._available:
            _, place, alike = heappop(kinds)
            ticket = alike[place]
            pairing = self._pair(ticket, now)
            if pairing is not None:
                decided.append(pairing)
                tickets.append(ticket)
            elif ticket.needs.previous is None:
                continue
            if place + 1 < len(alike):
                heappush(kinds, (alike[place + 1].sort_key, place + 1, alike))
        for ticket, pairing in zip(tickets, decided, strict=True):
            if pairing.offered:
                self.queue.join(replace(ticket, pairable=False))
            else:
                self.queue.leave(ticket.conversation)
        return decided

    def set_customer_present(self, conversation: str, *, present: bool) -> bool:
        """Mark a customer with a reserved place present or away; return True if this changed."""
        if present == (conversation not in self._away):
            return False
        (self._away.discard if present else self._away.add)(conversation)
        ticket = self.queue.get(conversation)
        if ticket is not None:
            self.queue.join(self._ranked(ticket))
        return True

    def expired_offers(self, now: int) -> list[tuple[str, str]]:
        """Conversations that were offered and not taken in time, and to whom."""
        return self._offers.expired(now)

    def inattentive_technicians(self) -> list[Technician]:
        """Those who let so many offers pass in a row that they seem not to be there."""
        return [
            seat.technician
            for seat in self.workloads.values()
            if seat.is_online and seat.missed_offers >= self.policy.misses > 0
        ]

    def next_wakeup(self) -> int | None:
        """When time alone may change something, None when it cannot."""
        return self._timers.next_due()

    def undo_pairing(self, conversation: Conversation, now: int) -> set[str]:
        """A pairing could not be stored; the conversation is as given and may be paired again."""
        self._unconfirmed.discard(conversation.id)
        self._offers.withdraw(conversation.id)
        return self.update_conversation(conversation, now)

    def has_free_technician(self, topic: str | None = None) -> bool:
        """Whether a technician could take a conversation now."""
        rules = self.policy.for_topic(topic)
        return any(
            seat.technician.serves(topic) and seat.has_room_for(topic, rules)
            for seat in self._available
        )

    def position_for_newcomer(self, topic: str | None, priority: int, at: int) -> QueuePosition:
        """Where a newcomer would stand who comes at a moment (ms since 1970 UTC)."""
        needs = Needs(topic, priority=priority)
        return self.queue.position_of(
            self._ranked(Ticket(False, True, 0, at, self._arrivals + 1, "", needs))
        )

    def is_staffed(self) -> bool:
        """Whether anybody is at work, free or not."""
        return any(seat.is_online for seat in self.workloads.values())

    def _pair(self, ticket: Ticket, now: int) -> Pairing | None:
        choice = self._chooser.choose(ticket, now, self._offers.next_ask_at(ticket.conversation))
        if isinstance(choice, Deferral):
            if choice.until is not None:
                self._timers.set(choice.until, ticket.conversation)
            return None
        why = self._chooser.explain(ticket, choice, now)
        technician, conversation = choice.workload.technician, ticket.conversation
        offered = self.policy.for_topic(ticket.needs.topic).mode is PairingMode.OFFER
        if offered:
            self._offers.make(conversation, technician.id, now + self.policy.offer_for)
        self._unconfirmed.add(conversation)
        choice.workload.paused_until = now + self.policy.pause
        self._assign_holder(
            conversation, technician.id, HeldConversation(ticket.needs.topic, True, now), now
        )
        return Pairing(conversation, technician.person, why, offered)

    def _enqueue(self, conversation: Conversation, now: int) -> None:
        known = self.queue.get(conversation.id)
        self._arrivals += known is None
        promised = conversation.reply_by
        joined = now if known is None else known.joined
        needs = Needs(
            conversation.topic,
            conversation.language,
            self._previous_helper(conversation, joined, now),
            conversation.avoid,
            conversation.priority,
        )
        ticket = self._ranked(
            Ticket(
                left_message=promised is not None,
                newcomer=promised is not None or not conversation.requeued,
                rank=0,
                since=conversation.opened_at if promised is None else promised,
                arrival=self._arrivals if known is None else known.arrival,
                conversation=conversation.id,
                needs=needs,
                joined=joined,
            )
        )
        if ticket != known or _unordered_fields(ticket) != _unordered_fields(known):
            self.queue.join(ticket)

    def _previous_helper(self, conversation: Conversation, joined: int, now: int) -> str | None:
        """Who helped last time, while it is not too late to wait for them."""
        previous, until = conversation.previous, joined + self.policy.previous_hold
        if previous is None or previous == conversation.avoid or now >= until:
            return None
        self._timers.set(until, conversation.id)
        return previous

    def _ranked(self, ticket: Ticket) -> Ticket:
        """The ticket with the place and the way of pairing that the policy gives it."""
        rules, name = self.policy.for_topic(ticket.needs.topic), ticket.conversation
        away = name in self._away
        is_free = name not in self._offers and not away
        return replace(
            ticket,
            # A promise is a deadline: who is dearer must not make others' be broken.
            rank=0 if ticket.left_message else -(rules.priority + ticket.needs.priority),
            pairable=is_free and rules.mode is not PairingMode.BY_HAND,
            away=away,
        )

    def _sync_offer(self, conversation: Conversation, now: int) -> None:
        """Keep in step with what the log says of an offer."""
        offered, stands = conversation.offered, conversation.id in self._offers
        if offered is not None and not stands:
            # Made before this server started: it stands once more for its whole time.
            self._offers.make(conversation.id, offered.id, now + self.policy.offer_for)
        elif offered is None and stands:
            passed = self._offers.decline(conversation.id, now + self.policy.again_after)
            seat = self.workloads.get(passed.technician) if passed else None
            if passed is not None and seat is not None:
                seat.missed_offers = seat.missed_offers + 1 if passed.until <= now else 0

    def _remove(self, conversation: Conversation) -> None:
        self.queue.leave(conversation.id)
        self._away.discard(conversation.id)
        offer = self._offers.forget(conversation.id)
        if offer is not None and conversation.is_with(offer.technician):
            self.workloads[offer.technician].missed_offers = 0

    def _sync_holder(self, conversation: Conversation, holder: str | None, now: int) -> set[str]:
        """Who has a conversation now, and whether the customer waits for an answer in it."""
        if holder is None:
            return self._assign_holder(conversation.id, None, None, now)
        last = conversation.last
        owed = last is None or last.author.role is Role.CUSTOMER
        known = self.workloads[holder].held.get(conversation.id)
        if known is not None and known.topic == conversation.topic:
            # Not by its time: after the calendar was put back, all messages have the same one.
            if known.last is last:
                return set()
            if known.awaits_reply == owed and not known.idle:
                known.last, known.active_at = last, now
                return set()
        return self._assign_holder(
            conversation.id, holder, HeldConversation(conversation.topic, owed, now, last), now
        )

    def _assign_holder(
        self, name: str, holder: str | None, held: HeldConversation | None, now: int
    ) -> set[str]:
        former = self._holders.pop(name, None)
        if former is not None and former != holder:
            del self.workloads[former].held[name]
            self._update_availability(self.workloads[former], now)
        if holder is not None and held is not None:
            seat = self.workloads[holder]
            known = seat.held.get(name)
            if former != holder:
                seat.idle_since = now
            seat.held[name] = held
            self._holders[name] = holder
            if known is None or known.idle:
                self._schedule_idle_check(name, held.active_at)
            self._update_availability(seat, now)
        return (
            {each for each in (former, holder) if each is not None} if former != holder else set()
        )

    def _update_availability(self, seat: Workload, now: int) -> None:
        """Where a technician sits among those who may be given somebody."""
        rests = seat.paused_until > now
        if rests:
            self._timers.set(seat.paused_until, seat.technician.id)
        self._available.set_urgency(
            seat, seat.urgency(self.policy) if seat.has_free_slot and not rests else None
        )

    def _process_timers(self, now: int) -> None:
        """Time has passed: who has rested is back, and what was long silent counts no more."""
        for name in self._timers.pop_due(now):
            if name in self.workloads:
                self._update_availability(self.workloads[name], now)
            elif name in self._holders:
                self._mark_idle(name, now)
            else:
                self._drop_previous_helper(name, now)

    def _drop_previous_helper(self, conversation: str, now: int) -> None:
        """Who helped last time did not become free in time: from now on anybody may."""
        ticket = self.queue.get(conversation)
        if ticket is None or now < ticket.joined + self.policy.previous_hold:
            return
        if ticket.needs.previous is not None:
            self.queue.join(replace(ticket, needs=replace(ticket.needs, previous=None)))

    def _schedule_idle_check(self, conversation: str, touched: int) -> None:
        """Look at it when it may have been silent for long; until then no message sets an alarm."""
        if self.policy.idle_after is not None:
            self._timers.set(touched + self.policy.idle_after, conversation)

    def _mark_idle(self, conversation: str, now: int) -> None:
        seat = self.workloads[self._holders[conversation]]
        held, idle_after = seat.held[conversation], self.policy.idle_after
        if idle_after is None or held.idle:
            return
        if conversation in self._offers:
            # Nobody has it yet: it can fall asleep only after it was taken.
            self._schedule_idle_check(conversation, now)
        elif held.active_at + idle_after <= now:
            held.idle = True
            self._update_availability(seat, now)
        else:
            self._schedule_idle_check(conversation, held.active_at)


def _unordered_fields(ticket: Ticket) -> tuple[Needs, bool, bool]:
    """What of a ticket may change while its place stays."""
    return ticket.needs, ticket.pairable, ticket.away
