"""`python -m tests.bench.watched serve …`: the chat server, watched from within.

With STALLS in its environment, a thread asks the event loop for a sign of life every millisecond,
and writes what took longer than LIMIT_S into that file at the end. With ALLOCATIONS, the second
SIGUSR1 writes there what has been allocated since the first one and is still held.
"""

import asyncio
import gc
import os
import signal
import sys
import threading
import time
import tracemalloc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from unittest.mock import patch

import orjson

from chatserver import cli
from chatserver.app import RunningServer, running
from chatserver.settings import Settings

STALLS, ALLOCATIONS = "BENCH_STALLS", "BENCH_ALLOCATIONS"
"""Variables of the environment that name a file."""

LIMIT_S = 0.002
EVERY_S = 0.001
SAMPLE_S = 0.0005
FRAMES = 8
"""Frames of a stack that are kept, the innermost first."""

TOP = 25
"""Lines of source told of allocations, those that hold most first."""


@dataclass(frozen=True, slots=True)
class Stall:
    """A time in which the loop gave no sign; `at` is its begin, by the monotonic clock (s).

    `loop_s` and `process_s` are the processor time of the loop's thread and of the process: where
    both are short, the machine ran other programs. `stacks` are of the loop's thread meanwhile.
    """

    at: float
    seconds: float
    loop_s: float
    process_s: float
    collecting: bool
    stacks: list[list[str]]


@dataclass(slots=True)
class LoopWatcher:
    """A thread that watches the loop; it costs a hundredth of a core."""

    loop: asyncio.AbstractEventLoop
    stalls: list[Stall] = field(default_factory=list)
    _thread: int = field(default_factory=threading.get_ident)
    _signed: threading.Event = field(default_factory=threading.Event)
    _stopped: bool = False
    _now: tuple[float, float, float] = (0.0, 0.0, 0.0)
    _collected: float = 0.0

    def start(self) -> None:
        """Watch the loop of the calling thread until `stop`."""
        gc.callbacks.append(self._collect)
        threading.Thread(target=self._watch, name="loop watcher", daemon=True).start()

    def stop(self) -> None:
        """Stop watching."""
        self._stopped = True
        gc.callbacks.remove(self._collect)

    def _watch(self) -> None:
        processor = time.pthread_getcpuclockid(self._thread)
        while not self._stopped:
            time.sleep(EVERY_S)
            self._signed.clear()
            before = (time.monotonic(), time.clock_gettime(processor), time.process_time())
            self.loop.call_soon_threadsafe(self._sign)
            stacks: list[list[str]] = []
            while not self._signed.wait(SAMPLE_S) and not self._stopped:
                if time.monotonic() - before[0] > LIMIT_S / 2:
                    stacks.append(_stack(sys._current_frames()[self._thread]))
            at, *_ = before
            seconds, loop_s, process_s = (
                now - then for now, then in zip(self._now, before, strict=True)
            )
            if seconds > LIMIT_S:
                collecting = self._collected > at
                self.stalls.append(Stall(at, seconds, loop_s, process_s, collecting, stacks))

    def _sign(self) -> None:
        self._now = (time.monotonic(), time.thread_time(), time.process_time())
        self._signed.set()

    def _collect(self, phase: str, info: dict[str, int]) -> None:
        self._collected = time.monotonic()


def _stack(frame: FrameType | None) -> list[str]:
    found: list[str] = []
    while frame is not None and len(found) < FRAMES:
        code = frame.f_code
        found.append(f"{frame.f_globals.get('__name__', '?')}.{code.co_qualname}")
        frame = frame.f_back
    return found


@asynccontextmanager
async def _watched(settings: Settings) -> AsyncIterator[RunningServer]:
    loop = asyncio.get_running_loop()
    async with running(settings) as server:
        if ALLOCATIONS in os.environ:
            loop.add_signal_handler(signal.SIGUSR1, _Allocations().set_viewed)
        watcher = LoopWatcher(loop)
        if STALLS in os.environ:
            watcher.start()
        try:
            yield server
        finally:
            if STALLS in os.environ:
                watcher.stop()
                _write(os.environ[STALLS], orjson.dumps(watcher.stalls))


class _Allocations:
    """Compares what is allocated at the second look with the first one."""

    def __init__(self) -> None:
        self._first: tracemalloc.Snapshot | None = None
        tracemalloc.start()

    def set_viewed(self) -> None:
        """Remember what is allocated; the second time, write the difference."""
        gc.collect()
        now = tracemalloc.take_snapshot().filter_traces(
            (tracemalloc.Filter(inclusive=False, filename_pattern=tracemalloc.__file__),)
        )
        if self._first is None:
            self._first = now
            return
        lines = now.compare_to(self._first, "lineno")
        lines.sort(key=lambda each: each.size_diff, reverse=True)
        total = sum(each.size_diff for each in lines)
        text = "\n".join(map(str, (f"in all: {total / 1_024:+.0f} KiB", *lines[:TOP])))
        _write(os.environ[ALLOCATIONS], text.encode())


def _write(file: str, content: bytes) -> None:
    # Whole or not at all: another process waits for the name.
    temporary = Path(f"{file}.part")
    temporary.write_bytes(content)
    temporary.rename(file)


if __name__ == "__main__":
    with patch("chatserver.commands.serve.running", _watched):
        sys.exit(cli.main())
