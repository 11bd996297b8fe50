"""The lock by which one server at a time serves a data folder."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from chatserver.store.folder.fsync import make_durable_folder
from chatserver.store.folder.pending_restore import finish_restore

LOCK = "server.lock"


@contextmanager
def sole_server(folder: Path) -> Iterator[None]:
    """Hold the server lock of a folder, in which an interrupted restore is then finished.

    Raises BlockingIOError if another server holds the lock.
    """
    make_durable_folder(folder)
    with (folder / LOCK).open("w") as lock:
        # The kernel releases the lock when the process ends, even by SIGKILL; a pid file would
        # stay.
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        finish_restore(folder)
        yield


def is_served(folder: Path) -> bool:
    """Return True if a server holds the lock of a data folder."""
    try:
        with (folder / LOCK).open("rb") as lock:
            # Shared and only for a moment: two who look do not see each other.
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False
