"""Appending what the ledger's table has anew to the file that outlives the database."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from chatserver.core.ledger import LedgerEntry
from chatserver.store.engine.database import Database
from chatserver.store.engine.writer import Writer
from chatserver.store.folder.ledger_file import LEDGER, append_entries, last_entry, ledger_lock
from chatserver.store.tables.ledger import entries_after


@dataclass(slots=True)
class LedgerAppender:
    """Appends the entries of the table to the file.

    `applied` are the entries that opening the folder applied to an older database.
    """

    folder: Path
    writer: Writer
    applied: Sequence[LedgerEntry] = ()
    _written: int = 0

    async def flush(self) -> None:
        """Append newly committed entries to the file; raises Unavailable where the disk fails."""
        await self.writer.connection.run(self._write)

    def _write(self, database: Database) -> None:
        (last,) = database.execute("SELECT coalesce(max(number), 0) FROM ledger").fetchone()
        if last != self._written:
            write_new(database, self.folder)
            self._written = last


def write_new(database: Database, folder: Path) -> None:
    """Append new entries of the database to the file; raises OSError."""
    with ledger_lock(folder):
        last = last_entry(folder / LEDGER)
        append_entries(folder / LEDGER, entries_after(database, last[0] if last else 0))
