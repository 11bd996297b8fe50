"""The customers' own archives: labels, filters and search over their conversations."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from unicodedata import normalize

import orjson

from chatserver.core.customer_archive import (
    UNLABELLED,
    ConversationLabel,
    CustomerArchiveEntry,
    CustomerArchiveFacets,
    CustomerArchiveFilter,
    CustomerArchiveQuery,
)
from chatserver.core.ids import parse_reference
from chatserver.store.engine.database import Database
from chatserver.store.engine.reader import ReadPool
from chatserver.store.engine.rows import RECORD, as_json, read_record
from chatserver.store.engine.writer import Writer
from chatserver.store.search.closed_conversations import search_closed
from chatserver.store.search.index import FOR_CUSTOMERS
from chatserver.store.search.open_conversations import (
    excerpt_around,
    folded,
    read_said,
    words_of,
)

QueryValue = str | int | None

MAX_HITS = 200
"""Closed conversations that a search considers, best first."""

_COLUMNS = ", ".join(f"c.{column.strip()}" for column in RECORD.split(","))
_LABEL = "l.title, l.tags, l.archived_at"
_FROM = "FROM conversations c LEFT JOIN labels l ON l.conversation = c.id"
_NOT_ERASED = "c.erased_at IS NULL"
_SAVE_LABEL = """
    INSERT INTO labels (conversation, title, tags, words, archived_at) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (conversation) DO UPDATE SET title = excluded.title, tags = excluded.tags,
    words = excluded.words, archived_at = excluded.archived_at"""
# In a JSON array a quotation mark behind a comma or bracket begins a text: others are escaped.
_TAGGED = "(instr(l.tags, '[' || ?) > 0 OR instr(l.tags, ',' || ?) > 0)"
_STATES = {
    CustomerArchiveFilter.CURRENT: "l.archived_at IS NULL",
    CustomerArchiveFilter.OPEN: "c.status <> 'closed'",
    CustomerArchiveFilter.CLOSED: "c.status = 'closed' AND l.archived_at IS NULL",
    CustomerArchiveFilter.ARCHIVED: "l.archived_at IS NOT NULL",
    CustomerArchiveFilter.ALL: "true",
}


@dataclass(slots=True)
class SqliteCustomerArchive:
    """The conversations of one customer with their labels."""

    writer: Writer
    readers: ReadPool

    async def list_archived(
        self, customer: str, query: CustomerArchiveQuery
    ) -> Sequence[CustomerArchiveEntry]:
        """Return a page of a customer's archive, newest first."""
        return await self.readers.run(
            lambda database: _list_matching(database, customer, query, None)
        )

    async def search_archived(
        self, customer: str, text: str, query: CustomerArchiveQuery
    ) -> Sequence[CustomerArchiveEntry]:
        """Return a page of the conversations whose words or labels contain every word of `text`."""
        words = words_of(text)
        if not words:
            return await self.list_archived(customer, query)

        def find(database: Database) -> list[CustomerArchiveEntry]:
            closed = search_closed(database, customer, FOR_CUSTOMERS, text=text, limit=MAX_HITS)
            excerpts = {each.record.conversation.id: each.excerpt for each in closed}
            known = excerpts | _search_open(database, customer, words)
            known |= {
                each: "" for each in _search_labels(database, customer, words, text) - set(known)
            }
            return _list_matching(database, customer, query, known)

        return await self.readers.run(find)

    async def find_label(self, conversation: str) -> ConversationLabel:
        """Return a conversation's label, UNLABELLED where the customer gave none."""
        return await self.readers.run(lambda database: _find_label(database, conversation))

    async def change_label(
        self, conversation: str, change: Callable[[ConversationLabel], ConversationLabel]
    ) -> ConversationLabel:
        """Apply a change to the stored label in one transaction, and return the result."""

        def apply(database: Database) -> ConversationLabel:
            label = change(_find_label(database, conversation))
            words = folded(" ".join((label.title, *label.tags)))
            row = (conversation, label.title, as_json(label.tags), words, label.archived_at)
            database.execute(_SAVE_LABEL, row)
            return label

        return await self.writer.do(apply)

    async def read_facets(self, customer: str) -> CustomerArchiveFacets:
        """Return the topics and tags of a customer's archive in order, and when it begins."""
        return await self.readers.run(lambda database: _facets(database, customer))


