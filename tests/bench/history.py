"""Compare a server with a short and with a long history: opening, searching, starting."""

import random
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import aiohttp
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from chatserver.replay.report import percentile
from tests.bench.history_data import COMMON, HistoryData, write_history
from tests.bench.line import Fields, Line, connect
from tests.bench.processor import Cores
from tests.bench.program import program
from tests.bench.verdict import BudgetVerdict

GOAL = 1.5
STARTS = 5
ROUNDS = 20
"""Rounds in which both servers take turns."""

EACH = 10
"""Repetitions of quick operations in one round."""

OPEN = "opening a conversation"
TRANSCRIPT = "its transcript (JSON)"
NEWEST = "the newest of everybody's"
OWN = "search of a customer"
RARE = "search of a supervisor, a rare word"
FREQUENT = "search of a supervisor, a word of most conversations"
SIMILAR = "conversations that resemble one"
"""The panel of similar conversations loads in the background, so it has no budget."""

START = "start"
THINGS = (OPEN, TRANSCRIPT, NEWEST, OWN, RARE, FREQUENT, SIMILAR)


@dataclass(slots=True)
class HistoryServer:
    """One history and the durations measured on it."""

    folder: str
    years: HistoryData
    times: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    @contextmanager
    def timed(self, what: str) -> Iterator[None]:
        """Measure the duration of the block as the operation `what`."""
        started = time.perf_counter()
        yield
        self.times[what].append(time.perf_counter() - started)


async def history(cores: Cores, few: int, many: int) -> list[BudgetVerdict]:
    """Measure both histories in alternating rounds."""
    async with AsyncExitStack() as stack:
        stack.enter_context(cores.of_the_load())
        companies = []
        for messages in (few, many):
            folder = stack.enter_context(TemporaryDirectory())
            companies.append(HistoryServer(folder, await _write_with_progress(folder, messages)))
        for _ in range(STARTS):
            for company in companies:
                async with program(*_serve(company), cores=cores) as (_, _, seconds):
                    company.times[START].append(seconds)
        visits = [await stack.enter_async_context(_visit(each, cores)) for each in companies]
        # Alternating, so that a disturbance of the machine affects both histories alike.
        for _ in range(ROUNDS):
            for visit in visits:
                await visit.set_viewed()
    short, long = companies
    return compared(short, long, few, many)


@dataclass(slots=True)
class TimedVisit:
    """A supervisor and a customer connected to a company's running server."""

    company: HistoryServer
    supervisor: Line
    ann: Line
    http: aiohttp.ClientSession
    chance: random.Random
    numbers: Iterator[int] = field(default_factory=count)

    async def set_viewed(self) -> None:
        """Perform each operation once or EACH times."""
        rare, names = self.company.years.rare, self.company.years.conversations
        for _ in range(EACH):
            name = self.chance.choice(names)
            await self._ask(OPEN, self.supervisor, {"type": "history", "conversation": name})
            await self._ask(OWN, self.ann, {"type": "search", "text": COMMON})
            everybodys: Fields = {"type": "list", "status": "closed", "whose": "all"}
            await self._ask(NEWEST, self.supervisor, everybodys)
            await self._ask(RARE, self.supervisor, everybodys | {"text": rare})
        await self._ask(FREQUENT, self.supervisor, everybodys | {"text": COMMON})
        await self._ask(SIMILAR, self.supervisor, {"type": "similar", "conversation": name})
        with self.company.timed(TRANSCRIPT):
            path = f"/conversations/{self.chance.choice(names)}/transcript.json"
            async with self.http.get(path, raise_for_status=True) as answer:
                await answer.read()

    async def _ask(self, what: str, line: Line, frame: Fields) -> None:
        identified = frame | {"id": f"look-{next(self.numbers)}"}
        with self.company.timed(what):
            answer = await line.ask(identified, f'"id":"{identified["id"]}"'.encode())
        if answer["type"] != "ok":
            raise ValueError(f"{what}: {answer}")


@asynccontextmanager
async def _visit(company: HistoryServer, cores: Cores) -> AsyncIterator[TimedVisit]:
    async with AsyncExitStack() as stack:
        _, url, _ = await stack.enter_async_context(program(*_serve(company), cores=cores))
        years = company.years
        supervisor = await _welcomed(url, "technician", years.supervisor)
        ann = await _welcomed(url, "customer", years.customer)
        headers = {"Authorization": f"Bearer {years.supervisor}"}
        base = url.replace("ws", "http", 1)
        http = await stack.enter_async_context(aiohttp.ClientSession(base, headers=headers))
        yield TimedVisit(company, supervisor, ann, http, random.Random("visit"))


async def _welcomed(url: str, role: str, token: str) -> Line:
    line = await connect(f"{url}/live")
    await line.ask({"type": "hello", "role": role, "token": token}, b'"type":"welcome"')
    return line


async def _write_with_progress(folder: str, messages: int) -> HistoryData:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True)) as progress:
        task = progress.add_task("writing a history of messages", total=messages)
        return await write_history(
            Path(folder), messages, lambda more: progress.advance(task, more)
        )


def _serve(company: HistoryServer) -> tuple[str, ...]:
    return ("-m", "chatserver", "serve", "--port", "0", "--data", company.folder)


def compared(short: HistoryServer, long: HistoryServer, few: int, many: int) -> list[BudgetVerdict]:
    """Return the ratio of medians, long to short, for each operation."""
    verdicts = []
    for what in (*THINGS, START):
        brief, lengthy = (1_000 * median(company.times[what]) for company in (short, long))
        p99 = 1_000 * percentile(long.times[what], 0.99)
        ratio = lengthy / brief
        judged = what is not SIMILAR
        verdicts.append(
            BudgetVerdict(
                f"{what}, {many:,} messages stored; {few:,}",
                f"{lengthy:,.1f} ms (p99 {p99:,.1f}); {brief:,.1f} ms",
                "",
                ratio=ratio,
                budget=f"≤ {GOAL} of that with {few:,}" if judged else "",
                holds=ratio <= GOAL if judged else None,
                figures={"long": lengthy, "short": brief},
            )
        )
    return verdicts
