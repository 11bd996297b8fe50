"""Erase texts for good: from the log, which keeps their hashes, and from everywhere else."""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from chatserver.core.conversation.events import Event, Redacted
from chatserver.core.conversation.record import ConversationRecord
from chatserver.core.conversation.redaction import redact
from chatserver.core.retention import DAY, ErasureScope, LegalHold, Retention
from chatserver.protocol.event_json import event_fields, fact_fields
from chatserver.store.engine.connection import execute
from chatserver.store.engine.reader import ReadPool
from chatserver.store.engine.rows import EVENT, RECORD, RecordRow, as_json, read_event, read_record
from chatserver.store.engine.writer import Writer
from chatserver.store.search.index import remove_words
from chatserver.transcript.chain import leaf

BATCH = 50
"""Conversations returned by one query."""

_CLOSED_AT = "json_extract(state, '$.closed_at')"
_NOT_ERASED = "status = 'closed' AND json_extract(state, '$.erased_at') IS NULL"
_TOPIC = "coalesce(json_extract(state, '$.topic'), '')"
OF_CONVERSATION = (
    "drafts",
    "files",
    "given_out",
    "keys",
    "labels",
    "letters",
    "solved",
    "erasing",
)
"""Tables without any row of an erased conversation."""

OF_CUSTOMER = ("addresses", "confirmations", "keys", "letters", "visits", "customer_tokens")
"""Tables without any row of an erased customer."""


@dataclass(slots=True)
class SqliteErasures:
    """Expired conversations, legal holds, and unfinished erasures."""

    writer: Writer
    readers: ReadPool

    async def list_expired(self, retention: Retention, now: int) -> Sequence[ConversationRecord]:
        """Return closed conversations whose retention ended at `now` (ms) and that are not held."""
        return await self.readers.run(lambda database: _list_expired(database, retention, now))

    async def save_hold(self, hold: LegalHold) -> None:
        """Put a conversation under a legal hold, in place of an earlier one."""
        row = (hold.conversation, hold.reason, hold.at)
        await self._do(
            "INSERT OR REPLACE INTO holds (conversation, reason, at) VALUES (?, ?, ?)", row
        )

    async def remove_hold(self, conversation: str) -> None:
        """Lift the legal hold of a conversation, if there is one."""
        await self._do("DELETE FROM holds WHERE conversation = ?", (conversation,))

    async def find_hold(self, conversation: str) -> LegalHold | None:
        """Return the legal hold of a conversation, or None when it may be erased."""
        sql = "SELECT conversation, reason, at FROM holds WHERE conversation = ?"
        row = await self.readers.run(
            lambda database: database.execute(sql, (conversation,)).fetchone()
        )
        return None if row is None else LegalHold(*row)

    async def measure_customer(self, customer: str, now: int) -> ErasureScope:
        """Return the numbers of what erasing a customer would remove; shares valid at `now`."""
        return await self.readers.run(lambda database: _measure(database, customer, now))

    async def list_unfinished(self) -> Sequence[str]:
        """Return the ids of conversations erased from the log, but not from everywhere yet."""
        sql = "SELECT conversation FROM erasing ORDER BY conversation"
        rows = await self.readers.run(lambda database: database.execute(sql).fetchall())
        return [row[0] for row in rows]

    async def complete_erasure(self, conversation: str) -> None:
        """Remove a conversation from all tables but the log; its audit entries lose the name."""
        await self.writer.do(lambda database: _complete_erasure(database, conversation))

    async def forget_customer(self, customer: str) -> None:
        """Remove a customer's account, tokens, addresses, visit, keys, letters and name."""
        await self.writer.do(lambda database: _forget_customer(database, customer))

    async def purge(self) -> None:
        """Overwrite what was removed, so that the store's files hold no trace of it."""
        # Merging the search index drops deleted words from its segments.
        await self.writer.do(_merge_search_index)
        # Empties the write-ahead log as far as no reader needs it; in a transaction it would do
        # nothing.
        await self.writer.connection.run(_checkpoint)

    async def _do(self, sql: str, row: tuple[str | int, ...]) -> None:
        await self.writer.do(lambda database: execute(database, sql, row))


def blank_entries(database: sqlite3.Connection, events: Iterable[Event]) -> None:
    """Replace the entries named by Redacted events by their leaves, and delete their salts."""
    for event in events:
        if isinstance(event.fact, Redacted):
            first, last = event.fact.first, event.fact.through or event.fact.first
            _blank(database, event.conversation, first, last)
            # A redaction from the first entry on erases the conversation. This row survives a
            # kill, so that the next start deletes the files, the archive folder and the index,
            # too.
            if first == 1:
                sql = "INSERT OR IGNORE INTO erasing (conversation) VALUES (?)"
                execute(database, sql, (event.conversation,))


