"""Technicians are hired, change their terms, sign in by links and tokens, and are dismissed."""

from chatserver.auth.tokens import digest
from chatserver.core.notifications import AccountRemoved
from chatserver.core.people import Rank, TechnicianStatus
from chatserver.services.accounts import FIRST_LOGIN, TechnicianTerms
from tests.services.backend import Backend


async def test_new_terms_change_what_they_name_and_nothing_else(backend: Backend) -> None:
    accounts = backend.services.people.accounts
    hired = await accounts.hire("bob", TechnicianTerms(name="Bob", capacity=3))
    again = await accounts.hire("bob", TechnicianTerms(rank=Rank.SUPERVISOR))
    assert (again.id, again.name, again.capacity) == (hired.id, "Bob", 3)
    assert again.rank is Rank.SUPERVISOR


async def test_topics_that_do_not_exist_are_made_once(backend: Backend) -> None:
    accounts = backend.services.people.accounts
    for login in ("bob", "cat"):
        await accounts.hire(login, TechnicianTerms(topics=frozenset({"dsl"})))
    assert [topic.id for topic in await backend.store.topics.list_topics()] == ["dsl"]


async def test_a_dismissed_technician_is_found_no_more_and_loses_every_secret(
    backend: Backend,
) -> None:
    accounts = backend.services.people.accounts
    bob = await accounts.hire("bob", TechnicianTerms())
    token = await accounts.api_token(bob)
    dismissed = await accounts.dismiss(bob)
    assert (dismissed.gone, dismissed.status) == (True, TechnicianStatus.OFFLINE)
    assert await accounts.find_by_login("bob") is None
    owner = await backend.store.credentials.find_secret_owner("token", digest(token), backend.now)
    assert owner is None
    assert backend.published_of(AccountRemoved) == [AccountRemoved(bob.id)]


async def test_a_technician_hired_again_has_the_same_account(backend: Backend) -> None:
    accounts = backend.services.people.accounts
    bob = await accounts.hire("bob", TechnicianTerms(name="Bob"))
    await accounts.dismiss(bob)
    again = await accounts.hire("bob", TechnicianTerms())
    assert (again.id, again.name, again.gone) == (bob.id, "Bob", False)


async def test_a_link_holds_its_secret_behind_the_hash_and_expires(backend: Backend) -> None:
    accounts = backend.services.people.accounts
    bob = await accounts.hire("bob", TechnicianTerms())
    path, _, secret = (await accounts.sign_in_link(bob)).partition("#link=")
    assert path == "/login"
    find = backend.store.credentials.find_secret_owner
    last_moment = backend.now + accounts.link_valid_for_ms - 1
    assert await find("link", digest(secret), last_moment) is not None
    assert await find("link", digest(secret), last_moment + 1) is None


async def test_an_empty_server_makes_an_administrator_until_there_is_a_password(
    backend: Backend,
) -> None:
    accounts = backend.services.people.accounts
    assert await accounts.first_link() is not None
    admin = await accounts.find_by_login(FIRST_LOGIN)
    assert admin is not None
    assert admin.rank is Rank.ADMIN
    assert await accounts.first_link() is not None
    await backend.store.credentials.save_password_hash(admin.id, "hash")
    assert await accounts.first_link() is None


async def test_a_server_with_technicians_makes_no_administrator(backend: Backend) -> None:
    accounts = backend.services.people.accounts
    await accounts.hire("bob", TechnicianTerms())
    assert await accounts.first_link() is None
    assert await accounts.find_by_login(FIRST_LOGIN) is None
