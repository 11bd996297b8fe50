"""Durable names: a new file survives a power cut only once its folder is flushed, too."""

import os
from pathlib import Path

CHUNK_BYTES = 1 << 20
"""Bytes that are copied at once."""


def fsync_path(path: Path) -> None:
    """Flush the content of a file, or the names in a folder, to disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def fsync_tree(folder: Path) -> None:
    """Flush the names in a folder and in all folders below it."""
    for inner, _, _ in os.walk(folder, topdown=False):
        fsync_path(Path(inner))


def make_durable_folder(folder: Path) -> None:
    """Create a folder and missing parents, for their owner only, each flushed to disk."""
    if not folder.exists():
        make_durable_folder(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)
        # POSIX does not promise that fsync of a file flushes its name; ext4 happens to do so,
        # others do not.
        fsync_path(folder.parent)
