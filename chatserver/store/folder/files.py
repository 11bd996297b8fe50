"""Uploaded files: contents in folders under random names, descriptions in a table."""

import asyncio
import errno
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from chatserver.core.conversation.attachment import Attachment, Upload
from chatserver.core.errors import StorageFull, Unavailable
from chatserver.store.engine.connection import execute
from chatserver.store.engine.reader import ReadPool
from chatserver.store.engine.writer import Writer
from chatserver.store.folder.fsync import fsync_path, make_durable_folder

FILES = "files"
INCOMING = "incoming"
_COLUMNS = "id, conversation, owner, name, type, size, width, height, at"


@dataclass(slots=True)
class SqliteFiles:
    """Files at `root`/files/XX/ID; unfinished uploads are in `root`/files/incoming."""

    root: Path
    writer: Writer
    readers: ReadPool

    def prepare(self) -> None:
        """Make the folders, and forget what an earlier server did not receive whole."""
        shutil.rmtree(self._incoming, ignore_errors=True)
        make_durable_folder(self._incoming)

    def incoming_path(self, name: str) -> Path:
        """Return the path at which a file is written while it arrives."""
        return self._incoming / name

    def content_path(self, file: str) -> Path:
        """Return the path of a stored file's bytes."""
        return content_file(self.root, file)

    def preview_path(self, file: str) -> Path:
        """Return the path of a stored picture's preview."""
        return self.content_path(file).with_suffix(".webp")

    async def save_upload(self, upload: Upload, source: Path, preview: Path) -> None:
        """Move an arrived file, and its preview if there is one, into place durably."""
        digest = await asyncio.to_thread(self._move, upload.file, source, preview)
        what = upload.attachment
        row = (upload.file, upload.conversation, upload.owner, what.name, what.type, what.size)
        further = (what.width, what.height, upload.at)
        sql = f"INSERT INTO files ({_COLUMNS}, sha256) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        await self.writer.do(lambda database: execute(database, sql, (*row, *further, digest)))

    async def find_upload(self, file: str) -> Upload | None:
        """Return the description of a file, or None."""
        found = await self._fetch_all("WHERE id = ?", (file,))
        return found[0] if found else None

    async def list_uploads(self, conversations: Sequence[str]) -> Sequence[Upload]:
        """Return the 100 newest files of some conversations, newest first."""
        marks = ", ".join("?" * len(conversations))
        where = f"WHERE conversation IN ({marks}) ORDER BY at DESC LIMIT 100"
        return await self._fetch_all(where, tuple(conversations))

    async def count_uploads(self, conversation: str) -> int:
        """Return the number of files in a conversation."""
        return len(await self._ids(conversation))

    async def remove_content(self, conversation: str) -> None:
        """Remove the bytes of a conversation's files; absent ones are no error."""
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
            make_durable_folder(target.parent)
            with source.open("rb") as content:
                digest = sha256(content.read()).digest()
                os.fsync(content.fileno())
            if preview.exists():
                fsync_path(preview)
                preview.rename(self.preview_path(file))
            # The content is flushed before it gets its name, and the name before the row is
            # inserted: a row always has its file, whenever the power fails. A file without a row
            # is only wasted space.
            source.rename(target)
            fsync_path(target.parent)
        except OSError as error:
            raise storage_error(error) from error
        return digest

    async def _fetch_all(self, where: str, parameters: tuple[str, ...]) -> list[Upload]:
        rows = await self.readers.run(
            lambda database: database.execute(
                f"SELECT {_COLUMNS} FROM files {where}", parameters
            ).fetchall()
        )
        return [
            Upload(row[0], row[1], row[2], attachment=Attachment(*row[3:8]), at=row[8])
            for row in rows
        ]

    @property
    def _incoming(self) -> Path:
        return self.root / FILES / INCOMING


def content_file(root: Path, file: str) -> Path:
    """Return the path of an uploaded file's bytes in the data folder `root`."""
    return root / FILES / file[-2:] / file


def storage_error(error: OSError) -> Unavailable:
    """Return the error to raise for a failing disk: StorageFull or Unavailable."""
    full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
    return StorageFull() if full else Unavailable()
