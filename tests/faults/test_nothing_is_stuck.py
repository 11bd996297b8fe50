"""After kills of any process, every conversation is served or closed with its reason."""

import asyncio
import random
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import orjson
import pytest
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from chatserver.composition.services import build_accounts
from chatserver.core.conversation.events import Assigned, Event, Opened, Requeued, Transferred
from chatserver.core.conversation.state import Conversation, ConversationStatus, evolve
from chatserver.core.people import Rank, Topic
from chatserver.services.accounts import TechnicianTerms
from chatserver.settings_file import load_settings
from chatserver.store.engine.rows import EVENT, read_event
from chatserver.store.open import open_store
from tests.program import Program, program
from tests.tables import tables_of
from tests.wire.client import Client, Frame, session

DIRECT, OFFERED, BY_HAND = "direct", "offered", "by-hand"
PAIRING = {
    "topics": {OFFERED: {"mode": "offer"}, BY_HAND: {"mode": "by_hand"}},
    # In ms, far below the defaults, so that deadlines pass within the test.
    "offer_for": 1_500,
    # With misses allowed, an ignored offer would set a technician away: here
    # the offer itself must end.
    "misses": 0,
    "again_after": 100,
    "remind_after": 300,
    # A day: the test shows that a reminder alone leaves nothing open, so inactivity may not close.
    "close_after": 86_400_000,
}
IMPATIENT = {
    # Graces of minutes would be the test's duration: the rules are the same for any length.
    "technician_grace_s": 0.3,
    "customer_grace_s": 0.3,
    "silence_grace_s": 0.3,
    # Every client comes from 127.0.0.1, and after each kill all of them come back at once.
    "connections_burst": 1_000,
    "rate": 0,
}
STATES = (
    "waiting",
    "offered",
    "active",
    "transferred",
    "handed over",
    "promised",
    "reminded",
    "kept",
)
COMING = 24
KILLS = 2
SEED = 2
LOST = (ConnectionClosed, InvalidHandshake, OSError)


@dataclass(slots=True)
class ServerProcess:
    """A server in a process, its technicians' tokens, and the conversations it acknowledged."""

    server: Program
    tokens: dict[str, str]
    promised: dict[str, str] = field(default_factory=dict)
    opened: asyncio.Queue[str] = field(default_factory=asyncio.Queue)
    is_up: asyncio.Event = field(default_factory=asyncio.Event)

    @asynccontextmanager
    async def technician(self, name: str, status: str = "online") -> AsyncIterator[Client]:
        async with session(self.server, role="technician", token=self.tokens[name]) as client:
            await client.ok("status", status=status)
            yield client

    def is_anybody_left(self) -> bool:
        """Return True if a conversation is open, by the database on disk."""
        with tables_of(self.server.data) as database:
            left = "SELECT count(*) FROM conversations WHERE status <> 'closed'"
            return bool(database.execute(left).fetchone()[0])

    def log(self) -> dict[str, list[Event]]:
        """Return the events of every conversation, from the database on disk."""
        found: dict[str, list[Event]] = {}
        with tables_of(self.server.data) as database:
            for row in database.execute(f"SELECT {EVENT} FROM events ORDER BY conversation, seq"):
                found.setdefault(row[0], []).append(read_event(row))
        return found


@pytest.fixture
async def process(tmp_path: Path) -> AsyncIterator[ServerProcess]:
    """A server with short grace periods and technicians with room for all."""
    data = tmp_path / "data"
    async with open_store(data) as store:
        staff = build_accounts(store, load_settings(None, data=data))
        tokens = {}
        for name in ("bob", "cat", "eve"):
            rank = Rank.SUPERVISOR if name == "eve" else Rank.TECHNICIAN
            hired = await staff.hire(name, TechnicianTerms(name.title(), rank, 1_000))
            tokens[name] = await staff.api_token(hired)
        topics = [Topic(each, each) for each in (DIRECT, OFFERED, BY_HAND)]
        await store.site.save_parts({"pairing": orjson.dumps(PAIRING)}, topics)
    async with program(data, **IMPATIENT) as server:
        yield ServerProcess(server, tokens)


def is_promised(conversation: str, frame: Frame) -> bool:
    """Return True if this frame tells technicians of an answer promised in a conversation."""
    told = (frame["type"], frame.get("conversation"), frame.get("status"))
    return told == ("conversation", conversation, "waiting") and frame["reply_by"] is not None


async def asked(client: Client) -> str:
    offer = await client.receive(lambda frame: frame["type"] == "offer" and frame["until"])
    return str(offer["conversation"])


@dataclass(slots=True)
class EveryState:
    """One conversation in each state, with the sessions of its people."""

    bob: Client
    cat: Client
    customers: list[Client]
    conversations: dict[str, str]


