"""A process with the program loaded that forks servers on demand.

Loading takes a second; from here a server that is killed hundreds of times starts in a tenth of
that. Each line on standard input is a command to run. The output is `started PID`, the command's
output, and `ended CODE`.
"""

import ctypes
import os
import signal
import sys
from importlib import import_module

import orjson

from chatserver import cli

DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG


def main() -> None:
    """Run commands one after the other until standard input ends."""
    for module in ("uvloop", "chatserver.commands.serve", "chatserver.commands.maintenance"):
        import_module(module)
    _end_with_parent()
    for line in sys.stdin:
        # Forked from a process without threads, which is the only kind that may be forked safely.
        child = os.fork()
        if child == 0:
            _end_with_parent()
            code = cli.main(orjson.loads(line))
            sys.stdout.flush()
            # Not sys.exit: the child must not run the template's exit handlers.
            os._exit(code)
        print(f"started {child}", flush=True)
        _, status = os.waitpid(child, 0)
        print(f"ended {os.waitstatus_to_exitcode(status)}", flush=True)


def _end_with_parent() -> None:
    ctypes.CDLL(None).prctl(DIE_WITH_PARENT, signal.SIGKILL)


if __name__ == "__main__":
    main()
