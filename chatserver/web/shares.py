"""`POST /conversations/{id}/share`: links to one conversation; and who was given what."""

from aiohttp import web

from chatserver.core.audit import AuditEntry
from chatserver.core.errors import Code, Refused
from chatserver.core.people import Customer, Technician
from chatserver.web.auth import scheme, who
from chatserver.web.services import SERVICES

routes = web.RouteTableDef()

UNSTORED = {"Cache-Control": "no-store"}


@routes.post("/conversations/{conversation}/share")
async def share(request: web.Request) -> web.Response:
    """A link that opens this conversation for a while, whoever has it."""
    return await shared(request, await who(request))


@routes.post("/conversations/{conversation}/share/withdraw")
async def withdraw(request: web.Request) -> web.Response:
    """No link to it opens it any more."""
    return await withdrawn(request, await who(request))


@routes.get("/conversations/{conversation}/audit")
async def audit(request: web.Request) -> web.Response:
    """Who was given what of it, the newest first, for supervisors."""
    services = request.app[SERVICES]
    reader = await who(request)
    if isinstance(reader, Customer):
        raise Refused(Code.NOT_FOUND)
    record = await services.transcripts.readable(request.match_info["conversation"], reader)
    entries = await services.audit.of(record.conversation, reader)
    return web.json_response({"entries": [_line(entry) for entry in entries]}, headers=UNSTORED)


async def shared(request: web.Request, actor: Customer | Technician) -> web.Response:
    """A new link, from somebody who takes part."""
    services = request.app[SERVICES]
    made = await services.shares.share(actor, request.match_info["conversation"])
    path = f"/conversations/{made.conversation.id}/transcript.html?key={made.secret}"
    answer = {"url": site(request) + path, "key": made.secret, "valid_until": made.until}
    return web.json_response(answer, status=201, headers=UNSTORED)


async def withdrawn(request: web.Request, actor: Customer | Technician) -> web.Response:
    """How many links there were, which open nothing any more."""
    services = request.app[SERVICES]
    count = await services.shares.withdraw(actor, request.match_info["conversation"])
    return web.json_response({"withdrawn": count}, headers=UNSTORED)


def site(request: web.Request) -> str:
    """By what address the asking browser reaches this server."""
    public = request.app[SERVICES].settings.public_url
    return public.rstrip("/") if public else f"{scheme(request)}://{request.host}"


def _line(entry: AuditEntry) -> dict[str, object]:
    return {
        "at": entry.at,
        "conversation": entry.conversation or None,
        "deed": entry.deed,
        "how": entry.how,
        "who": {"role": entry.doer.role, "id": entry.doer.id, "name": entry.doer.name},
    }
