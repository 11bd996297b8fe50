"""Full-text search over closed conversations (SQLite FTS5): read model, written with the log.

What a search costs does not depend on how long the history is: FTS5 finds matches from the newest
backwards, one by one, and only the newest are ranked. FTS5's own rank, bm25, first counts every
conversation in which a word stands.
"""

import math
import sqlite3
from collections.abc import Sequence

from chatserver.core.conversation.state import Conversation
from chatserver.core.log_types import SearchHit
from chatserver.store.query_terms import all_of, quoted, rarest, terms, total
from chatserver.store.rows import RECORD, as_json, read_record

RANKED = 60
"""Conversations that a search ranks: the newest in which every word was said."""

_SAID = """
    SELECT coalesce(group_concat(json_extract(fact, '$.text'), char(10)), '') FROM
    (SELECT fact FROM events WHERE conversation = ? AND kind = ? ORDER BY seq)"""
_ASKED = """
    SELECT coalesce(group_concat(json_extract(fact, '$.text'), char(10)), '') FROM
    (SELECT fact FROM events WHERE conversation = ? AND kind = 'message'
     AND json_extract(author, '$.role') = 'customer' ORDER BY seq LIMIT 50)"""
_ROW = "SELECT coalesce((SELECT number FROM solved WHERE conversation = ?), 0)"
_COLUMNS = ", ".join(f"c.{column.strip()}" for column in RECORD.split(","))

_EXCERPT = "snippet(words, 2, char(2), char(3), '…', 24)"

# How often a column has the words: what `highlight` marks, at one character each.
_HITS = ", ".join(
    f"length(highlight(words, {number}, char(2), '')) - length({name})"
    for number, name in enumerate(("subject", "said", "notes"), start=1)
)
# With excerpts of those that are not shown in the end: to find the others once more takes longer.
_NEWEST = f"""
    SELECT rowid, {_EXCERPT}, length(said) + length(notes), {_HITS} FROM words
    WHERE words MATCH ? ORDER BY rowid DESC LIMIT ?"""
# From the newest backwards, as all else here: a word that is not rare is soon found there.
_ONE = f"SELECT {_EXCERPT} FROM words WHERE words MATCH ? AND rowid = ? ORDER BY rowid DESC"
_RECORDS = f"""
    SELECT s.number, {_COLUMNS} FROM solved s JOIN conversations c ON c.id = s.conversation
    WHERE s.number IN (SELECT value FROM json_each(?))"""

SUBJECT_COUNTS = 4
"""A word in the subject is worth so many that were said."""

EXCERPTED = 3
"""Words that are looked for where a conversation is shown that resembles another."""

SATURATION = 1.2
TYPICAL = 2_000
"""As in bm25: the tenth time that a word was said tells less than the first, and once in a few
words tells more than once in many. In characters, of a conversation of ordinary length."""


def keep_words(database: sqlite3.Connection, closed: Sequence[Conversation]) -> None:
    """Put the words of closed conversations into the index, in place of what was there."""
    for state in closed:
        database.execute("INSERT OR IGNORE INTO solved (conversation) VALUES (?)", (state.id,))
        (number,) = database.execute(
            "SELECT number FROM solved WHERE conversation = ?", (state.id,)
        ).fetchone()
        said, notes = (
            database.execute(_SAID, (state.id, kind)).fetchone()[0] for kind in ("message", "note")
        )
        technician = state.technician.id if state.technician else ""
        database.execute("DELETE FROM words WHERE rowid = ?", (number,))
        database.execute(
            "INSERT INTO words (rowid, whose, subject, said, notes) VALUES (?, ?, ?, ?, ?)",
            (number, f"{state.customer.id} {technician}", state.subject or "", said, notes),
        )


def search_closed(
    database: sqlite3.Connection, whose: str | None, columns: str, text: str, limit: int
) -> list[SearchHit]:
    wanted = all_of(database, text)
    if not wanted:
        return []
    wanted = f"{{{columns}}} : ({wanted})"
    if whose is not None:
        wanted = f"whose : {quoted(whose)} AND {wanted}"
    newest = database.execute(_NEWEST, (wanted, max(limit, RANKED))).fetchall()
    # Of equal ones, sorting leaves the newest first.
    best = sorted(newest, key=lambda row: _worth(*row[2:]), reverse=True)
    return _shown(database, {row: excerpt for row, excerpt, *_ in best[:limit]})


def _worth(length: int, subject: int, said: int, notes: int) -> float:
    hits = SUBJECT_COUNTS * subject + said + notes
    return hits / (hits + SATURATION * (0.25 + 0.75 * length / TYPICAL))


def find_similar(database: sqlite3.Connection, conversation: str, limit: int) -> list[SearchHit]:
    (asked,) = database.execute(_ASKED, (conversation,)).fetchone()
    (own,) = database.execute(_ROW, (conversation,)).fetchone()
    telling = rarest(database, [term for term in terms(database, asked) if len(term) > 2], own)
    shared: dict[int, list[str]] = {}
    for word, rows in telling.items():
        for row in rows:
            shared.setdefault(row, []).append(word)
    every = total(database)

    def likeness(row: int) -> tuple[float, int]:
        return sum(math.log(1 + every / len(telling[word])) for word in shared[row]), row

    best = sorted(shared, key=likeness, reverse=True)[:limit]
    return _shown(database, {row: _excerpt(database, row, shared[row]) for row in best})


def _excerpt(database: sqlite3.Connection, row: int, words: Sequence[str]) -> str:
    """Of the rarest words that stand in it: each is looked for anew."""
    wanted = f"{{subject said}} : ({' OR '.join(map(quoted, words[:EXCERPTED]))})"
    return str(database.execute(_ONE, (wanted, row)).fetchone()[0])


def _shown(database: sqlite3.Connection, excerpts: dict[int, str]) -> list[SearchHit]:
    """The conversations of some rows of the index, in their order."""
    found = database.execute(_RECORDS, (as_json(list(excerpts)),))
    records = {row: read_record((state, *marks)) for row, state, *marks in found}
    return [SearchHit(records[row], excerpt) for row, excerpt in excerpts.items() if row in records]
