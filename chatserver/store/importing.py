"""Putting a log back that was exported, under the salts that it had."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from chatserver.core.log_types import Append
from chatserver.store.log import store_others
from chatserver.store.writer import Writer


@dataclass(slots=True)
class SqliteImports:
    """Whole logs from elsewhere."""

    writer: Writer

    async def append_imported(self, append: Append, salts: Sequence[str] | None) -> None:
        """Store a whole log with its salts (hex), or new ones where they are not known.

        Raises Overtaken for a conversation that is there already, Unavailable.
        """
        await self.writer.do(lambda database: _put(database, append, salts))


def _put(database: sqlite3.Connection, append: Append, salts: Sequence[str] | None) -> None:
    (hindrance,) = store_others(database, [append])
    if hindrance is not None:
        raise hindrance
    for event, salt in zip(append.events, salts or (), strict=False):
        database.execute(
            "UPDATE events SET salt = ? WHERE conversation = ? AND seq = ?",
            (bytes.fromhex(salt), event.conversation, event.seq),
        )
    customer = append.after.customer
    database.execute(
        "INSERT OR IGNORE INTO customers (id, name) VALUES (?, ?)", (customer.id, customer.name)
    )
