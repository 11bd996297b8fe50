"""Erase texts for good: from the log, which keeps their hashes, and from everywhere else."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from chatserver.core.conversation.events import Event, Redacted
from chatserver.core.conversation.record import ConversationRecord
from chatserver.core.conversation.redaction import redact
from chatserver.core.durations import DAY_MS
from chatserver.core.ledger import LedgerKind
from chatserver.core.retention import ErasureScope, LegalHold, Retention
from chatserver.protocol.event_json import event_fields, fact_fields
from chatserver.store.engine.database import Database, execute
from chatserver.store.engine.reader import ReadPool
from chatserver.store.engine.rows import EVENT, RECORD, RecordRow, as_json, read_event, read_record
from chatserver.store.engine.writer import Writer
from chatserver.store.search.closed_conversations import remove_words
from chatserver.store.tables.ledger import enter_in_ledger
from chatserver.transcript.authenticity.chain import leaf

MAX_EXPIRED = 50
"""Expired conversations that one query returns at most for each rule."""

_NOT_ERASED = "status = 'closed' AND erased_at IS NULL"
_TOPIC = "coalesce(topic, '')"
TABLES_OF_CONVERSATION = (
    "drafts",
    "files",
    "given_out",
    "keys",
    "labels",
    "letters",
    "mail_cases",
    "solved",
    "erasing",
)
"""Tables without any row of an erased conversation.

`given_out` has the hashes of files that were given out, `keys` the links to the conversation,
`labels` the title and tags of its customer, `solved` its row in the search index, and `erasing` the
conversations that are erased from the log and not yet from everywhere. The table `closing` has the
customers whose erasure has begun.
"""

TABLES_OF_CUSTOMER = (
    *("addresses", "confirmations", "keys", "letters", "mail_senders", "visits"),
    "customer_tokens",
)
"""Tables without any row of an erased customer."""


SINCE_PURGE = (
    "number > coalesce((SELECT CAST(value AS INTEGER) FROM meta WHERE name = 'purged'), 0)"
)
"""SQL: the entry of the ledger has come after the last purge."""

_UNPURGED = f"""
    SELECT max(number) FROM ledger
    WHERE kind IN ('conversation', 'customer') AND {SINCE_PURGE}"""


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
            "INSERT INTO holds (conversation, reason, at) VALUES (?, ?, ?) "
            "ON CONFLICT (conversation) DO UPDATE SET reason = excluded.reason, at = excluded.at",
            row,
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

    async def scope_of_customer(self, customer: str, now: int) -> ErasureScope:
        """Return the numbers of what erasing a customer would remove; shares valid at `now`."""
        return await self.readers.run(lambda database: _count_scope(database, customer, now))

    async def list_unfinished(self) -> Sequence[str]:
        """Return the ids of conversations erased from the log, but not from everywhere yet."""
        sql = "SELECT conversation FROM erasing ORDER BY conversation"
        rows = await self.readers.run(lambda database: database.execute(sql).fetchall())
        return [row[0] for row in rows]

    async def complete_erasure(self, conversation: str) -> None:
        """Remove a conversation from all tables but the log; its audit entries lose the name."""
        await self.writer.do(lambda database: _complete_erasure(database, conversation))

    async def begin_customer_erasure(self, customer: str, now: int) -> bool:
        """Refuse from now on every row about a customer; return True if some is on hold."""
        return await self.writer.do(
            lambda database: _begin_customer_erasure(database, customer, now)
        )

    async def cancel_customer_erasure(self, customer: str) -> None:
        """Accept rows about a customer again, as one of their conversations is on hold."""
        await self._do("DELETE FROM closing WHERE customer = ?", (customer,))

    async def list_begun_erasures(self) -> Sequence[tuple[str, int]]:
        """Return the customers whose erasure is not complete, and when it began (ms)."""
        sql = "SELECT customer, at FROM closing ORDER BY at, customer"
        return await self.readers.run(lambda database: database.execute(sql).fetchall())

    async def last_unpurged(self) -> int | None:
        """Return the number of the last erasure if no purge has come after it, else None."""
        row = await self.readers.run(lambda database: database.execute(_UNPURGED).fetchone())
        return None if row[0] is None else int(row[0])

    async def last_erasure_before(self, at: int) -> int | None:
        """Return the time (ms) of the last erasure before a moment (ms), or None."""
        sql = "SELECT max(at) FROM ledger WHERE kind IN ('conversation', 'customer') AND at < ?"
        row = await self.readers.run(lambda database: database.execute(sql, (at,)).fetchone())
        return None if row[0] is None else int(row[0])

    async def mark_purged(self, number: int) -> None:
        """Remember that a purge has overwritten everything up to an erasure."""
        sql = "INSERT INTO meta VALUES ('purged', ?) ON CONFLICT (name) DO UPDATE SET "
        await self._do(f"{sql} value = excluded.value", (str(number),))

    async def forget_customer(self, customer: str, now: int) -> None:
        """Remove a customer's account, tokens, addresses, visit, keys, letters and name."""
        await self.writer.do(lambda database: forget_customer(database, customer, now))

    async def count_remaining_rows(self, customer: str) -> int:
        """Return the number of rows that an erased customer still has anywhere, not on hold."""
        return await self.writer.do(lambda database: _count_remaining_rows(database, customer))

    async def _do(self, sql: str, row: tuple[str | int, ...]) -> None:
        await self.writer.do(lambda database: execute(database, sql, row))


