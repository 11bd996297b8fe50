"""Looks at each decision of a running server from inside, and writes down what breaks a promise.

Outside nobody can tell a decision from its commit some ms later, nor the order of commits of
different conversations. The rules are those of `tests/core/pairing/expectation.py`, not the code
that is tested.
"""

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from chatserver.core.conversation.commands import Accept, Actor, Command, Transfer
from chatserver.core.conversation.events import Assigned, Closed, Kept, Offered
from chatserver.core.conversation.state import Conversation, ConversationStatus, evolve
from chatserver.core.log import Answer, RequestKey
from chatserver.core.notifications import Committed
from chatserver.core.pairing.router import Pairing, Router
from chatserver.core.pairing.rules import PairingMode, PairingRules
from chatserver.core.pairing.workload import Workload
from chatserver.core.people import Level, Role, Technician, TechnicianStatus
from chatserver.services.conversations import AnswerFields, Conversations
from chatserver.services.pairing.dispatcher import Dispatcher
from tests.concurrency.pairing_report import describe_wait
from tests.core.pairing.expectation import Expectation, order

POLL_S = 1.0
FORGOTTEN_LOOKS = 4
"""Looks in a row at the same fault, after which no pass of the dispatcher will mend it any more."""

RECENT = 30
"""Requests, commits and decisions that a finding tells of, the last ones."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A broken promise, and the picture of that moment, which is not the same at the next look."""

    summary: str
    picture: str = field(default="", compare=False)

    def __str__(self) -> str:
        return self.summary + self.picture


