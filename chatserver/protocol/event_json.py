"""Events as JSON: the same fields in the log, on the wire and in transcripts."""

from dataclasses import fields

import orjson
from pydantic import TypeAdapter

from chatserver.core.conversation.events import KINDS, SHOWN_FIELDS, Event, EventJson, Fact

FactFields = dict[str, object]

_FRAME = '{"type":"event","conversation":%s,"seq":%d,"prev":%d,"at":%d,"kind":"%s","author":%s%s'

_NAMES: dict[type[Fact], tuple[str, ...]] = {
    fact: tuple(field.name for field in fields(fact)) for fact in KINDS.values()
}
_WITH_INTERNAL_FIELDS = frozenset(
    fact for fact, names in _NAMES.items() if set(names) - SHOWN_FIELDS.get(fact, frozenset())
)
_READERS: dict[str, TypeAdapter[Fact]] = {kind: TypeAdapter(fact) for kind, fact in KINDS.items()}


def fact_fields(fact: Fact) -> FactFields:
    """Return the fields of a fact without those that are None, in their order."""
    names = _NAMES[type(fact)]
    return {name: value for name in names if (value := getattr(fact, name)) is not None}


def read_fact(kind: str, data: FactFields) -> Fact:
    """Return a fact from its stored fields.

    Raises KeyError for an unknown kind and ValueError for invalid fields.
    """
    return _READERS[kind].validate_python(data)


def event_json(event: Event) -> EventJson:
    """Return author and fact as JSON, encoded at the first call for an event."""
    if event.json is None:
        encoded = map(orjson.dumps, (event.author, fact_fields(event.fact)))
        made = EventJson(*map(bytes.decode, encoded))
        object.__setattr__(event, "json", made)
        return made
    return event.json


def event_frame(event: Event, *, internal: bool) -> bytes:
    """Return the frame of an event; that of technicians is made from the JSON that it has."""
    if not internal:
        return orjson.dumps({"type": "event", **event_fields(event, internal=False)})
    author, fact = event_json(event)
    name = orjson.dumps(event.conversation).decode()
    more = "}" if fact == "{}" else f",{fact[1:]}"
    return (_FRAME % (name, event.seq, event.seq - 1, event.at, event.kind, author, more)).encode()


def has_single_view(event: Event) -> bool:
    """Return True if technicians and customers see the same JSON of an event.

    The frame is then encoded once for all sessions instead of once for each side.
    """
    return event.prev == event.seq - 1 and type(event.fact) not in _WITH_INTERNAL_FIELDS


def event_fields(event: Event, *, internal: bool) -> dict[str, object]:
    """Return the fields of an event on the wire and in transcript.json.

    With `internal` it is the technicians' view, in which `prev` is always `seq` - 1. In the
    customer's view `prev` skips internal events, and only fields in SHOWN_FIELDS are there.
    """
    facts = fact_fields(event.fact)
    if not internal:
        shown = SHOWN_FIELDS.get(type(event.fact), frozenset())
        facts = {name: value for name, value in facts.items() if name in shown}
    prev = event.seq - 1 if internal else event.prev
    place = {"conversation": event.conversation, "seq": event.seq, "prev": prev, "at": event.at}
    return {**place, "kind": event.kind, "author": event.author, **facts}
