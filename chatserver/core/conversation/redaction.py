"""Redaction: events without their words, for conversations that were erased."""

from dataclasses import replace
from typing import assert_never

from chatserver.core.conversation.events import (
    Admitted,
    Assigned,
    Automatic,
    Bounced,
    Closed,
    Declined,
    Discarded,
    Doubted,
    Escalated,
    Event,
    Fact,
    Kept,
    Mailed,
    Message,
    Note,
    Offered,
    Opened,
    Promised,
    Rated,
    Redacted,
    Reminded,
    Reopened,
    Requeued,
    Split,
    Transferred,
)
from chatserver.core.people import Role


def redact(event: Event) -> Event:
    """Return the event without texts, files and the customer's name; kind and time stay."""
    author = event.author
    if author.role is Role.CUSTOMER:
        author = replace(author, name="")
    return replace(event, author=author, fact=_redact_fact(event.fact))


def _redact_fact(fact: Fact) -> Fact:
    """Return the fact without words; each kind has its case, so that a new one is decided on."""
    match fact:
        case Opened():
            anonymous = replace(fact.customer, name="")
            return replace(fact, customer=anonymous, subject=None, product=None)
        # Not even the id of the upload stays: with it the file could be asked for.
        case Message():
            return Message(way=fact.way)
        case Note():
            return Note(text="")
        case Rated():
            return replace(fact, comment=None)
        case Mailed():
            return replace(fact, mail="", to="")
        case Bounced():
            return replace(fact, mail="", diagnostic=None)
        case Automatic():
            return replace(fact, subject=None, text=None)
        case Doubted():
            return replace(fact, sender="", subject=None, text=None, source=None)
        case (
            Promised()
            | Kept()
            | Assigned()
            | Offered()
            | Declined()
            | Requeued()
            | Transferred()
            | Reminded()
            | Closed()
            | Reopened()
            | Escalated()
            | Admitted()
            | Discarded()
            | Split()
            | Redacted()
        ):
            return fact
        case _:
            assert_never(fact)
