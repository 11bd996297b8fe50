"""Measure how long all customers take to return after a restart, and if anything is lost."""

import asyncio
import random
import time
from asyncio.subprocess import Process
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from signal import SIGKILL, SIGTERM, Signals
from tempfile import TemporaryDirectory
from types import MappingProxyType

from chatserver.core.conversation.events import Message
from chatserver.core.log import LogPage
from chatserver.replay.report import percentile
from chatserver.store.open import open_store
from tests.bench.processor import Cores, processor_seconds
from tests.bench.program import UNLIMITED, program
from tests.bench.returning import ReturningCustomer
from tests.bench.verdict import BudgetVerdict

GOAL_S = 20.0
AT_ONCE = 100
"""Customers that connect concurrently for the first time."""

MISSED = 2
"""The last events of each customer that are treated as lost with the connection."""

TALKING = 10
"""One in so many customers is sending when the server stops."""

WRITING_S = 0.05
MOST = 200

LATEST_S = 120.0
SETTINGS = MappingProxyType({**UNLIMITED, "CHATSERVER_CUSTOMER_GRACE_S": "600"})
"""A grace of 600 s, so that no conversation is closed while others still return."""


@dataclass(frozen=True, slots=True)
class Return:
    """The result of one restart.

    `times` are seconds from listening until each customer was back, `away_s` from the signal until
    listening, `processor_s` the server's processor time until all were back, and `tries` the mean
    number of connection attempts.
    """

    times: list[float]
    away_s: float
    processor_s: float
    tries: float


async def restart(cores: Cores, count: int) -> list[BudgetVerdict]:
    """Restart a server by SIGTERM and then by SIGKILL, with `count` customers each time."""
    with cores.of_the_load(), TemporaryDirectory() as folder:
        async with AsyncExitStack() as stack:
            process, url = await _server(stack, folder, cores, 0)
            port = int(url.rpartition(":")[2])
            crowd = await _come(url, count)
            returns: list[Return] = []
            for number in (SIGTERM, SIGKILL):
                async with asyncio.TaskGroup() as tasks:
                    for each in crowd:
                        tasks.create_task(each.come_back(MISSED), name="customer")
                    stopped = await _stop(process, number, crowd)
                    process, url = await _server(stack, folder, cores, port)
                    listening = time.perf_counter()
                # Measured from listening, not from the signal: the time to start is a figure of
                # its own.
                times = [each.resumed_at - listening for each in crowd]
                used = processor_seconds(process.pid)
                tries = sum(each.tries for each in crowd) / count
                returns.append(Return(times, listening - stopped, used, tries))
            # A message from each customer shows that the sessions work, not only exist.
            await _talk(crowd)
            for each in crowd:
                each.hang_up()
        faults = await _faults(Path(folder), crowd)
    polite, sudden = returns
    return [
        _verdict("SIGTERM, each waits as its `bye` says", polite, faults),
        _verdict("SIGKILL, each tries after 1 s, 2 s, 4 s … ± 50 %", sudden, faults),
    ]


async def _server(
    stack: AsyncExitStack, folder: str, cores: Cores, port: int
) -> tuple[Process, str]:
    serve = ("-m", "chatserver", "serve", "--port", str(port), "--data", folder)
    process, url, _ = await stack.enter_async_context(
        program(*serve, cores=cores, settings=SETTINGS)
    )
    return process, url


async def _come(url: str, count: int) -> list[ReturningCustomer]:
    """Connect `count` customers, each with an open conversation and one more message."""
    chance = random.Random("restart")
    crowd = [ReturningCustomer(url, chance) for _ in range(count)]

    async def come(some: list[ReturningCustomer]) -> None:
        for each in some:
            await each.open()

    async with asyncio.timeout(LATEST_S), asyncio.TaskGroup() as tasks:
        for number in range(AT_ONCE):
            tasks.create_task(come(crowd[number::AT_ONCE]), name="newcomers")
    await _talk(crowd)
    return crowd


async def _talk(crowd: list[ReturningCustomer]) -> None:
    """Send one message from each customer and wait for the answers."""
    async with asyncio.timeout(LATEST_S), asyncio.TaskGroup() as tasks:
        for each in crowd:
            each.say()
            tasks.create_task(each.until_answered(), name="talking")


async def _stop(process: Process, number: Signals, crowd: list[ReturningCustomer]) -> float:
    """Stop the server while some customers are sending; returns the time of the signal."""
    for each in crowd[::TALKING]:
        each.say()
    # By then some messages are on their way in and some answers on their way out.
    await asyncio.sleep(WRITING_S)
    stopped = time.perf_counter()
    process.send_signal(number)
    await process.wait()
    return stopped


async def _faults(folder: Path, crowd: list[ReturningCustomer]) -> list[str]:
    """Compare what each customer saw and sent with the log."""
    faults = [fault for each in crowd for fault in each.faults]
    async with open_store(folder) as store:
        for each in crowd:
            page = LogPage(after=0, limit=MOST)
            events = await store.log.read_page(each.conversation, page, internal=False)
            texts = [each.fact.text for each in events if isinstance(each.fact, Message)]
            if [event.seq for event in events] != each.seen:
                faults.append(f"{each.conversation}: saw {each.seen}")
            if texts != each.texts:
                faults.append(f"{each.conversation}: said {each.texts}, stored {texts}")
    return faults


def _verdict(how: str, back: Return, faults: list[str]) -> BudgetVerdict:
    last = max(back.times)
    wrong = f"{len(faults)} FAULTS, such as {faults[0]}" if faults else "nothing lost or doubled"
    return BudgetVerdict(
        f"{len(back.times):,} customers back after {how}; p50 (last)",
        f"{percentile(back.times, 0.5):.1f} s ({last:.1f}) after listening, which was "
        f"{back.away_s:.1f} s after the signal; {back.processor_s:.1f} s of the processor, "
        f"{back.tries:.1f} tries each; {wrong}",
        "",
        ratio=last / GOAL_S,
        budget=f"≤ {GOAL_S:.0f} s, nothing lost, nothing doubled",
        holds=last <= GOAL_S and not faults,
        figures={
            "last": last,
            "p50": percentile(back.times, 0.5),
            "away": back.away_s,
            "processor": back.processor_s,
            "tries": back.tries,
            "faults": len(faults),
        },
    )
