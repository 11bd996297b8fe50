"""Group commit: one task owns the only write connection and commits for all that wait.

A commit with `synchronous=FULL` waits for the disk, however much is in it. So everything that is
queued while one commit runs goes into the next, up to `MAX_GROUP` jobs in one transaction.
"""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Generic, Protocol, TypedDict, TypeVar, Unpack, cast

from chatserver.core.errors import Unavailable
from chatserver.core.log import Append
from chatserver.store.engine.database import Connection, Database, Job, in_savepoint

T = TypeVar("T")

MAX_GROUP = 1_000
"""Jobs in one transaction: bounds how long the first of them waits for the last."""

CHECKPOINT_JOBS = 1_000
"""Jobs between two checkpoints; a job writes one or two pages of 4 KiB."""

CATCH_UP_JOBS = 3
"""Jobs that write as much as catching up with a conversation."""

MAX_QUEUED = 50_000
"""Jobs in the queue; beyond it the disk is too far behind to promise anything."""

PROBE_S = 1.0
"""Seconds between two attempts to write while the disk fails."""


class Tables(Protocol):
    """Writes appends: messages to the journal, all else to the tables, which follow in time."""

    @property
    def caught_up(self) -> int:
        """The number of conversations with which the transaction has caught up."""

    def next_due_s(self) -> float:
        """Return the seconds until `catch_up_overdue` has something to do."""

    def is_plain(self, append: Append) -> bool:
        """Return True for an append that the journal takes alone."""

    @property
    def is_behind(self) -> bool:
        """True while the tables lack something."""

    @property
    def needs_flush(self) -> bool:
        """True if the next commit that only catches up must be flushed to disk."""

    @property
    def is_flushed(self) -> bool:
        """True unless a commit that caught up was not flushed."""

    def slices(self, conversations: Iterable[str] | None = None) -> Iterator[Sequence[str]]:
        """Yield those of some conversations, or of all, of which the tables lack something, as
        many at once as a message may wait for."""

    def data_version(self, database: Database) -> int:
        """Return a number that changes when another program has committed."""

    def begin(self, database: Database) -> None:
        """Begin a transaction."""

    def append(self, database: Database, appends: Sequence[Append]) -> bool:
        """Append a group of plain ones to the journal, which no transaction must surround.

        Returns False, with nothing written, where `store` must look at each of them.
        """

    def store(self, database: Database, appends: Sequence[Append]) -> Sequence[Exception | None]:
        """Write a group of appends and return the error of each, None for those that were written.

        It may roll the transaction back and begin it anew.
        """

    def catch_up(self, database: Database, among: Collection[str] | None = None) -> None:
        """Write to the tables what they lack of some conversations, or all that they lack."""

    def catch_up_overdue(self, database: Database) -> None:
        """Write to the tables what they have lacked for long."""

    def end(self, *, committed: bool, flushed: bool = True) -> None:
        """Take note that the transaction has ended; unless `flushed`, a power cut may undo it."""

    def purge(self, database: Database) -> bool:
        """Let all tables catch up, and empty the journal; returns False if another one writes.

        Raises OSError.
        """


class JobKind(TypedDict, total=False):
    """The kind of a job: the fields of `PendingJob` that have these names."""

    needs_current_tables: bool
    is_plain: bool
    is_in_journal: bool


