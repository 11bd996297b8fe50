"""The messages that are in the journal, and not yet in the tables.

A commit writes what an `ok` promises and no more: the event of a message, with the request that it
answers, as an entry of the journal. Its row in `events`, the row by which a repeated request is
found, and the state of its conversation follow within seconds, once for many messages, and at the
latest before a reader or a job looks at these tables. After a kill they are made from the journal.
"""

import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from time import monotonic

import orjson

from chatserver.core.conversation.events import Message, Note
from chatserver.core.log import Append, SeqConflict
from chatserver.store.engine.bulk_insert import BulkInsert
from chatserver.store.engine.database import Database
from chatserver.store.engine.journal import Journal, empty_files, remove_files
from chatserver.store.engine.rows import EVENT, as_json, event_row, request_row
from chatserver.store.engine.writer import touch_disk, transaction
from chatserver.store.tables.log import write_each_valid, write_events_and_models
from chatserver.store.tables.recovery import (
    Entry,
    insert_records,
    read_position,
    rebuild_models,
    unread,
    update_states,
)

LAG_S = 10.0
"""Seconds after which the tables catch up with a conversation."""

TOGETHER_S = 0.25
"""Seconds for which one waits for others, so that the tables catch up with some in one commit."""

CATCH_UP_MESSAGES = 64
"""Messages with which the tables catch up in one commit: 2 ms in which others wait to be stored. A
conversation is not divided."""

MOST_MESSAGES = 5_000
"""Messages beyond which the tables catch up with the first conversations at once."""

DEFERRABLE = (Message, Note)
"""The facts of which only the journal may know, while the conversation is open."""

Key = tuple[str, str]
"""The id of an author and the id of a request (JSON)."""

_EVENTS = BulkInsert(
    f"INSERT OR IGNORE INTO events ({EVENT}, request, digest, salt)",
    "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, randomblob(16))",
)
_REQUESTS = BulkInsert(
    "INSERT OR IGNORE INTO requests (author, request, digest, answer)", "(?, ?, ?, ?)"
)
_STANDING = """
    SELECT (SELECT count(*) FROM json_each(?1) AS k CROSS JOIN conversations AS c
            ON c.id = json_extract(k.value, '$[0]') AND c.seq = json_extract(k.value, '$[1]')
            AND c.status <> 'closed'),
        EXISTS (SELECT 1 FROM json_each(?2) AS k CROSS JOIN requests AS r
            ON r.author = json_extract(k.value, '$[0]')
            AND r.request = json_extract(k.value, '$[1]'))"""


def is_plain(append: Append) -> bool:
    """Return True for a message or note whose answer and state follow from its event alone."""
    event, after = append.events[-1], append.after
    if len(append.events) > 1 or not after.is_open or not isinstance(event.fact, DEFERRABLE):
        return False
    answer = {"conversation": after.id, "seq": event.seq, "at": event.at}
    return append.request is None or append.answer == answer


def journal_entry(append: Append) -> Entry:
    """Return the entry of the journal for a plain message."""
    request, digest = append.request or (None, None)
    return (*event_row(append.events[0]), None if request is None else as_json(request), digest)


def request_keys(appends: Iterable[Append]) -> list[Key]:
    """Return the keys of those appends that answer a request."""
    return [
        (each.events[0].author.id, as_json(each.request.id)) for each in appends if each.request
    ]


@dataclass(slots=True)
class MessagesBehind:
    """The messages of a conversation that are not in the tables.

    `since` is in seconds of the monotonic clock; `position` is that of the first entry; `end` is
    the seq of the last message.
    """

    since: float
    position: int
    end: int = 0
    messages: list[tuple[Append, Entry]] = field(default_factory=list)


