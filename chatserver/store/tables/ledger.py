"""The ledger in SQLite, entered in the transactions of the erasures it records."""

import time
from collections.abc import Iterable
from typing import Protocol

from chatserver.core.ledger import LedgerEntry, LedgerKind
from chatserver.store.engine.database import Database

_ADD = """
    INSERT INTO ledger (number, kind, id, at)
    SELECT coalesce(max(number), 0) + 1, ?, ?, ? FROM ledger WHERE true
    ON CONFLICT (kind, id) WHERE kind NOT IN ('dismissed', 'hired') DO NOTHING"""
_READ = "SELECT number, kind, id, at FROM ledger WHERE number > ? ORDER BY number"


class LedgerWriter(Protocol):
    """Writes the file of the ledger."""

    async def flush(self) -> None:
        """Append newly committed entries to the file; raises Unavailable where the disk fails."""


def enter_in_ledger(
    database: Database, kind: LedgerKind, names: Iterable[str], at: int | None = None
) -> None:
    """Enter ids in the transaction that makes them so; `at` (ms) is now where it is None."""
    moment = time.time_ns() // 1_000_000 if at is None else at
    database.executemany(_ADD, [(kind, name, moment) for name in names])


def entries_after(database: Database, number: int) -> list[tuple[int, LedgerEntry]]:
    """Return the entries beyond a number, in order."""
    rows = database.execute(_READ, (number,)).fetchall()
    return [(found, LedgerEntry(LedgerKind(kind), name, at)) for found, kind, name, at in rows]