def blank_entries(database: Database, events: Iterable[Event]) -> None:
    """Replace the entries named by Redacted events by their leaves, and delete their salts.

    Raises one of `database.violations` for the erasure of a conversation that is on hold.
    """
    for event in events:
        if isinstance(event.fact, Redacted):
            first, last = event.fact.first, event.fact.through or event.fact.first
            _blank(database, event.conversation, first, last)
            # A redaction from the first entry on erases the conversation. This row survives a
            # kill, so that the next start deletes the files, the archive folder and the index,
            # too.
            if first == 1:
                enter_in_ledger(database, LedgerKind.CONVERSATION, [event.conversation], event.at)
                sql = "INSERT INTO erasing (conversation) VALUES (?) ON CONFLICT DO NOTHING"
                execute(database, sql, (event.conversation,))


def _blank(database: Database, conversation: str, first: int, last: int) -> None:
    rows = database.execute(
        f"SELECT {EVENT}, salt FROM events "
        "WHERE conversation = ? AND seq BETWEEN ? AND ? AND salt IS NOT NULL",
        (conversation, first, last),
    ).fetchall()
    for *row, salt in rows:
        event = read_event(tuple(row))
        # The leaf is computed while the text is still there. Without the deleted salt, a guess of
        # the text cannot be tested against it.
        made = leaf(salt.hex(), event_fields(event, internal=True))
        left = redact(event)
        author, fact = as_json(left.author), as_json(fact_fields(left.fact))
        database.execute(
            "UPDATE events SET author = ?, fact = ?, salt = NULL, leaf = ?, "
            "request = NULL, digest = NULL WHERE conversation = ? AND seq = ?",
            (author, fact, bytes.fromhex(made), conversation, event.seq),
        )


def _list_expired(database: Database, retention: Retention, now: int) -> list[ConversationRecord]:
    own = [(f"{_TOPIC} = ?", topic, days) for topic, days in retention.by_topic.items()]
    others = f"{_TOPIC} NOT IN {database.among}"
    rules = [*own, (others, as_json(list(retention.by_topic)), retention.days)]
    rows: list[RecordRow] = []
    for where, key, days in rules:
        if days:
            sql = f"""SELECT {RECORD} FROM conversations
                WHERE {_NOT_ERASED} AND closed_at <= ? AND {where}
                AND id NOT IN (SELECT conversation FROM holds) ORDER BY closed_at, id LIMIT ?"""
            rows += database.execute(sql, (now - days * DAY_MS, key, MAX_EXPIRED)).fetchall()
    return [read_record(row) for row in rows]


