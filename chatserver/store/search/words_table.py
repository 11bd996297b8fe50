"""Full-text search over closed conversations in PostgreSQL: words as lexemes of a tsvector.

The words are folded here as SQLite's index folds them, so that both engines find the same. They are
written a little after the end of a conversation, in a transaction of their own and with a bound:
PostgreSQL refuses a tsvector of more than 1 MiB, which must not take a group of messages along.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

from chatserver.core.conversation.listing import ALWAYS, OpeningPeriod, SearchHit
from chatserver.core.conversation.state import Conversation
from chatserver.core.people import Role
from chatserver.store.engine.database import Database
from chatserver.store.engine.rows import AUTHORED_BY, RECORD, read_record, read_texts
from chatserver.store.engine.segmentation import (
    indexable,
    is_long_word,
    phrases,
    shown,
    spellings,
    without_phrases,
)
from chatserver.store.search.index import MAX_EXCERPT_WORDS, MAX_RANKED, score
from chatserver.store.search.open_conversations import read_said
from chatserver.store.search.query_terms import (
    MAX_COMPLETIONS,
    MAX_TERMS,
    RARE_UP_TO,
    most_alike,
)

WEIGHTS = {"subject": "A", "said": "B", "notes": "C", "names": "D"}
"""The weight by which PostgreSQL tells the columns of a lexeme apart."""

MAX_VECTOR_BYTES = 900_000
"""Bytes of the lexemes of a conversation and their positions; PostgreSQL takes 1,048,575."""

MAX_WORD_BYTES = 2_046
"""Bytes of a lexeme in PostgreSQL."""

MAX_POSITION = 16_383
"""The last position in a tsvector; later words share it."""

MAX_POSITIONS = 255
"""Positions of a lexeme that PostgreSQL keeps."""

EXCERPT_WORDS = 24
EXCERPT_BEFORE = 6
"""Words of an excerpt, and those of them before the match."""

_DIACRITICS = re.compile("[\u0300-\u036f]")
_COLUMNS = ", ".join(f"c.{column.strip()}" for column in RECORD.split(","))
_NEWEST = f"""
    SELECT {_COLUMNS}, w.subject, w.said, w.notes
    FROM words w JOIN solved s ON s.number = w.number JOIN conversations c ON c.id = s.conversation
    WHERE w.vector @@ CAST(:query AS tsquery) AND c.opened_at >= :since AND c.opened_at < :until
    {{whose}} ORDER BY w.number DESC LIMIT :most"""
_WHOSE = "AND :whose IN (w.customer, w.technician)"
_STATE = f"SELECT {RECORD} FROM conversations WHERE id = ?"
_ASKED = f"""
    SELECT fact FROM events WHERE conversation = ? AND kind = 'message'
    AND {AUTHORED_BY[Role.CUSTOMER]} ORDER BY seq LIMIT 50"""
_ROWS = """
    SELECT number FROM words WHERE vector @@ CAST(? AS tsquery) AND number <> ?
    ORDER BY number DESC LIMIT ?"""
# More make no difference to a word that at most RARE_UP_TO of them may have.
_COUNTED = "SELECT count(*) FROM (SELECT 1 FROM words LIMIT 1000) AS found"
_NUMBER = "SELECT number FROM solved WHERE conversation = ?"
_END_OF_TIME = 2**63 - 1


@dataclass(slots=True)
class Lexemes:
    """The lexemes of a tsvector with their positions, as far as there is room."""

    positions: dict[str, list[str]] = field(default_factory=dict)
    size_bytes: int = 0
    _next: int = 1

    def add(self, text: str, weight: str) -> None:
        """Add the words of a column; they are no neighbours of those of the column before."""
        for word, _, _ in tokens(text):
            size = len(word.encode())
            if size > MAX_WORD_BYTES or self.size_bytes + size > MAX_VECTOR_BYTES:
                continue
            known = self.positions.get(word)
            if known is None:
                known = self.positions[word] = []
                self.size_bytes += size + 4
            if len(known) < MAX_POSITIONS:
                known.append(f"{min(self._next, MAX_POSITION)}{weight}")
                self.size_bytes += 2
            self._next += 1
        self._next += 1

    def vector(self) -> str:
        """Return the text of the tsvector."""
        each = self.positions.items()
        return " ".join(f"{quote_lexeme(word)}:{','.join(places)}" for word, places in each)


@dataclass(slots=True)
class Query:
    """The words of a search: alternatives of each, of which one must be there."""

    words: list[tuple[list[str], list[str]]]
    """For each word the beginnings, and the whole words that contain it."""
    phrases: list[list[str]]
    """Syllables that stand side by side."""

    def text(self, columns: str) -> str:
        """Return the text of the tsquery, restricted to some columns; empty without words."""
        weights = "".join(WEIGHTS[column] for column in columns.split())
        parts = [
            " | ".join(
                [
                    *(f"{quote_lexeme(each)}:*{weights}" for each in beginnings),
                    *(f"{quote_lexeme(each)}:{weights}" for each in compounds),
                ]
            )
            for beginnings, compounds in self.words
        ]
        parts += [
            " <-> ".join(f"{quote_lexeme(each)}:{weights}" for each in phrase)
            for phrase in self.phrases
        ]
        return " & ".join(f"({part})" for part in parts[:MAX_TERMS])

    def matches(self, words: Sequence[str]) -> list[int]:
        """Return the places of the words that match."""
        beginnings = tuple(each for starts, _ in self.words for each in starts)
        compounds = {each for _, whole in self.words for each in whole}
        found = {
            place
            for place, word in enumerate(words)
            if word in compounds or (beginnings and word.startswith(beginnings))
        }
        for phrase in self.phrases:
            for place in range(len(words) - len(phrase) + 1):
                if words[place : place + len(phrase)] == phrase:
                    found.update(range(place, place + len(phrase)))
        return sorted(found)


def tokens(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield the words of an indexable text, folded, each with its place in the text."""
    start: int | None = None
    for place, character in enumerate(f"{text} "):
        if _is_part_of_word(character):
            start = place if start is None else start
        elif start is not None:
            if word := fold(text[start:place]):
                yield word, start, place
            start = None