@dataclass(slots=True)
class PairingWatch:
    """Follows one dispatcher: the committed states, the decisions that are being written, and the
    conversations that are being taken by hand, each with a number that tells which came first."""

    dispatcher: Dispatcher
    tell: Callable[[str], None]
    expected: Expectation = field(default_factory=Expectation)
    states: dict[str, Conversation] = field(default_factory=dict)
    deciding: dict[str, tuple[str, int]] = field(default_factory=dict)
    by_hand: dict[str, tuple[str, int]] = field(default_factory=dict)
    kept_until: dict[str, int] = field(default_factory=dict)
    arrivals: dict[str, int] = field(default_factory=dict)
    grown: dict[str, int] = field(default_factory=dict)
    """The number of the last event after which a conversation took more of a slot than before."""

    weights: dict[str, float] = field(default_factory=dict)
    """The weight of written cases in the rules by which a conversation was decided."""

    recent: deque[str] = field(default_factory=lambda: deque(maxlen=RECENT))
    _number: int = 0
    _seen: Counter[Fault] = field(default_factory=Counter)

    def begin(self, opened: Iterable[Conversation], now: int) -> None:
        """Take over the conversations of before a restart."""
        self.states = {state.id: state for state in opened}
        self.arrivals = {name: number for number, name in enumerate(self.states)}
        self._number = len(self.arrivals)
        self.expected.adopt(self.states.values(), now)

    def note(self, what: str) -> None:
        """Remember what has happened, for the picture of a finding."""
        self.recent.append(f"{self.dispatcher.steady_clock()} {what}")

    def asked(self, conversation: str, command: Command, actor: Actor) -> None:
        """Note that somebody is about to get a conversation by hand."""
        self.note(f"{conversation}: {type(command).__name__} by {actor.id if actor else 'desk'}")
        technician = actor if isinstance(command, Accept) else None
        receiver = command.technician if isinstance(command, Transfer) else technician
        if receiver is not None and isinstance(actor, Technician):
            self.by_hand[conversation] = (receiver.id, self._next())

    def answered(self, conversation: str) -> None:
        """Forget a request that was refused; one that was carried out counts as held by hand."""
        state = self.states.get(conversation)
        receiver, _ = self.by_hand.get(conversation, ("", 0))
        is_active = state is not None and state.status is ConversationStatus.ACTIVE
        if state is None or not is_active or not state.is_with(receiver):
            self.by_hand.pop(conversation, None)

    def committed(self, news: Committed, now: int) -> None:
        """Follow the log, and hold each assignment of the desk against the capacity."""
        state = news.before
        if state is not None and self._weight(news.after) > self._weight(state):
            self.grown[state.id] = self._next()
        self.note(f"{news.after.id}: {[type(each.fact).__name__ for each in news.events]} at {now}")
        for event in news.events:
            self.expected.observe(event, state, now)
            state = evolve(state, event)
            if isinstance(event.fact, Kept):
                self.kept_until[state.id] = now + event.fact.until - event.at
        self.states[news.after.id] = news.after
        # Of two that open at once, the first to be committed has arrived first, whatever its id.
        self.arrivals.setdefault(news.after.id, self._next())
        if not news.after.is_open:
            del self.states[news.after.id]
            # Who continues it later arrives anew.
            del self.arrivals[news.after.id]
            self.grown.pop(news.after.id, None)
        for event in news.events:
            if isinstance(event.fact, Assigned) and event.author.role is Role.SYSTEM:
                self._check_commit(event.conversation, event.fact.technician.id)
            if isinstance(event.fact, Assigned | Offered | Closed):
                self.deciding.pop(event.conversation, None)
            if news.after.status is not ConversationStatus.ACTIVE:
                self.by_hand.pop(event.conversation, None)

    def decided(self, pairings: list[Pairing], now: int) -> None:
        """Judge one pass of the router."""
        self.note(
            f"pass at {now}: {[(each.conversation, each.technician.id) for each in pairings]}"
        )
        for pairing in pairings:
            state = self.states[pairing.conversation]
            if not self._waits(state) or pairing.conversation in self.deciding:
                self.tell(f"{state.id} was given to a second technician")
            if state.place_until is not None and self._is_gone(state):
                self.tell(f"{state.id} was given away while its place was kept")
            self.deciding[state.id] = (pairing.technician.id, self._next())
            self.weights[state.id] = self.dispatcher.router.rules.written_weight
            if self._load(pairing.technician.id) > self._capacity(pairing.technician.id):
                self.tell(f"{pairing.technician.id} was given more than the capacity: {state.id}")
        # After each whole pass: between two pairings of one pass somebody free is normal.
        for fault in self.waiting_beside_free(now):
            self.tell(str(fault))
        for pairing in pairings:
            self._check_order(pairing, now)

    def undone(self, conversation: str) -> None:
        """Forget a decision that could not be stored."""
        self.note(f"{conversation}: undone")
        self.deciding.pop(conversation, None)

    async def look_now_and_then(self) -> None:
        """Look for what no pass takes care of: a lost alarm, a place that is kept for ever."""
        while True:
            # By time on purpose: what is looked for is an alarm that was lost,
            # and so never makes an event.
            await asyncio.sleep(POLL_S)
            now = self.dispatcher.steady_clock()
            faults = self.left_undone(now)
            self._seen = Counter({fault: self._seen[fault] + 1 for fault in faults})
            for fault, times in self._seen.items():
                if times == FORGOTTEN_LOOKS:
                    self.tell(f"for long: {fault}")

    def left_undone(self, now: int) -> list[Fault]:
        """Return what a pass of the dispatcher, or of the reserved places, should have mended."""
        return [
            *self.waiting_beside_free(now),
            *self._stuck_places(now),
            *self._stale_offers(),
        ]

    def _check_commit(self, conversation: str, technician: str) -> None:
        """Count what the technician has, but for what was asked by hand after the decision.

        Nor does a case count that takes more of a slot since, for its customer has written.
        """
        _, decided = self.deciding.get(conversation, ("", self._number))
        later = {name for name, (_, asked) in self.by_hand.items() if asked > decided}
        later |= {name for name, number in self.grown.items() if number > decided}
        weight = self.weights.get(conversation, 0)
        active = {
            name
            for name, state in self.states.items()
            if state.is_with(technician) and state.status is ConversationStatus.ACTIVE
        }
        if self._slots(active - later, weight) > self._capacity(technician):
            self.tell(f"{technician} has more than the capacity with {conversation}")

    def waiting_beside_free(self, now: int) -> list[Fault]:
        """Return each customer whom no hold keeps from a technician who is free at `now` (ms)."""
        return [
            Fault(f"{state.id} waits although {technician} is free", self._picture(state, now))
            for state in self.states.values()
            if self._may_be_paired(state)
            for technician, workload in self.dispatcher.router.workloads.items()
            if self._is_free(workload, state.topic, now)
            and self._held_until(state, workload, now) <= now
        ]

    def _picture(self, state: Conversation, now: int) -> str:
        """Return all that bears on one wait, and what was done last."""
        router = self.dispatcher.router

        def holds(workload: Workload) -> dict[str, int]:
            return self.expected.holds(
                state, workload, everyone=router.workloads, rules=router.rules, now=now
            )

        told = describe_wait(router, state, self.expected.waits[state.id], holds=holds, now=now)
        return told + "".join(f"\n    {each}" for each in self.recent)

    def _check_order(self, pairing: Pairing, now: int) -> None:
        served = self.states[pairing.conversation]
        workload = self.dispatcher.router.workloads[pairing.technician.id]
        for state in self.states.values():
            if not self._may_be_paired(state) or self._place(state) > self._place(served):
                continue
            if self._held_until(state, workload, now) > now:
                continue
            # With a capacity of the topic, only one like it shows that there was room.
            if state.topic == served.topic:
                passed = f"{served.id} was served by {pairing.technician.id} before {state.id}"
                self.tell(f"{passed}{self._picture(state, now)}")

    def _stuck_places(self, now: int) -> list[Fault]:
        return [
            Fault(f"the place of {state.id} is kept after its end")
            for state in self.states.values()
            if state.place_until is not None
            and state.status is ConversationStatus.WAITING
            and self.kept_until.get(state.id, now) < now
            and self._is_gone(state)
        ]

    def _stale_offers(self) -> list[Fault]:
        return [
            Fault(f"{state.id} is still offered")
            for state in self.states.values()
            if self._odd(state)
        ]

    def _odd(self, state: Conversation) -> bool:
        """Return True if an offer stands that would not be made any more."""
        if state.offered is None or state.id in self.by_hand:
            return False
        technician = self.dispatcher.router.workloads[state.offered.id].technician
        topic_rules = self.dispatcher.router.rules.for_topic(state.topic)
        return (
            topic_rules.mode is not PairingMode.OFFER
            or technician.status is not TechnicianStatus.ONLINE
            or technician.level is Level.BY_HAND
            or not technician.serves(state.topic)
            or self._load(technician.id) > technician.capacity
        )

    def _held_until(self, state: Conversation, workload: Workload, now: int) -> int:
        router = self.dispatcher.router
        return self.expected.held_until(
            state, workload, everyone=router.workloads, rules=router.rules, now=now
        )

    def _may_be_paired(self, state: Conversation) -> bool:
        mode = self.dispatcher.router.rules.for_topic(state.topic).mode
        return (
            self._waits(state)
            and state.id not in self.deciding
            and mode is not PairingMode.BY_HAND
            and (state.place_until is None or self._is_here(state))
        )

    @staticmethod
    def _waits(state: Conversation) -> bool:
        return state.status is ConversationStatus.WAITING and state.offered is None

    def _is_here(self, state: Conversation) -> bool:
        return self.dispatcher.customer_presence.is_connected(state.customer.id)

    def _is_gone(self, state: Conversation) -> bool:
        """Return True if the customer is not on the page, and the grace is over."""
        leaving = self.dispatcher.customer_presence.expected_back()
        return not self._is_here(state) and state.customer.id not in leaving

    def _place(self, state: Conversation) -> tuple[int, bool, int, int, int]:
        priority = self.dispatcher.router.rules.for_topic(state.topic).priority
        return order(state, priority, self.arrivals[state.id])

    def _is_free(self, workload: Workload, topic: str | None, now: int) -> bool:
        topic_rules = self.dispatcher.router.rules.for_topic(topic)
        technician = workload.technician
        return (
            workload.is_online
            and technician.level is not Level.BY_HAND
            and workload.paused_until <= now
            and self._load(technician.id) < technician.capacity
            and (
                topic_rules.capacity is None
                or self._load(technician.id, topic) < topic_rules.capacity
            )
        )

    def _capacity(self, technician: str) -> int:
        return self.dispatcher.router.workloads[technician].technician.capacity

    def _load(self, technician: str, *topics: str | None) -> int:
        """Count what a technician has, is offered, is being given, and is taking by hand."""
        own = {
            name
            for name, state in self.states.items()
            if (state.status is ConversationStatus.ACTIVE and state.is_with(technician))
            or (state.offered is not None and state.offered.id == technician)
        }
        own |= {name for name, (receiver, _) in self.deciding.items() if receiver == technician}
        taking = {name for name, (receiver, _) in self.by_hand.items() if receiver == technician}
        counted = [each for each in own if not topics or self._topic(each) in topics]
        further = [each for each in taking - own if not topics or self._topic(each) in topics]
        # What is being taken by hand takes a whole slot until it is decided.
        weight = self.dispatcher.router.rules.written_weight
        return self._slots(counted, weight) + len(further)

    def _slots(self, conversations: Collection[str], weight: float) -> int:
        """Return the slots that conversations take: one for a chat, a part for a written case."""
        written = [each for each in conversations if self._is_written(each)]
        owed = sum(_is_owed(self.states[each]) for each in written)
        return len(conversations) - len(written) + int(weight * owed)

    def _weight(self, state: Conversation) -> float:
        weight = self.dispatcher.router.rules.written_weight
        return weight * _is_owed(state) if state.is_written else 1

    def _is_written(self, conversation: str) -> bool:
        state = self.states.get(conversation)
        return state is not None and state.is_written

    def _topic(self, conversation: str) -> str | None:
        state = self.states.get(conversation)
        return state.topic if state else None

    def _next(self) -> int:
        self._number += 1
        return self._number


