"""Closed conversations go into the archive by themselves, and are sealed again when they go on."""

import asyncio
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aiohttp
import orjson

from chatserver.app import RunningServer, running
from chatserver.settings_file import load_settings
from chatserver.transcript.authenticity.manifest import Manifest
from tests.conftest import StartServer
from tests.web.test_files import picture, upload
from tests.wire.client import Served, customer, opened, technician


def folders(data: Path) -> list[Path]:
    return sorted(data.glob("archive/????/??/??/*"))


def manifest(folder: Path) -> Manifest:
    return Manifest.parse((folder / "SHA256SUMS").read_bytes())


async def until(found: Callable[[], bool]) -> None:
    """Yield to the server until a condition holds; the test's time limit ends a hopeless wait."""
    while not found():
        await asyncio.to_thread(lambda: None)


async def archive(server: Served, token: str, conversation: str) -> tuple[int, Any]:
    url = f"{server.url}/conversations/{conversation}/archive"
    headers = {"Authorization": f"Bearer {token}"}
    async with aiohttp.request("POST", url, headers=headers, json={}) as answer:
        return answer.status, await answer.json(content_type=None)


async def test_a_closed_conversation_is_sealed_with_its_files_and_without_notes(
    start: StartServer, tmp_path: Path
) -> None:
    server, data = await start(archive_after_s=0), tmp_path / "data"
    async with technician(server) as bob, customer(server) as ann:
        conversation = await opened(ann)
        await bob.event("assigned")
        await bob.ok("note", conversation=conversation, text="SECRET")
        _, kept = await upload(server, ann.welcome["token"], conversation, picture(), "mödem?.png")
        await ann.ok("send", conversation=conversation, file=kept["file"])
        await ann.ok("close", conversation=conversation)
        await until(lambda: bool(folders(data)))
    (folder,) = folders(data)
    names = {file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file()}
    assert {"transcript.json", "transcript.html", "manifest.json", "SHA256SUMS"} < names
    (attached,) = (folder / "files").iterdir()
    assert attached.name.endswith("-mödem_.png")
    assert attached.read_bytes() == next(data.glob(f"files/*/{kept['file']}")).read_bytes()
    assert b"data:image/webp;base64," in (folder / "transcript.html").read_bytes()
    assert not [file for file in folder.rglob("*") if file.is_file() and has(file, b"SECRET")]
    document = orjson.loads((folder / "transcript.json").read_bytes())
    assert document["conversation"] == conversation
    assert document["closed_at"] is not None


def has(file: Path, words: bytes) -> bool:
    return words in file.read_bytes()


async def test_a_conversation_is_sealed_again_when_something_happens_after_all(
    start: StartServer, tmp_path: Path
) -> None:
    server, data = await start(archive_after_s=0), tmp_path / "data"
    async with technician(server) as bob, customer(server) as ann:
        conversation = await opened(ann)
        await bob.event("assigned")
        await ann.ok("close", conversation=conversation)
        await until(lambda: bool(folders(data)))
        before = manifest(folders(data)[0]).entries
        await ann.ok("rate", conversation=conversation, score=5, comment="Thanks!")
        await until(lambda: manifest(folders(data)[0]).entries > before)
    assert len(folders(data)) == 1
    assert has(folders(data)[0] / "transcript.html", b"Thanks!")


async def test_a_closed_conversation_is_sealed_only_after_the_quiet_time(
    start: StartServer, tmp_path: Path
) -> None:
    server = await start(archive_after_s=3_600)
    async with customer(server) as ann:
        conversation = await opened(ann)
        await ann.ok("close", conversation=conversation)
    assert not folders(tmp_path / "data")


async def test_a_conversation_closed_before_a_restart_is_sealed_after_it(tmp_path: Path) -> None:
    options: dict[str, Any] = {"data": tmp_path, "port": 0, "drain_s": 0}
    async with running(load_settings(None, **options)) as first, customer(first) as ann:
        await ann.ok("close", conversation=await opened(ann))
    assert not folders(tmp_path)
    async with running(load_settings(None, **options, archive_after_s=0)):
        await until(lambda: bool(folders(tmp_path)))


async def test_customers_archive_their_conversation_at_once_and_get_a_link(
    start: StartServer, tmp_path: Path
) -> None:
    server, data = await start(), tmp_path / "data"
    async with customer(server) as ann:
        conversation = await opened(ann)
        token = ann.welcome["token"]
        status, answer = await archive(server, token, conversation)
        assert (status, answer["conversation"]) == (200, conversation)
        (folder,) = folders(data)
        assert folder.name == answer["reference"]
        async with aiohttp.request("GET", answer["link"]) as page:
            assert (page.status, page.content_type) == (200, "text/html")
        await ann.ok("send", conversation=conversation, text="One more thing")
        await archive(server, token, conversation)
    assert has(folder / "transcript.json", b"One more thing")


async def test_a_conversation_of_another_customer_cannot_be_archived(
    server: RunningServer, tmp_path: Path
) -> None:
    async with customer(server) as ann, customer(server, name="Eve") as eve:
        conversation = await opened(ann)
        status, answer = await archive(server, eve.welcome["token"], conversation)
        assert (status, answer["code"]) == (404, "not_found")
    assert not folders(tmp_path / "data")


async def test_the_commands_in_the_archives_readme_verify_it(
    server: RunningServer, tmp_path: Path
) -> None:
    """The commands of README.txt are run by a shell as they stand there."""
    async with customer(server) as ann:
        await archive(server, ann.welcome["token"], await opened(ann))
    root = tmp_path / "data/archive"
    explained = (root / "README.txt").read_text()
    start = explained.index("  sha256sum")
    commands = explained[start : explained.index("The first says")]
    (folder,) = folders(tmp_path / "data")

    def told() -> subprocess.CompletedProcess[str]:
        script = f"set -e\n{commands}"
        return subprocess.run(["sh", "-c", script], cwd=folder, capture_output=True, text=True)

    whole = told()
    assert whole.returncode == 0, whole.stderr
    assert "transcript.html: OK" in whole.stdout
    assert "Signature Verified Successfully" in whole.stdout
    for changed in ("transcript.json", "SHA256SUMS"):
        content = (folder / changed).read_bytes()
        (folder / changed).write_bytes(content.replace(b"1", b"2", 1))
        assert told().returncode != 0
        (folder / changed).write_bytes(content)
    assert told().returncode == 0
