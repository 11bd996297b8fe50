"""Bring the database and the ledger's file together, whenever a data folder is opened.

A database that was put back from a backup, by `restore` or by hand, knows less than the file. What
it lacks is done to it again before anything else reads it.
"""

from collections.abc import Sequence
from pathlib import Path

from chatserver.core.conversation.commands import Erase
from chatserver.core.conversation.decide import decide
from chatserver.core.conversation.state import evolve
from chatserver.core.ledger import LedgerEntry, LedgerKind
from chatserver.core.log import Append
from chatserver.store.engine.database import Database
from chatserver.store.engine.rows import RECORD, read_record
from chatserver.store.folder.ledger_appender import write_new
from chatserver.store.folder.ledger_file import (
    LEDGER,
    last_entry,
    ledger_lock,
    read_ledger,
    replace_ledger,
)
from chatserver.store.tables.erasure import forget_customer
from chatserver.store.tables.ledger import enter_in_ledger, entries_after
from chatserver.store.tables.log import write_events_and_models

STAFF_KINDS = frozenset({LedgerKind.DISMISSED, LedgerKind.HIRED})
"""Kinds of entries of which only a technician's last one counts."""

_NOT_ERASED = """
    SELECT id FROM conversations WHERE customer = ?
    AND erased_at IS NULL AND id NOT IN (SELECT conversation FROM holds)"""


def sync_ledger(database: Database, folder: Path) -> Sequence[LedgerEntry]:
    """Make database and file agree; return the entries that changed the database."""
    if _is_ahead_of_file(database, folder):
        write_new(database, folder)
        return ()
    with ledger_lock(folder):
        known = {_identity(entry) for _, entry in entries_after(database, 0)}
        filed = [entry for _, entry in read_ledger(folder / LEDGER)]
        missing = [entry for entry in filed if _identity(entry) not in known]
        applied = _apply_missing(database, missing)
        replace_ledger(folder / LEDGER, entries_after(database, 0))
    return applied


def _is_ahead_of_file(database: Database, folder: Path) -> bool:
    """Return True if the database has the last entry of the file at the same place.

    Entries are numbered densely and never removed, so that one line tells for all before it.
    """
    last = last_entry(folder / LEDGER)
    return last is None or entries_after(database, last[0] - 1)[:1] == [last]


def _apply_missing(database: Database, missing: Sequence[LedgerEntry]) -> Sequence[LedgerEntry]:
    database.begin()
    try:
        missing = [*_unnamed(database, missing), *missing]
        last = {entry.id: entry for entry in missing if entry.kind in STAFF_KINDS}
        applied = [
            entry
            for entry in missing
            if last.get(entry.id, entry) is entry and _apply(database, entry)
        ]
        for entry in missing:
            enter_in_ledger(database, entry.kind, [entry.id], entry.at)
        database.execute("COMMIT")
    except BaseException:
        database.execute("ROLLBACK")
        raise
    return applied


def _unnamed(database: Database, missing: Sequence[LedgerEntry]) -> list[LedgerEntry]:
    """Return an entry for each conversation of an erased customer that no entry names.

    The customer was erased from a database that did not have it, after an older backup than this
    one had been restored. What is on hold stays.
    """
    named = {entry.id for entry in missing if entry.kind is LedgerKind.CONVERSATION}
    found: list[LedgerEntry] = []
    for entry in missing:
        if entry.kind is LedgerKind.CUSTOMER:
            rows = database.execute(_NOT_ERASED, (entry.id,))
            found += [
                LedgerEntry(LedgerKind.CONVERSATION, name, entry.at)
                for (name,) in rows
                if name not in named
            ]
    return found


def _apply(database: Database, entry: LedgerEntry) -> bool:
    """Apply an entry to the database; return False if that changes nothing."""
    match entry.kind:
        case LedgerKind.CONVERSATION:
            return _erase(database, entry)
        case LedgerKind.CUSTOMER:
            return forget_customer(database, entry.id, entry.at)
        case LedgerKind.KEY:
            found = database.execute("DELETE FROM keys WHERE digest = ?", (_bytes(entry.id),))
        case LedgerKind.SECRET:
            kind, _, digest = entry.id.partition(":")
            sql = "DELETE FROM secrets WHERE kind = ? AND digest = ?"
            found = database.execute(sql, (kind, _bytes(digest)))
        case LedgerKind.DISMISSED:
            sql = "UPDATE technicians SET gone = 1, status = 'offline' WHERE id = ? AND gone = 0"
            found = database.execute(sql, (entry.id,))
        # An account that the backup has dismissed is not opened again by itself.
        case LedgerKind.HIRED:
            return False
    return bool(found.rowcount)


def _erase(database: Database, entry: LedgerEntry) -> bool:
    """Erase a conversation from the log once more; its files and folder follow at the start."""
    # The hold was lifted before the erasure that the ledger knows of.
    database.execute("DELETE FROM holds WHERE conversation = ?", (entry.id,))
    enter_in_ledger(database, entry.kind, [entry.id], entry.at)
    sql = f"SELECT {RECORD} FROM conversations WHERE id = ?"
    row = database.execute(sql, (entry.id,)).fetchone()
    state = None if row is None else read_record(row).conversation
    if state is None or state.erased_at is not None:
        return False
    events = decide(state, Erase(), None, entry.at)
    for event in events:
        state = evolve(state, event)
    write_events_and_models(database, [Append(events, state)])
    return True


def _identity(entry: LedgerEntry) -> tuple[str, str, int]:
    return entry.kind, entry.id, entry.at if entry.kind in STAFF_KINDS else 0


def _bytes(digest: str) -> bytes:
    return bytes.fromhex(digest)
