"""Overwrite the bytes that erasures have left in the files of the database.

Removed words remain in four places, in three of them because SQLite leaves them in spite of
`secure_delete`:

1. The index of the search: its segments keep deleted words until they are merged.
2. The write-ahead log: it keeps old pages until it is emptied.
3. The gaps of pages from which rows have moved: of 80 conversations that were erased, 4 to 8 could
   still be read in the file.
4. The journal: it keeps messages until it is written over or emptied.

The digests of requests about erased conversations are blanked too, because a guess could be checked
against them.

A purge works in slices, between which messages are stored, and serves all erasures before it.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from chatserver.core.errors import Unavailable
from chatserver.store.engine.checkpoint import wal_bytes
from chatserver.store.engine.connection import BUSY_TIMEOUT_S
from chatserver.store.engine.database import Database
from chatserver.store.engine.writer import Writer
from chatserver.store.maintenance.page_gaps import PageGaps
from chatserver.store.maintenance.request_digests import blank_request_digests

INDEXES = ("words", "word_parts")
"""The full-text indexes, whose deleted words stay until their segments are merged."""

MERGED_PAGES = 16
"""Pages of an index that one slice writes: 4 to 10 ms."""

SCANNED_PAGES = 1_024
"""Pages that are looked through between two turns of the event loop: about 1 ms."""

ZEROED_PAGES = 200
"""Pages that are overwritten in one slice, during which nothing is committed: about 5 ms."""

LOCK_TIMEOUT_MS = 20
"""Milliseconds for which a slice waits for readers of the WAL, and writers for the slice."""

MAX_ATTEMPTS = 400
RETRY_PAUSE_S = 0.05
"""Attempts for a slice that finds the WAL in use, and the seconds between two: 20 s in all."""


@dataclass(frozen=True, slots=True)
class Purge:
    """Purges the database of one data folder."""

    writer: Writer
    gaps: PageGaps

    async def run(self) -> None:
        """Overwrite everything deleted before this call; raises Unavailable."""
        await blank_request_digests(self.writer)
        for index in INDEXES:
            await self._merge(index)
        await self._until_done(self.writer.tables.purge)
        await self._until_done(_truncate_wal)
        try:
            stale = await self._find_stale()
        except OSError as error:
            raise Unavailable from error
        for first in range(0, len(stale), ZEROED_PAGES):
            await self._until_done(partial(self._zero, stale[first : first + ZEROED_PAGES]))

    async def _merge(self, index: str) -> None:
        """Merge all segments of an index into one, slice by slice."""
        # A negative number begins a merge of all segments, a positive one goes on with it.
        pages = -MERGED_PAGES
        while await self.writer.do(partial(_merge_slice, index, pages)):
            pages = MERGED_PAGES

    async def _find_stale(self) -> list[int]:
        """Return the pages whose gaps are not empty; the write-ahead log was emptied before."""
        count = self.gaps.count_pages()
        found: list[int] = []
        for first in range(0, count, SCANNED_PAGES):
            number = min(SCANNED_PAGES, count - first)
            found += await asyncio.to_thread(self.gaps.find_stale, first, number)
        return found

    def _zero(self, pages: Sequence[int], database: Database) -> bool:
        """Zero the gaps of some pages; returns False, with nothing done, if the WAL is in use."""
        if not _truncate_wal(database):
            return False
        # Pages in the cache still have their gaps, and would bring them back.
        database.execute("PRAGMA shrink_memory")
        database.execute("BEGIN IMMEDIATE")
        try:
            # Under the lock and with an empty WAL, nothing else can be written into the file.
            # Another process may have committed before the lock was taken.
            if wal_bytes(self.gaps.file):
                return False
            self.gaps.zero(pages)
        except OSError as error:
            raise sqlite3.OperationalError(str(error)) from error
        finally:
            database.execute("ROLLBACK")
        return True

    async def _until_done(self, attempt: Callable[[Database], bool]) -> None:
        """Try again until the write-ahead log has no reader; raises Unavailable after 20 s."""
        for _ in range(MAX_ATTEMPTS):
            if await self.writer.connection.run(partial(_with_short_lock_timeout, attempt)):
                return
            await asyncio.sleep(RETRY_PAUSE_S)
        raise Unavailable


def _merge_slice(index: str, pages: int, database: Database) -> bool:
    """Merge some pages of a full-text index; returns False when there is nothing to merge."""
    assert isinstance(database, sqlite3.Connection)
    before = database.total_changes
    database.execute(f"INSERT INTO {index} ({index}, rank) VALUES ('merge', ?)", (pages,))
    # The command itself counts as one change.
    return database.total_changes - before > 1


def _truncate_wal(database: Database) -> bool:
    """Copy the write-ahead log into the database and empty it; returns False if it is in use."""
    (in_use, _, _) = database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not in_use


def _with_short_lock_timeout(attempt: Callable[[Database], bool], database: Database) -> bool:
    """Attempt something, waiting for locks for a few ms only: messages wait for this thread."""
    database.execute(f"PRAGMA busy_timeout={LOCK_TIMEOUT_MS}")
    try:
        return attempt(database)
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_BUSY:
            return False
        raise
    finally:
        database.execute(f"PRAGMA busy_timeout={round(BUSY_TIMEOUT_S * 1_000)}")
