"""Read connections: short reads go together, and a long one holds up none of them."""

import asyncio
import sqlite3
import time
from collections import deque
from collections.abc import Awaitable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from typing import Generic, TypeVar, cast

from chatserver.core.errors import Unavailable
from chatserver.store.connection import Connection, Job, connect, translate

T = TypeVar("T")

READERS = 2

TOGETHER_S = 0.005
"""Seconds after which what was read goes back, though more of it waits."""


@dataclass(slots=True)
class ReadPool:
    """Takes turns between connections that only read; `glances` has one more for short reads."""

    connections: Sequence[Connection]
    glances: "BatchedReader"
    _turns: "cycle[Connection]" = field(init=False)

    def __post_init__(self) -> None:
        self._turns = cycle(self.connections)

    async def run(self, job: Job[T]) -> T:
        """The job's result; raises Unavailable where SQLite fails."""
        return await next(self._turns).run(job)

    def glance(self, job: Job[T]) -> Awaitable[T]:
        """The same for a job that finds a few rows by their key."""
        return self.glances.ask(job)


@dataclass(slots=True)
class PendingRead(Generic[T]):
    """A short read, and who waits for its result."""

    job: Job[T]
    told: asyncio.Future[T]


@dataclass(slots=True)
class ReadResult(Generic[T]):
    """What a short read came to."""

    asked: PendingRead[T]
    result: T | None = None
    error: Exception | None = None

    def tell(self) -> None:
        """Answer who waits, if they still do."""
        if self.asked.told.done():
            return
        if self.error is not None:
            self.asked.told.set_exception(self.error)
        else:
            self.asked.told.set_result(cast("T", self.result))


@dataclass(slots=True)
class BatchedReader:
    """Short reads, all that wait in one hop between threads.

    The hop takes longer than finding a row, and ten thousand clients who come back after a
    restart ask for several rows each.
    """

    connection: Connection
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.get_running_loop)
    _waiting: deque[PendingRead[object]] = field(default_factory=deque)
    _wake: asyncio.Event = field(default_factory=asyncio.Event)
    _closing: bool = False

    def ask(self, job: Job[T]) -> Awaitable[T]:
        """The job's result; raises what the job raises, or Unavailable where SQLite fails."""
        if self._closing:
            raise Unavailable
        told: asyncio.Future[T] = self._loop.create_future()
        self._waiting.append(cast("PendingRead[object]", PendingRead(job, told)))
        self._wake.set()
        return told

    async def run(self) -> None:
        """Read until `close`; what waits then is still answered."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._waiting:
                for seen in await self.connection.run(self._read):
                    seen.tell()
            if self._closing:
                return

    def close(self) -> None:
        """Take no more reads; `run` returns when all that wait are answered."""
        self._closing = True
        self._wake.set()

    def _read(self, database: sqlite3.Connection) -> list[ReadResult[object]]:
        """In the connection's thread: all that wait, but for no longer than a moment."""
        seen: list[ReadResult[object]] = []
        until = time.perf_counter() + TOGETHER_S
        while self._waiting:
            seen.append(_attempt(database, self._waiting.popleft()))
            if time.perf_counter() > until:
                break
        return seen


def _attempt(database: sqlite3.Connection, asked: PendingRead[object]) -> ReadResult[object]:
    """One short read; what fails in it is its own."""
    try:
        return ReadResult(asked, asked.job(database))
    except sqlite3.Error as error:
        return ReadResult(asked, error=translate(error))
    except ValueError:
        return ReadResult(asked, error=Unavailable())
    except Exception as error:
        return ReadResult(asked, error=error)


async def open_readers(file: Path, stack: AsyncExitStack) -> ReadPool:
    """Readers that close when `stack` does; `glances` must be run."""
    first, *others = [
        await stack.enter_async_context(connect(file, readonly=True)) for _ in range(1 + READERS)
    ]
    return ReadPool(others, BatchedReader(first))


def scalar(database: sqlite3.Connection, sql: str) -> int:
    """The one number that a query gives."""
    return int(database.execute(sql).fetchone()[0])
