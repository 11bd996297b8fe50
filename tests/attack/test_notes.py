"""Leaking of internal notes: all that a customer can obtain is searched for their words."""

import io
import json
import re
import zipfile
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

import aiohttp
import pypdfium2

from chatserver.app import RunningServer
from chatserver.transcript.formats import DOWNLOADS
from tests.conftest import StartServer
from tests.mail.office import Office, office
from tests.wire.client import Client, Frame, customer, opened, session, technician
from tests.wire.mailbox import confirmed

INTERNAL = ["Secretnote", "Secrethandover", "Secretdraft"]


def leaks(content: bytes) -> Iterator[str]:
    """Yield the internal words in a file of any type, and in the files packed in it."""
    # Compressed contents hide the words from a plain search of the bytes.
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            for name in packed.namelist():
                yield from leaks(name.encode())
                yield from leaks(packed.read(name))
        return
    if content.startswith(b"%PDF"):
        with pypdfium2.PdfDocument(content) as document:
            content = "".join(page.get_textpage().get_text_range() for page in document).encode()
        # Proof that the text was extracted: without it the search below could never find a note.
        assert b"It blinks" in content
    yield from (word for word in INTERNAL if word.lower().encode() in content.lower())


async def worked_on(ann: Client, bob: Client, eve: Client) -> str:
    """Return a conversation with every kind of internal event, still open."""
    conversation = await opened(ann, text="It blinks", subject="Modem")
    await bob.event("assigned")
    await bob.ok("note", conversation=conversation, text="Secretnote of Bob's")
    await bob.send({"type": "draft", "conversation": conversation, "text": "Secretdraft"})
    await bob.ok("send", conversation=conversation, text="Which light?")
    to = eve.welcome["technician"]["id"]
    await bob.ok("transfer", conversation=conversation, technician=to, note="Secrethandover")
    await eve.event("assigned", conversation)
    await eve.send({"type": "read", "conversation": conversation, "seq": 99})
    await eve.ok("send", conversation=conversation, text="Is it the upper one?")
    await eve.ok("note", conversation=conversation, text="Secretnote of Eve's")
    return conversation


async def lived(server: RunningServer, ann: Client, conversation: str) -> list[Frame]:
    """Return all frames of a live session: answers to requests, and what a resume brings."""
    told = [
        await ann.ok("history", conversation=conversation),
        await ann.ok("history", conversation=conversation, after=0),
    ]
    for word in INTERNAL:
        found = await ann.ok("search", text=word)
        assert found["results"] == []
    resume = {"epoch": ann.welcome["epoch"], "resume": {conversation: 1}}
    token = ann.welcome["token"]
    async with session(server, role="customer", token=token, **resume) as again:
        told += [again.welcome, *await again.settle()]
    return [*told, *await ann.settle()]


def paths(server: RunningServer, conversation: str, forms: Sequence[str]) -> Iterator[str]:
    """Yield every path of the server with the customer's names, also asking for `internal`."""
    for resource in server.routes.resources():
        path = str(resource.canonical).replace("{conversation}", conversation)
        if path in ("/live", "/live/events"):
            continue
        for form in forms if "{format}" in path else [""]:
            named = re.sub(r"\{\w+\}", "x", path.replace("{format}", form))
            yield named
            if "transcript" in path:
                yield f"{named}?edition=internal"
    # A search that found nothing but counted its hits would reveal the word.
    yield from (f"/archive/conversations?state=all&text={word}" for word in INTERNAL)


async def fetched(
    server: RunningServer, ann: Client, conversation: str, forms: Sequence[str]
) -> None:
    """Fetch all that the customer's token opens over HTTP, in every format."""
    statuses = set()
    headers = {"Authorization": f"Bearer {ann.welcome['token']}"}
    async with aiohttp.ClientSession(server.url, headers=headers) as http:
        for path in paths(server, conversation, forms):
            async with http.get(path, allow_redirects=False) as answer:
                statuses.add(answer.status)
                body = await answer.read()
            assert list(leaks(body)) == [], path
            if "text=" in path:
                assert json.loads(body)["conversations"] == [], path
    assert {200, 404} <= statuses


async def shared(server: RunningServer, ann: Client, conversation: str) -> None:
    """Fetch a shared link, asking for the internal edition."""
    headers = {"Authorization": f"Bearer {ann.welcome['token']}"}
    async with aiohttp.ClientSession(server.url) as http:
        share = f"/conversations/{conversation}/share"
        async with http.post(share, json={}, headers=headers) as answer:
            link = urlsplit((await answer.json())["url"])
        async with http.get(f"{link.path}?{link.query}&edition=internal") as answer:
            assert (answer.status, list(leaks(await answer.read()))) == (200, [])


async def mailed(post: Office, ann: Client, conversation: str) -> None:
    """Search the letters with transcripts."""
    forms = ["txt", "json"]
    before = len(post.letters)
    for form in forms:
        await ann.ok("mail", conversation=conversation, format=form)
    await post.arrived(before + len(forms))
    for letter in post.letters:
        for part in letter.walk():
            content = part.get_payload(decode=True)
            assert not isinstance(content, bytes) or list(leaks(content)) == []


async def test_nothing_a_customer_can_get_contains_internal_words(start: StartServer) -> None:
    async with office() as post:
        server = await start(**post.settings, connections_per_minute=0)
        async with (
            technician(server, "bob") as bob,
            technician(server, "eve", status="away") as eve,
            customer(server) as ann,
        ):
            await confirmed(ann, post)
            conversation = await worked_on(ann, bob, eve)
            told = await lived(server, ann, conversation)
            await fetched(server, ann, conversation, ["txt", "json"])
            await eve.ok("close", conversation=conversation)
            await ann.event("closed", conversation)
            told += await lived(server, ann, conversation)
            assert list(leaks(json.dumps(told).encode())) == []
            await fetched(server, ann, conversation, DOWNLOADS)
            await shared(server, ann, conversation)
            await mailed(post, ann, conversation)


async def test_sequence_numbers_reveal_a_gap_and_nothing_more(
    start: StartServer,
) -> None:
    """Seqs are those of the log, so a gap shows; after the last visible event, not even that."""
    server = await start()
    async with technician(server) as bob, customer(server) as ann:
        conversation = await opened(ann, text="It blinks")
        await bob.event("assigned")
        last = (await bob.ok("send", conversation=conversation, text="Which light?"))["seq"]
        for _ in range(3):
            await bob.ok("note", conversation=conversation, text="Secretnote")
        await bob.send({"type": "read", "conversation": conversation, "seq": last + 3})
        read = await ann.next("read")
        token = ann.welcome["token"]
        async with session(server, role="customer", token=token) as again:
            (summary,) = again.welcome["conversations"]
        page = await ann.ok("history", conversation=conversation, limit=1)
    assert (read["seq"], summary["seq"], summary["read"]["technician"]) == (last, last, last)
    assert (page["events"][0]["seq"], page["more"]) == (last, True)
    assert summary["last"]["text"] == "Which light?"
