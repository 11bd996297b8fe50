"""The log on disk: how a group of appends is written, and how the log is read."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from secrets import token_bytes

from chatserver.core.conversation.events import Event, Redacted, Reopened
from chatserver.core.log import Answer, Append, LogPage, RequestKey, SeqConflict
from chatserver.store.engine.database import Database, in_savepoint
from chatserver.store.engine.reader import ReadPool
from chatserver.store.engine.rows import (
    EVENT,
    as_json,
    chain_record,
    event_row,
    read_event,
    request_row,
)
from chatserver.store.engine.writer import Writer
from chatserver.store.search.closed_conversations import index_words, remove_words
from chatserver.store.tables.answered_requests import (
    AnsweredRequests,
    find_answer,
    known_requests,
    repetition,
)
from chatserver.store.tables.conversations import store_states
from chatserver.store.tables.erasure import blank_entries
from chatserver.transcript.authenticity.chain import ChainRecord

SALT_BYTES = 16
"""Random bytes under which an event is hashed."""

SHORT_READ_EVENTS = 201
"""Events in a page that is no long read: as many as a request may ask for, and whether more
follow."""

_INSERT_EVENT = f"""
    INSERT INTO events ({EVENT}, request, digest, salt)
    SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11
    WHERE ?2 = 1 + coalesce((SELECT max(seq) FROM events WHERE conversation = ?1), 0)
    AND NOT EXISTS (SELECT 1 FROM requests WHERE author = ?12 AND request = ?9)"""
_INSERT_REQUEST = "INSERT INTO requests (author, request, digest, answer) VALUES (?, ?, ?, ?)"


@dataclass(slots=True)
class SqliteLog:
    """One append-only log for each conversation, in one SQLite database.

    `append` is the writer's own: a method here would only pass on to it.
    """

    writer: Writer
    readers: ReadPool
    epoch: str
    append: Callable[[Append, Callable[[], None]], Awaitable[None]] = field(init=False)

    def __post_init__(self) -> None:
        self.append = self.writer.append

    async def append_imported(self, append: Append, salts: Sequence[str] | None) -> None:
        """Store an exported log as a new conversation, under its own salts (hex)."""
        await self.writer.do(lambda database: _append_imported(database, append, salts))

    async def find_answer(self, author: str, request: RequestKey) -> Answer | None:
        """Return the answer stored with an author's request, or None for a new request;
        raises ReusedRequestId if the id stands for another request."""
        return await self.readers.run_short(lambda database: find_answer(database, author, request))

    async def read_page(
        self, conversation: str, page: LogPage, *, internal: bool
    ) -> Sequence[Event]:
        """Return up to `page.limit` events in ascending order of seq."""
        await self.writer.catch_up((conversation,))
        beside = self.readers.beside
        read = beside.run_short if page.limit <= SHORT_READ_EVENTS else beside.run
        return await read(
            lambda database: read_events(database, conversation, page, internal=internal)
        )

    async def read_salts(self, conversation: str) -> Sequence[ChainRecord]:
        """Return the salt of every event in order of seq, or the leaf that is left of
        an erased event."""
        await self.writer.catch_up((conversation,))
        sql = "SELECT seq, salt, leaf FROM events WHERE conversation = ?"
        rows = await self.readers.beside.run(
            lambda database: database.execute(f"{sql} ORDER BY seq", (conversation,)).fetchall()
        )
        return [chain_record(*row) for row in rows]


def write_each_valid(database: Database, appends: Sequence[Append]) -> Sequence[Exception | None]:
    """Write the appends that are valid: all at once, or one by one if a constraint is broken.

    Returns the rejection of each append, None for a valid one.
    """
    rejections, error = in_savepoint(database, lambda _: write_valid(database, appends))
    if error is None and rejections is not None:
        return rejections
    # One of them breaks a constraint, and must not take the rest of the group along.
    return [_write_one(database, append) for append in appends]


def _write_one(database: Database, append: Append) -> Exception | None:
    rejections, error = in_savepoint(database, lambda _: write_valid(database, [append]))
    return error if rejections is None else rejections[0]


def write_events_and_models(database: Database, appends: Sequence[Append]) -> None:
    """Write all appends to all tables; raises SeqConflict when one must not be."""
    write_events(database, appends)
    write_models(database, appends)


def write_events(database: Database, appends: Sequence[Append]) -> None:
    """Write the events of some appends, each with the request that it answers.

    Raises SeqConflict when a request was answered before, or a log ends elsewhere than the decision
    assumed.
    """
    rows = [(*event_row(event), *_request_columns(one)) for one in appends for event in one.events]
    if database.executemany(_INSERT_EVENT, rows).rowcount != len(rows):
        raise SeqConflict


def _request_columns(append: Append) -> tuple[str | None, int | None, bytes, str]:
    """Return the columns of the request that an event answers, a new salt, and the author's id."""
    key, author, salt = append.request, append.events[0].author.id, token_bytes(SALT_BYTES)
    if key is None:
        return None, None, salt, author
    return as_json(key.id), key.digest, salt, author


