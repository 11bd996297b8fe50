"""The contract of `TechnicianStore`."""

import asyncio
from dataclasses import replace

import pytest

from chatserver.core.conversation.draft import Draft
from chatserver.core.people import Level, Rank, Technician, TechnicianStatus, Topic
from chatserver.services.accounts import TechnicianStore
from chatserver.store.open import Store
from tests.playbook import BOB, CAT, NOON


@pytest.fixture
def technicians(store: Store) -> TechnicianStore:
    return store.technicians


def unchanged(technician: Technician) -> Technician:
    return technician


async def test_a_changed_technician_is_found_with_every_field(
    technicians: TechnicianStore,
) -> None:
    full = replace(
        BOB,
        rank=Rank.SUPERVISOR,
        status=TechnicianStatus.AWAY,
        capacity=7,
        topics=frozenset({"dsl", "tv"}),
        skills=frozenset({"fibre"}),
        languages=frozenset({"de", "en"}),
        level=Level.LAST,
        gone=True,
    )
    assert await technicians.change_technician(full, unchanged) == full
    assert await technicians.find_technician("bob") == full
    assert await technicians.find_technician("cat") is None


async def test_an_update_applies_to_the_stored_account_and_not_to_the_given_one(
    technicians: TechnicianStore,
) -> None:
    await technicians.change_technician(replace(BOB, capacity=7), unchanged)
    stale = replace(BOB, capacity=1)
    changed = await technicians.change_technician(
        stale, lambda each: replace(each, status=TechnicianStatus.AWAY)
    )
    assert changed == replace(BOB, capacity=7, status=TechnicianStatus.AWAY)


async def test_no_update_is_lost_under_concurrency(technicians: TechnicianStore) -> None:
    await technicians.change_technician(replace(BOB, capacity=0), unchanged)
    await asyncio.gather(
        *(
            technicians.change_technician(
                BOB, lambda each: replace(each, capacity=each.capacity + 1)
            )
            for _ in range(20)
        )
    )
    found = await technicians.find_technician("bob")
    assert found is not None
    assert found.capacity == 20


async def test_an_update_that_raises_changes_nothing(technicians: TechnicianStore) -> None:
    def refuse(technician: Technician) -> Technician:
        raise ValueError(technician.id)

    with pytest.raises(ValueError, match="bob"):
        await technicians.change_technician(BOB, refuse)
    assert await technicians.find_technician("bob") is None


async def test_technicians_are_listed_by_name_dismissed_ones_too(
    technicians: TechnicianStore,
) -> None:
    gone = replace(CAT, id="ann", login="ann", name="Ann", gone=True)
    for each in (CAT, BOB, gone):
        await technicians.change_technician(each, unchanged)
    assert await technicians.list_technicians() == [gone, BOB, CAT]


async def test_a_new_topic_comes_last_and_a_known_one_is_renamed_in_place(
    technicians: TechnicianStore,
) -> None:
    await technicians.save_topic(Topic("tv", "TV"))
    await technicians.save_topic(Topic("dsl", "DSL"))
    await technicians.save_topic(Topic("tv", "Television"))
    assert await technicians.list_topics() == [Topic("tv", "Television"), Topic("dsl", "DSL")]


async def test_replaced_topics_are_all_there_are_in_their_order(
    technicians: TechnicianStore,
) -> None:
    await technicians.save_topic(Topic("tv", "TV"))
    chosen = [Topic("z", "Z"), Topic("a", "A")]
    await technicians.replace_topics(chosen)
    assert await technicians.list_topics() == chosen
    await technicians.replace_topics([])
    assert await technicians.list_topics() == []


async def test_a_draft_takes_the_place_of_the_one_before_and_an_empty_one_removes_it(
    technicians: TechnicianStore,
) -> None:
    await technicians.save_draft("bob", Draft("c1", "Hel"), NOON)
    await technicians.save_draft("bob", Draft("c1", "Hello"), NOON + 1)
    assert await technicians.list_drafts("bob") == [Draft("c1", "Hello")]
    await technicians.save_draft("bob", Draft("c1", ""), NOON + 2)
    await technicians.save_draft("bob", Draft("c2", ""), NOON + 2)
    assert await technicians.list_drafts("bob") == []


async def test_the_newest_100_drafts_of_one_technician_are_listed(
    technicians: TechnicianStore,
) -> None:
    await technicians.save_draft("cat", Draft("c0", "not Bob's"), NOON)
    for number in range(101):
        await technicians.save_draft("bob", Draft(f"c{number}", "text"), NOON + number)
    drafts = await technicians.list_drafts("bob")
    assert [draft.conversation for draft in drafts] == [f"c{n}" for n in range(100, 0, -1)]
