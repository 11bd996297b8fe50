"""The log on disk: appends wait in a queue, one writer commits all that waits with one flush."""

import sqlite3
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

import orjson

from chatserver.core.conversation.events import Event
from chatserver.core.log_types import Answer, Append, DuplicateRequest, LogPage, SeqConflict
from chatserver.store.conversations import store_states
from chatserver.store.erasure import blank_entries
from chatserver.store.reader import ReadPool
from chatserver.store.rows import EVENT, as_json, columns, event_row, read_event
from chatserver.store.search import keep_words
from chatserver.store.writer import Writer
from chatserver.transcript.chain import Salted

SHORT = 201
"""Events in a page that is no long read: as many as a request may ask for, and whether more
follow."""

_KNOWN_ANSWERS = """
    SELECT json_group_array(json_array(r.author, r.request, json(r.answer)))
    FROM json_each(?) AS k CROSS JOIN requests AS r
    ON r.author = json_extract(k.value, '$[0]') AND r.request = json_extract(k.value, '$[1]')"""
_KNOWN_SEQS = """
    SELECT json_group_object(c.id, c.seq)
    FROM json_each(?) AS k CROSS JOIN conversations AS c ON c.id = k.value"""
_INSERT_EVENTS = (
    f"INSERT INTO events ({EVENT}, salt) SELECT {columns(8)}, randomblob(16) FROM json_each(?)"
)
_INSERT_REQUESTS = (
    f"INSERT INTO requests (author, request, answer) SELECT {columns(3)} FROM json_each(?)"
)


@dataclass(slots=True)
class SqliteLog:
    """One append-only log for each conversation, in one SQLite database."""

    writer: Writer
    readers: ReadPool
    epoch: str

    def append(self, append: Append, stored: Callable[[], None]) -> Awaitable[None]:
        """Store durably, call `stored`, return; raises Overtaken, Repeated, Unavailable.

        `stored` is called in the order of the commits, even when the waiting task is cancelled.
        """
        return self.writer.append(append, stored)

    async def find_answer(self, author: str, request: str) -> Answer | None:
        """What a request was answered, or None for one that is new."""
        return await self.readers.glance(lambda database: _answer(database, author, request))

    async def read_page(
        self, conversation: str, page: LogPage, *, internal: bool
    ) -> Sequence[Event]:
        """Events in order of seq; `internal` ones only where that is said."""
        read = self.readers.glance if page.limit <= SHORT else self.readers.run
        return await read(
            lambda database: read_events(database, conversation, page, internal=internal)
        )

    async def read_salts(self, conversation: str) -> Sequence[Salted]:
        """The salt, or what is left of it, of every event, in order of seq."""
        sql = "SELECT seq, lower(hex(salt)), lower(hex(leaf)) FROM events WHERE conversation = ?"
        rows = await self.readers.run(
            lambda database: database.execute(f"{sql} ORDER BY seq", (conversation,)).fetchall()
        )
        return [Salted(seq, salt or None, leaf or None) for seq, salt, leaf in rows]


def store_all(database: sqlite3.Connection, appends: Sequence[Append]) -> None:
    """Write all decisions; raises sqlite3.IntegrityError when one is repeated or overtaken.

    The keys of `requests` and `events` and the seqs of `conversations` say so: a request was
    answered before, or the log ends elsewhere than the decision thought. Looking first cost a
    tenth of what writing costs.

    The whole group goes through one statement for each table, as JSON: every statement lets go
    of the interpreter's lock and must get it back from a busy event loop, and a statement for
    each row made a group of 100 take 25 ms.
    """
    events = [event_row(event) for append in appends for event in append.events]
    requests = [
        (append.author, as_json(append.request), as_json(append.answer))
        for append in appends
        if append.request is not None
    ]
    database.execute(_INSERT_EVENTS, (as_json(events),))
    database.execute(_INSERT_REQUESTS, (as_json(requests),))
    store_states(database, appends)
    blank_entries(database, (event for append in appends for event in append.events))
    closed = {append.after.id: append.after for append in appends if not append.after.is_open}
    keep_words(database, list(closed.values()))


def store_others(database: sqlite3.Connection, appends: Sequence[Append]) -> list[Exception | None]:
    """Write all decisions that are neither repeated nor overtaken; for each, what hindered it."""
    answers, seqs = _answers(database, appends), _seqs(database, appends)
    outcomes: list[Exception | None] = []
    accepted: list[Append] = []
    for append in appends:
        hindrance = _hindrance(append, answers, seqs)
        outcomes.append(hindrance)
        if hindrance is None:
            accepted.append(append)
            seqs[append.after.id] = append.after.seq
            if append.request is not None:
                answers[append.author, as_json(append.request)] = append.answer or {}
    store_all(database, accepted)
    return outcomes


def read_events(
    database: sqlite3.Connection, conversation: str, page: LogPage, *, internal: bool
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


def _hindrance(
    append: Append, answers: Mapping[tuple[str, str], Answer], seqs: Mapping[str, int]
) -> Exception | None:
    if append.request is not None:
        answer = answers.get((append.author, as_json(append.request)))
        if answer is not None:
            return DuplicateRequest(answer)
    if seqs.get(append.after.id, 0) != append.expected_seq:
        return SeqConflict()
    return None


def _answers(
    database: sqlite3.Connection, appends: Sequence[Append]
) -> dict[tuple[str, str], Answer]:
    keys = [(each.author, as_json(each.request)) for each in appends if each.request is not None]
    (found,) = database.execute(_KNOWN_ANSWERS, (as_json(keys),)).fetchone()
    return {(author, request): answer for author, request, answer in orjson.loads(found)}


def _seqs(database: sqlite3.Connection, appends: Sequence[Append]) -> dict[str, int]:
    names = as_json([append.after.id for append in appends])
    (found,) = database.execute(_KNOWN_SEQS, (names,)).fetchone()
    return dict(orjson.loads(found))


def _answer(database: sqlite3.Connection, author: str, request: str) -> Answer | None:
    row = database.execute(
        "SELECT answer FROM requests WHERE author = ? AND request = ?", (author, as_json(request))
    ).fetchone()
    return None if row is None else dict(orjson.loads(row[0]))
