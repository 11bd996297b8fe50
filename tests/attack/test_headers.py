"""Security headers: every answer has them, on all routes, with all methods, and refused.

The routes are read from the running application, so that a new one is tested too.
"""

import re
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager

import aiohttp
import pytest

from chatserver.app import RunningServer
from chatserver.core.people import Rank
from chatserver.services.accounts import TechnicianTerms
from tests.attack.raw_http import UPGRADE, exchange, head
from tests.conftest import StartServer
from tests.wire.client import customer, hired, opened

# No route has the method BREW (RFC 2324); the refusal must have the headers, too.
METHODS = ["GET", "HEAD", "OPTIONS", "POST", "DELETE", "BREW"]
SHOWN_ELSEWHERE = re.compile(r"/widget|/widget\.js|/widget/bridge\.js|/static/.*")
"""Paths that other origins may load: the loader, the panel in its frame, and their parts."""


def faults(path: str, status: int, headers: Mapping[str, str]) -> Iterator[str]:
    """Yield the headers that are missing or wrong in an answer."""
    # No page embeds an error, so errors have the strictest headers.
    path = path if status < 400 else ""
    expected = {
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": (
            "cross-origin" if SHOWN_ELSEWHERE.fullmatch(path) else "same-origin"
        ),
    }
    yield from (name for name, value in expected.items() if headers.get(name) != value)
    if "camera=()" not in headers.get("Permissions-Policy", ""):
        yield "Permissions-Policy"
    if re.search(r"\d|aiohttp|Python", headers.get("Server", "")):
        yield "Server says too much"
    yield from policy_faults(path, headers.get("Content-Security-Policy", ""))


def policy_faults(path: str, policy: str) -> Iterator[str]:
    directives = dict(part.strip().partition(" ")[::2] for part in policy.split(";"))
    if directives.get("default-src") != "'none'" or directives.get("base-uri") != "'none'":
        yield f"the policy is open: {policy}"
    if directives.get("frame-ancestors") != ("'self'" if path == "/widget" else "'none'"):
        yield f"the policy lets it be framed: {policy}"
    if directives.get("script-src", "'none'") not in ("'none'", "'self'"):
        yield f"the policy lets scripts run: {policy}"
    # A transcript has inline styles, which `sandbox` makes harmless.
    if "unsafe" in policy and "sandbox" not in directives:
        yield f"the policy is unsafe: {policy}"


def paths(server: RunningServer, named: Mapping[str, str]) -> list[str]:
    """Return a path for each resource of the application, with names that lead somewhere."""
    found = [str(resource.canonical) for resource in server.routes.resources()]
    assert len(found) > 50
    return [re.sub(r"\{(\w+)\}", lambda part: named.get(part[1], "x"), path) for path in found]


@asynccontextmanager
async def browser(server: RunningServer, rank: Rank | None) -> AsyncIterator[aiohttp.ClientSession]:
    """A browser, signed in if there is a rank."""
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(server.url, cookie_jar=jar) as http:
        if rank is not None:
            technician = await server.accounts.hire("root", TechnicianTerms("Root", rank))
            link = (await server.accounts.sign_in_link(technician)).partition("#link=")[2]
            async with http.post("/login", json={"link": link}) as answer:
                assert answer.status == 200
        yield http


async def walked(http: aiohttp.ClientSession, places: list[str]) -> set[int]:
    """Send every method to every path, reading ones first; return the statuses seen."""
    seen = set()
    for method in METHODS:
        for path in places:
            posted: dict[str, str] | None = None if method in ("GET", "HEAD") else {}
            async with http.request(method, path, allow_redirects=False, json=posted) as answer:
                seen.add(answer.status)
                assert list(faults(path, answer.status, answer.headers)) == [], (
                    method,
                    path,
                    answer.status,
                )
                assert "Strict-Transport-Security" not in answer.headers
    return seen


@pytest.mark.parametrize("rank", [None, Rank.TECHNICIAN, Rank.ADMIN], ids=str)
async def test_every_route_answers_everybody_with_all_headers(
    start: StartServer, rank: Rank | None
) -> None:
    server = await start(connections_per_minute=0, checks_per_minute=0)
    async with browser(server, rank) as http:
        seen = await walked(http, paths(server, {}))
    # The walk counts only if it has met every kind of answer.
    assert seen >= {200, 404, 405, 422, 426, 303 if rank is None else 204}


