"""Changes of several administrators at the same moment: one of each kind wins, the others hear of
it."""

import asyncio
from collections import Counter
from contextlib import AsyncExitStack
from pathlib import Path

import aiohttp
import pytest

from chatserver.app import RunningServer
from chatserver.core.people import Rank
from chatserver.store.open import open_store
from tests.web.test_admin import browser, get, post
from tests.wire.client import customer, opened

ATTEMPTS = 6


async def rank_of(server: RunningServer, login: str) -> Rank | None:
    found = await server.accounts.find_by_login(login)
    return None if found is None else found.rank


@pytest.mark.parametrize("deed", ["demote", "dismiss"])
async def test_two_administrators_who_remove_each_other_leave_one(
    server: RunningServer, deed: str
) -> None:
    async with browser(server, "one", Rank.ADMIN) as one, browser(server, "two", Rank.ADMIN) as two:
        ids = {
            each["login"]: each["id"]
            for each in (await get(one, "/admin/technicians"))[1]["technicians"]
        }

        async def remove(http: aiohttp.ClientSession, login: str) -> int:
            if deed == "demote":
                return (await post(http, "/admin/technicians", login=login, role="technician"))[0]
            return (await post(http, f"/admin/technicians/{ids[login]}/dismiss"))[0]

        statuses = await asyncio.gather(remove(one, "two"), remove(two, "one"))
    ranks = [await rank_of(server, login) for login in ("one", "two")]
    assert ranks.count(Rank.ADMIN) == 1
    assert sorted(statuses)[0] in (200, 204)
    assert sorted(statuses)[1] in (401, 403)


async def test_of_many_changes_with_one_revision_one_is_made(
    server: RunningServer,
) -> None:
    async with browser(server, "root", Rank.ADMIN) as admin:
        _, hired = await post(admin, "/admin/technicians", login="eve", new=True)
        seen = hired["technician"]["revision"]
        answers = await asyncio.gather(
            *(
                post(admin, "/admin/technicians", login="eve", capacity=number, seen=seen)
                for number in range(3, 3 + ATTEMPTS)
            )
        )
    assert Counter(status for status, _ in answers) == {200: 1, 409: ATTEMPTS - 1}


async def test_of_many_who_add_one_login_one_does(server: RunningServer) -> None:
    async with browser(server, "root", Rank.ADMIN) as admin:
        answers = await asyncio.gather(
            *(post(admin, "/admin/technicians", login="eve", new=True) for _ in range(ATTEMPTS))
        )
    assert Counter(status for status, _ in answers) == {200: 1, 409: ATTEMPTS - 1}
    assert sum(bool(answer.get("link")) for _, answer in answers) == 1
    assert {answer["field"] for status, answer in answers if status == 409} == {"login"}


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("widget", {"accent": "#aa3300", "position": "left"}),
        ("targets", {"amber": 1_000, "red": 2_000}),
        ("replies", [{"id": "r", "shortcut": "hi", "text": "Hello"}]),
        ("topics", [{"id": "dsl", "name": "DSL"}]),
        ("pairing", {"misses": 5}),
        ("topic_hours", {"dsl": {"timezone": "UTC", "week": [[]] * 6 + [[["09:00", "17:00"]]]}}),
    ],
)
async def test_of_many_changes_of_one_part_with_one_revision_one_is_made(
    server: RunningServer, part: str, value: object
) -> None:
    async with browser(server, "root", Rank.ADMIN) as admin:
        seen = (await get(admin, "/admin/site"))[1]["revisions"][part]
        body = {part: value, "seen": {part: seen}}
        answers = await asyncio.gather(
            *(post(admin, "/admin/site", **body) for _ in range(ATTEMPTS))
        )
    assert Counter(status for status, _ in answers) == {200: 1, 409: ATTEMPTS - 1}


async def test_topics_that_a_command_adds_meanwhile_are_not_removed(
    server: RunningServer, tmp_path: Path
) -> None:
    async with (
        browser(server, "root", Rank.ADMIN) as admin,
        open_store(tmp_path / "data") as beside,
    ):
        seen = (await get(admin, "/admin/site"))[1]["revisions"]["topics"]
        changes = (
            post(admin, "/admin/site", topics=[{"id": "tv", "name": "TV"}], seen={"topics": seen})
            for _ in range(ATTEMPTS)
        )
        adding = beside.technicians.save_account(
            "root", lambda stored: stored or pytest.fail("gone"), frozenset({"dsl"})
        )
        *answers, _ = await asyncio.gather(*changes, adding)
        topics = [topic.id for topic in await beside.topics.list_topics()]
    assert "dsl" in topics
    assert len(topics) == 1 + sum(status == 200 for status, _ in answers)


async def test_title_and_tags_given_at_once_in_two_windows_are_both_kept(
    server: RunningServer,
) -> None:
    async with customer(server) as ann, AsyncExitStack() as stack:
        conversation = await opened(ann, text="one")
        headers = {"Authorization": f"Bearer {ann.welcome['token']}"}
        http = await stack.enter_async_context(aiohttp.ClientSession(server.url, headers=headers))
        path = f"/archive/conversations/{conversation}"
        await asyncio.gather(
            post(http, path, title="My printer"),
            post(http, path, tags=["printer"]),
            post(http, path, archived=True),
        )
        listed = (await get(http, "/archive/conversations?state=all"))[1]["conversations"]
    (kept,) = listed
    assert (kept["title"], kept["tags"]) == ("My printer", ["printer"])
    assert kept["archived_at"] is not None
