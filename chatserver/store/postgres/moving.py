"""Move the tables of a store from a data folder into PostgreSQL, and back.

What lies beside the database in the folder (files, archive, key, ledger) stays where it is. The log
gets a new epoch, so that clients load afresh; everything else is the same row for row.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.rows import TupleRow

from chatserver.store.engine.connection import (
    DATABASE,
    MOVED_AWAY,
    SqliteDatabase,
    open_database,
)
from chatserver.store.engine.database import Value
from chatserver.store.engine.journal import remove_files
from chatserver.store.engine.migrations import migrate as migrate_folder
from chatserver.store.engine.refusals import StoreRefused
from chatserver.store.engine.rows import RECORD, read_record
from chatserver.store.folder.fsync import fsync_path
from chatserver.store.postgres.connection import PostgresDatabase, storable
from chatserver.store.postgres.lease import check_lock
from chatserver.store.postgres.migrations import MOVED, migrate, need_not_moved, schema_version
from chatserver.store.postgres.opening import connect_first
from chatserver.store.postgres.suitability import need_suitable
from chatserver.store.search.index import index_words
from chatserver.store.tables.recovery import bring_up_to_date

FIRST = ("customers", "technicians", "conversations")
"""Tables that others refer to."""

LAST = ("closing", "ledger")
"""Tables by which the gates of the schema know what was erased; its traces are rows, too."""

MADE_ANEW = ("meta", "words", "long_words")
"""Tables that each engine fills for itself."""

NUMBERED = ("solved", "audit")
"""Tables whose `number` PostgreSQL counts by itself."""

FORMER = f"{DATABASE}.before-move"
"""The name of the database after its tables were moved: a copy, as others from before a change."""

ROWS_AT_ONCE = 1_000
"""TableRows that are read or written at once."""

TableRows = Iterable[Sequence[Value]]
Moved = dict[str, int]


def move_to_postgres(folder: Path, dsn: str) -> Moved:
    """Move the tables of a folder, whose lock the caller holds; returns the rows of each table.

    The database must be empty. The folder's own is renamed at the end. Raises StoreRefused.
    """
    file = folder / DATABASE
    with closing(open_database(file)) as source, _target(dsn) as target:
        bring_up_to_date(source, file)
        moved = {
            table: _copy_in(target, table, _rows_of_folder(source, table))
            for table in _tables(target)
        }
        for table in NUMBERED:
            target.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'number'), "
                f"(SELECT coalesce(max(number), 0) + 1 FROM {table}), false)"
            )
    # The next start must not serve an empty log, or this one again. Closing the last connection has
    # copied the write-ahead log, so that the file is whole.
    (folder / MOVED_AWAY).write_text("The tables are in PostgreSQL: CHATSERVER_DATABASE\n")
    file.rename(folder / FORMER)
    remove_files(folder)
    fsync_path(folder)
    return moved


def move_to_folder(dsn: str, folder: Path) -> Moved:
    """Move the tables of a database into a folder, whose lock the caller holds.

    The folder must have no database. That of PostgreSQL keeps its rows, and is no longer opened.
    Raises StoreRefused.
    """
    file = folder / DATABASE
    if file.exists():
        raise StoreRefused(f"{file} is there already; move it away first")
    unfinished = file.with_name(f"{DATABASE}.moving")
    unfinished.unlink(missing_ok=True)
    with closing(connect_first(dsn)) as connection:
        source = PostgresDatabase(connection)
        if not schema_version(source):
            raise StoreRefused("there is no log in the database")
        need_not_moved(source)
        check_lock(source)
        source.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
        with closing(open_database(unfinished)) as target:
            migrate_folder(target, unfinished)
            target.begin()
            moved = {table: _insert(target, table, connection) for table in _tables(source)}
            _index(target)
            target.execute("COMMIT")
        source.execute("INSERT INTO meta VALUES (?, ?)", (MOVED, str(folder.absolute())))
        unfinished.rename(file)
        (folder / MOVED_AWAY).unlink(missing_ok=True)
        fsync_path(folder)
        source.execute("COMMIT")
    return moved


@contextmanager
def _target(dsn: str) -> Iterator[PostgresDatabase]:
    """Yield an empty database in a transaction that is committed at the end."""
    with closing(connect_first(dsn)) as connection:
        database = PostgresDatabase(connection)
        need_suitable(database, dsn)
        check_lock(database)
        migrate(database)
        database.begin()
        for table in _tables(database):
            if database.execute(f"SELECT FROM {table} LIMIT 1").fetchone() is not None:
                raise StoreRefused("the database has a log already; name an empty one")
        yield database
        database.execute("COMMIT")


def _tables(database: PostgresDatabase) -> list[str]:
    """Return the tables in the order in which their rows can be inserted."""
    found = database.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    others = {name for (name,) in found} - {*FIRST, *LAST, *MADE_ANEW}
    return [*FIRST, *sorted(others), *LAST]


def _columns(database: SqliteDatabase, table: str) -> list[str]:
    return [name for (name,) in database.execute("SELECT name FROM pragma_table_info(?)", (table,))]


def _rows_of_folder(database: SqliteDatabase, table: str) -> tuple[list[str], TableRows]:
    columns = _columns(database, table)
    return columns, database.execute(f"SELECT {', '.join(columns)} FROM {table}")


def _copy_in(database: PostgresDatabase, table: str, rows: tuple[list[str], TableRows]) -> int:
    columns, values = rows
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    count = 0
    with database.connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in values:
            copy.write_row([storable(value) for value in row])
            count += 1
    return count


def _insert(database: SqliteDatabase, table: str, connection: psycopg.Connection[TupleRow]) -> int:
    columns = _columns(database, table)
    insert = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"
    select = sql.SQL("SELECT {} FROM {}").format(
        sql.SQL(", ").join(map(sql.Identifier, columns)), sql.Identifier(table)
    )
    # A cursor of the server: not all rows are in memory at once.
    with connection.cursor("moving") as cursor:
        cursor.itersize = ROWS_AT_ONCE
        cursor.execute(select)
        return database.executemany(insert, cursor).rowcount


def _index(database: SqliteDatabase) -> None:
    """Write the words of all closed conversations to the index of the search."""
    statement = (
        f"SELECT s.number, {RECORD} FROM solved s JOIN conversations c ON c.id = s.conversation "
        "WHERE s.number > ? ORDER BY s.number LIMIT ?"
    )
    after = 0
    while rows := database.execute(statement, (after, ROWS_AT_ONCE)).fetchall():
        index_words(database, [read_record(row[1:]).conversation for row in rows])
        after = rows[-1][0]
