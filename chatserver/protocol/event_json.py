"""Events as plain data: the same fields in the log, on the wire and in transcripts."""

from dataclasses import fields

from pydantic import TypeAdapter

from chatserver.core.conversation.events import INTERNAL_FIELDS, KINDS, Event, Fact

FactFields = dict[str, object]

_NAMES: dict[type[Fact], tuple[str, ...]] = {
    fact: tuple(field.name for field in fields(fact)) for fact in KINDS.values()
}
_WITH_INTERNAL_FIELDS = frozenset(
    fact for fact, names in _NAMES.items() if INTERNAL_FIELDS & set(names)
)
_READERS: dict[str, TypeAdapter[Fact]] = {kind: TypeAdapter(fact) for kind, fact in KINDS.items()}


def fact_fields(fact: Fact) -> FactFields:
    """The fields of a fact that say something, in their order."""
    named = ((name, getattr(fact, name)) for name in _NAMES[type(fact)])
    return {name: value for name, value in named if value is not None}


def read_fact(kind: str, data: FactFields) -> Fact:
    """A stored fact; raises KeyError or ValueError for what this version cannot read."""
    return _READERS[kind].validate_python(data)


def has_single_view(event: Event) -> bool:
    """Whether technicians and customers are shown the very same of an event."""
    return event.prev == event.seq - 1 and type(event.fact) not in _WITH_INTERNAL_FIELDS


def event_fields(event: Event, *, internal: bool) -> dict[str, object]:
    """An event as the wire and transcript.json show it.

    `internal` is the technicians' view, in which every seq is visible and `prev` is the one
    before; a customer's `prev` skips what they may not see.
    """
    facts = fact_fields(event.fact)
    if not internal:
        facts = {name: value for name, value in facts.items() if name not in INTERNAL_FIELDS}
    return {
        "conversation": event.conversation,
        "seq": event.seq,
        "prev": event.seq - 1 if internal else event.prev,
        "at": event.at,
        "kind": event.kind,
        "author": event.author,
        **facts,
    }
