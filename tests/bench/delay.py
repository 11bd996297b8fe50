"""Measure the delay of messages at a fixed rate that both servers can sustain (open loop)."""

import asyncio
import os
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from tempfile import TemporaryFile

from chatserver.replay.report import percentile
from tests.bench.load import Load
from tests.bench.processor import Cores
from tests.bench.rivals import Rival, bare_relay, chat_server
from tests.bench.speed import undisturbed
from tests.bench.timetable import Timetable
from tests.bench.verdict import BudgetVerdict, spread

RATE = 500
PAIRS = 200
SPARE_MS = 2.0
FLUSHES = 2
SHARES = (0.5, 0.99, 0.999)

WARM_UP_S = 0.5
TIMER_S = 0.0015
"""Seconds that a timer of the event loop may be late; the rest of a wait is busy-waiting."""


@dataclass(slots=True)
class Delays:
    """Delays in seconds for each round, and how late each message was sent."""

    rounds: list[list[float]] = field(default_factory=list)
    late: list[float] = field(default_factory=list)

    def ms(self, share: float) -> float:
        """Return a percentile over all rounds in ms."""
        return percentile([delay for each in self.rounds for delay in each], share) * 1_000

    def spread(self, share: float) -> str:
        """Format the same percentile with the range over the rounds."""
        return spread([percentile(each, share) * 1_000 for each in self.rounds], ".1f")


async def delay(cores: Cores, seconds: float, rounds: int) -> list[BudgetVerdict]:
    """Measure both servers in alternating rounds, and the disk between them."""
    relays, ours, flushes = Delays(), Delays(), list[float]()
    async with AsyncExitStack() as stack:
        stack.enter_context(cores.of_the_load())
        relay: Rival = await stack.enter_async_context(bare_relay(cores))
        server: Rival = await stack.enter_async_context(chat_server(cores, PAIRS))
        for _ in range(rounds):
            for rival, found in ((relay, relays), (server, ours)):
                delays, late = await open_loop(rival, PAIRS, RATE, seconds, cores)
                found.rounds.append(delays)
                found.late += late
            flushes += flush_times()
    return compared(ours, relays, percentile(flushes, 0.99) * 1_000)


async def open_loop(
    rival: Rival, pairs: int, rate: float, seconds: float, cores: Cores
) -> tuple[list[float], list[float]]:
    """Return the delays of the messages and how late each was sent; raises Lost."""
    with undisturbed():
        # Half a second without measurement: the first messages fill caches and create sessions'
        # buffers.
        await _send_on_schedule(Load(await rival.pairs(pairs)), rate, WARM_UP_S, cores)
        load = Load(await rival.pairs(pairs))
        timetable, late = await _send_on_schedule(load, rate, seconds, cores)
    return timetable.delays(load.arrived), late


async def _send_on_schedule(
    load: Load, rate: float, seconds: float, cores: Cores
) -> tuple[Timetable, list[float]]:
    # Begins 50 ms from now, so that the first messages are not late already.
    timetable = Timetable(load.clock() + 0.05, rate, max(1, round(rate * seconds)))
    late: list[float] = []
    while load.sent < timetable.count:
        now = load.clock()
        while load.sent < timetable.owed(now):
            number = load.say(load.pairs[load.sent % len(load.pairs)])
            late.append(now - timetable.due(number))
        pause = timetable.due(load.sent + 1) - load.clock()
        # On a machine with one core, busy-waiting would take the processor from the server.
        await asyncio.sleep(max(0, pause - TIMER_S if cores.load is not None else pause))
    await load.hush()
    return timetable, late


def flush_times(count: int = 100) -> list[float]:
    """Return the durations in seconds of `count` fsync calls, each after a write of 4 KiB."""
    times = []
    with TemporaryFile() as file:
        for _ in range(count):
            file.write(b"x" * 4_096)
            file.flush()
            started = time.perf_counter()
            os.fsync(file.fileno())
            times.append(time.perf_counter() - started)
    return times


def compared(ours: Delays, relay: Delays, flush_ms: float) -> list[BudgetVerdict]:
    """Return a verdict for each percentile, and one for the punctuality of the load."""
    # Two flushes: a message may arrive just after a commit has begun, wait for it, and then needs
    # its own.
    budget = relay.ms(0.99) + FLUSHES * flush_ms + SPARE_MS
    verdicts = []
    for share in SHARES:
        held = share == 0.99
        own, theirs = ours.ms(share), relay.ms(share)
        verdicts.append(
            BudgetVerdict(
                f"delay p{100 * share:g} at {RATE} messages a second, {PAIRS} pairs",
                f"{own:.1f} ms (rounds: {ours.spread(share)})",
                f"{theirs:.1f} ms (rounds: {relay.spread(share)})",
                ratio=own / theirs if theirs else None,
                budget=f"≤ {budget:.1f} ms: relay + two flushes ({flush_ms:.1f}) + 2"
                if held
                else "",
                holds=own <= budget if held else None,
                figures={"chatserver": own, "bare relay": theirs},
            )
        )
    late = [percentile(each.late, 0.99) * 1_000 for each in (ours, relay)]
    verdicts.append(
        BudgetVerdict(
            "the load itself: messages sent later than due, p99 (contained above)",
            f"{late[0]:.2f} ms",
            f"{late[1]:.2f} ms",
            ratio=None,
            budget="≤ 1 ms",
            holds=max(late) <= 1,
            figures={"chatserver": late[0], "bare relay": late[1]},
        )
    )
    return verdicts
