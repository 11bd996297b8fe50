"""From a checked frame to what the desk does: the answers to customers and technicians."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from chatserver.core.conversation import commands as ask
from chatserver.core.conversation.events import Event
from chatserver.core.conversation.masking import Masking
from chatserver.core.errors import Code, Refused
from chatserver.core.ids import identifier, reference
from chatserver.core.limits import check_text
from chatserver.core.log_types import Answer, LogPage
from chatserver.core.mail import clean_address
from chatserver.core.people import Customer, Technician
from chatserver.gateway.hub import UNKNOWN, Hub
from chatserver.gateway.mail_requests import confirm, mail
from chatserver.gateway.search_requests import (
    customer_card,
    list_conversations,
    search_own,
    similar,
    solved,
)
from chatserver.gateway.subscriptions import Subscriber
from chatserver.protocol import frames as frame
from chatserver.protocol.event_json import event_fields
from chatserver.protocol.views import customer_view, technician_view
from chatserver.services.archive.erasure import Erasure
from chatserver.services.conversations import Conversations
from chatserver.services.customers import Customers, Profile
from chatserver.services.files import Files
from chatserver.services.mail.requests import MailRequests
from chatserver.services.pairing.dispatcher import Dispatcher
from chatserver.services.ports import Clock, Entropy
from chatserver.services.search import ConversationSearch
from chatserver.services.site import SiteSettings
from chatserver.services.technicians import Technicians
from chatserver.workers.pool import WorkerPool

HISTORY_BYTES = 131_072
"""An answer stops growing here, so that it fits through an outbox that others share."""


@dataclass(frozen=True, slots=True)
class Services:
    """What sessions need of the desk."""

    conversations: Conversations
    dispatcher: Dispatcher
    customers: Customers
    technicians: Technicians
    hub: Hub
    clock: Clock
    entropy: Entropy
    text_limit: int
    lookups: ConversationSearch
    workshop: WorkerPool
    files: Files
    site: SiteSettings
    letters: MailRequests
    erasure: Erasure
    place_kept: int
    masking: Masking


async def answer_customer(
    services: Services, customer: Customer, request: frame.AnyRequest, address: str
) -> tuple[Answer, Customer]:
    """The fields of the `ok`, and the customer, whom `profile` or `confirm` may have changed.

    `address` is where the customer comes from, for limits.

    Raises Refused and Unavailable; in both cases nothing happened.
    """
    match request:
        case frame.OpenRequest():
            return await _open(services, customer, request), customer
        case frame.LeaveRequest():
            return await _leave(services, request, customer), customer
        case frame.KeepRequest():
            return await _keep(services, request, customer)
        case frame.SearchRequest():
            return await search_own(services.lookups, customer, request), customer
        case frame.RateRequest():
            check_text(request.comment or "", services.text_limit, "comment")
            command = ask.Rate(request.score, _masked(services, request.comment))
            return await _handle(
                services, request.conversation, command, customer, request
            ), customer
        case frame.EraseRequest():
            return await services.erasure.erase(
                request.conversation, customer, request.id
            ), customer
        case frame.ProfileRequest():
            profile = Profile(request.name, request.email, request.locale)
            customer = await services.customers.change(customer, profile)
            return {"customer": customer_view(customer)}, customer
        case frame.PingRequest():
            return {}, customer
        case frame.ConfirmRequest():
            return await confirm(services.letters, customer, request, address)
        case frame.MailRequest():
            return await mail(services.letters, customer, request), customer
        case frame.SendRequest() | frame.CloseRequest() | frame.HistoryRequest():
            return await _answer_either(services, customer, request), customer
    raise Refused(Code.NOT_ALLOWED)


async def answer_technician(
    services: Services, technician: Technician, member: Subscriber, request: frame.AnyRequest
) -> Answer:
    """The fields of the `ok`; raises Refused and Unavailable, and then nothing happened."""
    match request:
        case frame.SendRequest() | frame.CloseRequest() | frame.HistoryRequest():
            return await _answer_either(services, technician, request)
        case frame.PingRequest():
            return {}
        case frame.StatusRequest():
            changed = await services.technicians.choose(
                technician, request.status, request.capacity
            )
            return {"technician": technician_view(changed)}
        case frame.AcceptRequest():
            return await _handle(services, request.conversation, ask.Accept(), technician, request)
        case frame.DeclineRequest():
            decline = ask.Decline(technician.id)
            return await _handle(services, request.conversation, decline, technician, request)
        case frame.NoteRequest():
            check_text(request.text, services.text_limit)
            command = ask.AddNote(services.masking.apply(request.text))
            return await _handle(services, request.conversation, command, technician, request)
        case frame.TransferRequest():
            transfer = await _transfer(services, request)
            return await _handle(services, request.conversation, transfer, technician, request)
        case frame.WatchRequest():
            return await _watch(services, technician, member, request)
        case frame.UnwatchRequest():
            return await _unwatch(services, technician, member, request.conversation)
        case frame.ListRequest():
            return await list_conversations(services.lookups, technician, request)
        case frame.SimilarRequest():
            return await similar(services.lookups, technician, request)
        case frame.SolvedRequest():
            return await solved(services.lookups, technician, request)
        case frame.CustomerRequest():
            return await customer_card(services.lookups, services.workshop, technician, request)
    raise Refused(Code.NOT_ALLOWED)


async def _answer_either(
    services: Services,
    actor: Customer | Technician,
    request: frame.SendRequest | frame.CloseRequest | frame.HistoryRequest,
) -> Answer:
    match request:
        case frame.SendRequest():
            command = await _send(services, actor, request)
            return await _handle(services, request.conversation, command, actor, request)
        case frame.CloseRequest():
            return await _handle(services, request.conversation, ask.Close(), actor, request)
        case frame.HistoryRequest():
            return await _history(services, actor, request)


async def _handle(
    services: Services,
    conversation: str,
    command: ask.Command,
    actor: Customer | Technician,
    request: frame.AnyRequest,
) -> Answer:
    return await services.conversations.handle(conversation, command, actor, request.id)


async def _open(services: Services, customer: Customer, request: frame.OpenRequest) -> Answer:
    check_text(request.text or "", services.text_limit)
    topic = await services.technicians.topic(request.topic)
    now = services.clock()
    reply_by = services.site.reply_by(now, topic) if request.written else None
    command = ask.Open(
        conversation=identifier(now, services.entropy(80)),
        reference=reference(services.entropy(40)),
        topic=topic,
        subject=_masked(services, request.subject),
        product=_masked(services, request.product),
        text=_masked(services, request.text or None),
        reply_by=reply_by,
        language=_language(customer),
        previous=await services.lookups.helper_of(customer),
    )
    # Who leaves a message does not stand in the line that can be full.
    place: Callable[[], int | None] = _no_place
    if reply_by is None:
        place = partial(services.dispatcher.place_for, topic, customer.priority)
    answer = await services.conversations.open(command, customer, request.id, place)
    return answer if reply_by is None else {**answer, "reply_by": reply_by}


def _masked(services: Services, text: str | None) -> str | None:
    return None if text is None else services.masking.apply(text)


def _language(customer: Customer) -> str | None:
    """The customer's language without region (BCP 47), None where nothing is known of it."""
    language = (customer.locale or "").replace("_", "-").partition("-")[0].lower()
    return language if language.isalpha() and language.isascii() else None


