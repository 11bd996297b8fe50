"""The ledger as a file of the data folder, which outlives the database: one line for each entry.

A line has the number of the entry, its kind, id and time (ms since 1970 UTC). Lines are only ever
appended, and flushed before anything is answered. A line that a power cut has torn is dropped.
"""

import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from chatserver.core.ledger import LedgerEntry, LedgerKind
from chatserver.store.folder.fsync import fsync_path

LEDGER = "ledger"

TAIL_BYTES = 4_096
"""Bytes at the end of the file that certainly have its last line."""

Numbered = tuple[int, LedgerEntry]


def read_ledger(file: Path) -> list[Numbered]:
    """Return all entries of a ledger with their numbers; none for a file that is not there."""
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        return []
    return list(_parse(content))


def last_entry(file: Path) -> Numbered | None:
    """Return the last entry of a ledger without reading all of it, or None for an empty one."""
    try:
        with file.open("rb") as ledger:
            ledger.seek(max(0, ledger.seek(0, os.SEEK_END) - TAIL_BYTES))
            tail = list(_parse(ledger.read()))
    except FileNotFoundError:
        return None
    return tail[-1] if tail else None


def append_entries(file: Path, entries: Sequence[Numbered]) -> None:
    """Append entries durably; a torn last line is cut off first. Raises OSError."""
    if not entries:
        return
    is_new = not file.exists()
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "r+b") as ledger:
        _cut_torn_line(ledger.fileno())
        ledger.seek(0, os.SEEK_END)
        ledger.write("".join(map(_line, entries)).encode())
        ledger.flush()
        os.fsync(ledger.fileno())
    if is_new:
        fsync_path(file.parent)


def replace_ledger(file: Path, entries: Sequence[Numbered]) -> None:
    """Write a whole ledger in place of the one before, atomically and durably. Raises OSError."""
    partial = file.with_name(f"{file.name}.partial")
    partial.unlink(missing_ok=True)
    append_entries(partial, entries)
    if entries:
        partial.replace(file)
        fsync_path(file.parent)


def merge_ledgers(file: Path, other: Path) -> None:
    """Append the entries of another ledger that are not in a ledger yet. Raises OSError."""
    with ledger_lock(file.parent):
        known = read_ledger(file)
        here = {entry for _, entry in known}
        number = known[-1][0] if known else 0
        new = [entry for _, entry in read_ledger(other) if entry not in here]
        append_entries(file, list(enumerate(dict.fromkeys(new), start=number + 1)))


@contextmanager
def ledger_lock(folder: Path) -> Iterator[None]:
    """Keep other processes from writing the ledger of a data folder."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        # The folder itself, because the file may be replaced by another one.
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _parse(content: bytes) -> Iterator[Numbered]:
    for line in content.decode("ascii", "replace").split("\n")[:-1]:
        number, _, rest = line.partition(" ")
        # The first line of a tail may be half a line, the last one of a file torn.
        with suppress(ValueError):
            kind, name, at = rest.split(" ")
            yield int(number), LedgerEntry(LedgerKind(kind), name, int(at))


def _line(numbered: Numbered) -> str:
    number, entry = numbered
    return f"{number} {entry.kind} {entry.id} {entry.at}\n"


def _cut_torn_line(descriptor: int) -> None:
    size = os.fstat(descriptor).st_size
    tail = os.pread(descriptor, TAIL_BYTES, max(0, size - TAIL_BYTES))
    os.ftruncate(descriptor, size - len(tail) + tail.rfind(b"\n") + 1)
