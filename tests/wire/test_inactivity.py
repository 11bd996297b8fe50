"""Silent conversations are ended, and unanswered ones reassigned, by the rules."""

from chatserver.app import RunningServer
from tests.wire.administrator import decide
from tests.wire.client import customer, opened, technician


async def test_a_silent_customer_is_reminded_and_then_the_conversation_ends(
    server: RunningServer,
) -> None:
    await decide(server, remind_after=1_000, close_after=2_000)
    async with technician(server) as bob, customer(server) as ann:
        conversation = await opened(ann, text="It blinks")
        await bob.event("assigned", conversation)
        answered = await bob.ok("send", conversation=conversation, text="Which light?")
        reminded = await ann.event("reminded")
        assert reminded["closes_at"] == answered["at"] + 2_000
        closed = await ann.event("closed")
        assert (closed["by"], closed["reason"]) == ("system", "inactive")


async def test_a_customer_answered_too_late_goes_to_another_technician(
    server: RunningServer,
) -> None:
    await decide(server, answer_within=1_000)
    async with technician(server, "bob") as bob, customer(server) as ann:
        conversation = await opened(ann, text="It blinks")
        await bob.event("assigned", conversation)
        async with technician(server, "cat") as cat:
            requeued = await ann.event("requeued", conversation)
            assert requeued["reason"] == "unanswered"
            await cat.event("assigned", conversation)
