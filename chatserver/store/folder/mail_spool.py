"""The spool of incoming e-mail: one file for each letter, on disk before it is acknowledged.

A file has one line of JSON with the envelope, and then the letter as it was received. It appears
complete under its name: written aside, flushed, renamed, and the folder flushed.
"""

import os
import shutil
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from errno import EDQUOT, EFBIG, ENOSPC
from pathlib import Path

import orjson

from chatserver.core.errors import StorageFull, Unavailable
from chatserver.core.incoming_mail.envelope import Envelope
from chatserver.core.incoming_mail.mailbox_cursor import MailboxCursor
from chatserver.store.folder.fsync import fsync_path, make_durable_folder

MAIL = "mail"
"""The folder of the spool in the data folder."""

ARRIVED, PARTIAL, UNREAD = ".mail", ".part", ".unread"

CURSOR = "imap.cursor"
"""The file with the place up to which the IMAP mailbox was read."""


@dataclass(frozen=True, slots=True)
class SpoolFolder:
    """Letters that wait to be read, in the order of their ids.

    Every method works on the disk, and is to be called in a thread.
    """

    data: Path

    @property
    def folder(self) -> Path:
        """The folder of the spool."""
        return self.data / MAIL

    def prepare(self) -> None:
        """Create the folder, and remove what was never acknowledged."""
        make_durable_folder(self.folder)
        for partial in self.folder.glob(f"*{PARTIAL}"):
            partial.unlink(missing_ok=True)

    def store(self, identifier: str, envelope: Envelope, content: bytes) -> None:
        """Store a letter durably; raises StorageFull and Unavailable, and then nothing is stored.

        The name of a letter that is stored again is the same, so that it is there once.
        """
        self._write(self.path(identifier), orjson.dumps(envelope) + b"\n", content)

    def read_cursor(self) -> MailboxCursor | None:
        """Return the cursor that was stored last, None if there is none or it cannot be read."""
        try:
            return MailboxCursor(**orjson.loads((self.folder / CURSOR).read_bytes()))
        except (OSError, ValueError, TypeError):
            return None

    def store_cursor(self, cursor: MailboxCursor) -> None:
        """Store the mailbox's cursor durably; raises StorageFull and Unavailable."""
        self._write(self.folder / CURSOR, orjson.dumps(cursor))

    def _write(self, path: Path, *pieces: bytes) -> None:
        partial = path.with_suffix(PARTIAL)
        try:
            with partial.open("wb") as file:
                file.writelines(pieces)
                file.flush()
                os.fsync(file.fileno())
            partial.rename(path)
            fsync_path(self.folder)
        except OSError as error:
            partial.unlink(missing_ok=True)
            full = error.errno in (ENOSPC, EDQUOT, EFBIG)
            raise (StorageFull if full else Unavailable)() from error

    def path(self, identifier: str) -> Path:
        """Return the path of a letter that arrived."""
        return self.folder / f"{identifier}{ARRIVED}"

    def list_arrived(self) -> Sequence[str]:
        """Return the ids of the letters that wait, oldest first."""
        return sorted(file.stem for file in self.folder.glob(f"*{ARRIVED}"))

    def list_all(self) -> Sequence[Path]:
        """Return the files of the letters that wait or were set aside, and the mailbox's cursor."""
        files = self.folder.glob("*")
        return sorted(
            each for each in files if each.suffix in (ARRIVED, UNREAD) or each.name == CURSOR
        )

    def size_bytes(self) -> int:
        """Return the bytes of all letters that wait."""
        size = 0
        for file in self.folder.glob(f"*{ARRIVED}"):
            # One that was just taken into the log is gone.
            with suppress(FileNotFoundError):
                size += file.stat().st_size
        return size

    def copy_letter(self, identifier: str, target: Path) -> int:
        """Copy a letter without its envelope to a new file; return its bytes, raises OSError."""
        with self.path(identifier).open("rb") as spooled, target.open("xb") as copy:
            spooled.readline()
            shutil.copyfileobj(spooled, copy)
            return copy.tell()

    def remove(self, identifier: str) -> None:
        """Remove a letter that is in the log."""
        self.path(identifier).unlink(missing_ok=True)

    def set_aside(self, identifier: str) -> Path:
        """Keep a letter that cannot be read under another name, for the operator."""
        aside = self.folder / f"{identifier}{UNREAD}"
        self.path(identifier).rename(aside)
        return aside
