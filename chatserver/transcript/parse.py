"""Reading `transcript.json` back: the events of the log that it was made from."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce

import orjson

from chatserver.core.conversation.events import Event
from chatserver.core.conversation.state import Conversation, evolve
from chatserver.core.people import Author, Role
from chatserver.protocol.event_json import read_fact

ENVELOPE = frozenset({"conversation", "seq", "prev", "at", "kind", "author"})
"""Fields of an event that are not its fact's."""


@dataclass(frozen=True, slots=True)
class Export:
    """A whole log that was taken out: its events, what they lead to, and the salts (hex) under
    which they were hashed, None where the file did not say."""

    events: tuple[Event, ...]
    state: Conversation
    salts: tuple[str, ...] | None


def read(content: bytes) -> Export:
    """The log in a `transcript.json`; raises ValueError for what is none, or not whole.

    Whole is the internal edition, and the customer's where there were no notes.
    """
    try:
        document = orjson.loads(content)
        events = _events(document["conversation"], document["events"])
        salts = document.get("proof", {}).get("salts")
        kept = None if salts is None else tuple(str(salts[str(event.seq)]) for event in events)
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"this is no transcript ({type(error).__name__}: {error})") from None
    state: Conversation | None = reduce(_evolved, events, None)
    if state is None:
        raise ValueError("there is no entry in it")
    return Export(events, state, kept)


def _events(conversation: str, shown: list[Mapping[str, object]]) -> tuple[Event, ...]:
    events: list[Event] = []
    prev = 0
    for number, fields in enumerate(shown, start=1):
        if fields["seq"] != number or fields["conversation"] != conversation:
            raise ValueError(f"entry {number} is not in it; the internal edition has all entries")
        event = _event(fields, prev)
        events.append(event)
        # What a customer sees of it; the internal edition's `prev` is just the number before.
        prev = prev if event.internal else event.seq
    return tuple(events)


def _event(fields: Mapping[str, object], prev: int) -> Event:
    by = fields["author"]
    if not isinstance(by, dict):
        raise TypeError("an author is an object")
    fact = {name: value for name, value in fields.items() if name not in ENVELOPE}
    return Event(
        conversation=str(fields["conversation"]),
        seq=int(str(fields["seq"])),
        at=int(str(fields["at"])),
        author=Author(Role(by["role"]), str(by["id"]), str(by["name"])),
        fact=read_fact(str(fields["kind"]), fact),
        prev=prev,
    )


def _evolved(state: Conversation | None, event: Event) -> Conversation | None:
    return evolve(state, event)
