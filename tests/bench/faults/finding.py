"""What a fault did, as figures: a table for people, JSON for programs."""

import sys
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import orjson
from rich.console import Console
from rich.table import Table

from tests.bench.faults.records import RecordVerdict
from tests.bench.machine import machine
from tests.bench.table import put_into

HEADINGS = (
    *("fault", "times", "acknowledged", "lost", "doubled"),
    *("clients were told", "acknowledged meanwhile", "/readyz", "goes on after"),
)
BEGIN, END = "<!-- faults -->", "<!-- /faults -->"
WIDTH = 150
"""Columns of the table where nobody says how many there are."""


@dataclass(slots=True)
class FaultReport:
    """One kind of fault, so many times, and what the clients saw of it.

    `told` counts the refusals by code; `during` is how many messages that were sent while the
    fault lasted were acknowledged before it was over; `ready` is what `/readyz` said meanwhile;
    `recovered_s` is the longest time from its end to the next acknowledgement.
    """

    fault: str
    times: int = 1
    acknowledged: int = 0
    lost: int = 0
    doubled: int = 0
    unanswered: int = 0
    told: Counter[str] = field(default_factory=Counter)
    during: int | None = None
    ready: bool | None = None
    recovered_s: float | None = None
    faults: list[str] = field(default_factory=list)

    @property
    def is_well(self) -> bool:
        """Whether every promise was kept."""
        return not (self.lost or self.doubled or self.unanswered or self.faults)

    def judge(self, verdict: RecordVerdict) -> None:
        """Take over how the log compares with what clients wrote down."""
        self.acknowledged += verdict.acknowledged
        self.lost += verdict.lost
        self.doubled += verdict.doubled
        self.unanswered += verdict.unanswered
        self.faults += verdict.faults

    def recovered(self, seconds: float) -> None:
        """It went on after so long."""
        self.recovered_s = max(self.recovered_s or 0, seconds)


def show(findings: list[FaultReport]) -> int:
    """Print a table, and below it what is not well; 0 when all is."""
    table = Table(title="what faults did to the server", caption=circumstances())
    for heading in HEADINGS:
        table.add_column(heading, overflow="fold")
    for each in findings:
        table.add_row(*_cells(each))
    console = Console(width=None if sys.stdout.isatty() else WIDTH)
    console.print(table)
    for each in findings:
        for fault in each.faults:
            console.print(f"{each.fault}: {fault}")
    return 0 if all(each.is_well for each in findings) else 1


def write(findings: list[FaultReport], json_file: Path | None, document: Path | None) -> None:
    """The same as JSON, and as a table in a document that has a place for it; None: not."""
    if json_file is not None:
        report = {"circumstances": circumstances(), "figures": findings}
        json_file.write_bytes(orjson.dumps(report, option=orjson.OPT_INDENT_2))
    if document is not None:
        lines = [HEADINGS, ("---",) * len(HEADINGS), *map(_cells, findings)]
        table = "".join(f"| {' | '.join(line)} |\n" for line in lines)
        put_into(document, f"{circumstances()}\n\n{table}", BEGIN, END)


def circumstances() -> str:
    """When and on what this was found."""
    return f"Found on {date.today()}: {machine()}."


def _cells(finding: FaultReport) -> tuple[str, ...]:
    ready = {None: "–", True: "ready", False: "not ready"}[finding.ready]
    after = "–" if finding.recovered_s is None else f"{finding.recovered_s:.1f} s"
    told = ", ".join(f"{code} {times:,}" for code, times in sorted(finding.told.items())) or "–"
    return (
        finding.fault,
        f"{finding.times:,}",
        f"{finding.acknowledged:,}",
        f"{finding.lost:,}",
        f"{finding.doubled:,}",
        told,
        "–" if finding.during is None else f"{finding.during:,}",
        ready,
        after,
    )
