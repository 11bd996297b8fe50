"""Brute force: guessing is slowed down, without locking out the owner of a login."""

from chatserver.app import RunningServer
from tests.attack.browsers import PASSWORD, anonymous_browser, browser, link, sign_in
from tests.conftest import StartServer

GUESSES = 3


async def guessing(start: StartServer) -> RunningServer:
    """A server behind a proxy, with few guesses for each login."""
    # Trusting the proxy lets the test choose the client's address by X-Forwarded-For.
    return await start(guesses_per_hour=GUESSES, trusted_proxies=["127.0.0.1"])


async def guessed_from_everywhere(server: RunningServer, login: str) -> list[int]:
    """Return the answers to guesses that each come from another address."""
    async with anonymous_browser(server) as http:
        return [
            await sign_in(http, f"192.0.2.{number}", login=login, password=f"a guess, {number}")
            for number in range(GUESSES + 1)
        ]


async def test_many_addresses_together_have_few_guesses_at_one_login(start: StartServer) -> None:
    server = await guessing(start)
    async with browser(server, "bob") as bob:
        async with bob.post("/password", json={"password": PASSWORD}) as answer:
            assert answer.status == 204
        assert await guessed_from_everywhere(server, "bob") == [401] * GUESSES + [429]
        # Past the limit not even the right password is tried, so a guesser learns nothing.
        async with anonymous_browser(server) as http:
            assert await sign_in(http, "198.51.100.1", login="bob", password=PASSWORD) == 429
        # The owner signs in all the same: from a known device, or by a link.
        assert await sign_in(bob, "198.51.100.2", login="bob", password=PASSWORD) == 200
        async with anonymous_browser(server) as http:
            assert await sign_in(http, "198.51.100.3", link=await link(server, "bob")) == 200


async def test_an_unknown_login_is_limited_like_a_known_one(start: StartServer) -> None:
    server = await guessing(start)
    assert await guessed_from_everywhere(server, "nobody") == [401] * GUESSES + [429]


async def test_guesses_from_a_shared_address_do_not_lock_out_a_known_device(
    start: StartServer,
) -> None:
    server = await start(sign_ins_per_minute=2)
    async with browser(server, "bob") as bob, anonymous_browser(server) as neighbour:
        await bob.post("/password", json={"password": PASSWORD})
        statuses = [
            await sign_in(neighbour, login=f"guess {number}", password="a guess")
            for number in range(3)
        ]
        assert statuses[-1] == 429
        assert await sign_in(bob, login="bob", password=PASSWORD) == 200


async def test_a_forged_forwarded_address_does_not_evade_the_limit(start: StartServer) -> None:
    server = await start(sign_ins_per_minute=2)
    async with anonymous_browser(server) as http:
        statuses = [
            await sign_in(http, f"192.0.2.{number}", login="bob", password="a guess")
            for number in range(3)
        ]
    # No proxy is trusted here, so all three attempts count for the one real address.
    assert statuses == [401, 401, 429]


async def test_an_answer_does_not_reveal_if_a_login_exists(
    server: RunningServer,
) -> None:
    async with browser(server, "bob") as bob:
        await bob.post("/password", json={"password": PASSWORD})
    await link(server, "carol")
    told = []
    async with anonymous_browser(server) as http:
        # A wrong password, no password, no such login.
        for login in ("bob", "carol", "nobody"):
            given = {"login": login, "password": "a guess that is wrong"}
            async with http.post("/login", json=given) as answer:
                # The second may change between two requests; every other header must be equal.
                headers = {name: value for name, value in answer.headers.items() if name != "Date"}
                told.append((answer.status, headers, await answer.read()))
    assert told[0][0] == 401
    assert told[0] == told[1] == told[2]
