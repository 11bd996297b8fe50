"""The archive on disk: a folder for each closed conversation, readable without this program."""

import ctypes
import errno
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from chatserver.core.errors import StorageFull, Unavailable

ARCHIVE = "archive"
_HERE = -100  # AT_FDCWD
_EXCHANGE = 2  # RENAME_EXCHANGE


@dataclass(frozen=True, slots=True)
class Archive:
    """`root`/archive/YYYY/MM/DD/REFERENCE, by the day (UTC) on which a conversation began."""

    root: Path

    def folder(self, reference: str, opened_at: int) -> Path:
        """Where a conversation is, or will be, kept."""
        day = datetime.fromtimestamp(opened_at / 1_000, UTC)
        return self.root / ARCHIVE / f"{day:%Y/%m/%d}" / reference

    def write(
        self, reference: str, opened_at: int, parts: Mapping[str, bytes], copies: Mapping[str, Path]
    ) -> Path:
        """Put a folder in place of what was there; whoever looks sees the old one or the new.

        `parts` are files by their names, `copies` the files to copy there. Raises StorageFull and
        Unavailable, and then the old one stays.
        """
        folder = self.folder(reference, opened_at)
        partial = folder.with_name(f".{folder.name}.partial")
        try:
            folder.parent.mkdir(parents=True, exist_ok=True)
            shutil.rmtree(partial, ignore_errors=True)
            self._fill(partial, parts, copies)
            _replace(partial, folder)
            _flush(folder.parent)
        except OSError as error:
            shutil.rmtree(partial, ignore_errors=True)
            full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
            raise (StorageFull if full else Unavailable)() from error
        return folder

    def _fill(self, folder: Path, parts: Mapping[str, bytes], copies: Mapping[str, Path]) -> None:
        folder.mkdir()
        for name, content in parts.items():
            with (folder / name).open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        for name, source in copies.items():
            target = folder / name
            target.parent.mkdir(exist_ok=True)
            shutil.copyfile(source, target)
            _flush(target)
            _flush(target.parent)
        _flush(folder)


def _replace(partial: Path, folder: Path) -> None:
    """Rename, or change places with what is there in one step of the file system."""
    if not folder.exists():
        partial.rename(folder)
        return
    libc = ctypes.CDLL(None, use_errno=True)
    names = os.fsencode(partial), os.fsencode(folder)
    if libc.renameat2(_HERE, names[0], _HERE, names[1], _EXCHANGE):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), str(folder))
    shutil.rmtree(partial)


def _flush(path: Path) -> None:
    """Make sure that a file, or the names in a folder, are on disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
