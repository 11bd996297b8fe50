"""Messages that customers leave instead of waiting."""

import pytest

from chatserver.app import RunningServer
from tests.conftest import StartServer
from tests.wire.client import Client, customer, opened, session, technician


async def test_a_message_can_be_left_at_once(server: RunningServer) -> None:
    async with customer(server) as ann:
        ok = await ann.ok("open", text="It blinks", written=True)
        assert ok["reply_by"] > ok["at"]
        promised = await ann.event("promised")
        assert promised["reply_by"] == ok["reply_by"]


async def test_a_waiting_customer_may_leave_a_message_instead(server: RunningServer) -> None:
    async with customer(server) as ann:
        conversation = await opened(ann)
        ok = await ann.ok("leave", request="once", conversation=conversation)
        assert ok == await ann.ok("leave", request="once", conversation=conversation)
        error = await ann.refused("leave", conversation=conversation)
        assert error["code"] == "conflict"


@pytest.mark.usefixtures("both_carriers")
async def test_a_left_message_waits_on_when_its_customer_leaves(start: StartServer) -> None:
    server = await start(customer_grace_s=0)
    async with customer(server) as ann:
        left = (await ann.ok("open", text="later", written=True))["conversation"]
        token = ann.welcome["token"]
    async with session(server, role="customer", token=token) as ann:
        assert ann.welcome["conversations"][0]["reply_by"] is not None
    async with customer(server) as eve:
        await opened(eve)
    async with technician(server) as bob:
        assert (await bob.event("assigned"))["conversation"] == left
        await bob.ok("send", conversation=left, text="Here is your answer")
    async with session(server, role="customer", token=token) as ann:
        assert ann.welcome["conversations"][0]["reply_by"] is None
        assert (await said(ann))["text"] == "Here is your answer"


async def said(client: Client) -> dict[str, object]:
    """Return the next message of a technician."""
    while True:
        event = await client.event("message")
        if event["author"]["role"] == "technician":
            return event


async def test_waiting_customers_come_before_left_messages(server: RunningServer) -> None:
    async with customer(server) as ann, customer(server) as eve:
        written = (await ann.ok("open", text="later", written=True))["conversation"]
        live = await opened(eve)
        async with technician(server, capacity=1) as bob:
            assert (await bob.event("assigned"))["conversation"] == live
            await bob.ok("close", conversation=live)
            assert (await bob.event("assigned"))["conversation"] == written


async def test_a_message_cannot_be_left_in_anothers_conversation(server: RunningServer) -> None:
    async with customer(server) as ann, customer(server) as eve, technician(server) as bob:
        conversation = await opened(ann)
        assert (await eve.refused("leave", conversation=conversation))["code"] == "not_found"
        assert (await bob.refused("leave", conversation=conversation))["code"] == "not_allowed"
        await bob.event("assigned")
        assert (await ann.refused("leave", conversation=conversation))["code"] == "conflict"
