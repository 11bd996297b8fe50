"""Traces in the data folder of a move between it and PostgreSQL that is not finished.

PostgreSQL decides a move by its commit. Before it, a move out of the folder leaves a note, and a
move into the folder a complete file under a name of its own: after a crash the next start then
never serves a log that is elsewhere.
"""

from pathlib import Path

from chatserver.store.engine.connection import DATABASE, MOVED_AWAY
from chatserver.store.engine.journal import remove_files
from chatserver.store.engine.refusals import InterruptedMove
from chatserver.store.folder.fsync import fsync_path

LEAVING = f"{DATABASE}.leaving"
"""The note of a move to PostgreSQL; its content is the name of the database."""

ARRIVED = f"{DATABASE}.arrived"
"""A whole database from PostgreSQL, which is in place as soon as PostgreSQL has committed."""

UNFINISHED = f"{DATABASE}.moving"
"""A database from PostgreSQL of which something may be missing."""

FORMER = f"{DATABASE}.before-move"
"""The name of the database after its tables were moved: a copy, as others from before a change."""


def need_no_interrupted_move(folder: Path) -> None:
    """Raise InterruptedMove if the log of the folder may be in PostgreSQL, too."""
    if (folder / LEAVING).exists():
        raise InterruptedMove(
            f"moving the log of {folder} into the database {read_note(folder)} was interrupted; "
            "`move --to` the same database finishes it"
        )
    if (folder / ARRIVED).exists() and not (folder / DATABASE).exists():
        raise InterruptedMove(
            f"moving the log into {folder} was interrupted; `move --to-folder` with "
            "CHATSERVER_DATABASE finishes it"
        )


def write_note(folder: Path, target: str) -> None:
    """Note the database into which the log is being moved; durable."""
    note = folder / LEAVING
    note.write_text(target, encoding="utf-8")
    fsync_path(note)
    fsync_path(folder)


def read_note(folder: Path) -> str | None:
    """Return the name of the database that was noted, or None without a note."""
    try:
        return (folder / LEAVING).read_text(encoding="utf-8")
    except FileNotFoundError:
        return None


def put_away(folder: Path) -> None:
    """Rename the database whose tables are in PostgreSQL now; can be called again after a crash.

    The file must be closed: only then it has what was in the write-ahead log.
    """
    # Before the renaming: a folder without a database would be served as a new one.
    (folder / MOVED_AWAY).write_text("The tables are in PostgreSQL: CHATSERVER_DATABASE\n")
    if (folder / DATABASE).exists():
        (folder / DATABASE).rename(folder / FORMER)
    remove_files(folder)
    fsync_path(folder)
    # Only once the new names are on the disk; a power cut could keep this and lose those.
    (folder / LEAVING).unlink(missing_ok=True)
    fsync_path(folder)


def put_in_place(folder: Path) -> None:
    """Give the database that arrived its name; can be called again after a crash."""
    # The file that arrived refuses starts by itself, until it has its name.
    (folder / MOVED_AWAY).unlink(missing_ok=True)
    (folder / ARRIVED).rename(folder / DATABASE)
    fsync_path(folder)


def remove_arrived(folder: Path) -> None:
    """Remove what a move into the folder has left that was not decided."""
    for name in (ARRIVED, UNFINISHED):
        for suffix in ("", "-wal", "-shm"):
            (folder / f"{name}{suffix}").unlink(missing_ok=True)
