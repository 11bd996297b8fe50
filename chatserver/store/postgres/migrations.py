"""Numbered SQL scripts for PostgreSQL, applied at start in one transaction under a lock."""

import re
import secrets
from importlib.resources import files

from chatserver.store.engine.database import Database
from chatserver.store.engine.migrations import EPOCH
from chatserver.store.engine.refusals import NewerDatabase
from chatserver.store.postgres.connection import PostgresDatabase

MIGRATION_LOCK = 0x63686174_00000001
"""The key of the advisory lock that one program at a time migrates under."""

VERSION = "schema"
"""The row of `meta` with the number of the last script that was applied."""

_NAME = re.compile(r"(\d{4})_\w+\.sql")
_MINT = "INSERT INTO meta VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value"
_LOG_LIFE = """
    SELECT (SELECT value FROM meta WHERE name = ?) || '-' || system_identifier || '-' ||
           substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8) FROM pg_control_system()"""


def migrate(database: PostgresDatabase) -> None:
    """Migrate the schema to the newest version.

    Raises NewerDatabase if a newer program has written the database.
    """
    database.begin()
    try:
        # Held until the transaction ends.
        database.execute("SELECT pg_advisory_xact_lock(?)", (MIGRATION_LOCK,))
        _apply(database)
    except BaseException:
        database.execute("ROLLBACK")
        raise
    database.execute("COMMIT")


def _apply(database: PostgresDatabase) -> None:
    current, scripts = schema_version(database), _scripts()
    newest = max(scripts)
    if current > newest:
        raise NewerDatabase(
            "the database was written by a newer version of this program; update it"
        )
    for number in sorted(scripts):
        if number > current:
            # No parameters: such a statement may be many.
            database.connection.execute(scripts[number].encode())
    if not current:
        mint_epoch(database)
    database.execute(_MINT, (VERSION, str(newest)))


def schema_version(database: Database) -> int:
    """Return the number of the last script that was applied; 0 for an empty database."""
    (has_meta,) = database.execute("SELECT to_regclass('meta') IS NOT NULL").fetchone()
    if not has_meta:
        return 0
    row = database.execute("SELECT value FROM meta WHERE name = ?", (VERSION,)).fetchone()
    return int(row[0])


def mint_epoch(database: Database) -> None:
    """Give the log a new epoch; seqs of different epochs are not comparable."""
    database.execute(_MINT, (EPOCH, secrets.token_hex(8)))


def epoch(database: Database) -> str:
    """Return the epoch of the log: ours, with PostgreSQL's system identifier and timeline.

    A standby that was promoted, and a dump that was restored elsewhere, begin another one.
    """
    (found,) = database.execute(_LOG_LIFE, (EPOCH,)).fetchone()
    return str(found)


def _scripts() -> dict[int, str]:
    return {
        int(match[1]): entry.read_text(encoding="utf-8")
        for entry in files("chatserver.store.postgres").joinpath("schema").iterdir()
        if (match := _NAME.fullmatch(entry.name))
    }
