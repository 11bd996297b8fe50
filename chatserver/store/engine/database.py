"""The port of a database engine: what jobs are given, whichever engine stores the tables.

Jobs write the SQL that all engines share. What engines say in other words is an attribute here, to
be put into a statement: `among`, `rows`, `for_update`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar, Protocol, TypeVar

from chatserver.core.errors import ChatError, Code

T = TypeVar("T")

Value = str | int | bytes | None
"""A value that a statement is given."""

Parameters = Sequence[Value] | Mapping[str, Value]
"""The values of `?`, `?1` or `:name` in a statement."""

GATES = {
    "erased conversation": Code.CLOSED,
    "erased customer": Code.NOT_SIGNED_IN,
    "held conversation": Code.NOT_ALLOWED,
}
"""The errors raised by triggers of the schema (0066), and the sentences for their authors."""


class Rows(Protocol):
    """The result of a statement."""

    # Columns have the types of the statement, which no checker reads.
    def fetchone(self) -> Any: ...
    def fetchall(self) -> list[Any]: ...
    def __iter__(self) -> Iterator[Any]: ...

    @property
    def rowcount(self) -> int:
        """The number of rows that were written."""


class Database(Protocol):
    """A connection as a job sees it; statements raise `failures`, some of them `violations`."""

    among: ClassVar[str]
    """SQL: a subquery with the texts of the JSON array that is its only parameter."""
    for_update: ClassVar[str]
    """SQL: the end of a SELECT whose rows no other transaction may change before this one ends."""
    failures: ClassVar[tuple[type[Exception], ...]]
    """Every error of the engine."""
    violations: ClassVar[tuple[type[Exception], ...]]
    """The errors that concern one job, and not the connection or the disk."""

    def execute(self, sql: str, parameters: Parameters = ..., /) -> Rows:
        """Execute one statement."""

    def executemany(self, sql: str, parameters: Iterable[Parameters], /) -> Rows:
        """Execute a statement for each of some rows; `rowcount` is that of all of them."""

    def rows(self, columns: str, /) -> str:
        """Return SQL: a subquery for the JSON array of arrays that is its only parameter.

        `columns` has names and types (text or bigint), in the order of the inner arrays.
        """

    def begin(self) -> None:
        """Begin a transaction that will write."""

    def translate(self, error: Exception) -> ChatError:
        """Return the error to raise for one of the engine's: nothing was stored."""

    def ends_session(self, error: Exception) -> bool:
        """Return True if an error has ended the session; the next job gets a new one."""

    def flush_commits(self, *, is_on: bool) -> None:
        """Let commits wait until the disk has them, or not, from now on."""

    @property
    def total_changes(self) -> int:
        """The number of rows changed since the connection was made."""

    @property
    def in_transaction(self) -> bool:
        """True from `begin` until the end of the transaction."""


Job = Callable[[Database], T]
"""Work on a connection that runs in the connection's own thread."""


class Connection(Protocol):
    """A connection whose thread runs whole jobs, one after the other."""

    async def run(self, job: Job[T]) -> T:
        """Run a job and return its result; raises Unavailable or StorageFull if storage fails."""


def execute(database: Database, sql: str, row: Sequence[Value]) -> None:
    """Execute a statement that has no result, as a job for the writer."""
    database.execute(sql, row)


def in_savepoint(database: Database, job: Job[T]) -> tuple[T | None, Exception | None]:
    """Return the result or the error of a job, which had no effect if it raised.

    Raises the engine's error for what concerns the whole transaction, such as a full disk.
    """
    result: T | None = None
    error: Exception | None = None
    database.execute("SAVEPOINT job")
    try:
        result = job(database)
    except database.violations as broken:
        error = database.translate(broken)
    except database.failures:
        raise
    except Exception as failed:
        error = failed
    if error is not None:
        database.execute("ROLLBACK TO job")
    database.execute("RELEASE job")
    return result, error