@dataclass(slots=True)
class PendingJob(Generic[T]):
    """An append or any other job, and the future that its caller awaits.

    `result` or `error` is set by the thread of the connection, and handed over after the commit.
    """

    job: Job[T] | Append
    done: asyncio.Future[T]
    stored: Callable[[], None] | None = None
    needs_current_tables: bool = False
    is_plain: bool = False
    is_in_journal: bool = False
    """True if the journal has all that the job writes, so that it need not be flushed."""
    result: T | None = None
    error: Exception | None = None

    def resolve(self) -> None:
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
    _timer: asyncio.TimerHandle | None = None

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
        if self._waiting or self.tables.is_behind or not self.tables.is_flushed:
            self._queue_unawaited(touch_disk)
        if self._timer is not None:
            self._timer.cancel()
        self._closing = True
        self._wake.set()

    def append(self, append: Append, stored: Callable[[], None]) -> Awaitable[None]:
        """Store an append durably.

        Raises SeqConflict, DuplicateRequest, ReusedRequestId, Unavailable.

        `stored` is called between the commit and the answer, in the order of the appends, even
        when the waiting task was cancelled.
        """
        queued = self._queue(append, stored, is_plain=self.tables.is_plain(append))
        return cast("Awaitable[None]", queued)

    async def do(self, job: Job[T]) -> T:
        """Return the job's result once it is on disk; raises what the job does, or Unavailable."""
        return cast("T", await self._queue(job, needs_current_tables=True))

    async def do_beside(self, job: Job[T]) -> T:
        """Return the result of a job that may run while the tables are behind the log.

        Raises what the job does, or Unavailable.
        """
        return cast("T", await self._queue(job))

    async def catch_up(self, conversations: Iterable[str] | None = None) -> None:
        """Let the tables catch up with some conversations, or with all, a few in each commit.

        If a commit fails, nothing is raised and the tables stay up to some seconds behind.
        """
        with suppress(Unavailable):
            for among in self.tables.slices(conversations):
                await self._queue(partial(self.tables.catch_up, among=among), is_in_journal=True)

    async def data_version(self) -> int:
        """Return a number that changes whenever another program has committed to the database.

        This is the only connection of this program that commits.
        """
        return await self.connection.run(self.tables.data_version)

    def _queue(
        self,
        job: Job[object] | Append,
        stored: Callable[[], None] | None = None,
        **kind: Unpack[JobKind],
    ) -> Awaitable[object]:
        if self._closing or len(self._waiting) >= MAX_QUEUED:
            raise Unavailable
        done: asyncio.Future[object] = self._loop.create_future()
        self._waiting.append(PendingJob(job, done, stored, **kind))
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
            self._queue_unawaited(touch_disk)

    def _queue_unawaited(self, job: Job[None], *, is_in_journal: bool = False) -> None:
        done: asyncio.Future[None] = self._loop.create_future()
        done.add_done_callback(lambda done: done.exception())
        pending = PendingJob(
            job, done, needs_current_tables=not is_in_journal, is_in_journal=is_in_journal
        )
        self._waiting.append(cast("PendingJob[object]", pending))
        self._wake.set()

    def _catch_up_in_time(self) -> None:
        """Catch up with a few conversations, and come back as long as there are more."""
        self._timer = None
        if self.tables.is_behind:
            self._queue_unawaited(self.tables.catch_up_overdue, is_in_journal=True)

    async def _commit_group(self) -> None:
        # What is queued while the thread commits is the next group: the busier, the larger.
        group = [self._waiting.popleft() for _ in range(min(MAX_GROUP, len(self._waiting)))]
        for part in (group,) if all(each.is_plain for each in group) else _parts(group):
            await self._commit_part(part)
        if self._timer is None and self.tables.is_behind:
            wait_s = self.tables.next_due_s()
            self._timer = self._loop.call_later(wait_s, self._catch_up_in_time)

    async def _commit_part(self, group: Sequence[PendingJob[object]]) -> None:
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
        # In the order of the queue, so that listeners get events in the order of the log.
        for pending in group:
            pending.resolve()

    def _commit(self, group: Sequence[PendingJob[object]], database: Database) -> None:
        """Write a group in one flush; raises the engine's error or OSError if nothing was kept."""
        appends = [(each, each.job) for each in group if isinstance(each.job, Append)]
        # A journal takes messages on a full disk: after a failure the tables must go first.
        is_plain = self.writable.is_set() and all(each.is_plain for each in group)
        if is_plain and self.tables.append(database, [job for _, job in appends]):
            return
        jobs = [(each, each.job) for each in group if not isinstance(each.job, Append)]
        is_flushed = self.tables.needs_flush or not all(each.is_in_journal for each in group)
        with transaction(database, self.tables, is_flushed=is_flushed):
            if any(each.needs_current_tables for each in group):
                self.tables.catch_up(database)
            if appends:
                # First among the writes: they may begin the transaction anew.
                rejections = self.tables.store(database, [job for _, job in appends])
                for (pending, _), rejection in zip(appends, rejections, strict=True):
                    pending.error = rejection
            for pending, job in jobs:
                pending.result, pending.error = in_savepoint(database, job)
            self._jobs += len(group) + CATCH_UP_JOBS * self.tables.caught_up
        if self._jobs >= CHECKPOINT_JOBS:
            self._jobs = 0
            self._loop.call_soon_threadsafe(self.wal_grown.set)


@contextmanager
def transaction(database: Database, tables: Tables, *, is_flushed: bool = True) -> Iterator[None]:
    """Run the context in a transaction; when it raises, nothing of it is kept.

    Unless `is_flushed`, a power cut may undo the transaction, and then all later ones as well.
    """
    if not is_flushed:
        database.flush_commits(is_on=False)
    before = database.total_changes
    try:
        tables.begin(database)
        yield
        database.execute("COMMIT")
    except BaseException:
        # After some errors, a full disk among them, SQLite has rolled back by itself.
        if database.in_transaction:
            database.execute("ROLLBACK")
        tables.end(committed=False)
        raise
    finally:
        if not is_flushed:
            database.flush_commits(is_on=True)
    # A commit that has changed nothing flushes nothing.
    tables.end(committed=True, flushed=is_flushed and database.total_changes > before)


def _parts(group: Sequence[PendingJob[object]]) -> Sequence[Sequence[PendingJob[object]]]:
    """Return the appends of a group that the journal takes, and the rest of it.

    The parts of a conversation stay together: their order is that of its log.
    """
    rest = [each for each in group if not each.is_plain]
    if len(rest) == len(group):
        return (group,)
    others = {each.job.after.id for each in rest if isinstance(each.job, Append)}
    plain = [each for each in group if each.is_plain and _conversation(each) not in others]
    kept = {id(each) for each in plain}
    return [part for part in (plain, [each for each in group if id(each) not in kept]) if part]


def _conversation(pending: PendingJob[object]) -> str | None:
    return pending.job.after.id if isinstance(pending.job, Append) else None


def touch_disk(database: Database) -> None:
    """Write a page, so that the commit flushes it and all before it; no value changes."""
    database.execute("UPDATE meta SET value = value")
