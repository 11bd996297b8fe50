"""Restore a backup: unpack and check all of it, then put it in place of what is there."""

import os
import shutil
import sqlite3
import tarfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import IO

from chatserver.store.engine.connection import DATABASE, open_database
from chatserver.store.engine.journal import has_journal, remove_files
from chatserver.store.engine.migrations import copy_database, migrate, mint_epoch
from chatserver.store.engine.refusals import NewerDatabase
from chatserver.store.folder.archive import ARCHIVE
from chatserver.store.folder.files import FILES
from chatserver.store.folder.fsync import CHUNK_BYTES, fsync_path, fsync_tree
from chatserver.store.folder.ledger_appender import write_new
from chatserver.store.folder.lock import sole_server
from chatserver.store.folder.pending_restore import READY, UNPACKING, finish_restore
from chatserver.store.folder.receipts import RECEIPTS
from chatserver.store.folder.signing_key import PRIVATE_KEY_FILE
from chatserver.store.maintenance.backup import CONTENTS, BackupFailed
from chatserver.store.tables.recovery import recover_journal
from chatserver.transcript.authenticity.manifest import SUMS

SQLITE_HEAD = b"SQLite format 3\0"


@dataclass(frozen=True, slots=True)
class Restored:
    """The extent of a restored backup: `only_database` for a bare copy of the database file."""

    only_database: bool
    has_key: bool


def restore(folder: Path, source: Path) -> Restored:
    """Restore a backup under a new epoch, whole or not at all; what was there is kept beside it.

    The ledger stays and gets the entries of the backup's. The next program that opens the folder
    applies it to what was restored.

    Raises BlockingIOError while a server runs, BackupFailed for a file that is no whole backup,
    OSError where the disk fails.
    """
    with sole_server(folder):
        _save_journal(folder)
        _save_ledger(folder)
        unpacking = folder / UNPACKING
        shutil.rmtree(unpacking, ignore_errors=True)
        unpacking.mkdir(mode=0o700)
        try:
            only_database = _unpack(source, unpacking)
            _prepare_database(source, unpacking / DATABASE)
            fsync_tree(unpacking)
            restored = Restored(only_database, (unpacking / PRIVATE_KEY_FILE).exists())
            unpacking.rename(folder / READY)
            # From here on the restore is decided, even if the power fails.
            fsync_path(folder)
        finally:
            shutil.rmtree(unpacking, ignore_errors=True)
        finish_restore(folder)
    return restored


def _save_journal(folder: Path) -> None:
    """Write what a killed server left in the journal into the database, before that goes.

    Of a database that cannot be read the files stay: the restored one takes nothing from them.
    """
    if has_journal(folder) and (folder / DATABASE).exists():
        with suppress(sqlite3.Error), closing(open_database(folder / DATABASE)) as database:
            recover_journal(database, folder)
            remove_files(folder)


def _save_ledger(folder: Path) -> None:
    """Write what only the database knows into the ledger's file before the database goes.

    A server that was killed has not written the last entries; a database that cannot be read is
    often why a backup is restored.
    """
    file = folder / DATABASE
    if file.exists():
        unreadable = suppress(sqlite3.Error, OSError)
        with unreadable, closing(open_database(file, readonly=True)) as database:
            write_new(database, folder)


def _unpack(source: Path, target: Path) -> bool:
    """Unpack a backup; returns True if it was only a copy of the database."""
    with source.open("rb") as file:
        head = file.read(len(SQLITE_HEAD))
    if head == SQLITE_HEAD:
        with _readable_database(source), closing(open_database(source, readonly=True)) as copy:
            copy_database(copy, target / DATABASE)
        return True
    # Without uploads and archive there are none in the backup; what is there now goes all the same.
    for name in (FILES, ARCHIVE, RECEIPTS):
        (target / name).mkdir()
    try:
        with tarfile.open(source, "r:") as tar:
            _check_sums(source, tar, _unpack_all(source, tar, target))
    except tarfile.TarError:
        raise BackupFailed(
            f"{source} is no backup, or not a whole one: make one with `backup`"
        ) from None
    return False


def _unpack_all(source: Path, tar: tarfile.TarFile, target: Path) -> dict[str, str]:
    """Write every member but the sums, and return their SHA-256 (hex) by name."""
    sums = {}
    for member in tar:
        path = PurePosixPath(member.name)
        is_ours = path.parts[:1] and path.parts[0] in CONTENTS and ".." not in path.parts
        if member.name == SUMS:
            continue
        if not (is_ours and member.isreg()):
            raise BackupFailed(f"{source} is no backup: there is {member.name!r} in it")
        content = tar.extractfile(member)
        assert content is not None
        sums[member.name] = _write(content, target / path)
    return sums


def _write(content: IO[bytes], file: Path) -> str:
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    digest = sha256()
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as target:
        while piece := content.read(CHUNK_BYTES):
            digest.update(piece)
            target.write(piece)
        target.flush()
        os.fsync(target.fileno())
    return digest.hexdigest()


def _check_sums(source: Path, tar: tarfile.TarFile, unpacked: dict[str, str]) -> None:
    try:
        listed = tar.extractfile(SUMS)
    except KeyError:
        raise BackupFailed(
            f"{source} is no backup, or not a whole one: its end is missing"
        ) from None
    assert listed is not None
    lines = listed.read().decode("utf-8", "surrogateescape").splitlines()
    expected = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
    wrong = sorted(name for name in expected | unpacked if expected.get(name) != unpacked.get(name))
    if wrong:
        raise BackupFailed(f"{source} is damaged: {wrong[0]} is not what was backed up")
    if DATABASE not in expected:
        raise BackupFailed(f"{source} is no backup: there is no {DATABASE} in it")


def _prepare_database(source: Path, file: Path) -> None:
    with _readable_database(source), closing(open_database(file)) as database:
        if database.execute("PRAGMA user_version").fetchone() == (0,):
            raise BackupFailed(f"{source} is a database of another program, and no backup")
        migrate(database, file)
        # Clients compare seqs within one epoch only. Without a new one, a client that has seen
        # events lost by the restore would resume behind the end and miss the next ones.
        mint_epoch(database)
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    for copy in file.parent.glob(f"{DATABASE}?*"):
        # What a migration kept of the older schema is in the backup itself.
        copy.unlink()
    fsync_path(file)


@contextmanager
def _readable_database(source: Path) -> Iterator[None]:
    """Raise BackupFailed in place of an error that SQLite has with a file."""
    try:
        yield
    except sqlite3.Error:
        raise BackupFailed(f"the database in {source} cannot be read; it is damaged") from None
    except NewerDatabase as error:
        raise BackupFailed(str(error)) from None