@dataclass(slots=True)
class Backlog:
    """The conversations in which something was said that the tables do not have."""

    keys: set[Key] = field(default_factory=set)
    """The requests of all messages that are behind."""
    count: int = 0
    """The number of these messages."""
    _behind: dict[str, MessagesBehind] = field(default_factory=dict)

    @property
    def position(self) -> int | None:
        """The position of the first record that is still needed, or None."""
        # In the order in which the first message of each came.
        return next((each.position for each in self._behind.values()), None)

    def continues(self, database: Database, appends: Sequence[Append], keys: Sequence[Key]) -> bool:
        """Return True if each append is of another conversation and decided on the end of its log,
        and each key is new."""
        ends = {each.after.id: each.after.seq - 1 for each in appends}
        known = {name: self._behind[name].end for name in ends if name in self._behind}
        others = [each for each in ends.items() if each[0] not in known]
        found = database.execute(_STANDING, (as_json(others), as_json(keys))).fetchone()
        is_new = len({*keys}) == len(keys) and self.keys.isdisjoint(keys)
        is_next = len(ends) == len(appends) and known.items() <= ends.items()
        return is_new and is_next and found == (len(others), 0)

    def add(self, position: int, messages: Iterable[tuple[Append, Entry]], keys: list[Key]) -> None:
        """Add messages that stand in one record of the journal, and the keys of their requests."""
        for append, entry in messages:
            behind = self._behind.setdefault(append.after.id, MessagesBehind(monotonic(), position))
            behind.messages.append((append, entry))
            behind.end, self.count = append.after.seq, self.count + 1
        self.keys.update(keys)

    def remove(self, conversations: Iterable[str]) -> None:
        """Remove conversations with which the tables have caught up."""
        for each in conversations:
            messages = self._behind.pop(each).messages
            self.count -= len(messages)
            self.keys.difference_update(request_keys(append for append, _ in messages))

    def clear(self) -> None:
        """Remove everything: another program has written it to the tables."""
        self.remove([*self._behind])

    def next_due_s(self) -> float:
        """Return the seconds until `next_overdue` has something; some may be waited for."""
        if self.count >= MOST_MESSAGES:
            return 0
        # A copy, made in one step: a purge may remove some in the writer's thread.
        first = next(iter([*self._behind.values()]), None)
        due_s = (first.since if first else 0) + LAG_S - monotonic()
        return max(due_s, TOGETHER_S) if due_s > -TOGETHER_S else 0

    def next_overdue(self) -> list[str]:
        """Return the first conversations that have waited long enough, as many as go at once."""
        until = monotonic() - (LAG_S if self.count < MOST_MESSAGES else 0)
        first = next(self.slices(), ())
        return [name for name in first if self._behind[name].since <= until]

    def slices(self, conversations: Iterable[str] | None = None) -> Iterator[Sequence[str]]:
        """Yield those of some conversations, or of all, that are behind, as many as go at once."""
        among, count = list[str](), 0
        for name in [*self._behind] if conversations is None else conversations:
            # A commit for the slice before may have caught up with others as well.
            if (behind := self._behind.get(name)) is None:
                continue
            among.append(name)
            count += len(behind.messages)
            if count >= CATCH_UP_MESSAGES:
                yield among
                among, count = [], 0
        if among:
            yield among

    def write(self, database: Database, among: Collection[str] | None = None) -> list[str]:
        """Let the tables catch up with some conversations, or with all, that are behind.

        Returns their ids, for `remove` after the commit.
        """
        # Not all that are behind are gone through: this is asked for each commit.
        names = list(self._behind if among is None else self._behind.keys() & among)
        messages = [each for name in names for each in self._behind[name].messages]
        requests = [request_row(each, each.request) for each, _ in messages if each.request]
        _EVENTS.run(database, [entry for _, entry in messages])
        _REQUESTS.run(database, requests)
        update_states(database, [self._behind[name].messages[-1][0].after for name in names])
        return names


