"""Compare transcripts and received messages with the messages sent, turn by turn."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest

import orjson


@dataclass(frozen=True, slots=True)
class Sent:
    """One message: the side that sent it and its text."""

    side: str
    text: str


def differences(
    sent: list[Sent], document: bytes, text: bytes, live: Mapping[str, list[Sent]]
) -> list[str]:
    """Return every way in which a transcript or live session differs from the messages `sent`."""
    events = orjson.loads(document)["events"]
    stored = [
        Sent(event["author"]["role"], event["text"])
        for event in events
        if event["kind"] == "message"
    ]
    found = [f"transcript.json: {each}" for each in _unlike(sent, stored)]
    if [event["seq"] for event in events] != list(range(1, len(events) + 1)):
        found.append("transcript.json: seqs are not dense")
    for side, heard in live.items():
        found += [f"live at the {side}: {each}" for each in _unlike(sent, heard)]
    return found + _missing_lines(sent, text.decode().splitlines())


def _unlike(sent: list[Sent], other: list[Sent]) -> Iterator[str]:
    for number, (wanted, got) in enumerate(zip_longest(sent, other), start=1):
        if wanted != got:
            yield f"turn {number}: sent {wanted}, got {got}"


def _missing_lines(sent: list[Sent], lines: list[str]) -> list[str]:
    """Return a fault for the first text that is missing or out of order in the text form."""
    missing = []
    rest = iter(lines)
    for number, each in enumerate(sent, start=1):
        for line in each.text.splitlines():
            # Control characters are escaped there, so lines that contain any cannot be compared.
            if line.isprintable() and not any(
                line == shown.strip(" ") or shown.endswith(line) for shown in rest
            ):
                missing.append(f"transcript.txt: turn {number} is missing: {line!r}")
                return missing
    return missing
