"""Keeping the data folder from other users of the machine: 0700 for folders, 0600 for files."""

import os
from pathlib import Path

OTHERS = 0o077
"""The permission bits of the group and of all others."""


def make_private(folder: Path) -> list[Path]:
    """Take the rights of group and others from a data folder; returns what could not be changed.

    Before version 0.2 files got what the umask left. A folder directly in the data folder loses its
    own bits last, so its contents are walked through only once, even if that is interrupted.
    """
    failed: list[Path] = []
    for entry in sorted(folder.iterdir()):
        if entry.is_dir() and not entry.is_symlink() and _is_open(entry):
            for inner, folders, files in os.walk(entry):
                for name in (*folders, *files):
                    _close(Path(inner, name), failed)
        _close(entry, failed)
    _close(folder, failed)
    return failed


def _is_open(path: Path) -> bool:
    return bool(path.stat().st_mode & OTHERS)


def _close(path: Path, failed: list[Path]) -> None:
    try:
        if not path.is_symlink() and _is_open(path):
            path.chmod(path.stat().st_mode & 0o777 & ~OTHERS)
    # A passing file of SQLite may go meanwhile.
    except FileNotFoundError:
        return
    # Another owner's folder, as some container volumes are, can be written to but not changed.
    except OSError:
        failed.append(path)
