"""What is measured: the server and the bare relay, each a process pinned to a core of its own."""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

import orjson
from websockets.asyncio.client import ClientConnection, connect

TECHNICIANS = 10
"""Technicians' sessions among which the pairs are spread."""

UNLIMITED = {
    "CHATSERVER_RATE": "0",
    "CHATSERVER_CONNECTIONS_PER_MINUTE": "0",
    "CHATSERVER_LOG_LEVEL": "error",
}


@dataclass(slots=True)
class Pair:
    """A sender and the connection at which its messages arrive; `frame` makes a message."""

    sender: ClientConnection
    receiver: ClientConnection
    prefix: str

    def frame(self, number: int) -> str:
        """A message with this number in its text."""
        return f'{self.prefix}{number}"}}'


class Rival(Protocol):
    """Something that passes messages on."""

    name: str
    process: asyncio.subprocess.Process
    started_in: float

    async def pairs(self, stack: AsyncExitStack, count: int) -> list[Pair]:
        """So many senders and receivers."""

    async def idle(self, stack: AsyncExitStack) -> None:
        """One session that says nothing."""


@dataclass(slots=True)
class BareRelay:
    """The ceiling."""

    process: asyncio.subprocess.Process
    url: str
    started_in: float
    name: str = "bare relay"
    _count: int = 0

    async def pairs(self, stack: AsyncExitStack, count: int) -> list[Pair]:
        """One path for each pair."""
        found = []
        for _ in range(count):
            self._count += 1
            path = f"{self.url}/{self._count}"
            ends = [await _open(stack, path) for _ in range(2)]
            found.append(Pair(ends[0], ends[1], '{"type":"event","text":"#'))
        return found

    async def idle(self, stack: AsyncExitStack) -> None:
        """One connection."""
        await _open(stack, f"{self.url}/idle")


@dataclass(slots=True)
class ChatServer:
    """The server, with `synchronous=FULL` as always."""

    process: asyncio.subprocess.Process
    url: str
    started_in: float
    tokens: list[str]
    name: str = "chatserver"
    _technicians: list[ClientConnection] = field(default_factory=list)

    async def pairs(self, stack: AsyncExitStack, count: int) -> list[Pair]:
        """One conversation for each pair; technicians have several."""
        holders = [await self._technician(stack, token, count) for token in self.tokens]
        found = []
        for _ in range(count):
            customer = await _open(stack, f"{self.url}/live")
            await _ask(customer, {"type": "hello", "role": "customer"}, "welcome")
            opened = await _ask(customer, {"type": "open", "id": "open"}, "ok")
            event: dict[str, dict[str, str]] = {"technician": {"id": ""}}
            while event["technician"]["id"] not in holders_by(holders):
                event = await _until(customer, '"kind":"assigned"')
            receiver = holders_by(holders)[event["technician"]["id"]]
            conversation = opened["conversation"]
            unique = os.urandom(6).hex()
            prefix = f'{{"type":"send","conversation":"{conversation}","id":"{unique}%","text":"#'
            found.append(Pair(customer, receiver, prefix))
        return found

    async def idle(self, stack: AsyncExitStack) -> None:
        """A customer who has said hello."""
        customer = await _open(stack, f"{self.url}/live")
        await _ask(customer, {"type": "hello", "role": "customer"}, "welcome")

    async def _technician(
        self, stack: AsyncExitStack, token: str, count: int
    ) -> tuple[str, ClientConnection]:
        connection = await _open(stack, f"{self.url}/live")
        hello = {"type": "hello", "role": "technician", "token": token}
        welcome = await _ask(connection, hello, "welcome")
        status = {"type": "status", "id": "s", "status": "online", "capacity": count}
        await _ask(connection, status, "ok")
        return str(welcome["technician"]["id"]), connection


def holders_by(holders: list[tuple[str, ClientConnection]]) -> dict[str, ClientConnection]:
    """Technicians' connections by their ids."""
    return dict(holders)


@asynccontextmanager
async def bare_relay() -> AsyncIterator[BareRelay]:
    """The relay, running."""
    async with program("-m", "chatserver.bench.relay") as (process, url, seconds):
        yield BareRelay(process, url, seconds)


@asynccontextmanager
async def chat_server() -> AsyncIterator[ChatServer]:
    """The server, running on an empty folder."""
    with TemporaryDirectory() as folder:
        serve = ("-m", "chatserver", "serve", "--port", "0", "--data", folder)
        async with program(*serve) as (process, url, seconds):
            tokens = [await _token(number, Path(folder)) for number in range(TECHNICIANS)]
            yield ChatServer(process, url, seconds, tokens)


@asynccontextmanager
async def program(
    *arguments: str,
) -> AsyncIterator[tuple[asyncio.subprocess.Process, str, float]]:
    """A program of Python's that says where it listens: process, ws: address, seconds to start."""
    started = time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *arguments,
        env=os.environ | UNLIMITED,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        line = (await process.stdout.readline()).decode().strip()
        seconds = time.perf_counter() - started
        _pin(process.pid, 0)
        yield process, line.rsplit(" ", 1)[1].replace("http", "ws", 1), seconds
    finally:
        if process.returncode is None:
            process.terminate()
        await process.communicate()


def pin_load() -> None:
    """The load runs on another core than what it measures, where there are two."""
    _pin(0, -1)


def _pin(process: int, index: int) -> None:
    if hasattr(os, "sched_setaffinity"):
        cores = (
            sorted(os.sched_getaffinity(0)) if index == 0 else sorted(range(os.cpu_count() or 1))
        )
        if len(cores) > 1 or index == 0:
            os.sched_setaffinity(process, {(0 if index == 0 else cores[-1])})


async def _token(number: int, folder: Path) -> str:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "chatserver", "technician", "add", f"bench-{number}"),
        *("--print-token", "--data", str(folder)),
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await process.communicate()
    return out.decode().strip()


async def _open(stack: AsyncExitStack, url: str) -> ClientConnection:
    return await stack.enter_async_context(
        connect(url, compression=None, max_queue=None, ping_interval=None)
    )


async def _ask(connection: ClientConnection, frame: object, kind: str) -> dict[str, dict[str, str]]:
    await connection.send(orjson.dumps(frame), text=True)
    return await _until(connection, f'{{"type":"{kind}"')


async def _until(connection: ClientConnection, mark: str) -> dict[str, dict[str, str]]:
    while True:
        data = await connection.recv()
        assert isinstance(data, str)
        if mark in data:
            found: dict[str, dict[str, str]] = orjson.loads(data)
            return found
