"""Mail from the archive's page: an address is confirmed, and conversations are sent there."""

from typing import Literal

from aiohttp import web
from pydantic import BaseModel

from chatserver.core.errors import Code, Refused
from chatserver.transcript.reader_locale import reader_zone
from chatserver.web.archive_login import owner
from chatserver.web.auth import Secret, body, remote
from chatserver.web.services import SERVICES
from chatserver.web.shares import UNSTORED

routes = web.RouteTableDef()


class AddressForm(BaseModel):
    """An address to which a code goes, or the code; `id` is chosen anew for each letter."""

    id: Secret
    email: Secret | None = None
    code: Secret | None = None


class SendTranscriptForm(BaseModel):
    """As which file a conversation is sent; `id` is chosen anew for each letter."""

    id: Secret
    format: Literal["txt", "md", "html", "json", "pdf"] = "txt"
    timezone: Secret = "UTC"


@routes.post("/archive/address")
async def address(request: web.Request) -> web.Response:
    """Send a code to an address; or with the code make the address the customer's."""
    letters = request.app[SERVICES].letters
    customer = await owner(request)
    given = await body(request, AddressForm)
    if given.code is not None and given.email is None:
        email, confirmed = await letters.confirm(customer, given.code), True
    elif given.email is not None and given.code is None:
        email = await letters.ask(customer, given.email, given.id, remote(request))
        confirmed = False
    else:
        raise Refused(Code.INVALID, field="email")
    return web.json_response({"email": email, "confirmed": confirmed}, headers=UNSTORED)


@routes.post("/archive/conversations/{conversation}/mail")
async def send(request: web.Request) -> web.Response:
    """Send a conversation to the address that was confirmed."""
    letters = request.app[SERVICES].letters
    customer = await owner(request)
    given = await body(request, SendTranscriptForm)
    reader_zone(given.timezone)
    email = await letters.transcript(
        customer, request.match_info["conversation"], given.format, given.timezone, given.id
    )
    return web.json_response({"email": email}, status=202, headers=UNSTORED)
