"""Check that every byte of a ZIP belongs to a file that its directory lists.

Readers of ZIPs disagree: some go by the central directory at the end, others by the header before
each file, and what lies between, before or behind is seen by some alone (APPNOTE.TXT, section 4.3).
A ZIP is as one of them shows it only if there is nothing on which they could differ.
"""

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import IO
from zipfile import ZipFile, ZipInfo

_LOCAL = struct.Struct("<4s2B4HL2L2H")
_LOCAL_SIGNATURE = b"PK\x03\x04"
_CENTRAL_BYTES = 46
_ENDS = (22, 22 + 20 + 56)
"""Bytes of the end of the central directory, without and with ZIP64 (sections 4.3.14 to 4.3.16)."""

_HAS_DESCRIPTOR = 0x08
_DESCRIPTOR_BYTES = 24
_RENAMING = frozenset({0x7075, 0x6375})
"""Extra fields (section 4.6) with another name or comment, which some readers prefer."""


def find_oddities(file: Path, archive: ZipFile) -> Iterator[str]:
    """Yield what readers of this ZIP could differ on, in words; raises what unpacking raises."""
    if archive.comment or any(part.comment for part in archive.infolist()):
        yield "a comment"
    parts = sorted(archive.infolist(), key=lambda part: part.header_offset)
    with file.open("rb") as content:
        if not _is_contiguous(content, parts, archive.start_dir):
            yield "bytes beside its files"
    directory = sum(
        _CENTRAL_BYTES + len(_raw_name(part)) + len(part.extra) + len(part.comment)
        for part in parts
    )
    if file.stat().st_size - archive.start_dir - directory not in _ENDS:
        yield "bytes beside its files"
    if any(number in _RENAMING for part in parts for number in _field_numbers(part.extra)):
        yield "a second name"


def _is_contiguous(content: IO[bytes], parts: list[ZipInfo], end: int) -> bool:
    """Return True if the files fill the ZIP up to `end`, and their headers say what it lists."""
    at = 0
    for number, part in enumerate(parts):
        if part.header_offset != at:
            return False
        content.seek(at)
        header = content.read(_LOCAL.size)
        if len(header) < _LOCAL.size:
            return False
        signature, *_, flags, method, _, _, _, _, _, name_bytes, extra_bytes = _LOCAL.unpack(header)
        name, extra = content.read(name_bytes), content.read(extra_bytes)
        says = (signature, flags, method, name)
        if says != (_LOCAL_SIGNATURE, part.flag_bits, part.compress_type, _raw_name(part)):
            return False
        if any(number in _RENAMING for number in _field_numbers(extra)):
            return False
        follows = parts[number + 1].header_offset if number + 1 < len(parts) else end
        ends = at + _LOCAL.size + name_bytes + extra_bytes + part.compress_size
        content.seek(ends)
        behind = content.read(follows - ends) if 0 <= follows - ends <= _DESCRIPTOR_BYTES else None
        if behind not in (_descriptors(part) if flags & _HAS_DESCRIPTOR else {b""}):
            return False
        at = follows
    return at == end


def _descriptors(part: ZipInfo) -> set[bytes]:
    """Return what may stand behind a file with a data descriptor (section 4.3.9)."""
    sums = (part.CRC, part.compress_size, part.file_size)
    large = struct.pack("<L2Q", *sums)
    small = {struct.pack("<3L", *sums)} if max(sums) < 1 << 32 else set()
    return {before + each for before in (b"", b"PK\x07\x08") for each in {large, *small}}


def _raw_name(part: ZipInfo) -> bytes:
    """Return the name as it stands in the ZIP: UTF-8 with flag 11, else code page 437."""
    return part.orig_filename.encode("utf-8" if part.flag_bits & 0x800 else "cp437")


def _field_numbers(extra: bytes) -> Iterator[int]:
    """Yield the numbers of the extra fields; -1 for one that is cut off."""
    while extra:
        if len(extra) < 4:
            yield -1
            return
        number, size = struct.unpack_from("<2H", extra)
        yield number
        extra = extra[4 + size :]
