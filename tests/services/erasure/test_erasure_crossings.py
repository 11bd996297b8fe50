"""From the moment of erasure nothing is stored about the conversation or customer, by any way."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import orjson
import pytest

from chatserver.app import RunningServer, running
from chatserver.composition.clocks import wall_clock
from chatserver.core.conversation.attachment import Attachment, Upload
from chatserver.core.conversation.commands import Erase
from chatserver.core.conversation.draft import Draft
from chatserver.core.customer_archive import ConversationLabel
from chatserver.core.durations import DAY_MS
from chatserver.core.errors import Code, Refused
from chatserver.core.people import Rank
from chatserver.core.retention import LegalHold
from chatserver.services.erasure.erasure import COPIES_KEPT_MS
from chatserver.settings_file import load_settings
from chatserver.store.open import Store, open_store
from tests.concurrency.oracles import words_in
from tests.conftest import StartServer
from tests.playbook import ANN, EVE, NOON
from tests.services.backend import open_backend
from tests.services.test_sealing import folders, until
from tests.store.contracts.scenes import Scene, opening
from tests.web.test_erasure import erase
from tests.web.test_files import upload
from tests.wire.client import Client, customer, hired, opened, session, technician

WORDS = (b"Xylophone", b"Rindfleischetikettierung", b"Quagmire")


def files_with(data: Path, words: tuple[bytes, ...] = WORDS) -> list[str]:
    """The files of a folder in whose bytes or names one of the words stands."""
    texts = {word.decode() for word in words}
    return sorted(str(data / file) for file in words_in(data, texts))


async def post(server: RunningServer, token: str, path: str, body: object) -> int:
    headers = {"Authorization": f"Bearer {token}"}
    url = f"{server.url}{path}"
    async with aiohttp.request("POST", url, json=body, headers=headers) as answer:
        return answer.status


async def test_an_upload_whose_body_ends_after_the_erasure_is_refused(
    start: StartServer, tmp_path: Path
) -> None:
    server, data = await start(), tmp_path / "data"
    erased = asyncio.Event()

    async def body() -> AsyncIterator[bytes]:
        yield b"Xylophone " * 10_000
        await erased.wait()
        yield b"Quagmire"

    async with customer(server) as ann:
        conversation = await opened(ann, text="hello")
        sent = asyncio.create_task(
            upload(server, ann.welcome["token"], conversation, body(), "Xylophone.txt")
        )
        await until(lambda: bool(files_with(data)))
        await ann.ok("erase", conversation=conversation)
        # It is cut off though its body has not ended, for its bytes lie on the disk.
        await until(lambda: not files_with(data))
        erased.set()
        status, answer = await sent
        assert (status, answer["code"]) == (409, "closed")
        assert files_with(data) == []


async def test_a_file_kept_in_the_moment_of_the_erasure_leaves_no_bytes(tmp_path: Path) -> None:
    async with open_store(tmp_path) as store:
        await store.files.prepare()
        await Scene(store).erased("c1")
        source, preview = await store.files.begin_upload("f" * 32)
        source.write_bytes(b"Xylophone")
        preview.write_bytes(b"Xylophone")
        late = Upload("f" * 32, "c1", "ann", Attachment("Quagmire.txt", "text/plain", 9), NOON)
        with pytest.raises(Refused, match=Code.CLOSED):
            await store.files.save_upload(late, source, preview)
        store.files.end_upload("f" * 32)
    assert files_with(tmp_path) == []


async def test_a_customer_who_keeps_opening_while_erased_leaves_nothing(
    start: StartServer, tmp_path: Path
) -> None:
    server = await start(open_conversations=0, rate=0, waiting_limit=0)
    sues = await hired(server, "sue", rank=Rank.SUPERVISOR)
    async with technician(server), customer(server, name="Quagmire") as ann:
        first = await opened(ann, text="Xylophone 0")
        for number in range(1, 60):
            await opened(ann, text=f"Xylophone {number}")
        for number in range(60, 100):
            await ann.send({"type": "open", "id": f"late {number}", "text": f"Xylophone {number}"})
        status, answer = await erase(server, sues, first)
        assert status == 200
        assert await ann.close_code() == 4501
    async with session(server, role="technician", token=sues) as sue:
        for state in ("waiting", "active", "closed"):
            listed = await sue.ok("list", status=state, whose="all", limit=100)
            assert not [each for each in listed["conversations"] if "Xylophone" in str(each)], state
    assert "0 left" in answer["receipt"]
    assert len(answer["erased"]) >= 60
    await until(lambda: not files_with(tmp_path / "data"))


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with open_store(tmp_path) as opened:
        yield opened


async def test_drafts_titles_and_holds_of_an_erased_conversation_are_refused(store: Store) -> None:
    await Scene(store).erased("c1")
    late = (
        store.drafts.save_draft("bob", Draft("c1", "Xylophone"), NOON),
        store.customer_archive.change_label("c1", lambda _: ConversationLabel("Xylophone")),
        store.erasures.save_hold(LegalHold("c1", "Xylophone", NOON)),
    )
    for writing in late:
        with pytest.raises(Refused, match=Code.CLOSED):
            await writing


async def test_no_conversation_opens_for_a_customer_who_is_being_erased(store: Store) -> None:
    await store.erasures.begin_customer_erasure(ANN.id, NOON)
    with pytest.raises(Refused, match=Code.NOT_SIGNED_IN):
        await store.log.append(opening(), lambda: None)
    await store.erasures.cancel_customer_erasure(ANN.id)
    await store.log.append(opening(), lambda: None)


async def test_an_appended_group_loses_only_the_conversation_of_the_erased(store: Store) -> None:
    await store.erasures.begin_customer_erasure(ANN.id, NOON)
    refused, kept = await asyncio.gather(
        store.log.append(opening("c1", ANN), lambda: None),
        store.log.append(opening("c2", EVE), lambda: None),
        return_exceptions=True,
    )
    assert isinstance(refused, Refused)
    assert kept is None


async def test_a_hold_that_comes_between_stops_the_erasure(store: Store) -> None:
    closed = await Scene(store).closed("c1", said="kept words")
    # The erasure has looked for holds before, and found none.
    await store.erasures.save_hold(LegalHold("c1", "court", NOON))
    with pytest.raises(Refused, match=Code.NOT_ALLOWED):
        await Scene(store).do(closed, Erase(), None)
    assert (await Scene(store).record("c1")).conversation.erased_at is None


async def test_late_drafts_and_titles_are_refused_on_the_wire(
    start: StartServer, tmp_path: Path
) -> None:
    server, data = await start(), tmp_path / "data"
    async with technician(server) as bob, customer(server) as ann:
        conversation = await opened(ann, text="hello")
        await bob.event("assigned")
        path = f"/archive/conversations/{conversation}"
        token = ann.welcome["token"]
        await asyncio.gather(
            ann.ok("erase", conversation=conversation),
            *(bob.send(_draft(conversation, number)) for number in range(20)),
            *(post(server, token, path, {"title": "Xylophone"}) for _ in range(5)),
        )
        await bob.send(_draft(conversation, 20))
        assert await post(server, token, path, {"title": "Xylophone", "tags": ["Quagmire"]}) == 409
        assert not [frame for frame in await bob.settle() if frame["type"] == "error"][1:]
        await until(lambda: not files_with(data))


def _draft(conversation: str, number: int) -> dict[str, object]:
    return {"type": "draft", "conversation": conversation, "text": f"Xylophone {number}"}


async def _told(ann: Client, bob: Client) -> str:
    conversation = await opened(ann, text="Xylophone Rindfleischetikettierung", subject="Quagmire")
    await bob.event("assigned")
    await bob.ok("note", conversation=conversation, text="Quagmire")
    await ann.ok("close", conversation=conversation)
    return conversation


async def test_erased_on_the_wire_no_byte_of_the_folder_has_the_words(
    start: StartServer, tmp_path: Path
) -> None:
    server, data = await start(archive_after_s=0), tmp_path / "data"
    async with technician(server) as bob, customer(server) as ann:
        conversation = await _told(ann, bob)
        await until(lambda: any("/archive/" in name for name in files_with(data)))
        await ann.ok("erase", conversation=conversation)
        await until(lambda: not files_with(data))


@pytest.mark.sqlite("looks for words in the folder")
async def test_erased_by_age_no_byte_of_the_folder_has_the_words(tmp_path: Path) -> None:
    options: dict[str, Any] = {"data": tmp_path, "port": 0, "drain_s": 0}
    async with (
        running(load_settings(None, **options)) as server,
        technician(server) as bob,
        customer(server) as ann,
    ):
        await _told(ann, bob)
    assert files_with(tmp_path)
    with pytest.MonkeyPatch.context() as patch:
        clock = _later(400)
        patch.setattr("chatserver.composition.clocks.wall_clock", clock)
        async with running(load_settings(None, **options, keep_days=399)):
            await until(lambda: not files_with(tmp_path))


def _later(days: int) -> Any:
    return lambda: wall_clock() + days * 86_400_000


async def test_the_receipt_of_the_console_is_kept_as_that_of_the_command_is(
    start: StartServer, tmp_path: Path
) -> None:
    server = await start()
    sues = await hired(server, "sue", rank=Rank.SUPERVISOR)
    async with customer(server) as ann:
        conversation = await opened(ann, text="Xylophone")
    _, answer = await erase(server, sues, conversation)
    (kept,) = (tmp_path / "data" / "receipts").iterdir()
    assert kept.read_text() == answer["receipt"]
    assert (
        "looked for once more after 1 conversations, 2 entries and 0 files: 0 left"
        in (answer["receipt"])
    )


async def test_an_erasure_that_a_kill_interrupted_is_completed(tmp_path: Path) -> None:
    options: dict[str, Any] = {"data": tmp_path, "port": 0, "drain_s": 0}
    async with running(load_settings(None, **options)) as server, customer(server) as ann:
        await opened(ann, text="Xylophone")
        name = ann.welcome["customer"]["id"]
    async with open_store(tmp_path) as store:
        # The door was closed, and nothing erased yet.
        await store.erasures.begin_customer_erasure(name, 0)
    async with running(load_settings(None, **options)):
        await until(lambda: any(tmp_path.glob("receipts/*")))
        await until(lambda: not files_with(tmp_path))


async def test_what_the_sealer_had_read_before_the_erasure_is_not_sealed(
    start: StartServer, tmp_path: Path
) -> None:
    server, data = await start(archive_after_s=0), tmp_path / "data"
    async with technician(server) as bob, customer(server, name="Quagmire") as ann:
        told = [await _told(ann, bob) for _ in range(6)]
        await asyncio.gather(*(ann.send(_erase(each)) for each in told))
        await ann.settle()
        await until(lambda: not files_with(data, (b"Xylophone", b"Rindfleischetikettierung")))
        sealed = [*data.glob("archive/*/*/*/*/transcript.json")]
        assert not [each for each in sealed if b"Quagmire" in each.read_bytes()]
        assert all(orjson.loads(each.read_bytes()) for each in sealed)


async def test_what_was_sealed_before_its_erasure_was_complete_is_sealed_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_backend(tmp_path, monkeypatch, archive_after_s=0) as backend:
        archive, erasure = backend.services.archive.sealer, backend.services.archive.erasure
        ann = await backend.customer()
        told = await backend.open_conversation(ann)
        await erasure.erase(told.id, ann)
        # The words are gone from the log, but not from everywhere yet.
        await archive.seal_now(told.id, ann)
        await erasure.finish_pending()
        assert folders(tmp_path) == []
        await archive.seal_due()
        assert [each.name for each in folders(tmp_path)] == [told.reference]


def _erase(conversation: str) -> dict[str, object]:
    return {"type": "erase", "id": f"erase {conversation}", "conversation": conversation}


async def test_copies_beside_the_data_go_a_week_after_an_erasure_that_came_after_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    older, newer = tmp_path / "chat.db.before-0066", tmp_path / "files.before-restore"
    async with open_backend(tmp_path, monkeypatch) as backend:
        erasure = backend.services.archive.erasure
        older.write_bytes(b"Xylophone")
        newer.mkdir()
        for copy, at in ((older, backend.now - DAY_MS), (newer, backend.now + DAY_MS)):
            os.utime(copy, (at / 1_000, at / 1_000))
        await erasure.erase((await backend.open_conversation(await backend.customer())).id, None)
        backend.now += COPIES_KEPT_MS
        await erasure.erase_due()
        assert older.exists()
        backend.now += 1
        await erasure.erase_due()
        assert [each.exists() for each in (older, newer)] == [False, True]
