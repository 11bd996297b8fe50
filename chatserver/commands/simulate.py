"""`simulate`: replay recorded arrivals against other pairing rules or numbers of technicians."""

import argparse
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pygal
from pydantic import TypeAdapter
from pygal.style import CleanStyle
from rich.console import Console
from rich.table import Column, Table

from chatserver.commands.command import (
    Commands,
    Failed,
    need_database,
    need_number,
    need_target,
    run,
)
from chatserver.commands.rules_file import read_rules
from chatserver.composition.clocks import wall_clock
from chatserver.core.durations import DAY_MS, DAY_S, MINUTE_MS
from chatserver.core.pairing.rules import PairingRules
from chatserver.core.pairing.simulation import (
    Arrival,
    Simulation,
    SimulationResult,
    best_possible_waits,
)
from chatserver.core.people import Rank, Technician, TechnicianStatus
from chatserver.replay.dialogues import Dialogue, read_dialogues
from chatserver.settings import Settings
from chatserver.store.open import open_store

SHORTEST_MS = MINUTE_MS
"""The shortest time that a simulated conversation occupies its technician."""

LONGEST_MS = 3_600_000
"""The longest such time; a longer record most likely holds two conversations."""

SHARES = (50, 75, 90, 95, 99)
"""Percentiles of customers that the chart shows."""

RULES: TypeAdapter[PairingRules] = TypeAdapter(PairingRules)


@dataclass(frozen=True, slots=True)
class Variant:
    """One simulated setup: its name, pairing rules and technicians."""

    name: str
    rules: PairingRules
    technicians: tuple[Technician, ...]


def declare(commands: Commands) -> None:
    """Declare the command."""
    text = "show what other rules or numbers of technicians would have come to"
    simulate = commands.add("simulate", _simulate, text)
    simulate.add_argument(
        "--dialogues", type=Path, metavar="FILE", help="recorded dialogues instead of the own log"
    )
    simulate.add_argument("--days", type=int, default=7, help="how far to look back (7)")
    simulate.add_argument(
        "--technicians", type=int, nargs="+", metavar="N", default=[], help="numbers to try"
    )
    simulate.add_argument(
        "--rules",
        type=Path,
        nargs="+",
        metavar="FILE",
        default=[],
        help="rules to try: JSON like `pairing` of /admin/site",
    )
    simulate.add_argument(
        "--target", type=float, default=2, metavar="MINUTES", help="wait that is still good (2)"
    )
    simulate.add_argument("--plot", type=Path, metavar="FILE", help="draw the waits as SVG")


def _simulate(options: argparse.Namespace, settings: Settings) -> int:
    need_number("--days", options.days, 1)
    need_number("--target", options.target, 0)
    for number in options.technicians:
        need_number("--technicians", number, 1)
    if options.plot is not None:
        need_target(options.plot)
    alternatives = {file.stem: read_rules(file) for file in options.rules}
    return run(_try_all(options, settings, alternatives))


async def _try_all(
    options: argparse.Namespace, settings: Settings, alternatives: Mapping[str, PairingRules]
) -> int:
    """Simulate the rules in force and each alternative, and print the outcomes."""
    need_database(settings)
    async with open_store(settings.data, database=settings.database) as store:
        all_technicians = await store.technicians.list_technicians()
        parts = await store.site.load_parts()
        now = wall_clock()
        since = now - options.days * DAY_MS
        past = (
            await store.statistics.figures_between(since, now) if options.dialogues is None else ()
        )
    rules = RULES.validate_json(parts["pairing"]) if "pairing" in parts else PairingRules()
    at_work = tuple(each for each in all_technicians if not each.gone)
    # The time a technician was busy runs from assignment, not from opening.
    arrivals = [
        Arrival(
            case.opened, max(SHORTEST_MS, case.closed - case.assigned), case.topic, case.language
        )
        for case in past
        if case.assigned is not None and case.closed is not None
    ]
    if options.dialogues is not None:
        arrivals = list(arrivals_of(read_dialogues(options.dialogues), options.days))
    if not arrivals:
        raise Failed("no customer came in that time; name a file of --dialogues, or more --days")
    variants = list(_variants(options.technicians, settings, rules, at_work))
    variants += [Variant(name, other, at_work) for name, other in alternatives.items()]
    outcomes = [Simulation(each.rules, each.technicians).run(arrivals) for each in variants]
    _print(variants, outcomes, arrivals, round(options.target * MINUTE_MS))
    if options.plot is not None:
        options.plot.write_bytes(_draw([each.name for each in variants], outcomes))
        print(f"{options.plot}")
    return 0


