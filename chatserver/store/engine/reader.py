"""Read connections: short reads are batched, and long ones do not delay them."""

import asyncio
import threading
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import cycle
from pathlib import Path
from typing import Generic, TypeVar, cast

from chatserver.core.errors import Unavailable
from chatserver.store.engine.connection import connect
from chatserver.store.engine.database import Connection, Database, Job
from chatserver.store.engine.writer import Writer

T = TypeVar("T")

READERS = 2

PAUSE_TIMEOUT_S = 0.2
"""Seconds that a pause waits for a read to end; a longer read cancels the pause."""

MAX_BATCH_S = 0.005
"""Seconds after which a batch returns its results, even if more reads are pending."""


@dataclass(slots=True)
class ReadPool:
    """Read-only connections used in turn, and a batched one for short reads.

    Before a read the tables catch up with the log, so that every reader sees what was
    acknowledged. Stores that read other tables take `beside`.
    """

    connections: Sequence[Connection]
    batched: "BatchedReader"
    writer: Writer | None
    beside: "ReadPool" = field(init=False)
    """The pool for reads that need no catch-up: of the log, and of what is no read model."""
    _turns: "cycle[Connection]" = field(init=False)

    def __post_init__(self) -> None:
        self._turns = cycle(self.connections)
        self.beside = self
        if self.writer is not None:
            self.beside = ReadPool(self.connections, self.batched, None)

    async def run(self, job: Job[T]) -> T:
        """Run a job and return its result; raises Unavailable if the database fails."""
        if self.writer is not None:
            await self.writer.catch_up()
        return await next(self._turns).run(job)

    def run_short(self, job: Job[T]) -> Awaitable[T]:
        """Run a job that finds a few rows by key, batched with others."""
        if self.writer is not None and self.writer.tables.is_behind:
            return self._run_caught_up(self.writer, job)
        return self.batched.submit(job)

    @asynccontextmanager
    async def paused(self) -> AsyncIterator[bool]:
        """Let no connection read in this context; yields False if a long read does not end.

        Those for long reads are stopped first: while one of them is busy, short reads go on.
        """
        loop, resume = asyncio.get_running_loop(), threading.Event()
        async with asyncio.TaskGroup() as tasks:
            try:
                for connection in (*self.connections, self.batched.connection):
                    quiet = asyncio.Event()
                    stop = partial(_stop, partial(loop.call_soon_threadsafe, quiet.set), resume)
                    tasks.create_task(connection.run(stop))
                    async with asyncio.timeout(PAUSE_TIMEOUT_S):
                        await quiet.wait()
                yield True
            except TimeoutError:
                yield False
            finally:
                resume.set()

    async def _run_caught_up(self, writer: Writer, job: Job[T]) -> T:
        await writer.catch_up()
        return await self.batched.submit(job)


class LostSession(Exception):
    """The session of the connection has ended before a read was done."""


@dataclass(slots=True)
class PendingRead(Generic[T]):
    """A short read and the future of its result."""

    job: Job[T]
    future: asyncio.Future[T]
    is_repeated: bool = False
    """True after a first try that ended with the session."""


@dataclass(slots=True)
class ReadResult(Generic[T]):
    """The result or error of a short read."""

    pending: PendingRead[T]
    result: T | None = None
    error: Exception | None = None

    def resolve(self) -> None:
        """Resolve the future unless it was cancelled."""
        if self.pending.future.done():
            return
        if self.error is not None:
            self.pending.future.set_exception(self.error)
        else:
            self.pending.future.set_result(cast("T", self.result))


@dataclass(slots=True)
class BatchedReader:
    """Runs all pending short reads in one thread hop.

    A hop takes longer than finding a row, and after a restart 10,000 clients read several rows
    each.
    """

    connection: Connection
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.get_running_loop)
    _waiting: deque[PendingRead[object]] = field(default_factory=deque)
    _wake: asyncio.Event = field(default_factory=asyncio.Event)
    _closing: bool = False

    def submit(self, job: Job[T]) -> Awaitable[T]:
        """Queue a job and return the future of its result.

        It raises the job's error, or Unavailable if the database fails.
        """
        if self._closing:
            raise Unavailable
        future: asyncio.Future[T] = self._loop.create_future()
        self._waiting.append(cast("PendingRead[object]", PendingRead(job, future)))
        self._wake.set()
        return future

    async def run(self) -> None:
        """Run batches until `close`; reads pending then are still answered."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._waiting:
                for result in await self._run_batch():
                    result.resolve()
            if self._closing:
                return

    def close(self) -> None:
        """Accept no more reads; `run` returns when the pending ones are answered."""
        self._closing = True
        self._wake.set()

    async def _run_batch(self) -> list[ReadResult[object]]:
        try:
            return await self.connection.run(self._read)
        except Unavailable:
            # No session could be opened in place of a lost one.
            waiting = [self._waiting.popleft() for _ in range(len(self._waiting))]
            return [ReadResult(pending, error=Unavailable()) for pending in waiting]

    def _read(self, database: Database) -> list[ReadResult[object]]:
        """Run pending reads in the connection's thread for at most MAX_BATCH_S."""
        results: list[ReadResult[object]] = []
        until = time.perf_counter() + MAX_BATCH_S
        while self._waiting:
            pending = self._waiting.popleft()
            try:
                results.append(_attempt(database, pending))
            except LostSession:
                pending.is_repeated = True
                self._waiting.appendleft(pending)
                break
            # Checked after at least one read, so that a slow one cannot starve the queue forever.
            if time.perf_counter() > until:
                break
        return results


def _stop(report_stopped: Callable[[], object], resume: threading.Event, _: Database) -> None:
    """Keep the thread of a connection from reading."""
    report_stopped()
    resume.wait()


def _attempt(database: Database, pending: PendingRead[object]) -> ReadResult[object]:
    """Run one read; its error affects no other read of the batch.

    Raises LostSession for a read that is worth a second try.
    """
    try:
        return ReadResult(pending, pending.job(database))
    except database.failures as error:
        if database.ends_session(error) and not pending.is_repeated:
            raise LostSession from None
        return ReadResult(pending, error=database.translate(error))
    except ValueError:
        return ReadResult(pending, error=Unavailable())
    except Exception as error:
        return ReadResult(pending, error=error)


async def open_readers(file: Path, stack: AsyncExitStack, writer: Writer) -> ReadPool:
    """Open the readers, which close with `stack`; the caller must run `batched`."""
    first, *others = [
        await stack.enter_async_context(connect(file, readonly=True)) for _ in range(1 + READERS)
    ]
    return ReadPool(others, BatchedReader(first), writer)


def scalar(database: Database, sql: str) -> int:
    """Return the single integer that a query yields."""
    return int(database.execute(sql).fetchone()[0])
