"""The contract of `TechnicianStore`."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest

from chatserver.core.errors import Code, Refused
from chatserver.core.people import Level, Rank, Technician, TechnicianStatus, Topic
from chatserver.services.accounts import TechnicianStore
from chatserver.store.open import Store
from tests.playbook import BOB, CAT


@pytest.fixture
def technicians(store: Store) -> TechnicianStore:
    return store.technicians


def always(account: Technician) -> Callable[[Technician | None], Technician]:
    """Return an update to this account."""
    return lambda _: account


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


async def test_an_account_is_added_and_changed_by_its_login(technicians: TechnicianStore) -> None:
    assert await technicians.save_account("bob", lambda _: BOB) == (None, BOB)
    more = replace(BOB, capacity=9)
    assert await technicians.save_account("bob", lambda _: more) == (BOB, more)
    assert await technicians.list_technicians() == [more]


async def test_of_two_who_add_one_login_at_once_the_second_sees_the_first(
    technicians: TechnicianStore,
) -> None:
    async def add(capacity: int) -> Technician | None:
        newcomer = replace(BOB, id=f"id{capacity}", capacity=capacity)
        before, _ = await technicians.save_account("bob", lambda stored: stored or newcomer)
        return before

    first, second = await asyncio.gather(add(1), add(2))
    assert first is None
    assert second is not None
    assert second.capacity == 1


async def test_topics_of_an_account_that_do_not_exist_are_added_with_it(
    technicians: TechnicianStore,
    store: Store,
) -> None:
    await store.topics.save_topic(Topic("tv", "Television"))
    await technicians.save_account("bob", lambda _: BOB, frozenset({"tv", "dsl"}))
    assert await store.topics.list_topics() == [Topic("tv", "Television"), Topic("dsl", "dsl")]


async def test_a_refused_account_adds_no_topic(technicians: TechnicianStore, store: Store) -> None:
    def refuse(_: Technician | None) -> Technician:
        raise Refused(Code.CONFLICT)

    with pytest.raises(Refused):
        await technicians.save_account("bob", refuse, frozenset({"dsl"}))
    assert await store.topics.list_topics() == []


async def test_the_last_administrator_stays_one(technicians: TechnicianStore) -> None:
    boss, deputy = (replace(BOB, id=each, login=each, rank=Rank.ADMIN) for each in ("boss", "dep"))
    for each in (boss, deputy):
        await technicians.change_technician(each, unchanged)
    dismissed = replace(deputy, gone=True)
    await technicians.save_account("dep", lambda _: dismissed)
    for last in (replace(boss, gone=True), replace(boss, rank=Rank.SUPERVISOR)):
        with pytest.raises(Refused, match="not_allowed: role"):
            await technicians.save_account("boss", always(last))
        with pytest.raises(Refused, match="not_allowed: role"):
            await technicians.change_technician(boss, always(last))
    assert await technicians.find_technician("boss") == boss


async def test_only_an_administrator_of_that_moment_changes_accounts(
    technicians: TechnicianStore,
) -> None:
    boss, deputy = (replace(BOB, id=each, login=each, rank=Rank.ADMIN) for each in ("boss", "dep"))
    for each in (boss, deputy, BOB):
        await technicians.change_technician(each, unchanged)
    await technicians.save_account("dep", lambda _: replace(deputy, gone=True), by="boss")
    for stranger in ("dep", "bob", "nobody"):
        with pytest.raises(Refused, match="not_allowed"):
            await technicians.save_account("boss", lambda _: BOB, by=stranger)
