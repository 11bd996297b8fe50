"""The archive on disk: a folder for each closed conversation, readable without this program."""

import asyncio
import ctypes
import errno
import os
import shutil
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import file_digest, sha256
from pathlib import Path

from chatserver.core.log_types import ConversationRecord
from chatserver.store.files import storage_error
from chatserver.store.fsync import flush, make_folder
from chatserver.store.reader import ReadPool
from chatserver.store.rows import RECORD, read_record
from chatserver.store.writer import Writer

ARCHIVE = "archive"
PARTIAL = ".partial"
"""Where folders are until they are whole."""

DUE = 50
"""Conversations that are looked up at once."""

_TOUCHED = "json_extract(state, '$.touched_at')"
_UNSEALED = "status = 'closed' AND sealed < seq"
_HERE = -100  # AT_FDCWD
_EXCHANGE = 2  # RENAME_EXCHANGE

Seal = Callable[[Mapping[str, str]], Mapping[str, bytes]]
"""From the SHA-256 (hex) of each file by its name: the files that vouch for them."""


@dataclass(frozen=True, slots=True)
class SqliteArchive:
    """`root`/archive/YYYY/MM/DD/REFERENCE, by the day (UTC) on which a conversation began; how
    far each conversation is sealed stands with its summary."""

    root: Path
    writer: Writer
    readers: ReadPool

    def prepare(self, beside: Mapping[str, bytes]) -> None:
        """Forget what an earlier server did not finish, and put some files into the root.

        Raises OSError.
        """
        shutil.rmtree(self._partial, ignore_errors=True)
        make_folder(self._partial)
        for name, content in beside.items():
            _write(self._partial / name, content)
            (self._partial / name).replace(self._partial.with_name(name))
        flush(self._partial.parent)

    def folder(self, reference: str, opened_at: int) -> Path:
        """Where a conversation is, or will be, kept."""
        day = datetime.fromtimestamp(opened_at / 1_000, UTC)
        return self.root / ARCHIVE / f"{day:%Y/%m/%d}" / reference

    async def list_unsealed(
        self, before: int, after: tuple[int, str]
    ) -> Sequence[ConversationRecord]:
        """Return up to 50 unsealed conversations last changed at or before `before` (ms)."""
        sql = f"""SELECT {RECORD} FROM conversations WHERE {_UNSEALED}
            AND {_TOUCHED} <= ? AND ({_TOUCHED}, id) > (?, ?) ORDER BY {_TOUCHED}, id LIMIT ?"""
        rows = await self.readers.run(
            lambda database: database.execute(sql, (before, *after, DUE)).fetchall()
        )
        return [read_record(row) for row in rows]

    async def next_unsealed_change(self, after: int) -> int | None:
        """Return the first last change (ms) after `after` of an unsealed conversation, or None."""
        sql = f"SELECT min({_TOUCHED}) FROM conversations WHERE {_UNSEALED} AND {_TOUCHED} > ?"
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
        sql = "UPDATE conversations SET sealed = max(sealed, ?) WHERE id = ?"
        await self.writer.do(lambda database: _run(database, sql, seq, conversation))

    async def write_folder(
        self,
        reference: str,
        opened_at: int,
        parts: Mapping[str, bytes],
        copies: Mapping[str, Path],
        seal: Seal,
    ) -> None:
        """Put a folder in place of the one before atomically and durably."""
        folder = self.folder(reference, opened_at)
        await asyncio.to_thread(self._write, folder, parts, copies, seal)

    async def remove_folder(self, reference: str, opened_at: int) -> None:
        """Remove a folder; an absent one is no error."""
        await asyncio.to_thread(self._remove, self.folder(reference, opened_at))

    def _remove(self, folder: Path) -> None:
        former = self._partial / f"{folder.name}.removed"
        try:
            self._partial.mkdir(parents=True, exist_ok=True)
            shutil.rmtree(former, ignore_errors=True)
            with suppress(FileNotFoundError):
                folder.rename(former)
                flush(folder.parent)
                shutil.rmtree(former)
        except OSError as error:
            raise storage_error(error) from error

    def _write(
        self, folder: Path, parts: Mapping[str, bytes], copies: Mapping[str, Path], seal: Seal
    ) -> None:
        partial = self._partial / folder.name
        try:
            shutil.rmtree(partial, ignore_errors=True)
            partial.mkdir(parents=True)
            sums = {name: _write(partial / name, content) for name, content in parts.items()}
            for name, source in copies.items():
                with suppress(FileNotFoundError):
                    sums[name] = _copy(source, partial / name)
            for name, content in seal(sums).items():
                _write(partial / name, content)
            for inner in (*partial.iterdir(), partial):
                if inner.is_dir():
                    flush(inner)
            make_folder(folder.parent)
            _replace(partial, folder)
            flush(folder.parent)
        except OSError as error:
            shutil.rmtree(partial, ignore_errors=True)
            raise storage_error(error) from error

    @property
    def _partial(self) -> Path:
        return self.root / ARCHIVE / PARTIAL


def _write(file: Path, content: bytes) -> str:
    """A file on disk; its SHA-256."""
    with file.open("wb") as target:
        target.write(content)
        target.flush()
        os.fsync(target.fileno())
    return sha256(content).hexdigest()


def _copy(source: Path, target: Path) -> str:
    """A copy on disk; the SHA-256 of what arrived there. Raises FileNotFoundError."""
    with source.open("rb") as content:
        target.parent.mkdir(exist_ok=True)
        with target.open("w+b") as copy:
            shutil.copyfileobj(content, copy)
            copy.flush()
            os.fsync(copy.fileno())
            copy.seek(0)
            return file_digest(copy, "sha256").hexdigest()


def _replace(partial: Path, folder: Path) -> None:
    """Rename, or change places with what is there in one step of the file system."""
    if not folder.exists():
        partial.rename(folder)
    elif _exchange(partial, folder):
        shutil.rmtree(partial)
    else:
        # A kill between the two steps leaves none; it is sealed again after the next start,
        # because it was not remembered as sealed.
        former = partial.with_name(f"{partial.name}.former")
        folder.rename(former)
        partial.rename(folder)
        shutil.rmtree(former)


def _exchange(one: Path, other: Path) -> bool:
    """Let two folders change places; False where the system cannot."""
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if rename is None:
        return False
    if not rename(_HERE, os.fsencode(one), _HERE, os.fsencode(other), _EXCHANGE):
        return True
    number = ctypes.get_errno()
    if number in (errno.EINVAL, errno.ENOSYS):
        return False
    raise OSError(number, os.strerror(number), str(other))


def _run(database: sqlite3.Connection, sql: str, *parameters: str | int) -> None:
    database.execute(sql, parameters)
