"""Measure customers that connect: the time it takes, the processor, and the memory they hold."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

from tests.bench.line import Line
from tests.bench.processor import Stopwatch, resident
from tests.bench.rivals import Rival
from tests.bench.speed import undisturbed
from tests.bench.verdict import Budget, BudgetVerdict, spread

AT_ONCE = 50
"""Concurrent handshakes."""

SETTLE_S = 1.0
FEW = 100
"""Sessions opened before the measurement, so that one-time allocations are not counted."""

TIME = Budget(most=1.3, of="of the relay")
MEMORY = Budget(most=16, of="KiB")


@dataclass(slots=True)
class Arrival:
    """The seconds that all took, of the wall, the server's processor and the load's; memory.

    `memory` is the bytes of a session when so many were there.
    """

    wall_s: float = 0.0
    processor_s: float = 0.0
    load_s: float = 0.0
    memory: dict[int, float] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)


async def arrive(rival: Rival, steps: Sequence[int]) -> Arrival:
    """Open sessions until there are as many as the last step says, after the first FEW."""
    found = Arrival()
    await open_sessions(rival, FEW, found.lines)
    before = resident(rival.process)
    for count in steps:
        with undisturbed():
            watch = Stopwatch(rival.process)
            await open_sessions(rival, FEW + count, found.lines)
            wall, processor, load = watch.stop()
        found.wall_s += wall
        found.processor_s += processor
        found.load_s += load
        await asyncio.sleep(SETTLE_S)
        found.memory[count] = (resident(rival.process) - before) / count
    return found


async def open_sessions(rival: Rival, count: int, crowd: list[Line]) -> None:
    """Open sessions until there are `count`."""

    async def come(share: int) -> None:
        for _ in range(share):
            line = await rival.idle()
            line.listener = _ignore
            crowd.append(line)

    missing = max(0, count - len(crowd))
    async with asyncio.TaskGroup() as tasks:
        for number in range(AT_ONCE):
            share = missing // AT_ONCE + (number < missing % AT_ONCE)
            tasks.create_task(come(share), name="idle sessions")


async def leave(crowd: list[Line]) -> None:
    """Close sessions, and let the server notice."""
    for number, line in enumerate(crowd):
        line.hang_up()
        # A pause now and then, so that the server handles the resets as they come, not in one
        # burst.
        if number % AT_ONCE == 0:
            await asyncio.sleep(0.01)
    await asyncio.sleep(SETTLE_S)


def _ignore(data: bytes) -> None:
    """Discard a frame."""


def compared(
    steps: Sequence[int], ours: Sequence[Arrival], relay: Sequence[Arrival]
) -> list[BudgetVerdict]:
    """Return the medians of the rounds as verdicts."""
    count = f"{max(steps):,}"
    load = ", ".join(
        f"{name} {median(each.load_s / each.wall_s for each in rounds):.0%}"
        for name, rounds in (("chatserver", ours), ("relay", relay))
    )
    return [
        _seconds(
            f"{count} customers connect (share of a core that the load took: {load})",
            [each.wall_s for each in ours],
            [each.wall_s for each in relay],
        ),
        _seconds(
            f"processor time for {count} customers that connect",
            [each.processor_s for each in ours],
            [each.processor_s for each in relay],
        ),
        *(_memory(step, ours, relay) for step in steps),
    ]


def _seconds(what: str, ours: list[float], relay: list[float]) -> BudgetVerdict:
    ratio = median(ours) / max(1e-9, median(relay))
    return BudgetVerdict(
        what,
        f"{spread(ours, '.1f')} s",
        f"bare relay {spread(relay, '.1f')} s",
        ratio=ratio,
        budget=str(TIME),
        holds=TIME.holds(ratio),
        figures={"chatserver": median(ours), "bare relay": median(relay)},
    )


def _memory(count: int, ours: Sequence[Arrival], relay: Sequence[Arrival]) -> BudgetVerdict:
    own, theirs = (median(each.memory[count] for each in rounds) for rounds in (ours, relay))
    return BudgetVerdict(
        f"memory of an idle session, of {count:,}",
        f"{own / 1_024:.1f} KiB",
        f"bare relay {theirs / 1_024:.1f} KiB",
        ratio=own / max(1, theirs),
        budget=str(MEMORY),
        holds=MEMORY.holds(own / 1_024),
        figures={"chatserver": own, "bare relay": theirs},
    )
