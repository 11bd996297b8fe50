"""What technicians sign in with, on disk: password hashes, and secrets as digests."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from chatserver.core.people import Technician
from chatserver.store.reader import ReadPool
from chatserver.store.rows import TECHNICIAN, read_technician
from chatserver.store.writer import Writer


@dataclass(slots=True)
class SqliteCredentials:
    """Passwords as hashes; links, sessions and tokens as digests."""

    writer: Writer
    readers: ReadPool

    async def find_technician_by_login(self, login: str) -> tuple[Technician, str | None] | None:
        """Return the technician and their password hash, None while no password was set."""
        row = await self.readers.glance(
            lambda database: database.execute(
                f"SELECT {TECHNICIAN}, t.password FROM technicians t WHERE t.login = ?", (login,)
            ).fetchone()
        )
        return None if row is None else (read_technician(row[:-1]), row[-1])

    async def save_password_hash(self, technician: str, hashed: str) -> None:
        """Store a technician's password hash in place of the one before."""
        sql = "UPDATE technicians SET password = ? WHERE id = ?"
        await self.writer.do(lambda database: _run(database, sql, hashed, technician))

    async def add_secret(self, kind: str, digest: bytes, technician: str, until: int) -> None:
        """Store a secret that is valid before `until` (ms since 1970), or for ever with 0."""
        sql = "INSERT INTO secrets VALUES (?,?,?,?)"
        await self.writer.do(lambda database: _run(database, sql, kind, digest, technician, until))

    async def find_secret_owner(self, kind: str, digest: bytes, now: int) -> Technician | None:
        """Return the technician this secret belongs to, or None if it is unknown or expired."""
        return await self.readers.glance(lambda database: _owner(database, kind, digest, now))

    async def consume_secret(self, kind: str, digest: bytes, now: int) -> Technician | None:
        """Return the secret's technician and remove it in one transaction, or return None."""
        return await self.writer.do(lambda database: _take(database, kind, digest, now))

    async def revoke_secrets(
        self, technician: str, kind: str | None, but: bytes | None
    ) -> Sequence[bytes]:
        """Remove a technician's secrets of one kind, or of all (None), except the digest `but`."""
        return await self.writer.do(lambda database: _withdraw(database, technician, kind, but))


def _owner(database: sqlite3.Connection, kind: str, digest: bytes, now: int) -> Technician | None:
    row = database.execute(
        f"SELECT {TECHNICIAN} FROM secrets s JOIN technicians t ON t.id = s.technician "
        "WHERE s.kind = ? AND s.digest = ? AND (s.valid_until = 0 OR s.valid_until > ?)",
        (kind, digest, now),
    ).fetchone()
    return None if row is None else read_technician(row)


def _take(database: sqlite3.Connection, kind: str, digest: bytes, now: int) -> Technician | None:
    owner = _owner(database, kind, digest, now)
    _run(database, "DELETE FROM secrets WHERE kind = ? AND digest = ?", kind, digest)
    return owner


def _withdraw(
    database: sqlite3.Connection, technician: str, kind: str | None, but: bytes | None
) -> list[bytes]:
    rows = database.execute(
        "DELETE FROM secrets WHERE technician = ? AND kind = coalesce(?, kind) "
        "AND digest IS NOT ? RETURNING digest",
        (technician, kind, but),
    ).fetchall()
    return [digest for (digest,) in rows]


def _run(database: sqlite3.Connection, sql: str, *parameters: str | int | bytes | None) -> None:
    database.execute(sql, parameters)
