"""Full-text search over closed conversations (SQLite FTS5), a read model written with the log.

The cost of a search does not grow with the history: FTS5 yields matches from the newest backwards,
and only the newest are ranked. FTS5's own rank (bm25) first counts every match of each word.
"""

from collections.abc import Sequence
from functools import partial

from chatserver.core.conversation.listing import ALWAYS, OpeningPeriod, SearchHit
from chatserver.core.conversation.state import Conversation
from chatserver.core.people import Role
from chatserver.store.engine.database import Database
from chatserver.store.engine.rows import AUTHORED_BY, RECORD, as_json, read_record, read_texts
from chatserver.store.engine.segmentation import indexable, shown
from chatserver.store.search.open_conversations import read_said
from chatserver.store.search.query_terms import (
    add_long_words,
    count_indexed,
    match_all,
    most_alike,
    quote_term,
    remove_long_words,
    rows_of_word,
    tokenize,
)

FOR_CUSTOMERS = "subject said"
FOR_TECHNICIANS = "subject said notes names"
"""The columns that each side searches; `names` has the reference and the customer's address."""

MAX_RANKED = 60
"""Conversations that a search ranks: the newest that contain every word."""

_QUESTIONS_OF = f"""
    SELECT fact FROM events WHERE conversation = ? AND kind = 'message'
    AND {AUTHORED_BY[Role.CUSTOMER]} ORDER BY seq LIMIT 50"""
_CUSTOMER = "SELECT name, email FROM customers WHERE id = ?"
_ROWID_OF = "SELECT coalesce((SELECT number FROM solved WHERE conversation = ?), 0)"
_COLUMNS = ", ".join(f"c.{column.strip()}" for column in RECORD.split(","))

_EXCERPT = "snippet(words, 2, char(2), char(3), '…', 24)"

# The matches in each column: `highlight` adds one character to each, so the difference in length
# counts them.
_HITS = ", ".join(
    f"length(highlight(words, {number}, char(2), '')) - length({name})"
    for number, name in enumerate(("subject", "said", "notes"), start=1)
)
# Excerpts are taken for all ranked rows: finding the final ones a second time takes longer.
_NEWEST = f"""
    SELECT rowid, {_EXCERPT}, length(said) + length(notes), {_HITS} FROM words
    WHERE words MATCH ? ORDER BY rowid DESC LIMIT ?"""
_NEWEST_OPENED = _NEWEST.replace(
    "ORDER BY",
    """AND EXISTS (
        SELECT 1 FROM solved s JOIN conversations c ON c.id = s.conversation
        WHERE s.number = words.rowid AND c.opened_at >= ? AND c.opened_at < ?)
    ORDER BY""",
)
"""Like `_NEWEST`, restricted to a period of opening.

Each match is joined, so the cost grows with the matches that are newer than the period.
"""

_END_OF_TIME = 2**63 - 1
# DESC here as well: FTS5 then walks from the newest row and soon finds a word that is not rare.
_EXCERPT_OF = f"SELECT {_EXCERPT} FROM words WHERE words MATCH ? AND rowid = ? ORDER BY rowid DESC"
_RECORDS = f"""
    SELECT s.number, {_COLUMNS} FROM solved s JOIN conversations c ON c.id = s.conversation
    WHERE s.number IN (SELECT value FROM json_each(?))"""

SUBJECT_WEIGHT = 4
"""A match in the subject counts as many matches in messages."""

MAX_EXCERPT_WORDS = 3
"""Words that are highlighted in a similar conversation."""

SATURATION = 1.2
TYPICAL_LENGTH = 2_000
"""Characters of a conversation of ordinary length.

As in bm25, each further match counts less (SATURATION), and a match in a short conversation counts
more than one in a long one.
"""