def _no_place() -> None:
    return None


async def _leave(services: Services, request: frame.LeaveRequest, customer: Customer) -> Answer:
    record = services.conversations.peek(request.conversation)
    topic = record.conversation.topic if record else None
    command = ask.LeaveMessage(services.site.reply_by(services.clock(), topic))
    answer = await _handle(services, request.conversation, command, customer, request)
    record = services.conversations.peek(request.conversation)
    reply_by = record.conversation.reply_by if record else None
    return {**answer, "reply_by": reply_by or command.reply_by}


async def _keep(
    services: Services, request: frame.KeepRequest, customer: Customer
) -> tuple[Answer, Customer]:
    """Keep the place; an address is the customer's from now on, confirmed or not."""
    email = clean_address(request.email) if request.email else None
    command = ask.KeepPlace(services.clock() + services.place_kept)
    answer = await _handle(services, request.conversation, command, customer, request)
    if email is not None:
        customer = await services.customers.change(customer, Profile(email=email))
    record = services.conversations.peek(request.conversation)
    until = record.conversation.place_until if record else None
    return {**answer, "until": until or command.until}, customer


async def _send(
    services: Services, actor: Customer | Technician, request: frame.SendRequest
) -> ask.Send:
    if request.file is not None and request.text is None:
        attachment = await services.files.to_send(actor, request.conversation, request.file)
        return ask.Send(file=request.file, attachment=attachment)
    if request.text is None or request.file is not None:
        raise Refused(Code.INVALID, field="text")
    check_text(request.text, services.text_limit)
    unmasked = request.unmasked
    return ask.Send(text=services.masking.apply(request.text, unmasked=unmasked))


