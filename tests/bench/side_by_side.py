"""`python -m tests.bench.side_by_side CHECKOUT …`: versions of the server beside each other.

All servers run at once on one core, and take turns: in each round each exchanges some hundred
messages, the last one first in every other round. Others on the machine disturb all alike, so the
median of the ratios of a round is worth something where the figures themselves are not.
"""

import argparse
import asyncio
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from tests.bench.load import Load
from tests.bench.processor import Cores, processor_seconds, raise_file_limit, written_bytes
from tests.bench.program import program
from tests.bench.rivals import CUSTOMERS_EACH, ChatServer, Rival, bare_relay
from tests.bench.speed import undisturbed
from tests.bench.verdict import Budget, BudgetVerdict

HIRE = """
import asyncio, sys
from pathlib import Path
sys.path.insert(0, "")
try:
    from tests.bench.rivals import create_technicians
except ImportError:  # until November 2026
    from chatserver.bench.rivals import hired as create_technicians
print(*asyncio.run(create_technicians(Path(sys.argv[1]), int(sys.argv[2]))))
"""

HERE = Path(__file__).parents[2]
BASE = "073be55"
"""The commit of 25 November 2026, before messages were made cheaper."""

BURST = 800
"""Messages of a burst."""

GOAL_PAIRS = (50, 500)
SPEED = Budget(least=3, of=f"of {BASE}")
PROCESSOR = Budget(most=0.35, of=f"of {BASE}")


@dataclass(frozen=True, slots=True)
class Burst:
    """A burst of messages, measured for each message of it."""

    processor_us: float
    wall_us: float
    written_bytes: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """The extent of a comparison; `customers_each` are those of each technician."""

    pairs: int
    rounds: int
    messages: int = BURST
    customers_each: int = CUSTOMERS_EACH


async def versions(rounds: int) -> list[BudgetVerdict]:
    """Compare this checkout with the commit BASE; raises OSError if git does not have it."""
    with TemporaryDirectory() as folder:
        base = Path(folder) / BASE
        await asyncio.to_thread(_extract, base)
        return [
            verdict
            for pairs in GOAL_PAIRS
            for verdict in judged(
                pairs, await compare((base, HERE), Comparison(pairs, rounds, customers_each=1))
            )
        ]


def _extract(folder: Path) -> None:
    folder.mkdir()
    try:
        archive = subprocess.run(
            ["git", "-C", str(HERE), "archive", BASE], check=True, stdout=subprocess.PIPE
        )
    except subprocess.CalledProcessError:
        raise OSError(f"git has no commit {BASE} here") from None
    subprocess.run(["tar", "-x", "-C", str(folder)], check=True, input=archive.stdout)


def judged(pairs: int, bursts: dict[str, list[Burst]]) -> list[BudgetVerdict]:
    """Return the verdicts on the second server, of the first one."""
    before, now, *_ = bursts.values()
    faster = median(old.wall_us / new.wall_us for old, new in zip(before, now, strict=True))
    cost = median(new.processor_us / old.processor_us for old, new in zip(before, now, strict=True))
    where = f"{pairs} pairs, beside {BASE}"
    return [
        BudgetVerdict(
            f"durable messages a second, {where}",
            f"{1e6 / median(each.wall_us for each in now):,.0f}",
            f"{1e6 / median(each.wall_us for each in before):,.0f}",
            ratio=faster,
            budget=str(SPEED),
            holds=SPEED.holds(faster),
        ),
        BudgetVerdict(
            f"processor time for 1,000 messages, {where}",
            f"{median(each.processor_us for each in now):,.0f} ms",
            f"{median(each.processor_us for each in before):,.0f} ms",
            ratio=cost,
            budget=str(PROCESSOR),
            holds=PROCESSOR.holds(cost),
        ),
    ]


async def compare(checkouts: Sequence[Path], extent: Comparison) -> dict[str, list[Burst]]:
    """Return the bursts of each checkout, and of the bare relay, in the order of the rounds."""
    cores = Cores.found()
    async with AsyncExitStack() as stack:
        stack.enter_context(cores.of_the_load())
        rivals: list[Rival] = [
            await stack.enter_async_context(version(each, cores, extent)) for each in checkouts
        ]
        rivals.append(await stack.enter_async_context(bare_relay(cores, extent.customers_each)))
        bursts: dict[str, list[Burst]] = {rival.name: [] for rival in rivals}
        for number in range(extent.rounds):
            for rival in rivals if number % 2 else reversed(rivals):
                bursts[rival.name].append(await burst(rival, extent.pairs, extent.messages))
    return bursts


@asynccontextmanager
async def version(checkout: Path, cores: Cores, extent: Comparison) -> AsyncIterator[ChatServer]:
    """Run the server of a checkout on a new data folder, with technicians that it hired."""
    with TemporaryDirectory() as folder:
        count = str(-(-extent.pairs // extent.customers_each))
        hired = await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "-c", HIRE, folder, count],
            cwd=checkout,
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
        serve = ("-m", "chatserver", "serve", "--port", "0", "--data", folder)
        async with program(*serve, cores=cores, checkout=checkout) as (process, url, _):
            tokens = hired.stdout.split()
            yield ChatServer(process.pid, url, tokens, extent.customers_each, checkout.name)


async def burst(rival: Rival, pairs: int, messages: int) -> Burst:
    """Let the pairs send as fast as they are answered, until so many messages are."""
    load = Load(await rival.pairs(pairs))
    with undisturbed():
        await load.talk(0)
        await load.until_arrived(pairs)
        before, written = processor_seconds(rival.process), written_bytes(rival.process)
        started = time.perf_counter()
        first = len(load.arrived)
        await load.until_arrived(first + messages)
        count = len(load.arrived) - first
        processor = processor_seconds(rival.process) - before
        wall, written = time.perf_counter() - started, written_bytes(rival.process) - written
        await load.hush()
    return Burst(1e6 * processor / count, 1e6 * wall / count, written / count)


def table(bursts: dict[str, list[Burst]]) -> list[str]:
    """Return a line for each server; the first one is the measure of the others."""
    first = next(iter(bursts.values()))
    lines = ["server            processor, µs  of the first  wall, of the first  KiB written"]
    for name, own in bursts.items():
        pairs = list(zip(own, first, strict=True))
        lines.append(
            f"{name:16}  {median(each.processor_us for each in own):13.0f}"
            f"  {median(each.processor_us / other.processor_us for each, other in pairs):12.2f}"
            f"  {median(each.wall_us / other.wall_us for each, other in pairs):18.2f}"
            f"  {median(each.written_bytes for each in own) / 1_024:11.1f}"
        )
    return lines


def main(arguments: Sequence[str]) -> None:
    """Compare the checkouts that were named, and print a table."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench.side_by_side", description=__doc__.split("\n\n")[1]
    )
    parser.add_argument("checkouts", type=Path, nargs="+", metavar="CHECKOUT")
    parser.add_argument("--pairs", type=int, default=200, help="that talk (200)")
    parser.add_argument("--rounds", type=int, default=15, help="(15)")
    parser.add_argument("--messages", type=int, default=BURST, help=f"in each burst ({BURST})")
    parser.add_argument(
        "--customers", type=int, default=CUSTOMERS_EACH, help=f"of a technician ({CUSTOMERS_EACH})"
    )
    options = parser.parse_args(arguments)
    raise_file_limit()
    checkouts = [each.resolve() for each in options.checkouts]
    extent = Comparison(options.pairs, options.rounds, options.messages, options.customers)
    found = asyncio.run(compare(checkouts, extent))
    print("\n".join(table(found)))


if __name__ == "__main__":
    main(sys.argv[1:])
