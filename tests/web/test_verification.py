"""`/verify`: verification of files and QR codes for everyone."""

import io
import json
import re
import struct
import zipfile
from typing import Any

import aiohttp
import pypdfium2
import pytest

from chatserver.app import RunningServer
from chatserver.transcript.authenticity.seal import read_public_key
from chatserver.transcript.formats import DOWNLOADS
from tests.conftest import StartServer
from tests.wire.client import Client, customer, opened, technician


async def taken(server: RunningServer, ann: Client, conversation: str, suffix: str) -> bytes:
    headers = {"Authorization": f"Bearer {ann.welcome['token']}"}
    url = f"{server.url}/conversations/{conversation}/transcript.{suffix}"
    async with aiohttp.request("GET", url, headers=headers) as answer:
        assert answer.status == 200
        return await answer.read()


async def checked(server: RunningServer, content: bytes, name: str = "x") -> tuple[int, Any]:
    headers = {"X-File-Name": name}
    url = f"{server.url}/verify"
    async with aiohttp.request("POST", url, data=content, headers=headers) as answer:
        return answer.status, await answer.json(content_type=None)


async def confirmed(server: RunningServer, path: str) -> tuple[int, Any]:
    async with aiohttp.request("GET", f"{server.url}/verify/{path}") as answer:
        return answer.status, await answer.json(content_type=None)


@pytest.mark.parametrize("suffix", DOWNLOADS)
async def test_an_issued_file_is_recognised_unless_it_was_changed(
    server: RunningServer, suffix: str
) -> None:
    async with customer(server) as ann:
        content = await taken(server, ann, await opened(ann, text="It blinks"), suffix)
    status, answer = await checked(server, content)
    assert status == 200
    (report,) = answer["reports"]
    assert report["finding"] == "genuine"
    assert re.fullmatch(r"[0-9A-Z]{4}-[0-9A-Z]{4}", report["reference"])
    at = len(content) // 2
    status, answer = await checked(server, content[:at] + b"?" + content[at + 1 :])
    assert status == 422 or answer["reports"][0]["finding"] == "changed"


async def test_each_file_of_a_zip_is_recognised_alone(server: RunningServer) -> None:
    async with customer(server) as ann:
        conversation = await opened(ann, text="It blinks")
        headers = {"Authorization": f"Bearer {ann.welcome['token']}"}
        for path in (f"/conversations/{conversation}/transcript.zip", "/archive.zip"):
            async with aiohttp.request("GET", server.url + path, headers=headers) as answer:
                archive = zipfile.ZipFile(io.BytesIO(await answer.read()))
            names = [name for name in archive.namelist() if "/transcript." in name]
            assert len(names) >= 4
            for name in names:
                status, found = await checked(server, archive.read(name))
                assert (status, found["reports"][0]["finding"]) == (200, "genuine"), name


async def test_a_changed_transcript_says_where(server: RunningServer) -> None:
    async with customer(server) as ann:
        content = await taken(server, ann, await opened(ann, text="It blinks"), "json")
    _, answer = await checked(server, content.replace(b"blinks", b"blonks"))
    assert answer["reports"][0]["where"] == "entry 2"


async def test_the_code_on_a_pdf_leads_to_a_page_that_confirms_it(server: RunningServer) -> None:
    async with technician(server) as bob, customer(server) as ann:
        conversation = await opened(ann, text="It blinks")
        await bob.event("assigned")
        content = await taken(server, ann, conversation, "pdf")
        text = pypdfium2.PdfDocument(content)[0].get_textpage().get_text_bounded()
        found = re.search(r"/verify#([0-9A-Z-]{9})\.([0-9a-f]{64})", re.sub(r"\s", "", text))
        assert found is not None
        await ann.ok("send", conversation=conversation, text="One more thing")
        status, report = await confirmed(server, f"{found[1]}/{found[2]}")
        assert (status, report["finding"], report["entries"]) == (200, "genuine", 3)
        wrong = found[2][::-1]
        assert (await confirmed(server, f"{found[1]}/{wrong}"))[0] == 404
        assert (await confirmed(server, f"AAAA-AAAA/{found[2]}"))[0] == 404


async def test_the_page_and_the_key_are_public(server: RunningServer) -> None:
    async with aiohttp.request("GET", f"{server.url}/verify") as page:
        assert (page.status, page.content_type) == (200, "text/html")
    async with aiohttp.request("GET", f"{server.url}/.well-known/site-key.pub.pem") as key:
        assert len(read_public_key(await key.read())) == 44


async def test_strange_and_hostile_files_are_only_not_recognised(server: RunningServer) -> None:
    for content in (b"", b"{}", b"{", b"[" * 50_000, b"PK\x05\x06" + b"\0" * 18, b"\0" * 70_000):
        status, answer = await checked(server, content, "%2E%2E%2F%2E%2E%2Fetc%2Fpasswd")
        assert status == 422 or answer["reports"][0]["finding"] == "changed", content[:10]


def proven(**odd: object) -> bytes:
    """Return a `transcript.json` with a well-formed but invalid proof."""
    zeros = "0" * 64
    proof = {"version": "chatserver chain 1", "leaves": [], "salts": {}, "about": zeros, "at": 1}
    proof |= {"key": "", "signature": ""} | {key: odd[key] for key in odd if key in proof}
    beside = {key: odd[key] for key in odd if key not in proof}
    return json.dumps({"conversation": "c1", "events": [], "proof": proof} | beside).encode()


def nested(depth: int) -> Any:
    return json.loads("[" * depth + "]" * depth)


def zip_with_a_broken_name() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("ä/manifest.json", "{}")
    # The ZIP declares names in UTF-8, and this one is not.
    return made.getvalue().replace("ä".encode(), b"\xff\xff")


ON_TWO_DISKS = b"PK\x06\x07" + struct.pack("<LQL", 0, 0, 2) + b"PK\x05\x06" + bytes(18)


@pytest.mark.parametrize(
    "content",
    [
        zip_with_a_broken_name(),
        ON_TWO_DISKS,
        proven(events=[{"seq": nested(400)}]),
        proven(conversation=nested(400)),
        proven(salts={"9" * 5_000: "0" * 32}),
    ],
    ids=["name", "disks", "deep entry", "deep heading", "long number"],
)
async def test_unreadable_files_count_as_changed(server: RunningServer, content: bytes) -> None:
    status, answer = await checked(server, content)
    assert status == 200
    assert answer["reports"][0]["finding"] == "changed"


async def test_large_files_and_frequent_requests_are_refused(start: StartServer) -> None:
    server = await start(verify_limit=1_000, checks_per_minute=2)
    assert (await checked(server, b"x" * 1_001))[0] == 413
    assert (await checked(server, b"x"))[0] == 422
    assert (await checked(server, b"x"))[0] == 429
