"""Requests are authenticated by a bearer token or by a cookie."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web

from chatserver.auth.cookies import Cookie
from chatserver.core.errors import Code, Refused
from chatserver.services.customers import Profile
from chatserver.services.sign_in import SignInAttempt
from chatserver.web.auth import authenticated_actor
from tests.services.desk import Desk, open_desk
from tests.web.mocked_request import HOME, request


@pytest.fixture
async def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Desk]:
    """The services that requests are answered by."""
    async with open_desk(tmp_path, monkeypatch) as opened:
        yield opened


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def refusal(asking: web.Request) -> Code:
    with pytest.raises(Refused) as refused:
        await authenticated_actor(asking)
    return refused.value.code


async def test_a_request_without_credentials_is_not_signed_in(desk: Desk) -> None:
    assert await refusal(request(desk=desk)) is Code.NOT_SIGNED_IN


async def test_a_wrong_token_is_answered_like_a_strangers_conversation(desk: Desk) -> None:
    assert await refusal(request(bearer("guessed"), desk=desk)) is Code.NOT_FOUND


async def test_a_wrong_token_is_not_saved_by_a_right_cookie(desk: Desk) -> None:
    cookie = {"Cookie": f"{Cookie.SESSION.cookie_name(secure=False)}={await signed_in(desk)}"}
    assert await refusal(request(bearer("guessed") | cookie, desk=desk)) is Code.NOT_FOUND


async def test_a_customers_token_is_that_customer(desk: Desk) -> None:
    ann, token = await desk.services.people.customers.create_customer(Profile(name="Ann"))
    assert await authenticated_actor(request(bearer(token), desk=desk)) == ann


async def test_an_api_token_is_its_technician_until_dismissed(desk: Desk) -> None:
    accounts = desk.services.people.accounts
    bob = await desk.technician("bob")
    asking = request(bearer(await accounts.api_token(bob)), desk=desk)
    assert await authenticated_actor(asking) == bob
    await accounts.dismiss(bob)
    assert await refusal(asking) is Code.NOT_FOUND


async def signed_in(desk: Desk) -> str:
    """The secret of a new session of Bob's."""
    bob = await desk.technician("bob")
    people = desk.services.people
    link = (await people.accounts.sign_in_link(bob)).partition("#link=")[2]
    return (await people.sign_in.with_link(link, SignInAttempt(HOME))).session


async def test_a_session_cookie_is_its_technician_until_signed_out(desk: Desk) -> None:
    session = await signed_in(desk)
    cookie = {"Cookie": f"{Cookie.SESSION.cookie_name(secure=False)}={session}"}
    asking = request(cookie, desk=desk)
    assert (await authenticated_actor(asking)).name == "Bob"
    await desk.services.people.sign_in.sign_out(session)
    assert await refusal(asking) is Code.NOT_SIGNED_IN
