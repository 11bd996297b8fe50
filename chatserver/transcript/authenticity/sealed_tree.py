"""The input of a verification: every file of a folder or ZIP, and all that is no regular file."""

import lzma
import os
import stat
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from chatserver.transcript.authenticity.strict_json import fold

CHUNK_BYTES = 1 << 20
DOCUMENT_LIMIT = 256 << 20
"""The largest file in bytes that is read into memory as a whole."""

UNPACK_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    NotImplementedError,
    RuntimeError,
    UnicodeError,
    EOFError,
    OSError,
)

LINK = "link"
SPECIAL = "no plain file"
EMPTY_FOLDER = "empty folder"
UNSAFE_NAME = "unsafe name"


class SealedTree(Protocol):
    """The content of a folder or a ZIP; names are paths with slashes.

    `irregular` are the things that are no plain file, by name, each with what it is; they are
    neither followed nor opened.
    """

    @property
    def irregular(self) -> Mapping[str, str]:
        """Links, special files, empty folders and files whose names lead elsewhere."""

    def names(self) -> Sequence[str]:
        """Return the names of all plain files; one that a ZIP contains twice is listed twice."""

    def read(self, name: str) -> bytes:
        """Return the content of a file; raises ValueError if damaged or above DOCUMENT_LIMIT."""

    def pieces(self, name: str) -> Iterator[bytes]:
        """Yield the content in pieces of up to 1 MiB; raises ValueError if it is damaged."""


@dataclass(slots=True)
class DiskTree:
    """A folder on disk."""

    root: Path
    irregular: dict[str, str] = field(default_factory=dict)
    _names: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        unseen = [""]
        while unseen:
            folder = unseen.pop()
            entries = sorted(os.scandir(self.root / folder), key=lambda entry: entry.name)
            if not entries and folder:
                self.irregular[folder] = EMPTY_FOLDER
            for entry in entries:
                name = folder + entry.name
                if entry.is_symlink():
                    self.irregular[name] = LINK
                elif entry.is_dir(follow_symlinks=False):
                    unseen.append(f"{name}/")
                elif entry.is_file(follow_symlinks=False):
                    self._names.append(name)
                else:
                    self.irregular[name] = SPECIAL

    def names(self) -> Sequence[str]:
        """Return the names of all plain files."""
        return self._names

    def read(self, name: str) -> bytes:
        """Return the content of a file; raises ValueError if it exceeds DOCUMENT_LIMIT."""
        return b"".join(_limit_size(self.pieces(name)))

    def pieces(self, name: str) -> Iterator[bytes]:
        """Yield the content in pieces of up to 1 MiB; raises ValueError for a link."""
        # The file may have been exchanged since it was listed: a pipe must not stop the program.
        try:
            descriptor = os.open(self.root / name, os.O_RDONLY | _NOFOLLOW | _NONBLOCK)
        except OSError as error:
            raise ValueError(f"{name} cannot be read") from error
        with open(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise ValueError(f"{name} is no plain file")
            while piece := file.read(CHUNK_BYTES):
                yield piece


_NOFOLLOW: int = getattr(os, "O_NOFOLLOW", 0)
_NONBLOCK: int = getattr(os, "O_NONBLOCK", 0)


@dataclass(slots=True)
class ZipTree:
    """A ZIP."""

    archive: zipfile.ZipFile
    irregular: dict[str, str] = field(default_factory=dict)
    _names: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        parts = self.archive.infolist()
        folders = {part.filename for part in parts if part.is_dir()}
        used = {folder for part in parts for folder in _folders_above(part.filename)}
        for part in parts:
            why = _irregularity(part)
            if why is not None:
                self.irregular[part.orig_filename] = why
            elif part.filename not in folders:
                self._names.append(part.filename)
            elif part.filename not in used:
                self.irregular[part.filename] = EMPTY_FOLDER

    def names(self) -> Sequence[str]:
        """Return the names of all plain files; one that stands in it twice is listed twice."""
        return self._names

    def read(self, name: str) -> bytes:
        """Return the content of a file; raises ValueError if damaged or above DOCUMENT_LIMIT."""
        return b"".join(_limit_size(self.pieces(name)))

    def pieces(self, name: str) -> Iterator[bytes]:
        """Yield the content in pieces of up to 1 MiB; raises ValueError if the ZIP is damaged."""
        try:
            with self.archive.open(name) as file:
                while piece := file.read(CHUNK_BYTES):
                    yield piece
        except UNPACK_ERRORS as error:
            raise ValueError(f"{name} cannot be unpacked") from error


@dataclass(frozen=True, slots=True)
class SubTree:
    """A folder inside a folder or a ZIP; `listed` are its files, relative to it."""

    whole: SealedTree
    prefix: str
    listed: Sequence[str]
    irregular: Mapping[str, str]

    def names(self) -> Sequence[str]:
        """Return the names of all plain files, relative to this folder."""
        return self.listed

    def read(self, name: str) -> bytes:
        """Return the content of a file; raises ValueError if damaged or above DOCUMENT_LIMIT."""
        return self.whole.read(self.prefix + name)

    def pieces(self, name: str) -> Iterator[bytes]:
        """Yield the content in pieces of up to 1 MiB; raises ValueError if it is damaged."""
        return self.whole.pieces(self.prefix + name)


def find_twins(names: Sequence[str]) -> list[str]:
    """Return the names and folders that some file system takes for another of them, in order.

    That is where only case, the Unicode form, or dots and blanks at the end differ; and a name that
    stands there twice.
    """
    first: dict[str, str] = {}
    twins: dict[str, None] = {}
    for folder in dict.fromkeys(folder for name in names for folder in _folders_above(name)):
        if first.setdefault(_key(folder.rstrip("/")), folder) != folder:
            twins[folder] = None
    for name in names:
        if _key(name) in first:
            twins[name] = None
        first.setdefault(_key(name), name)
    return [*twins]


def _key(path: str) -> str:
    return "/".join(part.rstrip(". ") for part in fold(path).split("/"))


def _folders_above(name: str) -> list[str]:
    parts = name.rstrip("/").split("/")[:-1]
    return ["/".join(parts[: number + 1]) + "/" for number in range(len(parts))]


def _irregularity(part: zipfile.ZipInfo) -> str | None:
    """Return what a part of a ZIP is, None for a plain file or folder with a plain name."""
    pieces = part.filename.removesuffix("/").split("/")
    # A name is cut at a zero byte by some programs, and a backslash is a slash to others.
    if part.orig_filename != part.filename or "\\" in part.filename:
        return UNSAFE_NAME
    if any(piece in ("", ".", "..") for piece in pieces):
        return UNSAFE_NAME
    kind = stat.S_IFMT(part.external_attr >> 16)
    if kind == stat.S_IFLNK:
        return LINK
    if part.is_dir():
        return SPECIAL if part.file_size or kind not in (0, stat.S_IFDIR) else None
    return None if kind in (0, stat.S_IFREG) else SPECIAL


def _limit_size(pieces: Iterator[bytes]) -> Iterator[bytes]:
    size = 0
    for piece in pieces:
        size += len(piece)
        if size > DOCUMENT_LIMIT:
            raise ValueError("larger than any transcript")
        yield piece