def arrivals_of(dialogues: Sequence[Dialogue], days: int) -> Iterator[Arrival]:
    """Spread dialogues over `days` days as arrivals, each at its recorded time of day."""
    for number, dialogue in enumerate(each for each in dialogues if each.turns):
        first, last = dialogue.turns[0].second, dialogue.turns[-1].second
        # Modulo a day: a recording that passes midnight ends at a smaller second than it began.
        lasted = min((last - first) % DAY_S * 1_000, LONGEST_MS)
        yield Arrival(number % days * DAY_MS + first * 1_000, max(SHORTEST_MS, lasted))


def _variants(
    numbers: Sequence[int],
    settings: Settings,
    rules: PairingRules,
    at_work: tuple[Technician, ...],
) -> Iterator[Variant]:
    """Yield the current setup, and each other number of technicians."""
    if at_work:
        yield Variant("as it is", rules, at_work)
    for number in numbers:
        crowd = tuple(_simulated_technician(index, at_work, settings) for index in range(number))
        yield Variant(f"{number} technicians", rules, crowd)


def _simulated_technician(
    index: int, at_work: Sequence[Technician], settings: Settings
) -> Technician:
    """Return a simulated technician with the skills of one of the real technicians in turn."""
    name = f"technician{index}"
    if at_work:
        return replace(at_work[index % len(at_work)], id=name)
    return Technician(
        id=name,
        login=name,
        name=name,
        rank=Rank.TECHNICIAN,
        status=TechnicianStatus.ONLINE,
        capacity=settings.capacity,
    )


def _print(
    variants: list[Variant], outcomes: list[SimulationResult], arrivals: list[Arrival], target: int
) -> None:
    """Print one line for each variant; customers who waited longer than `target` ms are late."""
    late = f"> {_clock(target)}"
    headings = ("desk", "p50", "p90", "longest", late, "never", "load", "best p90")
    table = Table(*(Column(each, no_wrap=True) for each in headings), box=None, pad_edge=False)
    for variant, outcome in zip(variants, outcomes, strict=True):
        # The best possible p90 assumes that every slot could take any customer at once: no rules
        # can beat it, so the distance to it shows how much better rules could do.
        places = sum(each.capacity for each in variant.technicians)
        best = sorted(best_possible_waits(arrivals, places))
        loads = outcome.loads.values()
        cells = (
            variant.name,
            _clock(outcome.wait.median),
            _clock(outcome.wait.p90),
            _clock(outcome.longest),
            f"{outcome.count_later_than(target):,}",
            f"{sum(wait is None for wait in outcome.waits):,}",
            f"{sum(loads) / max(1, places):.0%}",
            _clock(best[-(-90 * len(best) // 100) - 1]),
        )
        table.add_row(*cells)
    Console().print(f"{len(arrivals):,} arrivals; how long they waited:")
    Console().print(table)


def _clock(ms: int | None) -> str:
    if ms is None:
        return "–"
    minutes, seconds = divmod(round(ms / 1_000), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"


def _draw(names: Sequence[str], outcomes: Sequence[SimulationResult]) -> bytes:
    """Draw the minutes within which each share of the served customers was assigned."""
    chart = pygal.Bar(
        js=[],
        style=CleanStyle,
        title="Minutes until so many of the customers were served",
        legend_at_bottom=True,
        show_minor_y_labels=False,
    )
    chart.x_labels = [f"{share} %" for share in SHARES]
    for name, outcome in zip(names, outcomes, strict=True):
        waits = sorted(wait for wait in outcome.waits if wait is not None)
        chart.add(name, [_minutes(waits, share) for share in SHARES])
    drawn: bytes = chart.render()
    return drawn


def _minutes(waits: Sequence[int], share: int) -> float | None:
    # The nearest-rank percentile: the wait of an actual customer, never a mean of two.
    return round(waits[-(-share * len(waits) // 100) - 1] / 60_000, 2) if waits else None
