"""Pairing: assigns waiting customers to technicians and explains each choice.

The router is told of every change and answers with pairings. It keeps no truth of its own: its
state follows from the conversations and technicians passed in, so a restart rebuilds it from the
log. Times are monotonic ms.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from heapq import heapify, heappop, heappush

from chatserver.core.conversation.promise import EscalationLevel
from chatserver.core.conversation.state import Conversation, ConversationStatus
from chatserver.core.explanation import Explanation, Hold
from chatserver.core.pairing.chooser import Chooser, Deferral
from chatserver.core.pairing.offers import Offers, PendingOffer
from chatserver.core.pairing.queue import Needs, QueuePosition, Standing, Ticket, TicketQueue
from chatserver.core.pairing.roster import Roster
from chatserver.core.pairing.rules import PairingMode, PairingRules
from chatserver.core.pairing.skills import SkillIndex
from chatserver.core.pairing.timers import Timers
from chatserver.core.pairing.workload import AssignedConversation, Workload, awaits_reply
from chatserver.core.people import Level, Person, Technician, TechnicianStatus


@dataclass(frozen=True, slots=True)
class Pairing:
    """A decision: the conversation is assigned, or only `offered`, to the technician."""

    conversation: str
    technician: Person
    why: Explanation
    offered: bool = False


@dataclass(slots=True)
class Router:
    """The queue, the technicians, and the decisions about them.

    Invariants: a waiting conversation has at most one pairing at a time. Pairing never raises a
    counted load above the capacity, and a conversation in which the customer waits for an answer
    always counts, a written one as `written_weight`. A customer is passed by a later one only if no
    technician could take them then, or by a hold of the rules, which is bounded and named in the
    explanation.
    """

    rules: PairingRules = field(default_factory=PairingRules)
    queue: TicketQueue = field(default_factory=TicketQueue)
    roster: Roster = field(init=False)
    _chooser: Chooser = field(init=False)
    _timers: Timers = field(default_factory=Timers)
    _offers: Offers = field(init=False)
    _unconfirmed: dict[str, Ticket] = field(default_factory=dict)
    _held: dict[str, dict[Hold, None]] = field(default_factory=dict)
    _absent: set[str] = field(default_factory=set)
    _arrivals: dict[str, int] = field(default_factory=dict)
    _next_arrival: int = 0

    def __post_init__(self) -> None:
        self._offers = Offers(self._timers)
        self.roster = Roster(self.rules, self._timers, self._offers)
        skill_index = SkillIndex(self.rules, self.workloads.values)
        self._chooser = Chooser(self.rules, self.workloads, self.roster.available, skill_index)

    @property
    def workloads(self) -> dict[str, Workload]:
        """The workload of each technician, by id."""
        return self.roster.workloads

    def use_rules(self, rules: PairingRules, now: int) -> None:
        """Use other rules from now on; the precedence of all that wait changes."""
        self.rules = self._chooser.rules = rules
        self._chooser.skill_index.use_rules(rules)
        self.roster.use_rules(rules, now)
        # A copy, because joining changes the queue. All n tickets move, but rules change rarely.
        for ticket in tuple(self.queue):
            self.queue.join(self._under_rules(ticket))
            if ticket.needs.previous is not None:
                self._timers.set(ticket.joined + rules.previous_hold, ticket.conversation)

    def update_technician(self, technician: Technician, *, connected: bool, now: int) -> None:
        """Add a technician, or update the account and the connection of a known one."""
        workload = self.roster.update_technician(technician, connected=connected, now=now)
        self._chooser.technician_changed(workload)

    def update_conversation(self, conversation: Conversation, now: int) -> set[str]:
        """Take over a new state; return the ids of technicians with a changed load."""
        is_waiting = conversation.status is ConversationStatus.WAITING
        offered = conversation.offered
        if is_waiting and offered is None and conversation.id in self._unconfirmed:
            # A message arrived between the decision and its commit: this state is older than the
            # pairing, and queueing it again would assign the customer twice.
            return set()
        self._unconfirmed.pop(conversation.id, None)
        self._note_arrival(conversation)
        holder = (
            conversation.technician if conversation.status is ConversationStatus.ACTIVE else None
        )
        if conversation.reply_by is not None:
            # A reserved place that has become a left message is not waited for any more.
            self._absent.discard(conversation.id)
        if is_waiting:
            self._sync_offer(conversation, now)
            self._enqueue(conversation, now)
            holder = offered
        else:
            self._remove(conversation)
            if not conversation.is_open:
                self._timers.forget(conversation.id)
        return self.roster.sync(conversation, holder.id if holder else None, now)

    def make_pairings(self, now: int) -> list[Pairing]:
        """Decide which customers get which technicians at `now`.

        Each pairing occupies its technician at once; `undo_pairing` releases one that could not
        be stored.
        """
        self.roster.sort_outdated(now)
        self._process_timers(now)
        # A merge of the sorted groups: the heap holds the first undecided ticket of each kind, so
        # tickets come in the order of the queue.
        heads = [(alike[0].sort_key, 0, alike) for alike in self.queue.kinds()]
        heapify(heads)
        decided: list[Pairing] = []
        tickets: list[Ticket] = []
        while heads and self.roster.available:
            _, index, alike = heappop(heads)
            ticket = alike[index]
            pairing = self._pair(ticket, now)
            if pairing is not None:
                decided.append(pairing)
                tickets.append(ticket)
                following = index + 1
            else:
                following = _next_that_may_succeed(alike, index)
            if following < len(alike):
                heappush(heads, (alike[following].sort_key, following, alike))
        # Only now: the lists of `kinds` are those of the queue and must not change in the loop.
        for ticket, pairing in zip(tickets, decided, strict=True):
            if pairing.offered:
                self.queue.join(replace(ticket, pairable=False))
            else:
                self.queue.leave(ticket.conversation)
        return decided

    def set_customer_present(self, conversation: str, *, present: bool) -> bool:
        """Mark a customer with a reserved place present or absent; return True if this changed.

        Absent customers keep their place and are skipped.
        """
        if present == (conversation not in self._absent):
            return False
        (self._absent.discard if present else self._absent.add)(conversation)
        ticket = self.queue.get(conversation)
        if ticket is not None:
            self.queue.join(self._under_rules(ticket))
        return True

    def expired_offers(self, now: int) -> list[tuple[str, str]]:
        """Return conversation and technician of each offer that was not accepted in time."""
        return self._offers.expired(now)

    def withdraw_offer(self, conversation: str) -> None:
        """Forget an offer that the desk has withdrawn; its technician has refused nothing.

        The state alone does not tell, where the same technician had declined before.
        """
        self._offers.withdraw(conversation)

    def invalid_offers(self) -> list[tuple[str, str]]:
        """Return conversation and technician of each offer that would not be made any more.

        The rules, the technician's terms or status, or what the technician took by hand may have
        changed since. Of several offers beyond a capacity the newest are returned.
        """
        found: list[tuple[str, str]] = []
        beyond: Counter[str] = Counter()
        for conversation, offer in reversed(self._offers.pending().items()):
            workload, ticket = self.workloads[offer.technician], self.queue.get(conversation)
            if ticket is None or conversation in workload.being_assigned:
                continue
            if self._is_valid(offer, workload, ticket, beyond[offer.technician]):
                continue
            beyond[offer.technician] += 1
            found.append((conversation, offer.technician))
        return found

    def next_wakeup(self) -> int | None:
        """Return the moment (ms) at which time alone may allow a pairing, or None."""
        return self._timers.next_due()

    def undo_pairing(self, conversation: Conversation, now: int) -> set[str]:
        """Release a pairing that could not be stored; the conversation may be paired again."""
        ticket = self._unconfirmed.pop(conversation.id, None)
        if ticket is not None:
            # The same ticket: its holds go on, and do not begin anew with each failed write.
            self.queue.join(ticket)
        self._offers.withdraw(conversation.id)
        return self.update_conversation(conversation, now)

    def has_free_technician(self, topic: str | None = None) -> bool:
        """Return True if a newcomer is given or offered to a technician at once.

        None asks for a customer without a topic.
        """
        topic_rules = self.rules.for_topic(topic)
        if topic_rules.mode is PairingMode.BY_HAND:
            return False
        return any(
            workload.can_take_one_more(topic, topic_rules) for workload in self.roster.available
        )

    def available_topics(self, topics: Iterable[str]) -> tuple[str, ...]:
        """Return those of the topics in which a newcomer is given a technician at once, sorted.

        Topics that are offered or taken by hand are none of them, even if a technician is free.
        """
        topic_rules = {topic: self.rules.for_topic(topic) for topic in topics}
        missing = {name for name, each in topic_rules.items() if each.mode is PairingMode.DIRECT}
        found: set[str] = set()
        # One pass over the technicians, which mostly ends at the first: asking for each of 200
        # topics whether any of 1,000 specialists is free would take 10 ms.
        for workload in self.roster.available:
            found |= {
                each for each in missing if workload.can_take_one_more(each, topic_rules[each])
            }
            missing -= found
            if not missing:
                break
        return tuple(sorted(found))

    def position_for_newcomer(self, topic: str | None, priority: int) -> QueuePosition:
        """Return the position that a customer arriving now would get."""
        needs = Needs(topic, priority=priority)
        newcomer = Ticket(
            standing=Standing.LIVE,
            newcomer=True,
            precedence=0,
            promise=0,
            arrival=self._next_arrival,
            conversation="",
            needs=needs,
        )
        return self.queue.position_of(self._under_rules(newcomer))

    def _pair(self, ticket: Ticket, now: int) -> Pairing | None:
        """Pair one customer, or set a timer for the next moment at which it may succeed."""
        refused_at = self._offers.refused_at(ticket.conversation)
        choice = self._chooser.choose(ticket, now, refused_at)
        if isinstance(choice, Deferral):
            if choice.until is not None:
                self._timers.set(choice.until, ticket.conversation)
                self._held.setdefault(ticket.conversation, {}).update(dict.fromkeys(choice.holds))
            return None
        held = tuple(self._held.get(ticket.conversation, ()))
        why = self._chooser.explain(ticket, choice, now, held)
        technician, conversation = choice.workload.technician, ticket.conversation
        topic_rules = self.rules.for_topic(ticket.needs.topic)
        offered = topic_rules.mode is PairingMode.OFFER
        if offered:
            skilled = topic_rules.required <= technician.skills
            offer = PendingOffer(technician.id, now + self.rules.offer_for, skilled)
            self._offers.make(conversation, offer)
        # The commit takes some ms; until the log confirms it, states without it are ignored.
        self._unconfirmed[conversation] = ticket
        choice.workload.paused_until = now + self.rules.pause
        self.roster.assign(
            conversation,
            technician.id,
            AssignedConversation(
                ticket.needs.topic, ticket.awaits_reply, now, is_written=ticket.is_written
            ),
            now,
        )
        return Pairing(conversation, technician.person, why, offered)

    def _note_arrival(self, conversation: Conversation) -> None:
        """Number an open conversation when it is first seen, and forget it once it is closed.

        The wall clock may be a day fast and be set right again: opening times do not tell the order
        of arrival. A requeued customer keeps the number of the first arrival.
        """
        if not conversation.is_open:
            self._arrivals.pop(conversation.id, None)
        elif conversation.id not in self._arrivals:
            self._arrivals[conversation.id] = self._next_arrival
            self._next_arrival += 1

    def _enqueue(self, conversation: Conversation, now: int) -> None:
        """Add the ticket of a waiting conversation, or replace it if it has changed."""
        known = self.queue.get(conversation.id)
        promised = conversation.reply_by
        standing = _standing(conversation)
        # Holds count from the first time in the queue: a changed topic does not restart them.
        joined = now if known is None else known.joined
        needs = Needs(
            conversation.topic,
            conversation.language,
            self._previous_technician(conversation, joined, now),
            avoid=conversation.avoid,
            # A promise that is nearly due comes before customers of the same priority.
            priority=conversation.priority + (conversation.escalation is not None),
        )
        ticket = self._under_rules(
            Ticket(
                standing=standing,
                newcomer=promised is not None or not conversation.requeued,
                precedence=0,
                promise=0 if standing is Standing.LIVE else promised or 0,
                arrival=self._arrivals[conversation.id],
                conversation=conversation.id,
                needs=needs,
                joined=joined,
                left_message=promised is not None,
                is_written=conversation.is_written,
                awaits_reply=not conversation.is_written or awaits_reply(conversation),
            )
        )
        # Most events of a waiting customer change nothing here: the three list operations of O(n)
        # are done only if they have to be.
        if ticket != known or _unordered_fields(ticket) != _unordered_fields(known):
            self.queue.join(ticket)

    def _previous_technician(self, conversation: Conversation, joined: int, now: int) -> str | None:
        """Return the previous technician's id while the customer may still wait for them."""
        previous, until = conversation.previous, joined + self.rules.previous_hold
        if previous is None or previous == conversation.avoid or now >= until:
            return None
        self._timers.set(until, conversation.id)
        return previous

    def _under_rules(self, ticket: Ticket) -> Ticket:
        """Return the ticket with its precedence and pairability under the current rules."""
        topic_rules, conversation_id = self.rules.for_topic(ticket.needs.topic), ticket.conversation
        absent = conversation_id in self._absent
        is_free = conversation_id not in self._offers and not absent
        return replace(
            ticket,
            # A promise is a deadline: no priority may make that of another customer fail.
            precedence=-(topic_rules.priority + ticket.needs.priority)
            if ticket.standing is Standing.LIVE
            else 0,
            pairable=is_free and topic_rules.mode is not PairingMode.BY_HAND,
            absent=absent,
        )

    def _sync_offer(self, conversation: Conversation, now: int) -> None:
        """Bring the pending offers in line with the state of a waiting conversation."""
        offered, is_pending = conversation.offered, conversation.id in self._offers
        if offered is not None and not is_pending:
            # Made by a former run of the server, with a monotonic clock of its own: the offer
            # gets its whole time once more.
            offer = PendingOffer(offered.id, now + self.rules.offer_for)
            self._offers.make(conversation.id, offer)
        elif offered is None and is_pending:
            ended = self._offers.withdraw(conversation.id)
            if ended is not None and conversation.avoid == ended.technician:
                self._refused(conversation.id, ended, now)

    def _is_valid(
        self, offer: PendingOffer, workload: Workload, ticket: Ticket, withdrawn: int
    ) -> bool:
        """Return True if an offer may stand, after the technician lost `withdrawn` others.

        A lost connection alone changes nothing: it has its grace.
        """
        technician, topic = workload.technician, ticket.needs.topic
        topic_rules = self.rules.for_topic(topic)
        return (
            topic_rules.mode is PairingMode.OFFER
            and technician.status is TechnicianStatus.ONLINE
            and technician.level is not Level.BY_HAND
            and technician.serves(topic)
            and (not offer.skilled or topic_rules.required <= technician.skills)
            and workload.counted_load - withdrawn <= technician.capacity
            and (
                topic_rules.capacity is None
                or workload.load_of(topic) - withdrawn <= topic_rules.capacity
            )
        )

    def _refused(self, conversation: str, offer: PendingOffer, now: int) -> None:
        """Take over that an offer was declined or missed; some misses in a row are noticed."""
        self._offers.refuse(conversation, now)
        workload = self.workloads.get(offer.technician)
        if workload is not None:
            is_missed = offer.until <= now
            workload.missed_offers = workload.missed_offers + 1 if is_missed else 0

    def _remove(self, conversation: Conversation) -> None:
        """Remove a conversation that waits no longer; an accepted offer ends a row of misses."""
        self.queue.leave(conversation.id)
        self._held.pop(conversation.id, None)
        self._absent.discard(conversation.id)
        offer = self._offers.forget(conversation.id)
        if offer is not None and conversation.is_with(offer.technician):
            self.workloads[offer.technician].missed_offers = 0

    def _process_timers(self, now: int) -> None:
        """Handle due timers: ends of pauses, idle checks and ends of holds.

        Each id is that of a technician or of a conversation; conversations are either held or
        waiting, which decides about the meaning of the timer.
        """
        for subject_id in self._timers.pop_due(now):
            if subject_id in self.workloads:
                self.roster.update_availability(self.workloads[subject_id], now)
            elif subject_id in self.roster:
                self.roster.check_idle(subject_id, now)
            else:
                self._drop_previous_technician(subject_id, now)

    def _drop_previous_technician(self, conversation: str, now: int) -> None:
        """Stop waiting for the previous technician once the hold is over."""
        ticket = self.queue.get(conversation)
        if ticket is None or ticket.needs.previous is None:
            return
        until = ticket.joined + self.rules.previous_hold
        if now < until:
            # Longer than it was when the timer was set, by other rules.
            self._timers.set(until, conversation)
            return
        self.queue.join(replace(ticket, needs=replace(ticket.needs, previous=None)))


