"""Thread-Index headers, by which Outlook shows an answer in its conversation."""

from base64 import b64decode, b64encode
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatserver.core.incoming_mail.thread_index import (
    CHILD_BYTES,
    HEADER_BYTES,
    MAX_BYTES,
    answer_thread_index,
    read_thread_index,
)
from tests.playbook import NOON

FROM_EXCHANGE = "AQHWLRNo4NaOjvXU8EODe0ZotrA8Bw=="
"""Written by Exchange in May 2020."""

ANSWERED_AT = 1_589_806_659_755
"""217 s after that (ms since 1970 UTC)."""

FROM_OUTLOOK = "Ac3JvVvG4NaOjvXU8EODe0ZotrA8Bw=="
"""An index as Outlook begins it: the six high bytes of the time."""

STARTED_AT = (int.from_bytes(b64decode(FROM_OUTLOOK)[:6]) << 16) // 10_000 - 11_644_473_600_000
"""Its time, in ms since 1970 UTC."""


ANSWERED_ANSWERS = [
    # Of public mailing lists: the index without its last block, when that was written, the block.
    # Outlook 2007, 47 minutes after an answer that came 50 minutes after the first letter.
    (
        "AclnUd8SEf2EvunUTPKoT6ApYI1nXQABHV6A",
        "2008-12-26T13:51:32.094Z",
        "0002aea9d0",
    ),
    # Exchange 2003.
    (
        "AcL6MHEK1nbEBPr5QxGZ33qq5Ke5dwAaGfqA",
        "2003-04-04T15:37:31.279Z",
        "0009d08140",
    ),
    # Exchange Online, the eighth answer: 12 minutes, though in the unit of long times.
    (
        "AQHWW4kYTVU0hTDyYEitKlUuU5vZlKkKf2uAgAACLICAAR7YAIAAIxaAgAAB34CAAARBAIAAAV+A",
        "2020-07-17T14:01:10Z",
        "8000035c00",
    ),
]


def child(index: str) -> str:
    return b64decode(index)[HEADER_BYTES:].hex()


def test_an_answer_to_exchange_has_the_block_that_exchange_writes() -> None:
    assert child(answer_thread_index(FROM_EXCHANGE, ANSWERED_AT, 5)) == "a8adcdac50"


def test_an_answer_to_outlook_counts_units_of_26_ms() -> None:
    answer = answer_thread_index(FROM_OUTLOOK, STARTED_AT + 3_600_000, 0x1F)
    assert child(answer) == f"{36_000_000_000 >> 18:08x}f0"


@pytest.mark.parametrize(("parent", "at", "block"), ANSWERED_ANSWERS)
def test_an_answer_to_an_answer_counts_from_that_one(parent: str, at: str, block: str) -> None:
    at_ms = round(datetime.fromisoformat(at).timestamp() * 1_000)
    index = answer_thread_index(parent, at_ms, int(block[-2], 16))
    assert b64decode(index)[-CHILD_BYTES:].hex() == block


def test_an_answer_after_two_years_counts_units_of_a_second() -> None:
    two_years_ms = 2 * 365 * 86_400_000
    answer = answer_thread_index(FROM_OUTLOOK, STARTED_AT + two_years_ms, 0)
    units = two_years_ms * 10_000 >> 23
    assert child(answer) == f"{0x8000_0000 | units:08x}00"


def test_a_letter_with_a_clock_that_is_ahead_is_answered_at_once() -> None:
    assert child(answer_thread_index(FROM_OUTLOOK, 0, 0)) == "0000000000"


def test_an_index_beyond_the_limit_is_cut_to_the_block_of_its_conversation() -> None:
    header = b64decode(FROM_OUTLOOK)
    whole = header + bytes(MAX_BYTES - HEADER_BYTES)
    assert read_thread_index(b64encode(whole).decode()) == b64encode(whole).decode()
    assert read_thread_index(b64encode(whole + bytes(5)).decode()) == FROM_OUTLOOK


@given(st.one_of(st.text(), st.binary().map(lambda data: b64encode(data).decode())))
def test_any_header_is_read_as_an_index_that_can_be_answered_or_as_none(value: str) -> None:
    index = read_thread_index(value)
    if index is not None:
        assert read_thread_index(answer_thread_index(index, NOON, 1)) is not None


def test_a_folded_header_is_one_index() -> None:
    assert read_thread_index(f"{FROM_OUTLOOK[:9]}\n {FROM_OUTLOOK[9:]}") == FROM_OUTLOOK


def test_damaged_headers_are_none() -> None:
    assert read_thread_index("AQHWLRNo4NaOjvXU8EODe0ZotrA8B") is None
    assert read_thread_index("AgHWLRNo4NaOjvXU8EODe0ZotrA8Bw==") is None
    assert read_thread_index("AQHWLRNo") is None
