"""`python -m tests.bench.side_by_side CHECKOUT …`: versions of the server beside each other.

All servers run at once on one core, and take turns: in each round each exchanges some hundred
messages, the last one first in every other round. Others on the machine disturb all alike, so the
median of the ratios of a round is worth something where the figures themselves are not.
"""

import argparse
import asyncio
import re
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
from tests.bench.processor import Cores, processor_seconds, raise_file_limit
from tests.bench.program import program
from tests.bench.rivals import CUSTOMERS_EACH, ChatServer, Rival, bare_relay
from tests.bench.speed import undisturbed

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


@dataclass(frozen=True, slots=True)
class Burst:
    """A burst of messages, measured for each message of it."""

    processor_us: float
    wall_us: float
    written_bytes: float


async def compare(
    checkouts: Sequence[Path], pairs: int, rounds: int, messages: int
) -> dict[str, list[Burst]]:
    """Return the bursts of each checkout, and of the bare relay, in the order of the rounds."""
    cores = Cores.found()
    async with AsyncExitStack() as stack:
        stack.enter_context(cores.of_the_load())
        rivals: list[Rival] = [
            await stack.enter_async_context(version(each, cores, pairs)) for each in checkouts
        ]
        rivals.append(await stack.enter_async_context(bare_relay(cores)))
        bursts: dict[str, list[Burst]] = {rival.name: [] for rival in rivals}
        for number in range(rounds):
            for rival in rivals if number % 2 else reversed(rivals):
                bursts[rival.name].append(await burst(rival, pairs, messages))
    return bursts


@asynccontextmanager
async def version(checkout: Path, cores: Cores, pairs: int) -> AsyncIterator[ChatServer]:
    """Run the server of a checkout on a new data folder, with technicians that it hired."""
    with TemporaryDirectory() as folder:
        count = str(-(-pairs // CUSTOMERS_EACH))
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
            yield ChatServer(process.pid, url, hired.stdout.split(), checkout.name)


async def burst(rival: Rival, pairs: int, messages: int) -> Burst:
    """Let the pairs send as fast as they are answered, until so many messages are."""
    load = Load(await rival.pairs(pairs))
    with undisturbed():
        await load.talk(0)
        await load.answered(pairs)
        before, written, started = processor_seconds(rival.process), _written(rival), time.time()
        first = load.answers
        await load.answered(first + messages)
        count = load.answers - first
        processor = processor_seconds(rival.process) - before
        wall, written = time.time() - started, _written(rival) - written
        await load.hush()
    return Burst(1e6 * processor / count, 1e6 * wall / count, written / count)


def _written(rival: Rival) -> int:
    """Return the bytes that a process has written to files and sockets; 0 without /proc."""
    counters = Path(f"/proc/{rival.process}/io")
    found = re.search(r"wchar: (\d+)", counters.read_text()) if counters.exists() else None
    return int(found[1]) if found else 0


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
    parser.add_argument("--messages", type=int, default=800, help="in each burst (800)")
    options = parser.parse_args(arguments)
    raise_file_limit()
    checkouts = [each.resolve() for each in options.checkouts]
    found = asyncio.run(compare(checkouts, options.pairs, options.rounds, options.messages))
    print("\n".join(table(found)))


if __name__ == "__main__":
    main(sys.argv[1:])
