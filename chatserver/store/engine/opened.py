"""An engine that was opened: what the stores are made on."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from chatserver.core.ledger import LedgerEntry
from chatserver.store.engine.reader import ReadPool
from chatserver.store.engine.writer import Writer


class StorePurge(Protocol):
    """Overwrites what erasures have left in the files of the database."""

    async def run(self) -> None:
        """Overwrite everything deleted before this call; raises Unavailable."""


@dataclass(frozen=True, slots=True)
class OpenedEngine:
    """The connections of a store, and the work beside them.

    `applied` is what the ledger's file did to an older database.
    """

    writer: Writer
    readers: ReadPool
    epoch: str
    applied: Sequence[LedgerEntry]
    purge: StorePurge
    beside: Sequence[Coroutine[None, None, None]] = ()
    """Tasks that run until the store is closed."""
    wal_bytes: Callable[[], int] = int
    """Returns the size of SQLite's write-ahead log on disk."""
    superseded: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when another server has taken the database over: this one has to end."""
