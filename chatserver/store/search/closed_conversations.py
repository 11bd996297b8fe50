"""The search over closed conversations: FTS5 on SQLite, tsvector on PostgreSQL."""

import sqlite3
from collections.abc import Sequence

from chatserver.core.conversation.listing import ALWAYS, OpeningPeriod, SearchHit
from chatserver.core.conversation.state import Conversation
from chatserver.store.engine.database import Database
from chatserver.store.search import index, words_table


def index_words(database: Database, closed: Sequence[Conversation]) -> None:
    """Write the words of closed conversations to the index, replacing earlier ones.

    Those of an erased conversation are taken out instead. On PostgreSQL the words follow later.
    """
    write = index.index_words if _is_sqlite(database) else words_table.mark_unindexed
    write(database, closed)


def remove_words(database: Database, conversation: str) -> None:
    """Take the words of an erased conversation out of the index, and those that only it had."""
    remove = index.remove_words if _is_sqlite(database) else words_table.remove_words
    remove(database, conversation)


def search_closed(
    database: Database,
    whose: str | None,
    columns: str,
    *,
    text: str,
    limit: int,
    period: OpeningPeriod = ALWAYS,
) -> list[SearchHit]:
    """Search some columns of closed conversations; returns hits, best first.

    `whose` is the id of a customer or technician to restrict the search to, or None.
    """
    search = index.search_closed if _is_sqlite(database) else words_table.search_closed
    return search(database, whose, columns, text=text, limit=limit, period=period)


def find_similar(database: Database, conversation: str, limit: int) -> list[SearchHit]:
    """Return closed conversations sharing the rarest words of this one's customer, best first."""
    find = index.find_similar if _is_sqlite(database) else words_table.find_similar
    return find(database, conversation, limit)


def _is_sqlite(database: Database) -> bool:
    return isinstance(database, sqlite3.Connection)
