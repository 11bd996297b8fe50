"""The hash chain over a conversation's events, which shows that none was changed or removed.

Everything is text, so that `jq`, `sha256sum` and a shell loop can follow it:

    entry  the event's fields without `prev`, `why` and `priority`, as JSON with sorted keys, no
           blanks, UTF-8
    leaf   SHA-256 of: salt (hex), line feed, entry          written as hex
    link   SHA-256 of: link before (hex), line feed, leaf (hex); before the first stands the
           SHA-256 of the conversation's id

A salt is 16 random bytes used for one event only. A leaf reveals nothing without its salt and
entry. The customer's edition can therefore contain the leaves of internal notes, and a text can be
erased while the chain stays intact.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

import orjson

from chatserver.core.conversation.events import INTERNAL_FIELDS, Event
from chatserver.protocol.event_json import event_fields

UNPROVEN = INTERNAL_FIELDS | {"prev"}
"""Fields that differ between the customer's and the internal edition of one event."""


@dataclass(frozen=True, slots=True)
class ChainRecord:
    """The chain's record of one event: its salt (hex), or its leaf (hex) once it was erased."""

    seq: int
    salt: str | None
    leaf: str | None = None


def entry_bytes(fields: Mapping[str, object]) -> bytes:
    """Return the canonical JSON of an event's fields (as on the wire) that is hashed."""
    return canonical({name: value for name, value in fields.items() if name not in UNPROVEN})


def canonical(value: object) -> bytes:
    """Return `value` as UTF-8 JSON with sorted keys and no blanks."""
    # Serialized twice: OPT_SORT_KEYS sorts dictionaries only, so dataclasses nested in an event
    # (people) must become dictionaries first.
    return orjson.dumps(orjson.loads(orjson.dumps(value)), option=orjson.OPT_SORT_KEYS)


def leaf(salt: str, fields: Mapping[str, object]) -> str:
    """Return the hash (hex) of one event's `fields` under `salt` (hex)."""
    return _digest(salt.encode() + b"\n" + entry_bytes(fields))


def leaves(events: Iterable[Event], salted: Iterable[ChainRecord]) -> list[str]:
    """Return the leaves of a whole log in order.

    Raises ValueError if `salted` does not match `events` one to one.
    """
    made = []
    # An erased event cannot be hashed any more, so its stored leaf takes the place of the salt.
    # Hence erasure leaves all later links, and signatures over them, valid.
    for event, record in zip(events, salted, strict=True):
        if event.seq != record.seq:
            raise ValueError(f"entry {event.seq} has the salt of entry {record.seq}")
        if record.leaf is not None:
            made.append(record.leaf)
        elif record.salt is not None:
            made.append(leaf(record.salt, event_fields(event, internal=True)))
        else:
            raise ValueError(f"entry {event.seq} has neither salt nor leaf")
    return made


def links(conversation: str, leaves: Iterable[str]) -> Iterator[str]:
    """Yield one link (hex) for each leaf; each is the chain's head at the time of that entry."""
    link = _digest(conversation.encode())
    for each in leaves:
        link = _digest(f"{link}\n{each}".encode())
        yield link


def head(conversation: str, leaves: Sequence[str]) -> str:
    """Return the last link (hex): one hash that stands for the whole conversation."""
    link = _digest(conversation.encode())
    for link in links(conversation, leaves):  # noqa: B007 - the last one is wanted
        pass
    return link


def _digest(content: bytes) -> str:
    return sha256(content).hexdigest()
