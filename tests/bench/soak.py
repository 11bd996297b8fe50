"""`python -m tests.bench soak`: whether memory, open files and tasks of a server stay flat."""

import asyncio
import itertools
import os
import re
import signal
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import linear_regression, median
from tempfile import TemporaryDirectory
from types import MappingProxyType

import aiohttp
import orjson

from chatserver.replay.playback import REPLAY_TOPIC, ReplayOptions, replay
from tests.bench.processor import private
from tests.bench.program import UNLIMITED, program
from tests.bench.trials.staff import create_technicians
from tests.bench.verdict import BudgetVerdict
from tests.bench.watched import ALLOCATIONS

MEBIBYTE = 2**20
HOUR_S = 3_600
WARM_UP_S = 300
"""Seconds in which memory may grow: caches fill."""

FLAT_BYTES = 2 * MEBIBYTE
"""Bytes by which memory may grow afterwards."""

EVERY_S = 10
"""Seconds between two samples."""

TOGETHER = 6
"""Samples whose median counts: those of a minute."""

MORE_AT_REST = 4
"""Files and tasks that an idle server may have more than at first."""

REST_S = 5.0
"""Seconds without clients before an idle server is measured."""

DIALOGUES_PER_PAIR = 8
"""Dialogues of each pair in a round; between rounds there are no clients."""

TRACED_SHARE = 0.4
"""The share of the time after which allocations are traced."""

SETTINGS = MappingProxyType({**UNLIMITED, "CHATSERVER_ARCHIVE_AFTER_S": "20"})
"""Conversations are sealed from the first minute on: by default it is the fifteenth, whose worker
would look like files and memory that are left behind."""

GAUGES = {
    "memory": "process_resident_memory_bytes",
    "files": "process_open_fds",
    "tasks": "chat_tasks",
    "conversations": "chat_open_conversations",
}
HEAD = (
    "| | memory, MiB | of it private | files | tasks | open conversations |\n"
    "|---|---|---|---|---|---|"
)


@dataclass(frozen=True, slots=True)
class SoakOptions:
    """The extent of a soak: `speed` compresses the time of the dialogues, 0 leaves it out."""

    file: Path
    minutes: float = 60
    pairs: int = 25
    speed: float = 60
    is_traced: bool = False
    json_file: Path | None = None


@dataclass(frozen=True, slots=True)
class Sample:
    """A measurement: seconds since the start, memory in bytes, and counts."""

    at: float
    memory: float
    private: float
    files: float
    tasks: float
    conversations: float

    def row(self, title: str) -> str:
        """Return a row of a Markdown table."""
        memory = f"{self.memory / MEBIBYTE:.1f} | {self.private / MEBIBYTE:.1f}"
        numbers = (self.files, self.tasks, self.conversations)
        return f"| {title} | {memory} | " + " | ".join(f"{each:.0f}" for each in numbers) + " |"


@dataclass(slots=True)
class SoakResult:
    """The samples under load, and at rest after each round."""

    samples: list[Sample] = field(default_factory=list)
    rests: list[Sample] = field(default_factory=list)
    rounds: int = 0
    differences: int = 0

    def minutes(self) -> list[float]:
        """Return the memory of each minute under load after the warm-up, in bytes."""
        late = [each.memory for each in self.samples if each.at >= WARM_UP_S]
        some = range(0, len(late) - TOGETHER + 1, TOGETHER)
        return [median(late[first : first + TOGETHER]) for first in some]

    def growth(self) -> float | None:
        """Return the bytes of the fullest minute beyond the first one; None for a short soak."""
        minutes = self.minutes()
        return max(minutes) - minutes[0] if len(minutes) > 1 else None

    def slope(self) -> float:
        """Return the growth of memory after the warm-up in bytes a second."""
        late = [each for each in self.samples if each.at >= WARM_UP_S]
        if len(late) < 2:
            return 0
        return linear_regression([each.at for each in late], [each.memory for each in late]).slope

    def faults(self) -> list[str]:
        """Return the reasons why the server was not flat."""
        found = []
        first, last = self.rests[0], self.rests[-1]
        for name in ("files", "tasks"):
            before, after = getattr(first, name), getattr(last, name)
            if after > before + MORE_AT_REST:
                found.append(f"{name} at rest: {before:.0f}, then {after:.0f}")
        growth = self.growth()
        if growth is not None and growth > FLAT_BYTES:
            found.append(f"memory grew by {growth / MEBIBYTE:.1f} MiB after the first five minutes")
        if last.conversations:
            found.append(f"{last.conversations:.0f} conversations are open at rest")
        if self.differences:
            found.append(f"{self.differences} rounds whose transcripts differ")
        return found

    def verdict(self) -> BudgetVerdict:
        """Return the verdict on memory, files and tasks."""
        growth, faults = self.growth(), self.faults()
        length = f"{self.samples[-1].at / 60:.0f} minutes" if self.samples else "nothing"
        grew = "too short to say" if growth is None else f"{growth / MEBIBYTE:+.1f} MiB"
        return BudgetVerdict(
            f"soak with dialogues, {length}: memory after the first five",
            "; ".join((grew, *faults)),
            "",
            ratio=None,
            budget=f"≤ {FLAT_BYTES / MEBIBYTE:.0f} MiB more, nothing left behind",
            holds=None if growth is None else not faults,
            figures={} if growth is None else {"bytes": growth},
        )


