"""Attachments in both directions, with types decided by content."""

import asyncio
import io
import zipfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from chatserver.app import RunningServer
from chatserver.core.conversation.attachment import NAME_LIMIT, clean_name
from tests.conftest import StartServer
from tests.wire.client import Client, Served, customer, hired, opened, session, technician

GPS = 0x8825


def picture(kind: str = "PNG", size: tuple[int, int] = (1200, 800), **options: Any) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", size, "tomato").save(made, kind, **options)
    return made.getvalue()


def zipped() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("log.txt", "words")
    return made.getvalue()


CUT_GIF = b"GIF87a\x03\0\2\0\x81\0\0\1" + bytes(11) + b",\0\0\1\0\0\0\0\x10\0\0\0\0\0\0,\0\0;"
"""A GIF that is cut off before the size of its second frame."""


def photo() -> bytes:
    """Return a rotated JPEG with GPS coordinates."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif.get_ifd(GPS)[1] = "N"
    return picture("JPEG", exif=exif)


async def upload(
    server: Served,
    token: str,
    conversation: str,
    content: bytes | AsyncIterator[bytes],
    name: str = "photo.png",
) -> tuple[int, dict[str, Any]]:
    headers = {"Authorization": f"Bearer {token}", "X-File-Name": name}
    url = f"{server.url}/files?conversation={conversation}"
    async with aiohttp.request("POST", url, data=content, headers=headers) as answer:
        return answer.status, await answer.json(content_type=None)


async def fetch(
    server: RunningServer, token: str | None, file: str, query: str = ""
) -> tuple[int, bytes, Any]:
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    url = f"{server.url}/files/{file}{query}"
    async with aiohttp.request("GET", url, headers=headers) as answer:
        return answer.status, await answer.read(), answer.headers


@asynccontextmanager
async def talking(server: RunningServer) -> AsyncIterator[tuple[Client, str, Client, str, str]]:
    """Return Ann, her token, Bob, his token, and their conversation."""
    bobs = await hired(server, "bob")
    async with session(server, role="technician", token=bobs) as bob, customer(server) as ann:
        await bob.ok("status", status="online")
        conversation = await opened(ann)
        await bob.event("assigned")
        yield ann, ann.welcome["token"], bob, bobs, conversation


async def test_a_picture_goes_both_ways(server: RunningServer) -> None:
    async with talking(server) as (ann, anns, bob, bobs, conversation):
        for sender, token, receiver, others in ((ann, anns, bob, bobs), (bob, bobs, ann, anns)):
            status, kept = await upload(server, token, conversation, picture())
            assert status == 201
            assert (kept["type"], kept["width"], kept["height"]) == ("image/png", 1200, 800)
            await sender.ok("send", conversation=conversation, file=kept["file"])
            event = await receiver.next("event", file=kept["file"])
            assert event["attachment"]["name"] == "photo.png"
            status, content, headers = await fetch(server, others, kept["file"])
            assert status == 200
            assert len(content) == kept["size"]
            assert headers["Content-Disposition"] == "attachment; filename*=UTF-8''photo.png"
            assert (
                headers["Content-Security-Policy"]
                == "sandbox; default-src 'none'; base-uri 'none'; frame-ancestors 'none'"
            )
            assert headers["X-Content-Type-Options"] == "nosniff"
            status, small, headers = await fetch(server, others, kept["file"], "?preview")
            assert headers["Content-Type"] == "image/webp"
            # 1200 × 800 scaled to a width of 640, with the ratio kept.
            assert Image.open(io.BytesIO(small)).size == (640, 427)


async def test_a_photo_forgets_where_it_was_taken_and_stands_upright(server: RunningServer) -> None:
    async with talking(server) as (_, anns, _, bobs, conversation):
        _, kept = await upload(server, anns, conversation, photo(), "IMG.jpg")
        assert (kept["width"], kept["height"]) == (800, 1200)
        _, content, _ = await fetch(server, bobs, kept["file"])
        assert not Image.open(io.BytesIO(content)).getexif()


async def test_data_appended_to_a_picture_is_removed(server: RunningServer) -> None:
    # A file that is a picture for one program, and a page or a ZIP for another.
    polyglot = picture() + b"<script>alert(1)</script>PK\x03\x04"
    async with talking(server) as (_, anns, _, bobs, conversation):
        _, kept = await upload(server, anns, conversation, polyglot)
        _, content, _ = await fetch(server, bobs, kept["file"])
        assert b"script" not in content


TYPES = [
    (b"<html><script>alert(1)</script>", "page.png", "text/plain"),
    # SVG can contain scripts, so it is text and never shown as a picture.
    (b"<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>", "a.svg", "text/plain"),
    ("Grüße\n".encode(), "log", "text/plain"),
    (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3", "letter.exe", "application/pdf"),
    (zipped(), "a.zip", "application/zip"),
]
"""Contents, the names they are uploaded under, and the types they are given."""


async def test_the_type_is_decided_by_the_content(server: RunningServer) -> None:
    async with talking(server) as (_, anns, _, bobs, conversation):
        for content, name, kind in TYPES:
            status, kept = await upload(server, anns, conversation, content, name)
            assert (status, kept["type"]) == (201, kind), name
            _, sent, headers = await fetch(server, bobs, kept["file"])
            assert sent == content, name
            assert headers["Content-Type"].startswith(kind), name
            assert (await fetch(server, bobs, kept["file"], "?preview"))[0] == 404, name


UNACCEPTABLE = [
    (b"MZ\x90\x00\x03\x00\x00\x00" + bytes(200), "type"),
    (b"\x7fELF" + bytes(200), "type"),
    (bytes(range(256)), "type"),
    (picture()[:300], "file"),
    (CUT_GIF, "file"),
    (zipped().replace(b"PK\x01\x02", b"PK\x01\xff"), "file"),
    (b"", "file"),
]
"""Contents that are refused, and the field that the refusal names."""


async def test_unacceptable_uploads_are_refused(server: RunningServer) -> None:
    async with talking(server) as (_, anns, _, _, conversation):
        for content, field in UNACCEPTABLE:
            status, problem = await upload(server, anns, conversation, content)
            refused = (status, problem["code"], problem["field"])
            assert refused == (422, "invalid", field), content[:8]


async def test_a_bomb_is_not_unpacked(server: RunningServer) -> None:
    made = io.BytesIO()
    # 400 megapixels compress to 50 KB; decoded as RGB they would take 1.2 GB.
    Image.new("1", (20_000, 20_000)).save(made, "PNG")
    async with talking(server) as (_, anns, _, _, conversation):
        status, problem = await upload(server, anns, conversation, made.getvalue())
        assert (status, problem["field"]) == (422, "file")


async def test_a_file_may_be_so_large_and_no_larger(start: StartServer) -> None:
    server = await start(file_limit=1_000)

    async def drip() -> AsyncIterator[bytes]:
        for _ in range(11):
            yield b"a" * 100

    async with talking(server) as (_, anns, _, _, conversation):
        assert (await upload(server, anns, conversation, b"a" * 1_000))[0] == 201
        # The second one declares no length, so that only counting can stop it.
        for content in (b"a" * 1_001, drip()):
            status, problem = await upload(server, anns, conversation, content)
            assert (status, problem["code"]) == (413, "too_long")


async def test_files_are_for_those_in_the_conversation(server: RunningServer) -> None:
    strangers = await hired(server, "cat")
    async with talking(server) as (_, anns, _, bobs, conversation), customer(server) as eve:
        _, kept = await upload(server, anns, conversation, picture())
        file, eves = kept["file"], eve.welcome["token"]
        for token in (eves, strangers, "made up"):
            assert (await fetch(server, token, file))[0] == 404
            assert (await upload(server, token, conversation, picture()))[0] == 404
        assert (await fetch(server, None, file))[0] == 401
        # File ids are looked up in the table before any path is built.
        for path in ("../../chat.db", "..%2F..%2Fchat.db", "incoming", "0" * 32):
            assert (await fetch(server, bobs, path))[0] == 404


async def test_only_ones_own_upload_is_sent_and_only_where_it_belongs(
    server: RunningServer,
) -> None:
    async with talking(server) as (ann, anns, bob, _, conversation):
        _, kept = await upload(server, anns, conversation, picture())
        elsewhere = await opened(ann)
        for client, where in ((bob, conversation), (ann, elsewhere)):
            refused = await client.refused("send", conversation=where, file=kept["file"])
            assert (refused["code"], refused["field"]) == ("invalid", "file")
        await ann.ok("send", request="once", conversation=conversation, file=kept["file"])
        # The repeated request must not fail because the file has been sent already.
        await ann.ok("send", request="once", conversation=conversation, file=kept["file"])
        await bob.ok("close", conversation=conversation)
        status, problem = await upload(server, anns, conversation, picture())
        assert (status, problem["code"]) == (409, "closed")


async def test_transcripts_name_the_file(server: RunningServer) -> None:
    async with talking(server) as (ann, anns, _, _, conversation):
        _, kept = await upload(server, anns, conversation, b"words", "%E2%80%AEgnp.exe%0A%00x")
        # U+202E reverses the letters behind it, so that `gnp.exe` would be shown as `exe.png`.
        assert kept["name"] == "gnp.exex"
        await ann.ok("send", conversation=conversation, file=kept["file"])
        url = f"{server.url}/conversations/{conversation}/transcript.txt"
        headers = {"Authorization": f"Bearer {anns}"}
        async with aiohttp.request("GET", url, headers=headers) as answer:
            assert "sent the file gnp.exex (text/plain, 5 bytes)" in await answer.text()


async def test_another_sites_page_cannot_upload(server: RunningServer) -> None:
    async with talking(server) as (_, anns, _, _, conversation):
        url = f"{server.url}/files?conversation={conversation}"
        headers = {"Authorization": f"Bearer {anns}", "X-File-Name": "a"}
        async with aiohttp.request("POST", url, data=b"a") as answer:
            assert answer.status == 415
        foreign = headers | {"Origin": "https://evil.example"}
        async with aiohttp.request("POST", url, data=b"a", headers=foreign) as answer:
            assert answer.status == 403


@asynccontextmanager
async def clamd(answer: bytes) -> AsyncIterator[str]:
    """Run a daemon that speaks INSTREAM and always gives the same answer."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert await reader.readuntil(b"\0") == b"zINSTREAM\0"
        while length := int.from_bytes(await reader.readexactly(4)):
            await reader.readexactly(length)
        writer.write(answer)
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as daemon:
        yield f"127.0.0.1:{daemon.sockets[0].getsockname()[1]}"