def _standing(conversation: Conversation) -> Standing:
    if conversation.reply_by is None:
        return Standing.LIVE
    match conversation.escalation:
        case EscalationLevel.BROKEN:
            return Standing.OVERDUE
        case EscalationLevel.LATE:
            return Standing.LIVE
        case None:
            return Standing.LEFT


def _next_that_may_succeed(alike: list[Ticket], failed: int) -> int:
    """Return the index of the next ticket that may be paired although one of its kind was not.

    Customers of a kind have the same needs: what is left to decide are the holds of each.
    """
    ticket = alike[failed]
    if ticket.needs.previous is not None or ticket.needs.avoid is not None:
        # Each waits for another technician, or was passed on at another moment.
        return failed + 1
    if ticket.newcomer and not ticket.left_message:
        # In the order of arrival, and so of their holds. With 10,000 waiting customers of a few
        # kinds a full house is noticed after one failed ticket of each kind.
        return len(alike)
    # Customers that were put back, and left messages, are not in the order in which their holds
    # began: a later one may be past the hold that the failed one still has to sit out.
    later = (at for at in range(failed + 1, len(alike)) if alike[at].joined < ticket.joined)
    return next(later, len(alike))


def _unordered_fields(ticket: Ticket) -> tuple[Needs, bool, bool, bool, bool]:
    """Return the fields that can change while the ticket keeps its place."""
    slot = (ticket.is_written, ticket.awaits_reply)
    return ticket.needs, ticket.pairable, ticket.absent, *slot
