"""The state of one conversation, computed from its events by `evolve`.

The rules for new events are in `decide`.
"""

from dataclasses import dataclass, fields, make_dataclass
from enum import StrEnum
from operator import attrgetter
from typing import TYPE_CHECKING, TypedDict

from chatserver.core.conversation.commands import Actor
from chatserver.core.conversation.events import (
    Admitted,
    Assigned,
    Automatic,
    Bounced,
    Closed,
    Declined,
    DeclineReason,
    Discarded,
    Doubted,
    Escalated,
    Event,
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
    RequeueReason,
    Split,
    Transferred,
)
from chatserver.core.conversation.mail_origin import Way
from chatserver.core.conversation.promise import (
    EscalationLevel,
    Promise,
    Promises,
    answered,
    bounced,
    escalated,
    first_owed,
    mailed,
    renewed,
    with_promise,
)
from chatserver.core.people import Author, Customer, Person, Role, Technician

PREVIEW_CHARACTERS = 200
"""Characters of the first and of the last message that a summary carries."""


LATE, BROKEN = EscalationLevel.LATE, EscalationLevel.BROKEN


class ConversationStatus(StrEnum):
    """The stage of a conversation's life."""

    WAITING = "waiting"
    ACTIVE = "active"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Last:
    """The last message, as a list of conversations shows it; `at` in ms since 1970 UTC."""

    text: str
    at: int
    author: Author


@dataclass(frozen=True, slots=True)
class Conversation:
    """The state of a conversation after the event `seq`; all times in ms since 1970 UTC.

    - `shown`: the newest seq that is visible to the customer.
    - `touched_at`: the time of the newest event.
    - `requeued`, `requeue_reason`: the customer was served before and waits again.
    - `avoid`: the id of the technician that passed the customer on, and is not asked first.
    - `helpers`: the ids of all technicians that ever had the conversation.
    - `reply_by`: the earliest deadline of the `promises` that are owed.
    - `place_until`: the end of a reserved place in the queue.
    - `offered`, `offered_until`: the technician with a pending offer, and its end.
    - `assigned_at`, `replied`: the time of the last assignment, and True once that technician
      has written.
    - `reminded`: the silent customer was reminded.
    - `previous`: the id of the technician of the customer's last conversation.
    - `erased_at`: the time at which the words were removed.
    - `way`: MAIL for a case that began by e-mail.
    - `doubted`: the seqs of the letters that a technician has yet to admit or to discard.
    - `question`: the beginning of the customer's first message, by which a list names it; empty
      once some words were removed, None also for conversations of before 0.2.
    - `promises`: the owed ones, and the last ones that were kept; empty if none was ever made.
    - `is_written`: the customer does not wait at the page: the case came by e-mail, or the last
      words were promised an answer.
    - `by_mail`: the customer's last words came by e-mail, and so a letter answers them.
    - `asked_at`: the time of the first words after the answer, until an answer to them is promised.
    - `newest_letter`: the seq of the last words that a letter has carried, 0 before the first.
    """

    id: str
    reference: str
    customer: Person
    opened_at: int
    status: ConversationStatus = ConversationStatus.WAITING
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
    question: str | None = None
    way: Way | None = None
    doubted: tuple[int, ...] = ()
    promises: Promises = ()
    is_written: bool = False
    by_mail: bool = False
    asked_at: int | None = None
    newest_letter: int = 0

    @property
    def escalation(self) -> EscalationLevel | None:
        """The highest escalation of what is owed; a renewed promise was broken before."""
        levels = {BROKEN if each.renewed else each.level for each in self.promises if each.is_owed}
        return BROKEN if BROKEN in levels else LATE if LATE in levels else None

    @property
    def is_open(self) -> bool:
        """True until the conversation is closed."""
        return self.status is not ConversationStatus.CLOSED

    @property
    def has_question(self) -> bool:
        """True if anything was said: a message, a file or a subject."""
        return self.last is not None or bool(self.subject)

    def belongs_to(self, customer: str) -> bool:
        """Return True if the id `customer` is that of its customer."""
        return self.customer.id == customer

    def is_with(self, technician: str) -> bool:
        """Return True if the id `technician` is that of the assigned technician."""
        return self.technician is not None and self.technician.id == technician


_FIELD_NAMES = tuple(field.name for field in fields(Conversation))
_FIELD_INDEX = {name: index for index, name in enumerate(_FIELD_NAMES)}
_field_values = attrgetter(*_FIELD_NAMES)


class Stamp(TypedDict):
    """The fields that every event changes."""

    seq: int
    touched_at: int
    shown: int


if TYPE_CHECKING:
    # Type checkers know that its keywords are the fields of the dataclass, and their types.
    from dataclasses import replace as copy_with
