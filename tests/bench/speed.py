"""Measure messages a second and their processor time, the servers in alternating rounds."""

import asyncio
import gc
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from statistics import median

from tests.bench.load import Load
from tests.bench.processor import Cores, Stopwatch
from tests.bench.rivals import Rival, bare_relay, chat_server, echo
from tests.bench.verdict import BudgetVerdict, spread

SPEED_GOAL = 0.5
GOAL_PAIRS = 200
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
    cores: Cores, pairs: Sequence[int], seconds: float, rounds: int
) -> list[BudgetVerdict]:
    """Measure both servers and the echo with each number of pairs."""
    async with AsyncExitStack() as stack:
        stack.enter_context(cores.of_the_load())
        rivals: list[Rival] = [
            await stack.enter_async_context(bare_relay(cores)),
            await stack.enter_async_context(chat_server(cores, max(pairs))),
            await stack.enter_async_context(echo(cores)),
        ]
        verdicts: list[BudgetVerdict] = []
        for count in sorted(pairs):
            runs: list[list[SpeedRun]] = [[] for _ in rivals]
            for _ in range(rounds):
                for rival, found in zip(rivals, runs, strict=True):
                    found.append(await closed_loop(rival, count, seconds))
            verdicts += compared(count, *runs)
        return verdicts


async def closed_loop(rival: Rival, pairs: int, seconds: float) -> SpeedRun:
    """Let pairs send as fast as they are answered; raises Lost."""
    load = Load(await rival.pairs(pairs))
    with undisturbed():
        await load.talk(WARM_UP_S)
        answers, frames, watch = load.answers, load.frames, Stopwatch(rival.process)
        await asyncio.sleep(seconds)
        wall, theirs, own = watch.stop()
        answers, frames = load.answers - answers, load.frames - frames
        # Messages in flight at the end are awaited, or the next round would receive them.
        await load.hush()
    some = max(1, answers)
    return SpeedRun(answers / wall, 1_000 * theirs / some, theirs / wall, own / wall, frames / some)


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
    pairs: int, relay: list[SpeedRun], ours: list[SpeedRun], fastest: list[SpeedRun]
) -> list[BudgetVerdict]:
    """Return the medians of all rounds as verdicts."""
    ratio = _median(ours, "per_second") / max(1, _median(relay, "per_second"))
    counts = pairs == GOAL_PAIRS
    cost = _median(ours, "processor_ms") / max(1e-9, _median(relay, "processor_ms"))
    drives = _median(fastest, "per_second") / max(1, _median(relay, "per_second"))
    return [
        BudgetVerdict(
            f"durable messages a second, {_pairs(pairs)}",
            spread([run.per_second for run in ours], ",.0f"),
            spread([run.per_second for run in relay], ",.0f"),
            ratio=ratio,
            budget=f"≥ {SPEED_GOAL} of the relay" if counts else "",
            holds=ratio >= SPEED_GOAL if counts else None,
            figures={
                "chatserver": _median(ours, "per_second"),
                "bare relay": _median(relay, "per_second"),
                "load against an echo": _median(fastest, "per_second"),
            },
        ),
        BudgetVerdict(
            f"processor time for 1,000 messages, {_pairs(pairs)}",
            # 1 ms for one message is 1 s for 1,000.
            f"{spread([1_000 * run.processor_ms for run in ours], ',.0f')} ms",
            f"{spread([1_000 * run.processor_ms for run in relay], ',.0f')} ms",
            ratio=cost,
            budget="",
            holds=None,
            figures={
                "chatserver": 1_000 * _median(ours, "processor_ms"),
                "bare relay": 1_000 * _median(relay, "processor_ms"),
            },
        ),
        BudgetVerdict(
            f"share of a core: server, load; frames for each message, {_pairs(pairs)}",
            _shares(ours),
            _shares(relay),
            ratio=drives,
            budget=f"load drives an echo faster: {_median(fastest, 'per_second'):,.0f} a second",
            holds=drives > 1,
            figures={
                "chatserver": _median(ours, "load_share"),
                "bare relay": _median(relay, "load_share"),
            },
        ),
    ]


def _shares(runs: list[SpeedRun]) -> str:
    server, load = _median(runs, "server_share"), _median(runs, "load_share")
    return f"{server:.0%}, {load:.0%}; {_median(runs, 'frames'):.2f}"


def _median(runs: list[SpeedRun], figure: str) -> float:
    return median([float(getattr(run, figure)) for run in runs])


def _pairs(count: int) -> str:
    return f"{count:,} pair" if count == 1 else f"{count:,} pairs"
