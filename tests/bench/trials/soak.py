"""Run a server for hours and verify that memory, open files and tasks stay flat."""

import asyncio
import itertools
import re
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import linear_regression, mean
from tempfile import TemporaryDirectory

import aiohttp
import orjson

from chatserver.replay.playback import REPLAY_TOPIC, ReplayOptions, replay
from tests.bench.program import UNLIMITED, program
from tests.bench.trials.staff import create_technicians

MEBIBYTE = 2**20
HOUR_S = 3_600
WARM_UP = 0.25
"""The share of the time in which memory may still grow."""

DRIFT = 0.05
"""The drift of memory after the warm-up that is allowed, as a share of its mean."""

MORE_AT_REST = 4
"""Files and tasks that an idle server may have more than at first."""

REST_S = 5.0
"""Seconds without clients before an idle server is measured."""

DIALOGUES_PER_PAIR = 8
"""Dialogues of each pair in a round; between rounds there are no clients."""

GAUGES = {
    "memory": "process_resident_memory_bytes",
    "files": "process_open_fds",
    "tasks": "chat_tasks",
    "conversations": "chat_open_conversations",
}
HEAD = "| | memory, MiB | files | tasks | open conversations |\n|---|---|---|---|---|"


@dataclass(frozen=True, slots=True)
class Sample:
    """A measurement: seconds since the start, memory in bytes, and counts."""

    at: float
    memory: float
    files: float
    tasks: float
    conversations: float

    def row(self, title: str) -> str:
        """Return a row of a Markdown table."""
        memory = self.memory / MEBIBYTE
        numbers = (self.files, self.tasks, self.conversations)
        return f"| {title} | {memory:.1f} | " + " | ".join(f"{each:.0f}" for each in numbers) + " |"


@dataclass(slots=True)
class SoakResult:
    """The samples under load, and at rest after each round."""

    samples: list[Sample] = field(default_factory=list)
    rests: list[Sample] = field(default_factory=list)
    rounds: int = 0
    differences: int = 0

    def slope(self) -> float:
        """Return the growth of memory after the warm-up in bytes a second."""
        late = self._late()
        if len(late) < 2:
            return 0
        return linear_regression([each.at for each in late], [each.memory for each in late]).slope

    def faults(self) -> list[str]:
        """Return the reasons why the server was not flat."""
        found, late = [], self._late()
        first, last = self.rests[0], self.rests[-1]
        for name in ("files", "tasks"):
            before, after = getattr(first, name), getattr(last, name)
            if after > before + MORE_AT_REST:
                found.append(f"{name} at rest: {before:.0f}, then {after:.0f}")
        if late and self.slope() * (late[-1].at - late[0].at) > DRIFT * mean(
            each.memory for each in late
        ):
            found.append(f"memory grows by {self.slope() * HOUR_S / MEBIBYTE:.1f} MiB an hour")
        if last.conversations:
            found.append(f"{last.conversations:.0f} conversations are open at rest")
        if self.differences:
            found.append(f"{self.differences} rounds whose transcripts differ")
        return found

    def _late(self) -> list[Sample]:
        begin = self.samples[-1].at * WARM_UP if self.samples else 0
        return [each for each in self.samples if each.at >= begin]


@dataclass(slots=True)
class Monitor:
    """Reads the metrics of a server."""

    url: str
    http: aiohttp.ClientSession
    rest_s: float = REST_S
    started: float = field(default_factory=time.monotonic)

    async def look(self) -> Sample:
        """Take a sample."""
        async with self.http.get(f"{self.url}/metrics", raise_for_status=True) as answer:
            text = await answer.text()
        found = {
            name: float(re.findall(rf"^{gauge} (\S+)$", text, re.MULTILINE)[0])
            for name, gauge in GAUGES.items()
        }
        return Sample(time.monotonic() - self.started, **found)

    async def rest(self) -> Sample:
        """Take a sample after `rest_s` seconds without clients."""
        await asyncio.sleep(self.rest_s)
        return await self.look()

    async def keep_looking(self, every_s: float, samples: list[Sample]) -> None:
        """Take samples until cancelled."""
        while True:
            await asyncio.sleep(every_s)
            samples.append(await self.look())


async def soak(
    file: Path, minutes: float, pairs: int, *, speed: float, json_file: Path | None
) -> int:
    """Replay dialogues for some minutes and print a table; returns 0 if all is flat."""
    with TemporaryDirectory() as folder:
        async with monitored_server(Path(folder)) as watch:
            found = await run_rounds(
                watch, Path(folder), file, seconds=minutes * 60, pairs=pairs, speed=speed
            )
    show(found)
    if json_file is not None:
        await asyncio.to_thread(json_file.write_bytes, orjson.dumps(asdict(found)))
    return 1 if found.faults() else 0


async def run_rounds(
    watch: Monitor, data: Path, file: Path, seconds: float, pairs: int, speed: float
) -> SoakResult:
    """Replay rounds of dialogues until the time is over."""
    found, tokens = SoakResult(), await create_technicians(data, pairs, REPLAY_TOPIC)

    async def known(_: int) -> list[str]:
        return tokens

    piece = data / "round.jsonl"
    every_s = max(0.5, seconds / 200)
    rounds = _rounds(await asyncio.to_thread(file.read_bytes), pairs * DIALOGUES_PER_PAIR)
    async with asyncio.TaskGroup() as tasks:
        # The first round always runs: it loads what is loaded only once.
        while not found.rests or watch.started + seconds > time.monotonic():
            await asyncio.to_thread(piece.write_bytes, next(rounds))
            looking = tasks.create_task(watch.keep_looking(every_s, found.samples), name="watch")
            options = ReplayOptions(
                file=piece, url=watch.url, tokens=known, speed=speed, pairs=pairs, is_silent=True
            )
            found.differences += await replay(options)
            found.rounds += 1
            looking.cancel()
            found.rests.append(await watch.rest())
    return found


def show(found: SoakResult) -> None:
    """Print the table and the verdict."""
    print(HEAD)
    print(found.rests[0].row("at rest, after the first round"))
    for share in (0.25, 0.5, 0.75, 1):
        sample = found.samples[max(0, int(len(found.samples) * share) - 1)]
        print(sample.row(f"at work, after {sample.at / 60:.1f} min"))
    print(found.rests[-1].row(f"at rest, after {found.rounds} rounds"))
    growth = found.slope() * HOUR_S / MEBIBYTE
    print(f"\nmemory after the warm-up: {growth:+.1f} MiB an hour")
    print("flat" if not found.faults() else "\n".join(found.faults()))


def _rounds(dialogues: bytes, size: int) -> Iterator[bytes]:
    """Yield `size` dialogues at a time, starting over at the end."""
    lines = itertools.cycle(line for line in dialogues.splitlines() if line.strip())
    while True:
        yield b"\n".join(itertools.islice(lines, size))


@asynccontextmanager
async def monitored_server(folder: Path) -> AsyncIterator[Monitor]:
    """Run a server and a monitor of it."""
    serve = ("-m", "chatserver", "serve", "--port", "0", "--data", str(folder))
    async with (
        program(*serve, settings=UNLIMITED) as (_, url, _),
        aiohttp.ClientSession() as http,
    ):
        yield Monitor(url.replace("ws", "http", 1), http)
