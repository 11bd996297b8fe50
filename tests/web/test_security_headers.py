"""Security headers of every response, including errors."""

import aiohttp
import pytest

from chatserver.app import RunningServer
from chatserver.core.people import Rank
from chatserver.services.accounts import TechnicianTerms
from tests.conftest import StartServer

PROTECTING = [
    "Content-Security-Policy",
    "Cross-Origin-Opener-Policy",
    "Cross-Origin-Resource-Policy",
    "Permissions-Policy",
    "Referrer-Policy",
    "X-Content-Type-Options",
]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/console", 303),
        ("HEAD", "/", 200),
        ("GET", "/nothing", 404),
        ("DELETE", "/login", 415),
        ("GET", "/logout", 405),
        ("POST", "/login", 415),
        ("GET", "/live", 426),
        ("GET", "/conversations/x/transcript.txt", 401),
    ],
)
async def test_every_answer_is_protected(
    server: RunningServer, method: str, path: str, status: int
) -> None:
    async with (
        aiohttp.ClientSession(server.url) as http,
        http.request(method, path, allow_redirects=False) as answer,
    ):
        assert answer.status == status
        assert [name for name in PROTECTING if name not in answer.headers] == []


async def test_a_body_that_is_too_large_is_a_problem_document(server: RunningServer) -> None:
    async with (
        aiohttp.ClientSession(server.url) as http,
        http.post("/login", json={"login": "x" * 70_000}) as answer,
    ):
        assert answer.status == 413
        problem = await answer.json(content_type="application/problem+json")
        assert (problem["type"], problem["status"]) == ("about:blank", 413)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"login":5}', b"\xff", b"{}"])
async def test_a_body_that_makes_no_sense_is_refused(server: RunningServer, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    async with (
        aiohttp.ClientSession(server.url) as http,
        http.post("/login", data=body, headers=headers) as answer,
    ):
        assert answer.status == 422
        assert (await answer.json(content_type=None))["code"] == "invalid"


async def test_host_pages_that_are_allowed_may_frame_the_panel_and_nothing_else(
    start: StartServer,
) -> None:
    server = await start(allowed_origins=["https://shop.example"])
    async with aiohttp.ClientSession(server.url) as http:
        for path, ancestors in (("/widget", "'self' https://shop.example"), ("/login", "'none'")):
            async with http.get(path) as answer:
                policy = answer.headers["Content-Security-Policy"]
                assert policy.endswith(f"frame-ancestors {ancestors}")


async def test_a_repeated_refusal_says_when_to_try_again(start: StartServer) -> None:
    server = await start(sign_ins_per_minute=1)
    async with aiohttp.ClientSession(server.url) as http:
        await http.post("/login", json={"link": "guess"})
        async with http.post("/login", json={"link": "guess"}) as answer:
            assert answer.status == 429
            assert 0 < int(answer.headers["Retry-After"]) <= 60


@pytest.mark.parametrize(("trusted", "secure"), [(["127.0.0.1"], True), ([], False)])
async def test_only_a_trusted_proxy_says_that_the_browser_came_over_tls(
    start: StartServer, trusted: list[str], secure: bool
) -> None:
    server = await start(trusted_proxies=trusted)
    bob = await server.accounts.hire("bob", TechnicianTerms("Bob", Rank.TECHNICIAN))
    link = (await server.accounts.sign_in_link(bob)).partition("#link=")[2]
    async with (
        aiohttp.ClientSession(server.url, headers={"X-Forwarded-Proto": "https"}) as http,
        http.post("/login", json={"link": link}) as answer,
    ):
        assert answer.status == 200
        assert ("Secure" in answer.headers["Set-Cookie"]) is secure
        assert ("Strict-Transport-Security" in answer.headers) is secure


async def test_signing_in_again_ends_the_former_session(server: RunningServer) -> None:
    bob = await server.accounts.hire("bob", TechnicianTerms("Bob", Rank.TECHNICIAN))
    sessions = []
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(server.url, cookie_jar=jar) as http:
        for _ in range(2):
            link = (await server.accounts.sign_in_link(bob)).partition("#link=")[2]
            async with http.post("/login", json={"link": link}) as answer:
                sessions.append(answer.cookies["chatserver_session"].value)
    async with aiohttp.ClientSession(server.url) as http:
        for session, status in zip(sessions, (303, 200), strict=True):
            cookies = {"Cookie": f"chatserver_session={session}"}
            async with http.get("/console", headers=cookies, allow_redirects=False) as answer:
                assert answer.status == status
