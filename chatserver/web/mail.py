"""E-mail from the archive page: confirm an address, and send conversations to it."""

from typing import Annotated

from aiohttp import web
from pydantic import BaseModel, WithJsonSchema

from chatserver.core.errors import Code, Refused
from chatserver.core.log import Answer, DuplicateRequest
from chatserver.protocol.codec import request_key
from chatserver.protocol.frames import ConfirmRequest, MailRequest
from chatserver.transcript.formats import ALL_SUFFIXES, known_format
from chatserver.transcript.reader_locale import reader_zone
from chatserver.web.app_keys import SERVICES
from chatserver.web.archive_login import archive_owner
from chatserver.web.forwarded import remote_address
from chatserver.web.request_body import Secret, parse_body
from chatserver.web.security_headers import NO_STORE

routes = web.RouteTableDef()


class AddressForm(BaseModel):
    """An address to mail a code to, or the code; `id` makes a repeated request idempotent."""

    id: Secret
    email: Secret | None = None
    code: Secret | None = None


class SendTranscriptForm(BaseModel):
    """The format of a conversation to mail; `id` makes a repeated request idempotent."""

    id: Secret
    format: Annotated[str, WithJsonSchema({"type": "string", "enum": list(ALL_SUFFIXES)})] = "txt"
    timezone: Secret = "UTC"


@routes.post("/archive/address")
async def set_address(request: web.Request) -> web.Response:
    """Mail a code to an address, or confirm the address with the code."""
    letters = request.app[SERVICES].mail.requests
    customer = await archive_owner(request)
    form = await parse_body(request, AddressForm)
    key = request_key(ConfirmRequest.model_construct(type="confirm", **form.model_dump()))
    answer: Answer
    try:
        if form.code is not None and form.email is None:
            email = await letters.confirm_code(customer, form.code, key)
            answer = {"email": email, "confirmed": True}
        elif form.email is not None and form.code is None:
            email = await letters.request_code(customer, form.email, key, remote_address(request))
            answer = {"email": email, "confirmed": False}
        else:
            raise Refused(Code.INVALID, field="email")
    except DuplicateRequest as repeated:
        answer = repeated.answer
    return web.json_response(answer, headers=NO_STORE)


@routes.post("/archive/conversations/{conversation}/mail")
async def mail_transcript(request: web.Request) -> web.Response:
    """Mail a conversation to the confirmed address."""
    letters = request.app[SERVICES].mail.requests
    customer = await archive_owner(request)
    form = await parse_body(request, SendTranscriptForm)
    reader_zone(form.timezone)
    suffix = known_format(form.format)
    conversation = request.match_info["conversation"]
    asked = MailRequest.model_construct(type="mail", conversation=conversation, **form.model_dump())
    answer: Answer
    try:
        email = await letters.request_transcript(
            customer, conversation, suffix, timezone=form.timezone, request=request_key(asked)
        )
        answer = {"email": email}
    except DuplicateRequest as repeated:
        answer = repeated.answer
    return web.json_response(answer, status=202, headers=NO_STORE)
