"""Erased words are gone from every file, and the hash chain proves the rest as before."""

import asyncio
import time
import zipfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pytest

from chatserver.app import RunningServer, running
from chatserver.cli import main
from chatserver.settings_file import load_settings
from tests.conftest import StartServer
from tests.services.test_sealing import archive, folders, manifest, until
from tests.web.test_files import picture, upload
from tests.web.test_verification import checked, confirmed, taken
from tests.wire.client import Client, customer, opened, technician


@pytest.fixture(autouse=True)
def _quiet_log(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the log configuration of this process, which commands would replace."""
    monkeypatch.setattr("chatserver.logs.configure", lambda level: None)


WORDS = [b"Xylophone", b"Quagmire", b"Zeppelin", b"Wunderlich", b"Yggdrasil", b"Kaleidoscope"]
"""One word for each place: name, text, note, subject, comment, file name."""


@dataclass
class Told:
    """A conversation with one of the words in every place that stores text."""

    server: RunningServer
    ann: Client
    bob: Client
    conversation: str
    taken: bytes

    @property
    def token(self) -> str:
        return str(self.ann.welcome["token"])


@asynccontextmanager
async def told(server: RunningServer) -> AsyncIterator[Told]:
    async with (
        technician(server) as bob,
        customer(server, name="Wunderlich", page="https://x/Xylophone") as ann,
    ):
        conversation = await opened(ann, text="A Xylophone", subject="Yggdrasil")
        await bob.event("assigned")
        await bob.ok("note", conversation=conversation, text="Quagmire")
        await bob.send({"type": "draft", "conversation": conversation, "text": "Zeppelin"})
        token = ann.welcome["token"]
        _, kept = await upload(server, token, conversation, picture(), "Kaleidoscope.png")
        await ann.ok("send", conversation=conversation, file=kept["file"])
        await ann.ok("close", conversation=conversation)
        await ann.ok("rate", conversation=conversation, score=2, comment="No Zeppelin")
        await archive(server, token, conversation)
        content = await taken(server, ann, conversation, "json")
        yield Told(server, ann, bob, conversation, content)


def saying(data: Path) -> set[bytes]:
    """Return the words that occur anywhere in the bytes of a folder."""
    contents = [file.read_bytes() for file in data.rglob("*") if file.is_file()]
    return {word for word in WORDS if any(word in content for content in contents)}


@pytest.mark.sqlite("looks for words in the folder")
def test_nothing_of_an_erased_customer_is_left_on_the_disk(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async def tell() -> tuple[str, bytes]:
        options: dict[str, Any] = {"data": tmp_path, "port": 0, "drain_s": 0}
        async with running(load_settings(None, **options)) as server, told(server) as what:
            return what.conversation, what.taken

    conversation, taken_before = asyncio.run(tell())
    assert saying(tmp_path) == set(WORDS)
    assert main(["erase", conversation, "--data", str(tmp_path)]) == 0
    receipt = capsys.readouterr().out
    assert "Receipt of an erasure\n" in receipt
    assert "entries, 1 files erased\n" in receipt
    assert "signature (Ed25519" in receipt
    assert saying(tmp_path) == set()
    assert not folders(tmp_path)
    assert main(["check", "--data", str(tmp_path)]) == 0
    (tmp_path / "kept.json").write_bytes(taken_before)
    # A transcript from before the erasure still proves genuine: its leaf hashes were kept.
    assert main(["verify", str(tmp_path / "kept.json"), "--data", str(tmp_path)]) == 0


async def test_an_export_of_a_person_contains_everything_stored_about_them(
    start: StartServer, tmp_path: Path
) -> None:
    server, data = await start(), str(tmp_path / "data")
    async with told(server) as what, customer(server, name="Eve") as eve:
        await opened(eve, text="ANOTHER matter")
        await _command("export-person", what.conversation, str(tmp_path / "x.zip"), "--data", data)
    with zipfile.ZipFile(tmp_path / "x.zip") as exported:
        contents = {name: exported.read(name) for name in exported.namelist()}
    person = orjson.loads(contents["person.json"])
    assert person["customer"]["name"] == "Wunderlich"
    assert person["visit"]["page"] == "https://x/Xylophone"
    assert [entry["deed"] for entry in person["audit"]] == ["shared", "downloaded"]
    reference = person["conversations"][0]
    assert f"{reference}/transcript.pdf" in contents
    assert any(name.endswith("-Kaleidoscope.png") for name in contents)
    assert not [name for name, content in contents.items() if b"Quagmire" in content]
    assert not [name for name, content in contents.items() if b"ANOTHER" in content]
    assert await _command("verify", str(tmp_path / "x.zip"), "--data", data) == 0


async def test_customers_delete_a_conversation_and_its_chain_stays_whole(
    start: StartServer, tmp_path: Path
) -> None:
    server, data = await start(archive_after_s=0), tmp_path / "data"
    async with told(server) as what:
        before = manifest(folders(data)[0])
        assert (await what.ann.ok("erase", conversation=what.conversation))["seq"] > before.entries
        # Files and previews follow the log in a background task, so the test waits for them.
        await until(lambda: not list(data.glob("files/*/*.webp")))
        # The folder is sealed anew with the rest: entries that say a part was removed.
        await until(lambda: bool(folders(data)) and manifest(folders(data)[0]) != before)
        after = await taken(server, what.ann, what.conversation, "json")
        (event,) = orjson.loads(after)["events"]
        assert (event["kind"], event["seq"], event["first"], event["through"]) == (
            "redacted",
            8,
            1,
            7,
        )
        assert (await checked(server, after))[1]["reports"][0]["finding"] == "genuine"
        assert (await checked(server, what.taken))[1]["reports"][0]["finding"] == "genuine"
        status, report = await confirmed(server, f"{before.reference}/{before.head}")
        assert (status, report["entries"]) == (200, before.entries)
        assert not [word for word in WORDS if word in after]
        assert (await what.ann.ok("search", text="Xylophone"))["results"] == []
        (found,) = (await what.bob.ok("list", status="closed", whose="mine"))["conversations"]
        assert (found["customer"]["name"], found["subject"], found["last"]) == ("", None, None)
        await what.ann.refused("rate", conversation=what.conversation, score=1)


async def test_a_conversation_of_another_customer_cannot_be_deleted(server: RunningServer) -> None:
    async with told(server) as what, customer(server, name="Eve") as eve:
        assert (await eve.refused("erase", conversation=what.conversation))["code"] == "not_found"
        assert (await what.bob.refused("erase", conversation=what.conversation))["code"]
        assert b"Xylophone" in await taken(server, what.ann, what.conversation, "json")


async def test_a_conversation_on_hold_is_not_erased(
    start: StartServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server, data = await start(), str(tmp_path / "data")
    async with told(server) as what:
        hold = ["hold", what.conversation, "court case 12", "--data", data]
        await _command(*hold)
        refused = await what.ann.refused("erase", conversation=what.conversation)
        assert refused["code"] == "not_allowed"
        assert await _command("erase", what.conversation, "--data", data) == 1
        assert "held, not erased" in capsys.readouterr().out
        await _command("release", what.conversation, "--data", data)
        await what.ann.ok("erase", conversation=what.conversation)


async def test_expired_conversations_are_erased_without_a_request(tmp_path: Path) -> None:
    options: dict[str, Any] = {"data": tmp_path, "port": 0, "drain_s": 0}
    async with running(load_settings(None, **options)) as server, told(server) as what:
        assert what.ann.welcome["conversations"] == []
    clock = _days_later(400)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("chatserver.composition.clocks.wall_clock", clock)
        kept = load_settings(None, **options, keep_days=401)
        async with running(kept) as server, customer(server, token=what.token) as ann:
            (shown,) = ann.welcome["conversations"]
            assert shown["kept_until"] == shown["closed_at"] + 401 * 86_400_000
            assert b"Xylophone" in await taken(server, ann, what.conversation, "json")
        due = load_settings(None, **options, keep_days=401, keep_days_by_topic={"": 399})
        async with running(due) as server, customer(server, token=what.token) as ann:
            files = folders(tmp_path)[0] / "files"
            await until(lambda: not files.exists())
            assert b"Xylophone" not in await taken(server, ann, what.conversation, "json")


def _days_later(days: int) -> Callable[[], int]:
    return lambda: time.time_ns() // 1_000_000 + days * 86_400_000


async def _command(*arguments: str) -> int:
    return await asyncio.to_thread(main, [*arguments])


async def test_an_interrupted_erasure_is_completed_after_a_restart(tmp_path: Path) -> None:
    options: dict[str, Any] = {"data": tmp_path, "port": 0, "drain_s": 0}
    async with running(load_settings(None, **options)) as server, told(server) as what:
        # The server stops right after the erasure in the log, so the files are often still there.
        files = await asyncio.to_thread(lambda: [*tmp_path.glob("files/*/*")])
        await what.ann.ok("erase", conversation=what.conversation)
    async with running(load_settings(None, **options)):
        await until(lambda: not any(file.exists() for file in files if file.is_file()))


async def test_an_erased_transcript_says_so_in_every_format(server: RunningServer) -> None:
    async with told(server) as what:
        await what.ann.ok("erase", conversation=what.conversation)
        for suffix in ("txt", "md", "html", "pdf"):
            content = await taken(server, what.ann, what.conversation, suffix)
            assert not [word for word in WORDS if word in content]
            if suffix != "pdf":
                assert b"the text of entries 1 to 7 was removed" in content


async def test_the_history_of_an_erased_conversation_is_dense_and_empty(
    server: RunningServer,
) -> None:
    async with told(server) as what:
        await what.ann.ok("erase", conversation=what.conversation)
        page = await what.ann.ok("history", conversation=what.conversation, after=0)
        assert not [word for word in WORDS if word.decode() in str(page)]
        assert [event["seq"] for event in page["events"]][-1] == 8
