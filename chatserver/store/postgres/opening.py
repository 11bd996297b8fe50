"""Open the store in PostgreSQL: one session that writes, some that read."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg.rows import TupleRow

from chatserver.core.errors import Unavailable
from chatserver.store.engine.database import Database
from chatserver.store.engine.opened import OpenedEngine
from chatserver.store.engine.reader import READERS, BatchedReader, ReadPool
from chatserver.store.engine.refusals import (
    DatabaseInUse,
    DatabaseUnreachable,
    UnsuitableServer,
)
from chatserver.store.engine.writer import Writer
from chatserver.store.maintenance.ledger_sync import sync_ledger
from chatserver.store.maintenance.request_digests import blank_request_digests
from chatserver.store.postgres.connection import PostgresConnection, PostgresDatabase, connect
from chatserver.store.postgres.migrations import (
    epoch,
    migrate,
    need_not_moved,
    schema_version,
)
from chatserver.store.postgres.suitability import need_suitable
from chatserver.store.postgres.tables import DirectTables

SERVER_LOCK = 0x63686174_00000002
"""The key of the advisory lock that the server holds on its writing session."""

# The session of a server that was killed still has its lock for a moment.
_PATIENCE = "SET lock_timeout = '1s'"
_TRY_LOCK = "SELECT pg_try_advisory_lock(?)"


@dataclass(frozen=True, slots=True)
class DigestPurge:
    """Blanks digests; deleted rows are left to VACUUM, and to the end of WAL and backups."""

    writer: Writer

    async def run(self) -> None:
        """Blank the digests of everything erased before this call; raises Unavailable."""
        await blank_request_digests(self.writer)


async def open_postgres(
    dsn: str,
    folder: Path,
    stack: AsyncExitStack,
    committed: Callable[[int, float], None],
    *,
    is_server: bool,
) -> OpenedEngine:
    """Open a database, created or migrated as needed; `stack` closes it.

    Raises StoreRefused if another server has it, if it cannot be reached, or is not suitable.
    """
    await asyncio.to_thread(_prepare, dsn, is_server=is_server)
    take = _take_lock if is_server else None
    connection = await stack.enter_async_context(PostgresConnection(dsn, take))
    applied = await connection.run(lambda database: sync_ledger(database, folder))
    tables = DirectTables(is_server=is_server)
    await connection.run(tables.load)
    writer = Writer(connection, tables, committed)
    first, *others = [
        await stack.enter_async_context(PostgresConnection(dsn, readonly=True))
        for _ in range(1 + READERS)
    ]
    return OpenedEngine(
        writer=writer,
        readers=ReadPool(others, BatchedReader(first), writer),
        epoch=await connection.run(epoch),
        applied=applied,
        purge=DigestPurge(writer),
    )


def _prepare(dsn: str, *, is_server: bool) -> None:
    """Migrate the database, and look if another server has it."""
    with closing(connect_first(dsn)) as connection:
        database = PostgresDatabase(connection)
        need_suitable(database, dsn)
        if is_server:
            check_lock(database)
        migrate(database)
        need_not_moved(database)


def connect_first(dsn: str) -> psycopg.Connection[TupleRow]:
    """Return a connection, as `connect`; raises DatabaseUnreachable, UnsuitableServer."""
    try:
        return connect(dsn)
    except psycopg.ProgrammingError as error:
        raise UnsuitableServer(
            "CHATSERVER_DATABASE is no connection string, such as "
            f"postgresql://chat@db.example.org/chat: {_one_line(error)}"
        ) from None
    except psycopg.OperationalError as error:
        raise DatabaseUnreachable(f"PostgreSQL cannot be reached: {_one_line(error)}") from None


@contextmanager
def reading(dsn: str) -> Iterator[Database]:
    """Yield a connection in a transaction that sees one state of all tables and writes nothing.

    Raises DatabaseUnreachable, and UnsuitableServer for a database without tables.
    """
    with closing(connect_first(dsn)) as connection:
        database = PostgresDatabase(connection)
        database.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        try:
            if not schema_version(database):
                raise UnsuitableServer("there is no log in the database; start a server first")
            yield database
        except psycopg.Error as error:
            raise DatabaseUnreachable(f"PostgreSQL failed: {_one_line(error)}") from None


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())


def check_lock(database: Database) -> None:
    """Raise DatabaseInUse if another server has the database."""
    database.execute(_PATIENCE)
    try:
        database.execute("SELECT pg_advisory_lock(?)", (SERVER_LOCK,))
    except psycopg.errors.LockNotAvailable:
        raise DatabaseInUse("another server uses the database") from None
    # PostgreSQL ends a session some time after its client has gone.
    database.execute("SELECT pg_advisory_unlock(?)", (SERVER_LOCK,))
    database.execute("RESET lock_timeout")


def _take_lock(database: Database) -> None:
    """Take the server's lock; a session that was lost has lost it, too."""
    if not _has_lock(database):
        raise Unavailable


def _has_lock(database: Database) -> bool:
    (is_held,) = database.execute(_TRY_LOCK, (SERVER_LOCK,)).fetchone()
    return bool(is_held)
