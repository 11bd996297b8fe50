"""Write a tar file whose last members can be removed again (POSIX.1-2001, pax)."""

import tarfile
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from chatserver.store.folder.fsync import CHUNK_BYTES

MODE = 0o600


@dataclass(slots=True)
class TarWriter:
    """Appends regular files to a tar file, and keeps the SHA-256 of each by its name.

    `tarfile.TarFile` can only go forward; this one can return to an earlier position.
    """

    target: BinaryIO
    sums: dict[str, str] = field(default_factory=dict)
    size_bytes: int = 0

    def position(self) -> tuple[int, frozenset[str]]:
        """Return a position for `rewind`."""
        return self.target.tell(), frozenset(self.sums)

    def rewind(self, position: tuple[int, frozenset[str]]) -> None:
        """Remove everything that was appended after a position."""
        offset, names = position
        self.target.seek(offset)
        self.target.truncate()
        self.sums = {name: digest for name, digest in self.sums.items() if name in names}

    def add_file(self, name: str, source: Path) -> None:
        """Append the content of a file.

        Raises FileNotFoundError if there is none, OSError if it shrinks meanwhile.
        """
        with source.open("rb") as content:
            size = source.stat().st_size
            self._write_head(name, size, source.stat().st_mtime)
            digest = sha256()
            left = size
            while left:
                piece = content.read(min(CHUNK_BYTES, left))
                if not piece:
                    raise OSError(f"{source} became shorter while it was read")
                digest.update(piece)
                self.target.write(piece)
                left -= len(piece)
        self._pad(size)
        self.sums[name] = digest.hexdigest()

    def add_text(self, name: str, text: str) -> None:
        """Append a file with this text."""
        content = text.encode("utf-8", "surrogateescape")
        self._write_head(name, len(content), 0)
        self.target.write(content)
        self._pad(len(content))
        self.sums[name] = sha256(content).hexdigest()

    def finish(self) -> None:
        """Append the end mark: two empty blocks."""
        self.target.write(bytes(2 * tarfile.BLOCKSIZE))
        self.size_bytes = self.target.tell()

    def _write_head(self, name: str, size: int, mtime: float) -> None:
        head = tarfile.TarInfo(name)
        head.size, head.mtime, head.mode = size, int(mtime), MODE
        self.target.write(head.tobuf(tarfile.PAX_FORMAT, "utf-8", "surrogateescape"))

    def _pad(self, size: int) -> None:
        self.target.write(bytes(-size % tarfile.BLOCKSIZE))
