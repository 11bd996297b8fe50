"""The program with a wall clock that a test sets, and with a look at each pairing.

`python -m tests.concurrency.stepped_program FILE …`: the file has the milliseconds by which the
clock is off, as text, and the rest is the command line of the program. The steady clock is left
alone: no machine sets that one back. What the look finds is written to the file `pairing` beside
it.
"""

import sys
import time
from pathlib import Path

from chatserver.cli import main
from chatserver.composition import clocks
from tests.concurrency.pairing_watch import watch_pairing


def use_offset(file: Path) -> None:
    """Add the milliseconds in a file to the wall clock of every service built from now on."""

    def stepped() -> int:
        return time.time_ns() // 1_000_000 + int(file.read_text() or 0)

    clocks.wall_clock = stepped


if __name__ == "__main__":
    use_offset(Path(sys.argv[1]))
    watch_pairing(Path(sys.argv[1]).with_name("pairing"))
    sys.exit(main(sys.argv[2:]))
