"""`POST /conversations/{id}/share`: links to one conversation; and its audit trail."""

from aiohttp import web

from chatserver.core.audit import AuditEntry
from chatserver.core.errors import Code, Refused
from chatserver.core.people import Customer, Technician
from chatserver.web.auth import authenticated_actor, request_scheme
from chatserver.web.services import SERVICES, SETTINGS

routes = web.RouteTableDef()

NO_STORE = {"Cache-Control": "no-store"}


@routes.post("/conversations/{conversation}/share")
async def create_share(request: web.Request) -> web.Response:
    """Create a link that opens this conversation for a limited time without sign-in."""
    return await share_response(request, await authenticated_actor(request))


@routes.post("/conversations/{conversation}/share/withdraw")
async def withdraw_shares(request: web.Request) -> web.Response:
    """Revoke all links to this conversation."""
    return await withdraw_response(request, await authenticated_actor(request))


@routes.get("/conversations/{conversation}/audit")
async def list_audit_entries(request: web.Request) -> web.Response:
    """List the accesses to this conversation, newest first, for supervisors."""
    archive = request.app[SERVICES].archive
    reader = await authenticated_actor(request)
    if isinstance(reader, Customer):
        raise Refused(Code.NOT_FOUND)
    # Checked before the role, so that a technician without access gets `not_found` and learns
    # nothing.
    record = await archive.transcripts.readable(request.match_info["conversation"], reader)
    entries = await archive.audit.read_entries(record.conversation, reader)
    return web.json_response(
        {"entries": [_audit_fields(entry) for entry in entries]}, headers=NO_STORE
    )


async def share_response(request: web.Request, actor: Customer | Technician) -> web.Response:
    """Create a link for a participant and return it."""
    archive = request.app[SERVICES].archive
    share = await archive.shares.create_link(actor, request.match_info["conversation"])
    path = f"/conversations/{share.conversation.id}/transcript.html?key={share.secret}"
    answer = {"url": site_url(request) + path, "key": share.secret, "valid_until": share.until}
    return web.json_response(answer, status=201, headers=NO_STORE)


async def withdraw_response(request: web.Request, actor: Customer | Technician) -> web.Response:
    """Revoke all links and return their number."""
    archive = request.app[SERVICES].archive
    count = await archive.shares.revoke_links(actor, request.match_info["conversation"])
    return web.json_response({"withdrawn": count}, headers=NO_STORE)


def site_url(request: web.Request) -> str:
    """Return the base URL by which the browser reaches this server."""
    public = request.app[SETTINGS].public_url
    return public.rstrip("/") if public else f"{request_scheme(request)}://{request.host}"


def _audit_fields(entry: AuditEntry) -> dict[str, object]:
    return {
        "at": entry.at,
        "conversation": entry.conversation or None,
        "deed": entry.deed,
        "how": entry.how,
        "who": {"role": entry.doer.role, "id": entry.doer.id, "name": entry.doer.name},
    }
