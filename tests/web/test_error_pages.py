"""Errors are pages for people who open an address, and problem documents for clients."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from chatserver.app import RunningServer
from chatserver.core.people import Rank
from chatserver.services.accounts import TechnicianTerms
from chatserver.web import privacy
from tests.conftest import StartServer

NAVIGATION = {
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language": "de-DE,de;q=0.9",
}


@pytest.fixture
async def http(server: RunningServer) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(server.url, headers=NAVIGATION) as browser:
        yield browser


async def page(http: aiohttp.ClientSession, path: str, method: str = "GET") -> tuple[int, str]:
    """Return the status and the HTML of an answer that a browser shows."""
    async with http.request(method, path) as answer:
        assert answer.content_type == "text/html"
        assert "unsafe" not in answer.headers["Content-Security-Policy"]
        return answer.status, await answer.text()


@pytest.mark.parametrize("path", ["/nothing", "/archive/nothing", "/login/x", "/static/x/y.css"])
async def test_an_unknown_address_is_a_page_with_a_way_on(
    http: aiohttp.ClientSession, path: str
) -> None:
    status, html = await page(http, path)
    assert status == 404
    assert '<html lang="de" dir="ltr">' in html
    assert "<h1>Hier ist nichts</h1>" in html
    for way in ("/chat", "/archive", "/privacy"):
        assert f'href="{way}"' in html


@pytest.mark.parametrize("accept", ["*/*", "application/json", "text/html, application/json"])
async def test_a_client_gets_a_problem_document_about_the_address(
    http: aiohttp.ClientSession, accept: str
) -> None:
    async with http.get("/nothing", headers={"Accept": accept}) as answer:
        assert answer.content_type == "application/problem+json"
        problem = await answer.json(content_type=None)
        assert (problem["code"], problem["detail"]) == ("not_found", "Hier ist nichts")


async def test_a_link_to_a_transcript_that_has_expired_leads_to_the_archive(
    http: aiohttp.ClientSession,
) -> None:
    status, html = await page(http, "/conversations/K7F3-9QMX/transcript.html?key=old")
    assert status == 404
    assert "<h1>Dieser Link gilt nicht mehr</h1>" in html
    assert '<a href="/archive" class="button">' in html


async def test_what_needs_a_sign_in_leads_there_and_back(http: aiohttp.ClientSession) -> None:
    status, html = await page(http, "/conversations/K7F3-9QMX/transcript.pdf?edition=internal")
    assert status == 401
    back = "%2Fconversations%2FK7F3-9QMX%2Ftranscript.pdf%3Fedition%3Dinternal"
    assert f'href="/login?next={back}"' in html


async def test_a_part_of_the_archive_leads_to_the_archive(http: aiohttp.ClientSession) -> None:
    status, html = await page(http, "/archive/conversations")
    assert status == 401
    assert '<a href="/archive" class="button">' in html
    assert "/login" not in html


async def test_a_call_that_is_opened_by_hand_is_a_page(http: aiohttp.ClientSession) -> None:
    status, html = await page(http, "/archive/link")
    assert status == 405
    assert "<h1>Diese Adresse lässt sich nicht direkt öffnen</h1>" in html


async def test_a_form_of_another_site_is_refused_with_a_page(http: aiohttp.ClientSession) -> None:
    http.headers["Origin"] = "https://evil.example"
    status, html = await page(http, "/chat/message", method="POST")
    assert status == 403
    assert "<h1>Diese Seite ist für Sie nicht zugänglich</h1>" in html


async def test_a_body_that_is_too_large_is_refused_with_a_page(
    http: aiohttp.ClientSession,
) -> None:
    async with http.post("/chat/message", data={"text": "a" * 70_000}) as answer:
        assert answer.status == 413
        assert "<h1>Das ist zu groß</h1>" in await answer.text()


async def test_too_many_attempts_are_told_when_to_try_again(start: StartServer) -> None:
    server = await start(key_attempts_per_minute=1)
    async with aiohttp.ClientSession(server.url, headers=NAVIGATION) as http:
        path = "/conversations/K7F3-9QMX/transcript.html?key=guessed"
        await page(http, path)
        async with http.get(path) as answer:
            html = await answer.text()
            assert answer.status == 429
            assert f"in {answer.headers['Retry-After']} s noch einmal" in html


async def test_a_fault_of_the_server_is_a_page(
    http: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(privacy, "reader_texts", None)
    status, html = await page(http, "/privacy")
    assert status == 500
    assert "<h1>Bei uns ist etwas schiefgegangen</h1>" in html


async def test_a_page_has_the_name_and_colour_of_the_site(
    server: RunningServer, http: aiohttp.ClientSession
) -> None:
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(server.url, cookie_jar=jar) as admin:
        root = await server.accounts.hire("root", TechnicianTerms("Root", Rank.ADMIN))
        secret = (await server.accounts.sign_in_link(root)).partition("#link=")[2]
        async with admin.post("/login", json={"link": secret}) as answer:
            assert answer.status == 200
        texts = {"label": "Help & <b>more</b>", "title": "", "greeting": ""}
        widget = {"accent": "#ffe600", "position": "right", "language": "auto", **texts}
        async with admin.post("/admin/site", json={"widget": widget}) as answer:
            assert answer.status == 200
    _, html = await page(http, "/nothing")
    assert "--fill:#ffe600" in html
    assert "<header>Help &amp; &lt;b&gt;more&lt;/b&gt;</header>" in html


async def test_somebody_who_is_signed_in_finds_the_console(server: RunningServer) -> None:
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(server.url, headers=NAVIGATION, cookie_jar=jar) as http:
        _, html = await page(http, "/nothing")
        assert 'href="/console"' not in html
        bob = await server.accounts.hire("bob", TechnicianTerms("Bob", Rank.TECHNICIAN))
        secret = (await server.accounts.sign_in_link(bob)).partition("#link=")[2]
        async with http.post("/login", json={"link": secret}) as answer:
            assert answer.status == 200
        _, html = await page(http, "/nothing")
        assert 'href="/console"' in html
