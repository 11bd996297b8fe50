"""Print verdicts as a table, as Markdown and as JSON."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import orjson
from rich.console import Console
from rich.table import Table

from tests.bench.verdict import BudgetVerdict

WIDTH = 160
"""Columns of a table printed into a file."""

BEGIN, END = "<!-- bench -->", "<!-- /bench -->"
GOALS_BEGIN, GOALS_END = "<!-- goals -->", "<!-- /goals -->"

HEADINGS = ("what", "chatserver", "beside it", "ratio", "budget", "holds")
GOAL_HEADINGS = ("what", "measured", "to reach", "met")

Row = tuple[str, ...]


def show(verdicts: Sequence[BudgetVerdict], json_file: Path | None, circumstances: str = "") -> int:
    """Print a table and optionally write JSON; returns 0 if every budget holds."""
    _print("chatserver beside other servers", HEADINGS, map(cells, verdicts), circumstances)
    return _concluded(verdicts, json_file, circumstances)


def show_goals(
    verdicts: Sequence[BudgetVerdict], json_file: Path | None, circumstances: str
) -> int:
    """Print what is aimed at and what is reached; returns 0 if all of it is."""
    _print("what is aimed at", GOAL_HEADINGS, map(goal_cells, verdicts), circumstances)
    return _concluded(verdicts, json_file, circumstances)


def _print(title: str, headings: Row, rows: Iterable[Row], caption: str) -> None:
    table = Table(title=title, caption=caption or None)
    for heading in headings:
        table.add_column(heading)
    for row in rows:
        table.add_row(*row)
    console = Console()
    (console if console.is_terminal else Console(width=WIDTH)).print(table)


def _concluded(
    verdicts: Sequence[BudgetVerdict], json_file: Path | None, circumstances: str
) -> int:
    if json_file is not None:
        report = {"circumstances": circumstances, "figures": list(verdicts)}
        json_file.write_bytes(orjson.dumps(report, option=orjson.OPT_INDENT_2))
    return 0 if all(verdict.holds is not False for verdict in verdicts) else 1


def cells(verdict: BudgetVerdict) -> Row:
    """Return a row of the table."""
    ratio = "" if verdict.ratio is None else f"{verdict.ratio:.2f}"
    holds = "" if verdict.holds is None else ("yes" if verdict.holds else "NO")
    return (verdict.what, verdict.ours, verdict.beside, ratio, verdict.budget, holds)


def goal_cells(verdict: BudgetVerdict) -> Row:
    """Return a row of the table of goals; what is aimed at is a ratio, or our own figure."""
    figures = "; ".join(filter(None, (verdict.ours, verdict.beside)))
    what, _, _, ratio, budget, holds = cells(verdict)
    measured = f"{ratio} ({figures})" if ratio and " of " in budget else figures
    return (what, measured, budget, holds)


def markdown(verdicts: Sequence[BudgetVerdict], circumstances: str) -> str:
    """Return the table as Markdown."""
    return _markdown(HEADINGS, map(cells, verdicts), circumstances)


def goal_markdown(verdicts: Sequence[BudgetVerdict], circumstances: str) -> str:
    """Return the table of goals as Markdown."""
    return _markdown(GOAL_HEADINGS, map(goal_cells, verdicts), circumstances)


def _markdown(headings: Row, rows: Iterable[Row], circumstances: str) -> str:
    lines = [headings, ("---",) * len(headings), *rows]
    table = "".join(f"| {' | '.join(row)} |\n" for row in lines)
    return f"{circumstances}\n\n{table}"


def put_into(document: Path, text: str, begin: str = BEGIN, end: str = END) -> None:
    """Replace the text between two marks in a document; raises ValueError if there are none."""
    before, is_begun, rest = document.read_text(encoding="utf-8").partition(begin)
    _, is_ended, after = rest.partition(end)
    if not is_begun or not is_ended:
        raise ValueError(f"{document} has no {begin} … {end}")
    document.write_text(f"{before}{begin}\n\n{text}\n{end}{after}", encoding="utf-8")
