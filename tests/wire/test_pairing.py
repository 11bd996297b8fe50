"""Pairing as both sides see it over the wire: order, capacity, transfers, lost people."""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack

import pytest

from chatserver.app import RunningServer
from chatserver.core.conversation.events import Assigned
from chatserver.core.log import Append
from chatserver.core.people import Rank
from chatserver.store.engine.writer import Writer
from tests.conftest import StartServer
from tests.wire.administrator import decide
from tests.wire.client import Client, customer, hired, opened, session, technician


async def holder(client: Client, conversation: str) -> str:
    return str((await client.event("assigned", conversation))["technician"]["name"])


@pytest.mark.usefixtures("both_carriers")
async def test_a_customer_is_paired_at_once_with_a_free_technician(server: RunningServer) -> None:
    async with technician(server) as bob, customer(server) as ann:
        conversation = await opened(ann, text="hello")
        assert await holder(ann, conversation) == "Bob"
        await bob.event("assigned")
        summary = await bob.next("conversation", status="active")
        assert summary["technician"]["name"] == "Bob"
        await bob.receive(
            lambda frame: frame["type"] == "presence" and frame["technician"]["load"] == 1
        )


async def test_customers_are_served_in_order_and_see_their_place_move(
    server: RunningServer,
) -> None:
    async with customer(server) as ann, customer(server) as eve, customer(server) as joe:
        conversations = [await opened(client) for client in (ann, eve, joe)]
        assert (await joe.next("queue"))["position"] == 3
        async with technician(server, capacity=1) as bob:
            assert await holder(ann, conversations[0]) == "Bob"
            assert (await joe.next("queue"))["position"] == 2
            await bob.ok("close", conversation=conversations[0])
            assert await holder(eve, conversations[1]) == "Bob"
            place = await joe.next("queue")
            assert place["position"] == 1
            assert place["wait"] >= 0


async def test_capacity_is_never_exceeded_by_itself(server: RunningServer) -> None:
    async with technician(server, capacity=2) as bob, AsyncExitStack() as stack:
        for _ in range(5):
            client = await stack.enter_async_context(customer(server))
            await opened(client)
        await bob.event("assigned")
        await bob.event("assigned")
        frames = await bob.settle()
        assert not [frame for frame in frames if frame.get("kind") == "assigned"]


async def test_of_two_technicians_the_first_to_accept_gets_the_customer(
    server: RunningServer,
) -> None:
    async with (
        customer(server) as ann,
        technician(server, status="away") as bob,
        technician(server, "cat", status="away") as cat,
    ):
        conversation = await opened(ann)
        await bob.next("conversation", status="waiting")
        await bob.ok("accept", conversation=conversation)
        error = await cat.refused("accept", conversation=conversation)
        assert (error["code"], error["by"]) == ("conflict", "Bob")
        assert await holder(ann, conversation) == "Bob"
        # Cat learns that it is taken, but not what is said in it.
        assert (await cat.next("conversation", status="active"))["last"] is None


async def test_a_transfer_takes_customer_and_history_along(server: RunningServer) -> None:
    async with (
        technician(server) as bob,
        customer(server) as ann,
    ):
        conversation = await opened(ann, text="hello")
        assert await holder(ann, conversation) == "Bob"
        async with technician(server, "cat", status="away") as cat:
            await bob.ok(
                "transfer",
                conversation=conversation,
                technician=cat.welcome["technician"]["id"],
                note="old firmware",
            )
            assert await holder(ann, conversation) == "Cat"
            assert (await cat.event("message"))["text"] == "hello"
            assert (await cat.event("note"))["text"] == "old firmware"
            await cat.ok("send", conversation=conversation, text="hello from Cat")
            error = await bob.refused("send", conversation=conversation, text="still me")
            assert error["code"] == "not_allowed"
            frames = await bob.settle()
            assert "hello from Cat" not in [frame.get("text") for frame in frames]


async def test_a_transfer_to_a_topic_is_for_its_technicians(server: RunningServer) -> None:
    topics = frozenset({"dsl"})
    async with (
        technician(server) as bob,
        technician(server, "cat", topics=topics, status="away") as cat,
        customer(server) as ann,
    ):
        conversation = await opened(ann)
        assert await holder(ann, conversation) == "Bob"
        await cat.ok("status", status="online")
        await bob.ok("transfer", conversation=conversation, topic="dsl")
        assert (await ann.event("requeued"))["reason"] == "transferred"
        assert await holder(ann, conversation) == "Cat"


