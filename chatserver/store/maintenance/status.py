"""A quick look at a store: what is open, how large it is, and whether a server runs."""

import os
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from chatserver.store.engine.connection import DATABASE, open_database
from chatserver.store.engine.database import Database
from chatserver.store.engine.journal import JOURNALS
from chatserver.store.folder.lock import is_served


@dataclass(frozen=True, slots=True)
class TableCounts:
    """The numbers of rows in the tables of a store."""

    conversations: int
    open: int
    waiting: int
    technicians: int
    online: int


@dataclass(frozen=True, slots=True)
class StoreStatus:
    """The numbers of a store; `committed_at` in s since 1970 UTC, `size_bytes` of it all."""

    is_served: bool
    counts: TableCounts
    committed_at: float
    size_bytes: int


def read_status(folder: Path) -> StoreStatus:
    """Read the status of a data folder that has a database; raises sqlite3.Error."""
    with closing(open_database(folder / DATABASE, readonly=True)) as database:
        counts = read_counts(database)
    return StoreStatus(
        is_served=is_served(folder),
        counts=counts,
        committed_at=max(file.stat().st_mtime for file in _written_by_commits(folder)),
        size_bytes=folder_bytes(folder),
    )


def read_counts(database: Database) -> TableCounts:
    """Count what is stored, open and online."""
    (conversations,) = database.execute("SELECT count(*) FROM conversations").fetchone()
    is_open, waiting = database.execute(
        "SELECT count(*), count(CASE WHEN status = 'waiting' THEN 1 END) FROM conversations "
        "WHERE status <> 'closed'"
    ).fetchone()
    technicians, online = database.execute(
        "SELECT count(*), count(CASE WHEN status = 'online' THEN 1 END) FROM technicians "
        "WHERE gone = 0"
    ).fetchone()
    return TableCounts(conversations, is_open, waiting, technicians=technicians, online=online)


def _written_by_commits(folder: Path) -> list[Path]:
    names = (DATABASE, f"{DATABASE}-wal", *JOURNALS)
    return [file for name in names if (file := folder / name).exists()]


def folder_bytes(folder: Path) -> int:
    """Return the bytes of all files in a folder."""
    size = 0
    for inner, _, files in os.walk(folder):
        for name in files:
            try:
                size += Path(inner, name).stat().st_size
            except FileNotFoundError:
                continue
    return size
