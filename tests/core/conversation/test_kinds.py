"""The kinds of events: one class each, listed once."""

from dataclasses import fields
from typing import get_args

import pytest

from chatserver.core.conversation.events import (
    INTERNAL,
    INTERNAL_FIELDS,
    KINDS,
    SHOWN_FIELDS,
    Fact,
)

STORED = (
    *("opened", "promised", "kept", "message", "note", "assigned", "offered", "declined"),
    *("requeued", "transferred", "reminded", "closed", "reopened", "rated", "redacted"),
    *("mailed", "bounced", "automatic", "doubted", "admitted", "discarded", "split"),
)
"""The names in logs that exist: none of them may ever change."""


def test_logs_that_exist_stay_readable() -> None:
    assert set(STORED) <= KINDS.keys()


def test_every_class_of_the_union_is_a_kind() -> None:
    assert tuple(KINDS.values()) == get_args(Fact)
    assert set(KINDS.values()) >= INTERNAL


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_each_field_of_an_event_is_shown_to_customers_or_internal(kind: str) -> None:
    fact = KINDS[kind]
    names = {field.name for field in fields(fact)}
    if fact in INTERNAL:
        assert fact not in SHOWN_FIELDS
    else:
        assert names == SHOWN_FIELDS[fact] | (INTERNAL_FIELDS & names)
        assert not SHOWN_FIELDS[fact] & INTERNAL_FIELDS
