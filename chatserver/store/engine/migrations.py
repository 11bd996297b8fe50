"""Numbered SQL scripts, applied at start in one transaction, after a backup."""

import re
import secrets
import sqlite3
from importlib.resources import files
from pathlib import Path

from chatserver.store.engine.connection import SqliteDatabase
from chatserver.store.engine.database import Database
from chatserver.store.engine.refusals import NewerDatabase

EPOCH = "epoch"
_NAME = re.compile(r"(\d{4})_\w+\.sql")


def migrate(database: SqliteDatabase, file: Path) -> None:
    """Migrate the schema to the newest version; an older database is copied beside itself first.

    Raises NewerDatabase if a newer program has written the database.
    """
    current = schema_version(database)
    scripts = _scripts()
    newest = max(scripts)
    if current > newest:
        raise NewerDatabase(f"{file} was written by a newer version of this program; update it")
    if 0 < current < newest:
        copy_database(database, file.with_name(f"{file.name}.before-{newest:04}"))
    missing = [scripts[number] for number in sorted(scripts) if number > current]
    if missing:
        # One transaction: a kill must leave neither a database without an epoch nor a half
        # migrated one, which the next start would take for the backup.
        minted = [] if current else [f"{_mint()};"]
        steps = [*missing, *minted, f"PRAGMA user_version={newest};"]
        database.executescript("\n".join(["BEGIN IMMEDIATE;", *steps, "COMMIT;"]))


def schema_version(database: Database) -> int:
    """Return the number of the last script that was applied; 0 for a new database."""
    return int(database.execute("PRAGMA user_version").fetchone()[0])


def is_older(database: Database) -> bool:
    """Return True for a database that the next start of the server will migrate."""
    return int(database.execute("PRAGMA user_version").fetchone()[0]) < max(_scripts())


def mint_epoch(database: Database) -> None:
    """Give the log a new epoch; seqs of different epochs are not comparable."""
    database.execute(_mint())


def epoch(database: Database) -> str:
    """Return the epoch of the log."""
    row = database.execute("SELECT value FROM meta WHERE name = ?", (EPOCH,)).fetchone()
    return str(row[0])


def copy_database(database: sqlite3.Connection, target: Path) -> None:
    """Make a consistent copy while others read and write."""
    copy = sqlite3.connect(target)
    try:
        database.backup(copy)
    finally:
        copy.close()


def _mint() -> str:
    return f"INSERT OR REPLACE INTO meta VALUES ('{EPOCH}', '{secrets.token_hex(8)}')"


def _scripts() -> dict[int, str]:
    """Return the scripts by number; there may be gaps, as only the order counts."""
    return {
        int(match[1]): entry.read_text(encoding="utf-8")
        for entry in files("chatserver.store.engine").joinpath("schema").iterdir()
        if (match := _NAME.fullmatch(entry.name))
    }
