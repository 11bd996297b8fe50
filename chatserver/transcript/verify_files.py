"""Checking files and folders that somebody was given: transcripts, ZIPs, the archive.

On the command line, and in the workshop for the page that does the same.
"""

import lzma
import os
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

from chatserver.transcript.manifest import SEALS
from chatserver.transcript.proof import ProofResult, ProofVerdict
from chatserver.transcript.verify_folder import (
    DOCUMENT,
    SealedFolder,
    VerificationReport,
    check_document,
    check_folder,
)

PIECE = 1 << 20
DOCUMENT_LIMIT = 256 << 20
"""Bytes of a file that is read as a whole."""

BELONGING = SEALS | {DOCUMENT}
"""Files by which a sealed folder is known, even when one of them was taken away."""

UNPACKED_LIMIT = 1 << 30
"""Bytes of a whole ZIP when it is unpacked; a few KB could be made to say that they are more."""

BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    NotImplementedError,
    RuntimeError,
    UnicodeDecodeError,
    EOFError,
    OSError,
)


class NotSealed(Exception):
    """There is nothing in it that could be checked; the message says so to a person."""


@dataclass(frozen=True)
class DiskFolder:
    """A folder on disk; what is no plain file in it is not followed."""

    root: Path

    def names(self) -> Sequence[str]:
        """The files, by their paths from here."""
        return self._names

    def read(self, name: str) -> bytes:
        """Raises ValueError for what is larger than anything of ours."""
        return b"".join(_bounded(self.pieces(name)))

    def pieces(self, name: str) -> Iterator[bytes]:
        """The content, piece by piece."""
        with (self.root / name).open("rb") as file:
            while piece := file.read(PIECE):
                yield piece

    @cached_property
    def _names(self) -> list[str]:
        found = []
        for folder, _, files in os.walk(self.root):
            inner = Path(folder).relative_to(self.root)
            found += [(inner / file).as_posix() for file in files]
        return found


@dataclass(frozen=True)
class ZipFolder:
    """What is under `prefix` in a ZIP."""

    archive: zipfile.ZipFile
    prefix: str

    def names(self) -> Sequence[str]:
        """The files, by their paths from there."""
        return self._names

    def read(self, name: str) -> bytes:
        """Raises ValueError where the ZIP is broken."""
        return b"".join(_bounded(self.pieces(name)))

    def pieces(self, name: str) -> Iterator[bytes]:
        """Raises ValueError where the ZIP is broken."""
        try:
            with self.archive.open(self.prefix + name) as file:
                while piece := file.read(PIECE):
                    yield piece
        except BROKEN as error:
            raise ValueError(f"{name} cannot be unpacked") from error

    @cached_property
    def _names(self) -> list[str]:
        names = (name for name in self.archive.namelist() if not name.endswith("/"))
        return [name[len(self.prefix) :] for name in names if name.startswith(self.prefix)]


def verify(path: Path, known: frozenset[str]) -> list[VerificationReport]:
    """What is found of everything sealed in a file or folder.

    Raises NotSealed for what bears no seal, OSError for what cannot be read.
    """
    if path.is_dir():
        return _sealed_in(DiskFolder(path), path.name, known)
    if _is_zip(path):
        return _zip(path, known)
    content = path.read_bytes()
    if content.lstrip()[:1] == b"{":
        return [check_document(path.name, content, known)]
    raise NotSealed("there is no seal in it; take the transcript as JSON or ZIP")


def _is_zip(path: Path) -> bool:
    try:
        return zipfile.is_zipfile(path)
    except zipfile.BadZipFile:
        # One that says that it goes on in another file.
        return True


def _zip(path: Path, known: frozenset[str]) -> list[VerificationReport]:
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(part.file_size for part in archive.infolist()) > UNPACKED_LIMIT:
                raise NotSealed("it is too large when unpacked; unpack it and check the folder")
            return _sealed_in(ZipFolder(archive, ""), path.name, known)
    except BROKEN:
        return [
            VerificationReport(path.name, ProofVerdict(ProofResult.CHANGED, "the ZIP as a whole"))
        ]


def _sealed_in(
    whole: DiskFolder | ZipFolder, name: str, known: frozenset[str]
) -> list[VerificationReport]:
    # Folders whose names begin with a dot are not finished, and have none of this.
    paths = [PurePosixPath(each) for each in whole.names()]
    folders = {path.parent for path in paths if path.name in BELONGING}
    sealed = sorted(each for each in folders if not any(part[0] == "." for part in each.parts))
    if not sealed:
        raise NotSealed(f"there is nothing sealed in {name}")
    return [
        check_folder(name if not each.parts else each.as_posix(), _inner(whole, each), known)
        for each in sealed
    ]


def _inner(whole: DiskFolder | ZipFolder, folder: PurePosixPath) -> SealedFolder:
    if isinstance(whole, DiskFolder):
        return DiskFolder(whole.root / folder)
    return ZipFolder(whole.archive, "" if not folder.parts else f"{folder.as_posix()}/")


def _bounded(pieces: Iterator[bytes]) -> Iterator[bytes]:
    size = 0
    for piece in pieces:
        size += len(piece)
        if size > DOCUMENT_LIMIT:
            raise ValueError("larger than any transcript")
        yield piece
