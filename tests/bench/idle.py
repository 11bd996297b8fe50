"""Measure idle sessions: their arrival, their memory, and the delay they cause for active ones."""

import asyncio
from collections.abc import Sequence

from tests.bench.connecting import FEW, SETTLE_S, Arrival, arrive, compared, leave
from tests.bench.delay import PAIRS, RATE, Delays, open_loop
from tests.bench.processor import Cores
from tests.bench.rivals import ChatServer, bare_relay, chat_server
from tests.bench.verdict import Budget, BudgetVerdict

DELAY = Budget(most=1.5, of=f"of that beside {FEW}")


async def idle(
    cores: Cores, sessions: Sequence[int], seconds: float, rounds: int
) -> list[BudgetVerdict]:
    """Measure what sessions take of both servers in turn, and the delay with most and with few."""
    steps, relays, ours = sorted(sessions), list[Arrival](), list[Arrival]()
    with cores.of_the_load():
        for _ in range(rounds - 1):
            relays.append(await _relay(cores, steps))
            async with chat_server(cores, 0) as server:
                ours.append(await arrive(server, steps))
                await leave(ours[-1].lines)
        relays.append(await _relay(cores, steps))
        async with chat_server(cores, PAIRS) as server:
            ours.append(await arrive(server, steps))
            crowded = await _delays(server, seconds, rounds, cores)
            await leave(ours[-1].lines[FEW:])
            alone = await _delays(server, seconds, rounds, cores)
    return [*compared(steps, ours, relays), _delay(steps[-1], crowded, alone)]


async def _relay(cores: Cores, steps: Sequence[int]) -> Arrival:
    async with bare_relay(cores) as relay:
        found = await arrive(relay, steps)
        await leave(found.lines)
    return found


async def _delays(server: ChatServer, seconds: float, rounds: int, cores: Cores) -> Delays:
    # Every pair changes the availability that all customers are told; let that traffic end first.
    await server.pairs(PAIRS)
    await asyncio.sleep(SETTLE_S)
    return Delays([await open_loop(server, PAIRS, RATE, seconds, cores) for _ in range(rounds)])


def _delay(count: int, crowded: Delays, alone: Delays) -> BudgetVerdict:
    ratio = crowded.ms(0.99) / alone.ms(0.99)
    return BudgetVerdict(
        f"delay p99 (p50) beside {count:,} idle sessions; beside {FEW}",
        f"{crowded.ms(0.99):.1f} ms ({crowded.ms(0.5):.1f}); "
        f"{alone.ms(0.99):.1f} ms ({alone.ms(0.5):.1f})",
        "",
        ratio=ratio,
        budget=str(DELAY),
        holds=DELAY.holds(ratio),
        figures={"crowded": crowded.ms(0.99), "alone": alone.ms(0.99)},
    )
