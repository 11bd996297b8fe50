"""Answers to requests about e-mail: a confirmed address, letters to it, and doubted ones."""

from dataclasses import replace

from chatserver.core.errors import Code, Refused
from chatserver.core.log import Answer
from chatserver.core.people import Customer, Technician
from chatserver.gateway.admission import Peer
from chatserver.protocol import frames
from chatserver.protocol.codec import request_key
from chatserver.services.mail.doubted_letters import DoubtedLetters
from chatserver.services.mail.requests import MailRequests
from chatserver.transcript.formats import known_format
from chatserver.transcript.reader_locale import reader_zone


async def answer_confirm(
    mail_requests: MailRequests,
    customer: Customer,
    request: frames.ConfirmRequest,
    *,
    peer: Peer,
) -> tuple[Answer, Customer]:
    """Send a code to an address, or with the code confirm it; return the changed customer."""
    if request.email is not None and request.code is None:
        email = await mail_requests.request_code(
            customer, request.email, request_key(request), peer.network_address
        )
        return {"email": email, "confirmed": False}, customer
    if request.code is not None and request.email is None:
        email = await mail_requests.confirm_code(customer, request.code, request_key(request))
        return {"email": email, "confirmed": True}, replace(customer, email=email)
    raise Refused(Code.INVALID, field="email")


async def answer_mail(
    mail_requests: MailRequests, customer: Customer, request: frames.MailRequest
) -> Answer:
    """Send a transcript, or a link to the archive, to the confirmed address."""
    if request.conversation is None:
        return {"email": await mail_requests.request_invitation(customer, request_key(request))}
    reader_zone(request.timezone)
    suffix = known_format(request.format)
    email = await mail_requests.request_transcript(
        customer,
        request.conversation,
        suffix,
        timezone=request.timezone,
        request=request_key(request),
    )
    return {"email": email}


async def answer_sorting(
    letters: DoubtedLetters | None,
    technician: Technician,
    request: frames.AdmitRequest | frames.DiscardRequest | frames.SplitRequest,
) -> Answer:
    """Admit or discard a doubted e-mail, or split one off; raises Refused."""
    if letters is None:
        raise Refused(Code.NOT_ALLOWED, field="mail")
    conversation, key = request.conversation, request_key(request)
    match request:
        case frames.AdmitRequest():
            return await letters.admit(conversation, request.doubted, technician, key)
        case frames.DiscardRequest():
            return await letters.discard(conversation, request.doubted, technician, key)
        case frames.SplitRequest():
            return await letters.split(conversation, request.first, technician, key)
