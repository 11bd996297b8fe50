"""Programs beside the server, and those after a killed one, see what only the journal has."""

import shutil
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from chatserver.core.conversation.commands import Accept, Erase, Send
from chatserver.core.log import Append, DuplicateRequest, LogPage, RequestKey
from chatserver.store.engine.connection import DATABASE
from chatserver.store.engine.journal import JOURNALS
from chatserver.store.maintenance.backup import backup
from chatserver.store.maintenance.check import check_folder
from chatserver.store.maintenance.restore import restore
from chatserver.store.open import Store, open_store
from tests.playbook import BOB, NOON
from tests.store.contracts.scenes import decision, opening

pytestmark = pytest.mark.sqlite("the journal, which PostgreSQL has no need of")


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Store]:
    async with open_store(tmp_path / "data", is_server=True) as opened:
        yield opened


def nothing() -> None:
    """Called when an append is stored."""


async def said(store: Store, name: str = "c1") -> Append:
    """Store a message that only the journal has: the fourth event of its conversation."""
    first = opening(name)
    taken = decision(first.after, Accept(), BOB)
    append = decision(taken.after, Send(text="Whose lamp is this?"))
    (event,) = append.events
    answer = {"conversation": name, "seq": event.seq, "at": event.at}
    append = replace(append, request=RequestKey(f"r-{name}", 7), answer=answer)
    for each in (first, taken, append):
        await store.log.append(each, nothing)
    return append


def journal_bytes(folder: Path) -> bytes:
    return b"".join((folder / name).read_bytes() for name in JOURNALS if (folder / name).exists())


def as_after_a_kill(tmp_path: Path) -> Path:
    """Return a copy of the data folder as a server that is killed now would leave it."""
    return shutil.copytree(tmp_path / "data", tmp_path / "killed")


async def test_a_command_beside_the_server_reads_the_newest_message(
    tmp_path: Path, server: Store
) -> None:
    message = await said(server)
    async with open_store(tmp_path / "data") as command:
        assert (await command.log.read_page("c1", LogPage(), internal=True))[-1].seq == 4
    # The server goes on behind it, and finds the request in the table.
    with pytest.raises(DuplicateRequest):
        await server.log.append(message, nothing)
    after = decision(message.after, Send(text="Mine."))
    await server.log.append(after, nothing)
    assert (await server.log.read_page("c1", LogPage(), internal=True))[-1].seq == 5


async def test_a_check_reads_the_journal_with_the_tables(tmp_path: Path, server: Store) -> None:
    await said(server)
    finding = check_folder(tmp_path / "data")
    assert (finding.events, finding.faults) == (4, [])


async def test_a_check_names_a_record_that_is_damaged_within_the_journal(
    tmp_path: Path, server: Store
) -> None:
    for name in ("c1", "c2", "c3"):
        await said(server, name)
    killed = as_after_a_kill(tmp_path)
    journal = killed / JOURNALS[0]
    journal.write_bytes(journal.read_bytes().replace(b'"c2"', b'"c?"'))
    # Of c3 the journal has a message that cannot be read any more either.
    assert check_folder(killed).faults[0].startswith("journal.0: damaged at byte ")


async def test_a_check_names_a_conversation_that_the_tables_have_lost(
    tmp_path: Path, server: Store
) -> None:
    await said(server)
    killed = as_after_a_kill(tmp_path)
    async with open_store(tmp_path / "other", is_server=True) as other:
        await other.writer.do(
            lambda database: (
                database.execute(
                    "UPDATE meta SET value = ? WHERE name = 'epoch'", (server.log.epoch,)
                )
                and None
            )
        )
    shutil.copy(tmp_path / "other" / DATABASE, killed / DATABASE)
    for rest in killed.glob(f"{DATABASE}-*"):
        rest.unlink()
    assert check_folder(killed).faults == ["c1: only the journal has messages of it"]


async def test_a_backup_beside_the_server_has_the_newest_message(
    tmp_path: Path, server: Store
) -> None:
    await said(server)
    backup(tmp_path / "data", tmp_path / "a.tar")
    restore(tmp_path / "restored", tmp_path / "a.tar")
    finding = check_folder(tmp_path / "restored")
    assert (finding.events, finding.faults) == (4, [])


async def test_a_restore_takes_nothing_from_the_journal_of_before(
    tmp_path: Path, server: Store
) -> None:
    backup(tmp_path / "data", tmp_path / "empty.tar")
    await said(server)
    killed = as_after_a_kill(tmp_path)
    restore(killed, tmp_path / "empty.tar")
    assert check_folder(killed).events == 0
    # What was there is kept whole: the message stands in the database that was replaced.
    kept = b"".join(file.read_bytes() for file in killed.glob(f"{DATABASE}.before-restore*"))
    assert b"Whose lamp" in kept


async def test_a_record_that_was_applied_before_changes_nothing(
    tmp_path: Path, server: Store
) -> None:
    message = await said(server)
    # The tables catch up with this conversation, and the journal still has the message.
    await server.log.append(decision(message.after, Erase()), nothing)
    killed = as_after_a_kill(tmp_path)
    assert b"Whose lamp" in journal_bytes(killed)
    async with open_store(killed, is_server=True) as next_server:
        page = await next_server.log.read_page("c1", LogPage(), internal=True)
        assert [event.seq for event in page] == [1, 2, 3, 4, 5, 6]
        assert "lamp" not in str(page)
    assert check_folder(killed).faults == []


async def test_a_purge_leaves_no_word_in_the_journal(tmp_path: Path, server: Store) -> None:
    message = await said(server)
    other = await said(server, "c2")
    await server.log.append(decision(message.after, Erase()), nothing)
    assert b"Whose lamp" in journal_bytes(tmp_path / "data")
    await server.purge.run()
    assert journal_bytes(tmp_path / "data") == b""
    assert await server.log.find_answer("ann", RequestKey("r-c2", 7)) == other.answer


async def test_a_purge_of_a_command_beside_the_server_leaves_none_either(
    tmp_path: Path, server: Store
) -> None:
    message = await said(server)
    async with open_store(tmp_path / "data") as command:
        await command.log.append(decision(message.after, Erase()), nothing)
        await command.erasures.complete_erasure("c1")
        await command.erasures.forget_customer("ann", NOON)
        await command.purge.run()
    assert journal_bytes(tmp_path / "data") == b""
    # The server drops what it had in memory of it, and makes no row of it again.
    await server.writer.catch_up()
    assert await server.erasures.count_remaining_rows("ann") == 0
    assert check_folder(tmp_path / "data").faults == []


async def test_a_server_that_is_stopped_leaves_no_journal(tmp_path: Path) -> None:
    async with open_store(tmp_path, is_server=True) as server:
        await said(server)
        assert journal_bytes(tmp_path)
    assert not any((tmp_path / name).exists() for name in JOURNALS)
    assert check_folder(tmp_path).events == 4
