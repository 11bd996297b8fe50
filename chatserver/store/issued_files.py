"""What was given out, on disk, so that a file can be recognised that cannot prove itself."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from chatserver.core.log_types import IssuedFile
from chatserver.store.reader import ReadPool
from chatserver.store.writer import Writer
from chatserver.transcript.proof import ProofResult, ProofVerdict
from chatserver.transcript.verify_folder import VerificationReport

_COLUMNS = "sha256, conversation, format, receiver, at"


@dataclass(slots=True)
class SqliteIssuedFiles:
    """Files by their SHA-256."""

    writer: Writer
    readers: ReadPool

    async def add_issued_files(self, given: Sequence[IssuedFile]) -> None:
        """Remember some more."""
        rows = [
            (each.digest, each.conversation, each.format, each.receiver, each.at) for each in given
        ]
        await self.writer.do(lambda database: _add(database, rows))

    async def find_issued_file(self, digest: bytes) -> IssuedFile | None:
        """The first that was given out with this SHA-256."""
        sql = f"SELECT {_COLUMNS} FROM given_out WHERE sha256 = ? ORDER BY at LIMIT 1"
        row = await self.readers.run(lambda database: database.execute(sql, (digest,)).fetchone())
        return None if row is None else IssuedFile(*row)


def recognised(database: sqlite3.Connection, name: str, content: bytes) -> list[VerificationReport]:
    """What is known of a file that was given out; nothing of any other."""
    row = database.execute(
        """SELECT c.reference, g.at FROM given_out g JOIN conversations c ON c.id = g.conversation
        WHERE g.sha256 = ? ORDER BY g.at LIMIT 1""",
        (sha256(content).digest(),),
    ).fetchone()
    if row is None:
        return []
    return [VerificationReport(name, ProofVerdict(ProofResult.GENUINE), row[0], at=row[1])]


def _add(database: sqlite3.Connection, rows: Sequence[tuple[bytes, str, str, str, int]]) -> None:
    sql = f"INSERT OR IGNORE INTO given_out ({_COLUMNS}) VALUES (?, ?, ?, ?, ?)"
    database.executemany(sql, rows)