def index_words(database: Database, closed: Sequence[Conversation]) -> None:
    """Write the words of closed conversations to the index, replacing earlier ones.

    Those of an erased conversation are taken out instead.
    """
    for state in closed:
        if state.erased_at is not None:
            remove_words(database, state.id)
            continue
        database.execute("INSERT OR IGNORE INTO solved (conversation) VALUES (?)", (state.id,))
        row = database.execute(
            "SELECT number FROM solved WHERE conversation = ?", (state.id,)
        ).fetchone()
        # The gate takes no row about a conversation that was erased since the state was read.
        if row is None:
            continue
        (number,) = row
        said, notes = (read_said(database, state.id, (kind,)) for kind in ("message", "note"))
        technician = state.technician.id if state.technician else ""
        texts = [indexable(text) for text in (state.subject or "", said, notes)]
        database.execute("DELETE FROM words WHERE rowid = ?", (number,))
        database.execute(
            "INSERT INTO words (rowid, whose, subject, said, notes, names) "
            "VALUES (?, ?, ?, ?, ?, ?)",
            (number, f"{state.customer.id} {technician}", *texts, _names(database, state)),
        )
        add_long_words(database, texts)


def _names(database: Database, state: Conversation) -> str:
    """Return the reference, with and without its hyphen, and the customer's name and address."""
    name, email = database.execute(_CUSTOMER, (state.customer.id,)).fetchone() or ("", "")
    known = (state.reference, state.reference.replace("-", ""), name or state.customer.name, email)
    return indexable(" ".join(filter(None, known)))


def remove_words(database: Database, conversation: str) -> None:
    """Take the words of an erased conversation out of the index, and those that only it had."""
    row = database.execute(
        "SELECT rowid, subject, said, notes FROM words "
        "WHERE rowid = (SELECT number FROM solved WHERE conversation = ?)",
        (conversation,),
    ).fetchone()
    if row is not None:
        number, *texts = row
        database.execute("DELETE FROM words WHERE rowid = ?", (number,))
        remove_long_words(database, texts)


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
    wanted = match_all(database, text)
    if not wanted:
        return []
    wanted = f"{{{columns}}} : ({wanted})"
    if whose is not None:
        wanted = f"whose : {quote_term(whose)} AND {wanted}"
    most = max(limit, MAX_RANKED)
    if period == ALWAYS:
        newest = database.execute(_NEWEST, (wanted, most)).fetchall()
    else:
        limits = (period.since or 0, _END_OF_TIME if period.until is None else period.until)
        newest = database.execute(_NEWEST_OPENED, (wanted, *limits, most)).fetchall()
    # Sorting is stable, so among equal scores the newest stays first.
    ranked = sorted(newest, key=lambda row: score(*row[2:]), reverse=True)
    return _read_hits(database, {row: excerpt for row, excerpt, *_ in ranked[:limit]})


def score(length: int, subject: int, said: int, notes: int) -> float:
    """Return the worth of a match, given the length of the texts and the matches in each column."""
    hits = SUBJECT_WEIGHT * subject + said + notes
    return hits / (hits + SATURATION * (0.25 + 0.75 * length / TYPICAL_LENGTH))


def find_similar(database: Database, conversation: str, limit: int) -> list[SearchHit]:
    """Return closed conversations sharing the rarest words of this one's customer, best first."""
    asked = read_texts(database.execute(_QUESTIONS_OF, (conversation,)))
    (own,) = database.execute(_ROWID_OF, (conversation,)).fetchone()
    words = [term for term in tokenize(database, indexable(asked)) if len(term) > 2]
    shared = most_alike(words, count_indexed(database), partial(rows_of_word, database, own), limit)
    return _read_hits(database, {row: _excerpt(database, row, shared[row]) for row in shared})


def _excerpt(database: Database, row: int, words: Sequence[str]) -> str:
    """Return an excerpt with the rarest shared words, each of which is searched again."""
    wanted = f"{{subject said}} : ({' OR '.join(map(quote_term, words[:MAX_EXCERPT_WORDS]))})"
    return str(database.execute(_EXCERPT_OF, (wanted, row)).fetchone()[0])


def _read_hits(database: Database, excerpts: dict[int, str]) -> list[SearchHit]:
    """Return the conversations of index rows in the given order."""
    found = database.execute(_RECORDS, (as_json(list(excerpts)),))
    records = {row: read_record((state, *marks)) for row, state, *marks in found}
    return [
        SearchHit(records[row], shown(excerpt))
        for row, excerpt in excerpts.items()
        if row in records
    ]
