"""Conversion between rows of the database and the objects of the core."""

from collections.abc import Iterable

import orjson
from pydantic import ConfigDict, TypeAdapter

from chatserver.core.conversation.events import Event
from chatserver.core.conversation.record import ConversationRecord, ReadMarks
from chatserver.core.conversation.state import Conversation
from chatserver.core.log import Append, RequestKey
from chatserver.core.people import Author, Customer, Level, Rank, Role, Technician, TechnicianStatus
from chatserver.protocol.event_json import event_json, read_fact
from chatserver.transcript.authenticity.chain import ChainRecord

EventRow = tuple[str, int, int, str, int, int, str, str]
RequestRow = tuple[str, str, int, str]
RecordRow = tuple[str, int, int]
CustomerRow = tuple[str, str | None, str, str | None, str | None, int]
TechnicianRow = tuple[str, str, str, str, str, int, str, int, str, str, str]

AUTHORED_BY = {role: f'author LIKE \'{{"role":"{role}",%\'' for role in Role}
"""SQL: an event is of this role. The JSON of every author begins with the role."""

EVENT = "conversation, seq, at, kind, internal, prev, author, fact"
RECORD = "state, read_customer, read_technician"
CUSTOMER = "c.id, c.subject, c.name, c.email, c.locale, c.priority"
TECHNICIAN = (
    "t.id, t.login, t.name, t.rank, t.status, t.capacity, t.topics, t.gone, "
    "t.skills, t.languages, t.level"
)

# Without the cache of strings, which keeps ids and texts of past states: 1.3 MiB of a soak. On a
# dataclass pydantic 2.14.3 ignores this setting, on a list of them it does not.
_STATES: TypeAdapter[list[Conversation]] = TypeAdapter(
    list[Conversation], config=ConfigDict(cache_strings="none")
)


def event_row(event: Event) -> EventRow:
    place = (event.conversation, event.seq, event.at, event.kind, int(event.internal), event.prev)
    return (*place, *event_json(event))


def request_row(append: Append, request: RequestKey) -> RequestRow:
    # Ids are whatever clients chose; in a JSON string no character means anything to SQLite.
    return append.events[0].author.id, as_json(request.id), request.digest, as_json(append.answer)


def read_event(row: EventRow) -> Event:
    """The event in a row; raises ValueError or KeyError for an unreadable one."""
    conversation, seq, at, kind, _, prev, author, fact = row
    by = orjson.loads(author)
    return Event(
        conversation=conversation,
        seq=seq,
        at=at,
        author=Author(Role(by["role"]), by["id"], by["name"]),
        fact=read_fact(kind, orjson.loads(fact)),
        prev=prev,
    )


def chain_record(seq: int, salt: bytes | None, leaf: bytes | None) -> ChainRecord:
    """Return the chain's record of an event, whose columns are bytes."""
    return ChainRecord(seq, salt.hex() if salt else None, leaf.hex() if leaf else None)


def read_texts(rows: Iterable[tuple[str]]) -> str:
    """Return the texts of messages and notes, given their stored facts, one in each line."""
    texts = (orjson.loads(fact).get("text") for (fact,) in rows)
    return "\n".join(text for text in texts if text is not None)


def as_json(value: object) -> str:
    """The JSON text of a dataclass, dict or scalar."""
    return orjson.dumps(value).decode()


def read_record(row: RecordRow) -> ConversationRecord:
    state, customer, technician = row
    (read,) = _STATES.validate_json(f"[{state}]")
    return ConversationRecord(read, ReadMarks(customer, technician))


def read_customer(row: CustomerRow) -> Customer:
    identifier, subject, name, email, locale, priority = row
    return Customer(
        id=identifier,
        name=name,
        email=email,
        locale=locale,
        subject=subject,
        priority=priority,
    )


def read_technician(row: TechnicianRow) -> Technician:
    identifier, login, name, rank, status, capacity, topics, gone, skills, languages, level = row
    return Technician(
        id=identifier,
        login=login,
        name=name,
        rank=Rank(rank),
        status=TechnicianStatus(status),
        capacity=capacity,
        topics=frozenset(orjson.loads(topics)),
        gone=bool(gone),
        skills=frozenset(orjson.loads(skills)),
        languages=frozenset(orjson.loads(languages)),
        level=Level(level),
    )
