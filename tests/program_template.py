"""A process that has loaded the program, and forks one that runs a command for each connection.

Loading takes 0.7 s of CPU time, of which a command of the tests needs none any more. The process
that runs a command is otherwise as an operator's: its own environment, folder and umask, an exit
code, and an interpreter that shuts down.
"""

import ctypes
import json
import os
import signal
import socket
import sys
from importlib import import_module
from typing import TypedDict

from chatserver import cli

DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG


class Command(TypedDict):
    """A command to run; `out` and `err` are the files for what it writes."""

    arguments: list[str]
    environment: dict[str, str]
    folder: str
    umask: int
    out: str
    err: str


def main() -> int:
    """Serve the Unix socket at the path in the first argument, until the parent ends."""
    ctypes.CDLL(None).prctl(DIE_WITH_PARENT, signal.SIGKILL)
    # What the server imports, most other commands import as well.
    import_module("chatserver.commands.serve")
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(sys.argv[1])
        listener.listen()
        print("listening", flush=True)
        while True:
            line, _ = listener.accept()
            # Forked from a process without threads, which is the only kind that may be forked.
            if os.fork() == 0:
                listener.close()
                return _answer(line)
            line.close()


def _answer(line: socket.socket) -> int:
    """Run the command of a connection in one more process, and send its exit code."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    with line, line.makefile("rb") as lines:
        command: Command = json.loads(lines.readline())
        child = os.fork()
        if child == 0:
            line.close()
            _become(command)
            return cli.main(command["arguments"])
        _, status = os.waitpid(child, 0)
        line.sendall(b"%d" % os.waitstatus_to_exitcode(status))
    return 0


def _become(command: Command) -> None:
    os.chdir(command["folder"])
    os.umask(command["umask"])
    os.environ.clear()
    os.environ.update(command["environment"])
    for number, path in ((1, command["out"]), (2, command["err"])):
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(file, number)
        os.close(file)


if __name__ == "__main__":
    sys.exit(main())
