"""Secrets in texts are masked before they are stored, in every kind of request."""

from typing import Any

import pytest

from chatserver.app import RunningServer
from tests.conftest import StartServer
from tests.wire.client import Client, customer, opened, technician

CARD, HIDDEN = "4111 1111 1111 1111", "•••• •••• •••• 1111"


@pytest.fixture
async def masking(start: StartServer) -> RunningServer:
    return await start(mask=["card"])


async def stored(client: Client, conversation: str) -> list[dict[str, Any]]:
    events: list[dict[str, Any]] = (await client.ok("history", conversation=conversation))["events"]
    return events


async def test_card_numbers_are_hidden_on_every_way_in(masking: RunningServer) -> None:
    async with technician(masking) as bob, customer(masking) as ann:
        told = {"text": f"a {CARD}", "subject": f"b {CARD}", "product": f"c {CARD}"}
        conversation = await opened(ann, **told)
        await bob.event("assigned")
        for side in (ann, bob):
            await side.ok("send", conversation=conversation, text=f"d {CARD}")
        await bob.ok("note", conversation=conversation, text=f"e {CARD}")
        await bob.ok("close", conversation=conversation)
        await ann.ok("rate", conversation=conversation, score=5, comment=f"f {CARD}")
        said = str(await stored(bob, conversation))
    assert CARD not in said
    assert [letter for letter in "abcdef" if f"{letter} {HIDDEN}" not in said] == []


async def test_card_numbers_are_hidden_in_the_note_of_a_transfer(masking: RunningServer) -> None:
    async with (
        technician(masking) as bob,
        customer(masking) as ann,
    ):
        conversation = await opened(ann)
        await bob.event("assigned")
        async with technician(masking, "eve") as eve:
            target = eve.welcome["technician"]["id"]
            await bob.ok("transfer", conversation=conversation, technician=target, note=CARD)
            assert (await eve.event("note"))["text"] == HIDDEN


async def test_the_other_side_sees_the_masked_text_at_once(masking: RunningServer) -> None:
    async with technician(masking) as bob, customer(masking) as ann:
        conversation = await opened(ann)
        await bob.event("assigned")
        await ann.ok("send", conversation=conversation, text=CARD)
        assert (await bob.event("message"))["text"] == HIDDEN


async def test_an_author_may_exempt_exactly_one_message_from_masking(
    masking: RunningServer,
) -> None:
    async with customer(masking) as ann:
        assert ann.welcome["mask"] == {"kinds": ["card"], "undo": True}
        conversation = await opened(ann)
        await ann.ok("send", conversation=conversation, text=CARD, unmasked=True)
        await ann.ok("send", conversation=conversation, text=CARD)
        texts = [event["text"] for event in await stored(ann, conversation) if "text" in event]
        assert texts == [CARD, HIDDEN]


async def test_exemptions_are_refused_where_the_operator_forbids_them(start: StartServer) -> None:
    server = await start(mask=["card"], mask_undo=False)
    async with customer(server) as ann:
        assert ann.welcome["mask"]["undo"] is False
        conversation = await opened(ann)
        await ann.ok("send", conversation=conversation, text=CARD, unmasked=True)
        assert (await stored(ann, conversation))[-1]["text"] == HIDDEN


async def test_without_the_setting_nothing_is_masked(server: RunningServer) -> None:
    async with customer(server) as ann:
        assert "mask" not in ann.welcome
        conversation = await opened(ann, text=CARD)
        assert (await stored(ann, conversation))[-1]["text"] == CARD