def watch_pairing(report: Path) -> None:
    """Look at the decisions of the dispatcher that starts in this process."""
    watches: list[PairingWatch] = []

    def tell(finding: str) -> None:
        with report.open("a") as findings:
            findings.write(f"{finding}\n")

    start, observe, run = Dispatcher.start, Dispatcher._observe_commit, Dispatcher.run
    technician_changed, use_rules = Dispatcher.technician_changed, Dispatcher.use_rules
    make_pairings, undo_pairing = Router.make_pairings, Router.undo_pairing
    handle = Conversations.handle

    def started(
        self: Dispatcher, technicians: Iterable[Technician], opened: Iterable[Conversation]
    ) -> None:
        # An iterator can be read once, and both the watch and the dispatcher read it.
        opened = list(opened)
        watches.append(PairingWatch(self, tell))
        start(self, technicians, opened)
        # After the start, which reads the clock itself: a hold that the watch takes for over must
        # be over for the router as well.
        watches[-1].begin(opened, self.steady_clock())

    def observed(self: Dispatcher, news: Committed, now: int) -> None:
        # Before the dispatcher: its reaction to the event is a decision that
        # the watch already judges.
        watches[-1].committed(news, now)
        observe(self, news, now)

    def changed(self: Dispatcher, technician: Technician) -> None:
        technician_changed(self, technician)
        workload = self.router.workloads[technician.id]
        watches[-1].note(
            f"{technician.id}: {technician.status}, connected {workload.connected}, "
            f"capacity {technician.capacity}"
        )

    def ruled(self: Dispatcher, rules: PairingRules) -> None:
        watches[-1].note(f"{rules}")
        use_rules(self, rules)

    def paired(self: Router, now: int) -> list[Pairing]:
        pairings = make_pairings(self, now)
        watches[-1].decided(pairings, now)
        return pairings

    def undone(self: Router, conversation: Conversation, now: int) -> set[str]:
        watches[-1].undone(conversation.id)
        return undo_pairing(self, conversation, now)

    async def handled(
        self: Conversations,
        conversation: str,
        command: Command,
        actor: Actor,
        request: RequestKey | None = None,
        more: AnswerFields | None = None,
    ) -> Answer:
        watches[-1].asked(conversation, command, actor)
        try:
            return await handle(self, conversation, command, actor, request=request, more=more)
        finally:
            watches[-1].answered(conversation)

    async def ran(self: Dispatcher) -> None:
        async with asyncio.TaskGroup() as tasks:
            # In the dispatcher's own task, so that the watch ends with it and not one server later.
            tasks.create_task(watches[-1].look_now_and_then(), name="watch")
            await run(self)

    Dispatcher.start, Dispatcher._observe_commit = started, observed  # type: ignore[method-assign]
    Dispatcher.technician_changed = changed  # type: ignore[method-assign]
    Dispatcher.use_rules = ruled  # type: ignore[method-assign]
    Dispatcher.run, Router.make_pairings = ran, paired  # type: ignore[method-assign]
    Router.undo_pairing, Conversations.handle = undone, handled  # type: ignore[method-assign]


def _is_owed(state: Conversation) -> bool:
    is_asked = state.last is None or state.last.author.role is Role.CUSTOMER
    return is_asked or state.reply_by is not None
