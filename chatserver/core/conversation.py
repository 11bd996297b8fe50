"""The rules of one conversation: `decide` says what happens, `evolve` what it means."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypedDict

from chatserver.core import commands as ask
from chatserver.core.commands import Actor, Command
from chatserver.core.errors import Code, Conflict, Refused
from chatserver.core.events import (
    INTERNAL,
    Assigned,
    Closed,
    CloseReason,
    Declined,
    DeclineReason,
    Event,
    Fact,
    Kept,
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
    RequeueReason,
    Transferred,
)
from chatserver.core.people import DESK, Author, Customer, Person, Role, Technician
from chatserver.core.reasons import Why

PREVIEW = 200
"""Characters of the last message that a summary carries."""


class Status(StrEnum):
    """Where a conversation is in its life."""

    WAITING = "waiting"
    ACTIVE = "active"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Last:
    """The last message, as a list of conversations shows it."""

    text: str
    at: int
    author: Author


@dataclass(frozen=True, slots=True)
class Conversation:
    """What the log of one conversation says so far.

    `shown` is the newest seq a customer may see. `helpers` are the ids of all technicians who
    ever had it. `avoid` is who just gave it away and should not get it straight back, and
    `requeue_reason` why it waits again. `reply_by` (ms) is until when an answer was promised to
    who does not wait live, and `place_until` (ms) is until when the place is kept of who waits but
    has left the page. `offered` is who is asked until `offered_until` (ms) whether they take
    it, and `previous` the id of who helped the customer last time. `replied`: the technician has
    said something since `assigned_at` (ms); `reminded`: a silent customer was. `erased_at` (ms)
    is when the words were removed.
    """

    id: str
    reference: str
    customer: Person
    opened_at: int
    status: Status = Status.WAITING
    topic: str | None = None
    subject: str | None = None
    product: str | None = None
    technician: Person | None = None
    closed_at: int | None = None
    seq: int = 0
    shown: int = 0
    touched_at: int = 0
    last: Last | None = None
    requeued: bool = False
    requeue_reason: RequeueReason | None = None
    avoid: str | None = None
    helpers: tuple[str, ...] = ()
    reply_by: int | None = None
    erased_at: int | None = None
    offered: Person | None = None
    offered_until: int | None = None
    assigned_at: int | None = None
    replied: bool = False
    reminded: bool = False
    language: str | None = None
    previous: str | None = None
    priority: int = 0
    place_until: int | None = None

    @property
    def is_open(self) -> bool:
        return self.status is not Status.CLOSED

    def belongs_to(self, customer: str) -> bool:
        return self.customer.id == customer

    def is_with(self, technician: str) -> bool:
        return self.technician is not None and self.technician.id == technician


class Changes(TypedDict, total=False):
    """The fields of a conversation that an event changes."""

    status: Status
    topic: str
    technician: Person | None
    closed_at: int | None
    last: Last | None
    requeued: bool
    requeue_reason: RequeueReason | None
    avoid: str | None
    helpers: tuple[str, ...]
    reply_by: int
    place_until: int | None
    offered: Person | None
    offered_until: int | None
    customer: Person
    subject: str | None
    product: str | None
    erased_at: int
    assigned_at: int
    replied: bool
    reminded: bool


def decide(
    state: Conversation | None, command: Command, actor: Actor, now: int
) -> tuple[Event, ...]:
    """What happens when `actor` asks for `command` at `now` (ms).

    Raises Refused when it may not; `not_found` also stands for what is not the actor's, so that
    nobody learns what exists.
    """
    author = DESK if actor is None else actor.author
    if isinstance(command, ask.Erase):
        # Not even the name of who asks is kept.
        author = replace(author, name="")
    if isinstance(command, ask.Open):
        facts = _open(command, actor)
        return _stamp(command.conversation, 0, 0, now, author, facts)
    if state is None:
        raise Refused(Code.NOT_FOUND)
    facts = _facts(state, command, actor)
    return _stamp(state.id, state.seq, state.shown, max(now, state.touched_at), author, facts)


def evolve(state: Conversation | None, event: Event) -> Conversation:
    """The conversation after one more event of its log."""
    changes: Changes = {}
    if isinstance(event.fact, Opened):
        state = _opened(event, event.fact)
    elif state is None:
        raise ValueError(f"a log begins with `opened`, not with `{event.kind}`")
    else:
        changes = _changes(state, event)
    shown = state.shown if event.internal else event.seq
    # One copy for each event of each message, so all changes at once.
    return replace(state, seq=event.seq, shown=shown, touched_at=event.at, **changes)


def may_read(state: Conversation, actor: Actor) -> bool:
    """Whether the log of this conversation is theirs to read.

    Customers read their own; technicians what they have or had, and who waits; supervisors all.
    """
    match actor:
        case None:
            return True
        case Customer():
            return state.belongs_to(actor.id)
        case Technician():
            return (
                actor.rank.supervises or actor.id in state.helpers or state.status is Status.WAITING
            )


def _stamp(
    conversation: str, seq: int, shown: int, at: int, author: Author, facts: tuple[Fact, ...]
) -> tuple[Event, ...]:
    events = []
    for fact in facts:
        seq += 1
        events.append(Event(conversation, seq, at, author, fact, prev=shown))
        shown = shown if type(fact) in INTERNAL else seq
    return tuple(events)


def _open(command: ask.Open, actor: Actor) -> tuple[Fact, ...]:
    if not isinstance(actor, Customer):
        raise Refused(Code.NOT_ALLOWED)
    opened = Opened(
        customer=actor.person,
        reference=command.reference,
        topic=command.topic,
        subject=command.subject,
        product=command.product,
        language=command.language,
        previous=command.previous,
        priority=actor.priority or None,
    )
    said = (Message(text=command.text),) if command.text else ()
    promised = (Promised(command.reply_by),) if command.reply_by is not None else ()
    return (opened, *said, *promised)


def _facts(state: Conversation, command: Command, actor: Actor) -> tuple[Fact, ...]:
    if state.erased_at is not None:
        raise Refused(Code.CLOSED if may_read(state, actor) else Code.NOT_FOUND)
    match command:
        case ask.Send():
            _must_take_part(state, actor)
            _must_be_open(state)
            return (Message(command.text, command.file, command.attachment),)
        case ask.KeepPlace():
            _must_wait_live(state, actor)
            return (Kept(command.until),)
        case ask.LeaveMessage():
            return (_leave_message(state, command, actor),)
        case ask.AddNote():
            _must_be_technician(state, actor)
            return (Note(text=command.text),)
        case ask.Close():
            return (_close(state, actor),)
        case ask.Erase():
            return _erase(state, actor)
        case ask.Rate():
            return (_rate(state, command, actor),)
        case ask.Accept():
            return (_accept(state, actor),)
        case ask.Assign():
            return (_assign(state, command.technician, command.why),)
        case ask.Offer():
            return (_offer(state, command),)
        case ask.Decline():
            return (_decline(state, command, actor),)
        case ask.Requeue():
            return (_requeue(state, command),)
        case ask.Remind():
            if state.status is not Status.ACTIVE or state.reminded:
                raise Conflict
            return (Reminded(command.closes_at),)
        case ask.EndSilent():
            # Whoever wrote in the same moment was not silent.
            if state.status is not Status.ACTIVE or state.last is None:
                raise Conflict
            if state.last.at > command.since:
                raise Conflict
            return (Closed(by=Role.SYSTEM, reason=CloseReason.INACTIVE),)
        case ask.Abandon():
            if state.status is not Status.WAITING or state.reply_by is not None:
                raise Conflict
            return (Closed(by=Role.SYSTEM, reason=CloseReason.ABANDONED),)
        case ask.Transfer():
            return _transfer(state, command, actor)
        case ask.Open():
            raise Refused(Code.CONFLICT)


def _must_be_open(state: Conversation) -> None:
    if not state.is_open:
        raise Refused(Code.CLOSED)


def _must_take_part(state: Conversation, actor: Actor) -> None:
    """Only its customer and the technician who has it; supervisors read, but do not speak."""
    match actor:
        case Customer() if state.belongs_to(actor.id):
            return
        case Technician() if state.is_with(actor.id):
            return
    raise Refused(Code.NOT_ALLOWED if may_read(state, actor) else Code.NOT_FOUND)


def _must_be_technician(state: Conversation, actor: Actor) -> Technician:
    """A technician in this conversation, or a supervisor."""
    if not may_read(state, actor):
        raise Refused(Code.NOT_FOUND)
    if not isinstance(actor, Technician):
        raise Refused(Code.NOT_ALLOWED)
    if not (state.is_with(actor.id) or actor.rank.supervises):
        raise Refused(Code.NOT_ALLOWED)
    return actor


def _leave_message(state: Conversation, command: ask.LeaveMessage, actor: Actor) -> Promised:
    if actor is None:
        # Whoever came back in the same moment, or was served, waits live no more or again.
        if state.status is not Status.WAITING or state.place_until is None:
            raise Conflict
    else:
        _must_wait_live(state, actor)
    return Promised(command.reply_by)


def _must_wait_live(state: Conversation, actor: Actor) -> None:
    """Only the customer who waits, and not who was promised an answer."""
    if not isinstance(actor, Customer):
        raise Refused(Code.NOT_ALLOWED if may_read(state, actor) else Code.NOT_FOUND)
    _must_take_part(state, actor)
    _must_be_open(state)
    if state.status is not Status.WAITING or state.reply_by is not None:
        raise Conflict(by=state.technician.name if state.technician else None)


def _close(state: Conversation, actor: Actor) -> Closed:
    match actor:
        case Customer() if state.belongs_to(actor.id):
            closed = Closed(by=Role.CUSTOMER, reason=CloseReason.CUSTOMER)
        case Technician():
            _must_be_technician(state, actor)
            closed = Closed(by=Role.TECHNICIAN, reason=CloseReason.TECHNICIAN)
        case _:
            raise Refused(Code.NOT_FOUND)
    _must_be_open(state)
    return closed


def _erase(state: Conversation, actor: Actor) -> tuple[Fact, ...]:
    if not may_read(state, actor):
        raise Refused(Code.NOT_FOUND)
    if isinstance(actor, Technician):
        raise Refused(Code.NOT_ALLOWED)
    ended: tuple[Fact, ...] = ()
    if state.is_open:
        by, reason = (Role.SYSTEM, CloseReason.INACTIVE)
        if actor is not None:
            by, reason = (Role.CUSTOMER, CloseReason.CUSTOMER)
        ended = (Closed(by=by, reason=reason),)
    return (*ended, Redacted(first=1, through=state.seq + len(ended)))


def _rate(state: Conversation, command: ask.Rate, actor: Actor) -> Rated:
    if not may_read(state, actor):
        raise Refused(Code.NOT_FOUND)
    if not isinstance(actor, Customer) or state.status is Status.WAITING:
        raise Refused(Code.NOT_ALLOWED)
    return Rated(score=command.score, comment=command.comment)


def _accept(state: Conversation, actor: Actor) -> Assigned:
    if not isinstance(actor, Technician):
        raise Refused(Code.NOT_ALLOWED)
    return _assign(state, actor.person)


def _assign(state: Conversation, technician: Person, why: Why | None = None) -> Assigned:
    if state.status is Status.ACTIVE:
        raise Conflict(by=state.technician.name if state.technician else None)
    _must_be_open(state)
    return Assigned(technician, why)


def _offer(state: Conversation, command: ask.Offer) -> Offered:
    if state.status is not Status.WAITING or state.offered is not None:
        raise Conflict(by=state.technician.name if state.technician else None)
    return Offered(command.technician, command.until, command.why)


def _decline(state: Conversation, command: ask.Decline, actor: Actor) -> Declined:
    """Only who is asked can decline, and only the desk can say that they were silent."""
    if not may_read(state, actor):
        raise Refused(Code.NOT_FOUND)
    if state.offered is None or state.offered.id != command.technician:
        raise Conflict(by=state.technician.name if state.technician else None)
    if actor is not None and actor.id != command.technician:
        raise Refused(Code.NOT_ALLOWED)
    reason = DeclineReason.MISSED if actor is None else DeclineReason.DECLINED
    return Declined(state.offered, reason)


def _requeue(state: Conversation, command: ask.Requeue) -> Requeued:
    if state.status is not Status.ACTIVE or not state.is_with(command.technician):
        raise Conflict
    return Requeued(reason=command.reason)


def _transfer(state: Conversation, command: ask.Transfer, actor: Actor) -> tuple[Fact, ...]:
    _must_be_technician(state, actor)
    _must_be_open(state)
    note = (Note(text=command.note),) if command.note else ()
    if command.technician is not None:
        if state.is_with(command.technician.id):
            raise Conflict(by=command.technician.name)
        handed_over = Transferred(technician=command.technician)
        return (*note, handed_over, Assigned(technician=command.technician))
    return (
        *note,
        Transferred(topic=command.topic),
        Requeued(reason=RequeueReason.TRANSFERRED),
    )


def _opened(event: Event, fact: Opened) -> Conversation:
    return Conversation(
        id=event.conversation,
        reference=fact.reference,
        customer=fact.customer,
        opened_at=event.at,
        topic=fact.topic,
        subject=fact.subject,
        product=fact.product,
        language=fact.language,
        previous=fact.previous,
        priority=fact.priority or 0,
    )


def _changes(state: Conversation, event: Event) -> Changes:
    match event.fact:
        case Message() as fact:
            name = fact.attachment.name if fact.attachment else ""
            last = Last((fact.text or name)[:PREVIEW], event.at, event.author)
            replied = state.replied or event.author.role is Role.TECHNICIAN
            return {"last": last, "replied": replied, "reminded": False}
        case Assigned() as fact:
            return _with_technician(state, fact.technician, event.at)
        case Reminded():
            return {"reminded": True}
        case Requeued() as fact:
            return {
                "status": Status.WAITING,
                "technician": None,
                "requeued": True,
                "requeue_reason": fact.reason,
                "avoid": state.technician.id if state.technician else None,
            }
        case Promised() as fact:
            return {"reply_by": fact.reply_by, "place_until": None}
        case Kept() as fact:
            return {"place_until": fact.until}
        case Transferred() as fact:
            return {} if fact.topic is None else {"topic": fact.topic}
        case Offered() as fact:
            return {"offered": fact.technician, "offered_until": fact.until}
        case Declined() as fact:
            return {"offered": None, "offered_until": None, "avoid": fact.technician.id}
        case Closed():
            return {
                "status": Status.CLOSED,
                "closed_at": event.at,
                "place_until": None,
                "offered": None,
                "offered_until": None,
            }
        case Reopened():
            waiting = Status.ACTIVE if state.technician else Status.WAITING
            return {"status": waiting, "closed_at": None}
        case Redacted(first=1):
            nobody = Person(state.customer.id, "")
            return {
                "customer": nobody,
                "subject": None,
                "product": None,
                "last": None,
                "erased_at": event.at,
            }
        case Redacted():
            return {"last": None}
        case Opened() | Note() | Rated():
            return {}


def _with_technician(state: Conversation, technician: Person, at: int) -> Changes:
    helpers = state.helpers
    if technician.id not in helpers:
        helpers = (*helpers, technician.id)
    return {
        "status": Status.ACTIVE,
        "technician": technician,
        "assigned_at": at,
        "replied": False,
        "helpers": helpers,
        "requeued": False,
        "requeue_reason": None,
        "avoid": None,
        "place_until": None,
        "offered": None,
        "offered_until": None,
    }
