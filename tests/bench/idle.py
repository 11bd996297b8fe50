"""Measure idle sessions: their memory, and the delay they cause for active ones."""

import asyncio
from collections.abc import Sequence

from tests.bench.delay import PAIRS, RATE, Delays, open_loop
from tests.bench.line import Line
from tests.bench.processor import Cores, resident
from tests.bench.rivals import ChatServer, Rival, bare_relay, chat_server
from tests.bench.verdict import BudgetVerdict

MEMORY_GOAL = 1.5
DELAY_GOAL = 1.5
AT_ONCE = 50
"""Concurrent handshakes."""

SETTLE_S = 1.0
FEW = 100
"""Sessions opened before the measurement, so that one-time allocations are not counted."""


async def idle(
    cores: Cores, sessions: Sequence[int], seconds: float, rounds: int
) -> list[BudgetVerdict]:
    """Measure memory per session of both servers, and the delay with most and with few sessions."""
    with cores.of_the_load():
        return await _idle(cores, sorted(sessions), seconds, rounds)


async def _idle(cores: Cores, steps: list[int], seconds: float, rounds: int) -> list[BudgetVerdict]:
    async with bare_relay(cores) as relay:
        theirs = await _bytes_each(relay, steps, [])
    async with chat_server(cores, PAIRS) as server:
        crowd: list[Line] = []
        ours = await _bytes_each(server, steps, crowd)
        crowded = await _delays(server, seconds, rounds, cores)
        await _leave(crowd[FEW:])
        alone = await _delays(server, seconds, rounds, cores)
    memory = [_memory(*each) for each in zip(steps, ours, theirs, strict=True)]
    return [*memory, _delay(steps[-1], crowded, alone)]


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


async def _bytes_each(rival: Rival, steps: list[int], crowd: list[Line]) -> list[float]:
    # The first sessions load code and grow pools once; counted, they would make each session look
    # larger.
    await open_sessions(rival, FEW, crowd)
    before = resident(rival.process)
    found = []
    for count in steps:
        await open_sessions(rival, FEW + count, crowd)
        await asyncio.sleep(SETTLE_S)
        found.append((resident(rival.process) - before) / count)
    return found


async def _delays(server: ChatServer, seconds: float, rounds: int, cores: Cores) -> Delays:
    delays = Delays()
    # Every pair changes the availability that all customers are told; let that traffic end first.
    await server.pairs(PAIRS)
    await asyncio.sleep(SETTLE_S)
    for _ in range(rounds):
        found, late = await open_loop(server, PAIRS, RATE, seconds, cores)
        delays.rounds.append(found)
        delays.late += late
    return delays


async def _leave(crowd: list[Line]) -> None:
    for number, line in enumerate(crowd):
        line.hang_up()
        # A pause now and then, so that the server handles the resets as they come, not in one
        # burst.
        if number % AT_ONCE == 0:
            await asyncio.sleep(0.01)
    await asyncio.sleep(SETTLE_S)


def _ignore(data: bytes) -> None:
    """Discard a frame."""


def _memory(count: int, ours: float, theirs: float) -> BudgetVerdict:
    ratio = ours / max(1, theirs)
    return BudgetVerdict(
        f"memory of an idle session, of {count:,}",
        f"{ours / 1_024:.1f} KiB",
        f"{theirs / 1_024:.1f} KiB",
        ratio=ratio,
        budget=f"≤ {MEMORY_GOAL} of a bare connection",
        holds=ratio <= MEMORY_GOAL,
        figures={"chatserver": ours, "bare relay": theirs},
    )


def _delay(count: int, crowded: Delays, alone: Delays) -> BudgetVerdict:
    ratio = crowded.ms(0.99) / alone.ms(0.99)
    return BudgetVerdict(
        f"delay p99 (p50) beside {count:,} idle sessions; beside {FEW}",
        f"{crowded.ms(0.99):.1f} ms ({crowded.ms(0.5):.1f}); "
        f"{alone.ms(0.99):.1f} ms ({alone.ms(0.5):.1f})",
        "",
        ratio=ratio,
        budget=f"≤ {DELAY_GOAL} of that beside {FEW}",
        holds=ratio <= DELAY_GOAL,
        figures={"crowded": crowded.ms(0.99), "alone": alone.ms(0.99)},
    )
