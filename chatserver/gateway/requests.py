"""Answers the requests of customers and technicians: from a checked frame to a service."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from chatserver.core.conversation import commands
from chatserver.core.conversation.events import Event
from chatserver.core.conversation.state import Conversation
from chatserver.core.errors import Code, Refused
from chatserver.core.log import Answer, LogPage
from chatserver.core.people import Customer, Technician
from chatserver.gateway.admission import Peer
from chatserver.gateway.hub import UNKNOWN_HEAD, Hub
from chatserver.gateway.mail_requests import answer_confirm, answer_mail, answer_sorting
from chatserver.gateway.search_requests import (
    answer_customer_card,
    answer_list,
    answer_search,
    answer_similar,
    answer_solved,
)
from chatserver.gateway.subscriptions import Subscriber
from chatserver.protocol import frames
from chatserver.protocol.codec import request_key
from chatserver.protocol.event_json import event_fields
from chatserver.protocol.views import customer_view, technician_view
from chatserver.services.bundle import Services
from chatserver.services.customers import Profile
from chatserver.services.mail.address import clean_address
from chatserver.services.opening import opening, reopening

HISTORY_BYTES = 131_072
"""Bytes at which a page of history ends, so that it fits into the session's send buffer."""


async def answer_customer(
    services: Services, customer: Customer, request: frames.AnyRequest, *, peer: Peer
) -> tuple[Answer, Customer]:
    """Return the fields of the `ok`, and the customer as `profile` or `confirm` changed them.

    Raises Refused and Unavailable; in both cases nothing happened.
    """
    match request:
        # First, because it is asked most: each case before it is a check of every message.
        case frames.SendRequest():
            return await _send(services, customer, request), customer
        case frames.OpenRequest():
            return await _open(services, customer, request), customer
        case frames.ReopenRequest():
            return await _reopen(services, customer, request), customer
        case frames.LeaveRequest():
            return await _leave(services, request, customer), customer
        case frames.KeepRequest():
            return await _keep(services, request, customer)
        case frames.SearchRequest():
            return await answer_search(services.search, customer, request), customer
        case frames.RateRequest():
            return await _rate(services, customer, request), customer
        case frames.EraseRequest():
            return await _erase(services, customer, request), customer
        case frames.ProfileRequest():
            return await _change_profile(services, customer, request)
        case frames.PingRequest():
            return {}, customer
        case frames.ConfirmRequest():
            return await answer_confirm(services.mail.requests, customer, request, peer=peer)
        case frames.MailRequest():
            return await answer_mail(services.mail.requests, customer, request), customer
        case frames.CloseRequest():
            return await _close(services, customer, request), customer
        case frames.HistoryRequest():
            return await _history(services, customer, request), customer
    raise Refused(Code.NOT_ALLOWED)


async def answer_technician(
    services: Services,
    technician: Technician,
    request: frames.AnyRequest,
    *,
    subscriber: Subscriber,
    hub: Hub,
) -> Answer:
    """Return the fields of the `ok`; raises Refused and Unavailable, and then nothing happened."""
    match request:
        case frames.SendRequest():
            return await _send(services, technician, request)
        case frames.CloseRequest():
            return await _close(services, technician, request)
        case frames.HistoryRequest():
            return await _history(services, technician, request)
        case frames.PingRequest():
            return {}
        case frames.StatusRequest():
            return await _set_status(services, technician, request)
        case frames.AcceptRequest():
            return await _accept(services, technician, request)
        case frames.DeclineRequest():
            return await _decline(services, technician, request)
        case frames.NoteRequest():
            return await _add_note(services, technician, request)
        case frames.TransferRequest():
            return await _transfer(services, technician, request)
        case frames.AdmitRequest() | frames.DiscardRequest() | frames.SplitRequest():
            return await answer_sorting(services.mail.doubted, technician, request)
        case frames.WatchRequest():
            return await _watch(services, technician, request, subscriber=subscriber, hub=hub)
        case frames.UnwatchRequest():
            return await _unwatch(services, technician, request, subscriber=subscriber, hub=hub)
        case frames.ListRequest():
            return await answer_list(services.search, technician, request)
        case frames.SimilarRequest():
            return await answer_similar(services.search, technician, request)
        case frames.SolvedRequest():
            return await answer_solved(services.search, technician, request)
        case frames.CustomerRequest():
            search, workers = services.search, services.workers
            return await answer_customer_card(search, workers, technician, request)
    raise Refused(Code.NOT_ALLOWED)


