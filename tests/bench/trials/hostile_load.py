"""Measure the effect of hostile clients on others: message delay and server memory."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType

import orjson

from chatserver.replay.report import percentile
from tests.bench.delay import open_loop
from tests.bench.processor import Cores, raise_file_limit, resident
from tests.bench.program import UNLIMITED, program
from tests.bench.rivals import CUSTOMERS_EACH, ChatServer, create_technicians
from tests.bench.trials.hostile import KINDS, STILL_OPEN

PAIRS = 50
RATE = 500
NO_CLIENTS = "none"

SETTINGS: Mapping[str, str] = MappingProxyType(
    {
        **UNLIMITED,
        # Each pair sends ten messages a second, the default's average limit; bursts need more.
        "CHATSERVER_RATE": "20",
        "CHATSERVER_CHECKS_PER_MINUTE": "0",
        "CHATSERVER_SIGN_INS_PER_MINUTE": "0",
    }
)

MAX_GROWTH_BYTES = 128 * 2**20
"""Bytes by which any kind may grow the server."""

CONNECTION_BYTES = 20 * 2**10
"""Bytes allowed for each accepted connection; a bare one of `websockets` takes 14.5 KiB."""

STAY_S = 17.0
"""The least seconds hostile clients stay.

The last one may connect after 5 s, and the server waits 10 s for its hello.
"""

LOOK_S = 0.05
AFTERWARDS_S = 2.0
NICENESS = 10
"""The niceness of the hostile process, which shares a core with the load."""


@dataclass(frozen=True, slots=True)
class HostileLoadResult:
    """The measurements with one kind of client; memory in bytes, delays in ms."""

    kind: str
    count: int
    p50: float
    p99: float
    before: int
    peak: int
    after: int
    endings: Mapping[str, int]

    @property
    def is_borne(self) -> bool:
        """True if memory stayed within bounds; lost messages already raise Lost."""
        return self.peak - self.before <= max(MAX_GROWTH_BYTES, self.count * CONNECTION_BYTES)

    def row(self) -> str:
        """Return a row of a Markdown table."""
        memory = " / ".join(f"{each / 2**20:.0f}" for each in (self.before, self.peak, self.after))
        ends = ", ".join(f"{count} × {how}" for how, count in sorted(self.endings.items()))
        delay = f"{self.p50:.1f} | {self.p99:.1f}"
        return f"| {self.kind} | {self.count:,} | {delay} | {memory} | {ends} |"


HEAD = (
    "| hostile clients | how many | others' delay p50, ms | p99, ms "
    "| memory before / peak / after, MiB | ended |\n|---|---|---|---|---|---|"
)


@dataclass(slots=True)
class PeakMemory:
    """The peak memory of a process, by sampling."""

    process: int
    peak: int = 0
    _looking: bool = field(default=True)

    async def watch(self) -> None:
        """Sample until cancelled."""
        while True:
            self.peak = max(self.peak, resident(self.process))
            await asyncio.sleep(LOOK_S)


async def measure_hostile_load(kinds: Sequence[str], seconds: float, json_file: Path | None) -> int:
    """Print the effect of each kind; returns 0 if the server withstands all."""
    raise_file_limit()
    cores, sieges = Cores.found(), list[HostileLoadResult]()
    print(HEAD)
    with cores.of_the_load():
        async with limited_server(cores) as server:
            for kind in (NO_CLIENTS, *(kinds or KINDS), NO_CLIENTS):
                sieges.append(await measure_kind(kind, server, seconds, cores))
                print(sieges[-1].row(), flush=True)
    if json_file is not None:
        figures = orjson.dumps([asdict(each) for each in sieges])
        await asyncio.to_thread(json_file.write_bytes, figures)
    return 0 if all(each.is_borne for each in sieges) else 1


@asynccontextmanager
async def limited_server(cores: Cores) -> AsyncIterator[ChatServer]:
    """Run a server with its limits in force, except those for each address."""
    with TemporaryDirectory() as folder:
        tokens = await create_technicians(Path(folder), -(-PAIRS // CUSTOMERS_EACH))
        serve = ("-m", "chatserver", "serve", "--port", "0", "--data", folder)
        async with program(*serve, cores=cores, settings=SETTINGS) as (process, url, _):
            yield ChatServer(process.pid, url, tokens)


async def measure_kind(
    kind: str, server: ChatServer, seconds: float, cores: Cores
) -> HostileLoadResult:
    """Run one kind against the server while the pairs talk; raises Lost."""
    before = resident(server.process)
    memory = PeakMemory(server.process)
    async with asyncio.TaskGroup() as tasks:
        watching = tasks.create_task(memory.watch(), name="memory")
        stay_s = max(seconds, STAY_S)
        coming = tasks.create_task(endings_of(kind, server.url, stay_s), name="hostile")
        found = await open_loop(server, PAIRS, RATE, seconds, cores)
        endings = await coming
        watching.cancel()
    # The server may still be closing connections; memory afterwards is taken when that is done.
    await asyncio.sleep(AFTERWARDS_S)
    return HostileLoadResult(
        kind,
        KINDS[kind].count if kind in KINDS else 0,
        percentile(found.delays, 0.5) * 1_000,
        p99=percentile(found.delays, 0.99) * 1_000,
        before=before,
        peak=memory.peak,
        after=resident(server.process),
        endings=endings,
    )


async def endings_of(kind: str, url: str, seconds: float) -> dict[str, int]:
    """Run a process of hostile clients and return the number of each ending."""
    if kind == NO_CLIENTS:
        return {}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.bench.trials.hostile", kind, url, str(seconds)),
        stdout=asyncio.subprocess.PIPE,
        preexec_fn=lambda: os.nice(NICENESS) and None,
    )
    out, _ = await process.communicate()
    found: dict[str, int] = orjson.loads(out) if out else {STILL_OPEN: KINDS[kind].count}
    return found