async def test_a_transfer_to_an_absent_technician_is_refused(server: RunningServer) -> None:
    await hired(server, "cat")
    async with technician(server) as bob, customer(server) as ann:
        conversation = await opened(ann)
        await bob.event("assigned")
        for target in ({"technician": "nobody"}, {}, {"technician": "x", "topic": "y"}):
            error = await bob.refused("transfer", conversation=conversation, **target)
            assert (error["code"], error["field"]) == ("invalid", "technician")
        error = await bob.refused("transfer", conversation=conversation, topic="astrology")
        assert (error["code"], error["field"]) == ("invalid", "topic")


async def test_a_technician_who_is_away_is_given_no_customer(server: RunningServer) -> None:
    async with technician(server, status="away") as bob, customer(server) as ann:
        conversation = await opened(ann)
        assert (await ann.next("queue"))["position"] == 1
        await bob.ok("status", status="online", capacity=1)
        assert await holder(ann, conversation) == "Bob"


async def test_the_chosen_status_outlasts_the_connection(server: RunningServer) -> None:
    token = await hired(server, "bob")
    async with session(server, role="technician", token=token) as bob:
        answer = await bob.ok("status", status="online", capacity=7)
        assert answer["technician"]["capacity"] == 7
    async with session(server, role="technician", token=token) as bob:
        assert bob.welcome["technician"]["status"] == "online"
        assert bob.welcome["technician"]["capacity"] == 7


@pytest.mark.usefixtures("both_carriers")
async def test_the_customers_of_a_lost_technician_return_to_the_head(start: StartServer) -> None:
    server = await start(technician_grace_s=0.05)
    async with (
        customer(server) as ann,
        customer(server) as eve,
        technician(server, "sue", status="away") as sue,
    ):
        async with technician(server, capacity=1):
            conversation = await opened(ann)
            await ann.event("assigned")
            await opened(eve)
        requeued = await ann.event("requeued")
        assert await sue.next("conversation", conversation=conversation, requeued="technician_left")
        assert requeued["reason"] == "technician_left"
        assert (await ann.next("queue"))["position"] == 1
        async with technician(server, "cat", capacity=1) as cat:
            assert (await cat.event("assigned"))["conversation"] == conversation


@pytest.mark.usefixtures("both_carriers")
async def test_a_technician_who_is_back_in_time_keeps_the_customers(server: RunningServer) -> None:
    token = await hired(server, "bob")
    async with customer(server) as ann:
        async with session(server, role="technician", token=token) as bob:
            await bob.ok("status", status="online")
            conversation = await opened(ann, text="hello")
            await bob.event("assigned")
        async with session(server, role="technician", token=token) as bob:
            (own,) = bob.welcome["conversations"]
            assert own["conversation"] == conversation
            assert (await bob.event("message"))["text"] == "hello"
            await bob.ok("send", conversation=conversation, text="back again")
        assert "requeued" not in [frame.get("kind") for frame in await ann.settle()]


@pytest.mark.usefixtures("both_carriers")
async def test_a_waiting_customer_who_said_nothing_and_stays_away_is_given_up(
    start: StartServer,
) -> None:
    server = await start(customer_grace_s=0.05)
    async with technician(server, status="away") as bob:
        async with customer(server) as ann:
            await opened(ann)
            token = ann.welcome["token"]
        await bob.next("conversation", status="closed")
        async with session(server, role="customer", token=token) as ann:
            (summary,) = ann.welcome["conversations"]
            assert summary["status"] == "closed"
            history = await ann.ok("history", conversation=summary["conversation"])
            closed = history["events"][-1]
            assert (closed["by"], closed["reason"]) == ("system", "abandoned")


@pytest.mark.usefixtures("both_carriers")
async def test_a_question_outlives_its_customers_page_and_its_technicians_connection(
    start: StartServer,
) -> None:
    server = await start(customer_grace_s=0.05, technician_grace_s=0.05, open_conversations=1)
    async with technician(server, "cat", status="away") as cat:
        async with technician(server) as bob, customer(server) as ann:
            conversation = await opened(ann, text="It blinks")
            await bob.event("assigned")
            token = ann.welcome["token"]
        left = await cat.receive(
            lambda frame: frame["type"] == "conversation" and frame["reply_by"] is not None
        )
        assert (left["conversation"], left["status"]) == (conversation, "waiting")
        waiting = await cat.ok("list", status="waiting", whose="mine")
        assert waiting["conversations"] == []
        async with session(server, role="customer", token=token) as ann:
            (summary,) = ann.welcome["conversations"]
            assert (summary["status"], summary["reply_by"]) == ("waiting", left["reply_by"])
            # A left message is an open conversation, and counts as one.
            assert (await ann.refused("open", text="Again"))["code"] == "too_many"
            history = await ann.ok("history", conversation=conversation)
            promised = history["events"][-1]
            assert (promised["kind"], promised["author"]["role"]) == ("promised", "system")
        await cat.ok("accept", conversation=conversation)
        await cat.ok("send", conversation=conversation, text="Restart it")


