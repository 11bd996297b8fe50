"""Uploaded files: contents in folders under random names, descriptions in a table."""

import asyncio
import errno
import os
import shutil
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path

from chatserver.core.conversation.attachment import Attachment, Upload
from chatserver.core.errors import StorageFull, Unavailable
from chatserver.store.engine.database import Database, Value, execute
from chatserver.store.engine.reader import ReadPool
from chatserver.store.engine.rows import as_json
from chatserver.store.engine.writer import Writer
from chatserver.store.folder.fsync import fsync_path, make_durable_folder

FILES = "files"
INCOMING = "incoming"
_COLUMNS = "id, conversation, owner, name, type, size, width, height, at"
_INSERT = f"INSERT INTO files ({_COLUMNS}, sha256) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"


@dataclass(slots=True)
class UploadFolder:
    """Files at `root`/files/XX/ID; unfinished uploads are in `root`/files/incoming/ID."""

    root: Path
    writer: Writer
    readers: ReadPool

    async def prepare(self) -> None:
        """Make the folders, and remove unfinished uploads of an earlier run."""
        begun = await asyncio.to_thread(self._list_begun)
        stored = {upload.file for file in begun if (upload := await self.find_upload(file))}
        await asyncio.to_thread(self._forget_begun, set(begun) - stored)

    async def begin_upload(self, file: str) -> tuple[Path, Path]:
        """Return the paths at which a file and its preview are written while they arrive."""
        folder = self._incoming / file
        try:
            await asyncio.to_thread(folder.mkdir, 0o700)
        except OSError as error:
            raise storage_error(error) from error
        return folder / file, folder / f"{file}.webp"

    def end_upload(self, file: str) -> None:
        """Remove the remaining files of an upload that was stored or refused; raises OSError."""
        folder, removed = self._incoming / file, self._incoming / f"{file}.removed"
        with suppress(FileNotFoundError):
            # Renamed first: a worker that still looks into the file finds no path to write to.
            folder.rename(removed)
            shutil.rmtree(removed)

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
        await self.writer.do(partial(self._insert, upload.file, (*row, *further, digest)))

    async def find_upload(self, file: str) -> Upload | None:
        """Return the description of a file, or None."""
        found = await self._fetch_all("WHERE id = ?", (file,))
        return found[0] if found else None

    async def list_uploads(self, conversations: Sequence[str]) -> Sequence[Upload]:
        """Return the 100 newest files of some conversations, newest first."""
        where = "WHERE conversation IN {among} ORDER BY at DESC LIMIT 100"
        return await self._fetch_all(where, (as_json(list(conversations)),))

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

    def _insert(self, file: str, row: Sequence[Value], database: Database) -> None:
        """Insert the row of a file; its bytes are removed if the gate refuses the row.

        Here, because a caller that was cancelled does not learn of it.
        """
        try:
            execute(database, _INSERT, row)
        except database.violations:
            self._remove([file])
            raise

    def _list_begun(self) -> list[str]:
        make_durable_folder(self._incoming)
        return [folder.name.partition(".")[0] for folder in self._incoming.iterdir()]

    def _forget_begun(self, unrecorded: Iterable[str]) -> None:
        """Remove files that got their names and no row, and then the folder of arriving ones."""
        self._remove(unrecorded)
        shutil.rmtree(self._incoming, ignore_errors=True)
        make_durable_folder(self._incoming)

    def _remove(self, ids: Iterable[str]) -> None:
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
            # The folder in which it arrived stays until the row is committed: the next start
            # removes the file if it finds the folder and no row.
            fsync_path(self._incoming)
            if preview.exists():
                fsync_path(preview)
                preview.rename(self.preview_path(file))
            # The content is flushed before it gets its name, and the name before the row is
            # inserted: a row always has its file, whenever the power fails.
            source.rename(target)
            fsync_path(target.parent)
        except OSError as error:
            raise storage_error(error) from error
        return digest

    async def _fetch_all(self, where: str, parameters: tuple[str, ...]) -> list[Upload]:
        rows = await self.readers.run(
            lambda database: database.execute(
                f"SELECT {_COLUMNS} FROM files {where.format(among=database.among)}", parameters
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
