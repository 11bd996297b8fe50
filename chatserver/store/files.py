"""Uploaded files: their bytes in folders under random names, what they are in a table."""

import asyncio
import errno
import os
import shutil
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from chatserver.core.conversation.attachment import Attachment
from chatserver.core.errors import StorageFull, Unavailable
from chatserver.core.log_types import Upload
from chatserver.store.fsync import flush, make_folder
from chatserver.store.reader import ReadPool
from chatserver.store.writer import Writer

FILES = "files"
INCOMING = "incoming"
_COLUMNS = "id, conversation, owner, name, type, size, width, height, at"


@dataclass(slots=True)
class SqliteFiles:
    """Files under `root`/files/XX/ID; those that are not whole yet under `root`/files/incoming."""

    root: Path
    writer: Writer
    readers: ReadPool

    def prepare(self) -> None:
        """Make the folders, and forget what an earlier server did not receive whole."""
        shutil.rmtree(self._incoming, ignore_errors=True)
        make_folder(self._incoming)

    def incoming_path(self, name: str) -> Path:
        """Where a file is put while it arrives."""
        return self._incoming / name

    def content_path(self, file: str) -> Path:
        """Where the bytes of a file are."""
        return self.root / FILES / file[-2:] / file

    def preview_path(self, file: str) -> Path:
        """Where the preview of a picture is."""
        return self.content_path(file).with_suffix(".webp")

    async def save_upload(self, upload: Upload, source: Path, preview: Path) -> None:
        """Put a file that has arrived in its place, durably; raises StorageFull, Unavailable."""
        digest = await asyncio.to_thread(self._move, upload.file, source, preview)
        what = upload.attachment
        row = (upload.file, upload.conversation, upload.owner, what.name, what.type, what.size)
        further = (what.width, what.height, upload.at)
        sql = f"INSERT INTO files ({_COLUMNS}, sha256) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        await self.writer.do(lambda database: _run(database, sql, (*row, *further, digest)))

    async def find_upload(self, file: str) -> Upload | None:
        """What is known of a file."""
        found = await self._many("WHERE id = ?", (file,))
        return found[0] if found else None

    async def list_uploads(self, conversations: Sequence[str]) -> Sequence[Upload]:
        """The files of some conversations, the newest first."""
        marks = ", ".join("?" * len(conversations))
        where = f"WHERE conversation IN ({marks}) ORDER BY at DESC LIMIT 100"
        return await self._many(where, tuple(conversations))

    async def count_uploads(self, conversation: str) -> int:
        """How many files a conversation has."""
        return len(await self._ids(conversation))

    async def remove_content(self, conversation: str) -> None:
        """Remove the bytes of a conversation's files; raises Unavailable."""
        ids = await self._ids(conversation)
        try:
            await asyncio.to_thread(self._remove, ids)
        except OSError as error:
            raise storage_error(error) from error

    async def _ids(self, conversation: str) -> list[str]:
        sql = "SELECT id FROM files WHERE conversation = ?"
        rows = await self.readers.run(
            lambda database: database.execute(sql, (conversation,)).fetchall()
        )
        return [row[0] for row in rows]

    def _remove(self, ids: list[str]) -> None:
        for file in ids:
            self.content_path(file).unlink(missing_ok=True)
            self.preview_path(file).unlink(missing_ok=True)

    def _move(self, file: str, source: Path, preview: Path) -> bytes:
        target = self.content_path(file)
        try:
            make_folder(target.parent)
            with source.open("rb") as content:
                digest = sha256(content.read()).digest()
                os.fsync(content.fileno())
            if preview.exists():
                flush(preview)
                preview.rename(self.preview_path(file))
            source.rename(target)
            flush(target.parent)
        except OSError as error:
            raise storage_error(error) from error
        return digest

    async def _many(self, where: str, parameters: tuple[str, ...]) -> list[Upload]:
        rows = await self.readers.run(
            lambda database: database.execute(
                f"SELECT {_COLUMNS} FROM files {where}", parameters
            ).fetchall()
        )
        return [Upload(row[0], row[1], row[2], Attachment(*row[3:8]), row[8]) for row in rows]

    @property
    def _incoming(self) -> Path:
        return self.root / FILES / INCOMING


def storage_error(error: OSError) -> Unavailable:
    """What a failing disk is called towards people."""
    full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
    return StorageFull() if full else Unavailable()


def _run(database: sqlite3.Connection, sql: str, row: tuple[str | int | bytes | None, ...]) -> None:
    database.execute(sql, row)
