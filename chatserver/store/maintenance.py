"""Looking after the data folder: check the whole log, copy it, put a copy back."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

from chatserver.core.conversation.events import Event
from chatserver.core.conversation.state import Conversation, evolve
from chatserver.store.archive_check import check_seals
from chatserver.store.connection import open_database
from chatserver.store.fsync import flush
from chatserver.store.migrations import back_up, migrate, mint_epoch
from chatserver.store.open import DATABASE, sole_server
from chatserver.store.rows import EVENT, EventRow, read_event, read_record


@dataclass(slots=True)
class CheckReport:
    """What `check` found: how much it read, and what is wrong with it."""

    conversations: int = 0
    events: int = 0
    faults: list[str] = field(default_factory=list)


def check(folder: Path) -> CheckReport:
    """Read the whole log: pages intact, seqs dense, events readable, read models true to it, and
    nothing else than what the archive was sealed over.
    """
    finding = CheckReport()
    with closing(open_database(folder / DATABASE, readonly=True)) as database:
        # One snapshot: what a server writes meanwhile does not make log and summaries differ.
        database.execute("BEGIN")
        for (line,) in database.execute("PRAGMA integrity_check"):
            if line != "ok":
                finding.faults.append(f"database: {line}")
        for conversation, rows in groupby(_event_rows(database), key=lambda row: row[0]):
            _check_conversation(database, conversation, rows, finding)
        _check_orphans(database, finding)
        finding.faults.extend(check_seals(database, folder))
    return finding


def backup(folder: Path, target: Path) -> None:
    """Copy the database while the server runs; the copy appears whole or not at all."""
    partial = target.with_name(f"{target.name}.partial")
    with closing(open_database(folder / DATABASE, readonly=True)) as database:
        back_up(database, partial)
    flush(partial)
    partial.replace(target)
    flush(target.absolute().parent)


def restore(folder: Path, source: Path) -> None:
    """Put a backup back under a new epoch; what was there is kept beside it.

    Raises BlockingIOError while a server runs, sqlite3.DatabaseError for what is no backup.
    """
    with sole_server(folder):
        file = folder / DATABASE
        partial = folder / f"{DATABASE}.restoring"
        try:
            _prepare(source, partial)
            _keep_former(file)
            partial.replace(file)
            flush(folder)
        finally:
            partial.unlink(missing_ok=True)


def _prepare(source: Path, partial: Path) -> None:
    with closing(open_database(source, readonly=True)) as copy:
        back_up(copy, partial)
    with closing(open_database(partial)) as database:
        migrate(database, partial)
        mint_epoch(database)
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _keep_former(file: Path) -> None:
    if not file.exists():
        return
    kept = file.with_name(f"{file.name}.before-restore")
    with closing(open_database(file)) as database:
        back_up(database, kept)
    for suffix in ("-wal", "-shm"):
        file.with_name(f"{file.name}{suffix}").unlink(missing_ok=True)
    # After a loss of power the former WAL must not be found beside the restored database.
    flush(file.parent)


def _event_rows(database: sqlite3.Connection) -> Iterator[EventRow]:
    yield from database.execute(f"SELECT {EVENT} FROM events ORDER BY conversation, seq")


def _check_conversation(
    database: sqlite3.Connection, conversation: str, rows: Iterator[EventRow], finding: CheckReport
) -> None:
    finding.conversations += 1
    state: Conversation | None = None
    for row in rows:
        finding.events += 1
        fault, event = _readable(row)
        if event is None:
            finding.faults.append(f"{conversation}: seq {row[1]}: unreadable: {fault}")
            return
        seq, shown = (state.seq, state.shown) if state else (0, 0)
        if (event.seq, event.prev) != (seq + 1, shown):
            finding.faults.append(
                f"{conversation}: seq {event.seq} (prev {event.prev}) follows {seq} ({shown})"
            )
            return
        state = evolve(state, event)
    _check_state(database, conversation, state, finding)


def _readable(row: EventRow) -> tuple[str, Event | None]:
    try:
        return "", read_event(row)
    except (ValueError, KeyError, TypeError) as error:
        return f"{type(error).__name__}: {error}".splitlines()[0], None


def _check_state(
    database: sqlite3.Connection,
    conversation: str,
    state: Conversation | None,
    finding: CheckReport,
) -> None:
    row = database.execute(
        "SELECT state, read_customer, read_technician FROM conversations WHERE id = ?",
        (conversation,),
    ).fetchone()
    if row is None or read_record(row).conversation != state:
        finding.faults.append(f"{conversation}: its summary does not follow from its log")


def _check_orphans(database: sqlite3.Connection, finding: CheckReport) -> None:
    orphans = database.execute(
        "SELECT id FROM conversations WHERE id NOT IN (SELECT conversation FROM events)"
    )
    finding.faults.extend(f"{conversation}: a summary without a log" for (conversation,) in orphans)
