"""SQLite connections: their settings, and running a whole job in one thread hop."""

import errno
import sqlite3
from functools import cache, partial
from pathlib import Path
from typing import ClassVar, Self, TypeVar, cast

import aiosqlite

from chatserver.core.errors import ChatError, Refused, StorageFull, Unavailable
from chatserver.store.engine.database import GATES, Job
from chatserver.store.engine.segmentation import indexable, is_long_word

T = TypeVar("T")
DATABASE = "chat.db"
"""The file of the database in the data folder."""

MOVED_AWAY = f"{DATABASE}.moved"
"""A file that stands in the place of a database whose tables were moved to PostgreSQL."""

BUSY_TIMEOUT_S = 5.0
"""Seconds to wait for a lock held by another process, such as `technician add`."""

CHECKPOINT_PAGES = 4_000
"""Pages of 4 KiB in the write-ahead log at which it is copied into the database.

The default is 1,000. With more, a page that many messages change is copied only once for all.
"""

CACHE_KIB = 1_024
"""KiB of the writer's page cache. With 16 MiB a server grew by that, and was no faster: what is not
here is in the system's cache."""

READ_CACHE_KIB = 512
"""KiB of a reader's page cache."""

LOG_BYTES = 64 * 1_024 * 1_024
"""Bytes to which the file of the write-ahead log (WAL) is cut when it begins anew."""

FULL = frozenset({sqlite3.SQLITE_FULL})
NO_SPACE = frozenset({errno.ENOSPC, errno.EDQUOT})


class SqliteDatabase(sqlite3.Connection):
    """A connection to SQLite as jobs see it: the port `Database`."""

    among: ClassVar[str] = "(SELECT value FROM json_each(?))"
    for_update: ClassVar[str] = ""
    failures: ClassVar[tuple[type[Exception], ...]] = (sqlite3.Error,)
    violations: ClassVar[tuple[type[Exception], ...]] = (sqlite3.IntegrityError,)

    def rows(self, columns: str, /) -> str:
        return _rows(columns)

    def begin(self) -> None:
        self.execute("BEGIN IMMEDIATE")

    def flush_commits(self, *, is_on: bool) -> None:
        self.execute(f"PRAGMA synchronous={'FULL' if is_on else 'NORMAL'}")

    def translate(self, error: Exception) -> ChatError:
        return translate(error)

    def ends_session(self, error: Exception) -> bool:
        return False


class SqliteConnection(aiosqlite.Connection):
    """An aiosqlite connection that runs a whole job in its thread.

    aiosqlite itself hops between threads for each statement; a group of messages has dozens.
    """

    async def run(self, job: Job[T]) -> T:
        """Run a job and return its result; raises Unavailable or StorageFull if the disk fails."""
        try:
            # The documented methods make this same call for one statement each. It has no types.
            return cast("T", await self._execute(job, self._conn))  # type: ignore[no-untyped-call]
        except sqlite3.Error as error:
            raise translate(error) from error
        except OSError as error:
            raise (StorageFull() if error.errno in NO_SPACE else Unavailable()) from error
        except ValueError as error:
            raise Unavailable from error

    async def __aenter__(self) -> Self:
        await self
        return self


@cache
def _rows(columns: str) -> str:
    names = [column.split()[0] for column in columns.split(",")]
    values = [f"json_extract(value, '$[{number}]') AS {name}" for number, name in enumerate(names)]
    return f"(SELECT {', '.join(values)} FROM json_each(?))"


def connect(file: Path, *, readonly: bool = False) -> SqliteConnection:
    """Return a connection to enter with `async with`; its commits survive a power cut."""
    return SqliteConnection(partial(open_database, file, readonly=readonly), iter_chunk_size=64)


def open_database(file: Path, *, readonly: bool = False) -> SqliteDatabase:
    """Open a database in WAL mode with `synchronous=FULL` and manual transactions."""
    mode = "ro" if readonly else "rwc"
    database = sqlite3.connect(
        f"{file.absolute().as_uri()}?mode={mode}",
        uri=True,
        isolation_level=None,
        timeout=BUSY_TIMEOUT_S,
        check_same_thread=False,
        cached_statements=256,
        factory=SqliteDatabase,
    )
    # For migrations that build the search index anew.
    database.create_function("indexable", 1, indexable, deterministic=True)
    database.create_function("is_long_word", 1, is_long_word, deterministic=True)
    if readonly:
        database.execute(f"PRAGMA cache_size={-READ_CACHE_KIB}")
    else:
        database.execute("PRAGMA journal_mode=WAL")
        # In WAL mode NORMAL would not fsync at commit: a power cut could lose messages that were
        # already acknowledged.
        database.execute("PRAGMA synchronous=FULL")
        database.execute("PRAGMA foreign_keys=ON")
        database.execute(f"PRAGMA wal_autocheckpoint={CHECKPOINT_PAGES}")
        database.execute(f"PRAGMA journal_size_limit={LOG_BYTES}")
        database.execute(f"PRAGMA cache_size={-CACHE_KIB}")
        # Otherwise a savepoint of a large group creates and deletes a file in every transaction.
        database.execute("PRAGMA temp_store=MEMORY")
        # Zero freed pages, so that erased text cannot be recovered from the file.
        database.execute("PRAGMA secure_delete=ON")
    return database


def translate(error: Exception) -> ChatError:
    """Return the error to raise for one of SQLite: nothing was stored.

    Refused for a row about what is erased or held, else Unavailable or StorageFull.
    """
    if (gate := GATES.get(str(error))) is not None:
        return Refused(gate)
    code = getattr(error, "sqlite_errorcode", None)
    return StorageFull() if code in FULL else Unavailable()
