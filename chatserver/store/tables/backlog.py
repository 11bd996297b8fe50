"""The messages that are in the log, and not yet in the tables that follow from it.

A commit writes what an `ok` promises and no more: the event of a message, with the request that it
answers. The state of its conversation, and the row by which a repeated request is found, follow
within seconds, once for many messages, and at the latest before a reader or a job looks at these
tables. After a kill they are made again from the log.
"""

import sqlite3
import time
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from chatserver.core.conversation.events import Message, Note
from chatserver.core.conversation.state import Conversation, evolve
from chatserver.core.log import Append
from chatserver.store.engine.rows import EVENT, RECORD, as_json, read_event, read_record

LAG_S = 5.0
"""Seconds after which the tables catch up with a conversation."""

AT_ONCE = 8
"""Conversations for which they catch up in one commit, so that no message waits for many."""

MAY_FOLLOW = (Message, Note)
"""The facts after which the tables may be behind, while the conversation is open."""

Key = tuple[str, str]
"""The id of an author and the id of a request."""

_INSERT_REQUESTS = """
    INSERT OR IGNORE INTO requests (author, request, digest, answer)
    SELECT json_extract(e.author, '$.id'), e.request, e.digest,
           json_object('conversation', e.conversation, 'seq', e.seq, 'at', e.at)
    FROM conversations AS c JOIN events AS e ON e.conversation = c.id AND e.seq > c.seq
    WHERE c.id = ? AND e.request IS NOT NULL"""
_UPDATE_STATE = "UPDATE conversations SET state = ?1, seq = ?2 WHERE id = ?3 AND seq < ?2"
_BEHIND = f"""
    SELECT {RECORD} FROM conversations AS c WHERE status <> 'closed'
    AND EXISTS (SELECT 1 FROM events AS e WHERE e.conversation = c.id AND e.seq > c.seq)"""
_EVENTS = f"SELECT {EVENT} FROM events WHERE conversation = ? AND seq > ? ORDER BY seq"


def is_plain(append: Append) -> bool:
    """Return True for a message or note whose answer and state follow from its event alone."""
    event, after = append.events[-1], append.after
    if len(append.events) > 1 or not after.is_open or not isinstance(event.fact, MAY_FOLLOW):
        return False
    answer = {"conversation": after.id, "seq": event.seq, "at": event.at}
    return append.request is None or append.answer == answer


def request_keys(appends: Iterable[Append]) -> list[Key]:
    """Return the keys of those appends that answer a request."""
    return [(each.events[0].author.id, each.request.id) for each in appends if each.request]


@dataclass(slots=True)
class Backlog:
    """The conversations in which something was said that the other tables do not have."""

    keys: set[Key] = field(default_factory=set)
    """The requests of all messages that are behind."""
    _states: dict[str, Conversation] = field(default_factory=dict)
    _since: dict[str, float] = field(default_factory=dict)
    _keys: dict[str, list[Key]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self._states)

    def add(self, appends: Sequence[Append]) -> None:
        """Add messages that were committed."""
        now = time.monotonic()
        for append in appends:
            conversation_id, keys = append.after.id, request_keys((append,))
            self._states[conversation_id] = append.after
            self._since.setdefault(conversation_id, now)
            self._keys.setdefault(conversation_id, []).extend(keys)
            self.keys.update(keys)

    def remove(self, conversations: Iterable[str]) -> None:
        """Remove conversations with which the tables have caught up."""
        for conversation_id in conversations:
            del self._states[conversation_id], self._since[conversation_id]
            self.keys.difference_update(self._keys.pop(conversation_id))

    def overdue(self) -> list[str]:
        """Return the first conversations that have waited long enough."""
        first = zip(self._since.items(), range(AT_ONCE), strict=False)
        return [each for (each, since), _ in first if since <= time.monotonic() - LAG_S]

    def write(
        self, database: sqlite3.Connection, among: Collection[str] | None = None
    ) -> list[str]:
        """Let the tables catch up with those of some conversations, or all, that are behind.

        Returns their ids, for `remove` after the commit.
        """
        # Not all that are behind are gone through: this is asked for each commit.
        behind = list(self._states if among is None else self._states.keys() & among)
        if behind:
            _write(database, [self._states[each] for each in behind])
        return behind


def replay(database: sqlite3.Connection, among: Collection[str] | None = None) -> None:
    """Let the tables catch up with the log itself, for some open conversations or for all.

    What another program has appended, or a killed one has left, is in no backlog of this one.
    """
    chosen = "" if among is None else " AND c.id IN (SELECT value FROM json_each(:among))"
    parameters = {"among": as_json(list(among or ()))}
    for row in database.execute(_BEHIND + chosen, parameters).fetchall():
        state = read_record(row).conversation
        try:
            for event in map(read_event, database.execute(_EVENTS, (state.id, state.seq))):
                state = evolve(state, event)
        except (ValueError, KeyError, TypeError):
            # An entry that cannot be read must not keep a server from starting; `check` finds it.
            continue
        _write(database, [state])


def _write(database: sqlite3.Connection, states: Sequence[Conversation]) -> None:
    # The requests first: which events they are made from is told by the old seq of the state.
    database.executemany(_INSERT_REQUESTS, [(state.id,) for state in states])
    rows = [(as_json(state), state.seq, state.id) for state in states]
    database.executemany(_UPDATE_STATE, rows)
