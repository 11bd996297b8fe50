"""Group commit: one task owns the only write connection and commits for all that wait.

A commit with `synchronous=FULL` waits for the disk, however much is in it. So everything that is
queued while one commit runs goes into the next, up to `GROUP` jobs in one transaction.
"""

import asyncio
import sqlite3
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Generic, Protocol, TypeVar, cast

from chatserver.core.errors import Unavailable
from chatserver.core.log import Append
from chatserver.store.engine.connection import Connection, Job, in_savepoint

T = TypeVar("T")

GROUP = 1_000
"""Jobs in one transaction: bounds how long the first of them waits for the last."""

CHECKPOINT_JOBS = 1_000
"""Jobs between two checkpoints; a message is a job of one or two pages of 4 KiB."""

WAITING = 50_000
"""Jobs in the queue; beyond it the disk is too far behind to promise anything."""

IDLE_S = 5.0
"""Seconds between two checks for tables that should catch up with the log."""

PROBE_S = 1.0
"""Seconds between two attempts to write while the disk fails."""


class Tables(Protocol):
    """Writes appends in the transactions of the writer: the log at once, and all else in time."""

    @property
    def is_behind(self) -> bool:
        """True while the log has something that the other tables lack."""

    @property
    def is_overdue(self) -> bool:
        """True if a table has lacked something of the log for LAG_S or longer."""

    def store(
        self, database: sqlite3.Connection, appends: Sequence[Append], *, fully: bool
    ) -> Sequence[Exception | None]:
        """Write a group of appends and return the error of each, None for those that were written.

        It may roll the transaction back and begin it anew. With `fully`, nothing is left
        behind.
        """

    def catch_up(self, database: sqlite3.Connection) -> None:
        """Write to the other tables all that they lack."""

    def end(self, *, committed: bool) -> None:
        """Take note that the transaction has ended."""


@dataclass(slots=True)
class PendingJob(Generic[T]):
    """An append or any other job, and the future that its caller awaits.

    `result` or `error` is set by the thread of the connection, and handed over after the commit.
    """

    job: Job[T] | Append
    done: asyncio.Future[T]
    stored: Callable[[], None] | None = None
    looks_at_log: bool = False
    result: T | None = None
    error: Exception | None = None

    def tell(self) -> None:
        """Set the future, unless its caller was cancelled meanwhile."""
        if self.error is None and self.stored is not None:
            try:
                self.stored()
            except Exception as error:
                # The append is on disk all the same; its caller reports what broke after that.
                self.error = error
        if self.done.done():
            return
        if self.error is None:
            self.done.set_result(cast("T", self.result))
        else:
            self.done.set_exception(self.error)