async def _transfer(services: Services, request: frame.TransferRequest) -> ask.Transfer:
    check_text(request.note or "", services.text_limit, "note")
    note = _masked(services, request.note)
    if request.technician is not None and request.topic is None:
        colleague = services.technicians.colleague(request.technician)
        return ask.Transfer(technician=colleague.person, note=note)
    if request.topic is not None and request.technician is None:
        topic = await services.technicians.topic(request.topic)
        return ask.Transfer(topic=topic, note=note)
    raise Refused(Code.INVALID, field="technician")


async def _history(
    services: Services, actor: Customer | Technician, request: frame.HistoryRequest
) -> Answer:
    upwards = request.after is not None
    page = LogPage(request.after, request.before, request.limit + 1)
    found = await services.conversations.history(request.conversation, page, actor)
    kept = _within(found if upwards else found[::-1], request.limit)
    events = kept if upwards else kept[::-1]
    internal = isinstance(actor, Technician)
    answer: Answer = {
        "conversation": request.conversation,
        "events": [event_fields(event, internal=internal) for event in events],
        "more": len(kept) < len(found),
    }
    if internal:
        return answer
    record = await services.conversations.readable(request.conversation, actor)
    return {**answer, "kept_until": services.erasure.keeping.expires_at(record.conversation)}


def _within(events: list[Event], limit: int) -> list[Event]:
    """As many from the beginning as an answer may carry, at least one."""
    size = 0
    for count, event in enumerate(events[:limit]):
        size += 4 * len(getattr(event.fact, "text", None) or "")
        if size > HISTORY_BYTES and count:
            return events[:count]
    return events[:limit]


async def _watch(
    services: Services, technician: Technician, member: Subscriber, request: frame.WatchRequest
) -> Answer:
    await services.conversations.readable(request.conversation, technician)
    if not technician.rank.supervises:
        raise Refused(Code.NOT_ALLOWED)
    page = LogPage(after=request.after, limit=200)
    found = await services.conversations.history(request.conversation, page, technician)
    upwards = request.after is not None
    kept = _within(found if upwards else found[::-1], page.limit)
    events = kept if upwards else kept[::-1]
    last = events[-1].seq if events else request.after
    # An event committed since the log was read raised the head: it follows after this answer.
    head = _head(services, request.conversation)
    services.hub.follow(member, request.conversation, last=last, head=head, watching=True)
    return {
        "conversation": request.conversation,
        "events": [event_fields(event, internal=True) for event in events],
    }


async def _unwatch(
    services: Services, technician: Technician, member: Subscriber, conversation: str
) -> Answer:
    record = await services.conversations.readable(conversation, technician)
    following = services.hub.audience.following(member, conversation)
    if following is not None and following.watching:
        services.hub.audience.unfollow(member, conversation)
        if record.conversation.is_open and record.conversation.is_with(technician.id):
            head = _head(services, conversation)
            services.hub.follow(member, conversation, last=following.last, head=head)
    return {"conversation": conversation}


def _head(services: Services, conversation: str) -> int:
    """Return the newest seq as of this moment, or UNKNOWN for a closed conversation."""
    now = services.conversations.peek(conversation)
    return UNKNOWN if now is None else now.conversation.seq
