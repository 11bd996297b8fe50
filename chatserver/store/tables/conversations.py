"""The conversation summaries, a read model that is written together with the events."""

from collections.abc import Sequence
from dataclasses import dataclass

from chatserver.core.conversation.events import CloseReason
from chatserver.core.conversation.listing import ALWAYS, ListQuery, OpeningPeriod, SearchHit
from chatserver.core.conversation.record import ConversationRecord
from chatserver.core.conversation.state import Conversation
from chatserver.core.log import Append, SeqConflict
from chatserver.core.people import Role
from chatserver.store.engine.database import Database, execute
from chatserver.store.engine.reader import ReadPool
from chatserver.store.engine.rows import RECORD, as_json, read_record
from chatserver.store.engine.writer import Writer
from chatserver.store.search.closed_conversations import find_similar, search_closed
from chatserver.store.search.index import FOR_CUSTOMERS, FOR_TECHNICIANS
from chatserver.store.search.open_conversations import search_among

_FROM = f"SELECT {RECORD} FROM conversations"
_OF_CUSTOMER = f"""
    {_FROM} WHERE customer = ? AND id NOT IN {{among}}
    ORDER BY status = 'closed', opened_at DESC LIMIT ?"""
# Of the two fields of this fact neither has a text in which the same characters could stand.
_ABANDONED = """
    technician IS NULL AND status = 'closed' AND EXISTS (
        SELECT 1 FROM events WHERE conversation = conversations.id AND kind = 'closed'
        AND instr(fact, '"reason":"' || ? || '"') > 0)"""
_HELPED_BY = "instr(helpers, '\"' || ? || '\"') > 0"
_STATE = "technician, status, seq, topic, touched_at, closed_at, erased_at, helpers, state"
_CONSTANT = "id, reference, customer, opened_at"
_KEY_TYPES = "id text, decided_at bigint"
_STATE_TYPES = (
    "technician text, status text, seq bigint, topic text, touched_at bigint, closed_at bigint, "
    "erased_at bigint, helpers text, state text"
)
_CONSTANT_TYPES = "id text, reference text, customer text, opened_at bigint"
_SET = ", ".join(f"{column} = new.{column}" for column in _STATE.split(", "))
_INSERT_STATES = f"""
    INSERT INTO conversations ({_CONSTANT}, {_STATE})
    SELECT {_CONSTANT}, {_STATE} FROM {{rows}} AS new"""
_UPDATE_STATES = f"""
    UPDATE conversations SET {_SET} FROM {{rows}} AS new
    WHERE conversations.id = new.id AND conversations.seq = new.decided_at"""


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
                _OF_CUSTOMER.format(among=database.among), (customer, as_json(list(but)), limit)
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
        sql = f"UPDATE conversations SET {column} = ? WHERE id = ? AND {column} < ?"
        await self.writer.do_beside(
            lambda database: execute(database, sql, (seq, conversation, seq))
        )

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
        """Return a technician's closed conversations (None: all technicians') with every word of
        `text`; notes and the names of customers are searched too."""
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


def store_states(database: Database, appends: Sequence[Append]) -> None:
    """Write the states that result from a group of decisions.

    Raises SeqConflict if a decision was based on another state than the stored one.
    """
    # Only the last state of each conversation is written: a group may hold several of its events.
    first: dict[str, int] = {}
    last: dict[str, Conversation] = {}
    for append in appends:
        name, decided_at = append.after.id, append.events[0].seq - 1
        if name in last and last[name].seq != decided_at:
            raise SeqConflict
        first.setdefault(name, decided_at)
        last[name] = append.after
    known = [(name, seq, *_state_columns(last[name])) for name, seq in first.items() if seq]
    new = [
        (*_constant_columns(state), *_state_columns(state))
        for name, state in last.items()
        if not first[name]
    ]
    # Optimistic concurrency: the statement matches a row only at the expected seq, so a missing
    # row means that another decision came first.
    if known:
        sql = _UPDATE_STATES.format(rows=database.rows(f"{_KEY_TYPES}, {_STATE_TYPES}"))
        if database.execute(sql, (as_json(known),)).rowcount != len(known):
            raise SeqConflict
    if new:
        sql = _INSERT_STATES.format(rows=database.rows(f"{_CONSTANT_TYPES}, {_STATE_TYPES}"))
        database.execute(sql, (as_json(new),))


def _constant_columns(state: Conversation) -> tuple[object, ...]:
    """Return the columns of a conversation that never change."""
    return (state.id, state.reference, state.customer.id, state.opened_at)


def _state_columns(state: Conversation) -> tuple[object, ...]:
    technician = state.technician.id if state.technician else None
    return (
        technician,
        state.status,
        state.seq,
        state.topic,
        state.touched_at,
        state.closed_at,
        state.erased_at,
        as_json(state.helpers),
        as_json(state),
    )
