"""A backup brings nothing back that was erased, withdrawn, dismissed or revoked after it."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import pytest

from chatserver.app import RunningServer, running
from chatserver.cli import main
from chatserver.core.people import Rank
from chatserver.settings_file import load_settings
from chatserver.store.engine.connection import DATABASE
from chatserver.store.folder.ledger_file import LEDGER
from tests.concurrency.oracles import words_in
from tests.services.test_sealing import archive, folders
from tests.web.test_erasure import erase
from tests.web.test_files import upload
from tests.web.test_shares import shared
from tests.wire.client import connected, customer, hired, opened, session

pytestmark = pytest.mark.sqlite("PostgreSQL is restored by its own tools")

ERASED = {"Xylophone", "Rindfleischetikettierung", "Quagmire", "Wunderlich"}


@pytest.fixture(autouse=True)
def _quiet_log(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the log configuration of this process, which commands would replace."""
    monkeypatch.setattr("chatserver.logs.configure", lambda level: None)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@asynccontextmanager
async def served(data: Path) -> AsyncIterator[RunningServer]:
    options: dict[str, Any] = {"data": data, "port": 0, "drain_s": 0}
    async with running(load_settings(None, **options)) as server:
        yield server


async def command(*words: str | Path) -> int:
    return await asyncio.to_thread(main, [*map(str, words)])


async def opens(server: RunningServer, link: dict[str, Any]) -> bool:
    at = urlsplit(link["url"])
    async with aiohttp.request("GET", f"{server.url}{at.path}?{at.query}") as answer:
        return answer.status == 200


def erased_words(data: Path) -> dict[str, list[str]]:
    """The words in a data folder, without what `restore` has put aside."""
    found = words_in(data, ERASED)
    return {file: words for file, words in found.items() if ".before-restore" not in file}


async def lived(data: Path) -> tuple[Path, dict[str, Any], str]:
    """A backup, after which a conversation, a customer, a link and an account go.

    Return it with the link and the API token of the technician that was dismissed.
    """
    copy = data.parent / "a.tar"
    async with served(data) as server:
        sues, cats = await hired(server, "sue", rank=Rank.SUPERVISOR), await hired(server, "cat")
        async with (
            customer(server, name="Ann") as ann,
            customer(server, name="Wunderlich") as eve,
            customer(server, name="Ida") as ida,
        ):
            told = await opened(ann, text="Xylophone Rindfleischetikettierung")
            token = ann.welcome["token"]
            _, kept = await upload(server, token, told, b"Quagmire " * 99, "Quagmire.txt")
            await ann.ok("send", conversation=told, file=kept["file"])
            await ann.ok("close", conversation=told)
            await archive(server, token, told)
            hers = await opened(eve, text="Xylophone")
            stays = await opened(ida, text="It blinks")
            link = await shared(server, ida.welcome["token"], stays)
            assert await command("backup", copy, "--data", data) == 0
            await ann.ok("erase", conversation=told)
            assert (await erase(server, sues, hers))[0] == 200
            headers = {"Authorization": f"Bearer {ida.welcome['token']}"}
            path = f"{server.url}/conversations/{stays}/share/withdraw"
            async with aiohttp.request("POST", path, json={}, headers=headers) as answer:
                assert answer.status == 200
            cat = await server.accounts.find_by_login("cat")
            assert cat is not None
            await server.accounts.dismiss(cat)
    return copy, link, cats


