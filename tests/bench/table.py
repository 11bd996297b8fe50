"""Print verdicts as a table, as Markdown and as JSON."""

from collections.abc import Sequence
from pathlib import Path

import orjson
from rich.console import Console
from rich.table import Table

from tests.bench.verdict import BudgetVerdict

WIDTH = 160
"""Columns of a table printed into a file."""

BEGIN, END = "<!-- bench -->", "<!-- /bench -->"

HEADINGS = ("what", "chatserver", "bare relay", "ratio", "budget", "holds")


def show(verdicts: Sequence[BudgetVerdict], json_file: Path | None, circumstances: str = "") -> int:
    """Print a table and optionally write JSON; returns 0 if every budget holds."""
    table = Table(
        title="chatserver against a bare relay without storage", caption=circumstances or None
    )
    for heading in HEADINGS:
        table.add_column(heading)
    for each in verdicts:
        table.add_row(*cells(each))
    console = Console()
    (console if console.is_terminal else Console(width=WIDTH)).print(table)
    if json_file is not None:
        report = {"circumstances": circumstances, "figures": list(verdicts)}
        json_file.write_bytes(orjson.dumps(report, option=orjson.OPT_INDENT_2))
    return 0 if all(verdict.holds is not False for verdict in verdicts) else 1


def cells(verdict: BudgetVerdict) -> tuple[str, ...]:
    """Return a row of the table."""
    ratio = "" if verdict.ratio is None else f"{verdict.ratio:.2f}"
    holds = "" if verdict.holds is None else ("yes" if verdict.holds else "NO")
    return (verdict.what, verdict.ours, verdict.relay, ratio, verdict.budget, holds)


def markdown(verdicts: Sequence[BudgetVerdict], circumstances: str) -> str:
    """Return the table as Markdown."""
    rows = [HEADINGS, ("---",) * len(HEADINGS), *map(cells, verdicts)]
    table = "".join(f"| {' | '.join(row)} |\n" for row in rows)
    return f"{circumstances}\n\n{table}"


def put_into(document: Path, text: str, begin: str = BEGIN, end: str = END) -> None:
    """Replace the text between two marks in a document; raises ValueError if there are none."""
    before, is_begun, rest = document.read_text(encoding="utf-8").partition(begin)
    _, is_ended, after = rest.partition(end)
    if not is_begun or not is_ended:
        raise ValueError(f"{document} has no {begin} … {end}")
    document.write_text(f"{before}{begin}\n\n{text}\n{end}{after}", encoding="utf-8")
