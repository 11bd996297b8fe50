"""`serve`: the server, until SIGTERM or SIGINT."""

import argparse
import asyncio
import ctypes
import gc
import signal
import sys

import structlog

from chatserver.app import running
from chatserver.commands.command import Commands, Failed, run
from chatserver.commands.complaints import system_complaint
from chatserver.core.errors import Unavailable
from chatserver.services.accounts import Accounts
from chatserver.settings import Settings
from chatserver.store.engine.refusals import DatabaseInUse
from chatserver.store.open import stand_by
from chatserver.tasks import task_group

_log: structlog.stdlib.BoundLogger = structlog.get_logger("serve")

SWITCH_INTERVAL_S = 0.0005
"""Seconds after which a thread is asked to give up the interpreter's lock; 0.005 by default.

The store's thread gives the lock up at each statement, and a busy event loop would keep it for
5 ms each time.
"""

M_ARENA_MAX = -8
"""The parameter of `mallopt` (malloc.h of glibc) that limits the number of arenas."""

COLLECT_AFTER = 5_000
"""Objects after which the garbage collector looks at the young ones; Python's own 700 lets it
look at all of them, for half a second, twelve times while 10,000 clients come."""

COLLECT_MIDDLE_AFTER = 2
"""Collections of the young objects after which those are looked at that survived one. That is up to
15,000 objects and a ms or less; by Python's own 10 it is 55,000 and 6 to 13 ms."""

COLLECT_OLD_AFTER = 50
"""Collections of the middle ones after which all are looked at, no more often than before."""


def declare(commands: Commands) -> None:
    """Declare the command."""
    serve = commands.add("serve", _serve, "run the server; the default command")
    serve.add_argument("--host", help="address to listen on")
    serve.add_argument("--port", type=int, help="port to listen on; 0 takes a free one")


def _serve(_: argparse.Namespace, settings: Settings) -> int:
    return run(_until_stopped(settings))


def _share_one_arena() -> None:
    """Let all threads allocate from one arena of glibc; other C libraries have no arenas.

    By default each thread has its own, and what is free in one is of no use to the others: in a
    soak of ten minutes memory grew by 0.7 MiB after the fifth with one arena, and by 1.8 without.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(M_ARENA_MAX, 1)


async def _until_stopped(settings: Settings) -> int:
    _share_one_arena()
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    gc.set_threshold(COLLECT_AFTER, COLLECT_MIDDLE_AFTER, COLLECT_OLD_AFTER)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    while not stop.is_set():
        if settings.standby and settings.database is not None:
            _log.info("standing by until no other server has the database")
            await stand_by(settings.database, stop)
        if stop.is_set():
            break
        try:
            await _serve_until(stop, settings)
        except DatabaseInUse:
            # Another one that stood by was faster.
            if not settings.standby:
                raise
    return 0


async def _serve_until(stop: asyncio.Event, settings: Settings) -> None:
    try:
        async with running(settings) as server:
            # Everything that exists now stays; the collector need never look at it again.
            gc.freeze()
            # Flushed at once: tests and service managers wait for this line through a pipe, where
            # Python buffers 8 KiB.
            print(f"listening on {server.url}", flush=True)
            link = await _first_link(server.accounts)
            site = settings.public_url or server.url
            if settings.demo:
                print(f"  demo shop  {site}/demo", flush=True)
            print(f"  console    {site}/console", flush=True)
            if link is not None:
                print(f"  sign in as the first administrator, once: {site}{link}", flush=True)
            async with task_group() as tasks:
                watch = tasks.create_task(_set_after(server.superseded, stop))
                await stop.wait()
                watch.cancel()
    except OSError as error:
        # What the network refuses has no file.
        if not isinstance(error, BlockingIOError) and error.filename is None:
            where = f"{settings.host}:{settings.port}"
            raise Failed(f"cannot serve on {where}: {system_complaint(error)}") from None
        if not isinstance(error, BlockingIOError):
            raise
        raise Failed(f"another server uses the data folder {settings.data}") from None
    if server.superseded.is_set():
        raise Failed("another server has taken the database over")


async def _first_link(accounts: Accounts) -> str | None:
    """Return the link of the first administrator, or None while the database is away.

    Customers talk already; they are to wait for the database, not to lose the server.
    """
    try:
        return await accounts.first_link()
    except Unavailable as error:
        _log.warning("cannot make the link of the first administrator", code=error.code)
        return None


async def _set_after(first: asyncio.Event, then: asyncio.Event) -> None:
    await first.wait()
    then.set()
