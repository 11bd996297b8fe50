"""`chatserver bench`: speed, delay and memory against a bare relay measured in the same run."""

import asyncio
import gc
import os
import re
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile

import orjson
from rich.console import Console
from rich.table import Table
from websockets.asyncio.client import ClientConnection

from chatserver.bench.report import percentile
from chatserver.bench.rivals import Pair, Rival, bare_relay, chat_server, pin_load

OPEN_LOOP_RATE = 500
"""Messages a second at which delay is measured."""

IDLE_SESSIONS = 1_000

LATEST_S = 30
"""Seconds after which a message has not been delayed, but lost."""

_NUMBER = re.compile(r'"#(\d+)"')


@dataclass(frozen=True, slots=True)
class BenchOptions:
    """How much to measure."""

    pairs: int = 200
    seconds: float = 5
    json_file: Path | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """What was measured of one rival."""

    per_second: float
    p50_ms: float
    p99_ms: float
    bytes_per_session: float
    start_s: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """A figure beside the relay's, with its budget."""

    what: str
    ours: str
    relay: str
    ratio: float
    budget: str
    holds: bool


async def bench(options: BenchOptions, *others: Verdict) -> int:
    """Measure both, print a table with `others` below; 0 when every budget holds."""
    pin_load()
    async with bare_relay() as relay:
        ceiling = await _measure(relay, options)
    async with chat_server() as server:
        ours = await _measure(server, options)
    return show([*_verdicts(ours, ceiling, options.pairs), *others], options.json_file)


def show(verdicts: list[Verdict], json_file: Path | None) -> int:
    """Print a table, and write the same as JSON where that is wished; 0 when every budget holds."""
    Console().print(_table(verdicts))
    if json_file is not None:
        json_file.write_bytes(orjson.dumps(verdicts, option=orjson.OPT_INDENT_2))
    return 0 if all(verdict.holds for verdict in verdicts) else 1


async def _measure(rival: Rival, options: BenchOptions) -> Figures:
    memory = await _bytes_per_session(rival)
    async with AsyncExitStack() as stack:
        pairs = await rival.pairs(stack, options.pairs)
        load = Load(pairs)
        async with asyncio.TaskGroup() as tasks:
            readers = [
                tasks.create_task(load.listen(connection), name="reader")
                for connection in load.connections()
            ]
            gc.collect()
            per_second = await load.closed_loop(options.seconds)
            delays = await load.open_loop(options.seconds)
            for reader in readers:
                reader.cancel()
    p50, p99 = percentile(delays, 0.5) * 1_000, percentile(delays, 0.99) * 1_000
    return Figures(per_second, p50, p99, memory, rival.started_in)


class Load:
    """Pairs that talk as fast as they are answered, or as fast as they are told."""

    def __init__(self, pairs: list[Pair]) -> None:
        self._pairs = pairs
        self._answered: dict[ClientConnection, asyncio.Event] = {
            pair.sender: asyncio.Event() for pair in pairs
        }
        self._arrived: dict[int, float] = {}
        self._news = asyncio.Event()
        self._number = 0

    def connections(self) -> set[ClientConnection]:
        """Every connection, once."""
        return {end for pair in self._pairs for end in (pair.sender, pair.receiver)}

    async def listen(self, connection: ClientConnection) -> None:
        """Read a connection: answers release its sender, messages are timed."""
        answered = self._answered.get(connection)
        while True:
            data = await connection.recv()
            assert isinstance(data, str)
            if answered is not None:
                if data.startswith('{"type":"ok"'):
                    answered.set()
            elif data.startswith('{"type":"event"') and (number := _NUMBER.search(data)):
                self._arrived[int(number[1])] = time.perf_counter()
                self._news.set()

    async def closed_loop(self, seconds: float) -> float:
        """Messages a second when each pair sends the next one upon the answer to the last."""
        count = 0
        stop = time.perf_counter() + seconds

        async def talk(pair: Pair) -> None:
            nonlocal count
            answered = self._answered[pair.sender]
            while time.perf_counter() < stop:
                answered.clear()
                await pair.sender.send(self._next(pair))
                await answered.wait()
                count += 1

        started = time.perf_counter()
        async with asyncio.TaskGroup() as group:
            for pair in self._pairs:
                group.create_task(talk(pair), name="pair")
        return count / (time.perf_counter() - started)

    async def open_loop(self, seconds: float) -> list[float]:
        """Delays from the moment a message was due, whether or not it could be sent then."""
        due: dict[int, float] = {}
        started = time.perf_counter() + 0.1
        for turn in range(round(seconds * OPEN_LOOP_RATE)):
            pair = self._pairs[turn % len(self._pairs)]
            at = started + turn / OPEN_LOOP_RATE
            await asyncio.sleep(max(0, at - time.perf_counter()))
            frame = self._next(pair)
            due[self._number] = at
            await pair.sender.send(frame)
        async with asyncio.timeout(LATEST_S):
            while not due.keys() <= self._arrived.keys():
                self._news.clear()
                await self._news.wait()
        return [self._arrived[number] - at for number, at in due.items()]

    def _next(self, pair: Pair) -> str:
        self._number += 1
        return pair.frame(self._number).replace("%", str(self._number), 1)


