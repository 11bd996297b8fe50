"""Requests are authenticated by a bearer token or by a cookie with attributes that fit TLS."""

from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request
from pydantic import BaseModel

from chatserver.auth.cookies import Cookie
from chatserver.core.errors import Code, Refused
from chatserver.services.customers import Profile
from chatserver.services.sign_in import SignInAttempt
from chatserver.settings import load_settings
from chatserver.web.auth import authenticated_actor, parse_body, remote_address, set_cookie
from chatserver.web.services import SERVICES, SETTINGS
from tests.services.desk import Desk, open_desk

HOME = "192.0.2.1"


@pytest.fixture
async def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Desk]:
    """The services that requests are answered by."""
    async with open_desk(tmp_path, monkeypatch) as opened:
        yield opened


def request(
    headers: Mapping[str, str] | None = None, *, desk: Desk | None = None, **settings: object
) -> web.Request:
    """A request from `HOME` to a server with these settings."""
    app = web.Application()
    app[SETTINGS] = load_settings(None, **settings)
    if desk is not None:
        app[SERVICES] = desk.services
    made = make_mocked_request("POST", "/", headers=headers or {}, app=app)
    return made.clone(remote=HOME)


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


def test_over_tls_a_cookie_is_bound_to_the_host_and_sent_over_tls_only() -> None:
    response = web.Response()
    secure = request(public_url="https://chat.example.org")
    set_cookie(secure, response, Cookie.SESSION, secret="s", valid_for_s=60.4)
    [cookie] = response.cookies.values()
    assert cookie.key.startswith("__Host-")
    assert (cookie["secure"], cookie["httponly"], cookie["path"]) == (True, True, "/")
    assert (cookie["max-age"], cookie["samesite"], cookie["domain"]) == ("60", "Strict", "")


def test_without_tls_a_cookie_can_be_sent_and_is_hidden_from_scripts_all_the_same() -> None:
    response = web.Response()
    set_cookie(request(), response, Cookie.SESSION, secret="s", samesite="Lax")
    [cookie] = response.cookies.values()
    assert not cookie.key.startswith("__Host-")
    assert (cookie["secure"], cookie["httponly"], cookie["samesite"]) == (False, True, "Lax")
    assert "max-age" not in cookie


def test_only_a_trusted_proxy_says_where_a_request_comes_from() -> None:
    forwarded = {"X-Forwarded-For": "203.0.113.7"}
    assert remote_address(request(forwarded)) == HOME
    assert remote_address(request(forwarded, trusted_proxies=[HOME])) == "203.0.113.7"


class Form(BaseModel):
    name: str


@pytest.mark.parametrize(
    ("body", "field"), [(b"{", "body"), (b"[]", "body"), (b"{}", "name"), (b'{"name": 7}', "name")]
)
async def test_a_wrong_body_is_refused_with_the_field_that_is_wrong(
    body: bytes, field: str
) -> None:
    asking = request()
    asking._read_bytes = body
    with pytest.raises(Refused) as refused:
        await parse_body(asking, Form)
    assert (refused.value.code, refused.value.field) == (Code.INVALID, field)
