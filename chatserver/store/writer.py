"""Group commit: one task owns the only write connection and commits for all who wait."""

import asyncio
import sqlite3
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar, cast

from chatserver.core.errors import Unavailable
from chatserver.core.log_types import Append
from chatserver.store.connection import Connection, Job, translate

T = TypeVar("T")

GROUP = 1_000
"""Jobs in one transaction: bounds how long the first of them waits for the last."""

WAITING = 50_000
"""Jobs that may wait; beyond it the disk is too far behind to promise anything."""

PROBE_S = 1.0
"""Seconds between two attempts to write while the disk fails."""

StoreAll = Callable[[sqlite3.Connection, Sequence[Append]], None]
"""Writes many appends at once; raises sqlite3.IntegrityError when one of them must not be."""

StoreOthers = Callable[[sqlite3.Connection, Sequence[Append]], list[Exception | None]]
"""Writes of many appends those that may be; for each, what hindered it."""


@dataclass(slots=True)
class PendingJob(Generic[T]):
    """An append, or any other job, and who waits for its result."""

    job: Job[T] | Append
    done: asyncio.Future[T]
    stored: Callable[[], None] | None = None


@dataclass(slots=True)
class JobResult(Generic[T]):
    """What became of one job of a group."""

    pending: PendingJob[T]
    result: T | None = None
    error: Exception | None = None

    def tell(self) -> None:
        """Answer who waits; one who was cancelled meanwhile does not mind."""
        if self.error is None and self.pending.stored is not None:
            try:
                self.pending.stored()
            except Exception as error:
                # It is on disk all the same; the one who asked reports what broke after that.
                self.error = error
        if self.pending.done.done():
            return
        if self.error is not None:
            self.pending.done.set_exception(self.error)
        else:
            self.pending.done.set_result(cast("T", self.result))


