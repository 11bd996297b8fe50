"""ZIP exports: their content, and safe paths."""

import io
import json
import re
import zipfile
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote

import aiohttp
import html5lib
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatserver.app import RunningServer
from chatserver.core.conversation.attachment import PATH_LIMIT_BYTES, path_name
from chatserver.transcript.authenticity.manifest import SEALS
from chatserver.transcript.formats import FORMATS
from tests.web.test_files import picture, talking, upload
from tests.web.test_shares import NOTE, OTHER, noted, shared
from tests.wire.client import customer, hired, opened

EVIL = "../../../etc/passwd\\..\\CON: <b>*?|\u202egnp.png"


async def unzipped(server: RunningServer, path: str, token: str | None = None) -> zipfile.ZipFile:
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    async with aiohttp.request("GET", server.url + path, headers=headers) as answer:
        assert answer.status == 200
        assert answer.headers["Content-Type"] == "application/zip"
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
        archive = zipfile.ZipFile(io.BytesIO(await answer.read()))
    assert archive.testzip() is None
    return archive


def listed(page: bytes) -> list[dict[str, Any]]:
    """Return the data of an index.html, as a browser reads it."""
    parsed = html5lib.parse(page, namespaceHTMLElements=False)
    element = parsed.find(".//*[@id='data']")
    assert element is not None
    data: list[dict[str, Any]] = json.loads(element.text or "")
    return data


async def test_one_conversation_with_all_its_formats_and_files(server: RunningServer) -> None:
    async with talking(server) as (ann, anns, bob, _, conversation):
        _, kept = await upload(server, anns, conversation, picture(), quote(EVIL))
        await ann.ok("send", conversation=conversation, file=kept["file"])
        await bob.ok("send", conversation=conversation, text="Restart it")
        archive = await unzipped(server, f"/conversations/{conversation}/transcript.zip", anns)
        reference = archive.namelist()[0].partition("/")[0]
        texts = {name for name in archive.namelist() if "/files/" not in name}
        made = {f"transcript.{suffix}" for suffix in FORMATS}
        assert texts == {f"{reference}/{name}" for name in made | SEALS}
        (attached,) = set(archive.namelist()) - texts
        assert len(archive.read(attached)) == kept["size"]
        assert b"Restart it" in archive.read(f"{reference}/transcript.txt")
        assert b"data:image/webp;base64," in archive.read(f"{reference}/transcript.html")


async def test_notes_are_in_it_only_when_a_technician_asks(server: RunningServer) -> None:
    async with noted(server) as (ann, bobs, conversation):
        path = f"/conversations/{conversation}/transcript.zip"
        made = await shared(server, ann.welcome["token"], conversation)
        for query, token, shown in (
            ("", bobs, False),
            ("?edition=internal", bobs, True),
            ("?edition=internal", ann.welcome["token"], False),
            (f"?edition=internal&key={made['key']}", None, False),
        ):
            archive = await unzipped(server, path + query, token)
            for name in archive.namelist():
                says = "/transcript." in name and not name.endswith("pdf")
                assert (NOTE.encode() in archive.read(name)) is (shown and says), name


async def test_everything_of_a_customer_with_a_page_to_search_it(server: RunningServer) -> None:
    async with customer(server) as ann, customer(server) as eve:
        await opened(eve, text=OTHER)
        for text in ("</script><script>alert(1)</script>", "مرحبا 你好 🙂\u2028\u2029"):
            await opened(ann, text=text, subject="The <b>modem</b>")
        archive = await unzipped(server, "/archive.zip", ann.welcome["token"])
        page = archive.read("index.html")
        lines = listed(page)
        assert [line["said"][0].partition(": ")[2] for line in lines] == [
            "مرحبا 你好 🙂\u2028\u2029",
            "</script><script>alert(1)</script>",
        ]
        assert {line["subject"] for line in lines} == {"The <b>modem</b>"}
        for line in lines:
            assert f"{line['folder']}/transcript.html" in archive.namelist()
        assert not any(OTHER.encode() in archive.read(name) for name in archive.namelist())
        # The page is opened from a disk, perhaps years later: it must load nothing.
        assert not re.findall(rb"(?:src|href)=|https?://", page)
        # The page's texts, its data and its program; a fourth would come from the customer's text.
        assert page.count(b"<script") == 3


async def test_a_customer_without_conversations_gets_an_empty_page(server: RunningServer) -> None:
    async with customer(server) as ann:
        archive = await unzipped(server, "/archive.zip", ann.welcome["token"])
        assert set(archive.namelist()) == {"index.html"} | SEALS
        # Even an empty archive has its page, or the download would look like a fault.
        assert listed(archive.read("index.html")) == []


async def test_with_pdf_where_that_is_wanted(server: RunningServer) -> None:
    async with customer(server) as ann:
        await opened(ann)
        archive = await unzipped(server, "/archive.zip?pdf", ann.welcome["token"])
        assert any(name.endswith("/transcript.pdf") for name in archive.namelist())


@pytest.mark.parametrize("rank", ["nobody", "technician"])
async def test_only_customers_take_everything_along(server: RunningServer, rank: str) -> None:
    headers = {}
    if rank == "technician":
        headers = {"Authorization": f"Bearer {await hired(server, 'bob')}"}
    async with aiohttp.request("GET", f"{server.url}/archive.zip", headers=headers) as answer:
        assert answer.status == (403 if headers else 401)


@given(st.text() | st.just(EVIL) | st.just("CON" * 99))
def test_a_path_leads_nowhere_else(name: str) -> None:
    path = path_name(name)
    assert PurePosixPath(path).name == path
    assert path not in (".", "..")
    assert 0 < len(path.encode()) <= PATH_LIMIT_BYTES
    assert not set(path) & set('<>:"/\\|?*\0\n\u202e')
