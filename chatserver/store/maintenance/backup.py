"""Back up a data folder into one tar file while the server runs.

A backup has the database, every file and every sealed conversation that it names, the receipts of
erasures, the ledger and the signing key. `SHA256SUMS` is its last member: a file that was cut off
has none.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from chatserver.store.engine.connection import DATABASE, SqliteDatabase, open_database
from chatserver.store.engine.database import Database
from chatserver.store.engine.journal import checksum_seed
from chatserver.store.engine.migrations import copy_database, epoch
from chatserver.store.folder.archive import ARCHIVE, archive_folder
from chatserver.store.folder.files import FILES, content_file
from chatserver.store.folder.fsync import fsync_path
from chatserver.store.folder.ledger_file import LEDGER
from chatserver.store.folder.mail_spool import MAIL, SpoolFolder
from chatserver.store.folder.receipts import RECEIPTS
from chatserver.store.folder.signing_key import PRIVATE_KEY_FILE, PUBLIC_KEY_FILE
from chatserver.store.maintenance.tar_writer import TarWriter
from chatserver.store.tables.recovery import insert_records, unread
from chatserver.transcript.authenticity.manifest import SUMS, Manifest

CONTENTS = frozenset(
    {DATABASE, FILES, ARCHIVE, RECEIPTS, LEDGER, MAIL, PRIVATE_KEY_FILE, PUBLIC_KEY_FILE}
)
"""Everything in a data folder that belongs into a backup."""

MAX_ATTEMPTS = 5
"""Attempts to copy every file before something that was named is erased."""

_NOT_ERASING = "conversation NOT IN (SELECT conversation FROM erasing)"


class BackupFailed(Exception):
    """Nothing was backed up or restored; the message is a sentence for the operator."""


@dataclass(frozen=True, slots=True)
class BackupContents:
    """The counts of a backup's contents, and the files that were missing already."""

    conversations: int
    files: int
    sealed: int
    has_key: bool
    size_bytes: int
    missing: tuple[str, ...]


class _ErasedDuringBackup(Exception):
    """A file of the snapshot was erased before it was copied."""


def backup(folder: Path, target: Path) -> BackupContents:
    """Copy a data folder into a tar file, readable by its owner only.

    It appears complete or not at all. Raises BackupFailed for a name that cannot be written to,
    OSError where the disk fails.
    """
    _check_target(folder, target)
    partial = target.with_name(f"{target.name}.partial")
    snapshot = target.with_name(f"{target.name}.snapshot")
    try:
        contents = _write_backup(folder, partial, snapshot)
        fsync_path(partial)
        partial.replace(target)
        fsync_path(target.absolute().parent)
    finally:
        for rest in (partial, snapshot, snapshot.with_name(f"{snapshot.name}-journal")):
            rest.unlink(missing_ok=True)
    return contents


def named_files(database: Database) -> dict[str, int]:
    """Return the size in bytes of each file that must be on disk, by its id."""
    sql = f"SELECT id, size FROM files WHERE {_NOT_ERASING} ORDER BY id"
    return dict(database.execute(sql).fetchall())


def _check_target(folder: Path, target: Path) -> None:
    if target.is_dir():
        raise BackupFailed(f"{target} is a folder; name the file to write, such as {target}/a.tar")
    if not target.absolute().parent.is_dir():
        raise BackupFailed(f"there is no folder {target.absolute().parent}; make it first")
    if target.absolute() == (folder / DATABASE).absolute():
        raise BackupFailed(f"{target} is the database itself; name another file")


def _write_backup(folder: Path, partial: Path, snapshot: Path) -> BackupContents:
    for _ in range(MAX_ATTEMPTS):
        try:
            with _new_private_file(partial) as target:
                return _write_contents(folder, TarWriter(target), snapshot)
        except _ErasedDuringBackup:
            continue
    raise BackupFailed("customers were being erased all the while; try again later")


@contextmanager
def _new_private_file(file: Path) -> Iterator[BinaryIO]:
    """Open a new file of mode 0600 for writing, in place of one that is there."""
    file.unlink(missing_ok=True)
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w+b") as opened:
        yield opened


