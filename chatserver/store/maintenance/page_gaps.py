"""Unallocated bytes inside b-tree pages, which may still hold deleted data.

Where rows have moved to another page, the gap between the pointers to a page's cells and the cells
keeps their bytes. No SQL reaches it, and `secure_delete` leaves it, so it is zeroed in the file
itself. The caller sees to it that nothing else writes to the file meanwhile.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

HEADER_BYTES = {2: 12, 5: 12, 10: 8, 13: 8}
"""The length of the header of each type of b-tree page (https://sqlite.org/fileformat2.html)."""

FIRST_HEADER = 100
"""The bytes of the first page before its b-tree header."""

PAGE_SIZE_AT = 16
"""The place in the file's header of the size of its pages, 2 bytes big-endian, 1 for 65,536."""

MOST_PAGES = 1 << 24
"""Beyond these, a page of overflow could begin with a byte that looks like a b-tree's."""


@dataclass(slots=True)
class PageGaps:
    """Finds and zeroes the gaps of a database file, which is opened with the first call.

    Closing any descriptor of a file drops all locks that SQLite holds on it in this process
    (POSIX), so `close` must come after all connections to it have been closed.
    """

    file: Path
    _descriptor: int = -1
    _zeros: bytes = b""

    def close(self) -> None:
        """Close the file, if it was opened."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def count_pages(self) -> int:
        """Return the number of pages that can have a gap; raises OSError."""
        if self._descriptor < 0:
            self._descriptor = os.open(self.file, os.O_RDWR)
            size = int.from_bytes(os.pread(self._descriptor, 2, PAGE_SIZE_AT), "big")
            self._zeros = bytes(65_536 if size == 1 else size)
        pages = os.fstat(self._descriptor).st_size // len(self._zeros)
        return min(pages, MOST_PAGES)

    def find_stale(self, first: int, count: int) -> list[int]:
        """Return those of `count` pages from `first` on, from 0, whose gaps are not all zeros."""
        size = len(self._zeros)
        content = memoryview(os.pread(self._descriptor, count * size, first * size))
        starts = range(0, len(content), size)
        return [
            number
            for number, start in enumerate(starts, start=first)
            if self._is_stale(content[start : start + size], number)
        ]

    def zero(self, pages: Sequence[int]) -> None:
        """Zero the gaps of some pages durably; raises OSError."""
        size = len(self._zeros)
        for number in pages:
            page = memoryview(os.pread(self._descriptor, size, number * size))
            first, end = find_gap(page, number)
            os.pwrite(self._descriptor, self._zeros[first:end], number * size + first)
        os.fsync(self._descriptor)

    def _is_stale(self, page: memoryview, number: int) -> bool:
        first, end = find_gap(page, number)
        return page[first:end] != self._zeros[first:end]


def find_gap(page: memoryview, number: int) -> tuple[int, int]:
    """Return where the gap of a page begins and ends, from 0; both the same if there is none.

    `number` counts from 0. A page that is not a b-tree's, or is damaged, has no gap.
    """
    header = FIRST_HEADER if number == 0 else 0
    length = HEADER_BYTES.get(page[header])
    if length is None:
        return 0, 0
    cells = int.from_bytes(page[header + 3 : header + 5], "big")
    # 0 stands for 65,536, the end of a page of that size.
    end = int.from_bytes(page[header + 5 : header + 7], "big") or 65_536
    first = header + length + 2 * cells
    return (first, end) if first < end <= len(page) else (0, 0)
