"""The log on disk: appends wait in a queue, one writer commits all that waits with one flush."""

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import orjson

from chatserver.core.events import Event
from chatserver.core.journal import Answer, Append, Overtaken, Page, Repeated
from chatserver.store.reader import Readers
from chatserver.store.rows import EVENT, event_row, read_event, state_blob
from chatserver.store.writer import Writer

_ANSWER = "SELECT answer FROM requests WHERE author = ? AND request = ?"


@dataclass(slots=True)
class SqliteLog:
    """One append-only log for each conversation, in one SQLite database."""

    writer: Writer
    readers: Readers
    epoch: str

    async def append(self, append: Append, stored: Callable[[], None]) -> None:
        """Store durably, call `stored`, return; raises Overtaken, Repeated, Unavailable.

        `stored` is called in the order of the commits, even when the waiting task is cancelled.
        """
        await self.writer.do(partial(store_append, append=append), stored)

    async def answer(self, author: str, request: str) -> Answer | None:
        """What a request was answered, or None for one that is new."""
        return await self.readers.run(lambda database: _answer(database, author, request))

    async def read(self, conversation: str, page: Page, *, internal: bool) -> Sequence[Event]:
        """Events in order of seq; `internal` ones only where that is said."""
        return await self.readers.run(
            lambda database: read_events(database, conversation, page, internal=internal)
        )


def store_append(database: sqlite3.Connection, append: Append) -> None:
    """Write the events of one decision, their request and the state they lead to."""
    if append.request is not None:
        answer = _answer(database, append.author, append.request)
        if answer is not None:
            raise Repeated(answer)
    if _last_seq(database, append.after.id) != append.expected_seq:
        raise Overtaken
    database.executemany(
        f"INSERT INTO events ({EVENT}) VALUES (?,?,?,?,?,?,?,?,?,?)",
        [event_row(event) for event in append.events],
    )
    if append.request is not None:
        database.execute(
            "INSERT INTO requests VALUES (?,?,?)",
            (append.author, append.request, orjson.dumps(append.answer)),
        )
    _store_state(database, append)


def read_events(
    database: sqlite3.Connection, conversation: str, page: Page, *, internal: bool
) -> list[Event]:
    """A page of one conversation's log: upwards after a seq, else the newest before one."""
    hidden = "" if internal else "AND NOT internal"
    after = page.after or 0
    before = page.before if page.before is not None else 1 << 62
    order = "ASC" if page.after is not None else "DESC"
    rows = database.execute(
        f"SELECT {EVENT} FROM events WHERE conversation = ? AND seq > ? AND seq < ? {hidden} "
        f"ORDER BY seq {order} LIMIT ?",
        (conversation, after, before, page.limit),
    ).fetchall()
    events = [read_event(row) for row in rows]
    return events if page.after is not None else events[::-1]


def _answer(database: sqlite3.Connection, author: str, request: str) -> dict[str, object] | None:
    row = database.execute(_ANSWER, (author, request)).fetchone()
    return None if row is None else dict(orjson.loads(row[0]))


def _last_seq(database: sqlite3.Connection, conversation: str) -> int:
    row = database.execute("SELECT seq FROM conversations WHERE id = ?", (conversation,)).fetchone()
    return 0 if row is None else int(row[0])


def _store_state(database: sqlite3.Connection, append: Append) -> None:
    state = append.after
    technician = state.technician.id if state.technician else None
    database.execute(
        "INSERT INTO conversations "
        "(id, reference, customer, technician, status, opened_at, seq, state) "
        "VALUES (?,?,?,?,?,?,?,?) ON CONFLICT (id) DO UPDATE SET "
        "technician = excluded.technician, status = excluded.status, "
        "seq = excluded.seq, state = excluded.state",
        (
            state.id,
            state.reference,
            state.customer.id,
            technician,
            state.status,
            state.opened_at,
            state.seq,
            state_blob(state),
        ),
    )