@dataclass(slots=True)
class Monitor:
    """Reads the metrics of a server."""

    url: str
    process: int
    http: aiohttp.ClientSession
    rest_s: float = REST_S
    started: float = field(default_factory=time.monotonic)

    async def set_viewed(self) -> Sample:
        """Take a sample."""
        async with self.http.get(f"{self.url}/metrics", raise_for_status=True) as answer:
            text = await answer.text()
        found = {
            name: float(re.findall(rf"^{gauge} (\S+)$", text, re.MULTILINE)[0])
            for name, gauge in GAUGES.items()
        }
        return Sample(time.monotonic() - self.started, private=private(self.process), **found)

    async def rest(self) -> Sample:
        """Take a sample after `rest_s` seconds without clients."""
        await asyncio.sleep(self.rest_s)
        return await self.set_viewed()

    async def keep_looking(self, every_s: float, samples: list[Sample]) -> None:
        """Take samples until cancelled."""
        while True:
            await asyncio.sleep(every_s)
            samples.append(await self.set_viewed())


async def soak(options: SoakOptions) -> int:
    """Replay dialogues for some minutes and print a table; returns 0 if all is flat."""
    found = await soaked(options)
    show(found)
    if options.json_file is not None:
        await asyncio.to_thread(options.json_file.write_bytes, orjson.dumps(asdict(found)))
    return 1 if found.faults() else 0


async def soaked(options: SoakOptions) -> SoakResult:
    """Replay dialogues for some minutes."""
    with TemporaryDirectory() as folder:
        data, allocations = Path(folder) / "data", Path(folder) / "allocations"
        traced = {ALLOCATIONS: str(allocations)} if options.is_traced else {}
        async with monitored_server(data, traced) as watch, asyncio.TaskGroup() as tasks:
            if options.is_traced:
                tasks.create_task(_look_twice(watch.process, 60 * options.minutes), name="trace")
            found = await run_rounds(watch, data, options)
        if options.is_traced:
            print(await asyncio.to_thread(allocations.read_text), end="\n\n")
    return found


async def _look_twice(process: int, seconds: float) -> None:
    """Let the server tell what it allocates in the last part of the time, and still holds."""
    for share in (TRACED_SHARE, 1 - TRACED_SHARE):
        await asyncio.sleep(share * seconds)
        os.kill(process, signal.SIGUSR1)


async def run_rounds(watch: Monitor, data: Path, options: SoakOptions) -> SoakResult:
    """Replay rounds of dialogues until the time is over."""
    pairs, found = options.pairs, SoakResult()
    tokens = await create_technicians(data, pairs, REPLAY_TOPIC)

    async def known(_: int) -> list[str]:
        return tokens

    piece = data / "round.jsonl"
    dialogues = await asyncio.to_thread(options.file.read_bytes)
    rounds = _rounds(dialogues, pairs * DIALOGUES_PER_PAIR)
    async with asyncio.TaskGroup() as tasks:
        # The first round always runs: it loads what is loaded only once.
        while not found.rests or watch.started + 60 * options.minutes > time.monotonic():
            await asyncio.to_thread(piece.write_bytes, next(rounds))
            looking = tasks.create_task(watch.keep_looking(EVERY_S, found.samples), name="watch")
            found.differences += await replay(
                ReplayOptions(
                    file=piece,
                    url=watch.url,
                    tokens=known,
                    speed=options.speed,
                    pairs=pairs,
                    is_silent=True,
                )
            )
            found.rounds += 1
            looking.cancel()
            found.rests.append(await watch.rest())
    return found


def show(found: SoakResult) -> None:
    """Print the table and the verdict."""
    print(HEAD)
    print(found.rests[0].row("at rest, after the first round"))
    for sample in found.samples[TOGETHER - 1 :: TOGETHER]:
        print(sample.row(f"at work, after {sample.at / 60:.0f} min"))
    print(found.rests[-1].row(f"at rest, after {found.rounds} rounds"))
    verdict = found.verdict()
    print(f"\n{verdict.what}: {verdict.ours} ({verdict.budget})")
    print(f"by linear regression: {found.slope() * HOUR_S / MEBIBYTE:+.1f} MiB an hour")
    print("flat" if not found.faults() else "not flat")


def _rounds(dialogues: bytes, size: int) -> Iterator[bytes]:
    """Yield `size` dialogues at a time, starting over at the end."""
    lines = itertools.cycle(line for line in dialogues.splitlines() if line.strip())
    while True:
        yield b"\n".join(itertools.islice(lines, size))


@asynccontextmanager
async def monitored_server(
    folder: Path, traced: Mapping[str, str] = MappingProxyType({})
) -> AsyncIterator[Monitor]:
    """Run a server and a monitor of it; with `traced`, one that traces its allocations."""
    module = "tests.bench.watched" if traced else "chatserver"
    serve = ("-m", module, "serve", "--port", "0", "--data", str(folder))
    async with (
        program(*serve, settings={**SETTINGS, **traced}) as (process, url, _),
        aiohttp.ClientSession() as http,
    ):
        yield Monitor(url.replace("ws", "http", 1), process.pid, http)
