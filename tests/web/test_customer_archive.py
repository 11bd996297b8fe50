"""A customer's own archive: sign-in, search, labels and operations."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatserver.app import RunningServer
from chatserver.core.customer_archive import TAGS_LIMIT, TITLE_LIMIT, clean_tags, clean_title
from chatserver.core.errors import Refused
from tests.conftest import StartServer
from tests.wire.client import Client, customer, hired, opened


@asynccontextmanager
async def browser(server: RunningServer) -> AsyncIterator[aiohttp.ClientSession]:
    """Open an HTTP session with a cookie jar of its own."""
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(server.url, cookie_jar=jar) as session:
        yield session


async def invited(server: RunningServer, token: str) -> str:
    """Return the secret of a link from the widget."""
    headers = {"Authorization": f"Bearer {token}"}
    async with aiohttp.request(
        "POST", f"{server.url}/archive/link", json={}, headers=headers
    ) as answer:
        assert answer.status == 201
        url = urlsplit((await answer.json())["url"])
    assert token not in url.geturl()
    assert url.path == "/archive"
    assert url.query == ""
    return str(url.fragment).removeprefix("key=")


@asynccontextmanager
async def visit(server: RunningServer, ann: Client) -> AsyncIterator[aiohttp.ClientSession]:
    """Open Ann's archive in a browser."""
    key = await invited(server, ann.welcome["token"])
    async with browser(server) as session:
        async with session.post("/archive/open", json={"key": key}) as answer:
            assert answer.status == 200
        yield session


async def listed(session: aiohttp.ClientSession, query: str = "") -> dict[str, Any]:
    async with session.get(f"/archive/conversations?{query}") as answer:
        assert answer.status == 200, await answer.text()
        assert answer.headers["Cache-Control"] == "no-store"
        found: dict[str, Any] = await answer.json()
        return found


async def subjects(session: aiohttp.ClientSession, query: str = "") -> list[str]:
    return [each["subject"] for each in (await listed(session, query))["conversations"]]


async def relabel(session: aiohttp.ClientSession, conversation: str, **change: Any) -> int:
    async with session.post(f"/archive/conversations/{conversation}", json=change) as answer:
        return answer.status


def sealed(folder: Path) -> list[Path]:
    """Return the files of the archive on disk."""
    return list(folder.rglob("archive/**/manifest.json"))


async def test_the_page_is_public_and_contains_no_data(server: RunningServer) -> None:
    async with browser(server) as session, session.get("/archive") as answer:
        assert answer.status == 200
        assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert not answer.cookies
    async with browser(server) as session, session.get("/archive/conversations") as answer:
        assert answer.status == 401


async def test_a_link_opens_the_archive_once(server: RunningServer) -> None:
    async with customer(server) as ann:
        await opened(ann, subject="Modem")
        key = await invited(server, ann.welcome["token"])
        async with browser(server) as session:
            async with session.post("/archive/open", json={"key": key}) as answer:
                assert await answer.json() == {"name": "Ann"}
                cookie = answer.cookies["chatserver_archive"]
                assert cookie["httponly"]
                assert cookie["samesite"] == "Strict"
            assert await subjects(session) == ["Modem"]
        async with browser(server) as thief:
            async with thief.post("/archive/open", json={"key": key}) as answer:
                spent = (answer.status, await answer.text())
            async with thief.post("/archive/open", json={"key": "guessed"}) as answer:
                assert (answer.status, await answer.text()) == spent
            assert spent[0] == 404


async def test_guessing_links_is_slowed_down(start: StartServer) -> None:
    server = await start(key_attempts_per_minute=2)
    async with browser(server) as session:
        for status in (404, 404, 429):
            async with session.post("/archive/open", json={"key": "guessed"}) as answer:
                assert answer.status == status


async def test_links_and_visits_end(start: StartServer) -> None:
    server = await start(archive_link_valid_for_s=0)
    async with customer(server) as ann, browser(server) as session:
        key = await invited(server, ann.welcome["token"])
        async with session.post("/archive/open", json={"key": key}) as answer:
            assert answer.status == 404


async def test_a_visit_ends_with_its_time(start: StartServer) -> None:
    server = await start(archive_visit_s=0)
    async with (
        customer(server) as ann,
        visit(server, ann) as session,
        session.get("/archive/conversations") as answer,
    ):
        assert answer.status == 401


