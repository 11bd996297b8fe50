"""The HTTP interface as a browser and an operator see it."""

import re
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
import segno

from chatserver.app import RunningServer
from chatserver.core.people import Rank
from chatserver.services.accounts import TechnicianTerms
from tests.conftest import StartServer
from tests.wire.client import customer, hired, opened, session, technician

PAGES = [
    "/",
    "/demo",
    "/login",
    "/chat",
    "/chat/message",
    "/privacy",
    "/widget",
    "/widget.js",
    "/healthz",
    "/readyz",
    "/metrics",
]


@pytest.fixture
async def http(server: RunningServer) -> AsyncIterator[aiohttp.ClientSession]:
    jar = aiohttp.CookieJar(unsafe=True)  # cookies for an address without a name
    async with aiohttp.ClientSession(server.url, cookie_jar=jar) as browser:
        yield browser


async def link(server: RunningServer, login: str = "bob", rank: Rank = Rank.TECHNICIAN) -> str:
    technician = await server.accounts.hire(login, TechnicianTerms(login.title(), rank))
    return (await server.accounts.sign_in_link(technician)).partition("#link=")[2]


@pytest.mark.parametrize("path", PAGES)
async def test_every_page_is_there_and_protected(http: aiohttp.ClientSession, path: str) -> None:
    async with http.get(path) as answer:
        assert answer.status == 200
        headers = answer.headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert "unsafe" not in headers["Content-Security-Policy"]
        framed = "frame-ancestors 'self'" in headers["Content-Security-Policy"]
        assert framed == (path == "/widget")


async def test_everything_a_page_loads_is_there_and_kept_for_ever(
    http: aiohttp.ClientSession,
) -> None:
    for page in ("/", "/demo", "/login", "/widget"):
        async with http.get(page) as answer:
            body = await answer.text()
        assert "{{" not in body
        for path in re.findall(r'(?:src|href)="(/static/[^"]+)"', body):
            async with http.get(path) as answer:
                assert answer.status == 200, path
                assert "immutable" in answer.headers["Cache-Control"]
                # Files that gzip does not shrink are sent uncompressed.
                if len(await answer.read()) > 200:
                    assert answer.headers["Content-Encoding"] == "gzip", path


async def test_a_qr_code_leads_to_the_chat_about_a_topic(start: StartServer) -> None:
    server = await start(public_url="https://help.example.org")
    await hired(server, "bob", topics=frozenset({"dsl"}))
    async with aiohttp.request("GET", f"{server.url}/chat.svg?topic=dsl") as answer:
        assert answer.content_type == "image/svg+xml"
        code = segno.make_qr("https://help.example.org/chat?topic=dsl", error="m")
        assert await answer.text() == code.svg_inline(border=4, light="white", scale=8)


async def test_a_qr_code_for_a_mistyped_topic_is_not_printed(http: aiohttp.ClientSession) -> None:
    async with http.get("/chat.svg?topic=none+such") as answer:
        assert answer.status == 422


@pytest.mark.parametrize(
    "path",
    [
        "/nothing",
        "/static/0123456789abcdef/tokens.css",
        "/static/../pyproject.toml",
        "/static/%2e%2e/%2e%2e/etc/passwd",
        "/conversations/x/transcript.exe",
    ],
)
async def test_a_missing_path_gives_a_problem_document(
    http: aiohttp.ClientSession, path: str
) -> None:
    token = {"Authorization": "Bearer x"}
    async with http.get(path, headers={"Accept-Language": "de", **token}) as answer:
        assert answer.status == 404
        assert answer.content_type == "application/problem+json"
        problem = await answer.json(content_type=None)
        assert problem["code"] == "not_found"
        about = "Diesen Chat" if path.startswith("/conversations") else "Hier ist nichts"
        assert problem["detail"].startswith(about)


async def test_a_page_that_has_not_changed_is_not_sent_again(http: aiohttp.ClientSession) -> None:
    async with http.get("/widget.js") as answer:
        etag = answer.headers["ETag"]
    async with http.get("/widget.js", headers={"If-None-Match": etag}) as answer:
        assert answer.status == 304


async def test_the_console_requires_a_session(http: aiohttp.ClientSession) -> None:
    async with http.get("/console", allow_redirects=False) as answer:
        assert (answer.status, answer.headers["Location"]) == (303, "/login?next=/console")


