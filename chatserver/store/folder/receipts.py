"""The receipts of erasures, one text file each in the data folder."""

import asyncio
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from chatserver.store.folder.files import storage_error
from chatserver.store.folder.fsync import fsync_path, make_durable_folder

RECEIPTS = "receipts"


@dataclass(frozen=True, slots=True)
class ReceiptFolder:
    """The folder `root`/receipts."""

    root: Path

    async def save_receipt(self, at: int, text: str) -> Path:
        """Keep the receipt of an erasure at `at` (ms) durably, and return its path."""
        try:
            return await asyncio.to_thread(self._save, at, text)
        except OSError as error:
            raise storage_error(error) from error

    def _save(self, at: int, text: str) -> Path:
        folder = self.root / RECEIPTS
        make_durable_folder(folder)
        file, descriptor = _new_file(folder, at)
        with os.fdopen(descriptor, "w", encoding="utf-8") as receipt:
            receipt.write(text)
            receipt.flush()
            os.fsync(receipt.fileno())
        fsync_path(folder)
        return file


def _new_file(folder: Path, at: int) -> tuple[Path, int]:
    """Create the file of a receipt and return its path and descriptor.

    The name has the moment only: a receipt must not tell who was erased by being listed. A moment
    may come twice, after the clock was set back.
    """
    moment = datetime.fromtimestamp(at / 1_000, UTC)
    stem = f"erasure-{moment:%Y%m%dT%H%M%S}.{at % 1_000:03}Z"
    for number in count(1):
        file = folder / (f"{stem}.txt" if number == 1 else f"{stem}-{number}.txt")
        try:
            return file, os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            continue
    raise AssertionError("numbers do not end")
