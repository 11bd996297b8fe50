"""Access keys to customers' archives, on disk."""

import sqlite3
from dataclasses import dataclass

from chatserver.core.access_keys import AccessKey, AccessKeyKind
from chatserver.store.reader import ReadPool
from chatserver.store.writer import Writer

MOST = 20
"""Keys of one kind for the same thing; a further one takes the place of the one that ends first."""

KeyRow = tuple[bytes, str, str, int, str]

_KEY = "digest, kind, customer, valid_until, conversation"


@dataclass(slots=True)
class SqliteAccessKeys:
    """Keys by their digests."""

    writer: Writer
    readers: ReadPool

    async def save_key(self, key: AccessKey, now: int) -> None:
        """Store a key, and remove all that have expired at `now` (ms since 1970)."""
        row = (key.digest, key.kind, key.customer, key.until, key.conversation)
        await self.writer.do(lambda database: _keep(database, row, now))

    async def find_valid_key(
        self, kind: AccessKeyKind, digest: bytes, now: int
    ) -> AccessKey | None:
        """Return the key, or None if it is unknown, of another kind, or expired at `now`."""
        return await self.readers.run(lambda database: _find(database, kind, digest, now))

    async def consume_key(self, kind: AccessKeyKind, digest: bytes, now: int) -> AccessKey | None:
        """Return the key and remove it in one transaction, or return None."""
        return await self.writer.do(lambda database: _take(database, kind, digest, now))

    async def revoke_keys(self, customer: str, conversation: str | None) -> int:
        """Remove the share keys of one conversation, or all keys of a customer (None)."""
        return await self.writer.do(lambda database: _withdraw(database, customer, conversation))


def _keep(database: sqlite3.Connection, row: KeyRow, now: int) -> None:
    _run(database, "DELETE FROM keys WHERE valid_until <= ?", (now,))
    _, kind, customer, _, conversation = row
    # Who asks for ever more of them must not fill the disk.
    _run(
        database,
        "DELETE FROM keys WHERE digest IN (SELECT digest FROM keys WHERE customer = ? "
        "AND kind = ? AND conversation = ? ORDER BY valid_until DESC LIMIT -1 OFFSET ?)",
        (customer, kind, conversation, MOST - 1),
    )
    _run(database, f"INSERT INTO keys ({_KEY}) VALUES (?, ?, ?, ?, ?)", row)


def _find(
    database: sqlite3.Connection, kind: AccessKeyKind, digest: bytes, now: int
) -> AccessKey | None:
    row = database.execute(
        f"SELECT {_KEY} FROM keys WHERE digest = ? AND kind = ? AND valid_until > ?",
        (digest, kind, now),
    ).fetchone()
    return None if row is None else AccessKey(row[0], AccessKeyKind(row[1]), *row[2:])


def _take(
    database: sqlite3.Connection, kind: AccessKeyKind, digest: bytes, now: int
) -> AccessKey | None:
    key = _find(database, kind, digest, now)
    _run(database, "DELETE FROM keys WHERE digest = ? AND kind = ?", (digest, kind))
    return key


def _withdraw(database: sqlite3.Connection, customer: str, conversation: str | None) -> int:
    if conversation is None:
        found = database.execute("DELETE FROM keys WHERE customer = ?", (customer,))
    else:
        found = database.execute(
            "DELETE FROM keys WHERE customer = ? AND kind = ? AND conversation = ?",
            (customer, AccessKeyKind.SHARE, conversation),
        )
    return found.rowcount


def _run(database: sqlite3.Connection, sql: str, row: tuple[str | int | bytes, ...]) -> None:
    database.execute(sql, row)