async def test_leaving_ends_this_visit_and_everywhere_all_of_them(server: RunningServer) -> None:
    async with (
        customer(server) as ann,
        visit(server, ann) as one,
        visit(server, ann) as two,
        visit(server, ann) as three,
    ):
        unused = await invited(server, ann.welcome["token"])
        async with one.post("/archive/leave", json={}) as answer:
            assert answer.status == 200
        await listed(two)
        async with two.post("/archive/leave", json={"everywhere": True}) as answer:
            assert answer.status == 200
        for session in (one, two, three):
            async with session.get("/archive/conversations") as answer:
                assert answer.status == 401
        async with one.post("/archive/open", json={"key": unused}) as answer:
            assert answer.status == 404


async def test_technicians_have_no_archive(server: RunningServer) -> None:
    headers = {"Authorization": f"Bearer {await hired(server, 'bob')}"}
    async with browser(server) as session:
        async with session.get("/archive/conversations", headers=headers) as answer:
            assert answer.status == 403
        async with session.post("/archive/link", json={}, headers=headers) as answer:
            assert answer.status == 403


async def test_another_sites_page_can_do_nothing_in_it(server: RunningServer) -> None:
    foreign = {"Origin": "https://evil.example"}
    async with customer(server) as ann, visit(server, ann) as session:
        conversation = await opened(ann)
        path = f"/archive/conversations/{conversation}"
        for where in (path, "/archive/leave"):
            async with session.post(where, json={}, headers=foreign) as answer:
                assert answer.status == 403


async def test_search_finds_what_was_said_open_or_closed_and_what_it_is_called(
    server: RunningServer,
) -> None:
    async with customer(server) as ann, customer(server) as eve, visit(server, ann) as session:
        closed = await opened(ann, subject="Modem", text="The Größe of the modem blinks")
        await ann.ok("close", conversation=closed)
        still = await opened(ann, subject="Phone", text="It rings at NIGHT")
        await opened(eve, subject="Hers", text="modem night")
        await relabel(session, still, title="Grandma's telephone", tags=["Übergabe"])
        for text, expected in (
            ("groß", ["Modem"]),
            ("modem blin", ["Modem"]),
            ("night", ["Phone"]),
            ("grandma", ["Phone"]),
            ("übergabe", ["Phone"]),
            ("modem night", []),
            ('"*) OR (', []),
            ("  ", ["Phone", "Modem"]),
        ):
            assert await subjects(session, f"text={quote(text)}") == expected, text
        (found,) = (await listed(session, "text=rings"))["conversations"]
        assert found["excerpt"] == "It \x02rings\x03 at NIGHT"


async def test_filters_by_state_topic_tag_and_time(server: RunningServer) -> None:
    async with customer(server) as ann, visit(server, ann) as session:
        first = await opened(ann, subject="first")
        second = await opened(ann, subject="second")
        await ann.ok("close", conversation=second)
        await relabel(session, first, tags=["home"])
        await relabel(session, second, archived=True)
        facets = await listed(session)
        began = facets["first_at"]
        for query, expected in (
            ("", ["first"]),
            ("state=archived", ["second"]),
            ("state=closed", []),
            ("state=open", ["first"]),
            ("state=all", ["second", "first"]),
            ("tag=home", ["first"]),
            ("topic=none", []),
            (f"until={began}&state=all", []),
            (f"since={began}&state=all", ["second", "first"]),
        ):
            assert await subjects(session, query) == expected, query
        assert facets["tags"] == ["home"]
        await relabel(session, second, archived=False)
        assert await subjects(session) == ["second", "first"]


async def test_the_list_goes_on_page_by_page(start: StartServer) -> None:
    server = await start(open_conversations=0)
    async with customer(server) as ann, visit(server, ann) as session:
        for number in range(5):
            await opened(ann, subject=str(number))
        seen: list[str] = []
        cursor = ""
        while cursor is not None:
            page = await listed(session, f"limit=2&{cursor}")
            seen += [each["subject"] for each in page["conversations"]]
            cursor = page["next"] and f"before={quote(page['next'])}"
        assert seen == ["4", "3", "2", "1", "0"]


