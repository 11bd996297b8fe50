"""Numbered SQL files, applied in order at start, after a copy of what was there."""

import re
import secrets
import sqlite3
from importlib.resources import files
from pathlib import Path

EPOCH = "epoch"
_NAME = re.compile(r"(\d{4})_\w+\.sql")


def migrate(database: sqlite3.Connection, file: Path) -> None:
    """Bring the schema up to date; an older database is copied beside itself first.

    Raises RuntimeError for a database that a newer program has written.
    """
    current = int(database.execute("PRAGMA user_version").fetchone()[0])
    scripts = _scripts()
    newest = max(scripts)
    if current > newest:
        raise RuntimeError(f"{file} was written by a newer version of this program")
    if 0 < current < newest:
        back_up(database, file.with_name(f"{file.name}.before-{newest:04}"))
    for number in sorted(number for number in scripts if number > current):
        script = scripts[number]
        database.executescript(
            f"BEGIN IMMEDIATE;\n{script}\nPRAGMA user_version={number};\nCOMMIT;"
        )
    if current == 0:
        mint_epoch(database)


def mint_epoch(database: sqlite3.Connection) -> None:
    """Make this log another one than before: seqs of different epochs do not compare."""
    database.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (EPOCH, secrets.token_hex(8)))


def epoch(database: sqlite3.Connection) -> str:
    """The epoch of this log."""
    row = database.execute("SELECT value FROM meta WHERE name = ?", (EPOCH,)).fetchone()
    return str(row[0])


def back_up(database: sqlite3.Connection, target: Path) -> None:
    """A consistent copy, made while others read and write."""
    copy = sqlite3.connect(target)
    try:
        database.backup(copy)
    finally:
        copy.close()


def _scripts() -> dict[int, str]:
    """The scripts by their numbers, which may have gaps: only their order counts."""
    return {
        int(match[1]): entry.read_text(encoding="utf-8")
        for entry in files("chatserver.store").joinpath("schema").iterdir()
        if (match := _NAME.fullmatch(entry.name))
    }