@dataclass(slots=True)
class Writer:
    """Runs jobs in transactions, all that are queued in one, and answers after the commit.

    A job that raises has no effect and fails alone; a commit that fails, fails all of its group.
    `committed` is called with the jobs and the seconds of each commit.
    """

    connection: Connection
    tables: Tables
    committed: Callable[[int, float], None]
    writable: asyncio.Event = field(default_factory=asyncio.Event)
    wal_grown: asyncio.Event = field(default_factory=asyncio.Event)
    """Set after every thousand jobs: the WAL is to be copied into the database."""
    # Asking for the running loop costs a system call each time.
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.get_running_loop)
    _waiting: deque[PendingJob[object]] = field(default_factory=deque)
    _wake: asyncio.Event = field(default_factory=asyncio.Event)
    _jobs: int = 0
    _closing: bool = False
    _idle: asyncio.TimerHandle | None = None

    @property
    def healthy(self) -> bool:
        """True while the last commit succeeded."""
        return self.writable.is_set()

    async def run(self) -> None:
        """Commit until `close`; jobs queued by then are still committed."""
        self.writable.set()
        while True:
            await self._next_job()
            while self._waiting:
                await self._commit_group()
            if self._closing:
                return

    def close(self) -> None:
        """Take no more jobs; `run` returns when all that are queued are done."""
        if self._waiting or self.tables.is_behind:
            self._queue_unawaited(_do_nothing)
        if self._idle is not None:
            self._idle.cancel()
        self._closing = True
        self._wake.set()

    def append(self, append: Append, stored: Callable[[], None]) -> Awaitable[None]:
        """Store an append durably.

        Raises SeqConflict, DuplicateRequest, ReusedRequestId, Unavailable.

        `stored` is called between the commit and the answer, in the order of the appends, even
        when the waiting task was cancelled.
        """
        return cast("Awaitable[None]", self._queue(append, stored))

    async def do(self, job: Job[T]) -> T:
        """Return the job's result once it is on disk; raises what the job does, or Unavailable."""
        return cast("T", await self._queue(job, looks_at_log=True))

    async def do_beside(self, job: Job[T]) -> T:
        """Return the result of a job that may run while the tables are behind the log.

        Raises what the job does, or Unavailable.
        """
        return cast("T", await self._queue(job))

    async def catch_up(self) -> None:
        """Let all tables catch up with the log, before they are read.

        If the commit fails, nothing is raised and the tables stay up to some seconds behind.
        """
        if self.tables.is_behind:
            with suppress(Unavailable):
                await self.do(_do_nothing)

    async def data_version(self) -> int:
        """Return a number that changes whenever another program has committed to the database.

        SQLite's `data_version` moves only by what other connections committed, and this is the
        only connection of this program that commits.
        """
        return await self.connection.run(_data_version)

    def _queue(
        self,
        job: Job[object] | Append,
        stored: Callable[[], None] | None = None,
        *,
        looks_at_log: bool = False,
    ) -> Awaitable[object]:
        if self._closing or len(self._waiting) >= WAITING:
            raise Unavailable
        done: asyncio.Future[object] = self._loop.create_future()
        self._waiting.append(PendingJob(job, done, stored, looks_at_log))
        self._wake.set()
        return done

    async def _next_job(self) -> None:
        """Wait for a job; while the disk fails, queue a probe each second.

        A server that is not ready is sent no customers, so no message would find out that the
        disk works again.
        """
        if self.writable.is_set():
            await self._wake.wait()
        else:
            await self._probe()
        self._wake.clear()

    async def _probe(self) -> None:
        try:
            async with asyncio.timeout(PROBE_S):
                await self._wake.wait()
        except TimeoutError:
            self._queue_unawaited(_probe_disk)

    def _queue_unawaited(self, job: Job[None]) -> None:
        done: asyncio.Future[None] = self._loop.create_future()
        done.add_done_callback(lambda done: done.exception())
        pending = PendingJob(job, done, looks_at_log=True)
        self._waiting.append(cast("PendingJob[object]", pending))
        self._wake.set()

    def _catch_up_if_idle(self) -> None:
        """Catch up if no commit has done so: each does for a few conversations."""
        self._idle = None
        if self.tables.is_overdue:
            self._queue_unawaited(_do_nothing)
        elif self.tables.is_behind:
            self._idle = self._loop.call_later(IDLE_S, self._catch_up_if_idle)

    async def _commit_group(self) -> None:
        # What is queued while the thread commits is the next group: the busier, the larger.
        group = [self._waiting.popleft() for _ in range(min(GROUP, len(self._waiting)))]
        started = time.perf_counter()
        try:
            await self.connection.run(partial(self._commit, group))
            self.writable.set()
        except Unavailable as error:
            self.writable.clear()
            for pending in group:
                # One exception for each: a shared one would collect all of their tracebacks.
                pending.error = type(error)()
        self.committed(len(group), time.perf_counter() - started)
        self._jobs += len(group)
        if self._jobs >= CHECKPOINT_JOBS:
            self._jobs = 0
            self.wal_grown.set()
        # In the order of the queue, so that listeners get events in the order of the log.
        for pending in group:
            pending.tell()
        if self._idle is None and self.tables.is_behind:
            self._idle = self._loop.call_later(IDLE_S, self._catch_up_if_idle)

    def _commit(self, group: Sequence[PendingJob[object]], database: sqlite3.Connection) -> None:
        """Run a group in one transaction; raises sqlite3.Error when nothing of it was kept."""
        appends = [(each, each.job) for each in group if isinstance(each.job, Append)]
        jobs = [(each, each.job) for each in group if not isinstance(each.job, Append)]
        fully = any(each.looks_at_log for each in group)
        try:
            database.execute("BEGIN IMMEDIATE")
            if fully:
                self.tables.catch_up(database)
            # First among the writes: they may begin the transaction anew.
            rejections = self.tables.store(database, [job for _, job in appends], fully=fully)
            for (pending, _), rejection in zip(appends, rejections, strict=True):
                pending.error = rejection
            for pending, job in jobs:
                pending.result, pending.error = in_savepoint(database, job)
            database.execute("COMMIT")
        except BaseException:
            # After some errors, a full disk among them, SQLite has rolled back by itself.
            if database.in_transaction:
                database.execute("ROLLBACK")
            self.tables.end(committed=False)
            raise
        self.tables.end(committed=True)


def _do_nothing(database: sqlite3.Connection) -> None:
    """Do nothing: an empty job, queued to make `_commit` bring all tables up to date."""


def _probe_disk(database: sqlite3.Connection) -> None:
    """Probe if the disk accepts writes; no value changes."""
    database.execute("UPDATE meta SET value = value")


def _data_version(database: sqlite3.Connection) -> int:
    return int(database.execute("PRAGMA data_version").fetchone()[0])
