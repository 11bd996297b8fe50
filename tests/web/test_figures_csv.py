"""The table of conversations: RFC 4180, times with offset, and no formulas."""

import csv
from io import StringIO
from zoneinfo import ZoneInfo

import pytest

from chatserver.core.people import Person
from chatserver.core.statistics import ConversationFigures
from chatserver.web.figures_csv import BYTE_ORDER_MARK, COLUMNS, header, lines

BERLIN = ZoneInfo("Europe/Berlin")
NOON = 1_796_038_800_000
"""12:40 in Berlin on 30 November 2026, in ms."""


def table(*cases: ConversationFigures, topics: dict[str, str] | None = None) -> list[list[str]]:
    """Write conversations as a table, and read it as a spreadsheet does."""
    written = lines(cases, topics or {}, BERLIN, NOON + 9_000_000).decode()
    return list(csv.reader(StringIO(written, newline=""), strict=True))


def test_the_first_line_names_the_columns_after_a_byte_order_mark() -> None:
    assert header().decode() == BYTE_ORDER_MARK + ",".join(COLUMNS) + "\r\n"


def test_times_have_the_offset_of_the_site_and_durations_are_seconds() -> None:
    case = ConversationFigures(
        opened=NOON,
        reference="K7F3-9QMX",
        assigned=NOON + 1_400,
        replied=NOON + 60_000,
        closed=NOON + 600_000,
        score=5,
        technician=Person("1", "Bob"),
        topic="dsl",
        language="de",
    )
    [row] = table(case, topics={"dsl": "DSL, modem"})
    assert dict(zip(COLUMNS, row, strict=True)) == {
        "reference": "K7F3-9QMX",
        "opened": "2026-11-30T12:40:00+01:00",
        "topic": "DSL, modem",
        "language": "de",
        "technician": "Bob",
        "assigned": "2026-11-30T12:40:01+01:00",
        "first_reply": "2026-11-30T12:41:00+01:00",
        "closed": "2026-11-30T12:50:00+01:00",
        "wait_s": "1",
        "first_reply_s": "60",
        "duration_s": "600",
        "reply_promised_by": "",
        "promise": "",
        "abandoned": "0",
        "rating": "5",
    }


@pytest.mark.parametrize("begins", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_no_text_is_taken_for_a_formula(begins: str) -> None:
    text = f'{begins}HYPERLINK("https://evil.example","look")'
    case = ConversationFigures(opened=NOON, technician=Person("1", text), topic="x")
    [row] = table(case, topics={"x": text})
    cells = dict(zip(COLUMNS, row, strict=True))
    assert cells["technician"] == cells["topic"] == f"'{text}"


@pytest.mark.parametrize(
    ("replied", "closed", "promise"),
    [(NOON + 1, None, "kept"), (None, None, "due"), (None, NOON + 5, "")],
)
def test_a_promise_is_kept_broken_or_due(
    replied: int | None, closed: int | None, promise: str
) -> None:
    case = ConversationFigures(
        opened=NOON, promised=NOON + 90_000_000, replied=replied, closed=closed
    )
    assert table(case)[0][COLUMNS.index("promise")] == promise


def test_a_broken_promise_is_told() -> None:
    case = ConversationFigures(opened=NOON, promised=NOON + 1)
    assert table(case)[0][COLUMNS.index("promise")] == "broken"


def test_lines_end_as_the_standard_says_and_quotes_are_doubled() -> None:
    case = ConversationFigures(opened=NOON, technician=Person("1", 'Bob "B"'))
    written = lines([case, case], {}, BERLIN, NOON).decode()
    assert written.count("\r\n") == 2
    assert written.endswith("\r\n")
    assert '"Bob ""B"""' in written
