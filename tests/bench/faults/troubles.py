"""Disturbances of a running server that last some seconds and end."""

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

from chatserver.store.engine.connection import DATABASE
from tests.bench.faults.machine import BROKEN, FULL, READ_ONLY
from tests.bench.faults.server import Server

DAY_S = 86_400
SLOW_S = 2.0
"""Seconds added to each flush of a slow disk."""

Fault = Callable[[Server], AbstractAsyncContextManager[None]]


@dataclass(frozen=True, slots=True)
class Disturbance:
    """A fault that lasts while its context is open.

    `stops` means that nothing can be stored meanwhile, `closes` that no new client can connect.
    With `leaves_room` messages can be stored until the tables must follow: a full disk takes what
    is written over the bytes of a file.
    """

    name: str
    fault: Fault
    seconds: float
    stops: bool = False
    leaves_room: bool = False
    closes: bool = False


@asynccontextmanager
async def disk_failing(number: int, server: Server) -> AsyncIterator[None]:
    """Let every change of the data folder fail with this errno."""
    server.machine.fail(number)
    try:
        yield
    finally:
        server.machine.heal()


@asynccontextmanager
async def size_limited(server: Server) -> AsyncIterator[None]:
    """Limit the size of files to one byte by RLIMIT_FSIZE."""
    before = resource.prlimit(server.pid, resource.RLIMIT_FSIZE)
    # The kernel then answers EFBIG to every write, through a path that no preloaded library
    # touches.
    resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (1, before[1]))
    try:
        yield
    finally:
        resource.prlimit(server.pid, resource.RLIMIT_FSIZE, before)


@asynccontextmanager
async def file_system_filled(server: Server) -> AsyncIterator[None]:
    """Fill the file system of the data folder, which should be small."""
    ballast = server.data / "ballast"
    await asyncio.to_thread(_fill, ballast)
    try:
        yield
    finally:
        await asyncio.to_thread(ballast.unlink)


@asynccontextmanager
async def slow_flushes(server: Server) -> AsyncIterator[None]:
    """Let every flush take seconds."""
    server.machine.delay_flushes(SLOW_S)
    try:
        yield
    finally:
        server.machine.heal()


@asynccontextmanager
async def database_locked(begin: str, server: Server) -> AsyncIterator[None]:
    """Hold a transaction on the database in another connection."""
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
    """Set the wall clock a day ahead and a day behind, alternately."""
    async with asyncio.TaskGroup() as tasks:
        jumping = tasks.create_task(_jump(server), name="clock")
        try:
            yield
        finally:
            jumping.cancel()
            server.machine.heal()


@asynccontextmanager
async def busy_neighbours(_: Server) -> AsyncIterator[None]:
    """Run twice as many busy processes as there are cores."""
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
    """Let the process open no more files, and take all its connections."""
    highest = max(int(name) for name in os.listdir(f"/proc/{server.pid}/fd"))
    before = resource.prlimit(server.pid, resource.RLIMIT_NOFILE)
    resource.prlimit(server.pid, resource.RLIMIT_NOFILE, (highest + 4, before[1]))
    # Some descriptors below the highest may be free, so open more connections than that.
    strangers = [_connect(server.port) for _ in range(highest + 16)]
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


def _connect(port: int) -> socket.socket:
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


FULL_DISK = Disturbance("disk full", partial(disk_failing, FULL), 3, stops=True)
READ_ONLY_DISK = Disturbance("disk read-only", partial(disk_failing, READ_ONLY), 3, stops=True)
BROKEN_DISK = Disturbance("disk broken (I/O errors)", partial(disk_failing, BROKEN), 3, stops=True)
SIZE_LIMIT = Disturbance("file size limit (RLIMIT_FSIZE)", size_limited, 3, stops=True)
SMALL_DISK = Disturbance(
    "small file system full (tmpfs)", file_system_filled, 3, stops=True, leaves_room=True
)
SLOW_DISK = Disturbance(f"disk slow ({SLOW_S:.0f} s a flush)", slow_flushes, 8)
LOCKED = Disturbance(
    "database locked by another process",
    partial(database_locked, "BEGIN EXCLUSIVE"),
    10,
    stops=True,
)
LONG_READER = Disturbance("another process reads for long", partial(database_locked, "BEGIN"), 10)
CLOCK = Disturbance("clock a day ahead and behind", clock_wrong, 5)
NEIGHBOURS = Disturbance("all cores taken by neighbours", busy_neighbours, 5)
DESCRIPTORS = Disturbance("file descriptors exhausted", descriptors_exhausted, 5, closes=True)
DISTURBANCES = (
    *(FULL_DISK, SMALL_DISK, SIZE_LIMIT, READ_ONLY_DISK, BROKEN_DISK, SLOW_DISK),
    *(LOCKED, LONG_READER, CLOCK, NEIGHBOURS, DESCRIPTORS),
)
