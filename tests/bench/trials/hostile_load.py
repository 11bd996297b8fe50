"""What others notice of each kind of hostile client: their delay, and the server's memory."""

import asyncio
import logging
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
from tests.bench.rivals import CUSTOMERS_EACH, ChatServer, hired
from tests.bench.trials.hostile import KINDS, STILL_OPEN

PAIRS = 50
RATE = 500
NOBODY = "nobody"

SETTINGS: Mapping[str, str] = MappingProxyType(
    {
        **UNLIMITED,
        # Each pair sends ten messages a second, as many as the default allows on the average.
        "CHATSERVER_RATE": "20",
        "CHATSERVER_CHECKS_PER_MINUTE": "0",
        "CHATSERVER_SIGN_INS_PER_MINUTE": "0",
    }
)

MOST_GROWTH = 128 * 2**20
"""Bytes by which any kind may make the server grow."""

A_CONNECTION = 20 * 2**10
"""Bytes of a connection that is let in at all, a bare one of `websockets` being 14.5 KiB."""

STAY_S = 17.0
"""Seconds for which hostile clients stay at least: the last one may come after 5, and who says no
hello is waited for during 10."""

LOOK_S = 0.05
AFTERWARDS_S = 2.0
COURTESY = 10
"""By how much a hostile process is nicer than the load with which it shares a core."""


@dataclass(frozen=True, slots=True)
class Siege:
    """What happened while a kind of client was there; memory in bytes, delays in ms."""

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
        """Whether memory stayed within bounds; that all messages arrive is a condition of it."""
        return self.peak - self.before <= max(MOST_GROWTH, self.count * A_CONNECTION)

    def row(self) -> str:
        """As a row of a Markdown table."""
        memory = " / ".join(f"{each / 2**20:.0f}" for each in (self.before, self.peak, self.after))
        ends = ", ".join(f"{count} × {how}" for how, count in sorted(self.endings.items()))
        delay = f"{self.p50:.1f} | {self.p99:.1f}"
        return f"| {self.kind} | {self.count:,} | {delay} | {memory} | {ends} |"


HEAD = (
    "| hostile clients | how many | others' delay p50, ms | p99, ms "
    "| memory before / peak / after, MiB | ended |\n|---|---|---|---|---|---|"
)


@dataclass(slots=True)
class Memory:
    """The memory of a process, looked at again and again."""

    process: int
    peak: int = 0
    _looking: bool = field(default=True)

    async def watch(self) -> None:
        """Look until cancelled."""
        while True:
            self.peak = max(self.peak, resident(self.process))
            await asyncio.sleep(LOOK_S)


async def besiege(kinds: Sequence[str], seconds: float, json_file: Path | None) -> int:
    """Print what each kind does to the others; 0 when the server bears them all."""
    raise_file_limit()
    logging.getLogger("picows").setLevel(logging.WARNING)
    cores, sieges = Cores.found(), list[Siege]()
    print(HEAD)
    with cores.of_the_load():
        async with besieged(cores) as server:
            for kind in (NOBODY, *(kinds or KINDS), NOBODY):
                sieges.append(await besieged_by(kind, server, seconds, cores))
                print(sieges[-1].row(), flush=True)
    if json_file is not None:
        figures = orjson.dumps([asdict(each) for each in sieges])
        await asyncio.to_thread(json_file.write_bytes, figures)
    return 0 if all(each.is_borne for each in sieges) else 1


@asynccontextmanager
async def besieged(cores: Cores) -> AsyncIterator[ChatServer]:
    """A server with its limits in force, except those that count addresses."""
    with TemporaryDirectory() as folder:
        tokens = await hired(Path(folder), -(-PAIRS // CUSTOMERS_EACH))
        serve = ("-m", "chatserver", "serve", "--port", "0", "--data", folder)
        async with program(*serve, cores=cores, settings=SETTINGS) as (process, url, _):
            yield ChatServer(process.pid, url, tokens)


async def besieged_by(kind: str, server: ChatServer, seconds: float, cores: Cores) -> Siege:
    """One kind against the server while the pairs talk; raises Lost."""
    before = resident(server.process)
    memory = Memory(server.process)
    async with asyncio.TaskGroup() as tasks:
        watching = tasks.create_task(memory.watch(), name="memory")
        stay_s = max(seconds, STAY_S)
        coming = tasks.create_task(endings_of(kind, server.url, stay_s), name="hostile")
        delays, _ = await open_loop(server, PAIRS, RATE, seconds, cores)
        endings = await coming
        watching.cancel()
    await asyncio.sleep(AFTERWARDS_S)
    return Siege(
        kind,
        KINDS[kind].count if kind in KINDS else 0,
        percentile(delays, 0.5) * 1_000,
        percentile(delays, 0.99) * 1_000,
        before,
        memory.peak,
        resident(server.process),
        endings,
    )


async def endings_of(kind: str, url: str, seconds: float) -> dict[str, int]:
    """How a process full of hostile clients fared."""
    if kind == NOBODY:
        return {}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.bench.trials.hostile", kind, url, str(seconds)),
        stdout=asyncio.subprocess.PIPE,
        preexec_fn=lambda: os.nice(COURTESY) and None,
    )
    out, _ = await process.communicate()
    found: dict[str, int] = orjson.loads(out) if out else {STILL_OPEN: KINDS[kind].count}
    return found
