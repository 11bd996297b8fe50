"""Measure the start in an empty folder, and the memory at rest."""

import asyncio
from statistics import median
from tempfile import TemporaryDirectory

from tests.bench.processor import Cores, resident
from tests.bench.program import program
from tests.bench.verdict import BudgetVerdict, spread

TIMES = 5
START_GOAL_S = 1.0
REST_GOAL = 60 * 2**20
REST_S = 2.0


async def start(cores: Cores) -> list[BudgetVerdict]:
    """Start TIMES times in an empty folder; the last server is then left idle for REST_S."""
    times: list[float] = []
    for _ in range(TIMES):
        with TemporaryDirectory() as folder:
            serve = ("-m", "chatserver", "serve", "--port", "0", "--data", folder)
            async with program(*serve, cores=cores) as (process, _, seconds):
                times.append(seconds)
                # Memory is measured once, as it hardly varies; waiting after each start would take
                # ten seconds.
                if len(times) == TIMES:
                    await asyncio.sleep(REST_S)
                    rest = resident(process.pid)
    typical = median(times)
    return [
        BudgetVerdict(
            "empty folder to listening",
            f"{spread(times, '.2f')} s",
            "",
            ratio=typical / START_GOAL_S,
            budget=f"≤ {START_GOAL_S:.0f} s",
            holds=typical <= START_GOAL_S,
            figures={"seconds": typical},
        ),
        BudgetVerdict(
            "memory at rest",
            f"{rest / 2**20:.0f} MiB",
            "",
            ratio=rest / REST_GOAL,
            budget=f"≤ {REST_GOAL / 2**20:.0f} MiB",
            holds=rest <= REST_GOAL,
            figures={"bytes": rest},
        ),
    ]
