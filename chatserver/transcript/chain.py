"""The hash chain over a conversation's events: what proves that none was changed or taken out.

Everything is text, so that `jq`, `sha256sum` and a shell loop can follow it:

    entry  the event's fields without `prev` and `why`, as JSON with sorted keys, no blanks, UTF-8
    leaf   SHA-256 of: salt (hex), line feed, entry          written as hex
    link   SHA-256 of: link before (hex), line feed, leaf (hex); before the first stands the
           SHA-256 of the conversation's id

A salt is 16 random bytes of its event alone. Who has a leaf without its salt and entry learns
nothing from it: that is how the customer's edition proves its place between notes, and how a text
can be erased while the chain stays whole.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

import orjson

from chatserver.core.conversation.events import INTERNAL_FIELDS, Event
from chatserver.protocol.event_json import event_fields

UNPROVEN = INTERNAL_FIELDS | {"prev"}
"""Fields in which the editions of one event differ."""


@dataclass(frozen=True, slots=True)
class Salted:
    """What is kept of one event for the chain: its salt, or its leaf once it was erased."""

    seq: int
    salt: str | None
    leaf: str | None = None


def entry(fields: Mapping[str, object]) -> bytes:
    """An event's fields, as the wire shows them, in the form that is hashed."""
    return canonical({name: value for name, value in fields.items() if name not in UNPROVEN})


def canonical(value: object) -> bytes:
    """JSON with sorted keys and no blanks, UTF-8."""
    # Once through JSON, so that people in an event are objects whose keys can be sorted, too.
    return orjson.dumps(orjson.loads(orjson.dumps(value)), option=orjson.OPT_SORT_KEYS)


def leaf(salt: str, fields: Mapping[str, object]) -> str:
    """The hash of one event under its salt, both in hex."""
    return _digest(salt.encode() + b"\n" + entry(fields))


def leaves(events: Iterable[Event], salted: Iterable[Salted]) -> list[str]:
    """The leaves of a whole log, in order; raises ValueError when salts and events differ."""
    made = []
    for event, kept in zip(events, salted, strict=True):
        if event.seq != kept.seq:
            raise ValueError(f"entry {event.seq} has the salt of entry {kept.seq}")
        if kept.leaf is not None:
            made.append(kept.leaf)
        elif kept.salt is not None:
            made.append(leaf(kept.salt, event_fields(event, internal=True)))
        else:
            raise ValueError(f"entry {event.seq} has neither salt nor leaf")
    return made


def links(conversation: str, leaves: Iterable[str]) -> Iterator[str]:
    """The link of each leaf: what the head was when its entry was the last."""
    link = _digest(conversation.encode())
    for each in leaves:
        link = _digest(f"{link}\n{each}".encode())
        yield link


def head(conversation: str, leaves: Sequence[str]) -> str:
    """The last link: one hash that stands for the whole conversation."""
    link = _digest(conversation.encode())
    for link in links(conversation, leaves):  # noqa: B007 - the last one is wanted
        pass
    return link


def _digest(content: bytes) -> str:
    return sha256(content).hexdigest()
