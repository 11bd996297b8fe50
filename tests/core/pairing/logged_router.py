"""A router of pairing that random steps change, beside the log that it follows."""

from collections.abc import Iterable

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

from chatserver.core.conversation import commands as ask
from chatserver.core.conversation.decide import decide
from chatserver.core.conversation.events import (
    Declined,
    DeclineReason,
    Message,
    RequeueReason,
)
from chatserver.core.conversation.promise import EscalationLevel
from chatserver.core.conversation.state import Conversation, ConversationStatus, evolve
from chatserver.core.errors import Refused
from chatserver.core.pairing.router import Router
from chatserver.core.pairing.rules import PairingRules
from chatserver.core.people import Customer, Role, Technician
from tests.core.pairing.expectation import Expectation

TOPICS = ("dsl", "laptop")


class LoggedRouter(RuleBasedStateMachine):
    """The state, rules and invariants of every random run: people write, leave and hand over, and
    the server restarts. The router's invariants hold after every step."""

    conversations = Bundle("conversations")

    def open_with(self, rules: PairingRules) -> None:
        self.router = Router(rules)
        self.log: dict[str, Conversation] = {}
        self.technicians: dict[str, Technician] = {}
        self.absent: set[str] = set()
        self.expected = Expectation()
        self.now = 0

    @rule(conversation=consumes(conversations))
    def a_conversation_ends(self, conversation: str) -> None:
        customer = Customer(self.log[conversation].customer.id, "")
        self.do(conversation, ask.Close(), customer)

    @rule(conversation=conversations)
    def a_customer_writes(self, conversation: str) -> None:
        customer = Customer(self.log[conversation].customer.id, "")
        self.do(conversation, ask.Send(text="…"), customer)

    @rule(conversation=conversations)
    def the_technician_writes(self, conversation: str) -> None:
        holder = self.log[conversation].technician
        if holder is not None:
            self.do(conversation, ask.Send(text="…"), self.technicians[holder.id])

    @rule(ms=st.integers(1, 100))
    def silence_falls(self, ms: int) -> None:
        self.now += ms

    @rule(conversation=conversations, topic=st.sampled_from(TOPICS))
    def the_technician_transfers_to_a_topic(self, conversation: str, topic: str) -> None:
        holder = self.log[conversation].technician
        if holder is not None:
            self.do(conversation, ask.Transfer(topic=topic), self.technicians[holder.id])

    @rule(conversation=conversations, number=st.integers(0, 3))
    def the_technician_transfers_to_another(self, conversation: str, number: int) -> None:
        holder, other = self.log[conversation].technician, self.technicians.get(f"t{number}")
        if holder is not None and other is not None:
            handing_over = ask.Transfer(technician=other.person)
            self.do(conversation, handing_over, self.technicians[holder.id])

    @rule()
    def the_server_restarts(self) -> None:
        before, self.router = self.router.workloads, Router(self.router.rules)
        self.expected.restart(self.now)
        # People that were connected come back at once.
        for name, technician in self.technicians.items():
            self.router.update_technician(technician, connected=False, now=self.now)
            here = before[name].connected
            self.router.update_technician(technician, connected=here, now=self.now)
        for name, state in self.log.items():
            if state.is_open:
                self.router.update_conversation(state, self.now)
            if name in self.absent:
                self.router.set_customer_present(name, present=False)

    @rule(
        conversation=conversations,
        reason=st.sampled_from((RequeueReason.TECHNICIAN_LEFT, RequeueReason.UNANSWERED)),
    )
    def the_technician_is_lost_or_silent(self, conversation: str, reason: RequeueReason) -> None:
        holder = self.log[conversation].technician
        if holder is not None:
            self.do(conversation, ask.Requeue(holder.id, reason))

    @rule(conversation=conversations, level=st.sampled_from(EscalationLevel))
    def a_promise_is_escalated(self, conversation: str, level: EscalationLevel) -> None:
        reply_by = self.log[conversation].reply_by
        if reply_by is not None:
            self.do(conversation, ask.Escalate(level, reply_by))

    @rule(conversation=conversations, deadline=st.integers(1, 9))
    def a_customer_leaves_a_message(self, conversation: str, deadline: int) -> None:
        customer = Customer(self.log[conversation].customer.id, "")
        self.do(conversation, ask.LeaveMessage(deadline), customer)

    @rule(conversation=conversations)
    def the_desk_withdraws_an_offer(self, conversation: str) -> None:
        offered = self.log[conversation].offered
        if offered is not None:
            self.do(conversation, ask.Decline(offered.id, withdrawn=True))

    @rule(conversation=conversations)
    def the_technician_declines(self, conversation: str) -> None:
        offered = self.log[conversation].offered
        if offered is not None:
            technician = self.technicians[offered.id]
            self.do(conversation, ask.Decline(offered.id), technician)

    @rule()
    def offers_run_out(self) -> None:
        for conversation, technician in self.router.expired_offers(self.tick()):
            assert self.do(conversation, ask.Decline(technician))

    @rule(conversation=conversations, number=st.integers(0, 3))
    def a_technician_takes_one_by_hand(self, conversation: str, number: int) -> None:
        technician = self.technicians.get(f"t{number}")
        if technician is not None:
            self.do(conversation, ask.Accept(), technician)

    @invariant()
    def every_open_conversation_is_waiting_or_held(self) -> None:
        waiting_now = {ticket.conversation for ticket in self.router.queue}
        held = [
            each for workload in self.router.workloads.values() for each in workload.conversations
        ]
        assert len(held) == len(set(held)), "two technicians have one customer"
        by_log = {stage: set[str]() for stage in ConversationStatus}
        for name, state in self.log.items():
            by_log[state.status].add(name)
        offered = {name for name, state in self.log.items() if state.offered is not None}
        assert waiting_now == by_log[ConversationStatus.WAITING]
        assert set(held) == by_log[ConversationStatus.ACTIVE] | offered

    def do(self, name: str | None, command: ask.Command, actor: ask.Actor = None) -> bool:
        before = self.log.get(name) if name else None
        try:
            events = decide(before, command, actor, self.tick())
        except Refused:
            return False
        state = before
        for event in events:
            self.expected.observe(event, state, self.now)
            state = evolve(state, event)
        assert state is not None
        self.log[state.id] = state
        if state.status is not ConversationStatus.WAITING or state.reply_by is not None:
            self.absent.discard(state.id)
        first = events[0].fact
        if isinstance(first, Declined) and first.reason is DeclineReason.WITHDRAWN:
            self.router.withdraw_offer(state.id)
        if isinstance(events[0].fact, Message) and not state.is_written:
            self.router.roster.record_message(state, self.now)
        else:
            self.router.update_conversation(state, self.now)
        return True

    def unanswered(self, technician: str) -> set[str]:
        """Conversations a technician has, or is offered, in which the customer waits for them."""
        return {
            name
            for name in self.router.workloads[technician].conversations
            if (last := self.log[name].last) is None or last.author.role is Role.CUSTOMER
        }

    def slots(self, conversations: Iterable[str]) -> int:
        """The slots that conversations take by the rules: chats, and parts for owed letters."""
        states = [self.log[name] for name in conversations]
        written = sum(each.is_written and _is_owed(each) for each in states)
        weight = self.router.rules.written_weight
        return sum(not each.is_written for each in states) + int(weight * written)

    def counted_slots(self, technician: str) -> int:
        """The slots that are taken of a technician: idle chats take none."""
        held = self.router.workloads[technician].conversations
        return self.slots(name for name, each in held.items() if each.is_written or not each.idle)

    @invariant()
    def every_unanswered_customer_counts(self) -> None:
        for name, workload in self.router.workloads.items():
            counted = {each for each, held in workload.conversations.items() if not held.idle}
            assert self.unanswered(name) <= counted

    def tick(self) -> int:
        self.now += 1
        return self.now


def _is_owed(state: Conversation) -> bool:
    is_asked = state.last is None or state.last.author.role is Role.CUSTOMER
    return is_asked or state.reply_by is not None
