"""A server on a faulty machine: start, kill and observe it from outside."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import orjson

from chatserver.tasks import task_group
from tests.bench.faults.machine import Machine

SETTINGS = {
    "rate": 0,
    "connections_per_minute": 0,
    "technician_grace_s": 600,
    "customer_grace_s": 600,
    "log_level": "warning",
}
"""Settings under which nothing happens except the effects of a fault."""

READY_TIMEOUT_S = 5
"""Seconds after which a missing answer of `/readyz` counts as not ready."""

TECHNICIANS = 2
CAPACITY = 1_000


@dataclass(slots=True)
class Server:
    """The real server, one process at a time, always on the same port."""

    machine: Machine
    _template: asyncio.subprocess.Process
    port: int = 0
    pid: int = 0
    exit_code: int | None = None
    tokens: list[str] = field(default_factory=list)
    _settled: asyncio.Event = field(default_factory=asyncio.Event)
    _printed: list[str] = field(default_factory=list)
    _ended: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def url(self) -> str:
        """The server's base URL."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def data(self) -> Path:
        """The data folder."""
        return self.machine.data

    async def listen(self) -> None:
        """Read the output of the servers until cancelled."""
        assert self._template.stdout is not None
        async for raw in self._template.stdout:
            match raw.decode().split():
                case ["started", pid]:
                    self.pid = int(pid)
                case ["listening", "on", url]:
                    self.port = int(url.rsplit(":", 1)[1])
                    self._settled.set()
                case [word]:
                    self._printed.append(word)
                case ["ended", code]:
                    self.exit_code = int(code)
                    self._ended.set()
                    self._settled.set()

    async def start(self) -> bool:
        """Start the server; returns True if it listens, False if it ended instead."""
        self._begin("serve", "--port", str(self.port))
        await self._settled.wait()
        return self.exit_code is None

    async def hire(self, login: str, *more: str) -> str:
        """Create a technician while no server runs, and return the API token.

        `more` are further options of `technician add`.
        """
        room = ("--capacity", str(CAPACITY), "--print-token")
        self._begin("technician", "add", login, *room, *more)
        await self.ended()
        return self._printed.pop()

    async def ended(self) -> int:
        """Wait for the end and return the exit code."""
        await self._ended.wait()
        assert self.exit_code is not None
        return self.exit_code

    async def kill(self, number: signal.Signals = signal.SIGKILL) -> int:
        """Send a signal, wait for the end and return the exit code."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, number)
        return await self.ended()

    async def ready(self) -> None:
        """Wait until `/readyz` answers 200."""
        is_ready = False
        while not is_ready:
            is_ready = await self.is_ready()
            await asyncio.sleep(0.05)

    def _begin(self, *arguments: str) -> None:
        assert self._template.stdin is not None
        self.exit_code = None
        self._settled.clear()
        self._ended.clear()
        self._template.stdin.write(orjson.dumps(arguments) + b"\n")

    async def is_ready(self) -> bool:
        """Return True if `/readyz` answers 200."""
        try:
            async with (
                aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(READY_TIMEOUT_S)) as http,
                http.get(f"{self.url}/readyz") as response,
            ):
                return response.status == 200
        except (aiohttp.ClientError, TimeoutError):
            return False


@asynccontextmanager
async def serve_on_faulty_machine(
    folder: Path, *, recording: bool = False, started: bool = True, **settings: object
) -> AsyncIterator[Server]:
    """Run a server on an empty folder or on the content of `folder`/data.

    `folder` must be absolute and free of symbolic links. Raises NoCompiler.
    """
    data = folder / "data"
    chosen = SETTINGS | {"data": data} | settings
    named = {f"CHATSERVER_{name.upper()}": str(value) for name, value in chosen.items()}
    # Settings of the caller's environment must not change the server under test.
    clean = {k: v for k, v in os.environ.items() if not k.startswith("CHATSERVER_")}
    with (
        Machine(folder / "machine", data, recording) as machine,
        (folder / "server.log").open("ab") as log,
    ):
        template = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.bench.faults.template"),
            env=clean | named | machine.environment,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=log,
        )
        server = Server(machine, template)
        try:
            async with task_group() as tasks:
                listener = tasks.create_task(server.listen(), name="listener")
                if started:
                    server.tokens = [await server.hire(f"witness-{n}") for n in range(TECHNICIANS)]
                    await server.start()
                try:
                    yield server
                finally:
                    if server.pid and server.exit_code is None:
                        await server.kill()
                listener.cancel()
        finally:
            template.kill()
            await template.wait()