async def test_restore_does_again_what_was_done_after_the_backup_and_says_so(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy, link, cats = await lived(data)
    assert await command("restore", copy, "--data", data) == 0
    said = capsys.readouterr().out
    assert (
        "done again, because it was done after the backup: conversations erased: 2, customers "
        "erased: 1, links and archive visits withdrawn: 1, sign-ins and tokens revoked: 1, "
        "technicians dismissed: 1" in said
    )
    assert erased_words(data) == {}
    assert folders(data) == []
    assert await command("check", "--data", data) == 0
    async with served(data) as server:
        assert not await opens(server, link)
        assert await server.accounts.find_by_login("cat") is None
        async with connected(server) as cat:
            await cat.send({"type": "hello", "role": "technician", "token": cats})
            assert await cat.close_code() == 4501


async def test_what_was_not_erased_is_restored(data: Path) -> None:
    copy, _, _ = await lived(data)
    assert await command("restore", copy, "--data", data) == 0
    async with served(data) as server:
        sues = await hired(server, "tom", rank=Rank.SUPERVISOR)
        async with session(server, role="technician", token=sues) as sue:
            (waiting,) = sue.welcome["queue"]
            assert waiting["last"]["text"] == "It blinks"


async def test_a_customer_is_erased_from_a_backup_that_knows_more_than_what_they_were_erased_from(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    older, newer = data.parent / "older.tar", data.parent / "newer.tar"
    async with served(data) as server:
        sues = await hired(server, "sue", rank=Rank.SUPERVISOR)
        async with customer(server, name="Wunderlich") as eve:
            known = await opened(eve, text="Xylophone")
            assert await command("backup", older, "--data", data) == 0
            lost = await opened(eve, text="Rindfleischetikettierung")
            await eve.ok("close", conversation=lost)
            await archive(server, eve.welcome["token"], lost)
            assert await command("backup", newer, "--data", data) == 0
    assert await command("restore", older, "--data", data) == 0
    # No entry of the ledger names the second conversation, which is not there any more.
    async with served(data) as server:
        assert (await erase(server, sues, known))[0] == 200
    capsys.readouterr()
    assert await command("restore", newer, "--data", data) == 0
    assert "conversations erased: 2, customers erased: 1" in capsys.readouterr().out
    assert erased_words(data) == {}
    assert await command("check", "--data", data) == 0


async def test_a_database_that_is_copied_back_by_hand_is_erased_again_at_the_start(
    data: Path,
) -> None:
    copy, link, _ = await lived(data)
    shutil.unpack_archive(copy, data.parent / "unpacked", "tar")
    for name in (DATABASE, "files", "archive"):
        former = data / name
        shutil.rmtree(former) if former.is_dir() else former.unlink()
        (data.parent / "unpacked" / name).rename(former)
    assert erased_words(data)
    async with served(data) as server:
        while await asyncio.to_thread(erased_words, data):
            pass
        assert not await opens(server, link)


async def test_entries_of_a_backup_stay_known_after_it_replaces_another_history(
    data: Path, tmp_path: Path
) -> None:
    await lived(data)
    assert await command("backup", tmp_path / "b.tar", "--data", data) == 0
    elsewhere = tmp_path / "elsewhere"
    assert await command("restore", tmp_path / "b.tar", "--data", elsewhere) == 0
    assert (elsewhere / LEDGER).read_text() == (data / LEDGER).read_text()
    assert (elsewhere / LEDGER).stat().st_mode & 0o777 == 0o600
    assert await command("check", "--data", elsewhere) == 0


async def test_a_torn_line_of_the_ledger_is_dropped_and_written_again(data: Path) -> None:
    await lived(data)
    before = (data / LEDGER).read_text()
    (data / LEDGER).write_text(before[:-5])
    async with served(data):
        assert (data / LEDGER).read_text() == before


async def test_a_lost_ledger_is_written_from_the_database(data: Path) -> None:
    await lived(data)
    before = (data / LEDGER).read_text()
    (data / LEDGER).unlink()
    async with served(data):
        assert (data / LEDGER).read_text() == before


async def test_the_ledger_has_no_words(data: Path) -> None:
    await lived(data)
    lines = (data / LEDGER).read_text().splitlines()
    assert {line.split()[1] for line in lines} == {
        *("conversation", "customer", "key", "secret", "dismissed"),
    }
    assert not any(word in (data / LEDGER).read_text() for word in (*ERASED, "Ann", "cat"))
