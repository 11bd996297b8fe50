"""Describe the machine, and measure the load of other programs on it."""

import os
import platform
import re
import time
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench.processor import TICKS

QUIET = 0.05
"""The share of all cores up to which other programs are considered negligible."""


def machine() -> str:
    """Return processor, cores, memory and Python version as text."""
    cores = os.cpu_count() or 1
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{_processor()}, {cores} cores, {memory:.0f} GiB, {platform.system()}, "
        f"Python {platform.python_version()}"
    )


@dataclass(slots=True)
class Others:
    """The share of the cores that other programs used since this object was created."""

    _wall: float = field(default_factory=time.perf_counter)
    _busy: float = field(default_factory=lambda: _busy())
    _own: float = field(default_factory=lambda: _own())

    def share(self) -> float:
        """Return the share, 0 to 1; 0 without /proc. Own child processes must have ended."""
        seconds = (time.perf_counter() - self._wall) * (os.cpu_count() or 1)
        others = (_busy() - self._busy) - (_own() - self._own)
        # The kernel counts in ticks of 10 ms, so a short interval may appear more than full.
        return min(1.0, max(0.0, others) / seconds)


def _busy() -> float:
    """Return the processor seconds of all cores for all programs."""
    stat = Path("/proc/stat")
    if not stat.exists():
        return _own()
    user, nice, system, _, _, interrupts, soft, stolen = map(
        int, stat.read_text().splitlines()[0].split()[1:9]
    )
    return (user + nice + system + interrupts + soft + stolen) / TICKS


def _own() -> float:
    """Return the processor seconds of this process and its ended children."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    named = re.search(r"model name\s*: (.+)", info.read_text()) if info.exists() else None
    return named[1].strip() if named else platform.machine()
