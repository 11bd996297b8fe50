"""A mail server in the foreground, in a process group of its own, until its test ends."""

import asyncio
import os
import signal
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

PATIENCE_S = 180.0
"""Seconds after which a program that does not answer has failed: the machine may be busy."""


def free_port() -> int:
    """Return a TCP port of the loopback address that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@asynccontextmanager
async def daemon(*command: str | Path, port: int, log: Path) -> AsyncIterator[int]:
    """Run a program until the context ends; yield its process id once it listens on `port`."""
    with log.open("ab") as output:
        process = await asyncio.create_subprocess_exec(
            *map(str, command),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        await listening(port)
        yield process.pid
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        await process.wait()
        with suppress(ProcessLookupError):
            # Children that outlive the one that was started, such as Dovecot's after its crash.
            os.killpg(process.pid, signal.SIGKILL)


async def listening(port: int) -> None:
    """Wait until the port takes connections."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            with suppress(OSError):
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.close()
                return
            await asyncio.sleep(0.1)


async def until(is_so: Callable[[], bool]) -> None:
    """Wait until another program has done something that only its files tell."""
    async with asyncio.timeout(PATIENCE_S):
        while not is_so():  # noqa: ASYNC110
            await asyncio.sleep(0.1)


async def command(*arguments: str | Path, given: bytes = b"", **variables: str) -> str:
    """Run a command to its end and return what it printed; raises RuntimeError if it fails."""
    process = await asyncio.create_subprocess_exec(
        *map(str, arguments),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env=os.environ | {"LC_ALL": "C.UTF-8"} | variables,
    )
    async with asyncio.timeout(PATIENCE_S):
        printed, _ = await process.communicate(given)
    text = printed.decode(errors="replace")
    if process.returncode:
        raise RuntimeError(f"{arguments[0]} failed with {process.returncode}: {text[-800:]}")
    return text
