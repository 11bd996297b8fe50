"""Blank the digests of requests about erased conversations: a guess could be checked against them.

The SQL is shared by both engines. A slice is one job of the writer, between which messages are
stored.
"""

from functools import partial

import orjson

from chatserver.store.engine.database import Database
from chatserver.store.engine.writer import Writer
from chatserver.store.tables.erasure import SINCE_PURGE

BLANKED_REQUESTS = 5_000
"""Requests that one slice looks through: about 10 ms."""

Position = tuple[str, str]
"""The author and id of a request."""

_SLICE = """
    SELECT author, request, answer, digest FROM requests WHERE (author, request) > (?, ?)
    ORDER BY author, request LIMIT ?"""

# Those of requests to erase stay: they cover no words, and reveal a reused request id.
_BLANK = """
    UPDATE requests SET digest = NULL WHERE author = ? AND request = ? AND NOT EXISTS (
    SELECT 1 FROM events WHERE conversation = ? AND seq = ? AND kind = 'redacted')"""


async def blank_request_digests(writer: Writer) -> None:
    """Blank the digests of requests about all that was erased since the last purge."""
    erased = await writer.do(_erased_since_the_last_purge)
    beyond: Position | None = ("", "") if erased else None
    while beyond is not None:
        beyond = await writer.do(partial(_blank_slice, erased, beyond))


def _erased_since_the_last_purge(database: Database) -> frozenset[str]:
    """Return the ids of conversations that no purge has seen yet."""
    sql = f"SELECT id FROM ledger WHERE kind = 'conversation' AND {SINCE_PURGE}"
    return frozenset(name for (name,) in database.execute(sql).fetchall())


def _blank_slice(erased: frozenset[str], beyond: Position, database: Database) -> Position | None:
    """Blank digests in the requests after a position; return where to go on, or None."""
    rows = database.execute(_SLICE, (*beyond, BLANKED_REQUESTS)).fetchall()
    found = []
    for author, request, answer, digest in rows:
        if digest is None:
            continue
        answered = orjson.loads(answer)
        if (conversation := answered.get("conversation")) in erased:
            found.append((author, request, conversation, answered.get("seq")))
    database.executemany(_BLANK, found)
    return (rows[-1][0], rows[-1][1]) if len(rows) == BLANKED_REQUESTS else None
