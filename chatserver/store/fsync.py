"""Durable names: a new file survives a power cut only once its folder is flushed, too."""

import os
from pathlib import Path


def fsync_path(path: Path) -> None:
    """Flush the content of a file, or the names in a folder, to disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_durable_folder(folder: Path) -> None:
    """Create a folder and missing parents, each flushed to disk."""
    if not folder.exists():
        make_durable_folder(folder.parent)
        folder.mkdir(exist_ok=True)
        # POSIX does not promise that fsync of a file flushes its name; ext4 happens to do so,
        # others do not.
        fsync_path(folder.parent)
