"""Measure the delay of messages at a fixed rate that both servers can sustain (open loop)."""

import asyncio
import os
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from tempfile import TemporaryFile

from chatserver.replay.report import percentile
from tests.bench.load import Load
from tests.bench.processor import Cores, written_bytes
from tests.bench.rivals import CUSTOMER, TECHNICIAN, Pair, Rival, bare_relay, chat_server
from tests.bench.socket_io import socket_io
from tests.bench.speed import undisturbed
from tests.bench.timetable import Timetable
from tests.bench.verdict import Budget, BudgetVerdict, spread

RATE = 500
PAIRS = 200
SPARE_MS = 1.0
FLUSHES = 2
WRITTEN = Budget(most=4, of="KiB")
SHARES = (0.5, 0.99, 0.999)

WARM_UP_S = 0.5
FOLLOW_S = 15.0
"""Seconds after which the tables have followed the last message."""

TIMER_S = 0.0015
"""Seconds that a timer of the event loop may be late; the rest of a wait is busy-waiting."""


@dataclass(slots=True)
class OpenLoop:
    """One round: the delays of messages, and how late each was sent, in seconds."""

    delays: list[float]
    late: list[float]


@dataclass(slots=True)
class Delays:
    """The rounds of one server; `written` is what it wrote to files for a message, in bytes."""

    rounds: list[OpenLoop] = field(default_factory=list)
    written: float = 0.0

    def ms(self, share: float) -> float:
        """Return a percentile over all rounds in ms."""
        return percentile([delay for each in self.rounds for delay in each.delays], share) * 1_000

    def spread(self, share: float) -> str:
        """Format the same percentile with the range over the rounds."""
        return spread([percentile(each.delays, share) * 1_000 for each in self.rounds], ".1f")

    def late_ms(self) -> float:
        """Return the 99th percentile of how late messages were sent, in ms."""
        return percentile([late for each in self.rounds for late in each.late], 0.99) * 1_000


@dataclass(slots=True)
class WrittenFiles:
    """Counts the bytes that a server writes to files, without those that clients are sent."""

    rival: Rival
    pairs: list[Pair]
    _before: int = 0

    def __post_init__(self) -> None:
        self._before = self._written()

    def each(self, messages: int) -> float:
        """Return the bytes for each of so many messages."""
        return (self._written() - self._before) / max(1, messages)

    def _written(self) -> int:
        lines = {line for pair in self.pairs for line in (pair.customer, pair.technician)}
        return written_bytes(self.rival.process) - sum(line.received_bytes for line in lines)


async def delay(cores: Cores, seconds: float, rounds: int) -> list[BudgetVerdict]:
    """Measure all servers in alternating rounds, and the disk between them.

    Each pair has a technician of its own.
    """
    flushes = list[float]()
    async with AsyncExitStack() as stack:
        stack.enter_context(cores.of_the_load())
        relay: Rival = await stack.enter_async_context(bare_relay(cores, 1))
        server: Rival = await stack.enter_async_context(chat_server(cores, PAIRS, 1))
        node: Rival = await stack.enter_async_context(socket_io(cores, 1))
        ours, theirs, stored = Delays(), Delays(), Delays()
        pairs = [(rival, await rival.pairs(PAIRS)) for rival in (server, node)]
        # What follows a commit later belongs to its message, and what opened the pairs to none.
        await asyncio.sleep(FOLLOW_S)
        files = [WrittenFiles(rival, own) for rival, own in pairs]
        for _ in range(rounds):
            for rival, found in ((relay, theirs), (server, ours), (node, stored)):
                found.rounds.append(await open_loop(rival, PAIRS, RATE, seconds, cores))
            flushes += flush_times()
        await asyncio.sleep(FOLLOW_S)
        messages = rounds * sum(_count(RATE, each) for each in (WARM_UP_S, seconds))
        ours.written, stored.written = (each.each(messages) for each in files)
    return compared(ours, theirs, stored, percentile(flushes, 0.99) * 1_000)


async def open_loop(
    rival: Rival, pairs: int, rate: float, seconds: float, cores: Cores
) -> OpenLoop:
    """Let pairs send at a rate, both sides in turn; raises Lost."""
    with undisturbed():
        # Half a second without measurement: the first messages fill caches and create sessions'
        # buffers.
        await _send_on_schedule(Load(await rival.pairs(pairs)), rate, WARM_UP_S, cores)
        load = Load(await rival.pairs(pairs))
        timetable, late = await _send_on_schedule(load, rate, seconds, cores)
    return OpenLoop(timetable.delays(load.arrived), late)


def _count(rate: float, seconds: float) -> int:
    return max(1, round(rate * seconds))


async def _send_on_schedule(
    load: Load, rate: float, seconds: float, cores: Cores
) -> tuple[Timetable, list[float]]:
    # Begins 50 ms from now, so that the first messages are not late already.
    timetable = Timetable(load.clock() + 0.05, rate, _count(rate, seconds))
    late: list[float] = []
    while load.sent < timetable.count:
        now = load.clock()
        while load.sent < timetable.owed(now):
            pair = load.pairs[load.sent // 2 % len(load.pairs)]
            number = load.say(pair, TECHNICIAN if load.sent % 2 else CUSTOMER)
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


def compared(ours: Delays, relay: Delays, node: Delays, flush_ms: float) -> list[BudgetVerdict]:
    """Return a verdict for each percentile, for what was written, and for the load."""
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
                f"bare relay {theirs:.1f} ms (rounds: {relay.spread(share)}); "
                f"Socket.IO {node.ms(share):.1f} ms",
                ratio=own / theirs if theirs else None,
                budget=f"≤ {budget:.1f} ms: relay + two flushes ({flush_ms:.1f}) + 1"
                if held
                else "",
                holds=own <= budget if held else None,
                figures={
                    "chatserver": own,
                    "bare relay": theirs,
                    "Socket.IO": node.ms(share),
                    "flush": flush_ms,
                },
            )
        )
    return [*verdicts, _written(ours, node), _punctuality(ours, relay)]


def _written(ours: Delays, node: Delays) -> BudgetVerdict:
    own, theirs = ours.written / 1_024, node.written / 1_024
    return BudgetVerdict(
        f"written to files for a message, at {RATE} a second",
        f"{own:.2f} KiB",
        f"Socket.IO {theirs:.1f} KiB",
        ratio=own / theirs if theirs else None,
        budget=str(WRITTEN),
        holds=WRITTEN.holds(own),
        figures={"chatserver": own, "Socket.IO": theirs},
    )


def _punctuality(ours: Delays, relay: Delays) -> BudgetVerdict:
    own, theirs = ours.late_ms(), relay.late_ms()
    return BudgetVerdict(
        "the load itself: messages sent later than due, p99 (contained above)",
        f"{own:.2f} ms",
        f"bare relay {theirs:.2f} ms",
        ratio=None,
        budget="≤ 1 ms",
        holds=max(own, theirs) <= 1,
        figures={"chatserver": own, "bare relay": theirs},
    )
