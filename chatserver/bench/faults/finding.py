"""What a fault did, as figures: a table for people, JSON for programs."""

import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import orjson
from rich.console import Console
from rich.table import Table

from chatserver.bench.faults.records import Verdict

HEADINGS = (
    *("fault", "times", "acknowledged", "lost", "doubled"),
    *("clients were told", "acknowledged meanwhile", "/readyz", "goes on after"),
)
WIDTH = 150
"""Columns of the table where nobody says how many there are."""


@dataclass(slots=True)
class Finding:
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

    def judge(self, verdict: Verdict) -> None:
        """Take over how the log compares with what clients wrote down."""
        self.acknowledged += verdict.acknowledged
        self.lost += verdict.lost
        self.doubled += verdict.doubled
        self.unanswered += verdict.unanswered
        self.faults += verdict.faults

    def recovered(self, seconds: float) -> None:
        """It went on after so long."""
        self.recovered_s = max(self.recovered_s or 0, seconds)


def show(findings: list[Finding], json_file: Path | None) -> int:
    """Print a table, and write the same as JSON where that is wished; 0 when all is well."""
    table = Table(title="what faults did to the server")
    for heading in HEADINGS:
        table.add_column(heading, overflow="fold")
    for each in findings:
        table.add_row(*_cells(each))
    console = Console(width=None if sys.stdout.isatty() else WIDTH)
    console.print(table)
    for each in findings:
        for fault in each.faults:
            console.print(f"{each.fault}: {fault}")
    if json_file is not None:
        json_file.write_bytes(orjson.dumps(findings, option=orjson.OPT_INDENT_2))
    return 0 if all(each.is_well for each in findings) else 1


def _cells(finding: Finding) -> tuple[str, ...]:
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
