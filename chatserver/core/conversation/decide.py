"""Decide which events a command leads to, given the state of its conversation."""

from dataclasses import replace

from chatserver.core.conversation import commands
from chatserver.core.conversation.commands import Actor, Command
from chatserver.core.conversation.events import (
    INTERNAL,
    Admitted,
    Assigned,
    Automatic,
    Bounced,
    Closed,
    CloseReason,
    Declined,
    DeclineReason,
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
    RequeueReason,
    Split,
    Transferred,
)
from chatserver.core.conversation.mail_origin import Way
from chatserver.core.conversation.promise import EscalationLevel, Milestones, first_owed
from chatserver.core.conversation.state import Conversation, ConversationStatus, may_read
from chatserver.core.errors import Code, Conflict, Refused
from chatserver.core.explanation import Explanation
from chatserver.core.people import DESK, Author, Customer, Person, Role, Technician


def decide(
    state: Conversation | None, command: Command, actor: Actor, now: int
) -> tuple[Event, ...]:
    """Return the events that `command`, issued by `actor` at `now` (ms since 1970 UTC), leads to.

    Raises Refused when the rules do not allow it, and Conflict when another command came first.
    A conversation that the actor may not read is refused as `not_found`, like one that does not
    exist, so that ids cannot be probed.
    """
    author = DESK if actor is None else actor.author
    if isinstance(command, commands.Erase | commands.Admit):
        return _decide_with_authors(state, command, actor, now)
    if isinstance(command, commands.Open):
        facts = _open(command, actor)
        return _stamp(command.conversation, 0, 0, at=now, author=author, facts=facts)
    if state is None:
        raise Refused(Code.NOT_FOUND)
    facts = _facts(state, command, actor)
    # The wall clock may have been set back: an event is never older than the one before it.
    at = max(now, state.touched_at)
    return _stamp(state.id, state.seq, state.shown, at=at, author=author, facts=facts)


def _decide_with_authors(
    state: Conversation | None, command: commands.Erase | commands.Admit, actor: Actor, now: int
) -> tuple[Event, ...]:
    """Decide a command of which an event has another author than the actor as they are."""
    if state is None:
        raise Refused(Code.NOT_FOUND)
    facts = _facts(state, command, actor)
    author, customer = DESK if actor is None else actor.author, state.customer
    if isinstance(command, commands.Erase):
        # The erasure itself must not store the customer's name again.
        author = replace(author, name="")
    at = max(now, state.touched_at)
    events = _stamp(state.id, state.seq, state.shown, at=at, author=author, facts=facts)
    words = Author(Role.CUSTOMER, customer.id, customer.name)
    return tuple(
        replace(event, author=words) if isinstance(event.fact, Message) else event
        for event in events
    )


def _stamp(
    conversation: str, seq: int, shown: int, *, at: int, author: Author, facts: tuple[Fact, ...]
) -> tuple[Event, ...]:
    """Number the facts from `seq` + 1 on; `shown` is the last seq that a customer may see."""
    events = []
    for number, fact in enumerate(facts, start=seq + 1):
        # An internal event does not move `shown`: the customer's chain of `prev` skips it. A broken
        # chain therefore means a lost event; a gap in `seq` alone may be a hidden note.
        events.append(Event(conversation, number, at, author=author, fact=fact, prev=shown))
        shown = shown if type(fact) in INTERNAL else number
    return tuple(events)


def _open(command: commands.Open, actor: Actor) -> tuple[Fact, ...]:
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
        way=command.way,
        follows=command.follows,
    )
    message = (_first_message(command),) if command.text else ()
    return (opened, *message, *_promised(command.reply_by, command.milestones))


def _promised(
    reply_by: int | None, milestones: Milestones | None, instead_of: int | None = None
) -> tuple[Promised, ...]:
    """Return the event of a promise; none where nothing is promised."""
    if reply_by is None:
        return ()
    if milestones is None:
        return (Promised(reply_by, instead_of=instead_of),)
    since, half_at, late_at = milestones.since, milestones.half_at, milestones.late_at
    return (Promised(reply_by, since, half_at, late_at, instead_of=instead_of),)


def _first_message(command: commands.Open) -> Message:
    return Message(
        command.text,
        way=command.way,
        mail=command.mail,
        quoted=command.quoted,
        thread_index=command.thread_index,
    )


