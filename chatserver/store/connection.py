"""SQLite as we use it: how connections are opened, and a whole job in one thread hop."""

import sqlite3
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Self, TypeVar, cast

import aiosqlite

from chatserver.core.errors import StorageFull, Unavailable

T = TypeVar("T")
Job = Callable[[sqlite3.Connection], T]
"""Work on a connection, run in the connection's own thread."""

BUSY_TIMEOUT_S = 5.0
"""How long to wait for a lock that another process holds, such as `technician add`."""

CHECKPOINT_PAGES = 4_000
"""Pages of 4 KiB after which the write-ahead log is brought into the database: a page that many
messages change is copied once for all of them."""

CACHE_KIB = 16_384
"""KiB of pages that a connection may keep: those that open conversations are written to."""

READ_CACHE_KIB = 8_192
"""The same of a connection that reads: what a search of a long history looks through."""

FULL = frozenset({sqlite3.SQLITE_FULL})


class Connection(aiosqlite.Connection):
    """An aiosqlite connection that runs a whole job in its thread.

    aiosqlite hops between threads for each statement; a group of messages is dozens of them.
    """

    async def run(self, job: Job[T]) -> T:
        """The job's result; raises Unavailable or StorageFull where SQLite fails."""
        try:
            # The documented methods are this same call with one statement each; it has no types.
            return cast("T", await self._execute(job, self._conn))  # type: ignore[no-untyped-call]
        except sqlite3.Error as error:
            raise translate(error) from error
        except ValueError as error:
            raise Unavailable from error

    async def __aenter__(self) -> Self:
        await self
        return self


def connect(file: Path, *, readonly: bool = False) -> Connection:
    """A connection to enter with `async with`; the writer's commits survive a power cut."""
    return Connection(partial(open_database, file, readonly=readonly), iter_chunk_size=64)


def open_database(file: Path, *, readonly: bool = False) -> sqlite3.Connection:
    """An open database in WAL mode with `synchronous=FULL`; transactions are ours to begin."""
    mode = "ro" if readonly else "rwc"
    database = sqlite3.connect(
        f"{file.absolute().as_uri()}?mode={mode}",
        uri=True,
        isolation_level=None,
        timeout=BUSY_TIMEOUT_S,
        check_same_thread=False,
        cached_statements=256,
    )
    if readonly:
        database.execute(f"PRAGMA cache_size={-READ_CACHE_KIB}")
    else:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=FULL")
        database.execute("PRAGMA foreign_keys=ON")
        database.execute(f"PRAGMA wal_autocheckpoint={CHECKPOINT_PAGES}")
        database.execute(f"PRAGMA cache_size={-CACHE_KIB}")
        # A savepoint of a large group would open a file, and remove it, in every transaction.
        database.execute("PRAGMA temp_store=MEMORY")
        # What is erased must not be found in pages that nobody has written over yet.
        database.execute("PRAGMA secure_delete=ON")
    return database


def in_savepoint(database: sqlite3.Connection, job: Job[T]) -> tuple[T | None, Exception | None]:
    """Return the result or the error of a job, which had no effect if it raised.

    Raises sqlite3.Error for what concerns the whole transaction, such as a full disk.
    """
    result: T | None = None
    error: Exception | None = None
    database.execute("SAVEPOINT job")
    try:
        result = job(database)
    except sqlite3.IntegrityError as broken:
        error = translate(broken)
    except sqlite3.Error:
        raise
    except Exception as failed:
        error = failed
    if error is not None:
        database.execute("ROLLBACK TO job")
    database.execute("RELEASE job")
    return result, error


def translate(error: sqlite3.Error) -> Unavailable:
    """What a failure of SQLite means for who asked: nothing happened, try again."""
    code = getattr(error, "sqlite_errorcode", None)
    return StorageFull() if code in FULL else Unavailable()
