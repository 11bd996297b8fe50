"""Redacted events keep no words, and lead to the same state as before."""

from dataclasses import is_dataclass
from enum import Enum
from functools import reduce
from typing import cast, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given

from chatserver.core.conversation.commands import Accept, Erase, Send
from chatserver.core.conversation.events import KINDS, Event, Fact
from chatserver.core.conversation.redaction import redact
from chatserver.core.conversation.state import Conversation, evolve
from tests.playbook import ANN, BOB, NOON, Play, opened
from tests.transcript.strategies import plays


def state_of(events: list[Event]) -> Conversation | None:
    empty: Conversation | None = None
    return reduce(evolve, events, empty)


HARMLESS = {
    # Ids, and words that the server or the site chose: no customer wrote any of them.
    "opened.customer.id",
    "opened.reference",
    "opened.topic",
    "opened.language",
    "opened.previous",
    "opened.follows",
    "discarded.reference",
    "split.reference",
    "bounced.status",
    "transferred.topic",
    "closed.by",
    # Technicians stay named as long as the account of the conversation is kept.
    *(
        f"{kind}.technician.{field}"
        for kind in ("assigned", "offered", "declined", "transferred")
        for field in ("id", "name")
    ),
    *(
        f"{kind}.why.{field}"
        for kind in ("assigned", "offered")
        for field in ("candidates.technician.id", "candidates.technician.name", "widened", "held")
    ),
}
"""Texts that stay in a redacted event. A new field is added here only if it bears no words."""


def filled(hint: object, path: str, paths: list[str]) -> object:
    """Return a value of a type in which each text is the path of its field; note the paths."""
    arguments = get_args(hint)
    if get_origin(hint) is tuple:
        return (filled(arguments[0], path, paths),)
    if arguments:
        return filled(arguments[0], path, paths)
    assert isinstance(hint, type)
    if is_dataclass(hint):
        hints = get_type_hints(hint).items()
        return hint(**{name: filled(each, f"{path}.{name}", paths) for name, each in hints})
    if issubclass(hint, Enum):
        return next(iter(hint))
    if hint is str:
        paths.append(path)
        return path
    assert hint is int, path
    return 0


@pytest.mark.parametrize("kind", KINDS)
def test_a_redacted_event_has_no_text_but_those_declared_harmless(kind: str) -> None:
    paths: list[str] = []
    fact = cast("Fact", filled(KINDS[kind], kind, paths))
    left = repr(redact(Event("c1", seq=1, at=NOON, author=BOB.author, fact=fact, prev=0)))
    assert {path for path in paths if repr(path) in left} == HARMLESS & set(paths)


@given(play=plays())
def test_the_redacted_log_leads_to_the_same_state(play: Play) -> None:
    # The state kept in memory and the one rebuilt after a restart must not differ.
    play.given((None, Erase()))
    last = play.events[-1].seq
    blank = [redact(event) if event.seq < last else event for event in play.events]
    assert state_of(blank) == play.state
    assert blank == [redact(event) for event in blank]


def test_not_even_the_customers_name_is_left() -> None:
    play = opened().given((BOB, Accept()), (ANN, Send(text="My name is Ann")), (ANN, Erase()))
    blank = [redact(event) for event in play.events]
    assert "Ann" not in repr(blank)
    assert "Ann" not in repr(play.state)
    assert "Bob" in repr(blank)