async def test_a_one_time_link_signs_in_once(
    http: aiohttp.ClientSession, server: RunningServer
) -> None:
    secret = await link(server)
    async with http.post("/login", json={"link": secret}) as answer:
        assert answer.status == 200
        assert (await answer.json())["password_set"] is False
        cookie = answer.headers["Set-Cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie
        assert "Secure" not in cookie
    async with http.get("/console", allow_redirects=False) as answer:
        assert answer.status == 200
    async with http.post("/login", json={"link": secret}) as answer:
        assert answer.status == 401


async def test_a_password_is_set_and_signs_in(
    http: aiohttp.ClientSession, server: RunningServer
) -> None:
    await http.post("/login", json={"link": await link(server)})
    async with http.post("/password", json={"password": "short"}) as answer:
        assert (answer.status, (await answer.json(content_type=None))["field"]) == (
            422,
            "password",
        )
    async with http.post("/password", json={"password": "long enough to be good"}) as answer:
        assert answer.status == 204
    async with http.post("/logout", json={}) as answer:
        assert answer.status == 204
    async with http.get("/console", allow_redirects=False) as answer:
        assert answer.status == 303
    for login, password, status in (
        ("bob", "wrong, but just as long", 401),
        ("nobody", "long enough to be good", 401),
        ("bob", "long enough to be good", 200),
    ):
        given = {"login": login, "password": password}
        async with http.post("/login", json=given) as answer:
            assert answer.status == status


async def test_behind_tls_the_cookie_is_for_tls_only(start: StartServer) -> None:
    server = await start(public_url="https://help.example")
    async with (
        aiohttp.ClientSession(server.url) as http,
        http.post("/login", json={"link": await link(server)}) as answer,
    ):
        assert "Secure" in answer.headers["Set-Cookie"]
        # HSTS must not be sent over plain HTTP (RFC 6797, section 7.2).
        assert "Strict-Transport-Security" not in answer.headers


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
    ids=str,
)
async def test_another_sites_page_cannot_act_for_a_technician(
    http: aiohttp.ClientSession, server: RunningServer, headers: dict[str, str]
) -> None:
    await http.post("/login", json={"link": await link(server)})
    given = {"password": "chosen by somebody else"}
    async with http.post("/password", json=given, headers=headers) as answer:
        assert answer.status == 403


async def test_a_form_of_another_site_is_not_understood(http: aiohttp.ClientSession) -> None:
    async with http.post("/login", data={"login": "bob"}) as answer:
        assert answer.status == 415


async def test_guessing_passwords_is_slowed_down_for_the_guesser_only(
    start: StartServer,
) -> None:
    server = await start(sign_ins_per_minute=2, trusted_proxies=["127.0.0.1"])
    guess = {"login": "bob", "password": "guessed"}
    async with aiohttp.ClientSession(server.url) as http:

        async def status(address: str) -> int:
            headers = {"X-Forwarded-For": address}
            async with http.post("/login", json=guess, headers=headers) as answer:
                return answer.status

        assert [await status("192.0.2.1") for _ in range(3)] == [401, 401, 429]
        assert await status("192.0.2.2") == 401


async def fetch(
    http: aiohttp.ClientSession, conversation: str, token: str | None, form: str = "json"
) -> tuple[int, Any]:
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    url = f"/conversations/{conversation}/transcript.{form}"
    async with http.get(url, headers=headers) as answer:
        if answer.status == 200:
            assert answer.headers["Cache-Control"] == "no-store"
            assert "attachment" in answer.headers["Content-Disposition"]
        return answer.status, await (
            answer.text() if form == "txt" else answer.json(content_type=None)
        )


async def test_a_transcript_is_for_those_in_the_conversation(
    http: aiohttp.ClientSession, server: RunningServer
) -> None:
    strangers = await hired(server, "cat")
    async with technician(server) as bob, customer(server) as ann, customer(server) as eve:
        conversation = await opened(ann, text="It blinks\nred", subject="Modem")
        await bob.event("assigned")
        await bob.ok("note", conversation=conversation, text="SECRET")
        await bob.ok("send", conversation=conversation, text="Which one?")
        status, document = await fetch(http, conversation, ann.welcome["token"])
        assert status == 200
        assert document["epoch"] == ann.welcome["epoch"]
        assert (document["subject"], document["closed_at"]) == ("Modem", None)
        events = [(event["seq"], event["prev"], event["kind"]) for event in document["events"]]
        assert events == [
            (1, 0, "opened"),
            (2, 1, "message"),
            (3, 2, "assigned"),
            (5, 3, "message"),
        ]
        status, text = await fetch(http, conversation, ann.welcome["token"], "txt")
        assert "    It blinks\n    red" in text
        assert "SECRET" not in text
        assert "SECRET" not in str(document)
        for token in (eve.welcome["token"], strangers, "made up"):
            there = await fetch(http, conversation, token)
            nowhere = await fetch(http, "0" * 26, token)
            assert there == nowhere
            assert there[0] == 404
        assert (await fetch(http, conversation, None))[0] == 401