def fold(word: str) -> str:
    """Return a word in small letters and without accents; other marks belong to it."""
    if word.isascii():
        return word.lower()
    bare = _DIACRITICS.sub("", unicodedata.normalize("NFD", word.lower()))
    return unicodedata.normalize("NFC", bare)


def quote_lexeme(word: str) -> str:
    """Quote a word so that PostgreSQL takes it literally."""
    return "'" + word.replace("\\", "\\\\").replace("'", "''") + "'"


def mark_unindexed(database: Database, closed: Sequence[Conversation]) -> None:
    """Give closed conversations a place in the index, without the words."""
    for state in closed:
        remove_words(database, state.id)
        if state.erased_at is None:
            sql = "INSERT INTO solved (conversation) VALUES (?) ON CONFLICT DO NOTHING"
            database.execute(sql, (state.id,))


def unindexed(database: Database) -> list[str]:
    """Return the ids of the conversations that have a place in the index and no words."""
    rows = database.execute(
        "SELECT s.conversation FROM solved s LEFT JOIN words w ON w.number = s.number "
        "WHERE w.number IS NULL ORDER BY s.number"
    ).fetchall()
    return [name for (name,) in rows]


def write_words(database: Database, conversation: str) -> None:
    """Write the words of a closed conversation to the index, if it has a place there."""
    number = database.execute(_NUMBER, (conversation,)).fetchone()
    row = database.execute(_STATE, (conversation,)).fetchone()
    if number is None or row is None:
        return
    state = read_record(row).conversation
    said, notes = (read_said(database, state.id, (kind,)) for kind in ("message", "note"))
    subject, said, notes = (indexable(text) for text in (state.subject or "", said, notes))
    lexemes = Lexemes()
    texts = (subject, said, notes, _names(database, state))
    for text, weight in zip(texts, WEIGHTS.values(), strict=True):
        lexemes.add(text, weight)
    technician = state.technician.id if state.technician else ""
    database.execute("DELETE FROM words WHERE number = ?", number)
    database.execute(
        "INSERT INTO words (number, customer, technician, subject, said, notes, vector) "
        "VALUES (?, ?, ?, ?, ?, ?, CAST(? AS tsvector))",
        (*number, state.customer.id, technician, *texts[:3], lexemes.vector()),
    )
    long = [(word,) for word in lexemes.positions if is_long_word(word)]
    database.executemany("INSERT INTO long_words VALUES (?) ON CONFLICT DO NOTHING", long)


def remove_words(database: Database, conversation: str) -> None:
    """Take the words of a conversation out of the index, and the long ones that only it had."""
    row = database.execute(
        "DELETE FROM words WHERE number = (SELECT number FROM solved WHERE conversation = ?) "
        "RETURNING subject, said, notes",
        (conversation,),
    ).fetchone()
    if row is None:
        return
    for word in {word for text in row for word, _, _ in tokens(text) if is_long_word(word)}:
        database.execute(
            "DELETE FROM long_words WHERE word = ? "
            "AND NOT EXISTS (SELECT 1 FROM words WHERE vector @@ CAST(? AS tsquery))",
            (word, quote_lexeme(word)),
        )


