"""Move the tables of a store from a data folder into PostgreSQL, and back.

A move that was interrupted is finished by moving again: it is decided by the commit of PostgreSQL.

What lies beside the database in the folder (files, archive, key, ledger) stays where it is. The log
gets a new epoch, so that clients load afresh; everything else is the same row for row.
"""

from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.rows import TupleRow

from chatserver.store.engine.connection import (
    DATABASE,
    SqliteDatabase,
    open_database,
)
from chatserver.store.engine.database import Value
from chatserver.store.engine.migrations import epoch
from chatserver.store.engine.migrations import migrate as migrate_folder
from chatserver.store.engine.refusals import InterruptedMove, StoreRefused
from chatserver.store.engine.rows import RECORD, read_record
from chatserver.store.folder.fsync import fsync_path
from chatserver.store.folder.interrupted_move import (
    ARRIVED,
    LEAVING,
    UNFINISHED,
    put_away,
    put_in_place,
    read_note,
    remove_arrived,
    write_note,
)
from chatserver.store.postgres.connection import PostgresDatabase, storable
from chatserver.store.postgres.interrupted_move import (
    finish_move_in,
    finish_move_out,
    need_not_moved,
    note_moved_in,
    note_moved_out,
    note_moving_out,
)
from chatserver.store.postgres.lease import check_lock
from chatserver.store.postgres.migrations import migrate, schema_version
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

ROWS_AT_ONCE = 1_000
"""TableRows that are read or written at once."""

TableRows = Iterable[Sequence[Value]]
Moved = dict[str, int]


def move_to_postgres(folder: Path, dsn: str) -> Moved:
    """Move the tables of a folder, whose lock the caller holds; returns the rows of each table.

    The database must be empty. The folder's own is renamed at the end. Raises StoreRefused.
    """
    with closing(connect_first(dsn)) as connection:
        target = PostgresDatabase(connection)
        need_suitable(target, dsn)
        check_lock(target)
        migrate(target)
        if read_note(folder) is not None and finish_move_in(target, folder):
            return _count(target)
        moved = _copy_to_postgres(folder, target)
    put_away(folder)
    return moved


def _copy_to_postgres(folder: Path, target: PostgresDatabase) -> Moved:
    """Copy the tables in one transaction, before whose commit the folder gets a note."""
    file, name = folder / DATABASE, str(target.connection.info.dbname)
    if read_note(folder) not in (None, name):
        raise InterruptedMove(
            f"an interrupted move may have brought the log into the database {read_note(folder)}; "
            f"name that one, or delete {folder / LEAVING} if it is gone"
        )
    target.begin()
    for table in _tables(target):
        if target.execute(f"SELECT FROM {table} LIMIT 1").fetchone() is not None:
            raise StoreRefused("the database has a log already; name an empty one")
    # Closing the last connection copies the write-ahead log, so that the file is whole.
    with closing(open_database(file)) as source:
        bring_up_to_date(source, file)
        moved = {
            table: _copy_in(target, table, _rows_of_folder(source, table))
            for table in _tables(target)
        }
        note_moved_in(target, epoch(source))
    for table in NUMBERED:
        target.execute(
            f"SELECT setval(pg_get_serial_sequence('{table}', 'number'), "
            f"(SELECT coalesce(max(number), 0) + 1 FROM {table}), false)"
        )
    # After it the folder is served no more until PostgreSQL has been asked: here it decides.
    write_note(folder, name)
    target.execute("COMMIT")
    return moved


def move_to_folder(dsn: str, folder: Path) -> Moved:
    """Move the tables of a database into a folder, whose lock the caller holds.

    The folder must have no database. That of PostgreSQL keeps its rows, and is no longer opened.
    Raises StoreRefused.
    """
    with closing(connect_first(dsn)) as connection:
        source = PostgresDatabase(connection)
        if not schema_version(source):
            raise StoreRefused("there is no log in the database")
        if finish_move_out(source, folder):
            return _count(source)
        need_not_moved(source, folder)
        check_lock(source)
        if read_note(folder) is not None:
            finish_move_in(source, folder)
        moved = _copy_to_folder(source, folder)
    put_in_place(folder)
    return moved


def _copy_to_folder(source: PostgresDatabase, folder: Path) -> Moved:
    """Copy the tables into a file beside the database's place, and end the log in PostgreSQL."""
    file, unfinished = folder / DATABASE, folder / UNFINISHED
    if file.exists():
        raise StoreRefused(f"{file} is there already; move it away first")
    remove_arrived(folder)
    with closing(open_database(unfinished)) as target:
        migrate_folder(target, unfinished)
        note_moving_out(source, epoch(target))
        source.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
        target.begin()
        moved = {table: _insert(target, table, source.connection) for table in _tables(source)}
        _index(target)
        target.execute("COMMIT")
    note_moved_out(source, folder)
    unfinished.rename(folder / ARRIVED)
    fsync_path(folder)
    source.execute("COMMIT")
    return moved


def _count(database: PostgresDatabase) -> Moved:
    moved = {}
    for table in _tables(database):
        for (rows,) in database.execute(f"SELECT count(*) FROM {table}"):
            moved[table] = rows
    return moved


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