def _blank(database: sqlite3.Connection, conversation: str, first: int, last: int) -> None:
    rows = database.execute(
        f"SELECT {EVENT}, lower(hex(salt)) FROM events "
        "WHERE conversation = ? AND seq BETWEEN ? AND ? AND salt IS NOT NULL",
        (conversation, first, last),
    ).fetchall()
    for *row, salt in rows:
        event = read_event(tuple(row))
        # The leaf is computed while the text is still there. Without the deleted salt, a guess of
        # the text cannot be tested against it.
        made = leaf(salt, event_fields(event, internal=True))
        left = redact(event)
        author, fact = as_json(left.author), as_json(fact_fields(left.fact))
        database.execute(
            "UPDATE events SET author = ?, fact = ?, salt = NULL, leaf = ?, "
            "request = NULL, digest = NULL WHERE conversation = ? AND seq = ?",
            (author, fact, bytes.fromhex(made), conversation, event.seq),
        )


def _list_expired(
    database: sqlite3.Connection, retention: Retention, now: int
) -> list[ConversationRecord]:
    own = [(f"{_TOPIC} = ?", topic, days) for topic, days in retention.by_topic.items()]
    others = f"{_TOPIC} NOT IN (SELECT value FROM json_each(?))"
    rules = [*own, (others, as_json(list(retention.by_topic)), retention.days)]
    rows: list[RecordRow] = []
    for where, key, days in rules:
        if days:
            sql = f"""SELECT {RECORD} FROM conversations
                WHERE {_NOT_ERASED} AND {_CLOSED_AT} <= ? AND {where}
                AND id NOT IN (SELECT conversation FROM holds) ORDER BY {_CLOSED_AT}, id LIMIT ?"""
            rows += database.execute(sql, (now - days * DAY, key, BATCH)).fetchall()
    return [read_record(row) for row in rows]


def _measure(database: sqlite3.Connection, customer: str, now: int) -> ErasureScope:
    row = database.execute(
        """WITH doomed AS (
            SELECT id, sealed FROM conversations
            WHERE customer = :customer AND json_extract(state, '$.erased_at') IS NULL
            AND id NOT IN (SELECT conversation FROM holds))
        SELECT (SELECT count(*) FROM doomed),
            (SELECT count(*) FROM events
             WHERE kind = 'message' AND conversation IN (SELECT id FROM doomed)),
            (SELECT count(*) FROM files WHERE conversation IN (SELECT id FROM doomed)),
            (SELECT count(*) FROM doomed WHERE sealed > 0),
            (SELECT count(*) FROM keys
             WHERE kind = 'share' AND customer = :customer AND valid_until > :now
             AND conversation IN (SELECT id FROM doomed)),
            (SELECT count(*) FROM conversations
             WHERE customer = :customer AND id IN (SELECT conversation FROM holds))""",
        {"customer": customer, "now": now},
    ).fetchone()
    return ErasureScope(*row)


def _complete_erasure(database: sqlite3.Connection, conversation: str) -> None:
    remove_words(database, conversation)
    for table in OF_CONVERSATION:
        execute(database, f"DELETE FROM {table} WHERE conversation = ?", (conversation,))
    sql = "UPDATE audit SET name = '' WHERE conversation = ? AND role = 'customer'"
    execute(database, sql, (conversation,))


def _forget_customer(database: sqlite3.Connection, customer: str) -> None:
    for table in OF_CUSTOMER:
        execute(database, f"DELETE FROM {table} WHERE customer = ?", (customer,))
    execute(database, "DELETE FROM requests WHERE author = ?", (customer,))
    execute(database, "UPDATE audit SET name = '' WHERE doer = ?", (customer,))
    # `how` may contain the e-mail address that something was sent to.
    execute(database, "UPDATE audit SET how = '' WHERE customer = ?", (customer,))
    execute(database, "DELETE FROM customers WHERE id = ?", (customer,))


def _merge_search_index(database: sqlite3.Connection) -> None:
    # FTS5 only marks deleted words in newer segments; the old ones keep them until they are
    # merged.
    database.execute("INSERT INTO words (words) VALUES ('optimize')")
    database.execute("INSERT INTO word_parts (word_parts) VALUES ('optimize')")


def _checkpoint(database: sqlite3.Connection) -> None:
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