async def test_own_files_and_transcripts_have_all_headers(start: StartServer) -> None:
    server = await start(connections_per_minute=0, checks_per_minute=0)
    await hired(server, "bob")
    async with customer(server) as ann, browser(server, None) as http:
        conversation = await opened(ann, text="It blinks")
        own = {"Authorization": f"Bearer {ann.welcome['token']}"}
        files = {**own, "X-File-Name": "a.txt"}
        url = f"/files?conversation={conversation}"
        async with http.post(url, data=b"words", headers=files) as answer:
            file = (await answer.json())["file"]
        for form in ("html", "pdf", "zip", "txt"):
            named = {"conversation": conversation, "file": file, "format": form}
            wanted = [path for path in paths(server, named) if form in path or file in path]
            for path in wanted:
                async with http.get(path, headers=own) as answer:
                    assert answer.status == 200, path
                    assert list(faults(path, answer.status, answer.headers)) == [], path
        async with http.post(
            f"/conversations/{conversation}/share", json={}, headers=own
        ) as answer:
            shared = (await answer.json())["url"].removeprefix(server.url)
        async with http.get(shared) as answer:
            assert answer.status == 200
            assert "sandbox" in answer.headers["Content-Security-Policy"]
            assert list(faults(shared, answer.status, answer.headers)) == []


async def test_static_files_have_all_headers(server: RunningServer) -> None:
    async with browser(server, None) as http:
        async with http.get("/widget") as answer:
            version = re.search(r"/static/\w+", await answer.text())
        assert version is not None
        for name in ("widget/widget.js", "elements/theme.js", "i18n/de/login.json", "nothing.js"):
            path = f"{version[0]}/{name}"
            async with http.get(path) as answer:
                assert answer.status == (404 if name == "nothing.js" else 200)
                assert list(faults(path, answer.status, answer.headers)) == []
                known = answer.headers.get("ETag")
            if known:
                async with http.get(path, headers={"If-None-Match": known}) as answer:
                    assert answer.status == 304
                    assert list(faults(path, answer.status, answer.headers)) == []


REFUSED: list[tuple[int, bytes]] = [
    (404, b"GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n"),
    (400, b"GET / HTTP/1.1\r\nHost: x\r\nno header\r\n\r\n"),
    (400, b"NONSENSE\r\n\r\n"),
    (400, b"GET / HTTP/1.1\r\n\r\n"),
    (400, b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 9_000 + b"\r\n\r\n"),
    (417, b"GET /healthz HTTP/1.1\r\nHost: x\r\nExpect: miracles\r\n\r\n"),
    (
        413,
        b"POST /login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        b"Content-Length: 70000\r\n\r\n" + b"x" * 70_000,
    ),
    (403, UPGRADE + b"Origin: https://evil.example\r\n\r\n"),
    (400, UPGRADE.replace(b"13", b"12") + b"\r\n"),
    (426, UPGRADE.replace(b"websocket", b"nothing") + b"\r\n"),
    (426, UPGRADE + b"Upgrade: h2c\r\n\r\n"),
]


async def test_refusals_without_a_route_have_all_headers(server: RunningServer) -> None:
    for status, request in REFUSED:
        answer, _ = await exchange(server, request)
        assert int(answer[9:12]) == status, request[:99]
        assert list(faults("/", status, head(answer))) == [], request[:99]


@pytest.mark.parametrize(
    ("trusted", "told", "is_over_tls"),
    [
        (["127.0.0.1"], "https", True),
        (["127.0.0.1"], "http", False),
        ([], "https", False),
    ],
)
async def test_strict_transport_security_is_sent_over_tls_only(
    start: StartServer, trusted: list[str], told: str, is_over_tls: bool
) -> None:
    server = await start(trusted_proxies=trusted, public_url="https://help.example")
    async with browser(server, None) as http:
        for path in ("/", "/nothing", "/widget.js", "/console", "/live"):
            headers = {"X-Forwarded-Proto": told}
            async with http.get(path, headers=headers, allow_redirects=False) as answer:
                assert ("Strict-Transport-Security" in answer.headers) is is_over_tls
