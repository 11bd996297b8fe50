"""Given-when-then for the rules of one conversation: events, a command, its outcome."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import reduce

from chatserver.core.conversation.commands import Actor, Command, Open
from chatserver.core.conversation.decide import decide
from chatserver.core.conversation.events import Event, Fact
from chatserver.core.conversation.record import ReadMarks
from chatserver.core.conversation.state import Conversation, evolve
from chatserver.core.errors import ChatError
from chatserver.core.notifications import Committed
from chatserver.core.people import Customer, Rank, Technician, TechnicianStatus

NOON = 1_795_521_600_000
ANN = Customer("ann", "Ann")
EVE = Customer("eve", "Eve")
BOB = Technician(
    "bob", "bob", "Bob", rank=Rank.TECHNICIAN, status=TechnicianStatus.ONLINE, capacity=2
)
CAT = Technician(
    "cat", "cat", "Cat", rank=Rank.TECHNICIAN, status=TechnicianStatus.ONLINE, capacity=2
)
SUE = Technician(
    "sue", "sue", "Sue", rank=Rank.SUPERVISOR, status=TechnicianStatus.ONLINE, capacity=2
)
OPENING = Open(conversation="c1", reference="K7F3-9QMX", text="It blinks")


@dataclass(slots=True)
class Play:
    """One conversation, step by step, at a time (ms) that the test sets."""

    events: list[Event] = field(default_factory=list)
    now: int = NOON

    @property
    def state(self) -> Conversation | None:
        """The state that the events lead to, or None before the first one."""
        return reduce(_evolve, self.events, None)

    def given(self, *steps: tuple[Actor, Command]) -> "Play":
        """Carry out commands that must all be allowed, and keep their events."""
        state = self.state
        for actor, command in steps:
            events = decide(state, command, actor, self.now)
            state = reduce(_evolve, events, state)
            self.events += events
        return self

    def committed(self, count: int) -> Committed:
        """The last `count` events, as sessions and services are notified of them."""
        before, after = Play(self.events[:-count]).state, self.state
        assert after is not None
        return Committed(tuple(self.events[-count:]), before, after, ReadMarks())

    def when(self, actor: Actor, command: Command) -> "Outcome":
        """Decide on a command without keeping its events."""
        try:
            events = decide(self.state, command, actor, self.now)
        except ChatError as error:
            return Outcome((), error)
        return Outcome(events, None)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The events of a decision, or its refusal."""

    events: Sequence[Event]
    error: ChatError | None

    def then(self, *facts: Fact) -> None:
        """Assert that exactly these facts were decided."""
        assert self.error is None, f"refused: {self.error}"
        assert [event.fact for event in self.events] == list(facts)

    def then_refused(self, code: str) -> None:
        """Assert that the command was refused with this code."""
        assert self.error is not None, f"allowed: {self.events}"
        assert self.error.code == code


def opened() -> Play:
    """Return a conversation that Ann has opened and in which she waits."""
    return Play().given((ANN, OPENING))


def with_name(customer: Customer, name: str) -> Customer:
    return replace(customer, name=name)


def _evolve(state: Conversation | None, event: Event) -> Conversation | None:
    return evolve(state, event)