@asynccontextmanager
async def everything_at_once(process: ServerProcess) -> AsyncIterator[EveryState]:
    """Bring a conversation into each state."""
    async with AsyncExitStack() as stack:
        bob = await stack.enter_async_context(process.technician("bob"))
        scene = EveryState(bob, bob, [], {})

        async def comes(state: str, topic: str, **fields: Any) -> str:
            ann = await stack.enter_async_context(
                session(process.server, role="customer", name="Ann")
            )
            scene.customers.append(ann)
            answer = await ann.ok("open", topic=topic, text="It blinks", **fields)
            scene.conversations[state] = conversation = str(answer["conversation"])
            return conversation

        for state in ("active", "transferred", "handed over", "reminded"):
            await bob.event("assigned", await comes(state, DIRECT))
        # Bob has to have the offer before the next conversation comes, or a
        # kill finds it only waiting.
        await comes("offered", OFFERED)
        await asked(bob)
        await comes("waiting", BY_HAND)
        await comes("promised", BY_HAND, written=True)
        kept = await comes("kept", BY_HAND)
        await scene.customers[-1].ok("keep", conversation=kept)
        reminded = scene.conversations["reminded"]
        await bob.ok("send", conversation=reminded, text="Which light?")
        await bob.event("reminded", reminded)
        # Away, so that nothing is paired with Cat: what Cat has was handed over by Bob.
        scene.cat = cat = await stack.enter_async_context(process.technician("cat", "away"))
        own = cat.welcome["technician"]["id"]
        await bob.ok("transfer", conversation=scene.conversations["transferred"], technician=own)
        await bob.ok("transfer", conversation=scene.conversations["handed over"], topic=BY_HAND)
        assert set(scene.conversations) == set(STATES)
        try:
            yield scene
        finally:
            lose(bob, cat, *scene.customers)


def lose(*clients: Client) -> None:
    """Abort connections without a close frame, as a kill does."""
    for client in clients:
        # A close frame would tell the server that the client has left on purpose: no grace.
        client.connection.transport.abort()


async def served_to_the_last(
    process: ServerProcess, coming: Sequence[asyncio.Task[None]] = ()
) -> None:
    """Serve customers as one technician until all have come and no conversation is open."""
    async with process.technician("eve") as eve:
        own = eve.welcome["technician"]["id"]
        while True:
            are_all_here = all(task.done() for task in coming)
            waiting = (await eve.ok("list", status="waiting", whose="all"))["conversations"]
            active = (await eve.ok("list", status="active", whose="all"))["conversations"]
            # A conversation that moves between the lists in this moment is in neither: hence the
            # look at the database.
            is_quiet = not waiting and not active
            if are_all_here and is_quiet and not process.is_anybody_left():
                return
            for each in waiting:
                # May be refused: pairing or an expiring offer can take it between
                # the list and this request.
                await eve.ask("accept", conversation=each["conversation"])
            for each in active:
                # Others' conversations stay theirs until their grace is over, perhaps right now.
                if each["technician"] is not None and each["technician"]["id"] == own:
                    await eve.ask("send", conversation=each["conversation"], text="Solved.")
                    await eve.ask("close", conversation=each["conversation"])


def ended(events: list[Event]) -> Conversation:
    """Return the closed conversation; assert that it never had two technicians at once."""
    state: Conversation | None = None
    for before, event in zip([None, *events], events, strict=False):
        if isinstance(event.fact, Assigned):
            assert state is not None
            # A transfer to a colleague assigns at once, without a moment in the queue.
            handed_over = before is not None and isinstance(before.fact, Transferred)
            assert state.status is ConversationStatus.WAITING or handed_over
        state = evolve(state, event)
    assert state is not None
    assert isinstance(events[0].fact, Opened)
    assert state.status is ConversationStatus.CLOSED
    return state


async def how_all_ended(process: ServerProcess, scene: EveryState) -> dict[str, str]:
    """Return the reason for which each conversation was closed, once all are."""
    async with asyncio.timeout(120):
        await served_to_the_last(process)
    log = process.log()
    ends = {}
    for state, conversation in scene.conversations.items():
        ended(log[conversation])
        ends[state] = str(getattr(log[conversation][-1].fact, "reason", ""))
    return ends


async def test_after_a_kill_of_technicians_another_one_serves_their_customers(
    process: ServerProcess,
) -> None:
    async with everything_at_once(process) as scene:
        lose(scene.bob, scene.cat)
        ends = await how_all_ended(process, scene)
    assert ends == dict.fromkeys(STATES, "technician")
    log = process.log()
    for state in ("active", "transferred", "reminded"):
        assert any(isinstance(each.fact, Requeued) for each in log[scene.conversations[state]])


async def test_when_customers_are_killed_their_questions_become_left_messages(
    process: ServerProcess,
) -> None:
    async with everything_at_once(process) as scene:
        lose(*scene.customers)
        # Only a promise makes sure that the grace of a customer is over before Bob is lost, too.
        for gone in ("waiting", "offered", "handed over"):
            waits = scene.conversations[gone]
            await scene.bob.receive(partial(is_promised, waits))
        lose(scene.bob, scene.cat)
        ends = await how_all_ended(process, scene)
    assert ends == dict.fromkeys(STATES, "technician")


