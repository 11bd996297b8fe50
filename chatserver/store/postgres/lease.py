"""The right to serve a database: an advisory lock on the session that writes.

The lock ends with its session. PostgreSQL ends the session of a killed server at once, and that of
one that stands still, or whose machine is cut off, after the seconds of the lease. So what a server
commits, it commits while it has the right, whatever the clocks say.
"""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field

import psycopg

from chatserver.core.errors import Unavailable
from chatserver.store.engine.database import Database
from chatserver.store.engine.refusals import DatabaseInUse
from chatserver.store.postgres.connection import PostgresConnection

SERVER_LOCK = 0x63686174_00000002
"""The key of the advisory lock that the server holds on its writing session."""

BEATS = 4
"""Signs of life in the seconds of a lease."""

_IN_USE = "another server uses the database"

# The session of a server that was killed still has its lock for a moment.
_PATIENCE = "SET lock_timeout = '1s'"
_TRY_LOCK = "SELECT pg_try_advisory_lock(?)"
_TERM = "server_term"
_READ_TERM = "SELECT value FROM meta WHERE name = ?"
_NEXT_TERM = """
    INSERT INTO meta AS m VALUES (?, '1')
    ON CONFLICT (name) DO UPDATE SET value = CAST(CAST(m.value AS bigint) + 1 AS text)
    RETURNING value"""


@dataclass(slots=True)
class ServerLease:
    """Takes the lock for each new writing session, and keeps that session alive.

    Each server that takes the lock begins a new term. A server whose session was lost goes on only
    in its own term: after another one, what it has in memory is not the log any more. `superseded`
    is set then.
    """

    seconds: float
    superseded: asyncio.Event = field(default_factory=asyncio.Event)
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.get_running_loop)
    _term: str | None = None

    def take(self, database: Database) -> None:
        """Take the lock on a new session; to be called in the session's thread.

        Raises DatabaseInUse at the start of a server, Unavailable later.
        """
        for name, value in self._timeouts().items():
            database.execute(f"SET {name} = '{value}'")
        (is_held,) = database.execute(_TRY_LOCK, (SERVER_LOCK,)).fetchone()
        if self._term is None:
            if not is_held:
                raise DatabaseInUse(_IN_USE)
            (self._term,) = database.execute(_NEXT_TERM, (_TERM,)).fetchone()
            return
        (term,) = database.execute(_READ_TERM, (_TERM,)).fetchone()
        if term != self._term:
            self._loop.call_soon_threadsafe(self.superseded.set)
        if term != self._term or not is_held:
            raise Unavailable

    async def keep(self, connection: PostgresConnection) -> None:
        """Give a sign of life again and again; a session that was lost is opened anew by it."""
        while True:
            await asyncio.sleep(self.seconds / BEATS)
            with suppress(Unavailable):
                await connection.run(lambda database: database.execute("SELECT 1"))

    def _timeouts(self) -> dict[str, str]:
        """Return the settings by which PostgreSQL ends a session that has fallen silent."""
        ms, third_s = f"{round(self.seconds * 1_000)}ms", max(1, round(self.seconds / 3))
        return {
            "idle_session_timeout": ms,
            "idle_in_transaction_session_timeout": ms,
            "tcp_user_timeout": ms,
            "tcp_keepalives_idle": f"{third_s}",
            "tcp_keepalives_interval": f"{third_s}",
            "tcp_keepalives_count": "2",
        }


def check_lock(database: Database) -> None:
    """Wait a second for the lock; raises DatabaseInUse if another server has it."""
    database.execute(_PATIENCE)
    try:
        database.execute("SELECT pg_advisory_lock(?)", (SERVER_LOCK,))
    except psycopg.errors.LockNotAvailable:
        raise DatabaseInUse(_IN_USE) from None
    # PostgreSQL ends a session some time after its client has gone.
    database.execute("SELECT pg_advisory_unlock(?)", (SERVER_LOCK,))
    database.execute("RESET lock_timeout")
