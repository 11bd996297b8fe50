"""Find out whether an interrupted move was decided, and finish it if so.

The database names the log that was moved into it, or out of it, by the epoch that it has in the
folder; the row is written in the transaction that decides the move.
"""

from contextlib import closing
from pathlib import Path

from chatserver.store.engine.connection import DATABASE, open_database
from chatserver.store.engine.database import Database
from chatserver.store.engine.migrations import epoch, schema_version
from chatserver.store.engine.refusals import InterruptedMove, MovedAway
from chatserver.store.folder.interrupted_move import (
    ARRIVED,
    FORMER,
    LEAVING,
    put_away,
    put_in_place,
    read_note,
    remove_arrived,
)

MOVED_IN = "moved_in"
"""The row of `meta` with the epoch that the log had in the folder it came from."""

MOVED_OUT = "moved"
"""The row of `meta` with the folder into which the tables were moved."""

MOVED_AS = "moved_as"
"""The row of `meta` with the epoch that the log has in that folder, or would have had."""

_SET = "INSERT INTO meta VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value"


def note_moved_in(database: Database, folder_epoch: str) -> None:
    """Note in the current transaction that the log of a folder is in the database."""
    database.execute(_SET, (MOVED_IN, folder_epoch))


def note_moving_out(database: Database, folder_epoch: str) -> None:
    """Note the epoch that the log is to have in a folder; before anything of it is there."""
    database.execute(_SET, (MOVED_AS, folder_epoch))


def note_moved_out(database: Database, folder: Path) -> None:
    """Note in the current transaction that the log is in a folder from now on."""
    database.execute(_SET, (MOVED_OUT, str(folder.absolute())))


def need_not_moved(database: Database, folder: Path) -> None:
    """Raise MovedAway for a database whose tables were moved into a folder."""
    target = _noted(database, MOVED_OUT)
    if target is None:
        return
    # The folder has all of it under another name.
    if _has_arrived(database, folder):
        raise MovedAway(
            f"the log was moved from this database to {target}, but not to the end; "
            "`move --to-folder` again finishes it"
        )
    raise MovedAway(f"the log was moved from this database to {target}; start without it")


def finish_move_out(database: Database, folder: Path) -> bool:
    """Put the tables of a database in place that has given them to the folder.

    Returns False if there is nothing to finish.
    """
    if _noted(database, MOVED_OUT) is None or not _has_arrived(database, folder):
        return False
    put_in_place(folder)
    return True


def settle_moves(database: Database, folder: Path, *, is_server: bool) -> None:
    """Finish a move into the database, and undo one out of it; the caller is about to use its log.

    Only a server, which holds the folder's lock, changes the folder. Raises InterruptedMove if the
    log of the folder did not arrive, or if the folder has the log of another database.
    """
    if (target := read_note(folder)) is not None and not finish_move_in(
        database, folder, is_server=is_server
    ):
        raise InterruptedMove(
            f"moving the log of {folder} into the database {target} was interrupted before its "
            "end: `move --to` it again without CHATSERVER_DATABASE, or delete "
            f"{folder / LEAVING} to use this database"
        )
    if not is_server or not (folder / ARRIVED).exists():
        return
    # The only copy that is served, perhaps, of a log that has left its own database.
    if not _has_arrived(database, folder):
        raise InterruptedMove(
            f"{folder / ARRIVED} came from another database; `move --to-folder` with that one, or "
            "delete the file"
        )
    remove_arrived(folder)


def finish_move_in(database: Database, folder: Path, *, is_server: bool = True) -> bool:
    """Rename the folder's file if its log has arrived in the database; else return False."""
    # Of a folder without a log there is no epoch, and nothing can have arrived.
    arrived = _noted(database, MOVED_IN)
    if arrived is None or arrived != _folder_epoch(folder):
        return False
    if is_server:
        put_away(folder)
    return True


def _has_arrived(database: Database, folder: Path) -> bool:
    return (folder / ARRIVED).exists() and (
        _noted(database, MOVED_AS) == _epoch_of(folder / ARRIVED)
    )


def _folder_epoch(folder: Path) -> str | None:
    """Return the epoch of the log in a folder, or of the one that was just put away."""
    # The crash may have been after the renaming.
    for name in (DATABASE, FORMER):
        if (folder / name).exists():
            return _epoch_of(folder / name)
    return None


def _epoch_of(file: Path) -> str | None:
    with closing(open_database(file)) as database:
        return epoch(database) if schema_version(database) else None


def _noted(database: Database, name: str) -> str | None:
    row = database.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
    return None if row is None else str(row[0])
