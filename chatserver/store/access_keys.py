"""Keys and the audit on disk."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from chatserver.core.access_keys import AccessKey, AccessKeyKind
from chatserver.core.audit import AuditAction, AuditActor, AuditEntry
from chatserver.store.reader import ReadPool
from chatserver.store.writer import Writer

MOST = 20
"""Keys of one kind for the same thing; a further one takes the place of the one that ends first."""

KeyRow = tuple[bytes, str, str, int, str]

_KEY = "digest, kind, customer, valid_until, conversation"
_ENTRY = "at, customer, conversation, deed, how, role, doer, name"


@dataclass(slots=True)
class SqliteAccessKeys:
    """Keys by their digests."""

    writer: Writer
    readers: ReadPool

    async def save_key(self, key: AccessKey, now: int) -> None:
        """Keep a key; those that are past their time at `now` (ms) are forgotten."""
        row = (key.digest, key.kind, key.customer, key.until, key.conversation)
        await self.writer.do(lambda database: _keep(database, row, now))

    async def find_valid_key(
        self, kind: AccessKeyKind, digest: bytes, now: int
    ) -> AccessKey | None:
        """The key, while it is good."""
        return await self.readers.run(lambda database: _find(database, kind, digest, now))

    async def consume_key(self, kind: AccessKeyKind, digest: bytes, now: int) -> AccessKey | None:
        """The key, and from now on it is good no more; one of many takers gets it."""
        return await self.writer.do(lambda database: _take(database, kind, digest, now))

    async def revoke_keys(self, customer: str, conversation: str | None) -> int:
        """Make the shares of one conversation, or (None) all the customer's keys, good no more.

        How many there were.
        """
        return await self.writer.do(lambda database: _withdraw(database, customer, conversation))


@dataclass(slots=True)
class SqliteAudit:
    """Who was given what."""

    writer: Writer
    readers: ReadPool

    async def add_entry(self, entry: AuditEntry) -> None:
        """Write one more line."""
        row = (entry.at, entry.customer, entry.conversation, entry.deed, entry.how)
        doer = (entry.doer.role, entry.doer.id, entry.doer.name)
        sql = f"INSERT INTO audit ({_ENTRY}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
        await self.writer.do(lambda database: _run(database, sql, (*row, *doer)))

    async def list_entries(
        self, customer: str, conversation: str, limit: int
    ) -> Sequence[AuditEntry]:
        """What concerns a conversation, alone or with all of its customer's, newest first."""
        sql = f"SELECT {_ENTRY} FROM audit WHERE customer = ? AND conversation IN (?, '') "
        sql += "ORDER BY number DESC LIMIT ?"
        rows = await self.readers.run(
            lambda database: database.execute(sql, (customer, conversation, limit)).fetchall()
        )
        return [_entry(*row) for row in rows]


def _entry(
    at: int, customer: str, conversation: str, deed: str, how: str, *doer: str
) -> AuditEntry:
    return AuditEntry(at, customer, conversation, AuditAction(deed), how, AuditActor(*doer))


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
