"""The program in a process of its own, as an operator runs it."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path


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


async def run(*arguments: str | Path, **settings: object) -> tuple[int, str, str]:
    """Run one command; return its exit code, standard output and standard error."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "chatserver",
        *map(str, arguments),
        env=environment_of(arguments, **settings),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()


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
