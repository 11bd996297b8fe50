"""A simulated disk that loses its power: flushed data survives, other data by chance.

It replays a machine's record. The rules are those of POSIX, stricter where file systems keep more
than POSIX demands:

- A write or truncation survives if the file was flushed after it. Otherwise each sector of 512
  bytes survives or not, by chance, in any order.
- A name (created, renamed, removed) survives if its folder was flushed after it, otherwise by
  chance. A rename is atomic, as in every journaling file system, and survives once either of its
  folders was flushed.
"""

import random
import struct
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

_ENTRY = struct.Struct("<IIIiq")
SECTOR = 512

Chance = Callable[[], bool]
"""Decides if something that was not flushed survives."""


@dataclass(frozen=True, slots=True)
class DiskChange:
    """One change of a disk; `at` is the offset in the record at which its entry ends.

    `what` is c(reated), m(ade a folder), w(ritten), t(runcated), s (flushed), r(enamed), x
    (exchanged) or u(nlinked).
    """

    what: str
    path: str
    other: str
    number: int
    data: bytes
    at: int


@dataclass(slots=True, eq=False)
class SimulatedFile:
    """The flushed content of a file and the writes since the last flush."""

    content: bytearray = field(default_factory=bytearray)
    pending: list[tuple[int, bytes | None]] = field(default_factory=list)

    def flush(self) -> None:
        """Apply all pending writes."""
        for offset, data in self.pending:
            _put(self.content, offset, data)
        self.pending.clear()

    def after_loss(self, chance: Chance) -> bytes:
        """Return the content after a loss of power."""
        found = bytearray(self.content)
        for offset, data in self.pending:
            if data is None:
                if chance():
                    _put(found, offset, None)
                continue
            # A disk writes sectors atomically but in any order, so a page of 4 KiB may be torn in
            # eight parts.
            for start in range(0, len(data), SECTOR):
                if chance():
                    _put(found, offset + start, data[start : start + SECTOR])
        return bytes(found)


@dataclass(slots=True, eq=False)
class SimulatedFolder:
    """The names in a folder: as programs see them, and as flushed to disk."""

    names: dict[str, "SimulatedFile | SimulatedFolder"] = field(default_factory=dict)
    flushed: dict[str, "SimulatedFile | SimulatedFolder"] = field(default_factory=dict)


@dataclass(slots=True)
class NameChange:
    """Names that change atomically: for each a folder, a name and its new target, if any."""

    steps: list[tuple[SimulatedFolder, str, SimulatedFile | SimulatedFolder | None]]


@dataclass(slots=True)
class Disk:
    """The folder `root`, replayed change by change."""

    root: str
    top: SimulatedFolder = field(default_factory=SimulatedFolder)
    _pending: list[NameChange] = field(default_factory=list)

    @classmethod
    def holding(cls, folder: Path) -> Self:
        """Return a disk with the content of a folder, all flushed."""
        return cls(str(folder), _flushed(folder))

    def apply(self, change: DiskChange) -> None:
        """Apply the next change of the record."""
        match change.what:
            case "c":
                self._name([(change.path, SimulatedFile())])
            case "m":
                if change.path != self.root:
                    self._name([(change.path, SimulatedFolder())])
            case "u":
                self._name([(change.path, None)])
            case "r":
                moved = self._find(change.path)
                self._name([(change.path, None), (change.other, moved)])
            case "x":
                one, other = self._find(change.path), self._find(change.other)
                self._name([(change.path, other), (change.other, one)])
            case "w" | "t":
                written = self._find(change.path)
                if isinstance(written, SimulatedFile):
                    data = change.data if change.what == "w" else None
                    written.pending.append((change.number, data))
            case "s":
                self._flush(self._find(change.path))

    def lose_power(self, target: Path, chance: Chance) -> None:
        """Write what survives a loss of power into the empty folder `target`."""
        found: dict[int, dict[str, SimulatedFile | SimulatedFolder]] = {}

        def names(folder: SimulatedFolder) -> dict[str, SimulatedFile | SimulatedFolder]:
            # The flushed names plus the pending changes that survived; the disk itself stays
            # unchanged, so that the replay can go on after this loss.
            return found.setdefault(id(folder), dict(folder.flushed))

        for renaming in self._pending:
            if chance():
                for folder, name, node in renaming.steps:
                    _set(names(folder), name, node)

        def lay_out(folder: SimulatedFolder, place: Path) -> None:
            place.mkdir(exist_ok=True)
            for name, node in names(folder).items():
                if isinstance(node, SimulatedFolder):
                    lay_out(node, place / name)
                else:
                    (place / name).write_bytes(node.after_loss(chance))

        lay_out(self.top, target)

    def _name(self, changed: list[tuple[str, SimulatedFile | SimulatedFolder | None]]) -> None:
        renaming = NameChange([])
        for path, node in changed:
            above, _, name = path.rpartition("/")
            folder = self._find(above)
            if isinstance(folder, SimulatedFolder):
                _set(folder.names, name, node)
                renaming.steps.append((folder, name, node))
        self._pending.append(renaming)

    def _flush(self, node: "SimulatedFile | SimulatedFolder | None") -> None:
        if isinstance(node, SimulatedFile):
            node.flush()
        elif isinstance(node, SimulatedFolder):
            still_pending = []
            for renaming in self._pending:
                if any(folder is node for folder, _, _ in renaming.steps):
                    for folder, name, led_to in renaming.steps:
                        _set(folder.flushed, name, led_to)
                else:
                    still_pending.append(renaming)
            self._pending = still_pending

    def _find(self, path: str) -> "SimulatedFile | SimulatedFolder | None":
        node: SimulatedFile | SimulatedFolder | None = self.top
        for name in path[len(self.root) :].split("/"):
            if name and isinstance(node, SimulatedFolder):
                node = node.names.get(name)
        return node


def read_record(file: Path) -> Iterator[DiskChange]:
    """Yield the changes of a record in order."""
    raw = file.read_bytes()
    at = 0
    while at < len(raw):
        path, other, data, what, number = _ENTRY.unpack_from(raw, at)
        start = at + _ENTRY.size
        at = start + path + other + data
        yield DiskChange(
            chr(what),
            raw[start : start + path].decode(),
            raw[start + path : start + path + other].decode(),
            number=number,
            data=raw[at - data : at],
            at=at,
        )


def choose_cuts(ends: Iterable[int], count: int, chance: random.Random) -> list[int]:
    """Choose `count` times at which the power fails: ends of changes, in order."""
    every = list(ends)
    return sorted(chance.sample(every, min(count, len(every))))


def _flushed(place: Path) -> SimulatedFolder:
    names: dict[str, SimulatedFile | SimulatedFolder] = {
        each.name: _flushed(each) if each.is_dir() else SimulatedFile(bytearray(each.read_bytes()))
        for each in place.iterdir()
    }
    return SimulatedFolder(dict(names), names)


def _put(content: bytearray, offset: int, data: bytes | None) -> None:
    """Write `data` at an offset, or without data truncate or zero-fill to that size."""
    size = offset if data is None else max(len(content), offset + len(data))
    if size > len(content):
        content.extend(bytes(size - len(content)))
    if data is None:
        del content[size:]
    else:
        content[offset : offset + len(data)] = data


def _set(
    names: dict[str, "SimulatedFile | SimulatedFolder"],
    name: str,
    node: "SimulatedFile | SimulatedFolder | None",
) -> None:
    if node is None:
        names.pop(name, None)
    else:
        names[name] = node