@dataclass(slots=True)
class Writer:
    """Runs jobs in transactions, all that wait in one, and answers after the commit.

    A job that raises has no effect and fails alone; a commit that fails, fails all of its group.
    """

    connection: Connection
    store_all: StoreAll
    store_others: StoreOthers
    committed: Callable[[int, float], None]
    well: asyncio.Event = field(default_factory=asyncio.Event)
    # Asking for the running loop costs a system call each time.
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.get_running_loop)
    _waiting: deque[PendingJob[object]] = field(default_factory=deque)
    _wake: asyncio.Event = field(default_factory=asyncio.Event)
    _closing: bool = False

    @property
    def healthy(self) -> bool:
        """Whether the last commit succeeded."""
        return self.well.is_set()

    async def run(self) -> None:
        """Commit until `close`; what waits then is still committed."""
        self.well.set()
        while True:
            await self._next_cause()
            self._wake.clear()
            while self._waiting:
                await self._commit_group()
            if self._closing:
                return

    def close(self) -> None:
        """Take no more jobs; `run` returns when all that wait are done."""
        self._closing = True
        self._wake.set()

    def append(self, append: Append, stored: Callable[[], None]) -> Awaitable[None]:
        """Store an append durably; raises Overtaken, Repeated, Unavailable.

        `stored` is called between the commit and the answer, in the order of the appends, even
        when nobody waits any more.
        """
        return cast("Awaitable[None]", self._wait_for(append, stored))

    async def do(self, job: Job[T]) -> T:
        """The job's result, once it is on disk; raises what the job raises, or Unavailable."""
        return cast("T", await self._wait_for(job, None))

    def _wait_for(
        self, job: Job[object] | Append, stored: Callable[[], None] | None
    ) -> Awaitable[object]:
        if self._closing or len(self._waiting) >= WAITING:
            raise Unavailable
        done: asyncio.Future[object] = self._loop.create_future()
        self._waiting.append(PendingJob(job, done, stored))
        self._wake.set()
        return done

    async def _next_cause(self) -> None:
        """Wait for a job; while the disk fails, find out by oneself when it is back.

        Nobody may be sent here before that, and so nobody would write.
        """
        try:
            async with asyncio.timeout(None if self.healthy else PROBE_S):
                await self._wake.wait()
        except TimeoutError:
            probed: asyncio.Future[object] = self._loop.create_future()
            probed.add_done_callback(lambda done: done.exception())
            self._waiting.append(PendingJob(_probe, probed))

    async def _commit_group(self) -> None:
        group = [self._waiting.popleft() for _ in range(min(GROUP, len(self._waiting)))]
        started = time.perf_counter()
        try:
            outcomes = await self.connection.run(lambda database: self._commit(database, group))
        except Unavailable as error:
            self.well.clear()
            # One exception for each: a shared one would collect all of their tracebacks.
            outcomes = [JobResult(pending, error=type(error)()) for pending in group]
        else:
            self.well.set()
        self.committed(len(group), time.perf_counter() - started)
        for outcome in outcomes:
            outcome.tell()

    def _commit(
        self, database: sqlite3.Connection, group: list[PendingJob[object]]
    ) -> list[JobResult[object]]:
        """A group in one transaction; raises sqlite3.Error when nothing of it was kept."""
        appends = [pending for pending in group if isinstance(pending.job, Append)]
        try:
            database.execute("BEGIN IMMEDIATE")
            outcomes = self._append_all(database, appends) if appends else []
            outcomes += [
                _attempt(database, pending, pending.job)
                for pending in group
                if not isinstance(pending.job, Append)
            ]
            database.execute("COMMIT")
        except BaseException:
            # After some errors, a full disk among them, SQLite has rolled back by itself.
            if database.in_transaction:
                database.execute("ROLLBACK")
            raise
        return outcomes

    def _append_all(
        self, database: sqlite3.Connection, group: list[PendingJob[object]]
    ) -> list[JobResult[object]]:
        """All appends of a group, in the mostly true belief that nothing hinders any of them."""
        appends = [each.job for each in group if isinstance(each.job, Append)]
        try:
            self.store_all(database, appends)
        except Exception as error:
            if isinstance(error, sqlite3.Error) and not isinstance(error, sqlite3.IntegrityError):
                raise
            # A savepoint to go back to would cost every group as much as this costs few.
            database.execute("ROLLBACK")
            database.execute("BEGIN IMMEDIATE")
            return self._append_others(database, group, appends)
        return [JobResult(pending) for pending in group]

    def _append_others(
        self,
        database: sqlite3.Connection,
        group: list[PendingJob[object]],
        appends: list[Append],
    ) -> list[JobResult[object]]:
        """The appends of a group that may be; for the others, why not."""
        together = _attempt(database, group[0], lambda _: self.store_others(database, appends))
        if together.error is None:
            hindrances = cast("list[Exception | None]", together.result)
            told = zip(group, hindrances, strict=True)
            return [JobResult(each, error=hindrance) for each, hindrance in told]
        # One of them breaks a constraint, and must not take its neighbours along.
        return [self._append_alone(database, *each) for each in zip(group, appends, strict=True)]

    def _append_alone(
        self, database: sqlite3.Connection, pending: PendingJob[object], append: Append
    ) -> JobResult[object]:
        outcome = _attempt(database, pending, lambda _: self.store_others(database, [append])[0])
        hindrance = cast("Exception | None", outcome.result)
        return JobResult(pending, error=outcome.error or hindrance)


def _probe(database: sqlite3.Connection) -> None:
    """Write something that changes nothing."""
    database.execute("UPDATE meta SET value = value")


def _attempt(
    database: sqlite3.Connection, pending: PendingJob[object], job: Job[object]
) -> JobResult[object]:
    """One job in a savepoint; raises sqlite3.Error for what concerns the whole transaction."""
    database.execute("SAVEPOINT job")
    try:
        outcome = JobResult(pending, job(database))
    except sqlite3.IntegrityError as error:
        outcome = JobResult(pending, error=translate(error))
        database.execute("ROLLBACK TO job")
    except sqlite3.Error:
        raise
    except Exception as error:
        outcome = JobResult(pending, error=error)
        database.execute("ROLLBACK TO job")
    database.execute("RELEASE job")
    return outcome
