"""The conversation summaries, a read model that is written together with the events."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from chatserver.core.conversation.events import CloseReason
from chatserver.core.conversation.listing import ALWAYS, ListQuery, OpeningPeriod, SearchHit
from chatserver.core.conversation.record import ConversationRecord
from chatserver.core.conversation.state import Conversation
from chatserver.core.log import Append
from chatserver.core.people import Role
from chatserver.store.engine.connection import execute
from chatserver.store.engine.reader import ReadPool
from chatserver.store.engine.rows import RECORD, as_json, columns, read_record
from chatserver.store.engine.writer import Writer
from chatserver.store.search.index import (
    FOR_CUSTOMERS,
    FOR_TECHNICIANS,
    find_similar,
    search_closed,
)
from chatserver.store.search.open_conversations import search_among

_FROM = f"SELECT {RECORD} FROM conversations"
_OF_CUSTOMER = f"""
    {_FROM} WHERE customer = ? AND id NOT IN (SELECT value FROM json_each(?))
    ORDER BY status = 'closed', opened_at DESC LIMIT ?"""
_ABANDONED = """
    technician IS NULL AND status = 'closed' AND EXISTS (
        SELECT 1 FROM events WHERE conversation = conversations.id AND kind = 'closed'
        AND json_extract(fact, '$.reason') = ?)"""
_HELPED_BY = "EXISTS (SELECT 1 FROM json_each(state, '$.helpers') WHERE value = ?)"
_INSERT_STATES = f"""
    INSERT INTO conversations
    (id, technician, status, seq, state, reference, customer, opened_at)
    SELECT {columns(8)} FROM json_each(?)"""
_UPDATE_STATES = """
    UPDATE conversations SET
    technician = json_extract(new.value, '$[1]'), status = json_extract(new.value, '$[2]'),
    seq = json_extract(new.value, '$[3]'), state = json_extract(new.value, '$[4]')
    FROM json_each(?) AS new
    WHERE conversations.id = json_extract(new.value, '$[0]')
    AND conversations.seq = json_extract(new.value, '$[5]')"""


@dataclass(slots=True)
class SqliteConversations:
    """Conversation summaries by id, reference, customer and status."""

    writer: Writer
    readers: ReadPool

    async def find_by_id(self, conversation: str) -> ConversationRecord | None:
        """Return the conversation with this id, or None."""
        await self.writer.catch_up((conversation,))
        return await self._fetch_one(self.readers.beside, "WHERE id = ?", conversation)

    async def find_by_reference(self, reference: str) -> ConversationRecord | None:
        """Return the conversation with this reference, or None."""
        return await self._fetch_one(self.readers, "WHERE reference = ?", reference)

    async def list_open(self) -> Sequence[ConversationRecord]:
        """Return all conversations that are waiting or active, in the order of their opening.

        That is the order of their ids: the wall clock may have been set back, so that a later one
        has an earlier `opened_at`.
        """
        return await self._fetch_all("WHERE status <> 'closed' ORDER BY id")

    async def list_of_customer(
        self, customer: str, limit: int, but: Sequence[str] = ()
    ) -> Sequence[ConversationRecord]:
        """Return a customer's conversations, open ones first, then the newest; without `but`."""
        rows = await self.readers.run_short(
            lambda database: database.execute(
                _OF_CUSTOMER, (customer, as_json(list(but)), limit)
            ).fetchall()
        )
        return [read_record(row) for row in rows]

    async def list_page(self, wanted: ListQuery) -> Sequence[ConversationRecord]:
        """Return one page of a list, newest first; `wanted.before` is an exclusive cursor."""
        is_abandoned = wanted.status == CloseReason.ABANDONED
        # An abandoned conversation waited at its end: it is with none of those who had it.
        optional: list[tuple[str, str | int | None]] = [
            (_ABANDONED if is_abandoned else "status = ?", wanted.status),
            (_HELPED_BY if is_abandoned else "technician = ?", wanted.technician),
            ("opened_at >= ?", wanted.period.since),
            ("opened_at < ?", wanted.period.until),
        ]
        given = [(condition, value) for condition, value in optional if value is not None]
        conditions = ["true", *(condition for condition, _ in given)]
        keys = [value for _, value in given]
        if wanted.before is not None:
            conditions, keys = [*conditions, "(opened_at, id) < (?, ?)"], [*keys, *wanted.before]
        order = "ORDER BY opened_at DESC, id DESC LIMIT ?"
        return await self._fetch_all(
            f"WHERE {' AND '.join(conditions)} {order}", *keys, wanted.limit
        )

    async def mark_read(self, conversation: str, side: Role, seq: int) -> None:
        """Remember up to which seq one side has read; a lower seq changes nothing."""
        column = "read_customer" if side is Role.CUSTOMER else "read_technician"
        sql = f"UPDATE conversations SET {column} = max({column}, ?) WHERE id = ?"
        await self.writer.do_beside(lambda database: execute(database, sql, (seq, conversation)))

    async def search_as_customer(self, customer: str, text: str, limit: int) -> Sequence[SearchHit]:
        """Return a customer's closed conversations in which every word of `text` was said."""
        return await self.readers.run(
            lambda database: search_closed(
                database, customer, FOR_CUSTOMERS, text=text, limit=limit
            )
        )

    async def search_as_technician(
        self, technician: str | None, text: str, limit: int, period: OpeningPeriod = ALWAYS
    ) -> Sequence[SearchHit]:
        """Return the same of a technician's closed conversations, or of all (None);
        notes are searched too, and the names of the customer."""
        return await self.readers.run(
            lambda database: search_closed(
                database, technician, FOR_TECHNICIANS, text=text, limit=limit, period=period
            )
        )

    async def search_among(
        self, conversations: Sequence[str], text: str, limit: int
    ) -> Sequence[SearchHit]:
        """Return those of these conversations that have every word of `text`, newest first."""
        return await self.readers.run(
            lambda database: search_among(database, conversations, text, limit)
        )

    async def find_similar(self, conversation: str, limit: int) -> Sequence[SearchHit]:
        """Return closed conversations that share the rarest of its customer's words,
        best first; never the conversation itself."""
        return await self.readers.run(lambda database: find_similar(database, conversation, limit))

    async def _fetch_one(
        self, readers: ReadPool, where: str, key: str
    ) -> ConversationRecord | None:
        row = await readers.run_short(
            lambda database: database.execute(f"{_FROM} {where}", (key,)).fetchone()
        )
        return None if row is None else read_record(row)

    async def _fetch_all(self, where: str, *parameters: str | int) -> list[ConversationRecord]:
        rows = await self.readers.run(
            lambda database: database.execute(f"{_FROM} {where}", parameters).fetchall()
        )
        return [read_record(row) for row in rows]


