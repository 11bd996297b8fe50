"""PostgreSQL connections: their settings, and running a whole job in one thread.

The jobs are those of SQLite. psycopg's synchronous connection is used as a job uses sqlite3's, in a
thread of its own, so that the loop never waits for the network.
"""

import asyncio
import re
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import cache
from typing import Any, ClassVar, Self, TypeVar

import psycopg
from psycopg.pq import TransactionStatus
from psycopg.rows import TupleRow

from chatserver.core.errors import ChatError, Refused, StorageFull, Unavailable
from chatserver.store.engine.database import GATES, Job, Parameters, Value

T = TypeVar("T")

CONNECT_TIMEOUT_S = 5
"""Seconds that connecting may take."""

DISK_FULL = "53100"

ENDED = ("08", "57P")
"""The beginnings of the SQLSTATEs of a session that ends: the connection, an operator."""

_PARAMETER = re.compile(r"\?(\d*)|(?<!:):([a-z]\w*)|%|\binstr\(")
_READ_ONLY = "SET default_transaction_read_only = on"


class PostgresDatabase:
    """A connection to PostgreSQL as jobs see it: the port `Database`."""

    among: ClassVar[str] = "(SELECT json_array_elements_text(CAST(? AS json)))"
    for_update: ClassVar[str] = "FOR UPDATE"
    failures: ClassVar[tuple[type[Exception], ...]] = (psycopg.Error,)
    # The gates are triggers that raise.
    violations: ClassVar[tuple[type[Exception], ...]] = (
        psycopg.IntegrityError,
        psycopg.DataError,
        psycopg.errors.RaiseException,
    )

    def __init__(self, connection: psycopg.Connection[TupleRow]) -> None:
        self.connection = connection
        self.total_changes = 0

    def execute(self, sql: str, parameters: Parameters = (), /) -> psycopg.Cursor[TupleRow]:
        cursor = self.connection.execute(translate_sql(sql), _values(sql, parameters))
        self.total_changes += max(0, cursor.rowcount)
        return cursor

    def executemany(
        self, sql: str, parameters: Iterable[Parameters], /
    ) -> psycopg.Cursor[TupleRow]:
        cursor = self.connection.cursor()
        rows = [_values(sql, row) for row in parameters]
        if rows:
            cursor.executemany(translate_sql(sql), rows)
            self.total_changes += max(0, cursor.rowcount)
        return cursor

    def rows(self, columns: str, /) -> str:
        return _rows(columns)

    def begin(self) -> None:
        self.connection.execute("BEGIN")

    def flush_commits(self, *, is_on: bool) -> None:
        """Do nothing: each commit is flushed, as the server is configured."""

    def translate(self, error: Exception) -> ChatError:
        return translate(error)

    def ends_session(self, error: Exception) -> bool:
        # libpq may see only at the next statement that the other side has closed the connection.
        code = error.sqlstate or "" if isinstance(error, psycopg.Error) else ""
        if code.startswith(ENDED):
            self.connection.close()
        return self.connection.closed

    @property
    def in_transaction(self) -> bool:
        return self.connection.info.transaction_status is not TransactionStatus.IDLE


class PostgresConnection:
    """A connection in a thread of its own, made anew for the next job when it was lost.

    `prepare` runs first on each new connection; it raises to refuse it.
    """

    def __init__(
        self,
        dsn: str,
        prepare: Callable[[PostgresDatabase], None] | None = None,
        *,
        readonly: bool = False,
    ) -> None:
        self._dsn = dsn
        self._prepare = prepare
        self._readonly = readonly
        self._database: PostgresDatabase | None = None
        self._thread = ThreadPoolExecutor(1, "postgres")

    async def __aenter__(self) -> Self:
        await self.run(lambda _: None)
        return self

    async def __aexit__(self, *_: object) -> None:
        await asyncio.get_running_loop().run_in_executor(self._thread, self._close)
        self._thread.shutdown()

    async def run(self, job: Job[T]) -> T:
        """Run a job and return its result; raises Unavailable or StorageFull if storage fails."""
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._thread, self._run, job)
        except psycopg.Error as error:
            raise translate(error) from error
        except (OSError, ValueError) as error:
            raise Unavailable from error
        except RuntimeError as error:
            # Of a thread that was shut down: the store is closed.
            if not self._thread._shutdown:
                raise
            raise Unavailable from error

    def _run(self, job: Job[T]) -> T:
        if self._database is None or self._database.connection.closed:
            self._database = self._open()
        try:
            return job(self._database)
        except psycopg.OperationalError as error:
            # A reader loses nothing by this. A writer does not know if its commit had arrived.
            if not self._database.ends_session(error) or not self._readonly:
                raise
        self._database = self._open()
        return job(self._database)

    def _open(self) -> PostgresDatabase:
        connection = connect(self._dsn)
        if self._readonly:
            connection.execute(_READ_ONLY)
        database = PostgresDatabase(connection)
        if self._prepare is not None:
            try:
                self._prepare(database)
            except BaseException:
                connection.close()
                raise
        return database

    def _close(self) -> None:
        if self._database is not None:
            # Otherwise the next session may find a lock taken that nothing holds any more.
            with suppress(psycopg.Error):
                self._database.execute("SELECT pg_advisory_unlock_all()")
            self._database.connection.close()


def connect(dsn: str) -> psycopg.Connection[TupleRow]:
    """Return a connection whose transactions are begun and ended by statements."""
    return psycopg.connect(dsn, autocommit=True, connect_timeout=CONNECT_TIMEOUT_S)


def translate(error: Exception) -> ChatError:
    """Return the error to raise for one of PostgreSQL: nothing was stored.

    Refused for a row about what is erased or held, else Unavailable or StorageFull.
    """
    if isinstance(error, psycopg.Error):
        if (gate := GATES.get(error.diag.message_primary or "")) is not None:
            return Refused(gate)
        if error.sqlstate == DISK_FULL:
            return StorageFull()
    return Unavailable()


@cache
def translate_sql(sql: str) -> Any:
    """Return a statement with psycopg's placeholders, and the function that has another name here.

    Statements are constants of this program, and few: the cache needs no limit.
    """
    # psycopg's type for a query is a literal string, which no function can return.
    return _PARAMETER.sub(_replacement, sql)


def _replacement(found: re.Match[str]) -> str:
    if found[0] == "%":
        return "%%"
    if found[0] == "instr(":
        return "strpos("
    number, name = found[1], found[2]
    if name or number:
        return f"%({name or f'p{number}'})s"
    return "%s"


def _values(sql: str, parameters: Parameters) -> Parameters:
    """Return the values as `translate_sql` names them: a numbered one may stand in many places.

    PostgreSQL has no U+0000 in texts; the sign for a character that cannot be shown replaces it.
    """
    if isinstance(parameters, Mapping):
        return {name: storable(value) for name, value in parameters.items()}
    values = [storable(value) for value in parameters]
    if "?1" in sql:
        return {f"p{number}": value for number, value in enumerate(values, 1)}
    return values


def storable(value: Value) -> Value:
    """Return a value that PostgreSQL can store in place of one that it cannot."""
    return value.replace("\0", "\ufffd") if isinstance(value, str) else value


@cache
def _rows(columns: str) -> str:
    each = [column.split() for column in columns.split(",")]
    values = [
        f"CAST(value ->> {number} AS {kind}) AS {name}" for number, (name, kind) in enumerate(each)
    ]
    return f"(SELECT {', '.join(values)} FROM json_array_elements(CAST(? AS json)) AS of (value))"
