"""On what was measured, and whether anything else was at work there."""

import os
import platform
import re
import time
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench.processor import TICKS

QUIET = 0.05
"""The share of the cores up to which what others do does not matter."""


def machine() -> str:
    """Processor, cores, memory and Python, in words."""
    cores = os.cpu_count() or 1
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{_processor()}, {cores} cores, {memory:.0f} GiB, {platform.system()}, "
        f"Python {platform.python_version()}"
    )


@dataclass(slots=True)
class Others:
    """What share of the machine's cores other programs took, since this was made."""

    _wall: float = field(default_factory=time.perf_counter)
    _busy: float = field(default_factory=lambda: _busy())
    _own: float = field(default_factory=lambda: _own())

    def share(self) -> float:
        """0 to 1; 0 where the system does not say. Programs of one's own must have ended."""
        seconds = (time.perf_counter() - self._wall) * (os.cpu_count() or 1)
        others = (_busy() - self._busy) - (_own() - self._own)
        # The system counts in hundredths of a second, which may be more than have passed.
        return min(1.0, max(0.0, others) / seconds)


def _busy() -> float:
    """Seconds that all cores have worked, for anybody."""
    stat = Path("/proc/stat")
    if not stat.exists():
        return _own()
    user, nice, system, _, _, interrupts, soft, stolen = map(
        int, stat.read_text().splitlines()[0].split()[1:9]
    )
    return (user + nice + system + interrupts + soft + stolen) / TICKS


def _own() -> float:
    """Seconds of this process and of those that it started and that have ended."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    named = re.search(r"model name\s*: (.+)", info.read_text()) if info.exists() else None
    return named[1].strip() if named else platform.machine()
