"""Open the store in PostgreSQL: one session that writes, some that read."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg.rows import TupleRow

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
from chatserver.store.postgres.interrupted_move import need_not_moved, settle_moves
from chatserver.store.postgres.lease import ServerLease, check_lock
from chatserver.store.postgres.migrations import (
    epoch,
    migrate,
    schema_version,
)
from chatserver.store.postgres.suitability import need_suitable
from chatserver.store.postgres.tables import DirectTables

RETRY_S = 1.0
"""Seconds after which a server that stands by looks for a database that was away again."""


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
    lease_s: float,
) -> OpenedEngine:
    """Open a database, created or migrated as needed; `stack` closes it.

    A server keeps it by a lease of `lease_s` seconds. Raises StoreRefused if another server has it,
    if it cannot be reached, or is not suitable.
    """
    await asyncio.to_thread(_prepare, dsn, folder, is_server=is_server)
    lease = ServerLease(lease_s)
    take = lease.take if is_server else None
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
        beside=(lease.keep(connection),) if is_server else (),
        superseded=lease.superseded,
    )


async def wait_until_free(dsn: str, stop: asyncio.Event) -> None:
    """Return as soon as no server has the database, or `stop` is set.

    A database that cannot be reached is waited for as well. Raises UnsuitableServer.
    """
    while not stop.is_set():
        try:
            if await asyncio.to_thread(_is_free, dsn):
                return
        except DatabaseUnreachable:
            with suppress(TimeoutError):
                async with asyncio.timeout(RETRY_S):
                    await stop.wait()


def _is_free(dsn: str) -> bool:
    """Return True if no server has the database, after waiting a second for its lock."""
    with closing(connect_first(dsn)) as connection:
        try:
            check_lock(PostgresDatabase(connection))
        except DatabaseInUse:
            return False
        except psycopg.OperationalError as error:
            raise DatabaseUnreachable(_one_line(error)) from None
    return True


def _prepare(dsn: str, folder: Path, *, is_server: bool) -> None:
    """Migrate the database, look if another server has it, and end an interrupted move."""
    with closing(connect_first(dsn)) as connection:
        database = PostgresDatabase(connection)
        need_suitable(database, dsn)
        if is_server:
            check_lock(database)
        migrate(database)
        need_not_moved(database, folder)
        settle_moves(database, folder, is_server=is_server)


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
