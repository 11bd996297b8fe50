"""Search covers one's own conversations, all of them for supervisors, solved ones if shared."""

from pathlib import Path

import pytest

from chatserver.core.conversation.commands import AddNote, Close, Send
from chatserver.core.conversation.listing import ListQuery
from chatserver.core.conversation.state import Conversation
from chatserver.core.errors import Code, Refused
from chatserver.core.people import Customer, Rank, Technician
from tests.services.desk import Desk, open_desk


async def solved(desk: Desk, customer: Customer, technician: Technician) -> Conversation:
    """Return a closed conversation about a blinking modem."""
    opened = await desk.opens(customer, "My modem blinks")
    conversation = await desk.accepted(technician, opened)
    await desk.does(technician, conversation, AddNote(text="old firmware"))
    await desk.does(technician, conversation, Send(text="Restart the modem"))
    return await desk.does(technician, conversation, Close())


async def test_customers_find_their_own_closed_conversations_only(desk: Desk) -> None:
    ann, eve, bob = await desk.customer("Ann"), await desk.customer("Eve"), await desk.technician()
    conversation = await solved(desk, ann, bob)
    search = desk.services.search
    [hit] = await search.search_own(ann, "modem", 10)
    assert hit.record.conversation.id == conversation.id
    assert await search.search_own(eve, "modem", 10) == []


async def test_what_only_a_note_says_is_found_by_technicians_alone(desk: Desk) -> None:
    ann, bob = await desk.customer("Ann"), await desk.technician()
    await solved(desk, ann, bob)
    search = desk.services.search
    assert await search.search_own(ann, "firmware", 10) == []
    assert len(await search.search_conversations(bob, "firmware", 10, everybodys=False)) == 1


async def test_everybodys_conversations_are_for_supervisors(desk: Desk) -> None:
    ann, bob, cat = (
        await desk.customer(),
        await desk.technician("bob"),
        await desk.technician("cat"),
    )
    sue = await desk.technician("sue", Rank.SUPERVISOR)
    conversation = await solved(desk, ann, bob)
    search = desk.services.search
    with pytest.raises(Refused) as refused:
        await search.search_conversations(cat, "modem", 10, everybodys=True)
    assert refused.value.code is Code.NOT_ALLOWED
    with pytest.raises(Refused):
        await search.list_conversations(cat, ListQuery(conversation.status), everybodys=True)
    assert await search.search_conversations(cat, "modem", 10, everybodys=False) == []
    assert len(await search.search_conversations(sue, "modem", 10, everybodys=True)) == 1


@pytest.mark.parametrize("shared", [True, False])
async def test_a_colleagues_solved_conversation_is_read_where_it_is_shared_and_without_notes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shared: bool
) -> None:
    async with open_desk(tmp_path, monkeypatch, solved_shared=shared) as desk:
        bob, cat = await desk.technician("bob"), await desk.technician("cat")
        conversation = await solved(desk, await desk.customer(), bob)
        if not shared:
            with pytest.raises(Refused) as refused:
                await desk.services.search.read_solved(cat, conversation.id)
            assert refused.value.code is Code.NOT_FOUND
            return
        said, more = await desk.services.search.read_solved(cat, conversation.id)
        assert [getattr(event.fact, "text", None) for event in said] == [
            "My modem blinks",
            "Restart the modem",
        ]
        assert not more


async def test_an_open_conversation_is_not_among_the_solved_ones(desk: Desk) -> None:
    bob = await desk.technician("bob")
    conversation = await desk.accepted(bob, await desk.opens(await desk.customer()))
    for name in (conversation.id, "no such conversation"):
        with pytest.raises(Refused) as refused:
            await desk.services.search.read_solved(bob, name)
        assert refused.value.code is Code.NOT_FOUND


async def test_the_last_helper_of_a_customer_is_found(desk: Desk) -> None:
    ann, bob = await desk.customer(), await desk.technician("bob")
    search = desk.services.search
    assert await search.helper_of(ann) is None
    await solved(desk, ann, bob)
    assert await search.helper_of(ann) == bob.id


async def test_the_card_shows_earlier_conversations_to_readers_of_this_one(desk: Desk) -> None:
    ann, bob, cat = (
        await desk.customer(),
        await desk.technician("bob"),
        await desk.technician("cat"),
    )
    earlier = await solved(desk, ann, bob)
    now = await desk.accepted(bob, await desk.opens(ann))
    card = await desk.services.search.customer_card(bob, now.id)
    assert [record.conversation.id for record in card.earlier] == [earlier.id]
    with pytest.raises(Refused) as refused:
        await desk.services.search.customer_card(cat, now.id)
    assert refused.value.code is Code.NOT_FOUND
