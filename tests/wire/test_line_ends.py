"""Line ends of other systems, which clients of the API may send, become line feeds."""

import aiohttp
import pytest

from chatserver.app import RunningServer
from chatserver.transcript.formats import ARCHIVE_ZIP_SUFFIXES
from tests.wire.client import customer, technician

LINES = "first\r\nsecond\rthird"
STORED = "first\nsecond\nthird"


async def test_texts_of_every_request_are_stored_with_line_feeds(server: RunningServer) -> None:
    async with technician(server) as bob, customer(server) as ann:
        opened = await ann.ok("open", text=LINES, subject="a\r\nb", product="c\rd")
        conversation = opened["conversation"]
        await bob.event("assigned")
        await ann.ok("send", conversation=conversation, text=LINES)
        await bob.ok("note", conversation=conversation, text=LINES)
        await bob.ok("close", conversation=conversation)
        await ann.ok("rate", conversation=conversation, score=5, comment=LINES)
        history = await bob.ok("history", conversation=conversation)
    said = {event["kind"]: event for event in history["events"]}
    assert [each["text"] for each in history["events"] if "text" in each] == [STORED] * 3
    assert said["rated"]["comment"] == STORED
    assert (said["opened"]["subject"], said["opened"]["product"]) == ("a\nb", "c\nd")


@pytest.mark.parametrize("form", ARCHIVE_ZIP_SUFFIXES)
async def test_no_transcript_shows_a_carriage_return(server: RunningServer, form: str) -> None:
    async with customer(server) as ann:
        conversation = (await ann.ok("open", text=LINES))["conversation"]
        headers = {"Authorization": f"Bearer {ann.welcome['token']}"}
        url = f"{server.url}/conversations/{conversation}/transcript.{form}"
        async with aiohttp.request("GET", url, headers=headers) as answer:
            page = await answer.text()
    assert "second" in page
    assert "␍" not in page
    assert "\\r" not in page