else:
    # Setting a field of a frozen dataclass is a call: a copy is filled while it is of this class,
    # which is not frozen, and becomes a Conversation then. So a copy takes a third of the time,
    # and a fifth of that of `dataclasses.replace`. Each message makes one.
    _Unfrozen = make_dataclass("_Unfrozen", _FIELD_NAMES, slots=True)

    def copy_with(state, **changes):
        """Return a copy with these fields changed."""
        values = list(_field_values(state))
        for name, value in changes.items():
            values[_FIELD_INDEX[name]] = value
        copy = _Unfrozen(*values)
        copy.__class__ = Conversation
        return copy


def evolve(state: Conversation | None, event: Event) -> Conversation:
    """Return the state after one more event; `state` is None before the first.

    Raises ValueError when the first event is not `opened`.
    """
    if isinstance(event.fact, Opened):
        return _opened(event, event.fact)
    if state is None:
        raise ValueError(f"a log begins with `opened`, not with `{event.kind}`")
    return _changed(state, event)


def may_read(state: Conversation, actor: Actor) -> bool:
    """Return True if the actor may read the log of this conversation.

    Customers may read their own; technicians the waiting ones and those that they have or had;
    supervisors and the desk all.
    """
    match actor:
        case None:
            return True
        case Customer():
            return state.belongs_to(actor.id)
        case Technician():
            return (
                actor.rank.supervises
                or actor.id in state.helpers
                or state.status is ConversationStatus.WAITING
            )


def _opened(event: Event, fact: Opened) -> Conversation:
    return Conversation(
        id=event.conversation,
        reference=fact.reference,
        customer=fact.customer,
        opened_at=event.at,
        seq=event.seq,
        shown=event.seq,
        touched_at=event.at,
        topic=fact.topic,
        subject=fact.subject,
        product=fact.product,
        language=fact.language,
        previous=fact.previous,
        priority=fact.priority or 0,
        way=fact.way,
        is_written=fact.way is Way.MAIL,
        by_mail=fact.way is Way.MAIL,
    )


def _changed(state: Conversation, event: Event) -> Conversation:
    """Return the state after an event other than the first."""
    shown = state.shown if event.internal else event.seq
    stamp: Stamp = {"seq": event.seq, "touched_at": event.at, "shown": shown}
    match event.fact:
        case Message() as fact:
            name = fact.attachment.name if fact.attachment else ""
            last = Last((fact.text or name)[:PREVIEW_CHARACTERS], event.at, event.author)
            if state.last is None and state.question is None:
                state = _begun(state, last)
            if state.promises or state.by_mail or fact.way or not state.replied:
                state = _spoken(state, event, fact)
            return copy_with(state, **stamp, last=last, reminded=False)
        case Assigned() as fact:
            return _with_technician(state, fact.technician, stamp)
        case Reminded():
            return copy_with(state, **stamp, reminded=True)
        case Requeued() as fact:
            return _requeued(state, fact.reason, stamp)
        case Promised() as fact:
            return _promised(state, event, fact)
        case Mailed() as fact:
            state = copy_with(state, **stamp, newest_letter=fact.through)
            return _with_promises(state, mailed(state.promises, fact.through))
        case Bounced() as fact:
            kept = bounced(state.promises, fact.through, state.newest_letter)
            return _with_promises(copy_with(state, **stamp), kept)
        case Escalated() as fact:
            kept = escalated(state.promises, fact.reply_by, fact.level)
            return copy_with(state, **stamp, promises=kept)
        case Kept() as fact:
            return copy_with(state, **stamp, place_until=fact.until)
        case Transferred() as fact:
            topic = state.topic if fact.topic is None else fact.topic
            return copy_with(state, **stamp, topic=topic)
        case Offered() as fact:
            return copy_with(state, **stamp, offered=fact.technician, offered_until=fact.until)
        case Declined() as fact:
            avoid = state.avoid if fact.reason is DeclineReason.WITHDRAWN else fact.technician.id
            return copy_with(state, **stamp, offered=None, offered_until=None, avoid=avoid)
        case Closed():
            return _closed(state, stamp)
        case Reopened():
            # What was promised before the end is not owed any more; words are, once they come.
            kept = tuple(each for each in state.promises if not each.is_owed)
            return _with_promises(_reopened(state, stamp), kept)
        case Redacted(first=1):
            # From the first event on: the whole conversation is erased.
            return _erased(state, stamp)
        case Redacted():
            return copy_with(state, **stamp, last=None, question="")
        case Doubted():
            return copy_with(state, **stamp, doubted=(*state.doubted, event.seq))
        case Admitted() | Discarded() as fact:
            doubted = tuple(each for each in state.doubted if each != fact.doubted)
            return copy_with(state, **stamp, doubted=doubted)
        case Opened() | Note() | Rated() | Automatic() | Split():
            return copy_with(state, **stamp)


