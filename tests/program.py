"""The program in a process of its own, as an operator runs it."""

import asyncio
import atexit
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from tests.program_template import Command


def environment(**settings: object) -> dict[str, str]:
    """Return the environment of this process with settings of the program added."""
    data = settings.get("data")
    if isinstance(data, Path) and "database" not in settings and (dsn := database_of(data)):
        settings["database"] = dsn
    chosen = {f"CHATSERVER_{name.upper()}": str(value) for name, value in settings.items()}
    clean = {k: v for k, v in os.environ.items() if not k.startswith("CHATSERVER_")}
    return clean | chosen


def environment_of(arguments: Sequence[str | Path], **settings: object) -> dict[str, str]:
    """Return the environment for the arguments of a command, which may name the data folder."""
    if "--data" in arguments:
        settings = {"data": Path(arguments[arguments.index("--data") + 1])} | settings
    return environment(**settings)


def database_of(data: Path) -> str | None:
    """Return the connection string of a data folder's tables; None unless tests replace this."""
    return None


@cache
def _template() -> str:
    """Start the process that forks commands; return the path of its socket."""
    folder = tempfile.mkdtemp()
    path = f"{folder}/commands"
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.program_template", path],
        cwd=Path(__file__).parents[1],
        stdout=subprocess.PIPE,
    )

    def stop() -> None:
        process.kill()
        process.communicate()
        shutil.rmtree(folder)

    atexit.register(stop)
    assert process.stdout is not None
    assert process.stdout.readline() == b"listening\n"
    return path


def _umask() -> int:
    present = os.umask(0o077)
    os.umask(present)
    return present


def _written(file: Path) -> str:
    return file.read_text(encoding="utf-8")


async def run(*arguments: str | Path, **settings: object) -> tuple[int, str, str]:
    """Run one command; return its exit code, standard output and standard error."""
    with tempfile.TemporaryDirectory() as folder:
        out, err = Path(folder, "out"), Path(folder, "err")
        command = Command(
            arguments=[*map(str, arguments)],
            environment=environment_of(arguments, **settings),
            folder=os.getcwd(),
            umask=_umask(),
            out=str(out),
            err=str(err),
        )
        reader, writer = await asyncio.open_unix_connection(_template())
        writer.write(json.dumps(command).encode() + b"\n")
        code = int(await reader.read())
        writer.close()
        await writer.wait_closed()
        return code, _written(out), _written(err)


@dataclass(slots=True)
class Program:
    """`chatserver serve`, which can be killed and started again at the same port.

    `log` is a file for what it writes to standard error, `command` what Python is given to run.
    """

    data: Path
    settings: dict[str, object] = field(default_factory=dict)
    port: int = 0
    log: Path | None = None
    command: tuple[str, ...] = ("-m", "chatserver")
    process: asyncio.subprocess.Process | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Start the server and return as soon as it listens."""
        log = os.open(self.log, os.O_CREAT | os.O_APPEND | os.O_WRONLY) if self.log else None
        self.process = await asyncio.create_subprocess_exec(
            sys.executable,
            *self.command,
            "serve",
            "--port",
            str(self.port),
            "--data",
            str(self.data),
            env=environment(**{"data": self.data} | self.settings),
            stdout=asyncio.subprocess.PIPE,
            stderr=log,
        )
        if log is not None:
            os.close(log)
        assert self.process.stdout is not None
        line = (await self.process.stdout.readline()).decode()
        assert line.startswith("listening on http://"), line
        self.port = int(line.rsplit(":", 1)[1])

    async def kill(self, number: signal.Signals = signal.SIGKILL) -> int:
        """Send a signal, wait for the process to end, and return its exit code."""
        assert self.process is not None
        self.process.send_signal(number)
        await self.process.communicate()
        assert self.process.returncode is not None
        return self.process.returncode


@asynccontextmanager
async def program(data: Path, **settings: object) -> AsyncIterator[Program]:
    """Yield a running server, which is killed at the end if it still runs."""
    server = Program(data, settings)
    await server.start()
    try:
        yield server
    finally:
        if server.process is not None and server.process.returncode is None:
            await server.kill()
