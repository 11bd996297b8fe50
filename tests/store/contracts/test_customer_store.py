"""The contract of `CustomerStore`."""

import asyncio
from dataclasses import replace

import pytest

from chatserver.core.errors import Refused
from chatserver.core.people import Customer, PageVisit
from chatserver.services.customers import CustomerStore
from chatserver.store.open import Store
from tests.playbook import ANN, EVE, NOON
from tests.store.contracts.scenes import Scene

KNOWN = replace(ANN, subject="host/ann", email="ann@example.org", locale="de", priority=2)


@pytest.fixture
def customers(store: Store) -> CustomerStore:
    return store.customers


async def test_a_customer_is_found_by_id_token_and_subject(customers: CustomerStore) -> None:
    await customers.save_customer(KNOWN, b"token")
    assert await customers.find_customer("ann") == KNOWN
    assert await customers.find_customer_by_token(b"token") == KNOWN
    assert await customers.find_customer_by_subject("host/ann") == KNOWN


async def test_an_unknown_id_token_or_subject_finds_no_customer(customers: CustomerStore) -> None:
    await customers.save_customer(ANN, b"token")
    assert await customers.find_customer("eve") is None
    assert await customers.find_customer_by_token(b"toke") is None
    assert await customers.find_customer_by_token(b"") is None
    assert await customers.find_customer_by_subject("") is None


async def test_saving_again_changes_all_but_the_subject(customers: CustomerStore) -> None:
    await customers.save_customer(KNOWN, None)
    changed = replace(KNOWN, name="Ann B.", email=None, locale=None, priority=0)
    await customers.save_customer(replace(changed, subject="host/other"), None)
    assert await customers.find_customer("ann") == changed


async def test_each_token_that_was_added_identifies_the_customer(
    customers: CustomerStore,
) -> None:
    await customers.save_customer(ANN, b"one")
    await customers.save_customer(ANN, b"two")
    await customers.save_customer(ANN, None)
    assert await customers.find_customer_by_token(b"one") == ANN
    assert await customers.find_customer_by_token(b"two") == ANN


async def test_ids_of_nobody_and_of_erased_customers_are_unknown(
    customers: CustomerStore, store: Store
) -> None:
    await customers.save_customer(ANN, None)
    await customers.save_customer(EVE, b"token")
    await store.erasures.forget_customer("eve", NOON)
    assert await customers.filter_unknown(["ann", "eve", "nobody"]) == {"eve", "nobody"}
    assert await customers.filter_unknown([]) == set()


async def test_of_two_who_add_one_subject_at_once_the_second_sees_the_first(
    customers: CustomerStore,
) -> None:
    async def add(name: str) -> Customer:
        newcomer = replace(KNOWN, id=name, name=name)
        return await customers.save_subject(
            "host/s", lambda stored: stored or replace(newcomer, subject="host/s"), name.encode()
        )

    one, other = await asyncio.gather(add("one"), add("other"))
    assert one == other
    assert await customers.find_customer_by_token(b"other") == one


async def test_changes_of_one_customer_at_once_are_all_kept(customers: CustomerStore) -> None:
    await customers.save_customer(ANN, None)
    await asyncio.gather(
        customers.change_customer("ann", lambda each: replace(each, name="Anna")),
        customers.change_customer("ann", lambda each: replace(each, locale="de")),
    )
    found = await customers.find_customer("ann")
    assert found is not None
    assert (found.name, found.locale) == ("Anna", "de")


async def test_a_customer_who_is_not_there_is_not_changed_into_being(
    customers: CustomerStore,
) -> None:
    with pytest.raises(Refused, match="not_found"):
        await customers.change_customer("ann", lambda each: each)
    assert await customers.find_customer("ann") is None


async def test_a_visit_takes_the_place_of_the_one_before(customers: CustomerStore) -> None:
    first = PageVisit(
        NOON,
        "https://a/",
        "agent",
        locale="de",
        timezone="Europe/Berlin",
        attributes={"plan": "pro"},
    )
    assert await customers.last_page_visit("ann") is None
    await customers.save_page_visit("ann", first)
    assert await customers.last_page_visit("ann") == first
    await customers.save_page_visit("ann", PageVisit(NOON + 1))
    assert await customers.last_page_visit("ann") == PageVisit(NOON + 1)


async def test_a_conversation_does_not_make_its_customer_known(
    customers: CustomerStore, store: Store
) -> None:
    await Scene(store).waiting("c1")
    assert await customers.find_customer("ann") is None
