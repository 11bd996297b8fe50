"""Pin processes to cores, and read their processor time and memory."""

import os
import re
import resource
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Cores:
    """The core of the server and the core of the load; None on a machine with one core."""

    server: int | None
    load: int | None

    @classmethod
    def found(cls) -> Self:
        """Return the first and the last core that this process may use."""
        # The outermost cores are most likely different physical ones, not two threads of one.
        allowed = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else [0]
        return cls(allowed[0], allowed[-1]) if len(allowed) > 1 else cls(None, None)

    def of_the_server(self) -> AbstractContextManager[None]:
        """Pin processes started in the block, with threads and children, to the server's core."""
        return _kept_on(self.server)

    def of_the_load(self) -> AbstractContextManager[None]:
        """Pin this process to the core of the load."""
        return _kept_on(self.load)


@contextmanager
def _kept_on(core: int | None) -> Iterator[None]:
    if core is None:
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


@dataclass(slots=True)
class Stopwatch:
    """Elapsed wall time, processor time of another process, and own processor time, in seconds."""

    process: int
    _wall: float = 0.0
    _theirs: float = 0.0
    _own: float = 0.0

    def __post_init__(self) -> None:
        self._wall, self._theirs, self._own = self._now()

    def stop(self) -> tuple[float, float, float]:
        """Return wall, other and own seconds."""
        wall, theirs, own = self._now()
        return wall - self._wall, theirs - self._theirs, own - self._own

    def _now(self) -> tuple[float, float, float]:
        return time.perf_counter(), processor_seconds(self.process), time.process_time()


def processor_seconds(process: int) -> float:
    """Return the user and system time of a process with all threads; 0 without /proc."""
    stat = Path(f"/proc/{process}/stat")
    if not stat.exists():
        return 0.0
    # The second field is the program's name in parentheses and may contain spaces itself.
    fields = stat.read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def written_bytes(process: int) -> int:
    """Return the bytes that a process has written to files and sockets; 0 without /proc.

    libuv writes to sockets by `write` and `writev`, which this counter has in it.
    """
    counters = Path(f"/proc/{process}/io")
    found = re.search(r"wchar: (\d+)", counters.read_text()) if counters.exists() else None
    return int(found[1]) if found else 0


def resident(process: int) -> int:
    """Return the resident memory of a process in bytes; 0 without /proc."""
    return _memory(process, "VmRSS")


def private(process: int) -> int:
    """Return the resident memory of a process that is no file's, in bytes; 0 without /proc."""
    return _memory(process, "RssAnon")


def _memory(process: int, field: str) -> int:
    status = Path(f"/proc/{process}/status")
    if not status.exists():
        return 0
    found = re.search(rf"{field}:\s+(\d+) kB", status.read_text())
    return int(found[1]) * 1_024 if found else 0


def raise_file_limit() -> int:
    """Raise the limit of open files to the hard limit, and return it."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    return most
