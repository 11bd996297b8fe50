"""`GET /conversations/{id}/transcript.{txt,json}`: for the customer and for technicians."""

from collections.abc import Callable

from aiohttp import web

from chatserver.auth.tokens import digest
from chatserver.core.errors import Code, Refused
from chatserver.core.people import Customer, Technician
from chatserver.transcript import json, text
from chatserver.transcript.document import Transcript
from chatserver.web.login import signed_in
from chatserver.web.services import SERVICES

routes = web.RouteTableDef()

Render = Callable[[Transcript], bytes]

FORMATS: dict[str, tuple[Render, str]] = {
    "txt": (text.render, "text/plain; charset=utf-8"),
    "json": (json.render, "application/json"),
}


@routes.get("/conversations/{conversation}/transcript.{format}")
async def transcript(request: web.Request) -> web.Response:
    """The whole conversation; `?edition=internal` gives technicians the one with notes."""
    actor = await _who(request)
    chosen = FORMATS.get(request.match_info["format"])
    if chosen is None:
        raise Refused(Code.NOT_FOUND)
    render, content_type = chosen
    internal = request.query.get("edition") == "internal"
    document = await request.app[SERVICES].transcripts.fetch(
        request.match_info["conversation"], actor, internal=internal
    )
    name = f"{document.conversation.reference}.{request.match_info['format']}"
    return web.Response(
        body=render(document),
        headers={
            "Content-Type": content_type,
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "no-store",
        },
    )


async def _who(request: web.Request) -> Customer | Technician:
    """Whose token or cookie this is.

    Without any: `not_signed_in`. With a wrong one: `not_found`, as for what is not theirs.
    """
    services = request.app[SERVICES]
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        customer = await services.people.customer_by_token(digest(token.strip()))
        found = customer or await services.sign_in.technician_of_api_token(token.strip())
        if found is None:
            raise Refused(Code.NOT_FOUND)
        return found
    technician = await signed_in(request)
    if technician is None:
        raise Refused(Code.NOT_SIGNED_IN)
    return technician
