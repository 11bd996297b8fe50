"""A disk that lost its power: what was flushed is there, what was not is there by chance.

Played from a machine's record. The rules are those of POSIX, made stricter where file systems
keep more than it asks for:

- a write or truncation is there once the file was flushed after it; until then each sector of 512
  bytes is there or not, by chance, in any order;
- a name (made, renamed, removed) is there once its folder was flushed after that; until then it is
  there or not by chance. A rename is one step, as in every file system that keeps a journal, and
  there once either of its folders was flushed.
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
"""Whether something that was not flushed is there all the same."""


@dataclass(frozen=True, slots=True)
class DiskChange:
    """One thing done to a disk: c(reated), m(ade a folder), w(ritten), t(runcated), s (flushed),
    r(enamed), x (changed places), u(nlinked). `at` is where its entry ends in the record.
    """

    what: str
    path: str
    other: str
    number: int
    data: bytes
    at: int


@dataclass(slots=True, eq=False)
class SimulatedFile:
    """What is on disk for certain, and what was written since the last flush."""

    content: bytearray = field(default_factory=bytearray)
    pending: list[tuple[int, bytes | None]] = field(default_factory=list)

    def flush(self) -> None:
        """All of it is on disk."""
        for offset, data in self.pending:
            _put(self.content, offset, data)
        self.pending.clear()

    def after_loss(self, chance: Chance) -> bytes:
        """What is found when the power is back."""
        found = bytearray(self.content)
        for offset, data in self.pending:
            if data is None:
                if chance():
                    _put(found, offset, None)
                continue
            for start in range(0, len(data), SECTOR):
                if chance():
                    _put(found, offset + start, data[start : start + SECTOR])
        return bytes(found)


@dataclass(slots=True, eq=False)
class SimulatedFolder:
    """Names: as the program sees them, and as they are on disk for certain."""

    names: dict[str, "SimulatedFile | SimulatedFolder"] = field(default_factory=dict)
    flushed: dict[str, "SimulatedFile | SimulatedFolder"] = field(default_factory=dict)


@dataclass(slots=True)
class Renaming:
    """Names that change together: each a folder, a name, and what it now leads to, if anything."""

    steps: list[tuple[SimulatedFolder, str, SimulatedFile | SimulatedFolder | None]]


@dataclass(slots=True)
class Disk:
    """The folder `root`, replayed change by change."""

    root: str
    top: SimulatedFolder = field(default_factory=SimulatedFolder)
    _pending: list[Renaming] = field(default_factory=list)

    @classmethod
    def holding(cls, folder: Path) -> Self:
        """What is in a folder already, and flushed."""
        return cls(str(folder), _flushed(folder))

    def apply(self, change: DiskChange) -> None:
        """One more thing was done."""
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
        """Write down in an empty folder what is found when the power is back."""
        found: dict[int, dict[str, SimulatedFile | SimulatedFolder]] = {}

        def names(folder: SimulatedFolder) -> dict[str, SimulatedFile | SimulatedFolder]:
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
        renaming = Renaming([])
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
            kept = []
            for renaming in self._pending:
                if any(folder is node for folder, _, _ in renaming.steps):
                    for folder, name, led_to in renaming.steps:
                        _set(folder.flushed, name, led_to)
                else:
                    kept.append(renaming)
            self._pending = kept

    def _find(self, path: str) -> "SimulatedFile | SimulatedFolder | None":
        node: SimulatedFile | SimulatedFolder | None = self.top
        for name in path[len(self.root) :].split("/"):
            if name and isinstance(node, SimulatedFolder):
                node = node.names.get(name)
        return node


def read_record(file: Path) -> Iterator[DiskChange]:
    """The changes of a record, in order."""
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
            number,
            raw[at - data : at],
            at,
        )


def cuts(ends: Iterable[int], count: int, chance: random.Random) -> list[int]:
    """So many moments at which the power goes: ends of changes, in order."""
    every = list(ends)
    return sorted(chance.sample(every, min(count, len(every))))


def _flushed(place: Path) -> SimulatedFolder:
    names: dict[str, SimulatedFile | SimulatedFolder] = {
        each.name: _flushed(each) if each.is_dir() else SimulatedFile(bytearray(each.read_bytes()))
        for each in place.iterdir()
    }
    return SimulatedFolder(dict(names), names)


def _put(content: bytearray, offset: int, data: bytes | None) -> None:
    """Write, or without data cut off or fill up with zeros."""
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