@pytest.mark.parametrize("come_back", [True, False], ids=["who come back", "who stay away"])
async def test_after_a_kill_of_the_server_every_customer_is_served(
    process: ServerProcess, come_back: bool
) -> None:
    async with everything_at_once(process) as scene:
        tokens = [each.welcome["token"] for each in scene.customers]
        await process.server.kill()
        # On a busy machine reconnecting takes longer than the 0.3 s of the other tests.
        process.server.settings["customer_grace_s"] = 60 if come_back else 0.3
        await process.server.start()
    async with AsyncExitStack() as stack:
        if come_back:
            for token in tokens:
                again = session(process.server, role="customer", token=token)
                await stack.enter_async_context(again)
        ends = await how_all_ended(process, scene)
    # Customers that stay away are served too: their question became a left message.
    assert set(ends.values()) == {"technician"}


async def a_customer(process: ServerProcess, chance: random.Random) -> None:
    """Act as a customer that is lost at random moments, and then returns or stays away."""
    token: str | None = None
    topic, written = chance.choice([DIRECT, OFFERED, BY_HAND]), chance.random() < 0.2
    name = secrets.token_hex(8)
    while True:
        try:
            async with session(process.server, role="customer", token=token) as client:
                token = client.welcome["token"]
                answer = await client.ok(
                    # The same request id each time: a repetition after a kill must not
                    # open a second conversation.
                    "open",
                    request=name,
                    topic=topic,
                    text="It blinks",
                    written=written,
                )
                process.promised[name] = answer["conversation"]
                process.opened.put_nowait(name)
                if chance.random() < 0.3:
                    lose(client)
                    return
                if chance.random() < 0.3:
                    lose(client)
                    continue
                if chance.random() < 0.2:
                    await client.ask("leave", conversation=process.promised[name])
                    return
                said = await client.ok("history", conversation=process.promised[name], limit=200)
                # It may have been closed while the connection was lost.
                if all(event["kind"] != "closed" for event in said["events"]):
                    await client.event("closed")
                return
        except LOST:
            await process.is_up.wait()


async def a_technician(process: ServerProcess, name: str, chance: random.Random) -> None:
    """Act as a technician at random, with lost connections, until cancelled."""
    while True:
        try:
            async with process.technician(name) as client:
                while True:
                    await work(client, chance)
        except LOST:
            await process.is_up.wait()


async def work(client: Client, chance: random.Random) -> None:
    """Answer the next frame that asks for an action, or ignore it, at random."""
    frame = await client.receive(
        lambda frame: (
            frame.get("kind") in ("assigned", "reminded")
            or (frame["type"] == "offer" and frame["until"] is not None)
            or (frame["type"] == "conversation" and frame["status"] == "waiting")
        )
    )
    conversation = frame["conversation"]
    if chance.random() < 0.1:
        lose(client)
    elif frame["type"] == "offer":
        kind = chance.choice(["accept", "decline", "ping"])
        await client.ask(kind, conversation=conversation)
    elif frame["type"] == "conversation":
        await client.ask(chance.choice(["accept", "ping"]), conversation=conversation)
    elif chance.random() < 0.3:
        await client.ask(
            "transfer", conversation=conversation, topic=chance.choice([DIRECT, OFFERED])
        )
    else:
        await client.ask("send", conversation=conversation, text="Which light?")
        await client.ask(chance.choice(["close", "ping"]), conversation=conversation)


async def a_killer(process: ServerProcess) -> None:
    """Kill and restart the server each time a number of customers has come."""
    for _ in range(KILLS):
        # By conversations opened, not by time: a slow machine is killed in
        # the same third of the day.
        for _ in range(COMING // (KILLS + 1)):
            await process.opened.get()
        process.is_up.clear()
        await process.server.kill()
        await process.server.start()
        process.is_up.set()


async def test_random_kills_lose_no_conversation(process: ServerProcess) -> None:
    process.is_up.set()
    async with asyncio.timeout(120), asyncio.TaskGroup() as day:
        workers = [
            day.create_task(a_technician(process, name, random.Random(f"{name} {SEED}")))
            for name in ("bob", "cat")
        ]
        coming = [
            day.create_task(a_customer(process, random.Random(f"{number} {SEED}")))
            for number in range(COMING)
        ]
        await a_killer(process)
        for worker in workers:
            # From here on only Eve works, so the end does not depend on what Bob and Cat draw.
            worker.cancel()
        await served_to_the_last(process, coming)
    log = process.log()
    # An `ok` to `open` is the promise; a conversation whose answer the kill
    # cut off may be there or not.
    assert set(process.promised.values()) <= set(log)
    for events in log.values():
        ended(events)
