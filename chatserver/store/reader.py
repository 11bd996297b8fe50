"""Read connections: a few of them, so that a long read does not hold up a short one."""

import sqlite3
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from typing import TypeVar

from chatserver.store.sqlite import Connection, Job, connect

T = TypeVar("T")

READERS = 2


@dataclass(slots=True)
class Readers:
    """Takes turns between connections that only read."""

    connections: Sequence[Connection]
    _turns: "cycle[Connection]" = field(init=False)

    def __post_init__(self) -> None:
        self._turns = cycle(self.connections)

    async def run(self, job: Job[T]) -> T:
        """The job's result; raises Unavailable where SQLite fails."""
        return await next(self._turns).run(job)


async def open_readers(file: Path, stack: AsyncExitStack) -> Readers:
    """Readers that close when `stack` does."""
    connections = [
        await stack.enter_async_context(connect(file, readonly=True)) for _ in range(READERS)
    ]
    return Readers(connections)


def scalar(database: sqlite3.Connection, sql: str) -> int:
    """The one number that a query gives."""
    return int(database.execute(sql).fetchone()[0])
