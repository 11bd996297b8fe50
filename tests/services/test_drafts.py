"""Drafts of technicians, kept for their other devices."""

from chatserver.core.conversation.draft import Draft
from tests.services.backend import Backend


async def test_a_draft_is_stored_for_its_technician_alone(backend: Backend) -> None:
    ann, bob, cat = (
        await backend.customer(),
        await backend.technician("bob"),
        await backend.technician("cat"),
    )
    conversation = await backend.accept(bob, await backend.open_conversation(ann))
    draft = Draft(conversation.id, "Which li")
    assert await backend.services.drafts.save_draft(bob, draft)
    assert await backend.services.drafts.list_drafts(bob) == [draft]
    assert await backend.services.drafts.list_drafts(cat) == []


async def test_a_later_draft_takes_the_place_of_the_one_before(backend: Backend) -> None:
    ann, bob = await backend.customer(), await backend.technician()
    conversation = await backend.accept(bob, await backend.open_conversation(ann))
    for text in ("Which li", "Which light?"):
        await backend.services.drafts.save_draft(bob, Draft(conversation.id, text))
    assert await backend.services.drafts.list_drafts(bob) == [
        Draft(conversation.id, "Which light?")
    ]


async def test_a_draft_in_a_conversation_of_others_is_not_stored(backend: Backend) -> None:
    ann, bob, cat = (
        await backend.customer(),
        await backend.technician("bob"),
        await backend.technician("cat"),
    )
    conversation = await backend.accept(bob, await backend.open_conversation(ann))
    assert not await backend.services.drafts.save_draft(cat, Draft(conversation.id, "Hello"))
    assert not await backend.services.drafts.save_draft(cat, Draft("unknown", "Hello"))
    assert await backend.services.drafts.list_drafts(cat) == []
