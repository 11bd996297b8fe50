"""Redacted events keep no words, and lead to the same state as before."""

from dataclasses import replace
from functools import reduce

import pytest
from hypothesis import given

from chatserver.core.conversation.commands import Accept, AddNote, Close, Erase, Rate, Send
from chatserver.core.conversation.events import Closed, CloseReason, Event, Redacted
from chatserver.core.conversation.redaction import redact
from chatserver.core.conversation.state import Conversation, evolve
from chatserver.core.retention import DAY, Retention
from tests.playbook import ANN, BOB, EVE, NOON, OPENING, Play, opened
from tests.transcript.strategies import plays


def state_of(events: list[Event]) -> Conversation | None:
    empty: Conversation | None = None
    return reduce(evolve, events, empty)


def test_customers_erase_their_closed_conversation() -> None:
    play = opened().given((BOB, Accept()), (ANN, Close()))
    play.when(ANN, Erase()).then(Redacted(first=1, through=4))


def test_erasing_an_open_conversation_closes_it() -> None:
    closed = Closed(by="customer", reason=CloseReason.CUSTOMER)
    opened().when(ANN, Erase()).then(closed, Redacted(first=1, through=3))


def test_only_the_customer_and_the_desk_can_erase() -> None:
    opened().when(None, Erase()).then(
        Closed(by="system", reason=CloseReason.INACTIVE), Redacted(first=1, through=3)
    )
    opened().when(EVE, Erase()).then_refused("not_found")
    opened().given((BOB, Accept())).when(BOB, Erase()).then_refused("not_allowed")


@pytest.mark.parametrize("command", [Send(text="more"), Rate(score=1, comment="more"), Erase()])
def test_an_erased_conversation_accepts_no_command(command: Send | Rate | Erase) -> None:
    play = opened().given((BOB, Accept()), (ANN, Erase()))
    play.when(ANN, command).then_refused("closed")
    play.when(BOB, AddNote(text="she said")).then_refused("closed")


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


@pytest.mark.parametrize(("topic", "days"), [("dsl", 10), ("tv", 30), (None, 30)])
def test_a_conversation_is_kept_as_long_as_its_topic_says(topic: str | None, days: int) -> None:
    retention = Retention(days=30, by_topic={"dsl": 10, "law": 0})
    play = Play().given((ANN, replace(OPENING, topic=topic)))
    assert play.state is not None
    assert retention.expires_at(play.state) is None
    closed = play.given((ANN, Close())).state
    assert closed is not None
    assert retention.expires_at(closed) == NOON + days * DAY
    assert retention.expires_at(replace(closed, topic="law")) is None
    assert Retention().expires_at(closed) is None