def _facts(state: Conversation, command: Command, actor: Actor) -> tuple[Fact, ...]:
    """Check one command against the state; raises Refused or Conflict."""
    # Nothing may be added to an erased conversation, or words would stand in it again. Readers are
    # told `closed`; for others it stays unknown.
    if state.erased_at is not None:
        raise Refused(Code.CLOSED if may_read(state, actor) else Code.NOT_FOUND)
    match command:
        case commands.Send():
            _require_participant(state, actor)
            _require_open(state)
            return (Message(command.text, command.file, command.attachment),)
        case commands.KeepPlace():
            _require_waiting_live(state, actor)
            return (Kept(command.until),)
        case commands.LeaveMessage():
            return _leave_message(state, command, actor)
        case commands.PromiseReply() | commands.Escalate():
            _require_open(state)
            _require_desk(actor)
            return _promise_reply(state, command)
        case commands.AddNote():
            _require_technician(state, actor)
            return (Note(text=command.text),)
        case commands.Close():
            return (_close(state, actor),)
        case commands.Erase():
            return _erase(state, actor)
        case commands.Rate():
            return (_rate(state, command, actor),)
        case commands.Accept():
            return (_accept(state, actor),)
        case commands.Assign():
            return (_assign(state, command.technician, command.why),)
        case commands.Offer():
            return (_offer(state, command),)
        case commands.Decline():
            return (_decline(state, command, actor),)
        case commands.Requeue():
            return (_requeue(state, command),)
        case commands.Remind():
            return (_remind(state, command),)
        case commands.EndSilent():
            return (_end_silent(state, command),)
        case commands.Abandon():
            return (_abandon(state),)
        case commands.Transfer():
            return _transfer(state, command, actor)
        case commands.Reopen():
            return _reopen(state, command, actor)
        case commands.ReceiveMail():
            _require_participant(state, actor)
            _require_open(state)
            return (_letter_message(command), *_promise_for_letter(state, command))
        case (
            commands.RecordMailed()
            | commands.RecordBounce()
            | commands.RecordAutomatic()
            | commands.RecordDoubted()
        ):
            _require_desk(actor)
            return (_mail_record(command),)
        case commands.Admit() | commands.Discard() | commands.SplitLetter():
            return _sort_letter(state, command, actor)
        case commands.Open():
            raise Refused(Code.CONFLICT)


def _reopen(state: Conversation, command: commands.Reopen, actor: Actor) -> tuple[Fact, ...]:
    if actor is not None:
        if not isinstance(actor, Customer):
            raise Refused(Code.NOT_ALLOWED if may_read(state, actor) else Code.NOT_FOUND)
        _require_participant(state, actor)
    if state.is_open:
        raise Conflict
    if (state.closed_at or 0) < command.ended_since:
        raise Refused(Code.CLOSED)
    way = Way.MAIL if command.mail else None
    message = Message(
        command.text,
        way=way,
        mail=command.mail,
        quoted=command.quoted,
        thread_index=command.thread_index,
    )
    promised = _promised(command.reply_by, command.milestones)
    return (Reopened(), *((message,) if command.text else ()), *promised)


def _letter_message(command: commands.ReceiveMail) -> Message:
    return Message(
        text=command.text,
        file=command.file,
        attachment=command.attachment,
        way=Way.MAIL,
        mail=command.mail,
        quoted=command.quoted,
        thread_index=command.thread_index,
    )


def _promise_for_letter(
    state: Conversation, command: commands.ReceiveMail | commands.Admit
) -> tuple[Promised, ...]:
    """Return the promise for a letter, unless an answer to earlier words is owed.

    A customer who waits live keeps that place: as a left message it would be behind all others.
    """
    waits_live = state.status is ConversationStatus.WAITING and state.reply_by is None
    if waits_live or any(each.is_unanswered for each in state.promises):
        return ()
    return _promised(command.reply_by, command.milestones)


