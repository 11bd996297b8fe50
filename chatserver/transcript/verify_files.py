"""Verify transcripts, ZIPs and archive folders given as paths.

Used by `chatserver verify`, and in the worker process by the page that does the same.
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

CHUNK_BYTES = 1 << 20
DOCUMENT_LIMIT = 256 << 20
"""The largest file in bytes that is read into memory as a whole."""

SEALED_NAMES = SEALS | {DOCUMENT}
"""Names that mark a folder as sealed, even if one of the files was removed."""

UNPACKED_LIMIT = 1 << 30
"""The largest unpacked size of a ZIP in bytes; a ZIP bomb of a few KB may declare much more."""

UNPACK_ERRORS = (
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
    """The path contains nothing that can be verified; the message is shown to the user."""


@dataclass(frozen=True)
class DiskFolder:
    """A folder on disk; links to folders are not followed."""

    root: Path

    def names(self) -> Sequence[str]:
        """Return the paths of all files, relative to the folder."""
        return self._names

    def read(self, name: str) -> bytes:
        """Return the content of a file; raises ValueError if it exceeds DOCUMENT_LIMIT."""
        return b"".join(_limit_size(self.pieces(name)))

    def pieces(self, name: str) -> Iterator[bytes]:
        """Yield the content in pieces of up to 1 MiB."""
        with (self.root / name).open("rb") as file:
            while piece := file.read(CHUNK_BYTES):
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
    """The files under `prefix` in a ZIP."""

    archive: zipfile.ZipFile
    prefix: str

    def names(self) -> Sequence[str]:
        """Return the paths of all files, relative to `prefix`."""
        return self._names

    def read(self, name: str) -> bytes:
        """Return the content of a file; raises ValueError if damaged or above DOCUMENT_LIMIT."""
        return b"".join(_limit_size(self.pieces(name)))

    def pieces(self, name: str) -> Iterator[bytes]:
        """Yield the content in pieces of up to 1 MiB; raises ValueError if the ZIP is damaged."""
        try:
            with self.archive.open(self.prefix + name) as file:
                while piece := file.read(CHUNK_BYTES):
                    yield piece
        except UNPACK_ERRORS as error:
            raise ValueError(f"{name} cannot be unpacked") from error

    @cached_property
    def _names(self) -> list[str]:
        names = (name for name in self.archive.namelist() if not name.endswith("/"))
        return [name[len(self.prefix) :] for name in names if name.startswith(self.prefix)]


def verify_path(path: Path, known: frozenset[str]) -> list[VerificationReport]:
    """Verify everything sealed in a file or folder, with one report for each sealed thing.

    Raises NotSealed if there is nothing to verify, OSError if the path cannot be read.
    """
    if path.is_dir():
        return _verify_sealed_folders(DiskFolder(path), path.name, known)
    if _is_zip(path):
        return _verify_zip(path, known)
    content = path.read_bytes()
    if content.lstrip()[:1] == b"{":
        return [check_document(path.name, content, known)]
    raise NotSealed("there is no seal in it; export the transcript as JSON or ZIP")


def _is_zip(path: Path) -> bool:
    try:
        return zipfile.is_zipfile(path)
    except zipfile.BadZipFile:
        # The file claims to be one part of a multi-part ZIP.
        return True


def _verify_zip(path: Path, known: frozenset[str]) -> list[VerificationReport]:
    try:
        with zipfile.ZipFile(path) as archive:
            # These are the sizes the ZIP declares. A ZIP that declares too little fails later:
            # zipfile stops at the declared size and then reports a wrong checksum.
            if sum(part.file_size for part in archive.infolist()) > UNPACKED_LIMIT:
                raise NotSealed("it is too large when unpacked; unpack it and check the folder")
            return _verify_sealed_folders(ZipFolder(archive, ""), path.name, known)
    except UNPACK_ERRORS:
        return [
            VerificationReport(path.name, ProofVerdict(ProofResult.CHANGED, "the ZIP as a whole"))
        ]


def _verify_sealed_folders(
    whole: DiskFolder | ZipFolder, name: str, known: frozenset[str]
) -> list[VerificationReport]:
    # The archive writes a folder under a name with a leading dot and renames it when it is
    # complete; unfinished ones are not reported.
    paths = [PurePosixPath(each) for each in whole.names()]
    folders = {path.parent for path in paths if path.name in SEALED_NAMES}
    sealed = sorted(each for each in folders if not any(part[0] == "." for part in each.parts))
    if not sealed:
        raise NotSealed(f"there is nothing sealed in {name}")
    return [
        check_folder(name if not each.parts else each.as_posix(), _subfolder(whole, each), known)
        for each in sealed
    ]


def _subfolder(whole: DiskFolder | ZipFolder, folder: PurePosixPath) -> SealedFolder:
    if isinstance(whole, DiskFolder):
        return DiskFolder(whole.root / folder)
    return ZipFolder(whole.archive, "" if not folder.parts else f"{folder.as_posix()}/")


def _limit_size(pieces: Iterator[bytes]) -> Iterator[bytes]:
    size = 0
    for piece in pieces:
        size += len(piece)
        if size > DOCUMENT_LIMIT:
            raise ValueError("larger than any transcript")
        yield piece
