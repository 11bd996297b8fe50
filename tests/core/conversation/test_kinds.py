"""The kinds of events: one class each, listed once."""

from typing import get_args

from chatserver.core.conversation.events import INTERNAL, KINDS, Fact

STORED = (
    *("opened", "promised", "kept", "message", "note", "assigned", "offered", "declined"),
    *("requeued", "transferred", "reminded", "closed", "reopened", "rated", "redacted"),
)
"""The names in logs that exist: none of them may ever change."""


def test_logs_that_exist_stay_readable() -> None:
    assert set(STORED) <= KINDS.keys()


def test_every_class_of_the_union_is_a_kind() -> None:
    assert tuple(KINDS.values()) == get_args(Fact)
    assert set(KINDS.values()) >= INTERNAL