def write_models(database: Database, appends: Sequence[Append]) -> None:
    """Write to the tables that follow from the log; raises SeqConflict as above."""
    events = [event for append in appends for event in append.events]
    requests = [request_row(each, each.request) for each in appends if each.request is not None]
    database.executemany(_INSERT_REQUEST, requests)
    store_states(database, appends)
    # Of a hundred events, one or none closes or erases a conversation.
    if any(isinstance(event.fact, Redacted) for event in events):
        blank_entries(database, events)
    if any(isinstance(event.fact, Reopened) for event in events):
        remove_reopened(database, events)
    states = {append.after.id: append.after for append in appends}
    closed = [state for state in states.values() if not state.is_open]
    if closed:
        index_words(database, closed)


def remove_reopened(database: Database, events: Iterable[Event]) -> None:
    """Take conversations that go on out of the index, which is that of closed ones."""
    for event in events:
        if isinstance(event.fact, Reopened):
            remove_words(database, event.conversation)


def write_valid(database: Database, appends: Sequence[Append]) -> list[Exception | None]:
    """Write the appends that pass the checks made beforehand: no known request, the expected seq.

    Returns the rejection of each append, None for a valid one. Raises sqlite3.IntegrityError when
    another constraint is broken, and then nothing may be kept.
    """
    answers, seqs = known_requests(database, appends), _last_seqs(database, appends)
    rejections: list[Exception | None] = []
    accepted: list[Append] = []
    for append in appends:
        rejection = _find_rejection(append, answers, seqs)
        rejections.append(rejection)
        if rejection is None:
            accepted.append(append)
            seqs[append.after.id] = append.after.seq
            if append.request is not None:
                author, request, digest, _ = request_row(append, append.request)
                answers[author, request] = digest, append.answer or {}
    if accepted:
        write_events_and_models(database, accepted)
    return rejections


def _append_imported(database: Database, append: Append, salts: Sequence[str] | None) -> None:
    (rejection,) = write_valid(database, [append])
    if rejection is not None:
        raise rejection
    for event, salt in zip(append.events, salts or (), strict=False):
        database.execute(
            "UPDATE events SET salt = ? WHERE conversation = ? AND seq = ?",
            (bytes.fromhex(salt), event.conversation, event.seq),
        )
    customer = append.after.customer
    database.execute(
        "INSERT INTO customers (id, name) VALUES (?, ?) ON CONFLICT DO NOTHING",
        (customer.id, customer.name),
    )


def read_events(
    database: Database, conversation: str, page: LogPage, *, internal: bool
) -> list[Event]:
    """A page of one conversation's log: upwards after a seq, else the newest before one."""
    hidden = "" if internal else "AND internal = 0"
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


def _find_rejection(
    append: Append, answers: AnsweredRequests, seqs: Mapping[str, int]
) -> Exception | None:
    if append.request is not None:
        author, request, _, _ = request_row(append, append.request)
        known = answers.get((author, request))
        if known is not None:
            return repetition(append.request, *known)
    if seqs.get(append.after.id, 0) != append.events[0].seq - 1:
        return SeqConflict()
    return None


def _last_seqs(database: Database, appends: Sequence[Append]) -> dict[str, int]:
    names = as_json([append.after.id for append in appends])
    # In one order everywhere, so that two transactions never wait for each other.
    sql = f"SELECT id, seq FROM conversations WHERE id IN {database.among} ORDER BY id"
    return dict(database.execute(f"{sql} {database.for_update}", (names,)).fetchall())
