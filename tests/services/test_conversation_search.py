"""Search covers one's own conversations, all of them for supervisors, solved ones if shared."""

from pathlib import Path

import pytest

from chatserver.core.conversation.commands import AddNote, Close, Send
from chatserver.core.conversation.listing import ListQuery
from chatserver.core.conversation.state import Conversation
from chatserver.core.errors import Code, Refused
from chatserver.core.people import Customer, Rank, Technician
from tests.services.backend import Backend, open_backend


async def solved(backend: Backend, customer: Customer, technician: Technician) -> Conversation:
    """Return a closed conversation about a blinking modem."""
    opened = await backend.open_conversation(customer, "My modem blinks")
    conversation = await backend.accept(technician, opened)
    await backend.run_command(technician, conversation, AddNote(text="old firmware"))
    await backend.run_command(technician, conversation, Send(text="Restart the modem"))
    return await backend.run_command(technician, conversation, Close())


async def test_customers_find_their_own_closed_conversations_only(backend: Backend) -> None:
    ann, eve, bob = (
        await backend.customer("Ann"),
        await backend.customer("Eve"),
        await backend.technician(),
    )
    conversation = await solved(backend, ann, bob)
    search = backend.services.search
    [hit] = await search.search_own(ann, "modem", 10)
    assert hit.record.conversation.id == conversation.id
    assert await search.search_own(eve, "modem", 10) == []


async def test_what_only_a_note_says_is_found_by_technicians_alone(backend: Backend) -> None:
    ann, bob = await backend.customer("Ann"), await backend.technician()
    await solved(backend, ann, bob)
    search = backend.services.search
    assert await search.search_own(ann, "firmware", 10) == []
    assert len(await search.search_conversations(bob, "firmware", 10, everybodys=False)) == 1


async def test_everybodys_conversations_are_for_supervisors(backend: Backend) -> None:
    ann, bob, cat = (
        await backend.customer(),
        await backend.technician("bob"),
        await backend.technician("cat"),
    )
    sue = await backend.technician("sue", Rank.SUPERVISOR)
    conversation = await solved(backend, ann, bob)
    search = backend.services.search
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
    async with open_backend(tmp_path, monkeypatch, solved_shared=shared) as backend:
        bob, cat = await backend.technician("bob"), await backend.technician("cat")
        conversation = await solved(backend, await backend.customer(), bob)
        if not shared:
            with pytest.raises(Refused) as refused:
                await backend.services.search.read_solved(cat, conversation.id)
            assert refused.value.code is Code.NOT_FOUND
            return
        said, more = await backend.services.search.read_solved(cat, conversation.id)
        assert [getattr(event.fact, "text", None) for event in said] == [
            "My modem blinks",
            "Restart the modem",
        ]
        assert not more


async def test_an_open_conversation_is_not_among_the_solved_ones(backend: Backend) -> None:
    bob = await backend.technician("bob")
    conversation = await backend.accept(
        bob, await backend.open_conversation(await backend.customer())
    )
    for name in (conversation.id, "no such conversation"):
        with pytest.raises(Refused) as refused:
            await backend.services.search.read_solved(bob, name)
        assert refused.value.code is Code.NOT_FOUND


async def test_the_previous_technician_of_a_customer_is_found(backend: Backend) -> None:
    ann, bob = await backend.customer(), await backend.technician("bob")
    search = backend.services.search
    assert await search.previous_technician_of(ann) is None
    await solved(backend, ann, bob)
    assert await search.previous_technician_of(ann) == bob.id


async def test_the_card_shows_earlier_conversations_to_readers_of_this_one(
    backend: Backend,
) -> None:
    ann, bob, cat = (
        await backend.customer(),
        await backend.technician("bob"),
        await backend.technician("cat"),
    )
    earlier = await solved(backend, ann, bob)
    now = await backend.accept(bob, await backend.open_conversation(ann))
    card = await backend.services.search.customer_card(bob, now.id)
    assert [record.conversation.id for record in card.earlier] == [earlier.id]
    with pytest.raises(Refused) as refused:
        await backend.services.search.customer_card(cat, now.id)
    assert refused.value.code is Code.NOT_FOUND
