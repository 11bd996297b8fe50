"""Requests are authenticated by a bearer token or by a cookie."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web

from chatserver.auth.cookie_names import Cookie
from chatserver.core.errors import Code, Refused
from chatserver.services.customers import Profile
from chatserver.services.sign_in import SignInAttempt
from chatserver.web.auth import authenticated_actor
from tests.services.backend import Backend, open_backend
from tests.web.mocked_request import HOME, request


@pytest.fixture
async def backend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Backend]:
    """The services that requests are answered by."""
    async with open_backend(tmp_path, monkeypatch) as opened:
        yield opened


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def refusal(asking: web.Request) -> Code:
    with pytest.raises(Refused) as refused:
        await authenticated_actor(asking)
    return refused.value.code


async def test_a_request_without_credentials_is_not_signed_in(backend: Backend) -> None:
    assert await refusal(request(backend=backend)) is Code.NOT_SIGNED_IN


async def test_a_wrong_token_is_answered_like_a_strangers_conversation(backend: Backend) -> None:
    assert await refusal(request(bearer("guessed"), backend=backend)) is Code.NOT_FOUND


async def test_a_wrong_token_is_not_saved_by_a_right_cookie(backend: Backend) -> None:
    cookie = {"Cookie": f"{Cookie.SESSION.cookie_name(secure=False)}={await signed_in(backend)}"}
    assert await refusal(request(bearer("guessed") | cookie, backend=backend)) is Code.NOT_FOUND


async def test_a_customers_token_is_that_customer(backend: Backend) -> None:
    ann, token = await backend.services.people.customers.create_customer(Profile(name="Ann"))
    assert await authenticated_actor(request(bearer(token), backend=backend)) == ann


async def test_an_api_token_is_its_technician_until_dismissed(backend: Backend) -> None:
    accounts = backend.services.people.accounts
    bob = await backend.technician("bob")
    asking = request(bearer(await accounts.api_token(bob)), backend=backend)
    assert await authenticated_actor(asking) == bob
    await accounts.dismiss(bob)
    assert await refusal(asking) is Code.NOT_FOUND


async def signed_in(backend: Backend) -> str:
    """The secret of a new session of Bob's."""
    bob = await backend.technician("bob")
    people = backend.services.people
    link = (await people.accounts.sign_in_link(bob)).partition("#link=")[2]
    return (await people.sign_in.with_link(link, SignInAttempt(HOME))).secret


async def test_a_session_cookie_is_its_technician_until_signed_out(backend: Backend) -> None:
    session = await signed_in(backend)
    cookie = {"Cookie": f"{Cookie.SESSION.cookie_name(secure=False)}={session}"}
    asking = request(cookie, backend=backend)
    assert (await authenticated_actor(asking)).name == "Bob"
    await backend.services.people.sign_in.sign_out(session)
    assert await refusal(asking) is Code.NOT_SIGNED_IN
