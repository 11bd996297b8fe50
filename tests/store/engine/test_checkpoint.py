"""The write-ahead log is copied beside the commits, and ends even when readers never do."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from chatserver.store.engine import checkpoint, reader, writer
from chatserver.store.engine.checkpoint import copy_wal
from chatserver.store.engine.connection import DATABASE, connect
from chatserver.store.engine.database import Connection, Database
from chatserver.store.open import Store, open_store

pytestmark = pytest.mark.sqlite("the write-ahead log of SQLite")

PAGE = 4_096
SLOW = """
    WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number LIMIT 30000)
    SELECT count(*), (SELECT count(*) FROM t) FROM number"""


@pytest.fixture
async def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Store]:
    """An empty store whose log is looked at after every ten jobs."""
    monkeypatch.setattr(writer, "CHECKPOINT_JOBS", 10)
    async with open_store(tmp_path) as opened:
        await opened.writer.do(lambda database: database.execute("CREATE TABLE t (x)") and None)
        yield opened


def write_pages(database: Database) -> None:
    """Write some ten pages."""
    database.execute("INSERT INTO t VALUES (randomblob(40960))")


async def test_a_log_that_readers_never_leave_begins_anew_again_and_again(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoint, "LONG_PAGES", 100)
    # No pause may be given up: on a busy machine a read of some ms can take a second.
    monkeypatch.setattr(reader, "PAUSE_TIMEOUT_S", 60)
    async with asyncio.TaskGroup() as tasks:
        # A WAL is restarted only when no reader is in it: with two that
        # alternate, that moment never comes.
        reading = [tasks.create_task(never_quiet(each)) for each in store.log.readers.connections]
        for _ in range(3):
            begun = restarts(tmp_path)
            # Not a number of jobs: how many are done meanwhile is up to the machine. Without the
            # pause the log goes on growing, until the time limit of the test.
            while restarts(tmp_path) == begun:
                await store.writer.do(write_pages)
        for each in reading:
            each.cancel()


def restarts(folder: Path) -> int:
    """Return how often the log has begun anew, from its header (SQLite file format, 4.1)."""
    with (folder / f"{DATABASE}-wal").open("rb") as wal:
        return int.from_bytes(wal.read(16)[12:])


async def never_quiet(connection: Connection) -> None:
    """Read without a pause, some milliseconds each time."""
    while True:
        await connection.run(lambda database: database.execute(SLOW).fetchone())


async def test_a_pause_waits_for_what_is_read_and_ends(store: Store) -> None:
    readers = store.log.readers
    async with readers.paused() as are_quiet:
        assert are_quiet
        waiting = asyncio.ensure_future(readers.beside.run(lambda _: "read"))
        short = asyncio.ensure_future(readers.beside.run_short(lambda _: "read"))
        # The writer is not paused.
        await store.writer.do(write_pages)
        assert not waiting.done()
        assert not short.done()
    assert (await waiting, await short) == ("read", "read")


async def test_a_read_that_does_not_end_is_not_waited_for_and_short_ones_go_on(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    # 0 s stand for a read that is longer than any patience: giving up comes at once.
    monkeypatch.setattr(reader, "PAUSE_TIMEOUT_S", 0)
    readers = store.log.readers
    async with readers.paused() as are_quiet:
        assert not are_quiet
        assert await readers.beside.run_short(lambda _: "read") == "read"


async def test_copying_beside_the_commits_is_no_write_of_another_program(
    tmp_path: Path, store: Store
) -> None:
    # `PRAGMA data_version` counts commits of other connections; copying the
    # WAL must not look like one.
    before = await store.writer.data_version()
    async with connect(tmp_path / "chat.db") as other:
        await store.writer.do(write_pages)
        assert await other.run(copy_wal) > 0
        await store.writer.do(write_pages)
    assert await store.writer.data_version() == before
