"""Session fixation and theft: signing in makes a new session, signing out ends it."""

import aiohttp

from chatserver.app import RunningServer
from tests.attack.browsers import anonymous_browser, browser, link, sign_in
from tests.conftest import StartServer

# As long as a real secret, so that only its origin can be the reason for the refusal.
PLANTED = "planted-by-somebody-else-43-characters-long"


async def session_of(http: aiohttp.ClientSession) -> str:
    """Return the secret in the session cookie of a browser."""
    return {each.key: each.value for each in http.cookie_jar}["chatserver_session"]


async def is_let_in(server: RunningServer, cookies: dict[str, str]) -> bool:
    """Return True if these cookies open the console."""
    async with (
        aiohttp.ClientSession(server.url) as http,
        http.get(
            "/console",
            headers={"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())},
            allow_redirects=False,
        ) as answer,
    ):
        return answer.status == 200


async def test_a_session_that_was_planted_is_worth_nothing_after_signing_in(
    server: RunningServer,
) -> None:
    async with anonymous_browser(server) as http:
        http.cookie_jar.update_cookies({"chatserver_session": PLANTED})
        assert await sign_in(http, link=await link(server, "bob")) == 200
        # Keeping the planted secret would let the attacker share the session.
        assert await session_of(http) != PLANTED
    assert not await is_let_in(server, {"chatserver_session": PLANTED})


async def test_a_session_that_was_stolen_ends_with_signing_out(server: RunningServer) -> None:
    async with browser(server, "bob") as http:
        stolen = await session_of(http)
        assert await is_let_in(server, {"chatserver_session": stolen})
        async with http.post("/logout", json={}) as answer:
            assert answer.status == 204
    assert not await is_let_in(server, {"chatserver_session": stolen})


async def test_a_device_cookie_opens_no_session(server: RunningServer) -> None:
    async with browser(server, "bob") as http:
        device = {each.key: each.value for each in http.cookie_jar}["chatserver_device"]
    # The device cookie only spares its owner the limit of guesses: it is no sign-in.
    assert not await is_let_in(server, {"chatserver_session": device})
    assert not await is_let_in(server, {"chatserver_device": device})


async def test_over_tls_no_neighbour_on_the_domain_can_plant_a_session(start: StartServer) -> None:
    server = await start(public_url="https://help.example")
    async with (
        anonymous_browser(server) as http,
        http.post("/login", json={"link": await link(server, "bob")}) as answer,
    ):
        given = answer.cookies
    assert set(given) == {"__Host-chatserver_session", "__Host-chatserver_device"}
    for cookie in given.values():
        # Browsers accept the prefix `__Host-` only with TLS, for all paths and for this host alone.
        assert (cookie["secure"], cookie["path"], cookie["domain"]) == (True, "/", "")
        assert cookie["httponly"]
    session = given["__Host-chatserver_session"].value
    assert await is_let_in(server, {"__Host-chatserver_session": session})
    assert not await is_let_in(server, {"chatserver_session": session})
