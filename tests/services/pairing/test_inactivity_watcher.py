"""Silence is acted on once, when its period is over, and not during the grace of a start."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from chatserver.core.conversation.commands import Send
from chatserver.core.conversation.events import RequeueReason
from chatserver.core.conversation.state import Conversation, ConversationStatus
from chatserver.core.pairing.rules import PairingRules
from tests.services.desk import Desk, open_desk

MINUTE = 60_000
RULES = PairingRules(answer_within=5 * MINUTE, remind_after=10 * MINUTE, close_after=20 * MINUTE)


async def answered(desk: Desk) -> Conversation:
    """Return a conversation in which Ann was answered and is silent since."""
    watcher = desk.services.pairing.inactivity
    watcher.use_rules(RULES)
    bob = await desk.technician("bob")
    conversation = await desk.accepted(bob, await desk.opens(await desk.customer()))
    return await desk.does(bob, conversation, Send(text="Restart it"))


async def watched(desk: Desk, until: Callable[[], Awaitable[bool]]) -> None:
    """Run the watcher until a condition holds."""
    await desk.while_running(desk.services.pairing.inactivity.run(), until)


async def state(desk: Desk, conversation: Conversation) -> Conversation:
    record = await desk.store.conversations.find_by_id(conversation.id)
    assert record is not None
    return record.conversation


async def test_a_silent_customer_is_reminded_and_then_the_conversation_closes(desk: Desk) -> None:
    conversation = await answered(desk)

    async def is_reminded() -> bool:
        return (await state(desk, conversation)).reminded

    async def is_closed() -> bool:
        return (await state(desk, conversation)).status is ConversationStatus.CLOSED

    desk.now += 10 * MINUTE
    await watched(desk, is_reminded)
    assert not await is_closed()
    desk.now += 10 * MINUTE
    await watched(desk, is_closed)


async def test_a_customer_whose_technician_says_nothing_waits_again(desk: Desk) -> None:
    desk.services.pairing.inactivity.use_rules(RULES)
    bob = await desk.technician("bob")
    conversation = await desk.accepted(bob, await desk.opens(await desk.customer()))

    async def is_requeued() -> bool:
        return (await state(desk, conversation)).status is ConversationStatus.WAITING

    desk.now += 5 * MINUTE
    await watched(desk, is_requeued)
    requeued = await state(desk, conversation)
    assert requeued.requeue_reason is RequeueReason.UNANSWERED


async def test_a_customer_who_writes_in_time_is_not_reminded(desk: Desk) -> None:
    conversation = await answered(desk)
    other = await desk.accepted(
        await desk.technician("cat"), await desk.opens(await desk.customer("Eve"))
    )
    desk.now += 9 * MINUTE
    ann = await desk.store.customers.find_customer(conversation.customer.id)
    assert ann is not None
    await desk.does(ann, conversation, Send(text="Thank you"))

    async def other_waits() -> bool:
        return (await state(desk, other)).status is ConversationStatus.WAITING

    desk.now += 10 * MINUTE
    await watched(desk, other_waits)
    assert not (await state(desk, conversation)).reminded


async def test_new_rules_hold_no_silence_against_anybody_before_the_grace_is_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_desk(tmp_path, monkeypatch, silence_grace_s=3_600) as desk:
        long_silent = await answered(desk)
        desk.now += 60 * MINUTE
        desk.services.pairing.inactivity.use_rules(replace(RULES, remind_after=MINUTE))
        cat = await desk.technician("cat")
        other = await desk.accepted(cat, await desk.opens(await desk.customer("Eve")))
        await desk.does(cat, other, Send(text="Restart it"))

        async def other_is_reminded() -> bool:
            return (await state(desk, other)).reminded

        async def both_are_reminded() -> bool:
            return (await state(desk, long_silent)).reminded and await other_is_reminded()

        desk.now += MINUTE
        await watched(desk, other_is_reminded)
        assert not await both_are_reminded()
        desk.now += 60 * MINUTE
        await watched(desk, both_are_reminded)


@pytest.mark.parametrize("step", [-1_440 * MINUTE, 1_440 * MINUTE])
async def test_a_silence_ends_in_its_time_though_the_wall_clock_is_set(
    desk: Desk, step: int
) -> None:
    conversation = await answered(desk)
    watcher = desk.services.pairing.inactivity
    watcher.calendar = lambda: desk.now + step
    desk.now += 10 * MINUTE - 1
    await watcher.act_on_due()
    assert not (await state(desk, conversation)).reminded
    desk.now += 1
    await watcher.act_on_due()
    assert (await state(desk, conversation)).reminded


async def test_other_rules_after_the_wall_clock_was_set_back_add_no_time(desk: Desk) -> None:
    conversation = await answered(desk)
    watcher = desk.services.pairing.inactivity
    watcher.calendar = lambda: desk.now - 1_440 * MINUTE
    watcher.use_rules(replace(RULES, remind_after=15 * MINUTE))
    desk.now += 15 * MINUTE
    await watcher.act_on_due()
    assert (await state(desk, conversation)).reminded
