"""Silence is counted from the newest message, by a clock that never goes back."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from chatserver.bus.memory import Listener, MemoryBus
from chatserver.core.conversation import commands as ask
from chatserver.core.conversation.commands import Actor, Command
from chatserver.core.conversation.state import ConversationStatus
from chatserver.core.log import RequestKey
from chatserver.core.notifications import Committed, Notification
from chatserver.core.pairing.rules import PairingRules
from chatserver.services.conversations import Conversations
from chatserver.services.pairing.inactivity import InactivityWatcher
from chatserver.store.open import open_store
from tests.playbook import ANN, BOB, NOON, OPENING

MINUTE = 60_000
RULES = PairingRules(answer_within=5 * MINUTE, remind_after=30 * MINUTE, close_after=60 * MINUTE)


@dataclass(slots=True)
class Clocks:
    """Two clocks (ms) that stand still until the test moves them."""

    wall: int = NOON
    steady: int = 0


@dataclass(slots=True)
class Room:
    """A conversation with a watcher."""

    conversations: Conversations
    bus: MemoryBus
    clocks: Clocks
    watcher: InactivityWatcher = field(init=False)
    heard_at: int | None = None

    def __post_init__(self) -> None:
        self.watcher = InactivityWatcher(
            conversations=self.conversations,
            last_message_at=lambda _: self.heard_at,
            steady_clock=lambda: self.clocks.steady,
            wall_clock=lambda: self.clocks.wall,
            grace_ms=0,
            rules=RULES,
        )
        watching = Listener("inactivity", self.watcher.observe, self.watcher.hears)
        self.bus.listeners = (watching, Listener("messages", self._hear, frozenset({Committed})))

    async def do(self, actor: Actor, command: Command) -> None:
        await self.conversations.handle("c1", command, actor)

    async def say(self, actor: Actor) -> None:
        await self.do(actor, ask.Send("Hello?"))

    async def after(self, minutes: int) -> list[str]:
        """Move time by minutes, one by one; return the kinds of events since the last message."""
        for _ in range(minutes):
            self.clocks.steady += MINUTE
            self.clocks.wall += MINUTE
            await self.watcher.act_on_due()
        record = await self.conversations.find_record("c1")
        assert record is not None
        state = record.conversation
        acted = {
            "reminded": state.reminded,
            "closed": state.status is ConversationStatus.CLOSED,
            "requeued": state.requeued,
        }
        return [kind for kind, is_so in acted.items() if is_so]

    def _hear(self, news: Notification) -> None:
        if isinstance(news, Committed) and news.before and news.before.last is not news.after.last:
            self.heard_at = self.clocks.steady


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Room]:
    async with open_store(tmp_path) as store:
        bus, clocks = MemoryBus(), Clocks()
        conversations = Conversations(
            log=store.log,
            store=store.conversations,
            bus=bus,
            clock=lambda: clocks.wall,
            open_limit=0,
            reopen_ms=0,
        )
        room = Room(conversations, bus, clocks)
        await conversations.open(OPENING, ANN, RequestKey("opening"), lambda: None)
        await room.do(None, ask.Assign(BOB.person))
        yield room


async def test_a_technician_who_says_nothing_loses_the_customer(room: Room) -> None:
    assert await room.after(4) == []
    assert await room.after(1) == ["requeued"]


async def test_a_customer_who_writes_again_does_not_give_the_technician_more_time(
    room: Room,
) -> None:
    # The period of 5 minutes began with the assignment; the customer's message must not restart it.
    await room.after(4)
    await room.say(ANN)
    assert await room.after(1) == ["requeued"]


async def test_silence_counts_from_the_newest_message(room: Room) -> None:
    for _ in range(3):
        await room.say(BOB)
        assert await room.after(29) == []
    assert await room.after(1) == ["reminded"]


async def test_a_customer_who_waits_for_an_answer_is_not_reminded(room: Room) -> None:
    await room.say(BOB)
    await room.after(29)
    await room.say(ANN)
    assert await room.after(120) == []


async def test_the_answer_after_a_long_wait_starts_the_silence_anew(room: Room) -> None:
    await room.say(BOB)
    await room.say(ANN)
    await room.after(47)
    await room.say(BOB)
    assert await room.after(29) == []
    assert await room.after(1) == ["reminded"]


async def test_a_reminded_customers_conversation_is_closed_after_more_silence(room: Room) -> None:
    await room.say(BOB)
    assert await room.after(59) == ["reminded"]
    assert "closed" in await room.after(1)


async def test_a_wall_clock_put_forward_ends_nothing(room: Room) -> None:
    await room.say(BOB)
    # As when the operator corrects the wall clock: a day passes on the calendar in no time.
    room.clocks.wall += 24 * 60 * MINUTE
    assert await room.after(29) == []
    assert await room.after(1) == ["reminded"]


async def test_a_wall_clock_put_back_holds_nothing_up(room: Room) -> None:
    await room.say(BOB)
    # Messages after this have earlier times than the ones before them.
    room.clocks.wall -= 24 * 60 * MINUTE
    await room.say(ANN)
    await room.after(20)
    await room.say(BOB)
    assert await room.after(29) == []
    assert await room.after(1) == ["reminded"]
