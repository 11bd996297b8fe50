"""The hub tells each session what concerns it, once and in order, and lets it catch up."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from chatserver.core.conversation.commands import Accept, AddNote, Send
from chatserver.core.conversation.events import Event
from chatserver.core.errors import Unavailable
from chatserver.core.log import LogPage
from chatserver.core.notifications import (
    AccountRemoved,
    AvailabilityChanged,
    ReadMarked,
    SignedOut,
    Typing,
    ViewingChanged,
)
from chatserver.core.people import Person
from chatserver.gateway.hub import UNKNOWN_HEAD, Hub
from chatserver.gateway.subscriptions import Subscriber, Subscription, Subscriptions
from chatserver.gateway.technician_feed import TechnicianFeed
from chatserver.gateway.transport import SendBuffer
from chatserver.metrics import Metrics
from chatserver.protocol.close import CloseCode
from tests.fakes import FakeLog
from tests.gateway.fake_transport import FakeTransport, new_subscriber
from tests.playbook import ANN, BOB, Play, opened


@dataclass(slots=True)
class GatedLog(FakeLog):
    """A log in memory; a read waits until the test sets `may_read`, or fails."""

    may_read: asyncio.Event = field(default_factory=asyncio.Event)
    is_broken: bool = False

    async def read_page(
        self, conversation: str, page: LogPage, *, internal: bool
    ) -> Sequence[Event]:
        # The page is read before the wait, as in a transaction: later commits are not in it.
        found = await FakeLog.read_page(self, conversation, page, internal=internal)
        await self.may_read.wait()
        if self.is_broken:
            raise Unavailable
        return found


@dataclass(slots=True)
class HubAtWork:
    """A hub with Ann's conversation, and a transport for each session that joins."""

    hub: Hub
    log: GatedLog
    play: Play
    lines: dict[str, FakeTransport] = field(default_factory=dict)

    def join(self, person: str, *, internal: bool = False, follows: bool = True) -> Subscriber:
        """Add a session that has every event so far."""
        line = self.lines[person] = FakeTransport()
        line.reads.set()
        subscriber = new_subscriber(person, line, internal=internal)
        self.hub.subscriptions.join(subscriber)
        if follows:
            state = self.play.state
            assert state is not None
            last = state.seq if internal else state.shown
            subscription = Subscription(last=last, head=last, live=True)
            self.hub.subscriptions.follow(subscriber, "c1", subscription)
        return subscriber

    def happens(self, *steps: object) -> None:
        """Carry out commands in the conversation, log the events and deliver them."""
        before = len(self.play.events)
        self.play.given(*steps)  # type: ignore[arg-type]  # steps of the play
        self.log.events = self.play.events
        self.hub.deliver(self.play.committed(len(self.play.events) - before))

    def note_alive(self, person: str, kind: str = "event") -> list[dict[str, object]]:
        return [frame for frame in self.lines[person].frames() if frame["type"] == kind]

    def seqs(self, person: str) -> list[object]:
        return [frame["seq"] for frame in self.note_alive(person)]


@asynccontextmanager
async def hub_at_work(play: Play | None = None) -> AsyncIterator[HubAtWork]:
    """Yield a hub; its background tasks are done when the block ends."""
    played = play or opened().given((BOB, Accept()))
    log = GatedLog(played.events)
    log.may_read.set()
    async with asyncio.TaskGroup() as tasks:
        subscriptions = Subscriptions()
        hub = Hub(log, tasks, Metrics(), subscriptions, TechnicianFeed(subscriptions))
        yield HubAtWork(hub, log, played)


async def settled() -> None:
    """Run the event loop until every task that waits for nothing is done."""
    # Turns of the loop instead of time: a task that is ready runs in one of them, on any machine.
    for _ in range(10):
        await asyncio.sleep(0)


async def test_an_event_reaches_both_sides_once() -> None:
    async with hub_at_work() as at:
        at.join("ann")
        at.join("bob", internal=True)
        at.happens((ANN, Send(text="Still")))
        for person in ("ann", "bob"):
            assert [frame["text"] for frame in at.note_alive(person)] == ["Still"]


async def test_a_note_reaches_technicians_only_and_leaves_no_gap_for_the_customer() -> None:
    async with hub_at_work() as at:
        at.join("ann")
        at.join("bob", internal=True)
        at.happens((BOB, AddNote(text="hm")))
        at.happens((BOB, Send(text="Restart it")))
        assert [frame["kind"] for frame in at.note_alive("bob")] == ["note", "message"]
        assert [frame["kind"] for frame in at.note_alive("ann")] == ["message"]
        # The gap at the note is known from `prev`; a read of the log for it would be wasted.
        assert at.log.pages == 0


async def test_a_session_that_follows_nothing_is_told_nothing() -> None:
    async with hub_at_work() as at:
        at.join("eve", follows=False)
        at.happens((ANN, Send(text="Still")))
        assert at.lines["eve"].frames() == []


async def test_a_session_with_less_than_the_head_is_sent_what_it_misses() -> None:
    async with hub_at_work() as at:
        bob = at.join("bob", internal=True, follows=False)
        at.hub.follow(bob, "c1", last=1, head=3)
        await settled()
        assert at.seqs("bob") == [2, 3]