async def test_left_messages_do_not_fill_the_queue(start: StartServer) -> None:
    server = await start(customer_grace_s=0.05, waiting_limit=1)
    async with technician(server, status="away") as bob:
        async with customer(server) as ann:
            await opened(ann, text="It blinks")
        await bob.receive(
            lambda frame: frame["type"] == "conversation" and frame["reply_by"] is not None
        )
        async with customer(server) as eve, customer(server) as joe:
            await opened(eve, text="Hello?")
            assert (await joe.refused("open", text="Hello?"))["code"] == "queue_full"


async def test_abandoned_conversations_are_listed_for_supervisors(start: StartServer) -> None:
    server = await start(customer_grace_s=0.05)
    async with (
        technician(server, "sue", rank=Rank.SUPERVISOR, status="away") as sue,
        technician(server, status="away") as bob,
    ):
        async with customer(server) as ann:
            conversation = await opened(ann)
        await sue.next("conversation", status="closed")
        listed = (await sue.ok("list", status="abandoned", whose="all"))["conversations"]
        assert [each["conversation"] for each in listed] == [conversation]
        assert (await bob.ok("list", status="abandoned"))["conversations"] == []


async def test_customers_of_many_at_once_are_each_paired_once(server: RunningServer) -> None:
    async with AsyncExitStack() as stack:
        technicians = [
            await stack.enter_async_context(technician(server, f"t{number}", capacity=3))
            for number in range(4)
        ]
        customers = [await stack.enter_async_context(customer(server)) for _ in range(12)]
        # Twelve requests at once for twelve places: each pairing changes the load of the next.
        conversations = await asyncio.gather(*(opened(client) for client in customers))
        names = [
            await holder(client, conversation)
            for client, conversation in zip(customers, conversations, strict=True)
        ]
        assert sorted(names) == sorted(["T0", "T1", "T2", "T3"] * 3)
        for client in technicians:
            for _ in range(3):
                await client.event("assigned")
            assert "assigned" not in [frame.get("kind") for frame in await client.settle()]


@pytest.mark.parametrize("by_transfer", [False, True])
async def test_no_slot_is_given_away_while_a_technician_takes_it_by_hand(
    start: StartServer, monkeypatch: pytest.MonkeyPatch, by_transfer: bool
) -> None:
    """The commit takes some ms; here it is held back until pairing has looked once more."""
    writing, written = asyncio.Event(), asyncio.Event()
    written.set()
    append = Writer.append

    async def slowly(self: Writer, appended: Append, stored: Callable[[], None]) -> None:
        if any(isinstance(each.fact, Assigned) and not each.fact.why for each in appended.events):
            writing.set()
            await written.wait()
        await append(self, appended, stored)

    monkeypatch.setattr(Writer, "append", slowly)
    server = await start()
    await decide(server, topics={"dsl": {"mode": "by_hand"}})
    async with (
        customer(server) as ann,
        customer(server) as eve,
        technician(server, "sue", rank=Rank.SUPERVISOR, status="away") as sue,
        technician(server, capacity=1) as bob,
    ):
        conversation = await opened(ann, topic="dsl")
        if by_transfer:
            await sue.ok("accept", conversation=conversation)
        writing.clear()
        written.clear()
        taking = sue if by_transfer else bob
        request = {"technician": bob.welcome["technician"]["id"]} if by_transfer else {}
        kind = "transfer" if by_transfer else "accept"
        answer = asyncio.ensure_future(taking.ok(kind, conversation=conversation, **request))
        try:
            await writing.wait()
            other = await opened(eve)
            # The positions are told in the same pass, after the pairing.
            await eve.next("queue")
        finally:
            written.set()
        await answer
        given = [each for each in await bob.settle() if each.get("kind") == "assigned"]
        assert other not in {each["conversation"] for each in given}
        await bob.ok("close", conversation=conversation)
        assert await holder(eve, other) == "Bob"


async def test_other_rules_withdraw_a_standing_offer(server: RunningServer) -> None:
    await decide(server, topics={"dsl": {"mode": "offer"}})
    async with technician(server) as bob, customer(server) as ann:
        conversation = await opened(ann, topic="dsl")
        await bob.next("offer")
        await decide(server, topics={"dsl": {"mode": "direct"}})
        assert await holder(ann, conversation) == "Bob"
        events = (await bob.ok("history", conversation=conversation))["events"]
        reasons = [each.get("reason") for each in events if each["kind"] == "declined"]
        assert reasons == ["withdrawn"]