def _begun(state: Conversation, first: Last) -> Conversation:
    # Where the technician speaks first, the conversation did not begin with a question.
    return copy_with(state, question=first.text) if first.author.role is Role.CUSTOMER else state


def _spoken(state: Conversation, event: Event, fact: Message) -> Conversation:
    """Return the state after words that may answer a promise, or ask for one."""
    match event.author.role:
        case Role.TECHNICIAN:
            # An answer in the chat keeps the promise at once: should the technician be lost, the
            # customer waits live again, and not behind all newcomers as a left message.
            kept = answered(state.promises, event.seq, by_mail=state.by_mail)
            return _with_promises(copy_with(state, replied=True, asked_at=None), kept)
        case Role.CUSTOMER:
            by_mail, asked_at = fact.way is Way.MAIL, state.asked_at
            if not state.promises and by_mail is state.by_mail:
                return state
            is_answered = not any(each.is_unanswered for each in state.promises)
            if state.promises and is_answered and asked_at is None:
                asked_at = event.at
            # Who writes in the chat once all is answered is at the page again.
            is_written = by_mail or (state.is_written and state.reply_by is not None)
            return copy_with(state, by_mail=by_mail, asked_at=asked_at, is_written=is_written)
        case _:
            return state


def _promised(state: Conversation, event: Event, fact: Promised) -> Conversation:
    since = event.at if fact.since is None else fact.since
    # Promises of before 0.3 have no milestones: all time counts alike.
    span = max(0, fact.reply_by - since)
    promise = Promise(
        seq=event.seq,
        since=since,
        reply_by=fact.reply_by,
        half_at=since + span // 2 if fact.half_at is None else fact.half_at,
        late_at=since + span * 4 // 5 if fact.late_at is None else fact.late_at,
    )
    stamped = copy_with(
        state,
        seq=event.seq,
        touched_at=event.at,
        shown=event.seq,
        place_until=None,
        asked_at=None,
        is_written=True,
    )
    if fact.instead_of is None:
        return _with_promises(stamped, with_promise(state.promises, promise))
    return _with_promises(stamped, renewed(state.promises, fact.instead_of, promise))


def _with_promises(state: Conversation, promises: Promises) -> Conversation:
    owed = first_owed(promises)
    return copy_with(state, promises=promises, reply_by=owed.reply_by if owed else None)


def _requeued(state: Conversation, reason: RequeueReason, stamp: Stamp) -> Conversation:
    return copy_with(
        state,
        **stamp,
        status=ConversationStatus.WAITING,
        technician=None,
        requeued=True,
        requeue_reason=reason,
        avoid=_passed_on_by(state, reason),
    )


def _closed(state: Conversation, stamp: Stamp) -> Conversation:
    return copy_with(
        state,
        **stamp,
        status=ConversationStatus.CLOSED,
        closed_at=stamp["touched_at"],
        place_until=None,
        offered=None,
        offered_until=None,
    )


def _reopened(state: Conversation, stamp: Stamp) -> Conversation:
    """Return the state of a customer that waits again, first for the previous technician."""
    return copy_with(
        state,
        **stamp,
        status=ConversationStatus.WAITING,
        technician=None,
        previous=state.technician.id if state.technician else state.previous,
        closed_at=None,
        is_written=False,
        asked_at=None,
        replied=False,
        reminded=False,
        requeued=False,
        requeue_reason=None,
        avoid=None,
    )


def _erased(state: Conversation, stamp: Stamp) -> Conversation:
    """Return the state without words and without the customer's name."""
    return copy_with(
        state,
        **stamp,
        customer=Person(state.customer.id, ""),
        subject=None,
        product=None,
        last=None,
        question=None,
        doubted=(),
        erased_at=stamp["touched_at"],
    )


def _passed_on_by(state: Conversation, reason: RequeueReason) -> str | None:
    """Return the id of the technician that is not asked first again, or None."""
    # A lost connection says nothing about the customer: the same technician may have them back.
    if state.technician is None or reason is RequeueReason.TECHNICIAN_LEFT:
        return None
    return state.technician.id


def _with_technician(state: Conversation, technician: Person, stamp: Stamp) -> Conversation:
    helpers = state.helpers
    # A technician may have a conversation twice; the right to read it is listed once.
    if technician.id not in helpers:
        helpers = (*helpers, technician.id)
    return copy_with(
        state,
        **stamp,
        status=ConversationStatus.ACTIVE,
        technician=technician,
        assigned_at=stamp["touched_at"],
        replied=False,
        helpers=helpers,
        requeued=False,
        requeue_reason=None,
        avoid=None,
        place_until=None,
        offered=None,
        offered_until=None,
    )
