"""Drafts of technicians, kept for their other devices."""

from chatserver.core.conversation.draft import Draft
from tests.services.desk import Desk


async def test_a_draft_is_stored_for_its_technician_alone(desk: Desk) -> None:
    ann, bob, cat = (
        await desk.customer(),
        await desk.technician("bob"),
        await desk.technician("cat"),
    )
    conversation = await desk.accepted(bob, await desk.opens(ann))
    draft = Draft(conversation.id, "Which li")
    assert await desk.services.drafts.save_draft(bob, draft)
    assert await desk.services.drafts.list_drafts(bob) == [draft]
    assert await desk.services.drafts.list_drafts(cat) == []


async def test_a_later_draft_takes_the_place_of_the_one_before(desk: Desk) -> None:
    ann, bob = await desk.customer(), await desk.technician()
    conversation = await desk.accepted(bob, await desk.opens(ann))
    for text in ("Which li", "Which light?"):
        await desk.services.drafts.save_draft(bob, Draft(conversation.id, text))
    assert await desk.services.drafts.list_drafts(bob) == [Draft(conversation.id, "Which light?")]


async def test_a_draft_in_a_conversation_of_others_is_not_stored(desk: Desk) -> None:
    ann, bob, cat = (
        await desk.customer(),
        await desk.technician("bob"),
        await desk.technician("cat"),
    )
    conversation = await desk.accepted(bob, await desk.opens(ann))
    assert not await desk.services.drafts.save_draft(cat, Draft(conversation.id, "Hello"))
    assert not await desk.services.drafts.save_draft(cat, Draft("unknown", "Hello"))
    assert await desk.services.drafts.list_drafts(cat) == []