def _promise_reply(
    state: Conversation, command: commands.PromiseReply | commands.Escalate
) -> tuple[Fact, ...]:
    """Promise an answer, or escalate the promise; raises Conflict if an answer came meanwhile."""
    if isinstance(command, commands.PromiseReply):
        if state.asked_at is None:
            raise Conflict
        return _promised(command.reply_by, command.milestones)
    owed = first_owed(state.promises)
    if owed is None or owed.reply_by != command.reply_by or not owed.may_become(command.level):
        raise Conflict
    escalation = Escalated(command.level, command.reply_by)
    renewal = _promised(command.new_reply_by, command.milestones, command.reply_by)
    if command.level is EscalationLevel.LATE:
        return (escalation,)
    # A technician whose answer is on its way has done their part; else another one is asked.
    is_held = state.status is ConversationStatus.ACTIVE and owed.is_unanswered
    requeued = (Requeued(RequeueReason.UNANSWERED),) if is_held else ()
    return (escalation, *renewal, *requeued)


def _mail_record(
    command: commands.RecordMailed
    | commands.RecordBounce
    | commands.RecordAutomatic
    | commands.RecordDoubted,
) -> Fact:
    match command:
        case commands.RecordMailed():
            return Mailed(command.mail, command.to, command.first, command.through)
        case commands.RecordBounce():
            return Bounced(command.mail, command.status, command.through, command.diagnostic)
        case commands.RecordAutomatic():
            return Automatic(command.what, command.subject, command.text)
        case commands.RecordDoubted():
            return Doubted(
                command.sender, command.doubt, command.subject, command.text, source=command.source
            )


def _sort_letter(
    state: Conversation,
    command: commands.Admit | commands.Discard | commands.SplitLetter,
    actor: Actor,
) -> tuple[Fact, ...]:
    _require_technician(state, actor)
    if isinstance(command, commands.SplitLetter):
        return (Split(command.first, command.through, command.reference),)
    if command.doubted not in state.doubted:
        # Two technicians may decide on a letter at once.
        raise Conflict
    if isinstance(command, commands.Discard):
        return (Discarded(command.doubted, command.reference),)
    _require_open(state)
    promised = _promise_for_letter(state, command)
    return (Admitted(command.doubted), *command.messages, *promised)


def _require_open(state: Conversation) -> None:
    if not state.is_open:
        raise Refused(Code.CLOSED)


def _require_desk(actor: Actor) -> None:
    if actor is not None:
        raise Refused(Code.NOT_ALLOWED)


def _require_participant(state: Conversation, actor: Actor) -> None:
    """Raise Refused unless the actor is the customer or the assigned technician.

    Supervisors may read but not write, so they get `not_allowed` instead of `not_found`.
    """
    match actor:
        case Customer() if state.belongs_to(actor.id):
            return
        case Technician() if state.is_with(actor.id):
            return
    raise Refused(Code.NOT_ALLOWED if may_read(state, actor) else Code.NOT_FOUND)


def _require_technician(state: Conversation, actor: Actor) -> Technician:
    """Return the actor if it is the assigned technician or a supervisor; raises Refused."""
    if not may_read(state, actor):
        raise Refused(Code.NOT_FOUND)
    if not isinstance(actor, Technician):
        raise Refused(Code.NOT_ALLOWED)
    if not (state.is_with(actor.id) or actor.rank.supervises):
        raise Refused(Code.NOT_ALLOWED)
    return actor


def _leave_message(
    state: Conversation, command: commands.LeaveMessage, actor: Actor
) -> tuple[Promised, ...]:
    if actor is None:
        _require_in_queue(state)
    else:
        _require_waiting_live(state, actor)
    return _promised(command.reply_by, command.milestones)


def _require_waiting_live(state: Conversation, actor: Actor) -> None:
    """Raise Refused unless the actor is the customer of this conversation, waiting live.

    Raises Conflict when the customer was assigned or left a message in the meantime.
    """
    if not isinstance(actor, Customer):
        raise Refused(Code.NOT_ALLOWED if may_read(state, actor) else Code.NOT_FOUND)
    _require_participant(state, actor)
    _require_open(state)
    _require_in_queue(state)


def _require_in_queue(state: Conversation) -> None:
    """Raise Conflict if the customer was assigned or left a message in the meantime."""
    if state.status is not ConversationStatus.WAITING or state.reply_by is not None:
        raise Conflict(by=state.technician.name if state.technician else None)


def _close(state: Conversation, actor: Actor) -> Closed:
    match actor:
        case Customer() if state.belongs_to(actor.id):
            closed = Closed(by=Role.CUSTOMER, reason=CloseReason.CUSTOMER)
        case Technician():
            _require_technician(state, actor)
            closed = Closed(by=Role.TECHNICIAN, reason=CloseReason.TECHNICIAN)
        case _:
            raise Refused(Code.NOT_FOUND)
    _require_open(state)
    return closed


