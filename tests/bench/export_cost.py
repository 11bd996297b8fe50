"""Measure the duration of a long PDF export, and the memory of a large archive export."""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import aiohttp

from chatserver.bus.memory import MemoryBus
from chatserver.composition.clocks import wall_clock
from chatserver.composition.services import build_conversations
from chatserver.core.conversation.commands import Close, Open, Send
from chatserver.core.ids import identifier, reference
from chatserver.core.log import RequestKey
from chatserver.core.people import Customer
from chatserver.services.conversations import Conversations
from chatserver.services.customers import Customers, Profile
from chatserver.settings_file import load_settings
from chatserver.store.open import open_store
from tests.bench.processor import resident
from tests.bench.program import program
from tests.bench.verdict import BudgetVerdict

MESSAGES = 200
"""Messages in the conversation exported as PDF."""

CONVERSATIONS = 1_000
"""Conversations in the archive."""

SHORT = 10
"""Messages in each of them."""

AT_ONCE = 100
"""Conversations written concurrently, so that they share disk flushes."""

TIMES = 5
GOAL_S = 1.0
GROWTH = 1.1
"""The most that memory may grow in the second half of an export, as a factor.

Memory must not depend on the number of conversations.
"""

LOOK_S = 0.05
TEXT = "Please restart the modem, hold the small button for ten seconds, and tell me what blinks."


@dataclass(slots=True)
class ExportMemory:
    """The memory of a process and its workers in bytes, sampled every LOOK_S seconds."""

    process: int
    seen: list[int] = field(default_factory=list)

    async def watch(self) -> None:
        """Sample until cancelled."""
        while True:
            self.seen.append(self.now())
            await asyncio.sleep(LOOK_S)

    def now(self) -> int:
        """Return the current memory in bytes; 0 on systems without /proc."""
        return sum(resident(each) for each in (self.process, *self._workers()))

    def growth(self) -> float:
        """Return the peak of the second half relative to the peak of the first."""
        # The first half contains the growth that happens once (worker process, caches); a leak for
        # each conversation would show in the second half as well.
        half = len(self.seen) // 2
        return max(self.seen[half:], default=0) / max([1, *self.seen[:half]])

    def _workers(self) -> list[int]:
        found: list[int] = []
        for each in Path(f"/proc/{self.process}/task").glob("*/children"):
            # A thread may have ended meanwhile.
            with suppress(OSError):
                found += map(int, each.read_text().split())
        return found


async def export_cost() -> list[BudgetVerdict]:
    """Measure both exports on a server with a data folder of its own."""
    with TemporaryDirectory() as folder:
        long, token = await _fill(Path(folder))
        serve = ("-m", "chatserver", "serve", "--port", "0", "--data", folder)
        async with program(*serve) as (process, url, _), _http(url, token) as http:
            path = f"/conversations/{long}/transcript.pdf"
            times = [await _download_seconds(http, path) for _ in range(TIMES)]
            memory = ExportMemory(process.pid)
            before = memory.now()
            async with asyncio.TaskGroup() as tasks:
                watching = tasks.create_task(memory.watch(), name="memory")
                seconds, size = await _archive(http)
                watching.cancel()
            return [_pdf(times), _zip(memory, before, seconds, size)]


def _pdf(times: list[float]) -> BudgetVerdict:
    typical = median(times)
    return BudgetVerdict(
        f"PDF of {MESSAGES} messages (the first, while the worker starts)",
        f"{typical:.2f} s ({times[0]:.2f})",
        "",
        ratio=typical / GOAL_S,
        budget=f"≤ {GOAL_S:.0f} s",
        holds=typical <= GOAL_S,
    )


def _zip(memory: ExportMemory, before: int, seconds: float, size: int) -> BudgetVerdict:
    peak, after = max(memory.seen), memory.now()
    mib = [f"{each / 2**20:.0f}" for each in (before, peak, after)]
    growth = memory.growth()
    return BudgetVerdict(
        f"archive of {CONVERSATIONS:,} conversations, {size / 2**20:.0f} MiB in {seconds:.0f} s: "
        "memory before, at most, after",
        f"{', '.join(mib)} MiB",
        "",
        ratio=growth,
        budget=f"second half ≤ {GROWTH} of the first",
        holds=growth <= GROWTH,
    )


async def _fill(folder: Path) -> tuple[str, str]:
    """Create a customer with one long and many short conversations.

    Returns the id of the long one and the customer's token.
    """
    settings = load_settings(None, data=folder, open_conversations=0)
    async with open_store(folder) as store:
        conversations = build_conversations(store, settings, MemoryBus())
        customers = Customers(store.customers, wall_clock, secrets.randbits)
        ann, token = await customers.create_customer(Profile(name="Ann"))
        for _ in range(CONVERSATIONS // AT_ONCE):
            async with asyncio.TaskGroup() as tasks:
                for _ in range(AT_ONCE):
                    tasks.create_task(_create_conversation(conversations, ann, SHORT))
        return await _create_conversation(conversations, ann, MESSAGES), token


async def _create_conversation(conversations: Conversations, ann: Customer, messages: int) -> str:
    name = identifier(wall_clock(), secrets.randbits(80))
    opening = Open(name, reference(secrets.randbits(40)), text=TEXT)
    await conversations.open(opening, ann, RequestKey(f"{name} 1"), lambda: None)
    for number in range(2, messages + 1):
        await conversations.handle(name, Send(f"{number}. {TEXT}"), ann)
    await conversations.handle(name, Close(), ann)
    return name


@asynccontextmanager
async def _http(url: str, token: str) -> AsyncIterator[aiohttp.ClientSession]:
    headers = {"Authorization": f"Bearer {token}"}
    timeout = aiohttp.ClientTimeout(total=None)
    base = url.replace("ws", "http", 1)
    async with aiohttp.ClientSession(base, headers=headers, timeout=timeout) as http:
        yield http


async def _download_seconds(http: aiohttp.ClientSession, path: str) -> float:
    """Return the seconds until the whole response was received."""
    started = time.perf_counter()
    async with http.get(path, raise_for_status=True) as answer:
        await answer.read()
    return time.perf_counter() - started


async def _archive(http: aiohttp.ClientSession) -> tuple[float, int]:
    """Return the duration of an archive download in seconds and its size in bytes."""
    started, size = time.perf_counter(), 0
    async with http.get("/archive.zip", raise_for_status=True) as answer:
        async for piece in answer.content.iter_any():
            size += len(piece)
    return time.perf_counter() - started, size
