"""The contract of `DraftStore`."""

import pytest

from chatserver.core.conversation.draft import Draft
from chatserver.services.drafts import DraftStore
from chatserver.store.open import Store
from tests.playbook import NOON


@pytest.fixture
def drafts(store: Store) -> DraftStore:
    return store.drafts


async def test_a_draft_takes_the_place_of_the_one_before_and_an_empty_one_removes_it(
    drafts: DraftStore,
) -> None:
    await drafts.save_draft("bob", Draft("c1", "Hel"), NOON)
    await drafts.save_draft("bob", Draft("c1", "Hello"), NOON + 1)
    assert await drafts.list_drafts("bob") == [Draft("c1", "Hello")]
    await drafts.save_draft("bob", Draft("c1", ""), NOON + 2)
    await drafts.save_draft("bob", Draft("c2", ""), NOON + 2)
    assert await drafts.list_drafts("bob") == []


async def test_the_newest_100_drafts_of_one_technician_are_listed(
    drafts: DraftStore,
) -> None:
    await drafts.save_draft("cat", Draft("c0", "not Bob's"), NOON)
    for number in range(101):
        await drafts.save_draft("bob", Draft(f"c{number}", "text"), NOON + number)
    listed = await drafts.list_drafts("bob")
    assert [draft.conversation for draft in listed] == [f"c{n}" for n in range(100, 0, -1)]
