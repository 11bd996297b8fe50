"""`python -m tests.bench stalls`: what keeps the event loop from a message, and for how long."""

import time
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import orjson

from tests.bench.delay import PAIRS, RATE, open_loop
from tests.bench.processor import Cores, raise_file_limit
from tests.bench.program import UNLIMITED
from tests.bench.rivals import chat_server
from tests.bench.watched import LIMIT_S, STALLS, Stall

SHOWN = 12
"""Places that are printed."""

WARM_UP_S = 1.0
OWN = "chatserver."
IN_THE_LOOP = "asyncio.runners.Runner.run"
"""The innermost Python function while uvloop, which has none, runs."""


async def stalls(seconds: float, rate: float = RATE, pairs: int = PAIRS) -> int:
    """Print the stalls of a server at a rate of messages; returns 0 if none is its own."""
    raise_file_limit()
    cores = Cores.found()
    with cores.of_the_load(), TemporaryDirectory() as folder:
        file = Path(folder) / "stalls.json"
        settings = {**UNLIMITED, STALLS: str(file)}
        watched = chat_server(cores, pairs, 1, module="tests.bench.watched", settings=settings)
        async with watched as server:
            await open_loop(server, pairs, rate, WARM_UP_S, cores)
            begin = time.monotonic()
            await open_loop(server, pairs, rate, seconds, cores)
            end = time.monotonic()
        found = [Stall(**each) for each in orjson.loads(file.read_bytes())]
    within = [each for each in found if begin <= each.at <= end]
    print("\n".join(report(within, end - begin)))
    return 1 if any(map(is_own, within)) else 0


def is_own(stall: Stall) -> bool:
    """Return True if the loop's thread worked for most of the time, and not another program."""
    return stall.loop_s > stall.seconds / 2


def report(found: Sequence[Stall], seconds: float) -> list[str]:
    """Return the lines of a report: the stalls by cause, and what ran in those of the loop."""
    own = [each for each in found if is_own(each)]
    others = [each for each in found if not is_own(each)]
    threads = [each for each in others if each.process_s > each.seconds / 2]
    machine = [each for each in others if each.process_s <= each.seconds / 2]
    lines = [
        f"stalls above {1_000 * LIMIT_S:.0f} ms in {seconds:.0f} s, by who had most of the time",
        _line("the loop itself", own),
        _line("other threads of the server", threads),
        _line("other programs, or the disk", machine),
        _line("of all, beside a garbage collection", [each for each in found if each.collecting]),
    ]
    for title, some in (("of the loop", own), ("of other threads", threads)):
        if places := _places(some):
            lines.append(f"\nsamples of what the loop did in stalls {title}:")
            lines += [f"  {count:4}  {place}" for place, count in places.most_common(SHOWN)]
    return lines


def _line(what: str, some: Sequence[Stall]) -> str:
    longest = max((each.seconds for each in some), default=0.0)
    return f"  {what + ':':36} {len(some):4}, the longest {1_000 * longest:.1f} ms"


def _places(some: Iterable[Stall]) -> Counter[str]:
    return Counter(place(stack) for each in some for stack in each.stacks)


def place(stack: Sequence[str]) -> str:
    """Return the innermost function of a stack, and the three of the server around it."""
    if not stack or stack[0] == IN_THE_LOOP:
        return "the loop (sockets, timers, waiting)"
    own = [each.removeprefix(OWN) for each in stack[1:] if each.startswith(OWN)]
    return " < ".join((stack[0].removeprefix(OWN), *own[:3]))
