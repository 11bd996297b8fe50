"""A quick look at a data folder: what is open, how large it is, and whether a server runs."""

import os
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from chatserver.store.engine.connection import DATABASE, open_database
from chatserver.store.engine.journal import JOURNALS
from chatserver.store.folder.lock import is_served


@dataclass(frozen=True, slots=True)
class FolderStatus:
    """The numbers of a data folder; `committed_at` in s since 1970 UTC, `size_bytes` of it all."""

    is_served: bool
    conversations: int
    open: int
    waiting: int
    technicians: int
    online: int
    committed_at: float
    size_bytes: int


def read_status(folder: Path) -> FolderStatus:
    """Read the status of a data folder that has a database; raises sqlite3.Error."""
    with closing(open_database(folder / DATABASE, readonly=True)) as database:
        conversations, is_open, waiting = database.execute(
            "SELECT (SELECT count(*) FROM conversations), count(*), "
            "coalesce(sum(status = 'waiting'), 0) FROM conversations WHERE status <> 'closed'"
        ).fetchone()
        technicians, online = database.execute(
            "SELECT count(*), coalesce(sum(status = 'online'), 0) FROM technicians WHERE gone = 0"
        ).fetchone()
    return FolderStatus(
        is_served=is_served(folder),
        conversations=conversations,
        open=is_open,
        waiting=waiting,
        technicians=technicians,
        online=online,
        committed_at=max(file.stat().st_mtime for file in _written_by_commits(folder)),
        size_bytes=_size(folder),
    )


def _written_by_commits(folder: Path) -> list[Path]:
    names = (DATABASE, f"{DATABASE}-wal", *JOURNALS)
    return [file for name in names if (file := folder / name).exists()]


def _size(folder: Path) -> int:
    size = 0
    for inner, _, files in os.walk(folder):
        for name in files:
            try:
                size += Path(inner, name).stat().st_size
            except FileNotFoundError:
                continue
    return size
