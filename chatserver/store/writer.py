"""Group commit: one task owns the only write connection and commits for all who wait."""

import asyncio
import sqlite3
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar, cast

from chatserver.core.errors import Unavailable
from chatserver.store.sqlite import Connection, Job, translate

T = TypeVar("T")

GROUP = 1_000
"""Jobs in one transaction: bounds how long the first of them waits for the last."""

WAITING = 50_000
"""Jobs that may wait; beyond it the disk is too far behind to promise anything."""


@dataclass(slots=True)
class Pending(Generic[T]):
    """A job and who waits for its result."""

    job: Job[T]
    done: asyncio.Future[T]
    stored: Callable[[], None] | None = None


@dataclass(slots=True)
class Outcome(Generic[T]):
    """What became of one job of a group."""

    pending: Pending[T]
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
    committed: Callable[[int, float], None] = lambda jobs, seconds: None
    _waiting: deque[Pending[object]] = field(default_factory=deque)
    _wake: asyncio.Event = field(default_factory=asyncio.Event)
    _closing: bool = False
    healthy: bool = True

    async def run(self) -> None:
        """Commit until `close`; what waits then is still committed."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._waiting:
                await self._commit_group()
            if self._closing:
                return

    def close(self) -> None:
        """Take no more jobs; `run` returns when all that wait are done."""
        self._closing = True
        self._wake.set()

    async def do(self, job: Job[T], stored: Callable[[], None] | None = None) -> T:
        """The job's result, once it is on disk; raises what the job raises, or Unavailable.

        `stored` is called between the commit and the answer, in the order of the jobs.
        """
        if self._closing or len(self._waiting) >= WAITING:
            raise Unavailable
        done: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.append(cast("Pending[object]", Pending(job, done, stored)))
        self._wake.set()
        return await done

    async def _commit_group(self) -> None:
        group = [self._waiting.popleft() for _ in range(min(GROUP, len(self._waiting)))]
        started = time.perf_counter()
        try:
            outcomes = await self.connection.run(lambda database: commit(database, group))
        except Unavailable as error:
            self.healthy = False
            outcomes = [Outcome(pending, error=_again(error)) for pending in group]
        else:
            self.healthy = True
        self.committed(len(group), time.perf_counter() - started)
        for outcome in outcomes:
            outcome.tell()


def commit(database: sqlite3.Connection, group: list[Pending[object]]) -> list[Outcome[object]]:
    """Run a group of jobs in one transaction; raises sqlite3.Error when nothing of it was kept."""
    database.execute("BEGIN IMMEDIATE")
    try:
        outcomes = [_attempt(database, pending) for pending in group]
        database.execute("COMMIT")
    except BaseException:
        # After some errors, a full disk among them, SQLite has rolled back by itself.
        if database.in_transaction:
            database.execute("ROLLBACK")
        raise
    return outcomes


def _attempt(database: sqlite3.Connection, pending: Pending[object]) -> Outcome[object]:
    database.execute("SAVEPOINT job")
    try:
        result = pending.job(database)
    except sqlite3.IntegrityError as error:
        outcome = Outcome(pending, error=translate(error))
        database.execute("ROLLBACK TO job")
    except sqlite3.Error:
        raise
    except Exception as error:
        outcome = Outcome(pending, error=error)
        database.execute("ROLLBACK TO job")
    else:
        outcome = Outcome(pending, result)
    database.execute("RELEASE job")
    return outcome


def _again(error: Unavailable) -> Unavailable:
    """One exception for each waiter: a shared one would collect all of their tracebacks."""
    return type(error)()
