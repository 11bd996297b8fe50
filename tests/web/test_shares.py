"""A link to one conversation: its scope, expiry and revocation."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import product
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from aiohttp import web

import chatserver.web.server as pages
from chatserver.app import RunningServer
from chatserver.core.people import Rank
from chatserver.store.tables.access_keys import MAX_KEYS
from chatserver.transcript.formats import DOWNLOADS
from tests.conftest import StartServer
from tests.wire.client import Client, customer, hired, opened, session

NOTE = "SECRET firmware of 2019"
OTHER = "ANOTHER matter"


async def ask(
    server: RunningServer, method: str, path: str, token: str | None = None, **options: Any
) -> tuple[int, bytes, Any]:
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    if method == "POST":
        options.setdefault("json", {})
    async with aiohttp.request(method, server.url + path, headers=headers, **options) as answer:
        return answer.status, await answer.read(), answer


async def shared(server: RunningServer, token: str, conversation: str) -> dict[str, Any]:
    path = f"/conversations/{conversation}/share"
    headers = {"Authorization": f"Bearer {token}"}
    async with aiohttp.request("POST", server.url + path, json={}, headers=headers) as answer:
        assert answer.status == 201
        made: dict[str, Any] = await answer.json()
        return made


@asynccontextmanager
async def noted(server: RunningServer) -> AsyncIterator[tuple[Client, str, str]]:
    """Return Ann, Bob's token, and their conversation with a note."""
    bobs = await hired(server, "bob")
    async with session(server, role="technician", token=bobs) as bob, customer(server) as ann:
        await bob.ok("status", status="online")
        conversation = await opened(ann, text="It blinks")
        await bob.event("assigned")
        await bob.ok("note", conversation=conversation, text=NOTE)
        yield ann, bobs, conversation


async def test_a_link_opens_the_conversation_in_a_browser_without_signing_in(
    server: RunningServer,
) -> None:
    async with noted(server) as (ann, _, conversation):
        made = await shared(server, ann.welcome["token"], conversation)
        url = urlsplit(made["url"])
        assert made["url"].startswith(server.url)
        status, page, answer = await ask(server, "GET", f"{url.path}?{url.query}")
        assert status == 200
        assert b"It blinks" in page
        assert answer.headers["Content-Disposition"].startswith("inline")
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
        assert answer.headers["Content-Security-Policy"].startswith("sandbox")


async def test_former_technicians_share_the_customers_edition(server: RunningServer) -> None:
    async with noted(server) as (_, bobs, conversation):
        made = await shared(server, bobs, conversation)
        # The request asks for the internal edition, which a link never opens.
        path = f"/conversations/{conversation}/transcript.txt?key={made['key']}&edition=internal"
        _, page, _ = await ask(server, "GET", path)
        assert b"It blinks" in page
        assert NOTE.encode() not in page


async def test_only_participants_may_share(server: RunningServer) -> None:
    supervisor = await hired(server, "sue", rank=Rank.SUPERVISOR)
    stranger = await hired(server, "cat")
    async with noted(server) as (_, _, conversation), customer(server) as eve:
        path = f"/conversations/{conversation}/share"
        assert (await ask(server, "POST", path, supervisor))[0] == 403
        for token in (stranger, eve.welcome["token"], "made up"):
            assert (await ask(server, "POST", path, token))[0] == 404
        assert (await ask(server, "POST", path))[0] == 401


async def test_a_withdrawn_link_opens_nothing(server: RunningServer) -> None:
    async with noted(server) as (ann, bobs, conversation):
        first = await shared(server, ann.welcome["token"], conversation)
        second = await shared(server, bobs, conversation)
        path = f"/conversations/{conversation}/share/withdraw"
        _, body, _ = await ask(server, "POST", path, ann.welcome["token"])
        assert body == b'{"withdrawn": 2}'
        for made in (first, second):
            path = f"/conversations/{conversation}/transcript.txt?key={made['key']}"
            assert (await ask(server, "GET", path))[0] == 404


async def test_of_many_links_an_early_one_ends(start: StartServer) -> None:
    server = await start(key_attempts_per_minute=0)
    async with customer(server) as ann:
        conversation = await opened(ann)
        token = ann.welcome["token"]
        # One link more than are stored: the one that expires first makes room.
        keys = [(await shared(server, token, conversation))["key"] for _ in range(MAX_KEYS + 1)]
        path = f"/conversations/{conversation}/transcript.txt?key="
        found = [(await ask(server, "GET", path + key))[0] for key in keys]
        assert found.count(200) == MAX_KEYS
        assert found[-1] == 200


