"""The benchmark: all parts, or only named ones."""

import time
from argparse import Namespace
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from rich.console import Console

from tests.bench.delay import delay
from tests.bench.export_cost import export_cost
from tests.bench.first_open import first_open
from tests.bench.history import history
from tests.bench.idle import idle
from tests.bench.machine import QUIET, Others, machine
from tests.bench.pairing import pairing_verdicts
from tests.bench.plot import draw
from tests.bench.processor import Cores, raise_file_limit
from tests.bench.restart import restart
from tests.bench.side_by_side import versions
from tests.bench.soak import SoakOptions, soaked
from tests.bench.speed import GOAL_PAIRS, SHAPES, speed
from tests.bench.start import start
from tests.bench.table import (
    GOALS_BEGIN,
    GOALS_END,
    goal_markdown,
    markdown,
    put_into,
    show,
    show_goals,
)
from tests.bench.verdict import BudgetVerdict
from tests.browser.chromium import NoChromium, launched

VERSION_ROUNDS = 15
"""Bursts of each version: a median of fewer ratios is not worth much on a busy machine."""

QUICK_S = 0.5
QUICK_SESSIONS = (200, 500)
QUICK_VERSION_ROUNDS = 2
"""The extent of a run that shows that all works, and whose figures are worth nothing."""


@dataclass(frozen=True, slots=True)
class BenchOptions:
    """The extent of the benchmark; `only` names parts, or all if it is empty."""

    only: Sequence[str] = ()
    pairs: Sequence[int] = (50, 200, 500)
    seconds: float = 3
    rounds: int = 3
    sessions: Sequence[int] = (2_000, 10_000)
    messages: tuple[int, int] = (1_000, 1_000_000)
    shapes: Sequence[int] = tuple(SHAPES)
    version_rounds: int = VERSION_ROUNDS
    soak: SoakOptions | None = None
    json_file: Path | None = None
    plot_file: Path | None = None
    markdown_file: Path | None = None


def bench_options(options: Namespace) -> BenchOptions:
    """Return the options of the command line; raises ValueError for an unknown part."""
    given = BenchOptions(
        _only(options, PARTS),
        seconds=options.seconds,
        rounds=options.rounds,
        json_file=options.json,
        plot_file=options.plot,
        markdown_file=options.markdown,
    )
    named = {name: getattr(options, name) for name in ("pairs", "sessions", "messages")}
    return replace(given, **{name: counts for name, counts in named.items() if counts})


def goal_options(options: Namespace) -> BenchOptions:
    """Return the options of the command line of `goals`; raises ValueError for an unknown part."""
    parts = _only(options, GOALS) or GOALS
    if options.data is None:
        parts = [each for each in parts if each != "soak"]
    wanted = BenchOptions(
        parts,
        pairs=GOAL_PAIRS,
        seconds=options.seconds,
        rounds=options.rounds,
        shapes=(1,),
        soak=SoakOptions(options.data, options.minutes) if options.data else None,
        json_file=options.json,
        markdown_file=options.markdown,
    )
    return _quick(wanted) if options.quick else wanted


def _quick(options: BenchOptions) -> BenchOptions:
    return replace(
        options,
        seconds=QUICK_S,
        rounds=1,
        sessions=QUICK_SESSIONS,
        version_rounds=QUICK_VERSION_ROUNDS,
    )


def _only(options: Namespace, parts: Sequence[str]) -> Sequence[str]:
    only = options.only.split(",") if options.only else []
    if unknown := set(only) - set(parts):
        raise ValueError(f"bench has no {', '.join(sorted(unknown))}, only {', '.join(parts)}")
    return only


async def bench(options: BenchOptions) -> int:
    """Run the benchmark and print a table; returns 0 if every budget holds."""
    verdicts, circumstances = await _measured(options)
    if options.plot_file is not None:
        options.plot_file.write_bytes(draw(verdicts))
    if options.markdown_file is not None:
        put_into(options.markdown_file, markdown(verdicts, circumstances))
    return show(verdicts, options.json_file, circumstances)


async def goals(options: BenchOptions) -> int:
    """Print each goal, what was measured and whether it is reached; returns 0 if all are."""
    verdicts, circumstances = await _measured(options)
    held = [each for each in verdicts if each.holds is not None]
    if options.markdown_file is not None:
        text = goal_markdown(held, circumstances)
        put_into(options.markdown_file, text, GOALS_BEGIN, GOALS_END)
    return show_goals(held, options.json_file, circumstances)


async def _measured(options: BenchOptions) -> tuple[list[BudgetVerdict], str]:
    """Run the parts; return their verdicts, and the circumstances for a table's caption."""
    raise_file_limit()
    cores = Cores.found()
    others = Others()
    # Progress goes to standard error, so that standard output is the table alone.
    progress, verdicts = Console(stderr=True), list[BudgetVerdict]()
    for name, part in parts(options, cores).items():
        if options.only and name not in options.only:
            continue
        started = time.perf_counter()
        progress.print(f"{name} …", end=" ")
        try:
            verdicts += await part()
        except NoChromium as reason:
            progress.print(f"not measured: {reason},", end=" ")
        except Exception as error:
            # A failed part must not discard the results of the others.
            verdicts.append(
                BudgetVerdict(name, f"failed: {error!r}", "", ratio=None, budget="", holds=False)
            )
        progress.print(f"{time.perf_counter() - started:.0f} s")
    return verdicts, _circumstances(others.share())


def _circumstances(others: float) -> str:
    measured = f"Measured on {date.today()}: {machine()}."
    if others <= QUIET:
        return f"{measured} Nothing else was at work."
    return (
        f"{measured} Other programs took {others:.0%} of its cores meanwhile, so that times, and "
        "delays above all, are longer than they would be."
    )


PARTS = (
    "speed",
    "versions",
    "delay",
    "idle",
    "restart",
    "history",
    "start",
    "pairing",
    "taking-along",
    "first-open",
)

GOALS = ("start", "speed", "versions", "delay", "idle", "soak", "first-open")
"""Parts that have goals."""


def parts(
    options: BenchOptions, cores: Cores
) -> dict[str, Callable[[], Awaitable[list[BudgetVerdict]]]]:
    """Return the parts in the order in which they run."""
    return {
        # Pairing runs first, alone: the heap that the load leaves behind slows it down.
        "pairing": _pairing,
        "start": lambda: start(cores),
        "speed": lambda: speed(
            cores, options.pairs, options.seconds, options.rounds, shapes=options.shapes
        ),
        "versions": lambda: versions(options.version_rounds),
        "delay": lambda: delay(cores, options.seconds, options.rounds),
        "idle": lambda: idle(cores, options.sessions, options.seconds, options.rounds),
        "restart": lambda: restart(cores, max(options.sessions)),
        "history": lambda: history(cores, *options.messages),
        "taking-along": export_cost,
        "soak": lambda: _soak(options.soak),
        "first-open": _first_open,
    }


async def _pairing() -> list[BudgetVerdict]:
    return pairing_verdicts()


async def _soak(options: SoakOptions | None) -> list[BudgetVerdict]:
    return [(await soaked(options)).verdict()] if options is not None else []


async def _first_open() -> list[BudgetVerdict]:
    async with launched() as browser:
        return [await first_open(browser)]
