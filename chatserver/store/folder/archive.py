"""The archive on disk: a folder for each closed conversation, readable without this program."""

import asyncio
import ctypes
import errno
import os
import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import file_digest, sha256
from pathlib import Path

from chatserver.core.conversation.record import ConversationRecord
from chatserver.store.engine.database import execute
from chatserver.store.engine.reader import ReadPool
from chatserver.store.engine.rows import RECORD, read_record
from chatserver.store.engine.writer import Writer
from chatserver.store.folder.files import storage_error
from chatserver.store.folder.fsync import fsync_path, make_durable_folder
from chatserver.transcript.authenticity.manifest import SealFiles

ARCHIVE = "archive"
PARTIAL = ".partial"
"""The folder that holds folders until they are complete."""

MAX_UNSEALED = 50
"""Conversations that one query returns at most."""

_UNSEALED = "status = 'closed' AND sealed < seq"
_AT_FDCWD = -100
_RENAME_EXCHANGE = 2


@dataclass(frozen=True, slots=True)
class SealedFolders:
    """The folders `root`/archive/YYYY/MM/DD/REFERENCE, by the UTC day a conversation was opened.

    The seq up to which a conversation is sealed is stored with its summary.
    """

    root: Path
    writer: Writer
    readers: ReadPool

    def prepare(self, root_files: Mapping[str, bytes]) -> None:
        """Remove unfinished folders of an earlier run, and write some files into `root`/archive.

        Raises OSError.
        """
        shutil.rmtree(self._partial, ignore_errors=True)
        make_durable_folder(self._partial)
        for name, content in root_files.items():
            _write_file(self._partial / name, content)
            (self._partial / name).replace(self._partial.with_name(name))
        fsync_path(self._partial.parent)

    def folder(self, reference: str, opened_at: int) -> Path:
        """Return the path of a conversation's folder, existing or not."""
        return archive_folder(self.root, reference, opened_at)

    async def list_unsealed(
        self, before: int, after: tuple[int, str]
    ) -> Sequence[ConversationRecord]:
        """Return up to 50 unsealed conversations last changed at or before `before` (ms)."""
        sql = f"""SELECT {RECORD} FROM conversations WHERE {_UNSEALED}
            AND touched_at <= ? AND (touched_at, id) > (?, ?) ORDER BY touched_at, id LIMIT ?"""
        rows = await self.readers.run(
            lambda database: database.execute(sql, (before, *after, MAX_UNSEALED)).fetchall()
        )
        return [read_record(row) for row in rows]

    async def next_unsealed_change(self, after: int) -> int | None:
        """Return the first last change (ms) after `after` of an unsealed conversation, or None."""
        sql = f"SELECT min(touched_at) FROM conversations WHERE {_UNSEALED} AND touched_at > ?"
        row = await self.readers.run(lambda database: database.execute(sql, (after,)).fetchone())
        return None if row[0] is None else int(row[0])

    async def sealed_seq(self, conversation: str) -> int:
        """Return the seq up to which the archive holds a conversation, 0 when it does not."""
        sql = "SELECT sealed FROM conversations WHERE id = ?"
        row = await self.readers.run(
            lambda database: database.execute(sql, (conversation,)).fetchone()
        )
        return 0 if row is None else int(row[0])

    async def mark_sealed(self, conversation: str, seq: int) -> None:
        """Remember up to which seq the archive holds a conversation; a lower one is ignored."""
        sql = "UPDATE conversations SET sealed = ? WHERE id = ? AND sealed < ?"
        await self.writer.do(lambda database: execute(database, sql, (seq, conversation, seq)))

    async def write_folder(
        self,
        reference: str,
        opened_at: int,
        parts: Mapping[str, bytes],
        copies: Mapping[str, Path],
        seal: SealFiles,
    ) -> None:
        """Put a folder in place of the one before atomically and durably."""
        folder = self.folder(reference, opened_at)
        await asyncio.to_thread(self._write_sealed_folder, folder, parts, copies, seal)

    async def remove_folder(self, reference: str, opened_at: int) -> None:
        """Remove a folder; an absent one is no error."""
        await asyncio.to_thread(self._remove_sealed_folder, self.folder(reference, opened_at))

    def _remove_sealed_folder(self, folder: Path) -> None:
        former = self._partial / f"{folder.name}.removed"
        try:
            self._partial.mkdir(parents=True, exist_ok=True)
            shutil.rmtree(former, ignore_errors=True)
            with suppress(FileNotFoundError):
                folder.rename(former)
                fsync_path(folder.parent)
                shutil.rmtree(former)
        except OSError as error:
            raise storage_error(error) from error

    def _write_sealed_folder(
        self, folder: Path, parts: Mapping[str, bytes], copies: Mapping[str, Path], seal: SealFiles
    ) -> None:
        partial = self._partial / folder.name
        try:
            shutil.rmtree(partial, ignore_errors=True)
            partial.mkdir(parents=True)
            sums = {name: _write_file(partial / name, content) for name, content in parts.items()}
            for name, source in copies.items():
                with suppress(FileNotFoundError):
                    sums[name] = _copy_file(source, partial / name)
            for name, content in seal(sums).items():
                _write_file(partial / name, content)
            # All names are flushed before the rename and the rename itself after it. In any other
            # order a power cut could leave a folder under its final name with files missing.
            for inner in (*partial.iterdir(), partial):
                if inner.is_dir():
                    fsync_path(inner)
            make_durable_folder(folder.parent)
            _replace_folder(partial, folder)
            fsync_path(folder.parent)
        except OSError as error:
            shutil.rmtree(partial, ignore_errors=True)
            raise storage_error(error) from error

    @property
    def _partial(self) -> Path:
        return self.root / ARCHIVE / PARTIAL