async def test_an_expired_link_opens_nothing(start: StartServer) -> None:
    # Lifetime zero: the link expires in the moment in which it is made.
    server = await start(share_valid_for_s=0)
    async with noted(server) as (ann, _, conversation):
        made = await shared(server, ann.welcome["token"], conversation)
        path = f"/conversations/{conversation}/transcript.txt?key={made['key']}"
        assert (await ask(server, "GET", path))[0] == 404


async def test_every_wrong_key_gets_the_same_answer(server: RunningServer) -> None:
    async with noted(server) as (ann, _, conversation):
        other = await opened(ann, text=OTHER)
        made = await shared(server, ann.welcome["token"], conversation)
        wrong = [(conversation, "guessed"), (conversation, ""), (conversation, "\udcff" * 9)]
        wrong += [(other, made["key"]), ("no such conversation", made["key"])]
        answers = set()
        for name, key in wrong:
            where = f"{server.url}/conversations/{name}/transcript.txt"
            async with aiohttp.request(
                "GET", where, params={"key": key.encode("utf-8", "replace").decode()}
            ) as answer:
                answers.add((answer.status, await answer.text()))
        # Equal for a wrong key, a wrong conversation and none at all: nothing can be probed.
        assert len(answers) == 1
        assert answers.pop()[0] == 404


async def test_guessing_is_slowed_down(start: StartServer) -> None:
    server = await start(key_attempts_per_minute=3)
    async with noted(server) as (ann, _, conversation):
        made = await shared(server, ann.welcome["token"], conversation)
        right = f"/conversations/{conversation}/transcript.txt?key={made['key']}"
        for _ in range(3):
            assert (await ask(server, "GET", f"{right}0"))[0] == 404
        # The right key is refused like a wrong one, so that a refusal reveals nothing.
        for path in (right, f"{right}0"):
            status, _, answer = await ask(server, "GET", path)
            assert status == 429
            assert int(answer.headers["Retry-After"]) > 0


def readable_paths() -> list[str]:
    """Return every path of this server that supports GET."""
    parts = [getattr(pages, name) for name in dir(pages)]
    tables = [part.routes for part in parts if hasattr(part, "routes")]
    return sorted(
        {
            route.path
            for table in tables
            for route in table
            if isinstance(route, web.RouteDef) and route.method == "GET"
        }
    )


async def test_no_path_shows_a_customer_or_a_link_what_is_not_theirs(start: StartServer) -> None:
    server = await start(key_attempts_per_minute=0)
    async with noted(server) as (ann, _, conversation), customer(server) as eve:
        other = await opened(eve, text=OTHER)
        made = await shared(server, ann.welcome["token"], conversation)
        names = {"conversation": [conversation, other], "format": [*DOWNLOADS]}
        paths = [filled for path in readable_paths() for filled in _filled(path, names)]
        queries = ("", "?edition=internal", f"?key={made['key']}&edition=internal")
        for path, query, token in product(paths, queries, (None, ann.welcome["token"])):
            _, body, _ = await ask(server, "GET", path + query, token)
            assert NOTE.encode() not in body, path + query
            assert OTHER.encode() not in body, path + query


async def test_supervisors_read_the_audit_trail(server: RunningServer) -> None:
    supervisor = await hired(server, "sue", rank=Rank.SUPERVISOR)
    async with noted(server) as (ann, bobs, conversation):
        token = ann.welcome["token"]
        made = await shared(server, token, conversation)
        transcript = f"/conversations/{conversation}/transcript"
        await ask(server, "GET", f"{transcript}.md", token)
        await ask(server, "GET", f"{transcript}.json?edition=internal", bobs)
        await ask(server, "GET", f"{transcript}.txt?key={made['key']}")
        await ask(server, "GET", f"{transcript}.txt?key=guessed")
        audit = f"{server.url}/conversations/{conversation}/audit"
        headers = {"Authorization": f"Bearer {supervisor}"}
        async with aiohttp.request("GET", audit, headers=headers) as answer:
            lines = (await answer.json())["entries"]
        told = [(line["deed"], line["how"], line["who"]["role"]) for line in lines]
        assert told[:3] == [
            ("downloaded", "txt", "link"),
            ("downloaded", "json, internal", "technician"),
            ("downloaded", "md", "customer"),
        ]
        deed, name, role = told[3]
        assert (deed, role) == ("shared", "customer")
        # The link is named by a part of its digest, which opens nothing.
        assert lines[0]["who"]["id"] == name
        assert made["key"] not in str(lines)
        for who, status in ((bobs, 403), (token, 404)):
            assert (await ask(server, "GET", f"/conversations/{conversation}/audit", who))[0] == (
                status
            )


def _filled(path: str, names: dict[str, list[str]]) -> list[str]:
    filled = [path]
    for name, values in names.items():
        filled = [each.replace(f"{{{name}}}", value) for each in filled for value in values]
    return sorted({re.sub(r"{[^}]*}", "x", each) for each in filled})
