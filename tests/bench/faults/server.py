"""A server on a machine with faults: killed, started again, looked at from outside."""

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

from chatserver.tasks import supervised
from tests.bench.faults.machine import Machine

PATIENT = {
    "rate": 0,
    "connections_per_minute": 0,
    "technician_grace_s": 600,
    "customer_grace_s": 600,
    "log_level": "warning",
}
"""Settings under which nothing happens but what the fault brings about."""

ANSWER_S = 5
"""Seconds after which who asks whether the server is ready takes it for a no."""

TECHNICIANS = 2
CAPACITY = 1_000


@dataclass(slots=True)
class Server:
    """The real server, of which there is one at a time; it keeps its port."""

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
        """Where it is."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def data(self) -> Path:
        """Its data folder."""
        return self.machine.data

    async def listen(self) -> None:
        """Take in what the servers say, for ever."""
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
        """Start one; returns whether it listens, or has ended before it did."""
        self._begin("serve", "--port", str(self.port))
        await self._settled.wait()
        return self.exit_code is None

    async def hire(self, login: str, *more: str) -> str:
        """A technician with room for everybody, while no server runs; the API token.

        `more` are further options of `technician add`.
        """
        room = ("--capacity", str(CAPACITY), "--print-token")
        self._begin("technician", "add", login, *room, *more)
        await self.ended()
        return self._printed.pop()

    async def ended(self) -> int:
        """Wait for the end; its exit code."""
        await self._ended.wait()
        assert self.exit_code is not None
        return self.exit_code

    async def kill(self, number: signal.Signals = signal.SIGKILL) -> int:
        """Send a signal and wait for the end; its exit code."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, number)
        return await self.ended()

    async def ready(self) -> None:
        """Wait until it says that it is."""
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
        """What it says to those who ask whether it is to be sent customers."""
        try:
            async with (
                aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(ANSWER_S)) as http,
                http.get(f"{self.url}/readyz") as response,
            ):
                return response.status == 200
        except (aiohttp.ClientError, TimeoutError):
            return False


@asynccontextmanager
async def serving(
    folder: Path, *, recording: bool = False, started: bool = True, **settings: object
) -> AsyncIterator[Server]:
    """A server on an empty folder, or on what is in `folder`/data; it is gone at the end.

    `folder` is absolute and has no links in it. Raises NoCompiler.
    """
    data = folder / "data"
    chosen = PATIENT | {"data": data} | settings
    named = {f"CHATSERVER_{name.upper()}": str(value) for name, value in chosen.items()}
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
            async with supervised() as tasks:
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
