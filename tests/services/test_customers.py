"""Customers are new, return with a token, or are vouched for by the host page."""

import pytest

from chatserver.auth.identity import Identity
from chatserver.core.errors import Code, Refused
from chatserver.services.customers import Profile
from tests.services.backend import Backend


async def test_a_returning_customer_is_the_one_whose_token_it_is(backend: Backend) -> None:
    customers = backend.services.people.customers
    ann, token = await customers.create_customer(Profile(name="Ann"))
    await customers.create_customer(Profile(name="Eve"))
    assert await customers.identify_by_token(token, Profile()) == (ann, token)


async def test_an_unknown_token_is_refused(backend: Backend) -> None:
    with pytest.raises(Refused) as refused:
        await backend.services.people.customers.identify_by_token("guessed", Profile())
    assert refused.value.code is Code.NOT_SIGNED_IN


async def test_a_token_is_stored_as_its_digest_only(backend: Backend) -> None:
    _, token = await backend.services.people.customers.create_customer(Profile(name="Ann"))
    assert await backend.store.customers.find_customer_by_token(token.encode()) is None


async def test_what_a_customer_says_anew_replaces_what_was_known_and_nothing_else(
    backend: Backend,
) -> None:
    customers = backend.services.people.customers
    _, token = await customers.create_customer(Profile(name="Ann", email="ann@example.org"))
    changed, _ = await customers.identify_by_token(token, Profile(name="Anna"))
    assert (changed.name, changed.email) == ("Anna", "ann@example.org")
    assert await backend.store.customers.find_customer(changed.id) == changed


async def test_the_host_page_is_believed_before_the_browser(backend: Backend) -> None:
    identity = Identity("shop-7", name="Ann Vouched", email=None)
    profile = Profile(name="Eve", email="eve@example.org", locale="de")
    customer, _ = await backend.services.people.customers.identify_by_host_page(identity, profile)
    assert (customer.name, customer.email, customer.locale) == (
        "Ann Vouched",
        "eve@example.org",
        "de",
    )


async def test_the_same_subject_is_the_same_customer_with_another_token(backend: Backend) -> None:
    customers = backend.services.people.customers
    identity = Identity("shop-7", name="Ann", email=None)
    first, token = await customers.identify_by_host_page(identity, Profile())
    again, other = await customers.identify_by_host_page(identity, Profile())
    assert first.id == again.id
    assert token != other
    assert (await customers.identify_by_token(token, Profile()))[0].id == first.id


async def test_a_name_alone_does_not_identify_a_customer(
    backend: Backend,
) -> None:
    customers = backend.services.people.customers
    ann, _ = await customers.identify_by_host_page(
        Identity("shop-7", name="Ann", email=None), Profile()
    )
    impostor, _ = await customers.create_customer(Profile(name="Ann"))
    assert impostor.id != ann.id
    assert impostor.subject is None
