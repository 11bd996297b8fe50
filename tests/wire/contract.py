"""The fields of the server's frames, as docs/protocol.md states them."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

PROTOCOL = Path(__file__).parents[2] / "docs" / "protocol.md"
SUMMARIES = ("conversations", "queue", "earlier", "results")
"""Fields that are lists of summaries."""


def undocumented(frame: Mapping[str, Any], request: str = "") -> list[str]:
    """Return the fields of a frame that the contract does not have, by their paths.

    `request` is the type of the request that an `ok` answers.
    """
    kind = frame["type"]
    if kind == "ok":
        known = answers()[request] | {"id"}
    elif kind == "event":
        known = frames()["event"] | events()[frame["kind"]]
    elif kind == "welcome":
        known = welcome()
    elif kind == "conversation":
        known = summary()
    else:
        known = frames()[kind]
    wrong = [name for name in frame if name not in known | {"type"}]
    for name in SUMMARIES:
        for each in frame.get(name) or ():
            wrong += [f"{name}.{field}" for field in each if field not in summary()]
    return [f"{request or kind}: {field}" for field in wrong]


@cache
def answers() -> dict[str, frozenset[str]]:
    """Return the fields of the `ok` of each request; one with two rows has those of both."""
    found: dict[str, frozenset[str]] = {}
    for cells in rows("| request | role |"):
        found[cells[0].strip("`")] = found.get(cells[0].strip("`"), frozenset()) | words(cells[3])
    return found


@cache
def frames() -> dict[str, frozenset[str]]:
    """Return the fields of each frame."""
    return by_name("| frame | fields |")


@cache
def events() -> dict[str, frozenset[str]]:
    """Return the fields that each kind of event adds to the frame `event`."""
    return by_name("| kind | fields |")


@cache
def welcome() -> frozenset[str]:
    """Return the fields of `welcome`, for customers and technicians."""
    return words(between("The answer is `welcome`:", "Then come the events"))


@cache
def summary() -> frozenset[str]:
    """Return the fields of a summary, and the `excerpt` of one that was searched for."""
    return words(between("A summary has", "## Requests")) | {"excerpt"}


def between(start: str, end: str) -> str:
    text = PROTOCOL.read_text(encoding="utf-8")
    return text.partition(start)[2].partition(end)[0]


def rows(head: str) -> Iterator[list[str]]:
    """Yield the cells of each row of the table that begins with a head."""
    for line in between(head, "\n\n").splitlines()[2:]:
        yield [cell.strip() for cell in line.strip("|").split("|")]


def by_name(head: str) -> dict[str, frozenset[str]]:
    """Return the words of the second column by the names in the first."""
    return {
        name: words(cells[1]) for cells in rows(head) for name in re.findall(r"`(\w+)`", cells[0])
    }


def words(text: str) -> frozenset[str]:
    """Return the first word of everything in backticks, as in `seq`, `after?`, `author {id}`."""
    return frozenset(re.findall(r"`(\w+)[^`]*`", text))
