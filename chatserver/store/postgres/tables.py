"""Appends in PostgreSQL: rows are written in the transaction of the commit, without a journal."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

from chatserver.core.log import Append
from chatserver.store.engine.database import Database, in_savepoint
from chatserver.store.search.words_table import unindexed, write_words
from chatserver.store.tables.log import write_each_valid, write_valid

INDEXING_PAUSE_S = 1.0
"""Seconds after which the words of closed conversations are written to the index."""

AT_ONCE = 16
"""Conversations of which the words are written in one commit."""

FOREIGN_WRITES = "foreign_writes"
"""The row of `meta` that counts the transactions of programs beside the server."""

_COUNT_WRITE = """
    INSERT INTO meta AS m VALUES (?, '1')
    ON CONFLICT (name) DO UPDATE SET value = CAST(CAST(m.value AS bigint) + 1 AS text)"""


@dataclass(slots=True)
class DirectTables:
    """Writes appends to the tables at once; only the words of closed conversations follow.

    A program that is no server counts its transactions, so that the server notices them.
    """

    is_server: bool
    _unindexed: dict[str, None] = field(default_factory=dict)
    _ended: list[str] = field(default_factory=list)
    _written: list[str] = field(default_factory=list)

    def load(self, database: Database) -> None:
        """Find the closed conversations with words that a former program has not written."""
        self._unindexed = dict.fromkeys(unindexed(database))

    @property
    def caught_up(self) -> int:
        return len(self._written)

    @property
    def is_behind(self) -> bool:
        return bool(self._unindexed)

    def next_due_s(self) -> float:
        return INDEXING_PAUSE_S

    def is_plain(self, append: Append) -> bool:
        return False

    @property
    def needs_flush(self) -> bool:
        return True

    @property
    def is_flushed(self) -> bool:
        return True

    def slices(self, conversations: Iterable[str] | None = None) -> Iterator[Sequence[str]]:
        # What is asked for one conversation is not in the index.
        names = [*self._unindexed] if conversations is None else []
        for first in range(0, len(names), AT_ONCE):
            yield names[first : first + AT_ONCE]

    def data_version(self, database: Database) -> int:
        sql = "SELECT value FROM meta WHERE name = ?"
        row = database.execute(sql, (FOREIGN_WRITES,)).fetchone()
        return 0 if row is None else int(row[0])

    def begin(self, database: Database) -> None:
        database.begin()
        if not self.is_server:
            database.execute(_COUNT_WRITE, (FOREIGN_WRITES,))

    def append(self, database: Database, appends: Sequence[Append]) -> bool:
        return False

    def store(self, database: Database, appends: Sequence[Append]) -> Sequence[Exception | None]:
        """Write the valid appends; return the rejection of each, which is None for a valid one.

        The conversations are locked first, so that those overtaken are sifted out and none fails
        the statement; only a request that is repeated at the same moment does.
        """
        self._ended += [each.after.id for each in appends if not each.after.is_open]
        rejections, error = in_savepoint(database, lambda _: write_valid(database, appends))
        if error is None and rejections is not None:
            return rejections
        return write_each_valid(database, appends)

    def catch_up(self, database: Database, among: Collection[str] | None = None) -> None:
        """Write the words of some closed conversations to the index; of all it would take long."""
        for name in among or ():
            # Words that the index cannot take must not keep a message from being stored.
            in_savepoint(database, partial(write_words, conversation=name))
            self._written.append(name)

    def catch_up_overdue(self, database: Database) -> None:
        self.catch_up(database, [*self._unindexed][:AT_ONCE])

    def end(self, *, committed: bool, flushed: bool = True) -> None:
        if committed:
            for name in self._written:
                self._unindexed.pop(name, None)
            self._unindexed.update(dict.fromkeys(self._ended))
        self._written.clear()
        self._ended.clear()

    def purge(self, database: Database) -> bool:
        """Do nothing: there is no journal."""
        return True