async def _open(services: Services, customer: Customer, request: frames.OpenRequest) -> Answer:
    """Open a conversation, live or as a left message; raises Refused, Unavailable."""
    services.text_rules.check(request.text)
    topic = await services.topics.check_topic(request.topic)
    if request.page is not None:
        await services.people.customers.update_page_visit(customer, page=request.page)
    command = opening(
        services,
        topic=topic,
        text=request.text,
        is_left=request.written,
        subject=request.subject,
        product=request.product,
        language=_language(customer),
        previous=await services.search.previous_technician_of(customer),
    )
    # A left message takes no place in the queue, which may be full.
    queue_position: Callable[[], int | None] = _no_position
    if command.reply_by is None:
        queue_position = partial(
            services.pairing.dispatcher.position_for_newcomer, topic, customer.priority
        )
    return await services.conversations.open(
        command, customer, request_key(request), queue_position
    )


async def _reopen(services: Services, customer: Customer, request: frames.ReopenRequest) -> Answer:
    """Continue a closed conversation, live or as a left message; raises Refused, Unavailable."""
    services.text_rules.check(request.text)
    record = await services.conversations.require_readable(request.conversation, customer)
    state = record.conversation
    command = reopening(services, topic=state.topic, text=request.text, is_left=request.written)
    queue_position: Callable[[], int | None] = _no_position
    if command.reply_by is None:
        queue_position = partial(
            services.pairing.dispatcher.position_for_newcomer, state.topic, customer.priority
        )
    return await services.conversations.reopen(
        state.id, command, customer, request=request_key(request), queue_position=queue_position
    )


def _language(customer: Customer) -> str | None:
    """Return the customer's language without region (BCP 47), or None if it is unknown."""
    language = (customer.locale or "").replace("_", "-").partition("-")[0].lower()
    return language if language.isalpha() and language.isascii() else None


def _no_position() -> None:
    return None


async def _leave(services: Services, request: frames.LeaveRequest, customer: Customer) -> Answer:
    record = services.conversations.find_open(request.conversation)
    topic = record.conversation.topic if record else None
    now = services.clock()
    command = commands.LeaveMessage(
        services.site.reply_by(now, topic), services.site.milestones(now, topic)
    )
    return await services.conversations.handle(
        request.conversation, command, customer, request=request_key(request), more=_promise
    )


def _promise(after: Conversation) -> Answer:
    return {"reply_by": after.reply_by}


async def _keep(
    services: Services, request: frames.KeepRequest, customer: Customer
) -> tuple[Answer, Customer]:
    """Reserve the place; an address becomes the customer's, confirmed or not."""
    email = clean_address(request.email) if request.email else None
    command = commands.KeepPlace(
        services.clock() + services.pairing.reserved_places.reserved_for_ms
    )
    conversations, key = services.conversations, request_key(request)
    if email is not None and await conversations.find_answer(customer, key) is None:
        # The address first: a repetition of a request that was cut off between the two writes is
        # answered by the log alone, and the customer would never be called.
        await conversations.check_allowed(request.conversation, command, customer)
        customer = await services.people.customers.change_profile(customer, Profile(email=email))
    answer = await conversations.handle(
        request.conversation, command, customer, request=key, more=_reserved_until
    )
    return answer, customer


