"""Access keys in SQLite."""

from dataclasses import dataclass

from chatserver.core.access_keys import AccessKey, AccessKeyKind
from chatserver.core.ledger import LedgerKind
from chatserver.store.engine.database import Database, execute
from chatserver.store.engine.reader import ReadPool
from chatserver.store.engine.writer import Writer
from chatserver.store.tables.ledger import LedgerWriter, enter_in_ledger

MAX_KEYS = 20
"""Keys of one kind for the same thing; a further one replaces the one that expires first."""

KeyRow = tuple[bytes, str, str, int, str]

_ALIKE = "customer = ? AND kind = ? AND conversation = ?"
_KEY = "digest, kind, customer, valid_until, conversation"


@dataclass(slots=True)
class SqliteAccessKeys:
    """Access keys by the SHA-256 digest of their secret."""

    writer: Writer
    readers: ReadPool
    ledger: LedgerWriter

    async def save_key(self, key: AccessKey, now: int) -> None:
        """Store a key, and remove all that have expired at `now` (ms since 1970)."""
        row = (key.digest, key.kind, key.customer, key.until, key.conversation)
        await self.writer.do(lambda database: _insert_key(database, row, now))

    async def find_valid_key(
        self, kind: AccessKeyKind, digest: bytes, now: int
    ) -> AccessKey | None:
        """Return the key, or None if it is unknown, of another kind, or expired at `now`."""
        return await self.readers.run(lambda database: _find_key(database, kind, digest, now))

    async def consume_key(self, kind: AccessKeyKind, digest: bytes, now: int) -> AccessKey | None:
        """Return the key and remove it in one transaction, or return None."""
        key = await self.writer.do(lambda database: _consume_key(database, kind, digest, now))
        await self.ledger.flush()
        return key

    async def withdraw_keys(self, customer: str, conversation: str | None) -> int:
        """Remove the share keys of one conversation, or all keys of a customer (None)."""
        count = await self.writer.do(
            lambda database: _withdraw_keys(database, customer, conversation)
        )
        await self.ledger.flush()
        return count


def _insert_key(database: Database, row: KeyRow, now: int) -> None:
    execute(database, "DELETE FROM keys WHERE valid_until <= ?", (now,))
    _, kind, customer, _, conversation = row
    alike = (customer, kind, conversation)
    # A limit, so that a client requesting links in a loop cannot fill the disk.
    execute(
        database,
        f"DELETE FROM keys WHERE {_ALIKE} AND digest NOT IN (SELECT digest FROM keys "
        f"WHERE {_ALIKE} ORDER BY valid_until DESC LIMIT ?)",
        (*alike, *alike, MAX_KEYS - 1),
    )
    execute(database, f"INSERT INTO keys ({_KEY}) VALUES (?, ?, ?, ?, ?)", row)


def _find_key(database: Database, kind: AccessKeyKind, digest: bytes, now: int) -> AccessKey | None:
    row = database.execute(
        f"SELECT {_KEY} FROM keys WHERE digest = ? AND kind = ? AND valid_until > ?",
        (digest, kind, now),
    ).fetchone()
    return None if row is None else AccessKey(row[0], AccessKeyKind(row[1]), *row[2:])


def _consume_key(
    database: Database, kind: AccessKeyKind, digest: bytes, now: int
) -> AccessKey | None:
    # Find and delete run in one transaction of the single writer, so two requests with the same
    # secret cannot both succeed.
    key = _find_key(database, kind, digest, now)
    execute(database, "DELETE FROM keys WHERE digest = ? AND kind = ?", (digest, kind))
    if key is not None:
        enter_in_ledger(database, LedgerKind.KEY, [digest.hex()], now)
    return key


def _withdraw_keys(database: Database, customer: str, conversation: str | None) -> int:
    which, values = "customer = ?", [customer]
    if conversation is not None:
        which += " AND kind = ? AND conversation = ?"
        values += [AccessKeyKind.SHARE, conversation]
    withdrawn = database.execute(
        f"DELETE FROM keys WHERE {which} RETURNING digest", values
    ).fetchall()
    enter_in_ledger(database, LedgerKind.KEY, [digest.hex() for (digest,) in withdrawn])
    return len(withdrawn)