async def test_an_event_committed_while_a_session_catches_up_comes_after_the_missed_ones() -> None:
    async with hub_at_work() as at:
        at.log.may_read.clear()
        bob = at.join("bob", internal=True, follows=False)
        at.hub.follow(bob, "c1", last=1, head=3)
        await settled()
        at.happens((ANN, Send(text="Still")))
        # Event 4 is held back: sent at once, it would come before the missed events 2 and 3.
        assert at.seqs("bob") == []
        at.log.may_read.set()
        await settled()
        assert at.seqs("bob") == [2, 3, 4]
        at.happens((ANN, Send(text="And now?")))
        assert at.seqs("bob") == [5]


async def test_an_event_committed_while_the_head_is_unknown_is_not_lost() -> None:
    async with hub_at_work() as at:
        at.log.may_read.clear()
        bob = at.join("bob", internal=True, follows=False)
        # Bob holds all three events, yet only an empty page proves that there is no fourth.
        at.hub.follow(bob, "c1", last=3, head=UNKNOWN_HEAD)
        await settled()
        at.happens((ANN, Send(text="Still")))
        at.log.may_read.set()
        await settled()
        assert at.seqs("bob") == [4]


async def test_a_gap_in_what_a_session_holds_is_filled_from_the_log() -> None:
    async with hub_at_work() as at:
        bob = at.join("bob", internal=True, follows=False)
        at.hub.subscriptions.follow(bob, "c1", Subscription(last=1, head=1, live=True))
        at.happens((ANN, Send(text="Still")))
        await settled()
        assert at.seqs("bob") == [2, 3, 4]


async def test_a_session_is_closed_as_failed_if_the_log_cannot_be_read() -> None:
    async with hub_at_work() as at:
        at.log.is_broken = True
        bob = at.join("bob", internal=True, follows=False)
        at.hub.follow(bob, "c1", last=1, head=3)
        await settled()
        # Not as too slow: the fault is the disk's, and the metrics of dismissals must say so.
        assert at.lines["bob"].closed == [CloseCode.FAILED]
        assert bob not in at.hub.subscriptions


async def test_a_session_too_slow_for_what_is_offered_is_closed_and_no_other() -> None:
    async with hub_at_work() as at:
        slow = at.join("bob", internal=True)
        at.join("ann")
        at.lines["bob"].waiting = 10
        slow.send_buffer = SendBuffer(at.lines["bob"], limit=10)
        at.happens((ANN, Send(text="Still")))
        await settled()
        assert at.lines["bob"].closed == [CloseCode.TOO_SLOW]
        assert len(at.note_alive("ann")) == 1


async def test_a_technician_who_is_assigned_follows_from_then_on() -> None:
    async with hub_at_work(opened()) as at:
        at.join("bob", internal=True, follows=False)
        at.happens((BOB, Accept()))
        await settled()
        # The events from before the assignment come too: the new technician needs the question.
        assert at.seqs("bob") == [1, 2, 3]


async def test_typing_is_told_to_the_other_side_and_never_back() -> None:
    async with hub_at_work() as at:
        at.join("ann")
        at.join("bob", internal=True)
        at.hub.deliver(Typing("c1", ANN.author, on=True))
        assert (len(at.note_alive("bob", "typing")), at.note_alive("ann", "typing")) == (1, [])
        at.hub.deliver(Typing("c1", BOB.author, on=True))
        assert (at.note_alive("bob", "typing"), len(at.note_alive("ann", "typing"))) == ([], 1)


async def test_a_customers_read_mark_is_sent_to_technicians_alone() -> None:
    async with hub_at_work() as at:
        at.join("ann")
        at.join("eve", follows=False)
        at.join("bob", internal=True)
        at.hub.deliver(ReadMarked("c1", ANN.author, 3, at.play.committed(1).marks))
        assert [frame["seq"] for frame in at.note_alive("bob", "read")] == [3]
        assert at.lines["ann"].frames() == at.lines["eve"].frames() == []


async def test_viewers_are_told_to_technicians_and_to_no_customer() -> None:
    async with hub_at_work() as at:
        at.join("ann")
        at.join("bob", internal=True)
        at.join("sue", internal=True, follows=False)
        at.hub.deliver(ViewingChanged("sue-1", Person("sue", "Sue"), "c1"))
        for person in ("bob", "sue"):
            [frame] = at.note_alive(person, "viewers")
            assert "Sue" in str(frame["viewers"])
        assert at.lines["ann"].frames() == []


async def test_availability_is_told_to_customers_only() -> None:
    async with hub_at_work() as at:
        at.join("ann")
        at.join("bob", internal=True)
        at.hub.deliver(AvailabilityChanged(available=True, staffed=True))
        [frame] = at.note_alive("ann", "presence")
        assert (frame["available"], frame["staffed"]) == (True, True)
        assert at.lines["bob"].frames() == []


async def test_a_removed_account_loses_all_its_sessions() -> None:
    async with hub_at_work() as at:
        at.join("bob", internal=True)
        at.join("ann")
        at.hub.deliver(AccountRemoved("bob"))
        await settled()
        assert at.lines["bob"].closed == [CloseCode.NOT_SIGNED_IN]
        assert at.lines["ann"].closed == []


async def test_a_sign_out_ends_the_sessions_of_that_sign_in_alone() -> None:
    async with hub_at_work() as at:
        at.join("bob", internal=True).sign_in = b"bob's"
        at.join("sue", internal=True).sign_in = b"sue's"
        at.hub.deliver(SignedOut(b"bob's"))
        await settled()
        assert at.lines["bob"].closed == [CloseCode.NOT_SIGNED_IN]
        assert at.lines["sue"].closed == []