async def test_a_conversation_is_read_and_taken_along_in_it(server: RunningServer) -> None:
    async with customer(server) as ann, visit(server, ann) as session:
        conversation = await opened(ann, text="It blinks")
        path = f"/archive/conversations/{conversation}"
        async with session.get(f"{path}/events") as answer:
            said = await answer.json()
            assert [event["kind"] for event in said["events"]] == ["opened", "message"]
            assert said["more"] is False
        async with session.get(f"{path}/events?before=2") as answer:
            assert [event["seq"] for event in (await answer.json())["events"]] == [1]
        async with session.get(f"{path}/transcript.txt") as answer:
            assert "It blinks" in await answer.text()
        async with session.get(f"{path}/transcript.zip") as answer:
            assert (await answer.read()).startswith(b"PK")
        async with session.get("/archive.zip") as answer:
            assert (await answer.read()).startswith(b"PK")


async def test_a_conversation_is_shared_from_it_and_the_links_end(server: RunningServer) -> None:
    async with customer(server) as ann, visit(server, ann) as session, browser(server) as friend:
        conversation = await opened(ann, text="It blinks")
        path = f"/archive/conversations/{conversation}/share"
        async with session.post(path, json={}) as answer:
            assert answer.status == 201
            link = (await answer.json())["url"].removeprefix(server.url)
        async with friend.get(link) as answer:
            assert "It blinks" in await answer.text()
        async with session.post(f"{path}/withdraw", json={}) as answer:
            assert await answer.json() == {"withdrawn": 1}
        async with friend.get(link) as answer:
            assert answer.status == 404


async def test_an_erased_conversation_is_gone(server: RunningServer) -> None:
    async with customer(server) as ann, visit(server, ann) as session:
        gone = await opened(ann, subject="gone", text="to be forgotten")
        await opened(ann, subject="kept")
        await relabel(session, gone, title="soon gone")
        async with session.post(f"/archive/conversations/{gone}/erase", json={}) as answer:
            assert answer.status == 200
        assert await subjects(session, "state=all") == ["kept"]
        assert await subjects(session, "state=all&text=forgotten") == []


async def test_a_conversation_is_sealed_from_it(server: RunningServer, tmp_path: Path) -> None:
    async with customer(server) as ann, visit(server, ann) as session:
        conversation = await opened(ann)
        async with session.post(f"/archive/conversations/{conversation}/seal", json={}) as answer:
            assert answer.status == 200
        assert len(sealed(tmp_path)) == 1


async def test_conversations_of_others_do_not_exist(server: RunningServer) -> None:
    async with customer(server) as ann, customer(server) as eve, visit(server, ann) as session:
        await opened(ann)
        hers = await opened(eve)
        for name in (hers, "nothing"):
            path = f"/archive/conversations/{name}"
            for part in ("events", "transcript.txt", "transcript.zip"):
                async with session.get(f"{path}/{part}") as answer:
                    assert answer.status == 404
            assert await relabel(session, name, title="mine") == 404
            assert await relabel(session, name, archived=True) == 404
            for part in ("share", "share/withdraw", "seal", "erase"):
                async with session.post(f"{path}/{part}", json={}) as answer:
                    assert answer.status == 404


@pytest.mark.parametrize(
    "query",
    [
        "state=none",
        "limit=0",
        "limit=101",
        "before=x",
        "since=x",
        f"until={1 << 63}",
        f"text={'a' * 401}",
    ],
)
async def test_invalid_queries_are_refused(server: RunningServer, query: str) -> None:
    async with (
        customer(server) as ann,
        visit(server, ann) as session,
        session.get(f"/archive/conversations?{query}") as answer,
    ):
        assert answer.status == 422


async def test_titles_and_tags_have_an_end(server: RunningServer) -> None:
    async with customer(server) as ann, visit(server, ann) as session:
        conversation = await opened(ann)
        assert await relabel(session, conversation, title="a" * TITLE_LIMIT) == 200
        assert await relabel(session, conversation, title="a" * (TITLE_LIMIT + 1)) == 413
        many = [str(number) for number in range(TAGS_LIMIT + 1)]
        assert await relabel(session, conversation, tags=many) == 413


@given(st.text(), st.lists(st.text(), max_size=20))
def test_labels_are_plain_lines(title: str, tags: list[str]) -> None:
    try:
        cleaned = (clean_title(title), *clean_tags(tags))
    except Refused:
        return
    for line in cleaned:
        assert line == line.strip()
        assert line.isprintable() or " " in line or not line.isascii()
        assert not set(line) & {"\n", "\r", "\0", "\u202e"}
