"""The receipts of erasures, one text file each in the data folder."""

import os
from datetime import UTC, datetime
from pathlib import Path

from chatserver.store.folder.fsync import fsync_path, make_durable_folder

RECEIPTS = "receipts"


def save_receipt(folder: Path, at: int, text: str) -> Path:
    """Write the receipt of an erasure at `at` (ms) durably, and return its path.

    The name has the moment only: a receipt must not tell who was erased by being listed.
    """
    make_durable_folder(folder / RECEIPTS)
    moment = datetime.fromtimestamp(at / 1_000, UTC)
    file = folder / RECEIPTS / f"erasure-{moment:%Y%m%dT%H%M%S}.{at % 1_000:03}Z.txt"
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as receipt:
        receipt.write(text)
        receipt.flush()
        os.fsync(receipt.fileno())
    fsync_path(file.parent)
    return file