def _write_contents(folder: Path, tar: TarWriter, snapshot: Path) -> BackupContents:
    # Before the snapshot: a letter that goes into the log meanwhile is in both, and taken once.
    _add_letters(folder, tar)
    # The snapshot before the files: a file gets its name before its row, so every file that the
    # snapshot names is there, unless it is erased meanwhile.
    with _new_private_file(snapshot), closing(_open_readonly(folder)) as database:
        # The journal before the database, which gets what leaves the journal.
        records = unread(database, folder, checksum_seed(epoch(database)))
        copy_database(database, snapshot)
    with closing(
        sqlite3.connect(snapshot, isolation_level=None, factory=SqliteDatabase)
    ) as database:
        database.execute("PRAGMA journal_mode=DELETE")
        database.execute("BEGIN")
        insert_records(database, records)
        database.execute("COMMIT")
        sealed = _add_archive(database, folder, tar)
        named = named_files(database)
        (conversations,) = database.execute("SELECT count(*) FROM conversations").fetchone()
        missing = [file for file in named if not _add_upload(folder, file, tar)]
    _check_not_erased(folder, missing)
    has_key = (folder / PRIVATE_KEY_FILE).exists()
    for name in (PUBLIC_KEY_FILE, PRIVATE_KEY_FILE) if has_key else ():
        tar.add_file(name, folder / name)
    for receipt in sorted((folder / RECEIPTS).glob("*.txt")):
        tar.add_file(f"{RECEIPTS}/{receipt.name}", receipt)
    if (folder / LEDGER).exists():
        tar.add_file(LEDGER, folder / LEDGER)
    tar.add_file(DATABASE, snapshot)
    tar.add_text(SUMS, "".join(f"{digest}  {name}\n" for name, digest in tar.sums.items()))
    tar.finish()
    return BackupContents(
        conversations=conversations,
        files=len(named) - len(missing),
        sealed=sealed,
        has_key=has_key,
        size_bytes=tar.size_bytes,
        missing=tuple(missing),
    )


def _open_readonly(folder: Path) -> SqliteDatabase:
    return open_database(folder / DATABASE, readonly=True)


def _add_letters(folder: Path, tar: TarWriter) -> None:
    """Append the e-mails that were acknowledged and are not in the log, and those set aside."""
    for letter in SpoolFolder(folder).list_all():
        with suppress(FileNotFoundError):
            tar.add_file(f"{MAIL}/{letter.name}", letter)


def _add_upload(folder: Path, file: str, tar: TarWriter) -> bool:
    """Append an uploaded file with its preview; returns False if it is not there."""
    content = content_file(folder, file)
    try:
        tar.add_file(content.relative_to(folder).as_posix(), content)
    except FileNotFoundError:
        return False
    preview = content.with_suffix(".webp")
    if preview.exists():
        try:
            tar.add_file(preview.relative_to(folder).as_posix(), preview)
        except FileNotFoundError:
            return False
    return True


def _check_not_erased(folder: Path, missing: list[str]) -> None:
    """Raise _ErasedMeanwhile if a missing file is not named by the database any more."""
    if missing:
        with closing(_open_readonly(folder)) as database:
            named = named_files(database)
        if not all(file in named for file in missing):
            raise _ErasedDuringBackup


def _add_archive(database: Database, folder: Path, tar: TarWriter) -> int:
    """Append the archive as far as the snapshot knows it, and return the number of folders.

    Conversations whose folder is newer than the snapshot, or gone, count as not sealed in it: a
    server that starts on the restored folder seals them again.
    """
    for file in sorted((folder / ARCHIVE).glob("*")):
        if file.is_file():
            tar.add_file(f"{ARCHIVE}/{file.name}", file)
    sql = "SELECT id, reference, opened_at, seq FROM conversations WHERE sealed > 0"
    copied = 0
    for conversation, reference, opened_at, seq in database.execute(sql).fetchall():
        if _add_sealed_folder(archive_folder(folder, reference, opened_at), folder, seq, tar):
            copied += 1
        else:
            database.execute("UPDATE conversations SET sealed = 0 WHERE id = ?", (conversation,))
    return copied


def _add_sealed_folder(sealed: Path, folder: Path, seq: int, tar: TarWriter) -> bool:
    """Append one sealed folder; returns False, with nothing appended, if it is not of the snapshot.

    The archive replaces a folder as a whole; what was copied from two of them is copied again.
    """
    while True:
        position = tar.position()
        try:
            number = sealed.stat().st_ino
            if _sealed_entries(sealed) > seq:
                return False
            for file in sorted(each for each in sealed.rglob("*") if each.is_file()):
                tar.add_file(file.relative_to(folder).as_posix(), file)
            if sealed.stat().st_ino == number:
                return True
        except FileNotFoundError:
            if not sealed.exists():
                tar.rewind(position)
                return False
        tar.rewind(position)


def _sealed_entries(sealed: Path) -> int:
    try:
        return Manifest.parse((sealed / SUMS).read_bytes()).entries
    except (ValueError, OSError):
        # A damaged folder is backed up as it is: `verify` is to find it after a restore, too.
        return 0