def store_states(database: sqlite3.Connection, appends: Sequence[Append]) -> None:
    """Write the states that result from a group of decisions.

    Raises sqlite3.IntegrityError if a decision was based on another state than the stored one.
    """
    # Only the last state of each conversation is written: a group may hold several of its events.
    first: dict[str, int] = {}
    last: dict[str, Conversation] = {}
    for append in appends:
        name, decided_at = append.after.id, append.events[0].seq - 1
        if name in last and last[name].seq != decided_at:
            raise sqlite3.IntegrityError("the log ends elsewhere")
        first.setdefault(name, decided_at)
        last[name] = append.after
    known = [(*_state_row(last[name]), seq) for name, seq in first.items() if seq]
    new = [
        (*_state_row(state), *_constant_columns(state))
        for name, state in last.items()
        if not first[name]
    ]
    # Optimistic concurrency: the statement matches a row only at the expected seq, so a missing
    # row means that another decision came first.
    if known and database.execute(_UPDATE_STATES, (as_json(known),)).rowcount != len(known):
        raise sqlite3.IntegrityError("the log ends elsewhere")
    if new:
        database.execute(_INSERT_STATES, (as_json(new),))


def _state_row(state: Conversation) -> tuple[object, ...]:
    technician = state.technician.id if state.technician else None
    return (state.id, technician, state.status, state.seq, as_json(state))


def _constant_columns(state: Conversation) -> tuple[object, ...]:
    """Return the columns of a conversation that never change."""
    return (state.reference, state.customer.id, state.opened_at)
