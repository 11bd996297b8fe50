"""Full-text search over closed conversations (SQLite FTS5): read model, written with the log."""

import re
import sqlite3
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from chatserver.core.conversation import Conversation
from chatserver.core.journal import Found, Record
from chatserver.store.reader import Readers
from chatserver.store.rows import RECORD, read_record

_WORD = re.compile(r"\w+")
_SAID = """
    SELECT coalesce(group_concat(json_extract(fact, '$.text'), char(10)), '') FROM
    (SELECT fact FROM events WHERE conversation = ? AND kind = ? ORDER BY seq)"""
_BEST_FIRST = "ORDER BY bm25(words, 0.0, 4.0, 1.0, 1.0), c.opened_at DESC LIMIT ?"
_COLUMNS = ", ".join(f"c.{column.strip()}" for column in RECORD.split(","))

TERMS = 12
"""Words by which conversations are compared: the rarest of what the customer wrote."""

OFTEN = 0.5
"""A word that stands in more than this part of all conversations says nothing."""


@dataclass(slots=True)
class SqliteSearch:
    """Finds closed conversations by what was said in them."""

    readers: Readers

    async def of_customer(self, customer: str, text: str, limit: int) -> Sequence[Found]:
        """A customer's own, by what they may see, best first."""
        terms = _all_of(text)
        if not terms:
            return []
        wanted = f'whose : "{_quoted(customer)}" AND {{subject said}} : ({terms})'
        return await self._found(wanted, "", (), limit)

    async def of_technician(self, technician: str | None, text: str, limit: int) -> Sequence[Found]:
        """Those a technician had, or everybody's, notes too, best first."""
        terms = _all_of(text)
        if not terms:
            return []
        wanted = f"{{subject said notes}} : ({terms})"
        if technician is None:
            return await self._found(wanted, "", (), limit)
        return await self._found(wanted, "AND c.technician = ?", (technician,), limit)

    async def like(self, conversation: str, limit: int) -> Sequence[Found]:
        """Closed conversations that resemble one, by the rarest words of its customer."""
        terms = await self.readers.run(lambda database: _rarest(database, conversation))
        if not terms:
            return []
        wanted = "{subject said} : (" + " OR ".join(f'"{term}"' for term in terms) + ")"
        return await self._found(wanted, "AND c.id <> ?", (conversation,), limit)

    async def _found(
        self, wanted: str, further: str, parameters: tuple[str, ...], limit: int
    ) -> list[Found]:
        sql = (
            f"SELECT snippet(words, 2, char(2), char(3), '…', 24), {_COLUMNS} FROM words "
            "JOIN solved s ON s.number = words.rowid JOIN conversations c ON c.id = s.conversation "
            f"WHERE words MATCH ? {further} {_BEST_FIRST}"
        )
        rows = await self.readers.run(
            lambda database: database.execute(sql, (wanted, *parameters, limit)).fetchall()
        )
        return [Found(_record(row[1:]), row[0]) for row in rows]


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
        database.execute("DELETE FROM words WHERE rowid = ?", (number,))
        database.execute(
            "INSERT INTO words (rowid, whose, subject, said, notes) VALUES (?, ?, ?, ?, ?)",
            (number, state.customer.id, state.subject or "", said, notes),
        )


def _record(row: tuple[str, int, int]) -> Record:
    return read_record(row)


def _all_of(text: str) -> str:
    """Every word, the last one perhaps only begun; nothing of it is syntax of the index."""
    found = _WORD.findall(text)[:TERMS]
    return " AND ".join(f'"{word}"*' for word in found)


def _quoted(identifier: str) -> str:
    return identifier.replace('"', '""')


def _rarest(database: sqlite3.Connection, conversation: str) -> list[str]:
    (said,) = database.execute(
        """SELECT coalesce(group_concat(json_extract(fact, '$.text'), char(10)), '') FROM
        (SELECT fact FROM events WHERE conversation = ? AND kind = 'message'
         AND json_extract(author, '$.role') = 'customer' ORDER BY seq LIMIT 50)""",
        (conversation,),
    ).fetchone()
    counted = Counter(word for word in _WORD.findall(_folded(said)) if len(word) > 2)
    (total,) = database.execute("SELECT count(*) FROM solved").fetchone()
    known = database.execute(
        f"SELECT term, doc FROM vocabulary WHERE term IN ({','.join('?' * len(counted))})",
        tuple(counted),
    ).fetchall()
    telling = [(doc, -counted[term], term) for term, doc in known if doc <= max(1, OFTEN * total)]
    return [term for _, _, term in sorted(telling)[:TERMS]]


def _folded(text: str) -> str:
    """As the index folds words: small letters without marks."""
    decomposed = unicodedata.normalize("NFD", text.lower())
    return "".join(each for each in decomposed if not unicodedata.combining(each))
