"""Refuse servers of PostgreSQL that cannot hold the store, with a sentence for the operator."""

from contextlib import closing

import psycopg

from chatserver.store.engine.database import Database
from chatserver.store.engine.refusals import UnsuitableServer
from chatserver.store.postgres.connection import PostgresDatabase, connect

OLDEST_SERVER = 170_000
"""The oldest version of PostgreSQL (as `server_version` of libpq) that is supported."""

PROBES = 3
"""Looks at the process behind a session: a pooler may by chance keep the same one for two."""

_PROCESS = "SELECT pg_backend_pid()"


def need_suitable(database: PostgresDatabase, dsn: str) -> None:
    """Raise UnsuitableServer for a server that is too old, takes no Unicode, can only be read, or
    stands behind a pooler that does not keep sessions."""
    version = database.connection.info.server_version
    if version < OLDEST_SERVER:
        raise UnsuitableServer(f"PostgreSQL 17 or newer is needed, this one is {version // 10_000}")
    encoding = _one(database, "SHOW server_encoding")
    if encoding != "UTF8":
        raise UnsuitableServer(
            f"the database has the encoding {encoding}; create it with ENCODING 'UTF8' TEMPLATE "
            "template0"
        )
    if _one(database, "SELECT pg_is_in_recovery()"):
        raise UnsuitableServer("this server of PostgreSQL is a standby, which can only be read")
    try:
        keeps_sessions = _keeps_sessions(database, dsn)
    except psycopg.OperationalError as error:
        # Of a pooler that gives each statement another session, or that has none left.
        words = " ".join(str(error).split())
        raise UnsuitableServer(
            f"a connection pooler before PostgreSQL refuses a second transaction ({words}); "
            "connect directly, or set the pooler to session mode with 5 sessions or more"
        ) from None
    if not keeps_sessions:
        raise UnsuitableServer(
            "a connection pooler stands before PostgreSQL and gives each transaction another "
            "session; connect directly, or set the pooler to session mode"
        )


def _keeps_sessions(database: PostgresDatabase, dsn: str) -> bool:
    """Return True if all transactions of a connection have one session, and it alone has that.

    A pooler announces numbers of its own, so that a direct connection is told at once. With one in
    between, a second connection holds a transaction open meanwhile: in transaction mode it gets
    the session of the first, or the first gets another one.
    """
    process = _one(database, _PROCESS)
    if process == database.connection.info.backend_pid:
        return True
    with closing(connect(dsn)) as other:
        beside = PostgresDatabase(other)
        for _ in range(PROBES):
            beside.begin()
            if _one(beside, _PROCESS) == process or _one(database, _PROCESS) != process:
                return False
            beside.execute("ROLLBACK")
    return True


def _one(database: Database, sql: str) -> object:
    (value,) = database.execute(sql).fetchone()
    return value
