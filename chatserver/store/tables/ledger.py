"""The ledger in SQLite, entered in the transactions of the erasures it records."""

import sqlite3
from collections.abc import Iterable
from typing import Protocol

from chatserver.core.ledger import LedgerEntry, LedgerKind

_ADD = """
    INSERT OR IGNORE INTO ledger (kind, id, at)
    VALUES (?, ?, coalesce(?, CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)))"""
_READ = "SELECT number, kind, id, at FROM ledger WHERE number > ? ORDER BY number"


class LedgerWriter(Protocol):
    """Writes the file of the ledger."""

    async def flush(self) -> None:
        """Append newly committed entries to the file; raises Unavailable where the disk fails."""


def enter_in_ledger(
    database: sqlite3.Connection, kind: LedgerKind, names: Iterable[str], at: int | None = None
) -> None:
    """Enter ids in the transaction that makes them so; `at` (ms) is now where it is None."""
    database.executemany(_ADD, [(kind, name, at) for name in names])


def entries_after(database: sqlite3.Connection, number: int) -> list[tuple[int, LedgerEntry]]:
    """Return the entries beyond a number, in order."""
    rows = database.execute(_READ, (number,)).fetchall()
    return [(found, LedgerEntry(LedgerKind(kind), name, at)) for found, kind, name, at in rows]