def archive_folder(root: Path, reference: str, opened_at: int) -> Path:
    """Return the path of a conversation's folder in the data folder `root`, existing or not."""
    day = datetime.fromtimestamp(opened_at / 1_000, UTC)
    return root / ARCHIVE / f"{day:%Y/%m/%d}" / reference


def _write_file(file: Path, content: bytes) -> str:
    """Write a file durably and return its SHA-256 (hex)."""
    with file.open("wb") as target:
        target.write(content)
        target.flush()
        os.fsync(target.fileno())
    return sha256(content).hexdigest()


def _copy_file(source: Path, target: Path) -> str:
    """Copy a file durably and return the SHA-256 (hex) of the copy; raises FileNotFoundError."""
    with source.open("rb") as content:
        target.parent.mkdir(exist_ok=True)
        with target.open("w+b") as copy:
            shutil.copyfileobj(content, copy)
            copy.flush()
            os.fsync(copy.fileno())
            copy.seek(0)
            # Hashed from the copy, not the source: the seal covers the bytes that were really
            # stored.
            return file_digest(copy, "sha256").hexdigest()


def _replace_folder(partial: Path, folder: Path) -> None:
    """Rename the folder, or exchange it atomically with an existing one."""
    if not folder.exists():
        partial.rename(folder)
    elif _exchange_folders(partial, folder):
        shutil.rmtree(partial)
    else:
        # Without renameat2 (not Linux), a kill between the two renames leaves no folder. It is
        # sealed again after the next start, because `sealed` was not updated.
        former = partial.with_name(f"{partial.name}.former")
        folder.rename(former)
        partial.rename(folder)
        shutil.rmtree(former)


def _exchange_folders(one: Path, other: Path) -> bool:
    """Exchange two folders atomically; returns False where the system cannot."""
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if rename is None:
        return False
    if not rename(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _RENAME_EXCHANGE):
        return True
    number = ctypes.get_errno()
    if number in (errno.EINVAL, errno.ENOSYS):
        return False
    raise OSError(number, os.strerror(number), str(other))
