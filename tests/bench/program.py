"""Start another process that prints its address."""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from types import MappingProxyType

from tests.bench.processor import Cores

UNLIMITED: Mapping[str, str] = MappingProxyType(
    {
        "CHATSERVER_RATE": "0",
        "CHATSERVER_CONNECTIONS_PER_MINUTE": "0",
        "CHATSERVER_WAITING_LIMIT": "0",
        "CHATSERVER_LOG_LEVEL": "error",
    }
)
"""Settings without limits: here one address stands for thousands of people."""

ANYWHERE = Cores(None, None)


@asynccontextmanager
async def program(
    *arguments: str,
    cores: Cores = ANYWHERE,
    settings: Mapping[str, str] = UNLIMITED,
    checkout: Path | None = None,
    interpreter: str = sys.executable,
) -> AsyncIterator[tuple[asyncio.subprocess.Process, str, float]]:
    """Start a program; yield its process, ws: URL and the seconds until it listened.

    It is a Python program of this checkout unless another checkout or interpreter is named.

    Raises EOFError if the program ended instead.
    """
    started = time.perf_counter()
    # Affinity is inherited, so it is set in this process around the start.
    with cores.of_the_server():
        process = await asyncio.create_subprocess_exec(
            interpreter,
            *arguments,
            env=os.environ | settings,
            cwd=checkout,
            stdout=asyncio.subprocess.PIPE,
        )
    try:
        assert process.stdout is not None
        line = (await process.stdout.readline()).decode().strip()
        seconds = time.perf_counter() - started
        if not line:
            raise EOFError(f"{' '.join(arguments)} did not start")
        yield process, line.rsplit(" ", 1)[1].replace("http", "ws", 1), seconds
    finally:
        if process.returncode is None:
            process.terminate()
        await process.communicate()
