"""Copies of the data that lie beside it: from before a migration, a restore, or a move."""

import asyncio
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from chatserver.store.folder.files import storage_error

PATTERN = "*.before-*"
"""The names of copies: of the database before a migration or a move, of all before a restore."""


@dataclass(frozen=True, slots=True)
class FolderCopies:
    """The copies in the data folder `root`."""

    root: Path

    async def remove_older(self, at: int) -> Sequence[str]:
        """Remove the copies last changed before a moment (ms since 1970), and return their names.

        Raises Unavailable.
        """
        try:
            return await asyncio.to_thread(self._remove_older, at)
        except OSError as error:
            raise storage_error(error) from error

    def _remove_older(self, at: int) -> Sequence[str]:
        old = [each for each in list_copies(self.root) if each.stat().st_mtime_ns < at * 1_000_000]
        for copy in old:
            if copy.is_dir():
                shutil.rmtree(copy)
            else:
                copy.unlink()
        return [copy.name for copy in old]


def list_copies(folder: Path) -> list[Path]:
    """Return the copies in a data folder."""
    return sorted(folder.glob(PATTERN))
