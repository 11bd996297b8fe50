"""Check the data folder: the whole log, the files, the archive and the signing key."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from itertools import chain, groupby
from pathlib import Path
from typing import cast

from chatserver.core.conversation.events import Event
from chatserver.core.conversation.state import Conversation, evolve
from chatserver.store.engine.connection import DATABASE, open_database
from chatserver.store.engine.database import Database
from chatserver.store.engine.journal import checksum_seed, find_damage
from chatserver.store.engine.migrations import epoch, is_older
from chatserver.store.engine.rows import EVENT, RECORD, EventRow, read_event, read_record
from chatserver.store.maintenance.archive_check import check_seals
from chatserver.store.maintenance.file_check import check_files
from chatserver.store.tables.backlog import DEFERRABLE
from chatserver.store.tables.recovery import read_entries, unread

PAGE_ROWS = 10_000
"""Events that are read at once."""

_PAGE = f"""SELECT {EVENT} FROM events WHERE (conversation, seq) > (?, ?)
    ORDER BY conversation, seq LIMIT ?"""


@dataclass(slots=True)
class CheckReport:
    """The numbers read by `check`, and the faults found.

    The summaries of an older version follow its own rules, and are not compared: `is_older`.
    """

    conversations: int = 0
    events: int = 0
    faults: list[str] = field(default_factory=list)
    is_older: bool = False


def check_folder(folder: Path) -> CheckReport:
    """Check the database of a data folder page by page, and all that `check_tables` looks at."""
    finding = CheckReport()
    with closing(open_database(folder / DATABASE, readonly=True)) as database:
        finding.is_older = is_older(database)
        # Before the database, which gets what leaves the journal.
        behind = {} if finding.is_older else _read_journal(database, folder, finding)
        # One transaction is one snapshot, so that a server writing meanwhile causes no
        # differences.
        database.execute("BEGIN")
        for (line,) in database.execute("PRAGMA integrity_check"):
            if line != "ok":
                finding.faults.append(f"database: {line}")
        check_tables(database, folder, finding, behind)
    return finding


def check_tables(
    database: Database, folder: Path, finding: CheckReport, behind: dict[str, list[EventRow]]
) -> None:
    """Check the whole log and everything it refers to, in a transaction that has begun.

    Verifies that seqs are dense, events readable, summaries equal to the replayed events, that the
    log agrees with the sealed archive, and that files, sealed folders and the signing key are
    there. `behind` has the messages of each conversation that the tables do not have yet.
    """
    for conversation, rows in groupby(_event_rows(database), key=lambda row: row[0]):
        further = behind.pop(conversation, [])
        _check_conversation(database, conversation, chain(rows, further), finding)
    finding.faults.extend(f"{each}: only the journal has messages of it" for each in behind)
    _check_orphans(database, finding)
    finding.faults.extend(check_seals(database, folder))
    database.execute("COMMIT")
    finding.faults.extend(check_files(database, folder))


def _read_journal(
    database: Database, folder: Path, finding: CheckReport
) -> dict[str, list[EventRow]]:
    """Return the messages that a running server, or a killed one, has only in its journal."""
    found: dict[str, list[EventRow]] = {}
    seed = checksum_seed(epoch(database))
    if (damage := find_damage(folder, seed)) is not None:
        finding.faults.append(damage)
    for record in unread(database, folder, seed):
        for entry in read_entries(record):
            *row, _, _ = entry
            found.setdefault(entry[0], []).append(cast("EventRow", tuple(row)))
    return found


def _event_rows(database: Database) -> Iterator[EventRow]:
    """Yield all events by conversation and seq, a page in memory at a time."""
    after: tuple[str, int] = ("", 0)
    while rows := database.execute(_PAGE, (*after, PAGE_ROWS)).fetchall():
        yield from rows
        after = rows[-1][:2]


def _check_conversation(
    database: Database, conversation: str, rows: Iterator[EventRow], finding: CheckReport
) -> None:
    finding.conversations += 1
    stored = _stored_state(database, conversation)
    state: Conversation | None = None
    is_right = False
    for row in rows:
        # The journal keeps what the tables have already until it is written over.
        if state is not None and row[1] <= state.seq:
            continue
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
        if stored is not None and event.seq == stored.seq:
            is_right = state == stored
        else:
            # The summary of an open conversation follows its messages after some seconds.
            is_right = is_right and isinstance(event.fact, DEFERRABLE)
    if not (is_right or finding.is_older):
        finding.faults.append(f"{conversation}: its summary does not follow from its log")


def _readable(row: EventRow) -> tuple[str, Event | None]:
    try:
        return "", read_event(row)
    except (ValueError, KeyError, TypeError) as error:
        return f"{type(error).__name__}: {error}".splitlines()[0], None


def _stored_state(database: Database, conversation: str) -> Conversation | None:
    row = database.execute(
        f"SELECT {RECORD} FROM conversations WHERE id = ?", (conversation,)
    ).fetchone()
    return None if row is None else read_record(row).conversation


def _check_orphans(database: Database, finding: CheckReport) -> None:
    orphans = database.execute(
        "SELECT id FROM conversations WHERE id NOT IN (SELECT conversation FROM events)"
    )
    finding.faults.extend(f"{conversation}: a summary without a log" for (conversation,) in orphans)
