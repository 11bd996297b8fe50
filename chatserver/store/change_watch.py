"""Other programs that write into the same database: the commands of the operator."""

import sqlite3
from dataclasses import dataclass

from chatserver.store.connection import Connection


@dataclass(frozen=True, slots=True)
class SqliteChangeWatch:
    """Asks the connection that alone writes for this program, so that its own writes do not
    count: SQLite's `data_version` moves only by what other connections committed.
    """

    connection: Connection

    async def version(self) -> int:
        """Another number after others have written; raises Unavailable."""
        return await self.connection.run(_version)


def _version(database: sqlite3.Connection) -> int:
    return int(database.execute("PRAGMA data_version").fetchone()[0])
