"""Reports on faults: a table, Markdown and JSON."""

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
"""Columns of the table when the output is no terminal."""


@dataclass(slots=True)
class FaultReport:
    """The effects of one kind of fault.

    `refusals` are counted by code; `acknowledged_during_fault` counts messages sent and
    acknowledged while the fault lasted; `stayed_ready` is False if `/readyz` refused meanwhile;
    `recovered_s` is the longest time from the end of the fault to the next acknowledgement.
    """

    fault: str
    times: int = 1
    acknowledged: int = 0
    lost: int = 0
    doubled: int = 0
    unanswered: int = 0
    refusals: Counter[str] = field(default_factory=Counter)
    acknowledged_during_fault: int | None = None
    stayed_ready: bool | None = None
    recovered_s: float | None = None
    faults: list[str] = field(default_factory=list)

    @property
    def is_well(self) -> bool:
        """True if every guarantee held."""
        return not (self.lost or self.doubled or self.unanswered or self.faults)

    def judge(self, verdict: RecordVerdict) -> None:
        """Add the comparison of the log with the clients' records."""
        self.acknowledged += verdict.acknowledged
        self.lost += verdict.lost
        self.doubled += verdict.doubled
        self.unanswered += verdict.unanswered
        self.faults += verdict.faults

    def recovered(self, seconds: float) -> None:
        """Record a recovery that took `seconds`."""
        self.recovered_s = max(self.recovered_s or 0, seconds)


def show(findings: list[FaultReport]) -> int:
    """Print a table and all failures; returns 0 if there are none."""
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
    """Write the reports as JSON and into a Markdown document, if given."""
    if json_file is not None:
        report = {"circumstances": circumstances(), "figures": findings}
        json_file.write_bytes(orjson.dumps(report, option=orjson.OPT_INDENT_2))
    if document is not None:
        lines = [HEADINGS, ("---",) * len(HEADINGS), *map(_cells, findings)]
        table = "".join(f"| {' | '.join(line)} |\n" for line in lines)
        put_into(document, f"{circumstances()}\n\n{table}", BEGIN, END)


def circumstances() -> str:
    """Return the date and the machine as text."""
    return f"Found on {date.today()}: {machine()}."


def _cells(finding: FaultReport) -> tuple[str, ...]:
    ready = {None: "–", True: "ready", False: "not ready"}[finding.stayed_ready]
    after = "–" if finding.recovered_s is None else f"{finding.recovered_s:.1f} s"
    told = ", ".join(f"{code} {times:,}" for code, times in sorted(finding.refusals.items())) or "–"
    return (
        finding.fault,
        f"{finding.times:,}",
        f"{finding.acknowledged:,}",
        f"{finding.lost:,}",
        f"{finding.doubled:,}",
        told,
        "–"
        if finding.acknowledged_during_fault is None
        else f"{finding.acknowledged_during_fault:,}",
        ready,
        after,
    )
