"""Checkpoints: copy the write-ahead log into the database beside the commits.

In a commit, copying 4,000 pages took 8 to 21 ms, in which every message waited. Here it is done on
a connection of its own, in its own thread; what a commit still has to copy is little.

SQLite begins the write-ahead log (WAL) anew at the first commit that finds all of it copied and no
reader in it. A server that is never quiet has no such moment: its WAL grew to 204 MiB. Once the WAL
is long, the readers therefore pause for one checkpoint, which takes some 10 ms.
"""

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from chatserver.core.errors import Unavailable
from chatserver.store.engine.database import Connection, Database
from chatserver.store.engine.reader import ReadPool
from chatserver.store.engine.writer import Writer

LONG_PAGES = 8_000
"""Pages in the WAL at which the readers pause: 32 MiB."""


@dataclass(slots=True)
class Checkpointer:
    """Copies the WAL into the database each time that the writer has written much."""

    connection: Connection
    writer: Writer
    readers: ReadPool

    async def run(self) -> None:
        """Copy after every thousand jobs, until cancelled; a failure is tried again after more."""
        while True:
            await self.writer.wal_grown.wait()
            self.writer.wal_grown.clear()
            with suppress(Unavailable):
                await self._copy()

    async def _copy(self) -> None:
        if await self.connection.run(copy_wal) >= LONG_PAGES:
            async with self.readers.paused() as are_quiet:
                if are_quiet:
                    # In the writer's thread, so that nothing is written before all is copied.
                    await self.writer.connection.run(copy_wal)


def copy_wal(database: Database) -> int:
    """Copy as much of the WAL as no reader hinders; return the number of pages in it."""
    _, pages, _ = database.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
    return int(pages)


def wal_bytes(file: Path) -> int:
    """Return the size of a database's write-ahead log on disk."""
    wal = file.with_name(f"{file.name}-wal")
    return wal.stat().st_size if wal.exists() else 0