def _reserved_until(after: Conversation) -> Answer:
    return {"until": after.place_until}


async def _send(
    services: Services, actor: Customer | Technician, request: frames.SendRequest
) -> Answer:
    if request.file is not None and request.text is None:
        attachment = await services.files.attachment_to_send(
            actor, request.conversation, request.file
        )
        command = commands.Send(file=request.file, attachment=attachment)
    elif request.text is not None and request.file is None:
        services.text_rules.check(request.text)
        command = commands.Send(
            services.text_rules.as_stored(request.text, unmasked=request.unmasked)
        )
    else:
        raise Refused(Code.INVALID, field="text")
    key = request_key(request)
    return await services.conversations.handle(request.conversation, command, actor, key)


async def _close(
    services: Services, actor: Customer | Technician, request: frames.CloseRequest
) -> Answer:
    return await services.conversations.handle(
        request.conversation, commands.Close(), actor, request_key(request)
    )


async def _rate(services: Services, customer: Customer, request: frames.RateRequest) -> Answer:
    services.text_rules.check(request.comment, "comment")
    command = commands.Rate(request.score, services.text_rules.as_stored(request.comment))
    return await services.conversations.handle(
        request.conversation, command, customer, request_key(request)
    )


async def _erase(services: Services, customer: Customer, request: frames.EraseRequest) -> Answer:
    return await services.archive.erasure.erase(
        request.conversation, customer, request_key(request)
    )


async def _change_profile(
    services: Services, customer: Customer, request: frames.ProfileRequest
) -> tuple[Answer, Customer]:
    customers = services.people.customers
    profile = Profile(request.name, request.email, request.locale)
    changed = await customers.change_profile(customer, profile, request_key(request))
    if request.system is not None:
        await customers.update_page_visit(customer, system=request.system)
    return {"customer": customer_view(changed)}, changed


async def _set_status(
    services: Services, technician: Technician, request: frames.StatusRequest
) -> Answer:
    changed = await services.people.technicians.set_status(
        technician, request.status, request.capacity, request_key(request)
    )
    return {"technician": technician_view(changed)}


async def _accept(
    services: Services, technician: Technician, request: frames.AcceptRequest
) -> Answer:
    with services.pairing.dispatcher.taking_by_hand(request.conversation, technician.id):
        return await services.conversations.handle(
            request.conversation, commands.Accept(), technician, request_key(request)
        )


async def _decline(
    services: Services, technician: Technician, request: frames.DeclineRequest
) -> Answer:
    command = commands.Decline(technician.id)
    return await services.conversations.handle(
        request.conversation, command, technician, request_key(request)
    )


async def _add_note(
    services: Services, technician: Technician, request: frames.NoteRequest
) -> Answer:
    services.text_rules.check(request.text)
    command = commands.AddNote(services.text_rules.as_stored(request.text))
    return await services.conversations.handle(
        request.conversation, command, technician, request_key(request)
    )


async def _transfer(
    services: Services, technician: Technician, request: frames.TransferRequest
) -> Answer:
    command = await _transfer_command(services, request)
    receiver = command.technician.id if command.technician else ""
    with services.pairing.dispatcher.taking_by_hand(request.conversation, receiver):
        return await services.conversations.handle(
            request.conversation, command, technician, request_key(request)
        )


async def _transfer_command(
    services: Services, request: frames.TransferRequest
) -> commands.Transfer:
    services.text_rules.check(request.note, "note")
    note = services.text_rules.as_stored(request.note)
    if request.technician is not None and request.topic is None:
        colleague = services.people.technicians.find_colleague(request.technician)
        return commands.Transfer(technician=colleague.person, note=note)
    if request.topic is not None and request.technician is None:
        topic = await services.topics.check_topic(request.topic)
        return commands.Transfer(topic=topic, note=note)
    raise Refused(Code.INVALID, field="technician")


