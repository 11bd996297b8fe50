"""Make what only the journal has of a server that was killed, or that runs beside this program."""

import sqlite3
from collections.abc import Collection, Sequence
from itertools import chain
from pathlib import Path

import orjson

from chatserver.core.conversation.state import Conversation, evolve
from chatserver.store.engine.connection import SqliteDatabase
from chatserver.store.engine.database import Database
from chatserver.store.engine.journal import JournalRecord, checksum_seed, has_journal, read_records
from chatserver.store.engine.migrations import epoch, migrate, schema_version
from chatserver.store.engine.rows import EVENT, RECORD, as_json, read_event, read_record

POSITION = "journal"
"""The row of `meta` with the position in the journal up to which the tables have everything."""

Entry = tuple[str, int, int, str, int, int, str, str, str | None, int | None]
"""An event as it stands in the journal: the columns of `events`, with request and digest."""

_COLUMNS = f"{EVENT}, request, digest, salt"
_INSERT_NEXT = f"""
    INSERT OR IGNORE INTO events ({_COLUMNS})
    SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, randomblob(16)
    WHERE ?2 = 1 + (SELECT max(seq) FROM events WHERE conversation = ?1)"""
_INSERT_REQUESTS = """
    INSERT OR IGNORE INTO requests (author, request, digest, answer)
    SELECT json_extract(e.author, '$.id'), e.request, e.digest,
           json_object('conversation', e.conversation, 'seq', e.seq, 'at', e.at)
    FROM conversations AS c JOIN events AS e ON e.conversation = c.id AND e.seq > c.seq
    WHERE c.id = ? AND e.request IS NOT NULL"""
_UPDATE_STATE = """
    UPDATE conversations SET state = ?1, seq = ?2, touched_at = ?3 WHERE id = ?4 AND seq < ?2"""
_BEHIND = f"""
    SELECT {RECORD} FROM conversations AS c WHERE status <> 'closed'
    AND EXISTS (SELECT 1 FROM events AS e WHERE e.conversation = c.id AND e.seq > c.seq)"""
_EVENTS = f"SELECT {EVENT} FROM events WHERE conversation = ? AND seq > ? ORDER BY seq"


def bring_up_to_date(database: Database, file: Path) -> None:
    """Migrate a database, and make what a killed server has left in the journal."""
    if schema_version(database) and has_journal(file.parent):
        # Before the migration, whose copy of the database would lack it.
        recover_journal(database, file.parent)
    assert isinstance(database, SqliteDatabase)
    migrate(database, file)
    database.execute("BEGIN IMMEDIATE")
    rebuild_models(database)
    database.execute("COMMIT")


def recover_journal(database: Database, folder: Path) -> None:
    """Insert the events that only the journal has; the next start makes what follows from them."""
    database.execute("BEGIN IMMEDIATE")
    insert_records(database, unread(database, folder, checksum_seed(epoch(database))))
    database.execute("COMMIT")


def read_entries(record: JournalRecord) -> list[Entry]:
    """Return the entries of a record."""
    entries: list[Entry] = orjson.loads(record.entries)
    return entries


def unread(database: Database, folder: Path, seed: int) -> Sequence[JournalRecord]:
    """Return the records in the journal of which the tables may lack something.

    Raises sqlite3.OperationalError where the journal cannot be read.
    """
    try:
        return read_records(folder, seed, after=read_position(database))
    except OSError as error:
        raise sqlite3.OperationalError(str(error)) from error


def insert_records(database: Database, records: Sequence[JournalRecord]) -> None:
    """Insert the events of records that another program wrote, where `events` lacks them.

    The transaction is the caller's, and so is the `rebuild_models` for the other tables.
    """
    if records:
        # An entry that has no place is of a later database than this one.
        database.executemany(_INSERT_NEXT, chain.from_iterable(map(read_entries, records)))
        row = (POSITION, str(records[-1].position))
        database.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", row)


def rebuild_models(database: Database, among: Collection[str] | None = None) -> None:
    """Let the other tables catch up with the events, for some open conversations or for all."""
    chosen = "" if among is None else " AND c.id IN (SELECT value FROM json_each(:among))"
    parameters = {"among": as_json(list(among or ()))}
    for row in database.execute(_BEHIND + chosen, parameters).fetchall():
        state = read_record(row).conversation
        try:
            for event in map(read_event, database.execute(_EVENTS, (state.id, state.seq))):
                state = evolve(state, event)
        except (ValueError, KeyError, TypeError):
            # An entry that cannot be read must not keep a server from starting; `check` finds it.
            continue
        # First the requests, which are those beyond the former state.
        database.execute(_INSERT_REQUESTS, (state.id,))
        update_states(database, [state])


def read_position(database: Database) -> int:
    """Return the position in the journal up to which the tables have everything."""
    row = database.execute("SELECT value FROM meta WHERE name = ?", (POSITION,)).fetchone()
    return 0 if row is None else int(row[0])


def update_states(database: Database, states: Sequence[Conversation]) -> None:
    """Write the states of some conversations to which messages were added."""
    rows = [(as_json(state), state.seq, state.touched_at, state.id) for state in states]
    database.executemany(_UPDATE_STATE, rows)
