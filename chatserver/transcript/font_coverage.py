"""The characters for which fonts have glyphs, read from their `cmap` tables (OpenType 1.9)."""

import struct
from collections.abc import Iterable, Iterator
from pathlib import Path

COLLECTION = b"ttcf"


def covered_characters(fonts: Iterable[Path]) -> frozenset[int]:
    """Return the code points of all characters for which one of the files has a glyph."""
    return frozenset(code for font in fonts for code in _characters(font.read_bytes()))


def _characters(font: bytes) -> Iterator[int]:
    # The fonts of a collection that are used here share one cmap, or cover the same characters.
    start = _uint32(font, 12) if font.startswith(COLLECTION) else 0
    cmap = _table(font, start, b"cmap")
    for number in range(_uint16(font, cmap + 2)):
        subtable = cmap + _uint32(font, cmap + 4 + 8 * number + 4)
        match _uint16(font, subtable):
            case 4:
                yield from _segments(font, subtable)
            case 12:
                yield from _groups(font, subtable)


def _table(font: bytes, start: int, tag: bytes) -> int:
    """Return the offset of a table; raises KeyError if the font has none."""
    for number in range(_uint16(font, start + 4)):
        record = start + 12 + 16 * number
        if font[record : record + 4] == tag:
            return _uint32(font, record + 8)
    raise KeyError(tag)


def _segments(font: bytes, at: int) -> Iterator[int]:
    count = _uint16(font, at + 6) // 2
    ends = struct.unpack_from(f">{count}H", font, at + 14)
    starts = struct.unpack_from(f">{count}H", font, at + 16 + 2 * count)
    for start, end in zip(starts, ends, strict=True):
        # The last segment is U+FFFF alone, which is no character.
        yield from range(start, min(end, 0xFFFE) + 1)


def _groups(font: bytes, at: int) -> Iterator[int]:
    for number in range(_uint32(font, at + 12)):
        start, end = struct.unpack_from(">II", font, at + 16 + 12 * number)
        yield from range(start, end + 1)


def _uint16(font: bytes, at: int) -> int:
    return int.from_bytes(font[at : at + 2], "big")


def _uint32(font: bytes, at: int) -> int:
    return int.from_bytes(font[at : at + 4], "big")