def _find_label(database: Database, conversation: str) -> ConversationLabel:
    row = database.execute(
        f"SELECT {_LABEL} FROM labels l WHERE l.conversation = ?", (conversation,)
    ).fetchone()
    return _read_label(row or (None, None, None))


def _list_matching(
    database: Database,
    customer: str,
    query: CustomerArchiveQuery,
    known: dict[str, str] | None,
) -> list[CustomerArchiveEntry]:
    """Return the matching page; `known` limits it to found ids, with their excerpts."""
    where, values = ["c.customer = ?", _NOT_ERASED, _STATES[query.state]], [customer]
    optional: list[tuple[str, QueryValue]] = [
        ("c.topic = ?", query.topic),
        ("c.opened_at >= ?", query.since),
        ("c.opened_at < ?", query.until),
        (f"c.id IN {database.among}", None if known is None else as_json([*known])),
    ]
    keys: list[QueryValue] = [*values]
    if query.tag is not None:
        where.append(_TAGGED)
        keys += [as_json(query.tag)] * 2
    for condition, value in optional:
        if value is not None:
            where.append(condition)
            keys.append(value)
    if query.before is not None:
        where.append("(c.opened_at, c.id) < (?, ?)")
        keys += query.before
    rows = database.execute(
        f"SELECT {_COLUMNS}, {_LABEL} {_FROM} WHERE {' AND '.join(where)} "
        "ORDER BY c.opened_at DESC, c.id DESC LIMIT ?",
        (*keys, query.limit),
    ).fetchall()
    excerpts = known or {}
    kept = [(read_record(row[:3]), _read_label(row[3:])) for row in rows]
    return [
        CustomerArchiveEntry(record, label, excerpts.get(record.conversation.id, ""))
        for record, label in kept
    ]


def _search_open(database: Database, customer: str, words: Sequence[str]) -> dict[str, str]:
    """Return the open conversations that contain every word, with excerpts."""
    sql = f"SELECT {_COLUMNS} FROM conversations c WHERE c.customer = ? AND c.status <> 'closed'"
    found: dict[str, str] = {}
    for row in database.execute(sql, (customer,)).fetchall():
        state = read_record(row).conversation
        said = read_said(database, state.id, ("message",))
        if all(word in folded(f"{state.subject or ''}\n{said}") for word in words):
            found[state.id] = excerpt_around(normalize("NFC", said), words)
    return found


def _search_labels(database: Database, customer: str, words: Sequence[str], text: str) -> set[str]:
    """Return the conversations whose label has every word, and the one with this reference."""
    labelled = " AND ".join("instr(l.words, ?) > 0" for _ in words)
    rows = database.execute(
        f"SELECT c.id {_FROM} WHERE c.customer = ? AND (({labelled}) OR c.reference = ?)",
        (customer, *words, parse_reference(text)),
    ).fetchall()
    return {conversation for (conversation,) in rows}


def _facets(database: Database, customer: str) -> CustomerArchiveFacets:
    topics = database.execute(
        "SELECT DISTINCT c.topic FROM conversations c "
        f"WHERE c.customer = ? AND c.topic IS NOT NULL AND {_NOT_ERASED} ORDER BY c.topic",
        (customer,),
    ).fetchall()
    tags = database.execute(
        f"SELECT DISTINCT l.tags {_FROM} WHERE c.customer = ? AND l.tags IS NOT NULL",
        (customer,),
    ).fetchall()
    (first_at,) = database.execute(
        f"SELECT min(c.opened_at) FROM conversations c WHERE c.customer = ? AND {_NOT_ERASED}",
        (customer,),
    ).fetchone()
    used = {tag for (listed,) in tags for tag in orjson.loads(listed)}
    return CustomerArchiveFacets(tuple(topic for (topic,) in topics), tuple(sorted(used)), first_at)


def _read_label(row: tuple[str | None, str | None, int | None]) -> ConversationLabel:
    title, tags, archived_at = row
    return (
        UNLABELLED
        if title is None
        else ConversationLabel(title, (*orjson.loads(tags or "[]"),), archived_at)
    )
