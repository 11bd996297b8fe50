"""Transcripts over HTTP in every format, with times in the reader's zone."""

import aiohttp
import pytest

from chatserver.app import RunningServer
from chatserver.transcript.formats import FORMATS
from tests.wire.client import customer, opened, technician


@pytest.mark.parametrize("form", FORMATS)
async def test_customers_take_their_conversation_along(server: RunningServer, form: str) -> None:
    async with technician(server) as bob, customer(server) as ann:
        conversation = await opened(ann)
        await bob.event("assigned")
        await bob.ok("note", conversation=conversation, text="SECRET")
        headers = {"Authorization": f"Bearer {ann.welcome['token']}"}
        url = f"{server.url}/conversations/{conversation}/transcript.{form}?edition=internal"
        async with aiohttp.request("GET", url, headers=headers) as answer:
            assert answer.status == 200
            assert answer.headers["Content-Type"] == FORMATS[form].content_type
            assert answer.headers["Content-Disposition"].endswith(f'.{form}"')
            page = await answer.read()
    assert page
    assert b"SECRET" not in page


async def test_times_are_in_the_readers_zone(server: RunningServer) -> None:
    async with customer(server) as ann:
        conversation = await opened(ann)
        headers = {"Authorization": f"Bearer {ann.welcome['token']}"}
        url = f"{server.url}/conversations/{conversation}/transcript.txt"
        for zone, is_named in (("Asia/Tokyo", " JST"), ("UTC", " UTC")):
            async with aiohttp.request("GET", f"{url}?timezone={zone}", headers=headers) as answer:
                assert is_named in await answer.text()


@pytest.mark.parametrize("zone", ["Nowhere", "../../etc/passwd", "", "a" * 5_000, "Europe"])
async def test_an_unknown_zone_is_refused(server: RunningServer, zone: str) -> None:
    async with customer(server) as ann:
        conversation = await opened(ann)
        headers = {"Authorization": f"Bearer {ann.welcome['token']}"}
        url = f"{server.url}/conversations/{conversation}/transcript.txt?timezone={zone}"
        async with aiohttp.request("GET", url, headers=headers) as answer:
            assert answer.status == 422
            assert (await answer.json(content_type=None))["field"] == "timezone"


@pytest.mark.parametrize(
    ("locale", "accepted", "query", "title"),
    [
        ("de-AT", "en", "", "Chat"),
        ("de", "de", "?language=en", "Conversation"),
        ("en", "en", "?language=de-CH", "Chat"),
        ("tlh", "tlh, de;q=0.8, en;q=0.5", "", "Chat"),
        ("tlh", "tlh", "?language=nowhere", "Conversation"),
        (None, "", "", "Conversation"),
    ],
)
async def test_words_are_in_the_readers_language(
    server: RunningServer, locale: str | None, accepted: str, query: str, title: str
) -> None:
    async with customer(server, **({} if locale is None else {"locale": locale})) as ann:
        conversation = await opened(ann)
        token = f"Bearer {ann.welcome['token']}"
        headers = {"Authorization": token, "Accept-Language": accepted}
        url = f"{server.url}/conversations/{conversation}/transcript.txt{query}"
        async with aiohttp.request("GET", url, headers=headers) as answer:
            assert (await answer.text()).startswith(f"{title} ")