def _count_scope(database: Database, customer: str, now: int) -> ErasureScope:
    row = database.execute(
        """WITH doomed AS (
            SELECT id, sealed FROM conversations
            WHERE customer = :customer AND erased_at IS NULL
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


def _complete_erasure(database: Database, conversation: str) -> None:
    remove_words(database, conversation)
    for table in TABLES_OF_CONVERSATION:
        execute(database, f"DELETE FROM {table} WHERE conversation = ?", (conversation,))
    sql = "UPDATE audit SET name = '' WHERE conversation = ? AND role = 'customer'"
    execute(database, sql, (conversation,))
    # What is left is sealed anew, also if that was done between the erasure and the removal of the
    # folder.
    execute(database, "UPDATE conversations SET sealed = 0 WHERE id = ?", (conversation,))


def forget_customer(database: Database, customer: str, now: int) -> bool:
    """Remove a customer with all rows about them; return False where there was no account."""
    # Strangers may have asked for letters to the same address, which belong to no customer.
    database.execute(
        "DELETE FROM letters WHERE email IN (SELECT email FROM addresses WHERE customer = :id "
        "UNION SELECT email FROM confirmations WHERE customer = :id "
        "UNION SELECT email FROM customers WHERE id = :id)",
        {"id": customer},
    )
    for table in (*TABLES_OF_CUSTOMER, "closing"):
        execute(database, f"DELETE FROM {table} WHERE customer = ?", (customer,))
    execute(database, "DELETE FROM requests WHERE author = ?", (customer,))
    execute(database, "UPDATE audit SET name = '' WHERE doer = ?", (customer,))
    # `how` may contain the e-mail address that something was sent to.
    execute(database, "UPDATE audit SET how = '' WHERE customer = ?", (customer,))
    enter_in_ledger(database, LedgerKind.CUSTOMER, [customer], now)
    return bool(database.execute("DELETE FROM customers WHERE id = ?", (customer,)).rowcount)


def _begin_customer_erasure(database: Database, customer: str, now: int) -> bool:
    sql = "INSERT INTO closing (customer, at) VALUES (?, ?) ON CONFLICT DO NOTHING"
    execute(database, sql, (customer, now))
    row = database.execute(
        "SELECT 1 FROM conversations WHERE customer = ? "
        "AND id IN (SELECT conversation FROM holds) LIMIT 1",
        (customer,),
    ).fetchone()
    if row is None:
        # Without tokens and visits no new session of theirs can begin.
        for table in ("customer_tokens", "keys"):
            execute(database, f"DELETE FROM {table} WHERE customer = ?", (customer,))
    return row is not None


def _count_remaining_rows(database: Database, customer: str) -> int:
    kept = "SELECT conversation FROM holds"
    erased = f"SELECT id FROM conversations WHERE customer = ? AND id NOT IN ({kept})"
    counts = [
        f"SELECT count(*) FROM ({erased} AND erased_at IS NULL)",
        # A redacted entry has its leaf instead of a salt.
        f"SELECT count(*) FROM events WHERE leaf IS NULL AND kind <> 'redacted' "
        f"AND conversation IN ({erased})",
        *(
            f"SELECT count(*) FROM {table} WHERE conversation IN ({erased})"
            for table in TABLES_OF_CONVERSATION
        ),
    ]
    is_held = database.execute(
        f"SELECT 1 FROM conversations WHERE customer = ? AND id IN ({kept})", (customer,)
    ).fetchone()
    if is_held is None:
        counts += [
            *(f"SELECT count(*) FROM {table} WHERE customer = ?" for table in TABLES_OF_CUSTOMER),
            "SELECT count(*) FROM customers WHERE id = ?",
            "SELECT count(*) FROM requests WHERE author = ?",
        ]
    return sum(int(database.execute(sql, (customer,)).fetchone()[0]) for sql in counts)
