"""Silence is acted on once, when its period is over, and not during the grace of a start."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from chatserver.core.conversation.commands import Send
from chatserver.core.conversation.events import RequeueReason
from chatserver.core.conversation.state import Conversation, ConversationStatus
from chatserver.core.pairing.rules import PairingRules
from tests.services.backend import Backend, open_backend

MINUTE = 60_000
RULES = PairingRules(answer_within=5 * MINUTE, remind_after=10 * MINUTE, close_after=20 * MINUTE)


async def answered(backend: Backend) -> Conversation:
    """Return a conversation in which Ann was answered and is silent since."""
    watcher = backend.services.pairing.inactivity
    watcher.use_rules(RULES)
    bob = await backend.technician("bob")
    conversation = await backend.accept(
        bob, await backend.open_conversation(await backend.customer())
    )
    return await backend.run_command(bob, conversation, Send(text="Restart it"))


async def watched(backend: Backend, until: Callable[[], Awaitable[bool]]) -> None:
    """Run the watcher until a condition holds."""
    await backend.while_running(backend.services.pairing.inactivity.run(), until)


async def state(backend: Backend, conversation: Conversation) -> Conversation:
    record = await backend.store.conversations.find_by_id(conversation.id)
    assert record is not None
    return record.conversation


async def test_a_silent_customer_is_reminded_and_then_the_conversation_closes(
    backend: Backend,
) -> None:
    conversation = await answered(backend)

    async def is_reminded() -> bool:
        return (await state(backend, conversation)).reminded

    async def is_closed() -> bool:
        return (await state(backend, conversation)).status is ConversationStatus.CLOSED

    backend.now += 10 * MINUTE
    await watched(backend, is_reminded)
    assert not await is_closed()
    backend.now += 10 * MINUTE
    await watched(backend, is_closed)


async def test_a_customer_whose_technician_says_nothing_waits_again(backend: Backend) -> None:
    backend.services.pairing.inactivity.use_rules(RULES)
    bob = await backend.technician("bob")
    conversation = await backend.accept(
        bob, await backend.open_conversation(await backend.customer())
    )

    async def is_requeued() -> bool:
        return (await state(backend, conversation)).status is ConversationStatus.WAITING

    backend.now += 5 * MINUTE
    await watched(backend, is_requeued)
    requeued = await state(backend, conversation)
    assert requeued.requeue_reason is RequeueReason.UNANSWERED


async def test_a_customer_who_writes_in_time_is_not_reminded(backend: Backend) -> None:
    conversation = await answered(backend)
    other = await backend.accept(
        await backend.technician("cat"),
        await backend.open_conversation(await backend.customer("Eve")),
    )
    backend.now += 9 * MINUTE
    ann = await backend.store.customers.find_customer(conversation.customer.id)
    assert ann is not None
    await backend.run_command(ann, conversation, Send(text="Thank you"))

    async def other_waits() -> bool:
        return (await state(backend, other)).status is ConversationStatus.WAITING

    backend.now += 10 * MINUTE
    await watched(backend, other_waits)
    assert not (await state(backend, conversation)).reminded


async def test_new_rules_hold_no_silence_against_anybody_before_the_grace_is_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_backend(tmp_path, monkeypatch, silence_grace_s=3_600) as backend:
        long_silent = await answered(backend)
        backend.now += 60 * MINUTE
        backend.services.pairing.inactivity.use_rules(replace(RULES, remind_after=MINUTE))
        cat = await backend.technician("cat")
        other = await backend.accept(
            cat, await backend.open_conversation(await backend.customer("Eve"))
        )
        await backend.run_command(cat, other, Send(text="Restart it"))

        async def other_is_reminded() -> bool:
            return (await state(backend, other)).reminded

        async def both_are_reminded() -> bool:
            return (await state(backend, long_silent)).reminded and await other_is_reminded()

        backend.now += MINUTE
        await watched(backend, other_is_reminded)
        assert not await both_are_reminded()
        backend.now += 60 * MINUTE
        await watched(backend, both_are_reminded)


@pytest.mark.parametrize("step", [-1_440 * MINUTE, 1_440 * MINUTE])
async def test_a_silence_ends_in_its_time_though_the_wall_clock_is_set(
    backend: Backend, step: int
) -> None:
    conversation = await answered(backend)
    watcher = backend.services.pairing.inactivity
    watcher.wall_clock = lambda: backend.now + step
    backend.now += 10 * MINUTE - 1
    await watcher.act_on_due()
    assert not (await state(backend, conversation)).reminded
    backend.now += 1
    await watcher.act_on_due()
    assert (await state(backend, conversation)).reminded


async def test_other_rules_after_the_wall_clock_was_set_back_add_no_time(backend: Backend) -> None:
    conversation = await answered(backend)
    watcher = backend.services.pairing.inactivity
    watcher.wall_clock = lambda: backend.now - 1_440 * MINUTE
    watcher.use_rules(replace(RULES, remind_after=15 * MINUTE))
    backend.now += 15 * MINUTE
    await watcher.act_on_due()
    assert (await state(backend, conversation)).reminded
