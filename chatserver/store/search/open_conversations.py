"""Search by reading: in conversations that are not in the index, because they are open."""

import re
from collections.abc import Sequence
from unicodedata import normalize

from chatserver.core.conversation.listing import SearchHit
from chatserver.store.engine.database import Database
from chatserver.store.engine.rows import RECORD, as_json, read_record, read_texts

EXCERPT_MARGIN = 60
"""Characters that an excerpt shows on each side of a match."""

_WORD = re.compile(r"\w+")
_COLUMNS = ", ".join(f"c.{column.strip()}" for column in RECORD.split(","))
_READ = f"""
    SELECT {_COLUMNS}, coalesce(p.name, ''), coalesce(p.email, '')
    FROM conversations c LEFT JOIN customers p ON p.id = c.customer
    WHERE c.id IN {{among}} ORDER BY c.opened_at DESC, c.id DESC"""
_SAID = "SELECT fact FROM events WHERE conversation = ? AND kind IN ({marks}) ORDER BY seq"


def search_among(
    database: Database, conversations: Sequence[str], text: str, limit: int
) -> list[SearchHit]:
    """Return those of these conversations that have every word of a text, newest first.

    They are read from the disk: a site has some hundreds of open conversations, and the index is
    written when they end.
    """
    words = words_of(text)
    if not words:
        return []
    hits: list[SearchHit] = []
    asked = (as_json(list(conversations)),)
    for row in database.execute(_READ.format(among=database.among), asked).fetchall():
        record, names = read_record(row[:3]), row[3:]
        state = record.conversation
        said = read_said(database, state.id, ("message", "note"))
        named = (state.subject or "", state.reference, state.reference.replace("-", ""), *names)
        everything = folded("\n".join((said, *named)))
        if all(word in everything for word in words):
            excerpt = excerpt_around(normalize("NFC", said), words)
            hits.append(SearchHit(record, excerpt))
        if len(hits) == limit:
            break
    return hits


def read_said(database: Database, conversation: str, kinds: Sequence[str]) -> str:
    """Return the texts of the events of some kinds in a conversation, one in each line."""
    sql = _SAID.format(marks=", ".join("?" * len(kinds)))
    return read_texts(database.execute(sql, (conversation, *kinds)))


def words_of(text: str) -> list[str]:
    """Return the words of a query, folded."""
    return _WORD.findall(folded(text))


def folded(text: str) -> str:
    """Return a text without upper case and composed (NFC), as it is compared."""
    return normalize("NFC", text).casefold()


def excerpt_around(said: str, words: Sequence[str]) -> str:
    """Return the text around the first match, marked like the excerpts of the index."""
    for word in words:
        found = re.search(re.escape(word), said, re.IGNORECASE)
        if found:
            start, end = found.span()
            begin, stop = max(0, start - EXCERPT_MARGIN), end + EXCERPT_MARGIN
            before = ("…" if begin else "") + said[begin:start]
            after = said[end:stop] + ("…" if stop < len(said) else "")
            return f"{before}\x02{found[0]}\x03{after}"
    return ""
