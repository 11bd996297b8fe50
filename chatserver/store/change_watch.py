"""Detect writes to the database by other processes, such as the commands of the operator."""

import sqlite3
from dataclasses import dataclass

from chatserver.store.connection import Connection


@dataclass(frozen=True, slots=True)
class SqliteChangeWatch:
    """Reads SQLite's `data_version`, which changes when another connection commits.

    It must be read on the connection that makes all writes of this process: on any other, these
    would count as foreign, too.
    """

    connection: Connection

    async def version(self) -> int:
        """Return a number that differs after a foreign write; raises Unavailable."""
        return await self.connection.run(_version)


def _version(database: sqlite3.Connection) -> int:
    return int(database.execute("PRAGMA data_version").fetchone()[0])
