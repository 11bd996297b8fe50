"""Measure messages a second and their processor time, the servers in alternating rounds."""

import asyncio
import gc
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from statistics import median
from tempfile import TemporaryDirectory

from tests.bench.load import Load
from tests.bench.processor import Cores, Stopwatch
from tests.bench.rivals import Rival, bare_relay, chat_server, relaying
from tests.bench.socket_io import socket_io
from tests.bench.verdict import Budget, BudgetVerdict, spread

SHAPES = {1: "one technician for each pair", 4: "four customers each"}
"""Customers of each technician. Only the first shape is held to the budgets."""

GOAL_PAIRS = (50, 500)
OF_THE_RELAY = Budget(least=0.45, of="of the relay")
OF_SOCKET_IO = Budget(least=4, of="of Socket.IO")
WARM_UP_S = 0.3


@dataclass(frozen=True, slots=True)
class SpeedRun:
    """One closed loop; shares are processor seconds for each second of wall time."""

    per_second: float
    processor_ms: float
    server_share: float
    load_share: float
    frames: float
    """Frames sent by the server for each message."""


async def speed(
    cores: Cores, pairs: Sequence[int], seconds: float, rounds: int, *, shapes: Sequence[int]
) -> list[BudgetVerdict]:
    """Measure all servers and the echo with each number of pairs.

    `shapes` are the numbers of customers of a technician.
    """
    with cores.of_the_load():
        return [
            verdict
            for customers_each in shapes
            for verdict in await _speed(cores, customers_each, sorted(pairs), seconds, rounds)
        ]


async def _speed(
    cores: Cores, customers_each: int, pairs: list[int], seconds: float, rounds: int
) -> list[BudgetVerdict]:
    async with AsyncExitStack() as stack:
        file = stack.enter_context(TemporaryDirectory()) + "/messages.sqlite"
        group_commit = relaying(
            "group commit alone", "group_commit", file, cores=cores, customers_each=customers_each
        )
        echo = relaying("echo", "echo", cores=cores, customers_each=customers_each)
        rivals: list[Rival] = [
            await stack.enter_async_context(chat_server(cores, max(pairs), customers_each)),
            await stack.enter_async_context(bare_relay(cores, customers_each)),
            await stack.enter_async_context(socket_io(cores, customers_each)),
            await stack.enter_async_context(group_commit),
            await stack.enter_async_context(echo),
        ]
        verdicts: list[BudgetVerdict] = []
        for count in pairs:
            runs: list[list[SpeedRun]] = [[] for _ in rivals]
            for _ in range(rounds):
                for rival, found in zip(rivals, runs, strict=True):
                    found.append(await closed_loop(rival, count, seconds))
            verdicts += compared(count, customers_each, *runs)
        return verdicts


async def closed_loop(rival: Rival, pairs: int, seconds: float) -> SpeedRun:
    """Let pairs send as fast as they are answered; raises Lost."""
    load = Load(await rival.pairs(pairs))
    with undisturbed():
        await load.talk(WARM_UP_S)
        arrived, frames, watch = len(load.arrived), load.frames, Stopwatch(rival.process)
        await asyncio.sleep(seconds)
        wall, theirs, own = watch.stop()
        arrived, frames = len(load.arrived) - arrived, load.frames - frames
        # Messages in flight at the end are awaited, or the next round would receive them.
        await load.hush()
    some = max(1, arrived)
    return SpeedRun(arrived / wall, 1_000 * theirs / some, theirs / wall, own / wall, frames / some)


@contextmanager
def undisturbed() -> Iterator[None]:
    """Disable garbage collection: its pauses would count as delays of the server."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def compared(
    pairs: int,
    customers_each: int,
    ours: list[SpeedRun],
    relay: list[SpeedRun],
    socket_io: list[SpeedRun],
    group_commit: list[SpeedRun],
    echo: list[SpeedRun],
) -> list[BudgetVerdict]:
    """Return the medians of all rounds as verdicts."""
    where = f"{_pairs(pairs)}, {SHAPES[customers_each]}"
    is_held = customers_each == 1 and pairs in GOAL_PAIRS
    of_the_relay, of_socket_io = (OF_THE_RELAY, OF_SOCKET_IO) if is_held else (None, None)
    drives = _median(echo, "per_second") / max(1, _median(relay, "per_second"))
    return [
        _faster(where, ours, "bare relay", relay, of_the_relay),
        _faster(where, ours, "Socket.IO, SQLite FULL", socket_io, of_socket_io),
        _faster(where, ours, "group commit alone", group_commit, None),
        BudgetVerdict(
            f"processor time for 1,000 messages, {where}",
            # 1 ms for one message is 1 s for 1,000.
            f"{spread([1_000 * run.processor_ms for run in ours], ',.0f')} ms",
            "; ".join(
                f"{name} {1_000 * _median(runs, 'processor_ms'):,.0f}"
                for name, runs in (
                    ("bare relay", relay),
                    ("Socket.IO", socket_io),
                    ("group commit", group_commit),
                )
            ),
            ratio=_median(ours, "processor_ms") / max(1e-9, _median(relay, "processor_ms")),
            budget="",
            holds=None,
            figures={
                "chatserver": 1_000 * _median(ours, "processor_ms"),
                "bare relay": 1_000 * _median(relay, "processor_ms"),
                "Socket.IO": 1_000 * _median(socket_io, "processor_ms"),
                "group commit": 1_000 * _median(group_commit, "processor_ms"),
            },
        ),
        BudgetVerdict(
            f"share of a core: server, load; frames for each message, {where}",
            _shares(ours),
            f"bare relay {_shares(relay)}; Socket.IO {_shares(socket_io)}",
            ratio=drives,
            budget=f"load drives an echo faster: {_median(echo, 'per_second'):,.0f} a second",
            holds=drives > 1,
            figures={
                "chatserver": _median(ours, "load_share"),
                "bare relay": _median(relay, "load_share"),
            },
        ),
    ]


def _faster(
    where: str, ours: list[SpeedRun], name: str, theirs: list[SpeedRun], budget: Budget | None
) -> BudgetVerdict:
    ratio = _median(ours, "per_second") / max(1, _median(theirs, "per_second"))
    return BudgetVerdict(
        f"durable messages a second, {where}",
        spread([run.per_second for run in ours], ",.0f"),
        f"{name} {spread([run.per_second for run in theirs], ',.0f')}",
        ratio=ratio,
        budget=str(budget or ""),
        holds=budget.holds(ratio) if budget else None,
        figures={"chatserver": _median(ours, "per_second"), name: _median(theirs, "per_second")},
    )


def _shares(runs: list[SpeedRun]) -> str:
    server, load = _median(runs, "server_share"), _median(runs, "load_share")
    return f"{server:.0%}, {load:.0%}; {_median(runs, 'frames'):.2f}"


def _median(runs: list[SpeedRun], figure: str) -> float:
    return median([float(getattr(run, figure)) for run in runs])


def _pairs(count: int) -> str:
    return f"{count:,} pair" if count == 1 else f"{count:,} pairs"
