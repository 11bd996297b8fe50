"""Names on disk: a file survives a loss of power only once its folder was flushed, too."""

import os
from pathlib import Path


def flush(path: Path) -> None:
    """Make sure that the content of a file, or the names in a folder, are on disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_folder(folder: Path) -> None:
    """A folder and those above it, each on disk under its name."""
    if not folder.exists():
        make_folder(folder.parent)
        folder.mkdir(exist_ok=True)
        flush(folder.parent)