def _erase(state: Conversation, actor: Actor) -> tuple[Fact, ...]:
    if not may_read(state, actor):
        raise Refused(Code.NOT_FOUND)
    if isinstance(actor, Technician):
        raise Refused(Code.NOT_ALLOWED)
    ended: tuple[Fact, ...] = ()
    # A redacted conversation accepts no further event, so an open one has to end first.
    if state.is_open:
        by, reason = (Role.SYSTEM, CloseReason.INACTIVE)
        if actor is not None:
            by, reason = (Role.CUSTOMER, CloseReason.CUSTOMER)
        ended = (Closed(by=by, reason=reason),)
    return (*ended, Redacted(first=1, through=state.seq + len(ended)))


def _rate(state: Conversation, command: commands.Rate, actor: Actor) -> Rated:
    if not may_read(state, actor):
        raise Refused(Code.NOT_FOUND)
    if not isinstance(actor, Customer) or state.status is ConversationStatus.WAITING:
        raise Refused(Code.NOT_ALLOWED)
    return Rated(score=command.score, comment=command.comment)


def _accept(state: Conversation, actor: Actor) -> Assigned:
    if not isinstance(actor, Technician):
        raise Refused(Code.NOT_ALLOWED)
    return _assign(state, actor.person)


def _assign(state: Conversation, technician: Person, why: Explanation | None = None) -> Assigned:
    # Two technicians may accept at once: the second one is told the name of the first.
    if state.status is ConversationStatus.ACTIVE:
        raise Conflict(by=state.technician.name if state.technician else None)
    _require_open(state)
    return Assigned(technician, why)


def _offer(state: Conversation, command: commands.Offer) -> Offered:
    if state.status is not ConversationStatus.WAITING or state.offered is not None:
        raise Conflict(by=state.technician.name if state.technician else None)
    return Offered(command.technician, command.until, command.why)


def _decline(state: Conversation, command: commands.Decline, actor: Actor) -> Declined:
    """Decline the pending offer; raises Conflict if there is none for this technician.

    Only the technician of the offer can decline it, and only the desk can end it otherwise.
    """
    if not may_read(state, actor):
        raise Refused(Code.NOT_FOUND)
    if state.offered is None or state.offered.id != command.technician:
        raise Conflict(by=state.technician.name if state.technician else None)
    if actor is not None and actor.id != command.technician:
        raise Refused(Code.NOT_ALLOWED)
    if actor is not None:
        return Declined(state.offered, DeclineReason.DECLINED)
    reason = DeclineReason.WITHDRAWN if command.withdrawn else DeclineReason.MISSED
    return Declined(state.offered, reason)


def _requeue(state: Conversation, command: commands.Requeue) -> Requeued:
    # The technician may have handed over within the grace: only their own conversation is taken.
    if state.status is not ConversationStatus.ACTIVE or not state.is_with(command.technician):
        raise Conflict
    return Requeued(reason=command.reason)


def _remind(state: Conversation, command: commands.Remind) -> Reminded:
    if state.status is not ConversationStatus.ACTIVE or state.reminded:
        raise Conflict
    return Reminded(command.closes_at)


def _end_silent(state: Conversation, command: commands.EndSilent) -> Closed:
    # A message committed after the timer fired has the newer time: the timer loses.
    if state.status is not ConversationStatus.ACTIVE or state.last is None:
        raise Conflict
    if state.last.at > command.since or state.last.author.role is not Role.TECHNICIAN:
        # The role counts too: after the wall clock was set back, a newer message has the time of
        # the one before it.
        raise Conflict
    return Closed(by=Role.SYSTEM, reason=CloseReason.INACTIVE)


def _abandon(state: Conversation) -> Closed:
    _require_in_queue(state)
    if state.has_question:
        raise Conflict
    return Closed(by=Role.SYSTEM, reason=CloseReason.ABANDONED)


def _transfer(state: Conversation, command: commands.Transfer, actor: Actor) -> tuple[Fact, ...]:
    _require_technician(state, actor)
    _require_open(state)
    # The note comes first, so that the next technician reads it before the assignment.
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