async def _history(
    services: Services, actor: Customer | Technician, request: frames.HistoryRequest
) -> Answer:
    """Return a page of the log as far as the actor may see it; raises Refused."""
    record = await services.conversations.require_readable(request.conversation, actor)
    internal = isinstance(actor, Technician)
    answer: Answer
    if _is_past_end(record.conversation, request.after, internal=internal):
        answer = {"conversation": request.conversation, "events": [], "more": False, "afresh": True}
    else:
        page = LogPage(request.after, request.before, request.limit)
        events, has_more = await _read_page(services, actor, request.conversation, page)
        answer = {
            "conversation": request.conversation,
            "events": [event_fields(event, internal=internal) for event in events],
            "more": has_more,
        }
    if internal:
        return answer
    return {
        **answer,
        "kept_until": services.archive.erasure.retention.expires_at(record.conversation),
    }


async def _read_page(
    services: Services, actor: Customer | Technician, conversation: str, page: LogPage
) -> tuple[list[Event], bool]:
    """Return the events of a page that fit into one answer, and True if there are more.

    A page upwards from a seq keeps its first events, any other its last ones.
    """
    upwards = page.after is not None
    one_more = replace(page, limit=page.limit + 1)
    found = await services.conversations.read_history(conversation, one_more, actor)
    fitting = _fitting(found if upwards else found[::-1], page.limit)
    return (fitting if upwards else fitting[::-1]), len(fitting) < len(found)


def _is_past_end(state: Conversation, after: int | None, *, internal: bool) -> bool:
    """Return True for a seq that the log, as far as the reader may see it, does not reach."""
    return after is not None and after > (state.seq if internal else state.shown)


def _fitting(events: list[Event], limit: int) -> list[Event]:
    """Return as many from the beginning as an answer may carry, at least one."""
    size = 0
    for count, event in enumerate(events[:limit]):
        size += 4 * len(getattr(event.fact, "text", None) or "")
        if size > HISTORY_BYTES and count:
            return events[:count]
    return events[:limit]


async def _watch(
    services: Services,
    technician: Technician,
    request: frames.WatchRequest,
    *,
    subscriber: Subscriber,
    hub: Hub,
) -> Answer:
    """Subscribe a supervisor, and return the events from `after` on; raises Refused."""
    record = await services.conversations.require_readable(request.conversation, technician)
    if not technician.rank.supervises:
        raise Refused(Code.NOT_ALLOWED)
    afresh = _is_past_end(record.conversation, request.after, internal=True)
    after = None if afresh else request.after
    page = LogPage(after=after)
    events, _ = await _read_page(services, technician, request.conversation, page)
    last = events[-1].seq if events else after
    # An event committed since the log was read raised the head: it follows after this answer.
    head = _present_head(services, request.conversation)
    hub.follow(subscriber, request.conversation, last=last, head=head, watching=True)
    return {
        "conversation": request.conversation,
        "events": [event_fields(event, internal=True) for event in events],
        **({"afresh": True} if afresh else {}),
    }


async def _unwatch(
    services: Services,
    technician: Technician,
    request: frames.UnwatchRequest,
    *,
    subscriber: Subscriber,
    hub: Hub,
) -> Answer:
    conversation = request.conversation
    record = await services.conversations.require_readable(conversation, technician)
    subscription = hub.subscriptions.subscription(subscriber, conversation)
    if subscription is not None and subscription.watching:
        hub.subscriptions.unfollow(subscriber, conversation)
        if record.conversation.is_open and record.conversation.is_with(technician.id):
            head = _present_head(services, conversation)
            hub.follow(subscriber, conversation, last=subscription.last, head=head)
    return {"conversation": conversation}


def _present_head(services: Services, conversation: str) -> int:
    """Return the newest seq as of this moment, or UNKNOWN for a closed conversation."""
    now = services.conversations.find_open(conversation)
    return UNKNOWN_HEAD if now is None else now.conversation.seq
