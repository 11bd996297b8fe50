"""The conversations of a period as comma-separated values (RFC 4180), one a line, for spreadsheets.

Times are ISO 8601 with the offset of the site's time zone, durations are seconds.
"""

import csv
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, tzinfo
from io import StringIO

from chatserver.core.statistics import ConversationFigures

COLUMNS = (
    "reference",
    "opened",
    "topic",
    "language",
    "technician",
    "assigned",
    "first_reply",
    "closed",
    "wait_s",
    "first_reply_s",
    "duration_s",
    "reply_promised_by",
    "promise",
    "abandoned",
    "rating",
)
BYTE_ORDER_MARK = "\ufeff"
"""Without it, Excel takes the file for a legacy encoding and breaks every umlaut."""

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""Beginnings with which a spreadsheet evaluates a text, the full-width signs included."""

Cell = str | int | None


def header() -> bytes:
    """Return the first line, with a byte order mark before it."""
    return (BYTE_ORDER_MARK + _lines([COLUMNS])).encode()


def lines(
    cases: Iterable[ConversationFigures], topics: Mapping[str, str], zone: tzinfo, at: int
) -> bytes:
    """Return a line for each conversation; promises are judged `at` (ms), topics have names."""
    return _lines(_row(case, topics, zone, at) for case in cases).encode()


def _row(
    case: ConversationFigures, topics: Mapping[str, str], zone: tzinfo, at: int
) -> tuple[Cell, ...]:
    return (
        case.reference,
        _time(case.opened, zone),
        _text(topics.get(case.topic or "", case.topic)),
        _text(case.language),
        _text(case.technician.name if case.technician else None),
        _time(case.assigned, zone),
        _time(case.replied, zone),
        _time(case.closed, zone),
        _seconds(case.wait),
        _seconds(case.first_reply),
        _seconds(case.duration),
        _time(case.promised, zone),
        _promise(case, at),
        int(case.abandoned),
        case.score,
    )


def _promise(case: ConversationFigures, at: int) -> str | None:
    match case.promise_kept(at):
        case True:
            return "kept"
        case False:
            return "broken"
        case _:
            return "due" if case.promised is not None and case.closed is None else None


def _text(text: str | None) -> str | None:
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{text}" if text is not None and text.startswith(FORMULA) else text


def _time(at: int | None, zone: tzinfo) -> str | None:
    if at is None:
        return None
    return datetime.fromtimestamp(at / 1_000, zone).isoformat(timespec="seconds")


def _seconds(duration: int | None) -> int | None:
    return None if duration is None else round(duration / 1_000)


def _lines(rows: Iterable[Sequence[Cell]]) -> str:
    written = StringIO(newline="")
    csv.writer(written, lineterminator="\r\n").writerows(rows)
    return written.getvalue()