def search_closed(
    database: Database,
    whose: str | None,
    columns: str,
    *,
    text: str,
    limit: int,
    period: OpeningPeriod = ALWAYS,
) -> list[SearchHit]:
    """Search some columns of closed conversations; returns hits, best first."""
    query = _query(database, text)
    wanted = query.text(columns)
    if not wanted:
        return []
    rows = database.execute(
        _NEWEST.format(whose="" if whose is None else _WHOSE),
        {
            "query": wanted,
            "since": period.since or 0,
            "until": _END_OF_TIME if period.until is None else period.until,
            "most": max(limit, MAX_RANKED),
            **({} if whose is None else {"whose": whose}),
        },
    ).fetchall()
    found = [(_rank(query, row[3:]), row) for row in rows]
    # Sorting is stable, so among equal scores the newest stays first.
    found.sort(key=lambda each: each[0], reverse=True)
    return [
        SearchHit(read_record(row[:3]), shown(excerpt(row[4], query))) for _, row in found[:limit]
    ]


def find_similar(database: Database, conversation: str, limit: int) -> list[SearchHit]:
    """Return closed conversations sharing the rarest words of this one's customer, best first."""
    asked = read_texts(database.execute(_ASKED, (conversation,)))
    (own,) = database.execute(_NUMBER, (conversation,)).fetchone() or (0,)
    words = dict.fromkeys(
        word
        for word, _, _ in tokens(indexable(asked))
        if len(word) > 2 and len(word.encode()) <= MAX_WORD_BYTES
    )
    rows = partial(_rows_of_word, database, own)
    (indexed,) = database.execute(_COUNTED).fetchone()
    shared = most_alike(words, indexed, rows, limit)
    return [_read_similar(database, row, words) for row, words in shared.items()]


def excerpt(said: str, query: Query) -> str:
    """Return the words around the first match, which is marked with U+0002 and U+0003."""
    spans = [*tokens(said)]
    places = query.matches([word for word, _, _ in spans])
    first = max(0, places[0] - EXCERPT_BEFORE) if places else 0
    chosen = range(first, min(first + EXCERPT_WORDS, len(spans)))
    if not chosen:
        return ""
    begin = 0 if first == 0 else spans[first][1]
    end = len(said) if chosen.stop == len(spans) else spans[chosen.stop - 1][2]
    parts, done = ["…" if begin else ""], begin
    for place in places:
        if place in chosen:
            _, start, stop = spans[place]
            parts += [said[done:start], "\x02", said[start:stop], "\x03"]
            done = stop
    return "".join([*parts, said[done:end], "…" if end < len(said) else ""])


def _is_part_of_word(character: str) -> bool:
    category = unicodedata.category(character)
    return category[0] in "LN" or category in ("Co", "Mn", "Mc")


def _names(database: Database, state: Conversation) -> str:
    """Return the reference, with and without its hyphen, and the customer's name and address."""
    sql = "SELECT name, email FROM customers WHERE id = ?"
    name, email = database.execute(sql, (state.customer.id,)).fetchone() or ("", "")
    known = (state.reference, state.reference.replace("-", ""), name or state.customer.name, email)
    return indexable(" ".join(filter(None, known)))


def _query(database: Database, text: str) -> Query:
    wanted = indexable(text)
    words = dict.fromkeys(word for word, _, _ in tokens(without_phrases(wanted)))
    runs = [[word for word, _, _ in tokens(run)] for run in phrases(wanted)]
    # A sign that is newer than Python's tables of Unicode is part of no word.
    known = [run for run in runs if run]
    return Query([(spellings(word), _compounds(database, word)) for word in words], known)


def _compounds(database: Database, part: str) -> list[str]:
    """Return long words of the index that have this one in them, at most MAX_COMPLETIONS."""
    if len(part) < 3:
        return []
    sql = "SELECT word FROM long_words WHERE instr(word, ?) > 1 LIMIT ?"
    found = [database.execute(sql, (each, MAX_COMPLETIONS)).fetchall() for each in spellings(part)]
    return [word for rows in found for (word,) in rows]


def _rank(query: Query, texts: Sequence[str]) -> float:
    subject, said, notes = (
        len(query.matches([word for word, _, _ in tokens(text)])) for text in texts
    )
    return score(len(texts[1]) + len(texts[2]), subject, said, notes)


def _rows_of_word(database: Database, without: int, word: str) -> list[int]:
    """Return the rows in which a word occurs, newest first, at most RARE_UP_TO + 1."""
    asked = (f"{quote_lexeme(word)}:AB", without, RARE_UP_TO + 1)
    return [row for (row,) in database.execute(_ROWS, asked).fetchall()]


def _read_similar(database: Database, row: int, words: Sequence[str]) -> SearchHit:
    """Return a conversation with an excerpt around the rarest words that it shares."""
    sql = (
        f"SELECT {_COLUMNS}, w.said FROM words w JOIN solved s ON s.number = w.number "
        "JOIN conversations c ON c.id = s.conversation WHERE w.number = ?"
    )
    *record, said = database.execute(sql, (row,)).fetchone()
    query = Query([([], list(words[:MAX_EXCERPT_WORDS]))], [])
    return SearchHit(read_record((record[0], record[1], record[2])), shown(excerpt(said, query)))
