"""The audit trail in SQLite, and the hashes of issued files, which identify files without proof."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from chatserver.core.audit import AuditAction, AuditActor, AuditEntry, IssuedFile
from chatserver.store.engine.database import Database, execute
from chatserver.store.engine.reader import ReadPool
from chatserver.store.engine.writer import Writer
from chatserver.transcript.authenticity.proof import ProofResult, ProofVerdict
from chatserver.transcript.authenticity.verify_folder import VerificationReport

_ENTRY = "at, customer, conversation, deed, how, role, doer, name"
_ISSUED = "sha256, conversation, format, receiver, at"


@dataclass(slots=True)
class SqliteAudit:
    """Audit entries in one table, and the SHA-256 of issued files in another."""

    writer: Writer
    readers: ReadPool

    async def add_entry(self, entry: AuditEntry) -> None:
        """Append an entry."""
        row = (entry.at, entry.customer, entry.conversation, entry.deed, entry.how)
        doer = (entry.doer.role, entry.doer.id, entry.doer.name)
        sql = f"INSERT INTO audit ({_ENTRY}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
        await self.writer.do(lambda database: execute(database, sql, (*row, *doer)))

    async def list_entries(
        self, customer: str, conversation: str, limit: int
    ) -> Sequence[AuditEntry]:
        """Return the newest entries on a conversation or on all of its customer's, newest first."""
        sql = f"SELECT {_ENTRY} FROM audit WHERE customer = ? AND conversation IN (?, '') "
        sql += "ORDER BY number DESC LIMIT ?"
        rows = await self.readers.run(
            lambda database: database.execute(sql, (customer, conversation, limit)).fetchall()
        )
        return [_entry(*row) for row in rows]

    async def add_issued_files(self, issued: Sequence[IssuedFile]) -> None:
        """Remember files that are about to be given out; the same one again changes nothing."""
        rows = [
            (each.digest, each.conversation, each.format, each.receiver, each.at) for each in issued
        ]
        await self.writer.do(lambda database: _add_issued(database, rows))

    async def find_issued_file(self, digest: bytes) -> IssuedFile | None:
        """Return the first file given out with this SHA-256, or None."""
        sql = f"SELECT {_ISSUED} FROM given_out WHERE sha256 = ? ORDER BY at LIMIT 1"
        row = await self.readers.run(lambda database: database.execute(sql, (digest,)).fetchone())
        return None if row is None else IssuedFile(*row)


def find_issued_report(database: Database, name: str, content: bytes) -> list[VerificationReport]:
    """Return a report on a file that was issued with exactly these bytes, or an empty list."""
    row = database.execute(
        """SELECT c.reference, g.at FROM given_out g JOIN conversations c ON c.id = g.conversation
        WHERE g.sha256 = ? ORDER BY g.at LIMIT 1""",
        (sha256(content).digest(),),
    ).fetchone()
    if row is None:
        return []
    return [VerificationReport(name, ProofVerdict(ProofResult.GENUINE), row[0], at=row[1])]


def _entry(
    at: int, customer: str, conversation: str, deed: str, how: str, *doer: str
) -> AuditEntry:
    return AuditEntry(
        at=at,
        customer=customer,
        conversation=conversation,
        deed=AuditAction(deed),
        how=how,
        doer=AuditActor(*doer),
    )


def _add_issued(database: Database, rows: Sequence[tuple[bytes, str, str, str, int]]) -> None:
    sql = f"INSERT INTO given_out ({_ISSUED}) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
    database.executemany(sql, rows)
