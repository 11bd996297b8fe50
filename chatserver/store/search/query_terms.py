"""The terms of a search query as the index has them: folded, completed, rare or common."""

import math
from collections.abc import Callable, Iterable

from chatserver.store.engine.database import Database
from chatserver.store.engine.segmentation import (
    indexable,
    is_long_word,
    phrases,
    spellings,
    without_phrases,
)

MAX_TERMS = 12
"""Terms of a query that are used; further ones are ignored."""

MAX_COMPLETIONS = 32
"""Completions of a prefix that are searched one by one; with more, the index merges them."""

INDEXED_PREFIX = 3
"""The longest prefix in characters that the index itself contains (`engine/schema`, 0040)."""

MAX_COMPARED = 16
"""Words of a conversation that are examined for rarity.

Words with digits (error codes, part numbers) come first, then the longest, which are seldom the
common ones.
"""

RARE_UP_TO = 50
"""Conversations in which a word may occur and still count as rare."""

COMMON_FROM = 0.5
"""A word that occurs in more than this share of all conversations distinguishes nothing."""

# Tokenizes a text exactly as the index does. `temp` tables belong to one connection.
_FOLDING = (
    """CREATE VIRTUAL TABLE IF NOT EXISTS temp.folding USING fts5(
           text, content = '',
           tokenize = "unicode61 remove_diacritics 2 categories 'L* N* Co Mn Mc'")""",
    "CREATE VIRTUAL TABLE IF NOT EXISTS temp.folded USING fts5vocab(temp, folding, instance)",
)


_IN_VOCABULARY = "SELECT 1 FROM vocabulary WHERE term = ? LIMIT 1"
_REMOVE_PARTS = "INSERT INTO word_parts (word_parts, rowid, word) VALUES ('delete', ?, ?)"


def tokenize(database: Database, text: str) -> list[str]:
    """Return the distinct words of a text in order, folded like those of the index."""
    for statement in _FOLDING:
        database.execute(statement)
    database.execute("INSERT INTO temp.folding (rowid, text) VALUES (1, ?)", (text,))
    found = database.execute("SELECT term FROM temp.folded ORDER BY offset").fetchall()
    database.execute("INSERT INTO temp.folding (folding) VALUES ('delete-all')")
    # A word of nothing but diacritics is folded to nothing, for which FTS5 gives NULL.
    return list(dict.fromkeys(term for (term,) in found if term))


def match_all(database: Database, text: str) -> str:
    """Return an FTS5 query for all words of a text as prefixes; empty if there are none.

    Syllables of a script without spaces are matched side by side: `路由器` does not find a text
    with these three in other places. All words are quoted, so nothing acts as query syntax.
    """
    wanted = indexable(text)
    words = tokenize(database, without_phrases(wanted))
    found = [*(_match_prefix(database, word) for word in words), *map(quote_term, phrases(wanted))]
    return " AND ".join(found[:MAX_TERMS])


def add_long_words(database: Database, texts: Iterable[str]) -> None:
    """Add the long words of indexable texts to those that are found by a part of them."""
    for word in _long_words(database, texts):
        added = database.execute(
            "INSERT OR IGNORE INTO long_words (word) VALUES (?) RETURNING id", (word,)
        ).fetchone()
        if added is not None:
            database.execute("INSERT INTO word_parts (rowid, word) VALUES (?, ?)", (*added, word))


def remove_long_words(database: Database, texts: Iterable[str]) -> None:
    """Remove the long words of texts that have left the index, where no other text has them."""
    for word in _long_words(database, texts):
        if database.execute(_IN_VOCABULARY, (word,)).fetchone():
            continue
        removed = database.execute(
            "DELETE FROM long_words WHERE word = ? RETURNING id", (word,)
        ).fetchone()
        if removed is not None:
            # An index without content of its own is told what it had.
            database.execute(_REMOVE_PARTS, (*removed, word))


