"""Conversations as the rules make them, and how they get into a store."""

from dataclasses import dataclass

from chatserver.core.conversation.commands import Accept, Actor, Close, Command, Erase, Open, Send
from chatserver.core.conversation.decide import decide
from chatserver.core.conversation.record import ConversationRecord
from chatserver.core.conversation.state import Conversation, evolve
from chatserver.core.log import Append, RequestKey
from chatserver.core.people import Customer, Technician
from chatserver.store.open import Store
from tests.playbook import ANN, BOB, NOON


def decision(
    state: Conversation | None,
    command: Command,
    actor: Actor = ANN,
    at: int = NOON,
    request: RequestKey | None = None,
) -> Append:
    """The append that a command leads to."""
    events = decide(state, command, actor, at)
    after = evolve(state, events[0])
    for event in events[1:]:
        after = evolve(after, event)
    return Append(events, after, request, {"seq": after.seq})


def opening(name: str = "c1", customer: Customer = ANN, at: int = NOON) -> Append:
    """The first append of a conversation, for the request `open NAME`: seqs 1 and 2."""
    command = Open(name, f"REF-{name}", text="hello")
    return decision(None, command, customer, at, RequestKey(f"open {name}"))


@dataclass(frozen=True)
class Scene:
    """Plays conversations into a store."""

    store: Store

    async def append(self, append: Append) -> Conversation:
        await self.store.log.append(append, lambda: None)
        return append.after

    async def do(
        self, state: Conversation, command: Command, actor: Actor = ANN, at: int = NOON
    ) -> Conversation:
        return await self.append(decision(state, command, actor, at))

    async def waiting(
        self,
        name: str,
        customer: Customer = ANN,
        at: int = NOON,
        *,
        said: str = "hello",
        topic: str | None = None,
        subject: str | None = None,
    ) -> Conversation:
        """A conversation that waits, opened at `at` (ms)."""
        command = Open(name, f"REF-{name}", topic=topic, subject=subject, text=said)
        return await self.append(decision(None, command, customer, at))

    async def closed(
        self,
        name: str,
        customer: Customer = ANN,
        at: int = NOON,
        *,
        helper: Technician = BOB,
        said: str = "hello",
        topic: str | None = None,
        subject: str | None = None,
        note: Command | None = None,
    ) -> Conversation:
        """A conversation that was opened, served and closed at `at` (ms)."""
        state = await self.waiting(name, customer, at, said=said, topic=topic, subject=subject)
        state = await self.do(state, Accept(), helper, at)
        if note is not None:
            state = await self.do(state, note, helper, at)
        state = await self.do(state, Send(text="it works again"), helper, at)
        return await self.do(state, Close(), helper, at)

    async def erased(self, name: str, customer: Customer = ANN, at: int = NOON) -> Conversation:
        """A conversation after its words were removed from the log."""
        return await self.do(await self.closed(name, customer, at), Erase(), customer, at)

    async def record(self, name: str) -> ConversationRecord:
        """The stored record of a conversation that exists."""
        found = await self.store.conversations.find_by_id(name)
        assert found is not None
        return found
