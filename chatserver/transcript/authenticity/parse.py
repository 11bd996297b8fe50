"""Parse `transcript.json` back into the events of the log it was made from."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce

import orjson

from chatserver.core.conversation.events import Event
from chatserver.core.conversation.state import Conversation, evolve
from chatserver.core.people import Author, Role
from chatserver.protocol.event_json import read_fact

ENVELOPE = frozenset({"conversation", "seq", "prev", "at", "kind", "author"})
"""Fields that belong to the event itself and not to its fact."""


@dataclass(frozen=True, slots=True)
class Export:
    """A complete log read from an export: its events and the resulting state.

    `salts` are the salts (hex) under which the events were hashed, or None without a proof.
    """

    events: tuple[Event, ...]
    state: Conversation
    salts: tuple[str, ...] | None


def parse_transcript(content: bytes) -> Export:
    """Parse the log in a `transcript.json`.

    Raises ValueError if the content is no transcript or lacks entries. The internal edition is
    always complete, the customer's edition only if the conversation has no notes.
    """
    try:
        document = orjson.loads(content)
        events = _events(document["conversation"], document["events"])
        salts = document.get("proof", {}).get("salts")
        kept = None if salts is None else tuple(str(salts[str(event.seq)]) for event in events)
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(
            f"the file is not a transcript ({type(error).__name__}: {error})"
        ) from None
    state: Conversation | None = reduce(_evolved, events, None)
    if state is None:
        raise ValueError("the transcript has no entries")
    return Export(events, state, kept)


def _events(conversation: str, shown: list[Mapping[str, object]]) -> tuple[Event, ...]:
    events: list[Event] = []
    prev = 0
    for number, fields in enumerate(shown, start=1):
        if fields["seq"] != number or fields["conversation"] != conversation:
            raise ValueError(
                f"entry {number} is missing; export the internal edition, which has all"
            )
        event = _event(fields, prev)
        events.append(event)
        # `prev` in the internal edition is just the previous number. The log stores the number of
        # the previous event that the customer sees, so it is computed again here.
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