async def test_technicians_choose_the_edition_with_notes(
    http: aiohttp.ClientSession, server: RunningServer
) -> None:
    token = await hired(server, "bob")
    async with session(server, role="technician", token=token) as bob, customer(server) as ann:
        await bob.ok("status", status="online")
        conversation = await opened(ann)
        await bob.event("assigned")
        await bob.ok("note", conversation=conversation, text="SECRET")
        headers = {"Authorization": f"Bearer {token}"}
        url = f"/conversations/{conversation}/transcript.txt"
        for edition, is_there in (("", False), ("?edition=internal", True)):
            async with http.get(url + edition, headers=headers) as answer:
                assert ("SECRET" in await answer.text()) is is_there
        headers = {"Authorization": f"Bearer {ann.welcome['token']}"}
        async with http.get(f"{url}?edition=internal", headers=headers) as answer:
            assert "SECRET" not in await answer.text()


async def test_a_page_is_told_whose_session_it_has(
    http: aiohttp.ClientSession, server: RunningServer
) -> None:
    async with http.get("/account") as answer:
        assert answer.status == 401
    await http.post("/login", json={"link": await link(server)})
    async with http.get("/account") as answer:
        account = await answer.json()
        assert answer.headers["Cache-Control"] == "no-store"
    assert account["technician"]["name"] == "Bob"
    assert account["password_set"] is False


async def test_signing_out_ends_the_live_session(
    http: aiohttp.ClientSession, server: RunningServer
) -> None:
    await http.post("/login", json={"link": await link(server)})
    headers = {"Origin": server.url}
    async with http.ws_connect("/live", headers=headers) as live:
        await live.send_json({"type": "hello", "role": "technician"})
        assert (await live.receive_json())["technician"]["name"] == "Bob"
        await http.post("/logout", json={})
        while (await live.receive()).type is aiohttp.WSMsgType.TEXT:
            pass
        assert live.close_code == 4501


async def test_the_login_cookie_counts_only_on_our_own_pages(
    start: StartServer,
) -> None:
    server = await start(allowed_origins=["https://shop.example"])
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(server.url, cookie_jar=jar) as http:
        await http.post("/login", json={"link": await link(server)})
        headers = {"Origin": "https://shop.example"}
        async with http.ws_connect("/live", headers=headers) as live:
            await live.send_json({"type": "hello", "role": "technician"})
            await live.receive()
            assert live.close_code == 4501


async def test_live_needs_a_websocket(http: aiohttp.ClientSession) -> None:
    async with http.get("/live") as answer:
        assert answer.status == 426
        assert answer.headers["Upgrade"] == "websocket"


async def test_metrics_count_what_happens(
    http: aiohttp.ClientSession, server: RunningServer
) -> None:
    async with customer(server) as ann:
        await opened(ann)
        async with http.get("/metrics") as answer:
            text = await answer.text()
    assert 'chat_sessions{role="customer"} 1.0' in text
    assert 'chat_requests_total{type="open"} 1.0' in text
    assert "chat_waiting 1.0" in text
    assert "chat_open_conversations 1.0" in text


async def test_a_browser_behind_a_tls_proxy_is_on_our_own_pages(start: StartServer) -> None:
    server = await start(trusted_proxies=["127.0.0.1"])
    headers = {
        "Host": "help.example",
        "Origin": "https://help.example",
        "X-Forwarded-Proto": "https",
    }
    async with aiohttp.ClientSession(server.url) as http:
        given = {"link": await link(server)}
        async with http.post("/login", json=given, headers=headers) as answer:
            assert answer.status == 200
        async with http.ws_connect("/live", headers=headers) as live:
            await live.send_json({"type": "hello", "role": "customer"})
            assert (await live.receive_json())["type"] == "welcome"


async def test_a_live_site_has_no_start_page_and_no_demo(start: StartServer) -> None:
    server = await start(demo=False)
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(server.url, cookie_jar=jar) as http:
        async with http.get("/demo") as answer:
            assert answer.status == 404
        async with http.get("/", allow_redirects=False) as answer:
            assert (answer.status, answer.headers["Location"]) == (303, "/chat")
        await http.post("/login", json={"link": await link(server)})
        async with http.get("/", allow_redirects=False) as answer:
            assert (answer.status, answer.headers["Location"]) == (303, "/console")
