"""Whether a transcript says what was said: turn by turn, byte by byte."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest

import orjson


@dataclass(frozen=True, slots=True)
class Sent:
    """A message: by which side, and its text."""

    side: str
    text: str


def differences(
    sent: list[Sent], document: bytes, text: bytes, live: Mapping[str, list[Sent]]
) -> list[str]:
    """Every way in which transcript.json, transcript.txt or a live session differs from `sent`."""
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
    """Texts that do not stand in the text form, in their order."""
    missing = []
    rest = iter(lines)
    for number, each in enumerate(sent, start=1):
        for line in each.text.splitlines():
            # Control characters are shown there by their pictures.
            if line.isprintable() and not any(
                line == shown.strip(" ") or shown.endswith(line) for shown in rest
            ):
                missing.append(f"transcript.txt: turn {number} is missing: {line!r}")
                return missing
    return missing
