"""A machine with a disk and a clock that fail on demand.

A small C library (`machine.c`) is preloaded between the server and the system; it reads the faults
from memory shared with this process.
"""

import errno
import mmap
import os
import shutil
import struct
import subprocess
from contextlib import ExitStack
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path
from types import TracebackType
from typing import Self

_CONTROL = struct.Struct("<qiii244s")
FULL, READ_ONLY, BROKEN = errno.ENOSPC, errno.EROFS, errno.EIO
"""Errors of a failing disk."""


class NoCompiler(Exception):
    """There is no C compiler; the message names the packages to install."""


@dataclass(slots=True)
class Machine:
    """The faults of the folder `data` and of the clock; at first there are none.

    `folder` must be separate from `data`. With `recording`, every change of the disk is appended
    to `record`.
    """

    folder: Path
    data: Path
    recording: bool = False
    clock_shift_s: int = 0
    failing: int = 0
    flush_delay_s: float = 0
    _shared: mmap.mmap | None = None

    def __enter__(self) -> Self:
        """Compile the library and share the memory; raises NoCompiler."""
        self.folder.mkdir(parents=True, exist_ok=True)
        _compile(self._library)
        self._control.write_bytes(bytes(_CONTROL.size))
        self.record.touch()
        with self._control.open("r+b") as file:
            self._shared = mmap.mmap(file.fileno(), _CONTROL.size)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._shared is not None
        self._shared.close()

    @property
    def record(self) -> Path:
        """The file of all changes of the disk, in order."""
        return self.folder / "record"

    @property
    def environment(self) -> dict[str, str]:
        """The environment variables that put a process on this machine."""
        recording = {"FAULTS_RECORD": str(self.record)} if self.recording else {}
        return {
            "LD_PRELOAD": str(self._library),
            "FAULTS_FOLDER": str(self.data),
            "FAULTS_CONTROL": str(self._control),
        } | recording

    def fail(self, number: int) -> None:
        """Let every change of the folder fail with this errno from now on."""
        self.failing = number
        self._tell()

    def delay_flushes(self, seconds: float) -> None:
        """Delay every flush by `seconds` from now on."""
        self.flush_delay_s = seconds
        self._tell()

    def shift_clock(self, seconds: int) -> None:
        """Shift the wall clock by `seconds` from now on."""
        self.clock_shift_s = seconds
        self._tell()

    def kill_in(self, changes: int, path: str) -> None:
        """Kill the process within the `changes`-th change of a file.

        The file's path followed by `|` must contain `path`.
        """
        self._tell(changes, path)

    def kills_in(self) -> int:
        """Return the number of changes left until the kill."""
        assert self._shared is not None
        return int(_CONTROL.unpack_from(self._shared, 0)[3])

    def heal(self) -> None:
        """End all faults."""
        self.failing = self.clock_shift_s = 0
        self.flush_delay_s = 0
        self._tell()

    def _tell(self, changes: int = 0, path: str = "") -> None:
        assert self._shared is not None
        # One write into shared memory; the library reads it at each system call, so faults begin
        # at once.
        _CONTROL.pack_into(
            self._shared,
            0,
            self.clock_shift_s * 1_000_000_000,
            self.failing,
            round(self.flush_delay_s * 1_000),
            changes,
            path.encode(),
        )

    @property
    def _library(self) -> Path:
        return self.folder / "machine.so"

    @property
    def _control(self) -> Path:
        return self.folder / "control"


def _compile(library: Path) -> None:
    compiler = shutil.which(os.environ.get("CC", "cc"))
    if compiler is None:
        raise NoCompiler("faults need a C compiler: apt-get install gcc libc6-dev")
    with ExitStack() as stack:
        source = stack.enter_context(as_file(files("tests.bench.faults") / "machine.c"))
        options = ("-shared", "-fPIC", "-O1", "-o", str(library), str(source), "-ldl", "-lpthread")
        subprocess.run([compiler, *options], check=True)