@dataclass(slots=True)
class LogTables:
    """Writes appends: messages to the journal, and all else to the tables.

    The tables follow the journal when they must. In a program beside the server the journal is not
    open: such a program writes to the tables only, after all that the server has in its journal.
    """

    journal: Journal
    backlog: Backlog = field(default_factory=Backlog)
    _data_version: int = 0
    _written: set[str] = field(default_factory=set)
    _has_all: bool = False
    is_flushed: bool = True

    def next_due_s(self) -> float:
        return self.backlog.next_due_s()

    @property
    def is_behind(self) -> bool:
        return self.backlog.count > 0

    @property
    def needs_flush(self) -> bool:
        # The journal may be written over only where the tables are on disk.
        return self.journal.is_long

    def slices(self, conversations: Iterable[str] | None = None) -> Iterator[Sequence[str]]:
        return self.backlog.slices(conversations)

    @property
    def caught_up(self) -> int:
        return len(self._written)

    def open_journal(self, database: Database) -> None:
        """Begin a journal, once the tables have everything; raises OSError."""
        self.journal.open(read_position(database))

    def close_journal(self) -> None:
        """Close the journal, and remove its files unless the tables could not catch up."""
        self.journal.close()
        if not self.is_behind:
            remove_files(self.journal.folder)

    def is_plain(self, append: Append) -> bool:
        return self.journal.is_open and is_plain(append)

    def data_version(self, database: Database) -> int:
        """Return SQLite's own number, which moves only by commits of other connections."""
        return int(database.execute("PRAGMA data_version").fetchone()[0])

    def begin(self, database: Database) -> None:
        """Begin a transaction, and look at what other programs have done to the tables."""
        database.begin()
        (version,) = database.execute("PRAGMA data_version").fetchone()
        if version != self._data_version:
            self._data_version = version
            # Others write everything that stands in the journal, or nothing of it.
            if read_position(database) >= self.journal.last:
                self.backlog.clear()
                self.journal.restart()

    def append(self, database: Database, appends: Sequence[Append]) -> bool:
        """Append plain messages to the journal; return False if one of them must be rejected.

        Nothing was written then. Raises OSError.
        """
        entries, keys = [journal_entry(each) for each in appends], request_keys(appends)
        self.begin(database)
        try:
            if not self.backlog.continues(database, appends, keys):
                return False
            self.journal.append(orjson.dumps(entries))
        finally:
            # Only the lock was needed.
            database.execute("ROLLBACK")
        self.backlog.add(self.journal.last, zip(appends, entries, strict=True), keys)
        return True

    def store(self, database: Database, appends: Sequence[Append]) -> Sequence[Exception | None]:
        """Write the valid appends; return the rejection of each, which is None for a valid one.

        Raises sqlite3.Error for what concerns all of it, such as a full disk.
        """
        try:
            self.catch_up(database, {each.after.id for each in appends})
            if not self.backlog.keys.isdisjoint(request_keys(appends)):
                raise SeqConflict
            write_events_and_models(database, appends)
        except Exception as error:
            if isinstance(error, sqlite3.Error) and not isinstance(error, sqlite3.IntegrityError):
                raise
            # A savepoint to go back to would cost every group as much as this costs few.
            database.execute("ROLLBACK")
            self.end(committed=False)
            self.begin(database)
            self.catch_up(database)
            return write_each_valid(database, appends)
        return [None] * len(appends)

    def catch_up(self, database: Database, among: Collection[str] | None = None) -> None:
        """Write to the tables what they lack of some conversations, or all that they lack."""
        if not self.journal.is_open:
            if records := unread(database, self.journal.folder, self.journal.seed):
                insert_records(database, records)
                rebuild_models(database)
        else:
            self._written.update(self.backlog.write(database, among))
            self._has_all |= among is None

    def catch_up_overdue(self, database: Database) -> None:
        """Write to the tables what some conversations have lacked for `LAG_S`."""
        self.catch_up(database, self.backlog.next_overdue())

    def end(self, *, committed: bool, flushed: bool = True) -> None:
        """Take note that the transaction has ended; unless `flushed`, a power cut may undo it."""
        if committed:
            self.backlog.remove(self._written)
            self.is_flushed = flushed or (self.is_flushed and not self._written)
        if committed and flushed:
            # What was committed before without a flush is on disk now as well.
            if self._has_all:
                self.journal.restart()
            self.journal.switch(self.backlog.position or self.journal.last + 1)
        self._written.clear()
        self._has_all = False

    def purge(self, database: Database) -> bool:
        """Remove everything that stands in the journal; returns False if others write to it.

        Raises OSError.
        """
        with transaction(database, self):
            self.catch_up(database)
            touch_disk(database)
        # Under the lock no server appends; before it was taken, another one may have.
        database.execute("BEGIN IMMEDIATE")
        try:
            is_ours = self.journal.is_open
            if not is_ours and unread(database, self.journal.folder, self.journal.seed):
                return False
            empty_files(self.journal.folder)
        finally:
            database.execute("ROLLBACK")
        return True
