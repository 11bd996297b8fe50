"""A message is left by a form, from browsers that run no scripts."""

import re
from collections.abc import AsyncIterator
from html import unescape

import aiohttp
import pytest

from chatserver.app import RunningServer
from chatserver.core.people import Rank
from tests.conftest import StartServer
from tests.wire.client import hired, technician

PATH = "/chat/message"
ANN = {"name": "Ann", "email": "ann@example.org", "text": "My modem\r\nblinks <red>"}


@pytest.fixture
async def http(server: RunningServer) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(server.url) as browser:
        yield browser


async def posted(
    http: aiohttp.ClientSession, fields: dict[str, str], **headers: str
) -> tuple[int, str]:
    """Post the form as a browser does, which follows the redirect."""
    async with http.post(PATH, data=fields, headers=headers) as answer:
        return answer.status, unescape(await answer.text())


async def test_a_message_reaches_the_desk_with_a_promise(
    server: RunningServer, http: aiohttp.ClientSession
) -> None:
    async with technician(server, rank=Rank.SUPERVISOR) as bob:
        status, html = await posted(http, ANN)
        assert status == 200
        reference = re.search(r"Its reference: (\S{4}-\S{4})", html)
        assert reference is not None
        found = await bob.ok("list", status="any", whose="all", text=reference[1])
        [summary] = found["conversations"]
        assert summary["customer"]["name"] == "Ann"
        assert summary["question"] == "My modem\nblinks <red>"
        assert summary["reply_by"] is not None
        assert "We’ll reply by" in html


async def test_the_answer_is_read_without_scripts(
    server: RunningServer, http: aiohttp.ClientSession
) -> None:
    _, html = await posted(http, ANN)
    link = re.search(r'href="(/conversations/[^"]+)"', html)
    assert link is not None
    async with technician(server) as bob:
        conversation = link[1].split("/")[2]
        await bob.event("assigned")
        await bob.ok("send", conversation=conversation, text="Press the button.")
    async with http.get(link[1]) as answer:
        assert "Press the button." in await answer.text()


async def test_the_topic_is_chosen_by_the_address(
    server: RunningServer, http: aiohttp.ClientSession
) -> None:
    await hired(server, "bob", topics=frozenset({"dsl", "billing"}))
    async with http.get(f"{PATH}?topic=dsl") as answer:
        assert '<option value="dsl" selected>dsl</option>' in await answer.text()


@pytest.mark.parametrize(
    ("fields", "status", "reason"),
    [
        ({"text": " "}, 422, "Please write a message first."),
        ({"text": "a" * 8_001}, 413, "too long"),
        ({"text": "It blinks", "topic": "none such"}, 422, "isn’t filled in correctly"),
    ],
)
async def test_what_is_refused_keeps_everything_that_was_typed(
    http: aiohttp.ClientSession, fields: dict[str, str], status: int, reason: str
) -> None:
    answered, html = await posted(http, {**ANN, **fields})
    assert answered == status
    assert reason in html
    assert f"\n{fields['text']}</textarea>" in html
    assert 'value="ann@example.org"' in html


async def test_texts_of_the_form_are_never_markup(http: aiohttp.ClientSession) -> None:
    hostile = '"></textarea><script>alert(1)</script>'
    async with http.post(PATH, data={"text": " ", "name": hostile, "email": hostile}) as answer:
        assert "<script>alert" not in await answer.text()


async def test_an_address_cannot_flood_the_desk(start: StartServer) -> None:
    server = await start(forms_per_hour=1)
    async with aiohttp.ClientSession(server.url) as http:
        assert (await posted(http, ANN))[0] == 200
        status, html = await posted(http, ANN)
        assert status == 429
        assert "a bit too fast" in html
        assert "blinks <red>" in html


async def test_the_confirmation_needs_its_key(http: aiohttp.ClientSession) -> None:
    async with http.get(f"{PATH}/K7F3-9QMX?key=guessed") as answer:
        assert answer.status == 404


@pytest.mark.parametrize("origin", ["https://evil.example", "null"])
async def test_another_sites_form_leaves_no_message(
    http: aiohttp.ClientSession, origin: str
) -> None:
    assert (await posted(http, ANN, Origin=origin))[0] == 403
