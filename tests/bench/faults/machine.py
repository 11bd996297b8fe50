"""The machine under the server, whose disk and clock fail when told to.

A small library in C lies between the server's process and the system (`machine.c`); what is
wrong stands in memory that both share.
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
"""How a disk fails."""


class NoCompiler(Exception):
    """There is no C compiler; the message says what to install."""


@dataclass(slots=True)
class Machine:
    """What is wrong with the folder `data`, and with the clock; nothing in the beginning.

    It needs a folder of its own beside `data`. With `recording`, all that is done to the disk is
    written down in `record`.
    """

    folder: Path
    data: Path
    recording: bool = False
    clock_shift_s: int = 0
    failing: int = 0
    flush_delay_s: float = 0
    _shared: mmap.mmap | None = None

    def __enter__(self) -> Self:
        """Build it; raises NoCompiler."""
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
        """Everything that was done to the disk, in order."""
        return self.folder / "record"

    @property
    def environment(self) -> dict[str, str]:
        """What puts a process on this machine."""
        recording = {"FAULTS_RECORD": str(self.record)} if self.recording else {}
        return {
            "LD_PRELOAD": str(self._library),
            "FAULTS_FOLDER": str(self.data),
            "FAULTS_CONTROL": str(self._control),
        } | recording

    def fail(self, number: int) -> None:
        """From now on, every change of the folder fails with this errno."""
        self.failing = number
        self._tell()

    def delay_flushes(self, seconds: float) -> None:
        """From now on, every flush takes so much longer."""
        self.flush_delay_s = seconds
        self._tell()

    def shift_clock(self, seconds: int) -> None:
        """From now on, the wall clock is wrong by so much."""
        self.clock_shift_s = seconds
        self._tell()

    def kill_in(self, changes: int, path: str) -> None:
        """Kill the process in the midst of the so many-th change of a file whose path, with a
        `|` behind it, has this part.
        """
        self._tell(changes, path)

    def kills_in(self) -> int:
        """How many changes are left until the process is killed."""
        assert self._shared is not None
        return int(_CONTROL.unpack_from(self._shared, 0)[3])

    def heal(self) -> None:
        """Nothing is wrong any more."""
        self.failing = self.clock_shift_s = 0
        self.flush_delay_s = 0
        self._tell()

    def _tell(self, changes: int = 0, path: str = "") -> None:
        assert self._shared is not None
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