async def _bytes_per_session(rival: Rival) -> float:
    before = resident(rival.process.pid)
    async with AsyncExitStack() as stack:
        for _ in range(IDLE_SESSIONS):
            await rival.idle(stack)
        grown = resident(rival.process.pid) - before
    return grown / IDLE_SESSIONS


def resident(process: int) -> int:
    """Bytes of memory that a process has in RAM; 0 where the system does not say (/proc)."""
    status = Path(f"/proc/{process}/status")
    if not status.exists():
        return 0
    found = re.search(r"VmRSS:\s+(\d+) kB", status.read_text())
    return int(found[1]) * 1_024 if found else 0


def _verdicts(ours: Figures, relay: Figures, pairs: int) -> list[Verdict]:
    speed = ours.per_second / relay.per_second
    delay = ours.p99_ms / relay.p99_ms
    memory = ours.bytes_per_session / max(1, relay.bytes_per_session)
    return [
        Verdict(
            f"durable messages a second, {pairs} pairs",
            f"{ours.per_second:,.0f}",
            f"{relay.per_second:,.0f}",
            speed,
            "≥ 0.5 of the relay",
            speed >= 0.5,
        ),
        Verdict(
            f"delay p99 at {OPEN_LOOP_RATE} messages a second (p50)",
            f"{ours.p99_ms:.1f} ms ({ours.p50_ms:.1f})",
            f"{relay.p99_ms:.1f} ms ({relay.p50_ms:.1f})",
            delay,
            "≤ the relay's + two flushes + 2 ms",
            ours.p99_ms <= relay.p99_ms + 2 * _flush_ms() + 2,
        ),
        Verdict(
            "memory of an idle session",
            f"{ours.bytes_per_session / 1_024:.1f} KiB",
            f"{relay.bytes_per_session / 1_024:.1f} KiB",
            memory,
            "≤ 1.5 of a bare connection",
            memory <= 1.5,
        ),
        Verdict(
            "empty folder to listening",
            f"{ours.start_s:.2f} s",
            f"{relay.start_s:.2f} s",
            ours.start_s / relay.start_s,
            "≤ 1 s",
            ours.start_s <= 1,
        ),
    ]


def _flush_ms() -> float:
    """The 99th percentile of a flush of this disk, in ms."""
    with TemporaryFile() as file:
        times = []
        for _ in range(100):
            file.write(b"x" * 4_096)
            file.flush()
            started = time.perf_counter()
            os.fsync(file.fileno())
            times.append(time.perf_counter() - started)
    return percentile(times, 0.99) * 1_000


def _table(verdicts: list[Verdict]) -> Table:
    table = Table(title="chatserver against a bare relay without storage")
    for heading in ("what", "chatserver", "bare relay", "ratio", "budget", "holds"):
        table.add_column(heading)
    for each in verdicts:
        holds = "yes" if each.holds else "no"
        table.add_row(each.what, each.ours, each.relay, f"{each.ratio:.2f}", each.budget, holds)
    return table
