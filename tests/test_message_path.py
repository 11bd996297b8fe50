"""The documents tell the way of a message as it is: the files, their order and how many lines."""

import re
from pathlib import Path

import pytest

from tests.trace_message import ROOT, MessageTrace, traced

pytestmark = pytest.mark.sqlite("names the files that a message runs through with SQLite")

MOST_FILES = 28
MOST_LINES = 380
TABLE = "docs/architecture.md"
SECTION = "## The walk of a message"
COUNTED_IN = ("README.md", TABLE)


@pytest.fixture
async def trace(tmp_path: Path) -> MessageTrace:
    return await traced(tmp_path / "data")


def told() -> list[tuple[str, list[str]]]:
    """The stations of the table, each with its files."""
    text = (ROOT / TABLE).read_text(encoding="utf-8")
    section = text.split(f"{SECTION}\n")[1].split("\n## ")[0]
    rows = [line.split("|")[1:3] for line in section.splitlines() if line.startswith("| ")]
    return [(station.strip(), re.findall("`([a-z0-9_/]+)`", files)) for station, files in rows[1:]]


def named(file: str) -> str:
    return file.removeprefix("chatserver/").removesuffix(".py")


async def test_a_message_runs_through_the_files_that_the_table_names_in_this_order(
    trace: MessageTrace,
) -> None:
    *stations, (last, later) = told()
    assert last == "later"
    assert [file for _, files in stations for file in files] == [*map(named, trace.path)]
    assert set(later) == set(map(named, trace.afterwards))


async def test_a_message_runs_through_few_files_and_lines(trace: MessageTrace) -> None:
    assert len(trace.lines) <= MOST_FILES, list(trace.lines)
    assert trace.line_count <= MOST_LINES


@pytest.mark.parametrize("document", COUNTED_IN)
def test_the_documents_give_the_true_numbers(document: str) -> None:
    files = sum(len(files) for _, files in told())
    text = (ROOT / document).read_text(encoding="utf-8")
    words = " ".join(text.split())
    assert f"runs through {files} files and fewer than {MOST_LINES} lines" in words
