"""Words as the index of the search has them: folded, split, completed, rare or common."""

import sqlite3
from collections.abc import Iterable

TERMS = 12
"""Words of a question that count."""

ENDINGS = 32
"""Words that the beginning of one may stand for; where there are more, the index collects them."""

PREFIXES = 3
"""Characters up to which the index has the beginnings of words themselves (schema/0040)."""

COMPARED = 16
"""Words of a conversation of which it is looked up how rare they are: those with digits, as codes
and numbers of parts have, then the longest, which seldom are the common ones."""

RARE = 50
"""Conversations in which a word may stand and still say what is special about one."""

OFTEN = 0.5
"""A word that stands in more than this part of all conversations says nothing."""

# What asks the index to split and fold a text, with its own tokenizer; `temp` is each connection's.
_FOLDING = (
    """CREATE VIRTUAL TABLE IF NOT EXISTS temp.folding USING fts5(
           text, content = '', tokenize = "unicode61 remove_diacritics 2")""",
    "CREATE VIRTUAL TABLE IF NOT EXISTS temp.folded USING fts5vocab(temp, folding, instance)",
)


def terms(database: sqlite3.Connection, text: str) -> list[str]:
    """The different words of a text in order, as the index folds them."""
    for statement in _FOLDING:
        database.execute(statement)
    database.execute("INSERT INTO temp.folding (rowid, text) VALUES (1, ?)", (text,))
    found = database.execute("SELECT term FROM temp.folded ORDER BY offset").fetchall()
    database.execute("INSERT INTO temp.folding (folding) VALUES ('delete-all')")
    return list(dict.fromkeys(term for (term,) in found))


def all_of(database: sqlite3.Connection, text: str) -> str:
    """What finds every word of a text, each perhaps only begun; empty where there are none.

    Nothing of the text is syntax of the index.
    """
    return " AND ".join(_begun(database, term) for term in terms(database, text)[:TERMS])


def rarest(
    database: sqlite3.Connection, words: Iterable[str], without: int
) -> dict[str, list[int]]:
    """The rarest of these words, and in which conversations (rows of the index) each stands.

    `without` is the row of a conversation that does not count. Of a common word the newest rows
    are given, and only where no word is rare: no list of rows is read further than shows that a
    word is common.
    """
    often = max(1, OFTEN * total(database))
    likely = sorted(words, key=lambda word: (word.isalpha(), -len(word)))[:COMPARED]
    standing = {word: _rows(database, word, without) for word in likely}
    telling = [(word, rows) for word, rows in standing.items() if 0 < len(rows) <= often]
    rare = [(word, rows) for word, rows in telling if len(rows) <= RARE]
    return dict(sorted(rare or telling, key=lambda each: len(each[1]))[:TERMS])


def total(database: sqlite3.Connection) -> int:
    """Conversations that the index has had."""
    return int(database.execute("SELECT coalesce(max(number), 0) FROM solved").fetchone()[0])


def quoted(term: str) -> str:
    """A word that the index takes for nothing else."""
    return '"' + term.replace('"', '""') + '"'


def _begun(database: sqlite3.Connection, term: str) -> str:
    if len(term) > PREFIXES:
        known = [term, *_completed(database, term)]
        if len(known) <= ENDINGS:
            return "(" + " OR ".join(map(quoted, known)) + ")"
    return f"{quoted(term)}*"


def _completed(database: sqlite3.Connection, beginning: str) -> list[str]:
    """Longer words of the index that begin so, at most ENDINGS.

    Each is a look-up of its own: from one to the next stands every place where the first was said.
    """
    found: list[str] = []
    # No word has a character as low as the one that is added.
    least = beginning + "\x01"
    while len(found) < ENDINGS:
        row = database.execute(
            "SELECT term FROM vocabulary WHERE term >= ? LIMIT 1", (least,)
        ).fetchone()
        if row is None or not row[0].startswith(beginning):
            break
        found.append(row[0])
        least = row[0] + "\x01"
    return found


def _rows(database: sqlite3.Connection, word: str, without: int) -> list[int]:
    """Where a word was said, the newest first, at most one more than RARE."""
    found = database.execute(
        "SELECT rowid FROM words WHERE words MATCH ? ORDER BY rowid DESC LIMIT ?",
        (f"{{subject said}} : {quoted(word)}", RARE + 2),
    ).fetchall()
    return [row for (row,) in found if row != without][: RARE + 1]
