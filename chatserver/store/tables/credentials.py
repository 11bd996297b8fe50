"""Credentials of technicians in SQLite: password hashes, and digests of secrets."""

from collections.abc import Sequence
from dataclasses import dataclass

from chatserver.core.ledger import LedgerKind
from chatserver.core.people import Technician
from chatserver.store.engine.database import Database, execute
from chatserver.store.engine.reader import ReadPool
from chatserver.store.engine.rows import TECHNICIAN, read_technician
from chatserver.store.engine.writer import Writer
from chatserver.store.tables.ledger import LedgerWriter, enter_in_ledger


@dataclass(slots=True)
class SqliteCredentials:
    """Password hashes of technicians, and digests of their links, sessions, devices and tokens."""

    writer: Writer
    readers: ReadPool
    ledger: LedgerWriter

    async def find_technician_by_login(self, login: str) -> tuple[Technician, str | None] | None:
        """Return the technician and their password hash, None while no password was set."""
        row = await self.readers.run_short(
            lambda database: database.execute(
                f"SELECT {TECHNICIAN}, t.password FROM technicians t WHERE t.login = ?", (login,)
            ).fetchone()
        )
        return None if row is None else (read_technician(row[:-1]), row[-1])

    async def save_password_hash(self, technician: str, hashed: str) -> None:
        """Store a technician's password hash in place of the one before."""
        sql = "UPDATE technicians SET password = ? WHERE id = ?"
        await self.writer.do(lambda database: execute(database, sql, (hashed, technician)))

    async def add_secret(self, kind: str, digest: bytes, technician: str, until: int) -> None:
        """Store a secret that is valid before `until` (ms since 1970), or for ever with 0."""
        sql = "INSERT INTO secrets VALUES (?,?,?,?)"
        await self.writer.do(
            lambda database: execute(database, sql, (kind, digest, technician, until))
        )

    async def find_secret_owner(self, kind: str, digest: bytes, now: int) -> Technician | None:
        """Return the technician this secret belongs to, or None if it is unknown or expired."""
        return await self.readers.run_short(
            lambda database: _find_owner(database, kind, digest, now)
        )

    async def consume_secret(self, kind: str, digest: bytes, now: int) -> Technician | None:
        """Return the secret's technician and remove it in one transaction, or return None."""
        owner = await self.writer.do(lambda database: _consume_secret(database, kind, digest, now))
        await self.ledger.flush()
        return owner

    async def revoke_secrets(
        self, technician: str, kind: str | None, but: bytes | None
    ) -> Sequence[bytes]:
        """Remove a technician's secrets of one kind, or of all (None), except the digest `but`."""
        revoked = await self.writer.do(
            lambda database: _revoke_secrets(database, technician, kind, but)
        )
        await self.ledger.flush()
        return revoked


def _find_owner(database: Database, kind: str, digest: bytes, now: int) -> Technician | None:
    row = database.execute(
        f"SELECT {TECHNICIAN} FROM secrets s JOIN technicians t ON t.id = s.technician "
        "WHERE s.kind = ? AND s.digest = ? AND (s.valid_until = 0 OR s.valid_until > ?)",
        (kind, digest, now),
    ).fetchone()
    return None if row is None else read_technician(row)


def _consume_secret(database: Database, kind: str, digest: bytes, now: int) -> Technician | None:
    # Find and delete run in one transaction of the single writer, so two requests with the same
    # secret cannot both succeed.
    owner = _find_owner(database, kind, digest, now)
    execute(database, "DELETE FROM secrets WHERE kind = ? AND digest = ?", (kind, digest))
    if owner is not None:
        enter_in_ledger(database, LedgerKind.SECRET, [f"{kind}:{digest.hex()}"], now)
    return owner


def _revoke_secrets(
    database: Database, technician: str, kind: str | None, but: bytes | None
) -> list[bytes]:
    rows = database.execute(
        "DELETE FROM secrets WHERE technician = ? AND kind = coalesce(?, kind) "
        "AND digest IS DISTINCT FROM ? RETURNING kind, digest",
        (technician, kind, but),
    ).fetchall()
    enter_in_ledger(
        database, LedgerKind.SECRET, [f"{of_kind}:{digest.hex()}" for of_kind, digest in rows]
    )
    return [digest for _, digest in rows]
