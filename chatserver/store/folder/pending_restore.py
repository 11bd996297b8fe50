"""The last step of a restore: the unpacked files replace the present ones.

The unpacked backup lies in one folder of the data folder, which gets its final name when all of it
is on disk. From then on the restore is decided: a power cut between two renames is made good by
the next program that opens the data folder.
"""

import shutil
from pathlib import Path

from chatserver.store.folder.fsync import fsync_path
from chatserver.store.folder.ledger_file import LEDGER, merge_ledgers
from chatserver.store.folder.mail_spool import MAIL

UNPACKING = "restore.partial"
"""The folder that a backup is unpacked into; one that is found later is rubbish."""

READY = "restore.ready"
"""The name of that folder once it is complete."""

BEFORE = ".before-restore"
"""The suffix of the replaced files; of two restores only the later one's are kept."""


def finish_restore(folder: Path) -> None:
    """Put the contents of a complete unpacked backup in place; without one, do nothing.

    The caller holds the server lock of the data folder. Interrupted anywhere, it can be called
    again and goes on.
    """
    ready = folder / READY
    if not ready.exists():
        return
    for restored in sorted(ready.iterdir()):
        # Only ever longer: what was erased since the backup was made stays erased.
        if restored.name == LEDGER:
            merge_ledgers(folder / LEDGER, restored)
            restored.unlink()
            continue
        # Letters that wait to be taken into the log go on waiting, beside those of the backup.
        if restored.name == MAIL:
            _add_letters(restored, folder / MAIL)
            continue
        # The former write-ahead log goes before SQLite could apply it to the restored database.
        for suffix in ("-wal", "-shm", ""):
            _keep_former(folder / f"{restored.name}{suffix}", f"{restored.name}{BEFORE}{suffix}")
        fsync_path(folder)
        restored.rename(folder / restored.name)
        fsync_path(folder)
        fsync_path(ready)
    ready.rmdir()
    fsync_path(folder)


def _add_letters(restored: Path, spool: Path) -> None:
    spool.mkdir(mode=0o700, exist_ok=True)
    for letter in restored.iterdir():
        letter.replace(spool / letter.name)
    fsync_path(spool)
    restored.rmdir()


def _keep_former(former: Path, name: str) -> None:
    if not former.exists():
        return
    kept = former.with_name(name)
    if kept.is_dir():
        shutil.rmtree(kept)
    former.replace(kept)