@pytest.mark.parametrize(
    ("says", "status"),
    [
        (b"stream: OK\0", 201),
        (b"stream: Eicar-Test-Signature FOUND\0", 422),
        # A file that was not scanned to its end is not clean, so the upload fails.
        (b"INSTREAM size limit exceeded. ERROR\0", 503),
    ],
)
async def test_every_upload_is_looked_at_by_clamav(
    start: StartServer, says: bytes, status: int
) -> None:
    async with clamd(says) as address:
        server = await start(clamav=address)
        async with talking(server) as (_, anns, _, _, conversation):
            assert (await upload(server, anns, conversation, b"words"))[0] == status


async def test_without_its_scanner_nothing_is_taken(start: StartServer, tmp_path: Path) -> None:
    server = await start(clamav=str(tmp_path / "nobody.sock"))
    async with talking(server) as (_, anns, _, _, conversation):
        status, problem = await upload(server, anns, conversation, b"words")
        assert (status, problem["code"]) == (503, "unavailable")


async def test_incomplete_uploads_are_deleted(start: StartServer, tmp_path: Path) -> None:
    left = tmp_path / "data" / "files" / "incoming" / "half"
    left.parent.mkdir(parents=True)
    # As a server leaves it that is killed in the middle of an upload.
    left.write_bytes(b"half a fi")
    await start()
    assert not left.exists()


async def test_technicians_need_the_conversation(server: RunningServer) -> None:
    async with customer(server) as ann, technician(server, status="away"):
        conversation = await opened(ann)
        token = await hired(server, "cat")
        assert (await upload(server, token, conversation, b"words"))[0] == 403


@given(st.text())
def test_a_name_is_a_name_and_nothing_else(given: str) -> None:
    name = clean_name(given)
    assert 0 < len(name) <= NAME_LIMIT
    assert not set(name) & set("/\\\0\r\n\u202e")
    assert name not in (".", "..")
    assert clean_name(name) == name
