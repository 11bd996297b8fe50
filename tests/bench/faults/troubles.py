"""What may befall a server that runs, for some seconds, and pass again."""

import asyncio
import os
import resource
import socket
import sqlite3
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from chatserver.store.open import DATABASE
from tests.bench.faults.machine import BROKEN, FULL, READ_ONLY
from tests.bench.faults.server import Server

DAY_S = 86_400
SLOW_S = 2.0
"""Seconds that each flush of a slow disk takes longer."""

Fault = Callable[[Server], AbstractAsyncContextManager[None]]


@dataclass(frozen=True, slots=True)
class Trouble:
    """A fault that lasts while its context is open; `stops` when nothing can be stored then,
    `closes` when nobody new can connect.
    """

    name: str
    fault: Fault
    seconds: float
    stops: bool = False
    closes: bool = False


@asynccontextmanager
async def failing(number: int, server: Server) -> AsyncIterator[None]:
    """Every change of the data folder fails with this errno."""
    server.machine.fail(number)
    try:
        yield
    finally:
        server.machine.heal()


@asynccontextmanager
async def size_limited(server: Server) -> AsyncIterator[None]:
    """No file may grow beyond a few bytes; the kernel itself says so."""
    before = resource.prlimit(server.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (1, before[1]))
    try:
        yield
    finally:
        resource.prlimit(server.pid, resource.RLIMIT_FSIZE, before)


@asynccontextmanager
async def filled_up(server: Server) -> AsyncIterator[None]:
    """The file system is full to the last byte; it should be a small one."""
    ballast = server.data / "ballast"
    await asyncio.to_thread(_fill, ballast)
    try:
        yield
    finally:
        await asyncio.to_thread(ballast.unlink)


@asynccontextmanager
async def slow(server: Server) -> AsyncIterator[None]:
    """Every flush takes seconds."""
    server.machine.delay_flushes(SLOW_S)
    try:
        yield
    finally:
        server.machine.heal()


@asynccontextmanager
async def locked(begin: str, server: Server) -> AsyncIterator[None]:
    """Somebody else has the database open, in the midst of a transaction."""
    with closing(
        sqlite3.connect(server.data / DATABASE, isolation_level=None, check_same_thread=False)
    ) as database:
        await asyncio.to_thread(database.execute, begin)
        database.execute("SELECT count(*) FROM events").fetchone()
        try:
            yield
        finally:
            database.execute("ROLLBACK")


@asynccontextmanager
async def clock_wrong(server: Server) -> AsyncIterator[None]:
    """The wall clock is a day ahead, then a day behind, again and again."""
    async with asyncio.TaskGroup() as tasks:
        jumping = tasks.create_task(_jump(server), name="clock")
        try:
            yield
        finally:
            jumping.cancel()
            server.machine.heal()


@asynccontextmanager
async def busy_neighbours(_: Server) -> AsyncIterator[None]:
    """Twice as many processes as there are cores want all of the time."""
    turning = (sys.executable, "-c", "while True: pass")
    count = 2 * (os.cpu_count() or 1)
    neighbours = [await asyncio.create_subprocess_exec(*turning) for _ in range(count)]
    try:
        yield
    finally:
        for neighbour in neighbours:
            neighbour.kill()
            await neighbour.wait()


@asynccontextmanager
async def descriptors_exhausted(server: Server) -> AsyncIterator[None]:
    """The process may open no more files, and strangers have taken all connections."""
    highest = max(int(name) for name in os.listdir(f"/proc/{server.pid}/fd"))
    before = resource.prlimit(server.pid, resource.RLIMIT_NOFILE)
    resource.prlimit(server.pid, resource.RLIMIT_NOFILE, (highest + 4, before[1]))
    # As many as there are numbers: some below the highest may be free.
    strangers = [_knock(server.port) for _ in range(highest + 16)]
    try:
        yield
    finally:
        for stranger in strangers:
            stranger.close()
        resource.prlimit(server.pid, resource.RLIMIT_NOFILE, before)


async def _jump(server: Server) -> None:
    while True:
        for seconds in (DAY_S, -DAY_S):
            server.machine.shift_clock(seconds)
            await asyncio.sleep(0.5)


def _knock(port: int) -> socket.socket:
    stranger = socket.socket()
    stranger.setblocking(False)
    stranger.connect_ex(("127.0.0.1", port))
    return stranger


def _fill(ballast: Path) -> None:
    with ballast.open("wb", buffering=0) as file:
        for size in (1 << 20, 1 << 12, 1):
            try:
                while file.write(bytes(size)):
                    pass
            except OSError:
                continue


FULL_DISK = Trouble("disk full", partial(failing, FULL), 3, stops=True)
READ_ONLY_DISK = Trouble("disk read-only", partial(failing, READ_ONLY), 3, stops=True)
BROKEN_DISK = Trouble("disk broken (I/O errors)", partial(failing, BROKEN), 3, stops=True)
SIZE_LIMIT = Trouble("file size limit (RLIMIT_FSIZE)", size_limited, 3, stops=True)
SMALL_DISK = Trouble("small file system full (tmpfs)", filled_up, 3, stops=True)
SLOW_DISK = Trouble(f"disk slow ({SLOW_S:.0f} s a flush)", slow, 8)
LOCKED = Trouble(
    "database locked by another process", partial(locked, "BEGIN EXCLUSIVE"), 10, stops=True
)
LONG_READER = Trouble("another process reads for long", partial(locked, "BEGIN"), 10)
CLOCK = Trouble("clock a day ahead and behind", clock_wrong, 5)
NEIGHBOURS = Trouble("all cores taken by neighbours", busy_neighbours, 5)
DESCRIPTORS = Trouble("file descriptors exhausted", descriptors_exhausted, 5, closes=True)
TROUBLES = (
    *(FULL_DISK, SMALL_DISK, SIZE_LIMIT, READ_ONLY_DISK, BROKEN_DISK, SLOW_DISK),
    *(LOCKED, LONG_READER, CLOCK, NEIGHBOURS, DESCRIPTORS),
)