def rarest_words(
    words: Iterable[str], indexed: int, rows: Callable[[str], list[int]]
) -> dict[str, list[int]]:
    """Return the rarest of these words, each with the index rows of conversations that have it.

    `indexed` is the number of conversations, `rows` finds those of a word. A common word has its
    newest rows, and is returned only where no word is rare: reading stops once a word is known to
    be common.
    """
    often = max(1, COMMON_FROM * indexed)
    likely = sorted(words, key=lambda word: (word.isalpha(), -len(word)))[:MAX_COMPARED]
    standing = {word: rows(word) for word in likely}
    distinctive = [(word, rows) for word, rows in standing.items() if 0 < len(rows) <= often]
    rare = [(word, rows) for word, rows in distinctive if len(rows) <= RARE_UP_TO]
    return dict(sorted(rare or distinctive, key=lambda each: len(each[1]))[:MAX_TERMS])


def most_alike(
    words: Iterable[str], indexed: int, rows: Callable[[str], list[int]], limit: int
) -> dict[int, list[str]]:
    """Return the conversations (rows of the index) with the rarest of some words, best first.

    With each stand the words that it has, the rarest first.
    """
    distinctive = rarest_words(words, indexed, rows)
    shared: dict[int, list[str]] = {}
    for word, standing in distinctive.items():
        for row in standing:
            shared.setdefault(row, []).append(word)

    def likeness(row: int) -> tuple[float, int]:
        return sum(math.log(1 + indexed / len(distinctive[word])) for word in shared[row]), row

    ranked = sorted(shared, key=likeness, reverse=True)[:limit]
    return {row: shared[row] for row in ranked}


def count_indexed(database: Database) -> int:
    """Return the number of conversations that were ever indexed."""
    return int(database.execute("SELECT coalesce(max(number), 0) FROM solved").fetchone()[0])


def quote_term(term: str) -> str:
    """Quote a term so that FTS5 takes it literally."""
    return '"' + term.replace('"', '""') + '"'


def _match_prefix(database: Database, term: str) -> str:
    if len(term) <= INDEXED_PREFIX:
        return f"{quote_term(term)}*"
    known: list[str] = []
    for spelling in spellings(term):
        completed = _completions(database, spelling)
        if len(completed) >= MAX_COMPLETIONS:
            # Too many to name: the index collects what begins so.
            return f"({' OR '.join(f'{quote_term(each)}*' for each in spellings(term))})"
        known += [spelling, *completed, *_compounds(database, spelling)]
    return f"({' OR '.join(map(quote_term, dict.fromkeys(known)))})"


def _compounds(database: Database, part: str) -> list[str]:
    """Return long words of the index that have this one in them, at most MAX_COMPLETIONS."""
    found = database.execute(
        "SELECT word FROM word_parts WHERE word_parts MATCH ? LIMIT ?",
        (quote_term(part), MAX_COMPLETIONS),
    ).fetchall()
    return [word for (word,) in found]


def _long_words(database: Database, texts: Iterable[str]) -> list[str]:
    return [word for text in texts for word in tokenize(database, text) if is_long_word(word)]


def _completions(database: Database, beginning: str) -> list[str]:
    """Return longer words of the index with this prefix, at most MAX_COMPLETIONS.

    Each is a separate look-up: reading the vocabulary in sequence would visit every occurrence of
    a word before the next one.
    """
    found: list[str] = []
    # The tokenizer yields no character as low as U+0001, so this sorts right behind the word
    # itself.
    least = beginning + "\x01"
    while len(found) < MAX_COMPLETIONS:
        row = database.execute(
            "SELECT term FROM vocabulary WHERE term >= ? LIMIT 1", (least,)
        ).fetchone()
        if row is None or not row[0].startswith(beginning):
            break
        found.append(row[0])
        least = row[0] + "\x01"
    return found


def rows_of_word(database: Database, excluded_row: int, word: str) -> list[int]:
    """Return the rows in which a word occurs, newest first, at most RARE_UP_TO + 1."""
    found = database.execute(
        "SELECT rowid FROM words WHERE words MATCH ? ORDER BY rowid DESC LIMIT ?",
        (f"{{subject said}} : {quote_term(word)}", RARE_UP_TO + 2),
    ).fetchall()
    return [row for (row,) in found if row != excluded_row][: RARE_UP_TO + 1]
